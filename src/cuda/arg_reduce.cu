// The first place of the maximum or minimum along an axis; the first NaN counts as both. x is
// (outer, n, inner). Where inner is 1 a row is a warp's; otherwise a line is a thread's, beside its
// neighbours.
#include "common.h"

namespace fastnn::FASTNN_ISA {

struct Lines {
  int64_t outer, n, inner;
};
static Lines lines_of(Ref x, int64_t at) {
  const int axis = static_cast<int>(at);
  Lines lines{1, x.dim(axis), 1};
  for (int i = 0; i < axis; ++i) lines.outer *= x.dim(i);
  for (int i = axis + 1; i < x.rank(); ++i) lines.inner *= x.dim(i);
  return lines;
}

template <class T>
struct Best {
  T value;
  int32_t place;

  // Takes over what is better, or as good and before it.
  __device__ void meet(T v, int32_t at) {
    const bool v_nan = v != v, nan = value != value;
    const bool better = v_nan != nan ? v_nan : v > value;
    const bool equal = v == value || (v_nan && nan);
    if (better || (equal && at < place)) {
      value = v;
      place = at;
    }
  }
};

template <class T>
__global__ void __launch_bounds__(kThreads)
    arg_columns_kernel(int32_t* y, const T* x, T sign, Lines lines) {
  map(y, lines.outer * lines.inner, [&](int64_t i) {
    const T* line = x + i / lines.inner * lines.n * lines.inner + i % lines.inner;
    Best<T> best{static_cast<T>(-INFINITY), 0};
    for (int64_t k = 0; k < lines.n; ++k)
      best.meet(line[k * lines.inner] * sign, static_cast<int32_t>(k));
    return best.place;
  });
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    arg_rows_kernel(int32_t* y, const T* x, T sign, Lines lines) {
  for_each_row<kWarp>(lines.outer, [&](int64_t row) {
    Best<T> best{static_cast<T>(-INFINITY), INT32_MAX};
    for_each_column<kWarp>(lines.n, [&](int64_t k) {
      best.meet(x[row * lines.n + k] * sign, static_cast<int32_t>(k));
    });
    for (int distance = kWarp / 2; distance; distance /= 2) {
      const T value = __shfl_xor_sync(kFullWarp, best.value, distance);
      best.meet(value, __shfl_xor_sync(kFullWarp, best.place, distance));
    }
    if (threadIdx.x % kWarp == 0) y[row] = best.place;
  });
}

void arg_reduce(Out y, In x, const ArgReduceSettings& s, Stream& stream) noexcept {
  if (y.size() == 0) return;
  const Lines lines = lines_of(x, s.axis);
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const T sign = s.function == Extreme::max ? T{1} : T{-1};
    if (lines.inner == 1) {
      launch(arg_rows_kernel<T>, grid_of(blocks_of(kThreads / kWarp, lines.outer)), dim3(kThreads),
             0, stream, y.as<int32_t>(), x.as<T>(), sign, lines);
    } else {
      launch_map(arg_columns_kernel<T>, y.size(), stream, y.as<int32_t>(), x.as<T>(), sign, lines);
    }
  });
}

}  // namespace fastnn::FASTNN_ISA
