// relu: y = max(x, 0), elementwise over arrays of any shape; a NaN passes. The gradient is taken
// from y, so that x need not be kept: dx = dy where y > 0, 0 where y <= 0, NaN where y is NaN.
#include "../cpp/formulas.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
__global__ void __launch_bounds__(kThreads) relu_forward_kernel(T* y, const T* x, int64_t n) {
  map(y, n, [&](int64_t i) { return Relu::f(x[i]); });
}

void relu_forward(Out y, In x, const NoSettings&, Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(relu_forward_kernel<T>, y.size(), stream, y.as<T>(), x.as<T>(), y.size());
  });
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    relu_backward_kernel(T* dx, bool add, const T* dy, const T* y, int64_t n) {
  map(dx, add, n, [&](int64_t i) { return Relu::df(y[i], dy[i]); });
}

void relu_backward(OutAdd dx, In dy, In y, const NoSettings&, Stream& stream) noexcept {
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(relu_backward_kernel<T>, dx.size(), stream, dx.as<T>(), dx.add(), dy.as<T>(),
               y.as<T>(), dx.size());
  });
}

}  // namespace fastnn::FASTNN_ISA
