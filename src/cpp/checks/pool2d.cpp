#include "../check.h"
#include "window.h"

namespace fastnn {

// Padding below the window's size, so that every window holds a cell of x: a maximum or an average
// of none is never asked for.
static void check_padding(const char* axis, int64_t size, int64_t before, int64_t after,
                          Check& check) {
  if (before >= size || after >= size)
    check.refuse("padding of the %s is (%lld, %lld); less than the window's %lld is wanted.", axis,
                 static_cast<long long>(before), static_cast<long long>(after),
                 static_cast<long long>(size));
}

static void check_shapes(Ref y, Ref x, Ref argmax, const Pool2dSettings& s, Check& check) {
  check.floats({y, x});
  check.rank(y, 4);
  check.rank(x, 4);
  check_steps("window", s.size_h, s.size_w, check);
  check_steps("stride", s.stride_h, s.stride_w, check);
  if (check.failed()) return;
  const int64_t rows =
      window_count("rows", x.dim(1), s.size_h, 1, s.stride_h, s.pad_top, s.pad_bottom, check);
  const int64_t columns =
      window_count("columns", x.dim(2), s.size_w, 1, s.stride_w, s.pad_left, s.pad_right, check);
  check_padding("rows", s.size_h, s.pad_top, s.pad_bottom, check);
  check_padding("columns", s.size_w, s.pad_left, s.pad_right, check);
  check.shape(y, {x.dim(0), rows, columns, x.dim(3)});
  if (check.failed() || !argmax) return;
  if (s.function != Pooling::max)
    return check.refuse("an argmax came; only the pooling \"max\" has one. Pass None.");
  const int64_t places = s.size_h * s.size_w;
  if (places >= kMostSteps)
    return check.refuse("a window of %lld cells; less than 2^31 is wanted where argmax is kept.",
                        static_cast<long long>(places));
  check.dtype(argmax, places <= 256 ? Dtype::u8 : Dtype::i32);
  check.same_shape(argmax, y);
}

void pool2d_forward_check(Out y, MaybeOut argmax, In x, const Pool2dSettings& s, Check& check) {
  check_shapes(y, x, argmax, s, check);
}

void pool2d_backward_check(OutAdd dx, In dy, MaybeIn argmax, const Pool2dSettings& s,
                           Check& check) {
  check_shapes(dy, dx, argmax, s, check);
  if (s.function == Pooling::max && !argmax)
    check.refuse("argmax is None; the gradient of \"max\" needs it, as its forward gives it.");
}

}  // namespace fastnn
