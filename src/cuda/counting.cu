// top_k: of each row of x the k greatest, sorted, and where they stand; of equal ones the first
// comes first, and a NaN comes before every number. A warp or a block has a row and looks through
// it k times, each time for the best of what comes after the last one found. in_top_k: whether
// fewer than k elements of a row exceed the target's; never in a row with a NaN. bincount,
// confusion_matrix and threshold_histogram sum weights, or ones, by bin: a launch writes the bin of
// each sample to scratch, and in a second a block has a bin and sums what belongs to it in double,
// in an order that the number of samples fixes. A label that has no bin is reported and counts
// nowhere.
#include "../cpp/samples.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

static int64_t row_count(Ref x) { return x.dim(-1) == 0 ? 0 : x.size() / x.dim(-1); }

// ---- top_k ------------------------------------------------------------------------------------

// An element's rank in the order of top_k: by value, NaN first, then by index.
template <class T>
struct Ranked {
  T value;
  int32_t index;  // -1: none, which comes last

  FASTNN_HD bool is_before(const Ranked& other) const {
    if (index < 0 || other.index < 0) return other.index < 0 && index >= 0;
    const bool nan = value != value, other_nan = other.value != other.value;
    if (nan != other_nan) return nan;
    if (!nan && value != other.value) return value > other.value;
    return index < other.index;
  }
};

template <class T, int group>
struct RankedShared {
  Ranked<T> warps[group / kWarp];
};

// The first of all threads of the group, in all of them.
template <int group, class T>
__device__ Ranked<T> first_of(Ranked<T> best) {
#pragma unroll
  for (int distance = kWarp / 2; distance; distance /= 2) {
    const T value = __shfl_xor_sync(kFullWarp, best.value, distance);
    const Ranked<T> other{value, __shfl_xor_sync(kFullWarp, best.index, distance)};
    if (other.is_before(best)) best = other;
  }
  if constexpr (group > kWarp) {
    auto& s = shared<RankedShared<T, group>>();
    if (threadIdx.x % kWarp == 0) s.warps[threadIdx.x / kWarp] = best;
    __syncthreads();
    best = s.warps[0];
    for (int warp = 1; warp < group / kWarp; ++warp)
      if (s.warps[warp].is_before(best)) best = s.warps[warp];
    __syncthreads();
  }
  return best;
}

template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    top_k_kernel(T* values, int32_t* indices, const T* x, int64_t rows, int64_t n, int64_t k) {
  for_each_row<group>(rows, [&](int64_t r) {
    Ranked<T> last{T{0}, -1};
    for (int64_t j = 0; j < k; ++j) {
      Ranked<T> best{T{0}, -1};
      for_each_column<group>(n, [&](int64_t c) {
        const Ranked<T> here{x[r * n + c], static_cast<int32_t>(c)};
        if ((j == 0 || last.is_before(here)) && here.is_before(best)) best = here;
      });
      last = first_of<group>(best);
      if (threadIdx.x % group == 0) {
        values[r * k + j] = last.value;
        indices[r * k + j] = last.index;
      }
    }
  });
}

template <class T>
static void launch_top_k(Out values, Out indices, In x, Stream& stream) {
  const int64_t n = x.dim(-1), k = values.dim(-1), rows = row_count(x);
  const auto launch_group = [&](auto group) {
    constexpr int kGroup = group.size, kGroups = kRowBlock<kGroup> / kGroup;
    launch(top_k_kernel<T, kGroup>, grid_of(blocks_of(kGroups, rows)), dim3(kRowBlock<kGroup>),
           kGroup == kWarp ? 0 : sizeof(RankedShared<T, kGroup>), stream, values.as<T>(),
           indices.as<int32_t>(), x.as<T>(), rows, n, k);
  };
  if (n <= kLongRow) {
    launch_group(Group<kWarp>{});
  } else {
    launch_group(Group<kRowThreads>{});
  }
}

void top_k(Out values, Out indices, In x, const NoSettings&, Stream& stream) noexcept {
  if (values.size() == 0) return;
  if (x.dtype() == Dtype::i32) return launch_top_k<int32_t>(values, indices, x, stream);
  with_float(x.dtype(), [&](auto tag) { launch_top_k<decltype(tag)>(values, indices, x, stream); });
}

// An element of dx looks for itself among its row's indices.
// Unless one block an SM is asked for, the compiler saves registers and spills 16 bytes of floats.
template <class T>
__global__ void __launch_bounds__(kThreads, 1)
    top_k_backward_kernel(T* dx, bool add, const T* dvalues, const int32_t* indices, int64_t count,
                          int64_t n, int64_t k, Status* status) {
  map(dx, add, count, [&](int64_t i) {
    const int64_t row = i / n, column = i - row * n;
    T sum = 0;
    for (int64_t j = row * k; j < (row + 1) * k; ++j) {
      const int64_t index = indices[j];
      if (index == column) sum += dvalues[j];
      if (column == 0 && (index < 0 || index >= n))
        report(status, Problem::index_out_of_range, index, n);
    }
    return sum;
  });
}

void top_k_backward(OutAdd dx, In dvalues, In indices, const NoSettings&, Stream& stream) noexcept {
  if (dx.size() == 0) return;
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(top_k_backward_kernel<T>, dx.size(), stream, dx.as<T>(), dx.add(), dvalues.as<T>(),
               indices.as<int32_t>(), dx.size(), dx.dim(-1), dvalues.dim(-1), stream.status);
  });
}

template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    in_top_k_kernel(uint8_t* y, const int32_t* targets, const T* x, int64_t rows, int64_t n,
                    int64_t k, Status* status) {
  for_each_row<group>(rows, [&](int64_t r) {
    const int32_t target = targets[r];
    const bool fits = target >= 0 && target < n;
    const T own = fits ? x[r * n + target] : T{0};
    double above = 0;  // counts are exact; a NaN counts as too many
    for_each_column<group>(n, [&](int64_t c) {
      const T value = x[r * n + c];
      above += value != value ? static_cast<double>(INFINITY) : value > own ? 1 : 0;
    });
    above = row_reduce<group>(above, Sum{});
    if (threadIdx.x % group == 0) {
      if (!fits) report(status, Problem::index_out_of_range, target, n);
      y[r] = fits && above < static_cast<double>(k);
    }
  });
}

void in_top_k(Out y, In targets, In x, const InTopKSettings& s, Stream& stream) noexcept {
  const int64_t rows = x.dim(0), n = x.dim(1);
  if (rows == 0) return;
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const auto launch_group = [&](auto group) {
      launch_rows<double, group.size>(in_top_k_kernel<T, group.size>, rows, stream, y.as<uint8_t>(),
                                      targets.as<int32_t>(), x.as<T>(), rows, n, s.k,
                                      stream.status);
    };
    if (n <= kLongRow) {
      launch_group(Group<kWarp>{});
    } else {
      launch_group(Group<kRowThreads>{});
    }
  });
}

// ---- bins -------------------------------------------------------------------------------------

// The bin of each sample, -1 for none.
static void plan_counting(Schedule& schedule, Ref samples) {
  schedule.shared_bytes = samples.size() * static_cast<int64_t>(sizeof(int64_t));
}

template <class T, class W>
__global__ void __launch_bounds__(kThreads)
    count_kernel(T* counts, bool add, const int64_t* bins, const W* weights, int64_t each,
                 int64_t n, int64_t bin_count) {
  for (int64_t bin = blockIdx.x; bin < bin_count; bin += gridDim.x) {
    double sum = 0;
#pragma unroll 4
    for (int64_t i = threadIdx.x; i < n; i += kThreads)
      if (bins[i] == bin) sum += weights ? static_cast<double>(weights[i / each]) : 1.0;
    sum = block_reduce<kThreads>(sum, Sum{});
    if (threadIdx.x == 0) {
      if (add) sum += static_cast<double>(counts[bin]);
      const bool is_integer = static_cast<T>(0.5) == 0;
      counts[bin] = static_cast<T>(is_integer && sum > 0x7fffffff ? 0x7fffffff : sum);
    }
  }
}

static void launch_count(Out counts, bool add, const int64_t* bins, Ref samples, MaybeIn weights,
                         Stream& stream) {
  const int64_t each = weights ? elements_per_weight(samples, weights) : 1;
  const auto launch_types = [&](auto tag, auto weight_tag) {
    using T = decltype(tag);
    using W = decltype(weight_tag);
    launch(count_kernel<T, W>, grid_of(counts.size()), dim3(kThreads),
           sizeof(ReduceShared<double, kThreads>), stream, counts.as<T>(), add, bins,
           weights.as<W>(), each, samples.size(), counts.size());
  };
  if (counts.dtype() == Dtype::i32) return launch_types(int32_t{}, float{});
  with_float(counts.dtype(), [&](auto tag) {
    if (!weights) return launch_types(tag, tag);
    with_float(weights.dtype(), [&](auto weight_tag) { launch_types(tag, weight_tag); });
  });
}

__device__ bool has_bin(int64_t label, int64_t bins, Status* status) {
  const bool fits = label >= 0 && label < bins;
  if (!fits) report(status, Problem::index_out_of_range, label, bins);
  return fits;
}

// Without predictions there is one column.
__global__ void __launch_bounds__(kThreads)
    label_bins_kernel(int64_t* bins, const int32_t* labels, const int32_t* predictions, int64_t n,
                      int64_t rows, int64_t columns, Status* status) {
  map(bins, n, [&](int64_t i) {
    const int64_t column = predictions ? predictions[i] : 0;
    const bool fits = has_bin(labels[i], rows, status) && has_bin(column, columns, status);
    return fits ? labels[i] * columns + column : -1;
  });
}

void bincount_schedule(Out, In labels, MaybeIn, Scratch, const NoSettings&,
                       Schedule& schedule) noexcept {
  plan_counting(schedule, labels);
}

void bincount(Out counts, In labels, MaybeIn weights, Scratch scratch, const NoSettings&,
              Stream& stream) noexcept {
  int64_t* bins = scratch.shared<int64_t>();
  const int32_t* none = nullptr;
  launch_map(label_bins_kernel, labels.size(), stream, bins, labels.as<int32_t>(), none,
             labels.size(), counts.dim(0), int64_t{1}, stream.status);
  launch_count(counts, false, bins, labels, weights, stream);
}

void confusion_matrix_schedule(InOut, In labels, In, MaybeIn, Scratch, const NoSettings&,
                               Schedule& schedule) noexcept {
  plan_counting(schedule, labels);
}

void confusion_matrix(InOut counts, In labels, In predictions, MaybeIn weights, Scratch scratch,
                      const NoSettings&, Stream& stream) noexcept {
  int64_t* bins = scratch.shared<int64_t>();
  launch_map(label_bins_kernel, labels.size(), stream, bins, labels.as<int32_t>(),
             predictions.as<int32_t>(), labels.size(), counts.dim(0), counts.dim(1), stream.status);
  launch_count(counts, true, bins, labels, weights, stream);
}

template <class S, class L>
__global__ void __launch_bounds__(kThreads)
    score_bins_kernel(int64_t* bins, const S* scores, const L* labels, const double* thresholds,
                      bool below_zero, int64_t n, int64_t columns, int64_t buckets) {
  map(bins, n, [&](int64_t i) {
    const int64_t row = (i % columns) * 2 + (labels[i] != L{0} ? 1 : 0);
    return row * buckets + bucket_of(scores[i], thresholds, buckets, below_zero);
  });
}

void threshold_histogram_schedule(InOut, In scores, In, MaybeIn, MaybeIn, Scratch,
                                  const ThresholdSettings&, Schedule& schedule) noexcept {
  plan_counting(schedule, scores);
}

void threshold_histogram(InOut counts, In scores, In labels, MaybeIn weights, MaybeIn thresholds,
                         Scratch scratch, const ThresholdSettings& s, Stream& stream) noexcept {
  int64_t* bins = scratch.shared<int64_t>();
  const int64_t columns = counts.rank() == 3 ? counts.dim(0) : 1;
  if (columns == 0) return;
  with_float(scores.dtype(), [&](auto score_tag) {
    with_number(labels.dtype(), [&](auto label_tag) {
      using S = decltype(score_tag);
      using L = decltype(label_tag);
      launch_map(score_bins_kernel<S, L>, scores.size(), stream, bins, scores.as<S>(),
                 labels.as<L>(), thresholds.as<double>(), s.below_zero, scores.size(), columns,
                 counts.dim(-1));
    });
  });
  launch_count(counts, true, bins, scores, weights, stream);
}

}  // namespace fastnn::FASTNN_ISA
