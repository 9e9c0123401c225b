// pad: y[i] = x[i - before] along each axis, and beyond x's ends its edge again, x mirrored, or x
// from its other end; any dtype. pad_backward: an element of dx is the sum of the elements of dy
// that were made of it, which its thread finds in their order, axis by axis.
#include "../cpp/formulas_index.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

struct Padding {
  int count = 0;  // axes, outermost first
  PadMode mode;
  int64_t m[kMaxRank] = {}, n[kMaxRank] = {}, before[kMaxRank] = {};
};

static Padding padding(Ref whole, Ref x, const PadSettings& s) {
  Padding p;
  p.mode = s.mode;
  for (int i = 0; i < kMaxRank; ++i) {
    if (i >= x.rank()) continue;
    p.m[i] = whole.operand->dims[i];
    p.n[i] = x.operand->dims[i];
    p.before[i] = s.before.at[i];
    p.count = i + 1;
  }
  return p;
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    pad_kernel(T* y, bool add, const T* x, Padding p, int64_t n) {
  map(y, n, [&](int64_t at) {
    int64_t i = at, from = 0, step = 1;
    for (int axis = p.count - 1; axis >= 0; --axis) {
      const int64_t q = (axis > 0 ? i % p.m[axis] : i) - p.before[axis];
      if (axis > 0) i /= p.m[axis];
      from += run_at(p.mode, p.n[axis], q).from * step;
      step *= p.n[axis];
    }
    return add ? static_cast<T>(y[at] + x[from]) : x[from];
  });
}

void pad(OutAdd y, In x, const PadSettings& s, Stream& stream) noexcept {
  if (y.size() == 0) return;
  with_number(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(pad_kernel<T>, y.size(), stream, y.as<T>(), y.add(), x.as<T>(), padding(y, x, s),
               y.size());
  });
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    pad_backward_kernel(T* dx, bool add, const T* dy, Padding p, int64_t n) {
  map(dx, add, n, [&](int64_t at) {
    int64_t index[kMaxRank + 1] = {}, place[kMaxRank + 1];
    for (int axis = p.count - 1; axis >= 0; --axis) {
      index[axis] = at % p.n[axis];
      at /= p.n[axis];
    }
    T sum = 0;
    int axis = 0;
    for (place[0] = -1;;) {
      if (axis == p.count) {  // a place along every axis
        int64_t from = 0;
        for (int i = 0; i < p.count; ++i) from = from * p.m[i] + place[i];
        sum += dy[from];
      } else {
        place[axis] = next_place(p.mode, p.n[axis], p.before[axis], index[axis], place[axis] + 1);
        if (place[axis] < p.m[axis]) {
          place[++axis] = -1;
          continue;
        }
      }
      if (axis == 0) break;
      --axis;
    }
    return sum;
  });
}

void pad_backward(OutAdd dx, In dy, const PadSettings& s, Stream& stream) noexcept {
  if (dx.size() == 0) return;
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(pad_backward_kernel<T>, dx.size(), stream, dx.as<T>(), dx.add(), dy.as<T>(),
               padding(dy, dx, s), dx.size());
  });
}

}  // namespace fastnn::FASTNN_ISA
