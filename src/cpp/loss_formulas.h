// Losses, each written once for a SIMD vector and for a scalar: f(x, t) of a prediction and its
// target, its derivative dx and, where that is not -dx, dt. V is as in formulas.h; Math gives its
// exp, log and log1p. All pass a NaN. The targets of the last two come smoothed; the caller
// multiplies dt by d(smoothed target) / d(target), which is `keep`.
#pragma once
#include "settings.h"

namespace fastnn::FASTNN_ISA {

template <class T>
struct LossNumbers {
  T delta, keep, shift;  // a smoothed target is t keep + shift
  T low, high;           // Keras's clip of probabilities
};

template <class T>
FASTNN_INLINE LossNumbers<T> loss_numbers(const LossSettings& s) {
  const bool smooth =
      s.function == Loss::binary_cross_entropy || s.function == Loss::sigmoid_cross_entropy;
  const double smoothing = smooth ? s.smoothing : 0;
  return {static_cast<T>(s.delta), static_cast<T>(1 - smoothing), static_cast<T>(smoothing / 2),
          static_cast<T>(1e-7), static_cast<T>(1 - 1e-7)};
}

template <class V>
FASTNN_HD V magnitude(V x) {
  return x < V{} ? -x : x;
}
// x within -limit .. limit
template <class V, class T>
FASTNN_HD V limited(V x, T limit) {
  const V most = V{} + limit, least = V{} - limit;
  const V above = x > most ? most : x;
  return above < least ? least : above;
}

struct SquaredLoss {
  static constexpr bool smoothed = false, antisymmetric = true;
  template <class Math, class V, class T>
  FASTNN_HD static V f(V x, V t, const LossNumbers<T>&) {
    const V e = x - t;
    return e * e;
  }
  template <class Math, class V, class T>
  FASTNN_HD static V dx(V x, V t, const LossNumbers<T>&) {
    const V e = x - t;
    return e + e;
  }
};

// Its derivative is 0 where prediction and target are equal, as Keras's on every backend.
struct AbsoluteLoss {
  static constexpr bool smoothed = false, antisymmetric = true;
  template <class Math, class V, class T>
  FASTNN_HD static V f(V x, V t, const LossNumbers<T>&) {
    return magnitude(x - t);
  }
  template <class Math, class V, class T>
  FASTNN_HD static V dx(V x, V t, const LossNumbers<T>&) {
    const V e = x - t, one = V{} + T(1), rest = e < V{} ? -one : e;
    return e > V{} ? one : rest;
  }
};

// e^2 / 2 where |e| <= delta, then the line that continues it
struct HuberLoss {
  static constexpr bool smoothed = false, antisymmetric = true;
  template <class Math, class V, class T>
  FASTNN_HD static V f(V x, V t, const LossNumbers<T>& n) {
    const V e = magnitude(x - t), square = e * e * T(0.5), line = (e - n.delta * T(0.5)) * n.delta;
    return e > V{} + n.delta ? line : square;
  }
  template <class Math, class V, class T>
  FASTNN_HD static V dx(V x, V t, const LossNumbers<T>& n) {
    return limited(x - t, n.delta);
  }
};

// -t log p - (1 - t) log(1 - p), p = x clipped to [1e-7, 1 - 1e-7]; no gradient where it was
// clipped
struct BinaryCrossEntropy {
  static constexpr bool smoothed = true, antisymmetric = false;
  template <class V, class T>
  FASTNN_HD static V clipped(V x, const LossNumbers<T>& n) {
    const V low = V{} + n.low, high = V{} + n.high;
    const V above = x < low ? low : x;
    return above > high ? high : above;
  }
  template <class Math, class V, class T>
  FASTNN_HD static V f(V x, V t, const LossNumbers<T>& n) {
    const V p = clipped(x, n), one = V{} + T(1);
    return -(t * Math::log(p) + (one - t) * Math::log(one - p));
  }
  template <class Math, class V, class T>
  FASTNN_HD static V dx(V x, V t, const LossNumbers<T>& n) {
    const V p = clipped(x, n), slope = (p - t) / (p * (T(1) - p));
    const V below = x <= V{} + n.low ? V{} : slope;
    return x >= V{} + n.high ? V{} : below;
  }
  template <class Math, class V, class T>
  FASTNN_HD static V dt(V x, V, const LossNumbers<T>& n) {
    const V p = clipped(x, n);
    return Math::log(T(1) - p) - Math::log(p);
  }
};

// The same of p = sigmoid(x): max(x, 0) - x t + log(1 + exp(-|x|)), which never overflows
struct SigmoidCrossEntropy {
  static constexpr bool smoothed = true, antisymmetric = false;
  template <class Math, class V, class T>
  FASTNN_HD static V f(V x, V t, const LossNumbers<T>&) {
    const V positive = x < V{} ? V{} : x;
    return (positive - x * t) + Math::log1p_unit(Math::exp(-magnitude(x)));
  }
  template <class Math, class V, class T>
  FASTNN_HD static V dx(V x, V t, const LossNumbers<T>&) {
    const V e = Math::exp(-magnitude(x)), one = V{} + T(1);
    return (x < V{} ? e : one) / (one + e) - t;
  }
  template <class Math, class V, class T>
  FASTNN_HD static V dt(V x, V, const LossNumbers<T>&) {
    return -x;
  }
};

// Calls f with the formulas that the settings name.
template <class F>
FASTNN_INLINE void with_loss(Loss function, F f) {
  switch (function) {
    case Loss::squared: return f(SquaredLoss{});
    case Loss::absolute: return f(AbsoluteLoss{});
    case Loss::huber: return f(HuberLoss{});
    case Loss::binary_cross_entropy: return f(BinaryCrossEntropy{});
    case Loss::sigmoid_cross_entropy: return f(SigmoidCrossEntropy{});
  }
}

}  // namespace fastnn::FASTNN_ISA
