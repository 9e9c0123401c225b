// Functions of two numbers and their gradients, each written once, for a SIMD vector and for a
// scalar alike: f(a, b), and da and db of a gradient dy. kForward and kBackward: how many exp, or
// functions as dear, they hold.
#pragma once
#include "formulas_unary.h"

namespace fastnn::FASTNN_ISA {

struct Add {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V a, V b) {
    return a + b;
  }
  template <class V>
  FASTNN_HD static V da(V, V, V dy) {
    return dy;
  }
  template <class V>
  FASTNN_HD static V db(V, V, V dy) {
    return dy;
  }
};

struct Subtract {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V a, V b) {
    return a - b;
  }
  template <class V>
  FASTNN_HD static V da(V, V, V dy) {
    return dy;
  }
  template <class V>
  FASTNN_HD static V db(V, V, V dy) {
    return -dy;
  }
};

struct Multiply {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V a, V b) {
    return a * b;
  }
  template <class V>
  FASTNN_HD static V da(V, V b, V dy) {
    return dy * b;
  }
  template <class V>
  FASTNN_HD static V db(V a, V, V dy) {
    return dy * a;
  }
};

struct Divide {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V a, V b) {
    return a / b;
  }
  template <class V>
  FASTNN_HD static V da(V, V b, V dy) {
    return dy / b;
  }
  template <class V>
  FASTNN_HD static V db(V a, V b, V dy) {
    return -(dy / b) * (a / b);
  }
};

// The gradient to the base is 0 where the power is 0; that to the power 0 where the base is 0,
// unless a^b is infinite.
struct Power {
  static constexpr int kForward = 3, kBackward = 4;
  template <class V>
  FASTNN_HD static V f(V a, V b) {
    return pow(a, b);
  }
  template <class V>
  FASTNN_HD static V da(V a, V b, V dy) {
    const V slope = b * pow(a, b - number<V>(1)) * dy;
    return b == V{} ? V{} : slope;
  }
  template <class V>
  FASTNN_HD static V db(V a, V b, V dy) {
    const V base = a == V{} ? number<V>(1) : a;
    return pow(a, b) * log(base) * dy;
  }
};

// A tie gives either side half of the gradient; a NaN passes, and has no gradient.
struct Minimum {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V a, V b) {
    return lower_of(a, b);
  }
  template <class V>
  FASTNN_HD static V da(V a, V b, V dy) {
    const V tie = a == b ? dy * number<V>(0.5) : V{};
    return a < b ? dy : tie;
  }
  template <class V>
  FASTNN_HD static V db(V a, V b, V dy) {
    return da(b, a, dy);
  }
};

struct Maximum {
  static constexpr int kForward = 0, kBackward = 0;
  template <class V>
  FASTNN_HD static V f(V a, V b) {
    return upper_of(a, b);
  }
  template <class V>
  FASTNN_HD static V da(V a, V b, V dy) {
    return Minimum::da(b, a, dy);
  }
  template <class V>
  FASTNN_HD static V db(V a, V b, V dy) {
    return Minimum::da(a, b, dy);
  }
};

// Calls use(formula) with the formula of that name.
FASTNN_HD_CALLS
template <class F>
FASTNN_HD void with_binary(Binary function, F use) {
  switch (function) {
    case Binary::add: return use(Add{});
    case Binary::subtract: return use(Subtract{});
    case Binary::multiply: return use(Multiply{});
    case Binary::divide: return use(Divide{});
    case Binary::power: return use(Power{});
    case Binary::minimum: return use(Minimum{});
    case Binary::maximum: return use(Maximum{});
  }
}

struct Equal {
  template <class T>
  FASTNN_HD static bool f(T a, T b) {
    return a == b;
  }
};
struct NotEqual {
  template <class T>
  FASTNN_HD static bool f(T a, T b) {
    return a != b;
  }
};
struct Less {
  template <class T>
  FASTNN_HD static bool f(T a, T b) {
    return a < b;
  }
};
struct LessEqual {
  template <class T>
  FASTNN_HD static bool f(T a, T b) {
    return a <= b;
  }
};

// Calls use(formula, swapped): greater is less with its operands swapped.
template <class F>
FASTNN_INLINE void with_comparison(Comparison function, F use) {
  switch (function) {
    case Comparison::equal: return use(Equal{}, false);
    case Comparison::not_equal: return use(NotEqual{}, false);
    case Comparison::less: return use(Less{}, false);
    case Comparison::less_equal: return use(LessEqual{}, false);
    case Comparison::greater: return use(Less{}, true);
    case Comparison::greater_equal: return use(LessEqual{}, true);
  }
}

}  // namespace fastnn::FASTNN_ISA
