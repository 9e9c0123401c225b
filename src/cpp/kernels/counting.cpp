// top_k: of each row of x the k greatest, sorted, and where they stand; of equal ones the first
// comes first, and a NaN comes before every number, as JAX sorts. The outputs hold the heap of the
// best so far, its root the worst of them. in_top_k: whether fewer than k elements of a row exceed
// the target's; never in a row with a NaN, as in Keras on JAX. bincount, confusion_matrix and
// threshold_histogram sum weights, or ones, by bin: a part has some of the samples and sums in
// double into bins of its own, which a second stage adds up in the order of the parts; where one
// part has all, as of a training step's batch, it adds to the counts. A label that has no bin is
// reported and counts nowhere.
#include <math.h>

#include "../samples.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

static int64_t row_count(Ref x) { return x.dim(-1) == 0 ? 0 : x.size() / x.dim(-1); }

// ---- top_k -------------------------------------------------------------------------------------

template <class T>
struct Best {
  T* value;
  int32_t* index;

  // Whether (v, i) comes before what stands at place b.
  FASTNN_INLINE bool is_before(T v, int32_t i, int64_t b) const {
    const T w = value[b];
    if (v > w) return true;
    if (v < w) return false;
    if (v == w) return i < index[b];
    return v == v ? false : w == w ? true : i < index[b];  // a NaN is one of them, or both
  }
  // Puts (v, i) in the place of the root of a heap of `size`, and the worst at the root.
  FASTNN_INLINE void replace_root(T v, int32_t i, int64_t size) {
    int64_t at = 0;
    for (int64_t child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && is_before(value[child], index[child], child + 1)) ++child;
      if (!is_before(v, i, child)) break;
      value[at] = value[child];
      index[at] = index[child];
      at = child;
    }
    value[at] = v;
    index[at] = i;
  }
  FASTNN_INLINE void push(T v, int32_t i, int64_t size) {  // to a heap of `size`
    int64_t at = size;
    value[at] = v;
    index[at] = i;
    for (int64_t up = (at - 1) / 2; at > 0 && is_before(value[up], index[up], at);
         up = (at - 1) / 2) {
      value[at] = value[up];
      index[at] = index[up];
      value[up] = v;
      index[up] = i;
      at = up;
    }
  }
};

void top_k(Out values, Out indices, In x, const NoSettings&, const Part& part) noexcept {
  const int64_t n = x.dim(-1), k = values.dim(-1);
  if (k == 0) return;
  const auto select_rows = [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(row_count(x), part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T* row = x.as<T>() + r * n;
      Best<T> best{values.as<T>() + r * k, indices.as<int32_t>() + r * k};
      for (int64_t i = 0; i < k; ++i) best.push(row[i], static_cast<int32_t>(i), i);
      for (int64_t i = k; i < n; ++i) {
        if (row[i] <= best.value[0]) continue;
        if (best.is_before(row[i], static_cast<int32_t>(i), 0))
          best.replace_root(row[i], static_cast<int32_t>(i), k);
      }
      for (int64_t size = k - 1; size > 0; --size) {  // the worst goes behind the heap
        const T v = best.value[size];
        const int32_t i = best.index[size];
        best.value[size] = best.value[0];
        best.index[size] = best.index[0];
        best.replace_root(v, i, size);
      }
    }
  };
  if (x.dtype() == Dtype::i32) {
    select_rows(int32_t{});
  } else {
    with_float(x.dtype(), select_rows);
  }
}

// An element costs a comparison, one that is kept a descent of the heap.
void top_k_schedule(Out values, Out, In x, const NoSettings&, Schedule& schedule) noexcept {
  const double kept = static_cast<double>(values.size());
  plan_stage(schedule, 0, static_cast<double>(x.size()) + 40 * kept, row_count(x));
}

void top_k_backward(OutAdd dx, In dvalues, In indices, const NoSettings&,
                    const Part& part) noexcept {
  const int64_t n = dx.dim(-1), k = dvalues.dim(-1);
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(row_count(dx), part);
    T* to = dx.as<T>();
    if (!dx.add()) map<false>(to, Range{rows.begin * n, rows.end * n}, [] { return Vec<T>{}; });
    for (int64_t i = rows.begin * k; i < rows.end * k; ++i) {
      const int64_t index = indices.as<int32_t>()[i];
      if (index >= 0 && index < n) {
        to[i / k * n + index] += dvalues.as<T>()[i];
      } else {
        part.status->report(Problem::index_out_of_range, index, n);
      }
    }
  });
}

void top_k_backward_schedule(OutAdd dx, In dvalues, In, const NoSettings&,
                             Schedule& schedule) noexcept {
  const double scattered = 5 * static_cast<double>(dvalues.size());
  plan_stage(schedule, 0, nanoseconds_of(dx.operand->bytes()) + scattered, row_count(dx));
}

void in_top_k(Out y, In targets, In x, const InTopKSettings& s, const Part& part) noexcept {
  const int64_t n = x.dim(1);
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(x.dim(0), part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const int64_t target = targets.as<int32_t>()[r];
      y.as<uint8_t>()[r] = 0;
      if (target < 0 || target >= n) {
        part.status->report(Problem::index_out_of_range, target, n);
        continue;
      }
      const T *row = x.as<T>() + r * n, own = row[target];
      int64_t above = 0;
      bool nan = false;
      for (int64_t i = 0; i < n; ++i) {
        above += row[i] > own;
        nan |= row[i] != row[i];
      }
      y.as<uint8_t>()[r] = !nan && above < s.k;
    }
  });
}

void in_top_k_schedule(Out, In, In x, const InTopKSettings&, Schedule& schedule) noexcept {
  plan_stage(schedule, 0, 0.5 * static_cast<double>(x.size()) + 5 * static_cast<double>(x.dim(0)),
             x.dim(0));
}

// ---- bins --------------------------------------------------------------------------------------

// A sample costs about 2 ns. Parts have bins of their own, so that there are never more bins than
// samples, unless one part has them all.
static int64_t counting_blocks(Ref counts, Ref samples) {
  const int64_t n = samples.size();
  return part_count(2 * static_cast<double>(n), n / larger(1, counts.size()));
}

// One part alone adds to counts that hold doubles without a detour.
static bool adds_directly(Ref counts, bool add, Ref samples) {
  return add && counts.dtype() == Dtype::f64 && counting_blocks(counts, samples) == 1;
}

static void plan_counting(Schedule& schedule, Ref counts, bool add, Ref samples) {
  const int64_t blocks = counting_blocks(counts, samples);
  plan_stage(schedule, 0, 2 * static_cast<double>(samples.size()), 1);
  schedule.parts[0] = blocks;
  if (adds_directly(counts, add, samples)) return;
  schedule.shared_bytes = blocks * counts.size() * static_cast<int64_t>(sizeof(double));
  plan_stage(schedule, 1, nanoseconds_of(schedule.shared_bytes), blocks_of(kGrain, counts.size()));
}

// bin(i, weight) says where sample i belongs, -1 for nowhere; `each` neighbours share a weight.
template <class Bin>
FASTNN_INLINE void count_samples(double* sums, Range samples, MaybeIn weights, int64_t each,
                                 Bin bin) {
  if (!weights) {
    for (int64_t i = samples.begin; i < samples.end; ++i) {
      const int64_t b = bin(i);
      if (b >= 0) sums[b] += 1;
    }
    return;
  }
  with_float(weights.dtype(), [&](auto tag) {
    const auto* weight = weights.as<decltype(tag)>();
    for (int64_t i = samples.begin; i < samples.end; ++i) {
      const int64_t b = bin(i);
      if (b >= 0) sums[b] += static_cast<double>(weight[each == 1 ? i : i / each]);
    }
  });
}

constexpr double kMostCounted = 0x7fffffff;  // by an int32

// Stage 1
static void combine_counts(Out counts, bool add, const double* sums, int64_t blocks,
                           const Part& part) {
  const Range range = share_elements(counts.size(), part);
  const auto combine = [&](auto tag) {
    using T = decltype(tag);
    constexpr bool is_integer = static_cast<T>(0.5) == 0;
    for (int64_t b = range.begin; b < range.end; ++b) {
      double sum = sums[b];
      for (int64_t k = 1; k < blocks; ++k) sum += sums[k * counts.size() + b];
      T& to = counts.as<T>()[b];
      if (add) sum += static_cast<double>(to);
      to = static_cast<T>(is_integer && sum > kMostCounted ? kMostCounted : sum);
    }
  };
  if (counts.dtype() == Dtype::i32) {
    combine(int32_t{});
  } else {
    with_float(counts.dtype(), combine);
  }
}

// Both stages.
template <class Bin>
FASTNN_INLINE void count_by_bin(Out counts, bool add, Ref samples, MaybeIn weights, Scratch scratch,
                                const Part& part, Bin bin) {
  double* sums = scratch.shared<double>();
  const int64_t blocks = counting_blocks(counts, samples), bins = counts.size();
  if (part.stage == 1) return combine_counts(counts, add, sums, blocks, part);
  const Range range = share(samples.size(), part);
  const int64_t each = weights ? elements_per_weight(samples, weights) : 1;
  if (adds_directly(counts, add, samples))
    return count_samples(counts.as<double>(), range, weights, each, bin);
  sums += part.index * bins;
  for (int64_t b = 0; b < bins; ++b) sums[b] = 0;
  count_samples(sums, range, weights, each, bin);
}

static bool has_bin(int64_t label, int64_t bins, const Part& part) {
  if (label >= 0 && label < bins) return true;
  part.status->report(Problem::index_out_of_range, label, bins);
  return false;
}

void bincount(Out counts, In labels, MaybeIn weights, Scratch scratch, const NoSettings&,
              const Part& part) noexcept {
  const int64_t n = counts.dim(0);
  count_by_bin(counts, false, labels, weights, scratch, part, [&](int64_t i) -> int64_t {
    const int64_t label = labels.as<int32_t>()[i];
    return has_bin(label, n, part) ? label : -1;
  });
}

void bincount_schedule(Out counts, In labels, MaybeIn, Scratch, const NoSettings&,
                       Schedule& schedule) noexcept {
  plan_counting(schedule, counts, false, labels);
}

void confusion_matrix(InOut counts, In labels, In predictions, MaybeIn weights, Scratch scratch,
                      const NoSettings&, const Part& part) noexcept {
  const int64_t rows = counts.dim(0), columns = counts.dim(1);
  count_by_bin(counts, true, labels, weights, scratch, part, [&](int64_t i) -> int64_t {
    const int64_t label = labels.as<int32_t>()[i], other = predictions.as<int32_t>()[i];
    return has_bin(label, rows, part) && has_bin(other, columns, part) ? label * columns + other
                                                                       : -1;
  });
}

void confusion_matrix_schedule(InOut counts, In labels, In, MaybeIn, Scratch, const NoSettings&,
                               Schedule& schedule) noexcept {
  plan_counting(schedule, counts, true, labels);
}

void threshold_histogram(InOut counts, In scores, In labels, MaybeIn weights, MaybeIn thresholds,
                         Scratch scratch, const ThresholdSettings& s, const Part& part) noexcept {
  const int64_t buckets = counts.dim(-1), columns = counts.rank() == 3 ? counts.dim(0) : 1;
  with_float(scores.dtype(), [&](auto score_tag) {
    with_number(labels.dtype(), [&](auto label_tag) {
      using L = decltype(label_tag);
      const auto* score = scores.as<decltype(score_tag)>();
      const double* limits = thresholds.as<double>();
      count_by_bin(counts, true, scores, weights, scratch, part, [&](int64_t i) -> int64_t {
        const int64_t bucket = bucket_of(score[i], limits, buckets, s.below_zero);
        const int64_t row = labels.as<L>()[i] != L(0) ? buckets : 0;
        return (columns == 1 ? 0 : i % columns * 2 * buckets) + row + bucket;
      });
    });
  });
}

void threshold_histogram_schedule(InOut counts, In scores, In, MaybeIn, MaybeIn, Scratch,
                                  const ThresholdSettings&, Schedule& schedule) noexcept {
  plan_counting(schedule, counts, true, scores);
}

}  // namespace fastnn::FASTNN_ISA
