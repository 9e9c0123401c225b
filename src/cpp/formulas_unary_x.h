// Functions of one number whose gradient is taken from x; and the way from a name to a formula.
#pragma once
#include "formulas_unary.h"

namespace fastnn::FASTNN_ISA {

// x Phi(x) with the normal distribution function Phi (Hendrycks and Gimpel 2016).
struct Gelu {
  static constexpr int kForward = 1, kBackward = 2;
  template <class V>
  FASTNN_HD static V phi(V x) {
    return number<V>(0.5) * (number<V>(1) + erf(x * number<V>(0.70710678118654752440)));
  }
  template <class V>
  FASTNN_HD static V f(V x) {
    return x * phi(x);
  }
  template <class V>
  FASTNN_HD static V df(V x, V dy) {
    const V density = exp(x * x * number<V>(-0.5)) * number<V>(0.39894228040143267794);
    return (phi(x) + x * density) * dy;
  }
};

// Its approximation x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. Beyond 20 the hyperbolic
// tangent is 1 and x^2 may be infinite.
struct GeluTanh {
  static constexpr int kForward = 1, kBackward = 1;
  static constexpr double kRoot = 0.79788456080286535588, kCubic = 0.044715;
  template <class V>
  FASTNN_HD static V inner(V x) {
    return limited(x, number<V>(20));
  }
  template <class V>
  FASTNN_HD static V gate(V c) {
    return tanh(c * number<V>(kRoot) * (number<V>(1) + c * c * number<V>(kCubic)));
  }
  template <class V>
  FASTNN_HD static V f(V x) {
    return x * number<V>(0.5) * (number<V>(1) + gate(inner(x)));
  }
  template <class V>
  FASTNN_HD static V df(V x, V dy) {
    const V c = inner(x), t = gate(c), one = number<V>(1);
    const V slope = number<V>(kRoot) * (one + c * c * number<V>(3 * kCubic));
    return ((one + t) + c * slope * (one - t) * (one + t)) * number<V>(0.5) * dy;
  }
};

struct Silu {
  static constexpr int kForward = 1, kBackward = 1;
  template <class V>
  FASTNN_HD static V f(V x) {
    return x * sigmoid(x);
  }
  template <class V>
  FASTNN_HD static V df(V x, V dy) {
    const V s = sigmoid(x), one = number<V>(1);
    return s * (one + x * (one - s)) * dy;
  }
};

// 1, -1, or x itself where it is zero or NaN.
template <class V>
FASTNN_HD V sign_of(V x) {
  const V rest = x < V{} ? number<V>(-1) : x;
  return x > V{} ? number<V>(1) : rest;
}

struct Absolute {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return abs(x);
  }
  template <class V>
  FASTNN_HD static V df(V x, V dy) {
    return sign_of(x) * dy;
  }
};

struct Negative {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return -x;
  }
  template <class V>
  FASTNN_HD static V df(V, V dy) {
    return -dy;
  }
};

struct Log {
  static constexpr int kForward = 1, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return log(x);
  }
  template <class V>
  FASTNN_HD static V df(V x, V dy) {
    return dy / x;
  }
};

struct Log1p {
  static constexpr int kForward = 1, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return log1p(x);
  }
  template <class V>
  FASTNN_HD static V df(V x, V dy) {
    return dy / (number<V>(1) + x);
  }
};

struct Square {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return x * x;
  }
  template <class V>
  FASTNN_HD static V df(V x, V dy) {
    return (x + x) * dy;
  }
};

struct Sin {
  static constexpr int kForward = 1, kBackward = 1;
  template <class V>
  FASTNN_HD static V f(V x) {
    return sin(x);
  }
  template <class V>
  FASTNN_HD static V df(V x, V dy) {
    return cos(x) * dy;
  }
};

struct Cos {
  static constexpr int kForward = 1, kBackward = 1;
  template <class V>
  FASTNN_HD static V f(V x) {
    return cos(x);
  }
  template <class V>
  FASTNN_HD static V df(V x, V dy) {
    return -sin(x) * dy;
  }
};

struct Floor {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return floor(x);
  }
  template <class V>
  FASTNN_HD static V df(V, V) {
    return V{};
  }
};

struct Sign {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V x) {
    return sign_of(x);
  }
  template <class V>
  FASTNN_HD static V df(V, V) {
    return V{};
  }
};

// min(max(x, low), high); at a limit half of the gradient passes, as min and max split ties.
template <class T>
struct Clip {
  static constexpr int kForward = 0, kBackward = 0;
  T low, high;
  template <class V>
  FASTNN_HD V f(V x) const {
    return lower_of(upper_of(x, number<V>(low)), number<V>(high));
  }
  template <class V>
  FASTNN_HD V df(V x, V dy) const {
    const V least = number<V>(low), most = number<V>(high), half = dy * number<V>(0.5);
    const V at_most = x == most ? half : V{}, below = x < most ? dy : at_most;
    const V at_least = x == least ? below * number<V>(0.5) : V{};
    return x > least ? below : at_least;
  }
};

// ---- by name -----------------------------------------------------------------------------------

// Calls use(formula) with the formula that the settings name, for numbers of type T.
FASTNN_HD_CALLS
template <class T, class F>
FASTNN_HD void with_unary(const UnarySettings& s, F use) {
  const T alpha = static_cast<T>(s.alpha), beta = static_cast<T>(s.beta);
  switch (s.function) {
    case Unary::relu: return use(Relu{});
    case Unary::leaky_relu: return use(LeakyRelu<T>{alpha});
    case Unary::elu: return use(Elu<T>{alpha});
    case Unary::selu: return use(Selu{});
    case Unary::sigmoid: return use(Sigmoid{});
    case Unary::tanh: return use(Tanh{});
    case Unary::softplus: return use(Softplus{});
    case Unary::softsign: return use(Softsign{});
    case Unary::hard_sigmoid: return use(HardSigmoid{});
    case Unary::exponential: return use(Exponential{});
    case Unary::relu6: return use(Relu6{});
    case Unary::sqrt: return use(Sqrt{});
    case Unary::rsqrt: return use(Rsqrt{});
    case Unary::gelu: return use(Gelu{});
    case Unary::gelu_tanh: return use(GeluTanh{});
    case Unary::silu: return use(Silu{});
    case Unary::absolute: return use(Absolute{});
    case Unary::negative: return use(Negative{});
    case Unary::log: return use(Log{});
    case Unary::log1p: return use(Log1p{});
    case Unary::square: return use(Square{});
    case Unary::sin: return use(Sin{});
    case Unary::cos: return use(Cos{});
    case Unary::floor: return use(Floor{});
    case Unary::sign: return use(Sign{});
    case Unary::clip: return use(Clip<T>{alpha, beta});
  }
}

// The same for the activation at the end of a product or a convolution; none is not called.
template <class T, class F>
FASTNN_INLINE void with_activation(Activation activation, F use) {
  switch (activation) {
    case Activation::none: return;
    case Activation::relu: return use(Relu{});
    case Activation::sigmoid: return use(Sigmoid{});
    case Activation::tanh: return use(Tanh{});
    case Activation::elu: return use(Elu<T>{T(1)});
    case Activation::selu: return use(Selu{});
    case Activation::softplus: return use(Softplus{});
    case Activation::softsign: return use(Softsign{});
    case Activation::hard_sigmoid: return use(HardSigmoid{});
    case Activation::exponential: return use(Exponential{});
    case Activation::relu6: return use(Relu6{});
  }
}

}  // namespace fastnn::FASTNN_ISA
