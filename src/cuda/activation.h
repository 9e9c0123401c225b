// Activations at the end of a product or a convolution: relu is done in the kernel's registers, the
// others by a pass of their own over the result, since an exp for each of a thread's 64 outputs
// would cost the product its registers.
#pragma once
#include "../cpp/formulas_unary_x.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T, class Formula>
__global__ void __launch_bounds__(kThreads) activation_kernel(T* y, Formula formula, int64_t n) {
  map(y, n, [&](int64_t i) { return formula.f(y[i]); });
}

template <class T>
void launch_activation(T* y, int64_t n, Activation activation, const Stream& stream) {
  if (activation == Activation::relu) return;
  with_activation<T>(activation, [&](auto formula) {
    launch_map(activation_kernel<T, decltype(formula)>, n, stream, y, formula, n);
  });
}

}  // namespace fastnn::FASTNN_ISA
