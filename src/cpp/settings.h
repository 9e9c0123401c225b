// What a call needs beside its arrays. Sizes are never here: they come from the operands, so that a
// caller cannot contradict them. Plain data of at most kMaxSettings bytes. visit() names the
// members in the order in which Python's tuple gives them.
#pragma once
#include "contract.h"

namespace fastnn {

constexpr int kMaxSettings = 1024;

// A choice among names: an enumeration, and the same names as Python spells them.
#define FASTNN_CHOICE(Enum, ...)             \
  enum class Enum : int32_t { __VA_ARGS__ }; \
  FASTNN_INLINE constexpr const char* names_of(Enum) { return #__VA_ARGS__; }

// A tuple of whole numbers, at most one an axis.
struct Integers {
  int64_t count = 0;
  int64_t at[kMaxRank] = {};
};

// A tuple of numbers, as many at most.
struct Numbers {
  int64_t count = 0;
  double at[kMaxRank] = {};
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
  bool relu = false;
  template <class F>
  void visit(F&& f) {
    f("momentum", momentum), f("epsilon", epsilon), f("relu", relu);
  }
};

struct BatchNormInferenceSettings {
  double epsilon = 1e-3;
  bool relu = false;
  template <class F>
  void visit(F&& f) {
    f("epsilon", epsilon), f("relu", relu);
  }
};

struct BatchNormBackwardSettings {
  bool relu = false;
  template <class F>
  void visit(F&& f) {
    f("relu", relu);
  }
};

struct EpsilonSettings {
  double epsilon = 1e-3;
  template <class F>
  void visit(F&& f) {
    f("epsilon", epsilon);
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

constexpr int kChainInputs = 8, kChainSteps = kMaxRank, kChainOutputs = 4;

// gradient_a, gradient_b: of a binary function, to that side.
enum class ChainKind : int64_t { unary_forward, unary_backward, binary, gradient_a, gradient_b };

// Elementwise steps in one pass. A step is a ChainKind, the number of its function among Unary or
// Binary, the values that it reads, as its operation does (and 0 for those it has not), and a
// unary's alpha and beta. Value i is x[i], or the result of step i - the number of x. outputs: the
// steps whose results y .. y4 get.
struct ChainSettings {
  Integers kinds = {}, functions = {}, first = {}, second = {}, third = {};
  Numbers alphas = {}, betas = {};
  Integers outputs = {};
  template <class F>
  void visit(F&& f) {
    f("kinds", kinds), f("functions", functions), f("first", first), f("second", second);
    f("third", third), f("alphas", alphas), f("betas", betas), f("outputs", outputs);
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
  Integers mask_shape = {};
  template <class F>
  void visit(F&& f) {
    f("rate", rate), f("stream", stream), f("mask_shape", mask_shape);
  }
};

// mean + stddev z; truncated: z from -2 to 2 alone
struct NormalSettings {
  double mean = 0, stddev = 1;
  bool truncated = false;
  int64_t stream = 0;
  template <class F>
  void visit(F&& f) {
    f("mean", mean), f("stddev", stddev), f("truncated", truncated), f("stream", stream);
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

struct FillSettings {
  double value = 0;
  template <class F>
  void visit(F&& f) {
    f("value", value);
  }
};

struct TransposeSettings {
  Integers axes = {};
  template <class F>
  void visit(F&& f) {
    f("axes", axes);
  }
};

// Each with one number an axis. Where `every` is above 1, the step is 1 or -1.
struct SliceSettings {
  Integers starts = {}, steps = {}, every = {};
  double value = 0;
  template <class F>
  void visit(F&& f) {
    f("starts", starts), f("steps", steps), f("every", every), f("value", value);
  }
};

// Beyond x's ends: its last element again; x mirrored at that element, or behind it; x from its
// other end.
FASTNN_CHOICE(PadMode, edge, reflect, symmetric, wrap)

struct PadSettings {
  Integers before = {};
  PadMode mode = PadMode::edge;
  template <class F>
  void visit(F&& f) {
    f("before", before), f("mode", mode);
  }
};

struct ConcatenateSettings {
  int64_t axis = 0;
  template <class F>
  void visit(F&& f) {
    f("axis", axis);
  }
};

// below_zero: the first of the even thresholds is a little less than 0, as in Keras's AUC.
struct ThresholdSettings {
  bool below_zero = false;
  template <class F>
  void visit(F&& f) {
    f("below_zero", below_zero);
  }
};

// weight: of all values together, where they have none of their own.
struct MeanUpdateSettings {
  double weight = 1;
  template <class F>
  void visit(F&& f) {
    f("weight", weight);
  }
};

struct InTopKSettings {
  int64_t k = 1;
  template <class F>
  void visit(F&& f) {
    f("k", k);
  }
};

}  // namespace fastnn

#include "settings_pictures.h"
#include "settings_updates.h"
