// The optimizers' updates with Keras's order of operations, each written once for a SIMD vector and
// for a scalar alike (see formulas.h). x holds one weight and its slots, in the order of
// operations.def, and is updated in place from the gradient g; `rate` is the learning rate, Adam's
// with the bias correction. The including file declares root(V) before it.
#pragma once
#include "settings.h"

namespace fastnn::FASTNN_ISA {

// What a gradient is multiplied by so that its norm keeps to the limit. As in Keras an infinite
// norm of all gradients makes NaN of every one, that of an array makes zeros of what is finite.
FASTNN_HD double clip_scale(double norm, double limit, bool of_all) {
  const double scale = norm > limit ? limit / norm : norm != norm ? norm : 1;
  return of_all ? scale + (norm - norm) : scale;
}

// What comes before each update: the gradient is clipped and the weight decays.
template <class T>
struct Prepare {
  T scale, limit, decay;  // decay = rate weight_decay
  FASTNN_HD bool idle() const { return scale == T(1) && limit == T(0) && decay == T(0); }
  template <class V>
  FASTNN_HD void operator()(V& w, V& g) const {
    g = g * scale;
    if (limit > T(0)) {
      const V low = V{} - limit, high = V{} + limit;
      g = g < low ? low : g;
      g = g > high ? high : g;
    }
    if (decay != T(0)) w -= w * decay;
  }
};

template <class T, bool amsgrad>
struct Adam {  // w, m, v and v_hat, the largest v
  static constexpr int kArrays = amsgrad ? 4 : 3;
  T rest_1, rest_2, epsilon;
  explicit Adam(const AdamSettings& s)
      : rest_1(static_cast<T>(1 - s.beta_1)),
        rest_2(static_cast<T>(1 - s.beta_2)),
        epsilon(static_cast<T>(s.epsilon)) {}
  template <class V>
  FASTNN_HD void step(V* x, V g, T rate) const {
    x[1] += (g - x[1]) * rest_1;
    x[2] += (g * g - x[2]) * rest_2;
    V square = x[2];
    if constexpr (amsgrad) {
      square = square < x[3] ? x[3] : square;  // a NaN of v is taken
      x[3] = square = x[3] != x[3] ? x[3] : square;
    }
    x[0] -= x[1] * rate / (root(square) + epsilon);
  }
};

template <class T, bool momentum>
struct Sgd {  // w, velocity
  static constexpr int kArrays = momentum ? 2 : 1;
  T mu;
  bool nesterov;
  explicit Sgd(const SgdSettings& s) : mu(static_cast<T>(s.momentum)), nesterov(s.nesterov) {}
  template <class V>
  FASTNN_HD void step(V* x, V g, T rate) const {
    const V change = g * rate;
    if constexpr (momentum) {
      x[1] = x[1] * mu - change;
      x[0] += nesterov ? x[1] * mu - change : x[1];
    } else {
      x[0] -= change;
    }
  }
};

template <class T, bool momentum, bool centered>
struct Rmsprop {  // w, square: the moving mean of g g, velocity, the moving mean of g
  static constexpr int kArrays = 2 + (momentum ? 1 : 0) + (centered ? 1 : 0);
  T rho, rest, mu, epsilon;
  explicit Rmsprop(const RmspropSettings& s)
      : rho(static_cast<T>(s.rho)),
        rest(static_cast<T>(1 - s.rho)),
        mu(static_cast<T>(s.momentum)),
        epsilon(static_cast<T>(s.epsilon)) {}
  template <class V>
  FASTNN_HD void step(V* x, V g, T rate) const {
    x[1] = x[1] * rho + g * g * rest;
    V variance = x[1];
    if constexpr (centered) {
      V& mean = x[kArrays - 1];
      mean = mean * rho + g * rest;
      variance -= mean * mean;
    }
    const V step = g * rate / root(variance + epsilon);
    if constexpr (momentum) {
      x[2] = x[2] * mu + step;
      x[0] -= x[2];
    } else {
      x[0] -= step;
    }
  }
};

template <class T>
struct Adagrad {  // w, the sum of g g
  static constexpr int kArrays = 2;
  T epsilon;
  explicit Adagrad(const AdagradSettings& s) : epsilon(static_cast<T>(s.epsilon)) {}
  template <class V>
  FASTNN_HD void step(V* x, V g, T rate) const {
    x[1] += g * g;
    x[0] -= g * rate / root(x[1] + epsilon);
  }
};

template <class T>
struct Adadelta {  // w, the moving means of g g and of the squared changes
  static constexpr int kArrays = 3;
  T rho, rest, epsilon;
  explicit Adadelta(const AdadeltaSettings& s)
      : rho(static_cast<T>(s.rho)),
        rest(static_cast<T>(1 - s.rho)),
        epsilon(static_cast<T>(s.epsilon)) {}
  template <class V>
  FASTNN_HD void step(V* x, V g, T rate) const {
    x[1] = x[1] * rho + g * g * rest;
    const V change = root(x[2] + epsilon) * g / root(x[1] + epsilon);
    x[2] = x[2] * rho + change * change * rest;
    x[0] -= change * rate;
  }
};

}  // namespace fastnn::FASTNN_ISA
