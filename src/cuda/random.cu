// Uniform numbers and dropout, drawn by Philox4x32-10 (philox.h says which word is whose). state
// (2,) int64 is {seed, step}; a call draws at that position and then steps on. A thread computes a
// counter block and the 4 (float64 uniforms: 2) elements it gives. dropout_forward copies its
// position out, so that the backward draws the same mask again instead of reading a stored one.
#include "draw.h"

namespace fastnn::FASTNN_ISA {

template <class T>
__global__ void __launch_bounds__(kThreads)
    uniform_kernel(T* y, int64_t n, const int64_t* state, int64_t stream, T low, T range) {
  constexpr int kEach = uniforms_per_block<T>();
  const int64_t step = gridDim.x * int64_t{kThreads};
  for (int64_t block = blockIdx.x * int64_t{kThreads} + threadIdx.x; block * kEach < n;
       block += step) {
    const PhiloxWords words = philox(state, stream, block);
    for (int k = 0; k < kEach; ++k)
      if (block * kEach + k < n) y[block * kEach + k] = low + range * unit_uniform<T>(words, k);
  }
}

void uniform_schedule(Out, InOut, Scratch, const UniformSettings&, Schedule&) noexcept {}

void uniform(Out y, InOut state, Scratch, const UniformSettings& settings,
             Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const T low = static_cast<T>(settings.low), range = static_cast<T>(settings.high) - low;
    const int64_t n = y.size(), threads = blocks_of(uniforms_per_block<T>(), n);
    launch(uniform_kernel<T>, grid_of(blocks_of(kThreads, threads)), dim3(kThreads), 0, stream,
           y.as<T>(), n, state.as<int64_t>(), settings.stream, low, range);
  });
  launch(step_kernel, dim3(1), dim3(1), 0, stream, nullptr, state.as<int64_t>());
}

constexpr int kMaskWords = 4;  // elements a counter block

template <class T>
__global__ void __launch_bounds__(kThreads)
    dropout_kernel(T* y, bool add, const T* x, int64_t n, const int64_t* position, int64_t stream,
                   uint64_t threshold, T keep) {
  const int64_t step = gridDim.x * int64_t{kThreads};
  for (int64_t block = blockIdx.x * int64_t{kThreads} + threadIdx.x; block * kMaskWords < n;
       block += step) {
    const int64_t first = block * kMaskWords;
    T values[kMaskWords] = {};  // y may be x: all are read before one is written
    for (int k = 0; k < kMaskWords; ++k)
      if (first + k < n) values[k] = x[first + k];
    const PhiloxWords words = philox(position, stream, block);
    for (int k = 0; k < kMaskWords; ++k) {
      if (first + k >= n) continue;
      const T value = words.word[k] < threshold ? values[k] / keep : T{0};
      y[first + k] = add ? y[first + k] + value : value;
    }
  }
}

// The same with draws that elements share: a thread draws anew for each element.
template <class T>
__global__ void __launch_bounds__(kThreads)
    shared_dropout_kernel(T* y, bool add, const T* x, int64_t n, const int64_t* position,
                          int64_t stream, uint64_t threshold, T keep, MaskAxes axes) {
  map(y, add, n, [&](int64_t i) {
    const int64_t word = axes.draw(i, axes.rank);
    const PhiloxWords words = philox(position, stream, word / kMaskWords);
    return words.word[word % kMaskWords] < threshold ? x[i] / keep : T{0};
  });
}

static void launch_dropout(Out y, bool add, In x, Out position, const DropoutSettings& settings,
                           Stream& stream) {
  if (y.size() == 0) return;
  const MaskAxes axes = mask_axes(x, settings.mask_shape);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t n = y.size();
    if (axes.rank > 1 || axes.shared(0))
      return launch_map(shared_dropout_kernel<T>, n, stream, y.as<T>(), add, x.as<T>(), n,
                        static_cast<const int64_t*>(position.as<int64_t>()), settings.stream,
                        dropout_threshold(settings.rate), static_cast<T>(1 - settings.rate), axes);
    launch(dropout_kernel<T>, grid_of(blocks_of(kThreads * kMaskWords, n)), dim3(kThreads), 0,
           stream, y.as<T>(), add, x.as<T>(), n, position.as<int64_t>(), settings.stream,
           dropout_threshold(settings.rate), static_cast<T>(1 - settings.rate));
  });
}

void dropout_forward(Out y, Out position, InOut state, In x, const DropoutSettings& settings,
                     Stream& stream) noexcept {
  launch(step_kernel, dim3(1), dim3(1), 0, stream, position.as<int64_t>(), state.as<int64_t>());
  launch_dropout(y, false, x, position, settings, stream);
}

void dropout_backward(OutAdd dx, In dy, In position, const DropoutSettings& settings,
                      Stream& stream) noexcept {
  launch_dropout(dx, dx.add(), dy, Out{position}, settings, stream);
}

}  // namespace fastnn::FASTNN_ISA
