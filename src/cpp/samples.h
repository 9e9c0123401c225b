// What belongs to a sample: its weight, its share of a mean, and the bucket of its score between
// thresholds. One text for the host and the GPU.
#pragma once
#include "settings.h"

namespace fastnn::FASTNN_ISA {

// How many neighbouring elements of x share a weight.
FASTNN_INLINE int64_t elements_per_weight(Ref x, Ref weights) {
  return weights.size() ? x.size() / weights.size() : 1;
}

// What the sums of a batch's values, times their weights, and of the weights add to a mean. The
// value of a sample is the mean of its `values_per` values, and so is its weight.
struct MeanScale {
  double factor, values_per, weights_per;
  bool weighted;
  FASTNN_HD double of_values(double sum) const { return factor * sum / values_per; }
  FASTNN_HD double of_weights(double sum) const { return (weighted ? sum : factor) / weights_per; }
};
FASTNN_INLINE MeanScale mean_scale(Ref values, Ref weights, double weight) {
  const double n = static_cast<double>(values.size());
  if (!weights) return {weight, n, 1, false};
  const double samples = weights.rank() == 0 ? 1 : static_cast<double>(weights.dim(0));
  return {1, n / samples, static_cast<double>(weights.size()) / samples, true};
}

// Of n thresholds 0, 1 / (n - 1) .. 1, how many a score exceeds: ceil(score (n - 1)) after clipping
// to [0, 1], in the score's own precision, as Keras rounds. None for a NaN. Where float32 does not
// hold n - 1, the product may come to more than it.
template <class T>
FASTNN_HD int64_t exceeded_evenly(T score, int64_t n) {
  if (score >= T{1}) return n - 1;
  const T scaled = score * static_cast<T>(n - 1);
  if (!(scaled > T{0})) return 0;
  const int64_t whole = static_cast<int64_t>(scaled);
  const int64_t count = whole + (static_cast<T>(whole) < scaled ? 1 : 0);
  return count < n ? count : n - 1;
}

// The same of n ascending thresholds, rounded to the score's type.
template <class T>
FASTNN_HD int64_t exceeded(T score, const double* thresholds, int64_t n) {
  int64_t low = 0, high = n;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (score > static_cast<T>(thresholds[middle])) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// How many of the thresholds, which are even ones where none are given, a score exceeds: 0 ..
// buckets - 1.
template <class T>
FASTNN_HD int64_t bucket_of(T score, const double* thresholds, int64_t buckets, bool below_zero) {
  const int64_t n = buckets - 1;
  if (thresholds) return exceeded(score, thresholds, n);
  const int64_t count = exceeded_evenly(score, n);
  return below_zero && count == 0 ? 1 : count;
}

}  // namespace fastnn::FASTNN_ISA
