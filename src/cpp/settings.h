// What a call needs beside its arrays. Sizes are never here: they come from the operands, so that a
// caller cannot contradict them. Plain data of at most kMaxSettings bytes. visit() names the
// members in the order in which Python's tuple gives them.
#pragma once
#include "contract.h"

namespace fastnn {

constexpr int kMaxSettings = 512;

// A choice among names: an enumeration, and the same names as Python spells them.
#define FASTNN_CHOICE(Enum, ...)             \
  enum class Enum : int32_t { __VA_ARGS__ }; \
  FASTNN_INLINE constexpr const char* names_of(Enum) { return #__VA_ARGS__; }

// A tuple of whole numbers, at most one an axis.
struct Integers {
  int64_t count = 0;
  int64_t at[kMaxRank] = {};
};

struct NoSettings {
  template <class F>
  void visit(F&&) {}
};

// What may follow a product: the functions whose gradient is had from their result, without
// parameters (elu: alpha is 1).
FASTNN_CHOICE(Activation, none, relu, sigmoid, tanh, elu, selu, softplus, softsign, hard_sigmoid,
              exponential, relu6)
// The first line's gradients are taken from the result, the others' from x. alpha: the slope of
// leaky_relu, elu's factor, clip's lower limit; beta: clip's upper limit.
FASTNN_CHOICE(Unary, relu, leaky_relu, elu, selu, sigmoid, tanh, softplus, softsign, hard_sigmoid,
              exponential, relu6, sqrt, rsqrt, gelu, gelu_tanh, silu, absolute, negative, log,
              log1p, square, sin, cos, floor, sign, clip)

// y = activation(op(a) op(b) + bias), op(x) = x or its transpose over the last two axes
struct GemmSettings {
  bool transpose_a = false, transpose_b = false;
  Activation activation = Activation::none;
  template <class F>
  void visit(F&& f) {
    f("transpose_a", transpose_a), f("transpose_b", transpose_b), f("activation", activation);
  }
};

FASTNN_CHOICE(Binary, add, subtract, multiply, divide, power, minimum, maximum)
FASTNN_CHOICE(Comparison, equal, not_equal, less, less_equal, greater, greater_equal)
FASTNN_CHOICE(Side, a, b)

struct BinarySettings {
  Binary function = Binary::add;
  template <class F>
  void visit(F&& f) {
    f("function", function);
  }
};

// The gradient of one side.
struct BinaryBackwardSettings {
  Binary function = Binary::add;
  Side side = Side::a;
  template <class F>
  void visit(F&& f) {
    f("function", function), f("side", side);
  }
};

struct CompareSettings {
  Comparison function = Comparison::equal;
  template <class F>
  void visit(F&& f) {
    f("function", function);
  }
};

struct UnarySettings {
  Unary function = Unary::relu;
  double alpha = 0, beta = 0;
  template <class F>
  void visit(F&& f) {
    f("function", function), f("alpha", alpha), f("beta", beta);
  }
};

// An element is kept with probability 1 - rate and divided by it. `stream` tells layers apart.
struct DropoutSettings {
  double rate = 0;
  int64_t stream = 0;
  template <class F>
  void visit(F&& f) {
    f("rate", rate), f("stream", stream);
  }
};

struct UniformSettings {
  double low = 0, high = 1;
  int64_t stream = 0;
  template <class F>
  void visit(F&& f) {
    f("low", low), f("high", high), f("stream", stream);
  }
};

struct AdamSettings {
  double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
  template <class F>
  void visit(F&& f) {
    f("beta_1", beta_1), f("beta_2", beta_2), f("epsilon", epsilon);
  }
};

struct FillSettings {
  double value = 0;
  template <class F>
  void visit(F&& f) {
    f("value", value);
  }
};

}  // namespace fastnn
