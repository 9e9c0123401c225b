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

// Steps, zeros around x, gaps between the kernel's taps; groups of channels that do not meet.
struct Conv2dSettings {
  int64_t stride_h = 1, stride_w = 1;
  int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  int64_t dilation_h = 1, dilation_w = 1;
  int64_t groups = 1;
  Activation activation = Activation::none;
  template <class F>
  void visit(F&& f) {
    f("stride_h", stride_h), f("stride_w", stride_w), f("pad_top", pad_top);
    f("pad_bottom", pad_bottom), f("pad_left", pad_left), f("pad_right", pad_right);
    f("dilation_h", dilation_h), f("dilation_w", dilation_w), f("groups", groups);
    f("activation", activation);
  }
};

FASTNN_CHOICE(Pooling, max, average, sum)

// Windows of so many rows and columns, one every stride; cells outside of x do not count.
struct Pool2dSettings {
  Pooling function = Pooling::max;
  int64_t size_h = 1, size_w = 1;
  int64_t stride_h = 1, stride_w = 1;
  int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  template <class F>
  void visit(F&& f) {
    f("function", function), f("size_h", size_h), f("size_w", size_w);
    f("stride_h", stride_h), f("stride_w", stride_w), f("pad_top", pad_top);
    f("pad_bottom", pad_bottom), f("pad_left", pad_left), f("pad_right", pad_right);
  }
};

FASTNN_CHOICE(Reduction, sum, mean, max, min, prod, logsumexp)

struct ReduceSettings {
  Reduction function = Reduction::sum;
  template <class F>
  void visit(F&& f) {
    f("function", function);
  }
};

// root: the standard deviation instead
struct VarianceSettings {
  bool root = false;
  template <class F>
  void visit(F&& f) {
    f("root", root);
  }
};

FASTNN_CHOICE(Extreme, max, min)

struct ArgReduceSettings {
  Extreme function = Extreme::max;
  int64_t axis = 0;
  template <class F>
  void visit(F&& f) {
    f("function", function), f("axis", axis);
  }
};

struct CumulativeSumSettings {
  int64_t axis = 0;
  bool reverse = false, exclusive = false;
  template <class F>
  void visit(F&& f) {
    f("axis", axis), f("reverse", reverse), f("exclusive", exclusive);
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
