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

// Of every update: w -= rate weight_decay w comes before it; clipnorm and clipvalue, 0 for none,
// limit the gradients. check() allows one of them.
struct AdamSettings {
  double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
  double weight_decay = 0, clipnorm = 0, clipvalue = 0;
  template <class F>
  void visit(F&& f) {
    f("beta_1", beta_1), f("beta_2", beta_2), f("epsilon", epsilon),
        f("weight_decay", weight_decay), f("clipnorm", clipnorm), f("clipvalue", clipvalue);
  }
};

struct SgdSettings {
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0, clipnorm = 0, clipvalue = 0;
  template <class F>
  void visit(F&& f) {
    f("momentum", momentum), f("nesterov", nesterov), f("weight_decay", weight_decay),
        f("clipnorm", clipnorm), f("clipvalue", clipvalue);
  }
};

struct RmspropSettings {
  double rho = 0.9, momentum = 0, epsilon = 1e-7;
  double weight_decay = 0, clipnorm = 0, clipvalue = 0;
  template <class F>
  void visit(F&& f) {
    f("rho", rho), f("momentum", momentum), f("epsilon", epsilon), f("weight_decay", weight_decay),
        f("clipnorm", clipnorm), f("clipvalue", clipvalue);
  }
};

struct AdagradSettings {
  double epsilon = 1e-7;
  double weight_decay = 0, clipnorm = 0, clipvalue = 0;
  template <class F>
  void visit(F&& f) {
    f("epsilon", epsilon), f("weight_decay", weight_decay), f("clipnorm", clipnorm),
        f("clipvalue", clipvalue);
  }
};

struct AdadeltaSettings {
  double rho = 0.95, epsilon = 1e-7;
  double weight_decay = 0, clipnorm = 0, clipvalue = 0;
  template <class F>
  void visit(F&& f) {
    f("rho", rho), f("epsilon", epsilon), f("weight_decay", weight_decay), f("clipnorm", clipnorm),
        f("clipvalue", clipvalue);
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
