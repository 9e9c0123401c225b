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

struct InTopKSettings {
  int64_t k = 1;
  template <class F>
  void visit(F&& f) {
    f("k", k);
  }
};

}  // namespace fastnn
