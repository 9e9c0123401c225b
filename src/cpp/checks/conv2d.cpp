#include "../check.h"
#include "window.h"

namespace fastnn {

// y = x * w under these settings.
static void check_shapes(Ref y, Ref x, Ref w, const Conv2dSettings& s, Check& check) {
  check.floats({y, x, w});
  check.rank(y, 4);
  check.rank(x, 4);
  check.rank(w, 4);
  check_steps("stride", s.stride_h, s.stride_w, check);
  check_steps("dilation", s.dilation_h, s.dilation_w, check);
  if (check.failed()) return;
  const int64_t C = x.dim(3), F = w.dim(3);
  if (s.groups < 1 || C < 1 || F < 1 || C % s.groups != 0 || F % s.groups != 0)
    return check.refuse(
        "groups is %lld with %lld and %lld channels; a divisor of both, which are at least 1, is "
        "wanted.",
        static_cast<long long>(s.groups), static_cast<long long>(C), static_cast<long long>(F));
  if (C >= kMostSteps || F >= kMostSteps)
    return check.refuse("there are %lld and %lld channels; less than 2^29 are wanted of each.",
                        static_cast<long long>(C), static_cast<long long>(F));
  if (w.dim(2) != C / s.groups)
    return check.refuse(
        "%s has shape %s but %s has %lld channels in %lld groups: %s's third size "
        "must be %lld.",
        check.name(w).text, Check::shape_text(w).text, check.name(x).text,
        static_cast<long long>(C), static_cast<long long>(s.groups), check.name(w).text,
        static_cast<long long>(C / s.groups));
  const int64_t rows = window_count("rows", x.dim(1), w.dim(0), s.dilation_h, s.stride_h, s.pad_top,
                                    s.pad_bottom, check);
  const int64_t columns = window_count("columns", x.dim(2), w.dim(1), s.dilation_w, s.stride_w,
                                       s.pad_left, s.pad_right, check);
  check.shape(y, {x.dim(0), rows, columns, F});
}

void conv2d_check(OutAdd y, In x, In w, MaybeIn bias, Scratch, const Conv2dSettings& s,
                  Check& check) {
  check_shapes(y, x, w, s, check);
  check.same_dtype(bias, x);
  if (!check.failed()) check.shape(bias, {w.dim(3)});
  check_epilogue(y, bias, s.activation, check);
}

void conv2d_transpose_check(OutAdd x, In y, In w, MaybeIn bias, Scratch, const Conv2dSettings& s,
                            Check& check) {
  check_shapes(y, x, w, s, check);
  check.same_dtype(bias, x);
  if (!check.failed()) check.shape(bias, {x.dim(3)});
  check_epilogue(x, bias, s.activation, check);
}

void conv2d_backward_w_check(OutAdd dw, In dy, In x, Scratch, const Conv2dSettings& s,
                             Check& check) {
  check_shapes(dy, x, dw, s, check);
  if (s.activation != Activation::none)
    check.refuse("an activation does not go with the gradient of w; \"none\" is wanted.");
}

}  // namespace fastnn
