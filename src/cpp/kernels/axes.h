// NumPy's broadcasting: shapes are aligned from the right, and neighbouring axes are merged where
// both operands step evenly through them, so that equal shapes become one long row, a bias a row
// for each sample, and a bias gradient the sum of rows. What is left is walked row by row of the
// innermost axis.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

// Axes, innermost first, each with its size and what a step along it moves in two operands: 0 where
// that operand is the same all along.
struct Axes {
  int count = 0;
  int64_t size[kMaxRank], step[2][kMaxRank];

  FASTNN_INLINE void push(int64_t n, int64_t step_0, int64_t step_1) {
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

// The axes of `whole`, merged, with the steps of two operands that broadcast to it. There is at
// least one; along the first each operand steps by 1 or stays.
FASTNN_INLINE Axes merged_axes(Ref whole, Ref x, Ref y) {
  Axes axes;
  const Ref operands[2] = {x, y};
  int64_t volume[2] = {1, 1};
  for (int i = 1; i <= whole.rank(); ++i) {
    const int64_t n = whole.dim(-i);
    if (n == 1) continue;
    int64_t step[2];
    for (int k = 0; k < 2; ++k) {
      const int64_t own = i <= operands[k].rank() ? operands[k].dim(-i) : 1;
      step[k] = own == 1 ? 0 : volume[k];
      volume[k] *= own;
    }
    const int last = axes.count - 1;
    if (last >= 0 && step[0] == axes.step[0][last] * axes.size[last] &&
        step[1] == axes.step[1][last] * axes.size[last]) {
      axes.size[last] *= n;
    } else {
      axes.push(n, step[0], step[1]);
    }
  }
  if (axes.count == 0) axes.push(1, 1, 1);
  return axes;
}

// Takes the innermost axis away.
FASTNN_INLINE Axes outer_axes(const Axes& axes) {
  Axes outer;
  for (int i = 1; i < axes.count; ++i) outer.push(axes.size[i], axes.step[0][i], axes.step[1][i]);
  return outer;
}

}  // namespace fastnn::FASTNN_ISA
