// What a batch adds to a mean over many: each block leaves the sums of its share of the values,
// times their weights, and of the weights in scratch, in float64; one more block adds these up. A
// batch that one block can have is added in one launch.
#include "../cpp/samples.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

// At most as many blocks as the largest GPUs run at once, of 4096 values or more.
static int64_t partial_sums(int64_t n) { return smaller(blocks_of(4 * kTile, n), 1024); }

template <class S>
struct Mean {
  S *total, *count;
  MeanScale scale;
  __device__ void add(double values, double weights) const {
    *total = static_cast<S>(static_cast<double>(*total) + scale.of_values(values));
    *count = static_cast<S>(static_cast<double>(*count) + scale.of_weights(weights));
  }
};

// Without `partial`, which then has two numbers a block, there is one block.
template <class S, class V, class W>
__global__ void __launch_bounds__(kThreads)
    mean_update_kernel(Mean<S> mean, double* partial, const V* values, const W* weights,
                       int64_t each, int64_t n, int64_t weight_count) {
  const int64_t step = gridDim.x * int64_t{kThreads};
  const int64_t first = blockIdx.x * int64_t{kThreads} + threadIdx.x;
  double sum = 0, weight_sum = 0;
#pragma unroll 4
  for (int64_t i = first; i < n; i += step) {
    const double value = static_cast<double>(values[i]);
    sum += weights ? value * static_cast<double>(weights[i / each]) : value;
  }
#pragma unroll 4
  for (int64_t i = first; i < weight_count; i += step)
    weight_sum += static_cast<double>(weights[i]);
  sum = block_reduce<kThreads>(sum, Sum{});
  weight_sum = block_reduce<kThreads>(weight_sum, Sum{});
  if (threadIdx.x != 0) return;
  if (!partial) return mean.add(sum, weight_sum);
  partial[2 * blockIdx.x] = sum;
  partial[2 * blockIdx.x + 1] = weight_sum;
}

template <class S>
__global__ void __launch_bounds__(kThreads)
    mean_update_end_kernel(Mean<S> mean, const double* partial, int64_t blocks) {
  double sum = 0, weight_sum = 0;
#pragma unroll 4
  for (int64_t b = threadIdx.x; b < blocks; b += kThreads) {
    sum += partial[2 * b];
    weight_sum += partial[2 * b + 1];
  }
  sum = block_reduce<kThreads>(sum, Sum{});
  weight_sum = block_reduce<kThreads>(weight_sum, Sum{});
  if (threadIdx.x == 0) mean.add(sum, weight_sum);
}

void mean_update_schedule(InOut, InOut, In values, MaybeIn, Scratch, const MeanUpdateSettings&,
                          Schedule& schedule) noexcept {
  const int64_t blocks = partial_sums(values.size());
  if (blocks > 1) schedule.shared_bytes = 2 * blocks * static_cast<int64_t>(sizeof(double));
}

void mean_update(InOut total, InOut count, In values, MaybeIn weights, Scratch scratch,
                 const MeanUpdateSettings& settings, Stream& stream) noexcept {
  const int64_t blocks = partial_sums(values.size());
  if (blocks == 0) return;
  const int64_t each = weights ? elements_per_weight(values, weights) : 1;
  double* partial = blocks > 1 ? scratch.shared<double>() : nullptr;
  with_float(total.dtype(), [&](auto tag) {
    using S = decltype(tag);
    const Mean<S> mean{total.as<S>(), count.as<S>(), mean_scale(values, weights, settings.weight)};
    const auto launch_types = [&](auto value_tag, auto weight_tag) {
      using V = decltype(value_tag);
      using W = decltype(weight_tag);
      launch(mean_update_kernel<S, V, W>, grid_of(blocks), dim3(kThreads),
             sizeof(ReduceShared<double, kThreads>), stream, mean, partial, values.as<V>(),
             weights.as<W>(), each, values.size(), weights ? weights.size() : int64_t{0});
    };
    with_number(values.dtype(), [&](auto value_tag) {
      if (!weights) return launch_types(value_tag, float{});
      with_float(weights.dtype(), [&](auto weight_tag) { launch_types(value_tag, weight_tag); });
    });
    if (blocks > 1)
      launch(mean_update_end_kernel<S>, dim3(1), dim3(kThreads),
             sizeof(ReduceShared<double, kThreads>), stream, mean, partial, blocks);
  });
}

}  // namespace fastnn::FASTNN_ISA
