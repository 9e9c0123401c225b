// Activations and their derivatives, each written once, for a SIMD vector and for a scalar alike: V
// may be any type with the language's own operators, comparisons and ?: (compiler vectors have them
// lane by lane). df takes the result y instead of the argument, so that a backward need not keep x.
#pragma once
#include "contract.h"

namespace fastnn::FASTNN_ISA {

// max(x, 0), written so that a NaN, which compares as neither, comes through.
struct Relu {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return x < V{} ? V{} : x;
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    const V flat = y != y ? y : V{};
    return y > V{} ? dy : flat;
  }
};

}  // namespace fastnn::FASTNN_ISA
