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

FASTNN_CHOICE(Activation, none, relu)

// y = activation(op(a) op(b) + bias), op(x) = x or its transpose over the last two axes
struct GemmSettings {
  bool transpose_a = false, transpose_b = false;
  Activation activation = Activation::none;
  template <class F>
  void visit(F&& f) {
    f("transpose_a", transpose_a), f("transpose_b", transpose_b), f("activation", activation);
  }
};

FASTNN_CHOICE(Loss, squared, absolute, huber, binary_cross_entropy, sigmoid_cross_entropy)

// delta: where huber turns from a square to a line. smoothing: of the targets of the last two,
// which become t (1 - smoothing) + smoothing / 2.
struct LossSettings {
  Loss function = Loss::squared;
  double delta = 1, smoothing = 0;
  template <class F>
  void visit(F&& f) {
    f("function", function), f("delta", delta), f("smoothing", smoothing);
  }
};

struct SmoothingSettings {
  double smoothing = 0;
  template <class F>
  void visit(F&& f) {
    f("smoothing", smoothing);
  }
};

// moving = moving momentum + batch's (1 - momentum)
struct BatchNormSettings {
  double momentum = 0.99, epsilon = 1e-3;
  template <class F>
  void visit(F&& f) {
    f("momentum", momentum), f("epsilon", epsilon);
  }
};

struct EpsilonSettings {
  double epsilon = 1e-3;
  template <class F>
  void visit(F&& f) {
    f("epsilon", epsilon);
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
