// NumPy's broadcasting: shapes are aligned from the right, and neighbouring axes are merged where
// both operands step evenly through them, so that equal shapes become one long row, a bias a row
// for each sample, and a bias gradient the sum of rows. What is left is walked row by row of the
// innermost axis.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

constexpr int kOperands = 3;

// Axes, innermost first, each with its size and what a step along it moves in up to three operands:
// 0 where that operand is the same all along.
struct Axes {
  int count = 0;
  int64_t size[kMaxRank], step[kOperands][kMaxRank];

  FASTNN_INLINE void push(int64_t n, int64_t step_0, int64_t step_1, int64_t step_2 = 0) {
    step[2][count] = step_2;
    size[count] = n;
    step[0][count] = step_0;
    step[1][count] = step_1;
    ++count;
  }
  FASTNN_INLINE int64_t total() const {
    int64_t n = 1;
    for (int i = 0; i < count; ++i) n *= size[i];
    return n;
  }
  FASTNN_INLINE int64_t offset(int operand, int64_t index) const {
    if (count == 0) return 0;
    int64_t sum = 0;
    for (int i = 0; i < count - 1; ++i) {
      sum += index % size[i] * step[operand][i];
      index /= size[i];
    }
    return sum + index * step[operand][count - 1];
  }
};

// The axes of `whole`, merged, with the steps of operands that broadcast to it. There is at least
// one; along the first each operand steps by 1 or stays.
template <int operands>
FASTNN_INLINE Axes merged_axes(Ref whole, const Ref (&x)[operands]) {
  Axes axes;
  int64_t volume[kOperands] = {1, 1, 1};
  for (int i = 1; i <= whole.rank(); ++i) {
    const int64_t n = whole.dim(-i);
    if (n == 1) continue;
    int64_t step[kOperands] = {};
    const int last = axes.count - 1;
    bool even = last >= 0;
    for (int k = 0; k < operands; ++k) {
      const int64_t own = i <= x[k].rank() ? x[k].dim(-i) : 1;
      step[k] = own == 1 ? 0 : volume[k];
      volume[k] *= own;
      even = even && step[k] == axes.step[k][last] * axes.size[last];
    }
    if (even) {
      axes.size[last] *= n;
    } else {
      axes.push(n, step[0], step[1], step[2]);
    }
  }
  if (axes.count == 0) axes.push(1, 1, 1, 1);
  return axes;
}
FASTNN_INLINE Axes merged_axes(Ref whole, Ref x, Ref y) { return merged_axes(whole, {x, y}); }
FASTNN_INLINE Axes merged_axes(Ref whole, Ref x, Ref y, Ref z) {
  return merged_axes(whole, {x, y, z});
}

// Takes the innermost axis away.
FASTNN_INLINE Axes outer_axes(const Axes& axes) {
  Axes outer;
  for (int i = 1; i < axes.count; ++i)
    outer.push(axes.size[i], axes.step[0][i], axes.step[1][i], axes.step[2][i]);
  return outer;
}

}  // namespace fastnn::FASTNN_ISA
