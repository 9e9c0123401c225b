// Functions of one number and their derivatives, each written once, for a SIMD vector and for a
// scalar alike. f(x) is the function; df(saved, dy) the gradient, which takes f's result for saved
// where that suffices, so that a backward need not keep x, else x. kForward and kBackward: how many
// exp, or functions as dear, they hold. NaN passes through all of them.
#pragma once
#include "formulas.h"
#include "settings.h"
#if defined(__CUDACC__) || defined(FASTNN_EMULATED)
#include "../cuda/scalar_math.h"
#else
#include "vector_trigonometry.h"
#endif

namespace fastnn::FASTNN_ISA {

// ---- from y ------------------------------------------------------------------------------------

template <class T>
struct LeakyRelu {
  static constexpr int kForward = 0, kBackward = 0;
  T slope;
  template <class V>
  FASTNN_HD V f(V x) const {
    return x < V{} ? x * slope : x;
  }
  template <class V>
  FASTNN_HD V df(V y, V dy) const {
    return y > V{} ? dy : dy * slope;
  }
};

template <class T>
struct Elu {
  static constexpr int kForward = 1, kBackward = 0;
  T alpha;
  template <class V>
  FASTNN_HD V f(V x) const {
    return x > V{} ? x : expm1(x) * alpha;
  }
  template <class V>
  FASTNN_HD V df(V y, V dy) const {
    return y > V{} ? dy : (y + alpha) * dy;
  }
};

// Klambauer et al. 2017, "Self-Normalizing Neural Networks": its two constants.
struct Selu {
  static constexpr int kForward = 1, kBackward = 0;
  static constexpr double kAlpha = 1.6732632423543772848, kScale = 1.0507009873554804934;
  template <class V>
  FASTNN_HD static V f(V x) {
    return x > V{} ? x * number<V>(kScale) : expm1(x) * number<V>(kScale * kAlpha);
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    return (y > V{} ? number<V>(kScale) : y + number<V>(kScale * kAlpha)) * dy;
  }
};

struct Sigmoid {
  static constexpr int kForward = 1, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return sigmoid(x);
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    return y * (number<V>(1) - y) * dy;
  }
};

struct Tanh {
  static constexpr int kForward = 1, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return tanh(x);
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    return (number<V>(1) - y) * (number<V>(1) + y) * dy;
  }
};

// log(1 + exp(x)), of which the derivative is 1 - exp(-y).
struct Softplus {
  static constexpr int kForward = 2, kBackward = 1;
  template <class V>
  FASTNN_HD static V f(V x) {
    return Relu::f(x) + log1p_unit(exp(-abs(x)));
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    return -expm1(-y) * dy;
  }
};

struct Softsign {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return x / (number<V>(1) + abs(x));
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    const V rest = number<V>(1) - abs(y);
    return rest * rest * dy;
  }
};

// What lies strictly between low and high passes the gradient; a NaN passes as itself.
template <class V>
FASTNN_HD V between(V y, V low, V high, V dy) {
  const V flat = y != y ? y : V{}, below = y < high ? dy : flat;
  return y > low ? below : flat;
}

// relu6(x + 3) / 6
struct HardSigmoid {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return lower_of(upper_of(x + number<V>(3), V{}), number<V>(6)) / number<V>(6);
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    return between(y, V{}, number<V>(1), dy / number<V>(6));
  }
};

struct Exponential {
  static constexpr int kForward = 1, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return exp(x);
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    return y * dy;
  }
};

struct Relu6 {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return lower_of(upper_of(x, V{}), number<V>(6));
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    return between(y, V{}, number<V>(6), dy);
  }
};

struct Sqrt {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return sqrt(x);
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    return dy * number<V>(0.5) / y;
  }
};

struct Rsqrt {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return number<V>(1) / sqrt(x);
  }
  template <class V>
  FASTNN_HD static V df(V y, V dy) {
    return y * y * y * number<V>(-0.5) * dy;
  }
};

}  // namespace fastnn::FASTNN_ISA
