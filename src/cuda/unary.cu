// A function of each element of an array of any shape, and its gradient; the formulas are the
// CPU's.
#include "../cpp/formulas_unary_x.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T, class Formula>
__global__ void __launch_bounds__(kThreads)
    unary_forward_kernel(T* y, const T* x, Formula formula, int64_t n) {
  map(y, n, [&](int64_t i) { return formula.f(x[i]); });
}

void unary_forward(Out y, In x, const UnarySettings& settings, Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_unary<T>(settings, [&](auto formula) {
      launch_map(unary_forward_kernel<T, decltype(formula)>, y.size(), stream, y.as<T>(), x.as<T>(),
                 formula, y.size());
    });
  });
}

template <class T, class Formula>
__global__ void __launch_bounds__(kThreads)
    unary_backward_kernel(T* dx, bool add, const T* dy, const T* saved, Formula formula,
                          int64_t n) {
  map(dx, add, n, [&](int64_t i) { return formula.df(saved[i], dy[i]); });
}

void unary_backward(OutAdd dx, In dy, In saved, const UnarySettings& settings,
                    Stream& stream) noexcept {
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_unary<T>(settings, [&](auto formula) {
      launch_map(unary_backward_kernel<T, decltype(formula)>, dx.size(), stream, dx.as<T>(),
                 dx.add(), dy.as<T>(), saved.as<T>(), formula, dx.size());
    });
  });
}

}  // namespace fastnn::FASTNN_ISA
