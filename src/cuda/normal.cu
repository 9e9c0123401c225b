// Normal numbers from pairs of uniforms (Box and Muller) or, truncated, as the quantile of a
// uniform each. A thread computes a counter block and the 4 (float64: 2) numbers it gives.
#include "../cpp/formulas_random.h"
#include "draw.h"

namespace fastnn::FASTNN_ISA {

template <class T>
__global__ void __launch_bounds__(kThreads)
    normal_kernel(T* y, int64_t n, const int64_t* state, int64_t stream, T mean, T stddev,
                  bool truncated) {
  constexpr int kEach = uniforms_per_block<T>();
  const int64_t step = gridDim.x * int64_t{kThreads};
  for (int64_t block = blockIdx.x * int64_t{kThreads} + threadIdx.x; block * kEach < n;
       block += step) {
    const PhiloxWords words = philox(state, stream, block);
    for (int k = 0; k < kEach; k += 2) {
      const T u = unit_uniform<T>(words, k), v = unit_uniform<T>(words, k + 1);
      T z[2];
      if (truncated) {
        const T first = truncated_argument<T>(u), second = truncated_argument<T>(v);
        z[0] = truncated_quantile<T>(first, logarithm((T(1) - first) * (first + T(1))));
        z[1] = truncated_quantile<T>(second, logarithm((T(1) - second) * (second + T(1))));
      } else {
        const T radius = root(logarithm(T(1) - u) * T(-2));
        const SinCos<T> turned = sin_cos_of_turns<T>(v);
        z[0] = radius * turned.cos;
        z[1] = radius * turned.sin;
      }
      for (int i = 0; i < 2; ++i)
        if (block * kEach + k + i < n) y[block * kEach + k + i] = z[i] * stddev + mean;
    }
  }
}

void normal_schedule(Out, InOut, Scratch, const NormalSettings&, Schedule&) noexcept {}

void normal(Out y, InOut state, Scratch, const NormalSettings& settings, Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t n = y.size(), threads = blocks_of(uniforms_per_block<T>(), n);
    launch(normal_kernel<T>, grid_of(blocks_of(kThreads, threads)), dim3(kThreads), 0, stream,
           y.as<T>(), n, static_cast<const int64_t*>(state.as<int64_t>()), settings.stream,
           static_cast<T>(settings.mean), static_cast<T>(settings.stddev), settings.truncated);
  });
  launch(step_kernel, dim3(1), dim3(1), 0, stream, nullptr, state.as<int64_t>());
}

}  // namespace fastnn::FASTNN_ISA
