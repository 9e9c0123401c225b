// Activations at the end of a product or a convolution: a row of finished elements, still in the
// first cache, is activated in place.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
FASTNN_INLINE void activate(T* y, int64_t n, Activation activation) {
  if (activation == Activation::relu) {
    map<false>(y, Range{0, n}, [](Vec<T> v) { return Relu::f(v); }, y);
  }
}

}  // namespace fastnn::FASTNN_ISA
