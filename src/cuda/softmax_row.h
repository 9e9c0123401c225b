// What softmax and the cross-entropies share: a row's maximum and sums, by a warp where it has up
// to 1024 columns, else by a block; a row is read three times, of which the caches serve two.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
struct SoftmaxRow {
  T max, sum;  // of x, of exp(x - max)
};
template <int group, class T>
__device__ SoftmaxRow<T> softmax_row(const T* x, int64_t C) {
  T max = -INFINITY, sum = 0;
  for_each_column<group>(C, [&](int64_t c) { max = Max{}(max, x[c]); });
  max = row_reduce<group>(max, Max{});
  for_each_column<group>(C, [&](int64_t c) { sum += exponential(x[c] - max); });
  return {max, row_reduce<group>(sum, Sum{})};
}
template <int group, class T>
__device__ T sum_row(const T* x, int64_t C) {
  T sum = 0;
  for_each_column<group>(C, [&](int64_t c) { sum += x[c]; });
  return row_reduce<group>(sum, Sum{});
}

// Keras's epsilon: q = p / sum(p) counts as at least this and at most 1 less this.
constexpr double kClip = 1e-7;

template <class T>
__device__ T clipped(T q) {
  constexpr T kLeast = static_cast<T>(kClip), kMost = static_cast<T>(1 - kClip);
  return q < kLeast ? kLeast : q > kMost ? kMost : q;
}
template <class T>
__device__ bool is_clipped(T q) {  // a NaN is not
  return q <= static_cast<T>(kClip) || q >= static_cast<T>(1 - kClip);
}

}  // namespace fastnn::FASTNN_ISA
