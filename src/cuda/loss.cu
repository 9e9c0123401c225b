// Losses of elements: loss () = sum(weights f(prediction, target)) / n over all n elements, f as
// loss_formulas.h has it. Each block leaves the sum of its share in scratch, in float64; one more
// block adds these up. A weight belongs to `each` neighbouring elements; either gradient may be
// absent.
#include "../cpp/loss_formulas.h"
#include "../cpp/samples.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

struct ScalarMath {
  template <class T>
  __device__ static T exp(T x) {
    return exponential(x);
  }
  template <class T>
  __device__ static T log(T x) {
    return logarithm(x);
  }
  __device__ static float log1p_unit(float t) { return log1pf(t); }
  __device__ static double log1p_unit(double t) { return ::log1p(t); }
};

template <class F, class T>
__device__ T target_of(T t, const LossNumbers<T>& numbers) {
  if constexpr (F::smoothed) return fused(t, numbers.keep, numbers.shift);
  return t;
}

// At most as many blocks as the largest GPUs run at once (132 SMs of 8), of 4096 elements or more.
static int64_t partial_sums(int64_t n) { return smaller(blocks_of(4 * kTile, n), 1024); }

template <class F, class T>
__global__ void __launch_bounds__(kThreads)
    loss_forward_kernel(double* partial, const T* prediction, const T* target, const T* weights,
                        int64_t each, int64_t n, LossNumbers<T> numbers) {
  const int64_t step = gridDim.x * int64_t{kThreads};
  double sum = 0;
#pragma unroll 4
  for (int64_t i = blockIdx.x * int64_t{kThreads} + threadIdx.x; i < n; i += step) {
    const T t = target_of<F>(target[i], numbers);
    const double f = F::template f<ScalarMath>(prediction[i], t, numbers);
    sum += weights ? f * double{weights[i / each]} : f;
  }
  sum = block_reduce<kThreads>(sum, Sum{});
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

void loss_forward_schedule(Out, In prediction, In, MaybeIn, Scratch, const LossSettings&,
                           Schedule& schedule) noexcept {
  schedule.shared_bytes = partial_sums(prediction.size()) * static_cast<int64_t>(sizeof(double));
}

void loss_forward(Out loss, In prediction, In target, MaybeIn weights, Scratch scratch,
                  const LossSettings& settings, Stream& stream) noexcept {
  with_float(loss.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t n = prediction.size(), blocks = partial_sums(n);
    const int64_t each = weights ? elements_per_weight(prediction, weights) : 1;
    double* partial = scratch.shared<double>();
    with_loss(settings.function, [&](auto formulas) {
      launch(loss_forward_kernel<decltype(formulas), T>, grid_of(blocks), dim3(kThreads),
             sizeof(ReduceShared<double, kThreads>), stream, partial, prediction.as<T>(),
             target.as<T>(), weights.as<T>(), each, n, loss_numbers<T>(settings));
    });
    launch_mean(loss.as<T>(), partial, blocks, n, stream);
  });
}

// dx, or dt, times the weight and dloss / n
template <class F, class T>
__global__ void __launch_bounds__(kThreads)
    loss_backward_kernel(T* d, bool add, bool of_target, const T* dloss, const T* prediction,
                         const T* target, const T* weights, int64_t each, int64_t n,
                         LossNumbers<T> numbers) {
  const T scale = *dloss / static_cast<T>(n);
  map(d, add, n, [&](int64_t i) {
    const T factor = weights ? weights[i / each] * scale : scale, x = prediction[i];
    const T t = target_of<F>(target[i], numbers);
    if constexpr (F::antisymmetric) {
      const T dx = F::template dx<ScalarMath>(x, t, numbers);
      return (of_target ? -dx : dx) * factor;
    } else {
      return of_target ? F::template dt<ScalarMath>(x, t, numbers) * (numbers.keep * factor)
                       : F::template dx<ScalarMath>(x, t, numbers) * factor;
    }
  });
}

void loss_backward(MaybeOutAdd dprediction, MaybeOutAdd dtarget, In dloss, In prediction, In target,
                   MaybeIn weights, const LossSettings& settings, Stream& stream) noexcept {
  with_float(prediction.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t each = weights ? elements_per_weight(prediction, weights) : 1;
    const auto backward = [&](MaybeOutAdd d, bool of_target) {
      if (!d) return;
      with_loss(settings.function, [&](auto formulas) {
        launch_map(loss_backward_kernel<decltype(formulas), T>, d.size(), stream, d.as<T>(),
                   d.add(), of_target, dloss.as<T>(), prediction.as<T>(), target.as<T>(),
                   weights.as<T>(), each, d.size(), loss_numbers<T>(settings));
      });
    };
    backward(dprediction, false);
    backward(dtarget, true);
  });
}

}  // namespace fastnn::FASTNN_ISA
