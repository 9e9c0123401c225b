// Mean squared error: loss () = mean((prediction - target)^2) over all n elements. Each block
// leaves the sum of its share in scratch, in float64; one more block adds these up. dprediction is
// 2 (prediction - target) dloss / n and dtarget its negative; either may be absent.
#include "common.h"

namespace fastnn::FASTNN_ISA {

// At most as many blocks as the largest GPUs run at once (132 SMs of 8), of 4096 elements or more.
static int64_t partial_sums(int64_t n) { return smaller(blocks_of(4 * kTile, n), 1024); }

template <class T>
__global__ void __launch_bounds__(kThreads)
    mse_forward_kernel(double* partial, const T* prediction, const T* target, int64_t n) {
  const int64_t step = gridDim.x * int64_t{kThreads};
  double sum = 0;
#pragma unroll 4
  for (int64_t i = blockIdx.x * int64_t{kThreads} + threadIdx.x; i < n; i += step) {
    const double difference = prediction[i] - target[i];
    sum += difference * difference;
  }
  sum = block_reduce<kThreads>(sum, Sum{});
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

void mse_forward_schedule(Out, In prediction, In, Scratch, const NoSettings&,
                          Schedule& schedule) noexcept {
  schedule.shared_bytes = partial_sums(prediction.size()) * static_cast<int64_t>(sizeof(double));
}

void mse_forward(Out loss, In prediction, In target, Scratch scratch, const NoSettings&,
                 Stream& stream) noexcept {
  with_float(loss.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t n = prediction.size(), blocks = partial_sums(n);
    double* partial = scratch.shared<double>();
    launch(mse_forward_kernel<T>, grid_of(blocks), dim3(kThreads),
           sizeof(ReduceShared<double, kThreads>), stream, partial, prediction.as<T>(),
           target.as<T>(), n);
    launch_mean(loss.as<T>(), partial, blocks, n, stream);
  });
}

// dx = factor (prediction - target) dloss / n
template <class T>
__global__ void __launch_bounds__(kThreads)
    mse_backward_kernel(T* dx, bool add, T factor, const T* dloss, const T* prediction,
                        const T* target, int64_t n) {
  const T scale = factor * *dloss / static_cast<T>(n);
  map(dx, add, n, [&](int64_t i) { return (prediction[i] - target[i]) * scale; });
}

void mse_backward(MaybeOutAdd dprediction, MaybeOutAdd dtarget, In dloss, In prediction, In target,
                  const NoSettings&, Stream& stream) noexcept {
  with_float(prediction.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const auto backward = [&](MaybeOutAdd dx, T factor) {
      if (dx)
        launch_map(mse_backward_kernel<T>, dx.size(), stream, dx.as<T>(), dx.add(), factor,
                   dloss.as<T>(), prediction.as<T>(), target.as<T>(), dx.size());
    };
    backward(dprediction, T{2});
    backward(dtarget, T{-2});
  });
}

}  // namespace fastnn::FASTNN_ISA
