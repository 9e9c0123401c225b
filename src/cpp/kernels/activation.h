// Activations at the end of a product or a convolution: a row of finished elements, still in the
// first cache, is activated in place.
#pragma once
#include "../formulas_unary_x.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
FASTNN_INLINE void activate(T* y, int64_t n, Activation activation) {
  with_activation<T>(activation, [&](auto formula) {
    map_slow(y, Writing(false), Range{0, n}, [formula](Vec<T> v) { return formula.f(v); }, y);
  });
}

}  // namespace fastnn::FASTNN_ISA
