// concatenate: the arrays of x one after the other along an axis; any dtype. A launch an array,
// which puts its rows, of the axis and all inside it, where they belong in y's.
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
__global__ void __launch_bounds__(kThreads)
    place_rows_kernel(T* y, const T* x, int64_t n, int64_t width, int64_t y_width) {
  const auto load = [&](int64_t i) { return x[i]; };
  const auto store = [&](int64_t i, T value) { y[i / width * y_width + i % width] = value; };
  for (int64_t tile = blockIdx.x; tile * kTile < n; tile += gridDim.x)
    for_tile(tile, n, load, store);
}

void concatenate(Out y, InList x, const ConcatenateSettings& s, Stream& stream) noexcept {
  if (y.size() == 0) return;
  int64_t outer = 1;
  for (int i = 0; i < s.axis; ++i) outer *= y.dim(i);
  with_number(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    T* to = y.as<T>();
    for (int k = 0; k < x.count; ++k) {
      const int64_t width = x[k].size() / outer;
      launch_map(place_rows_kernel<T>, x[k].size(), stream, to, x[k].as<T>(), x[k].size(), width,
                 y.size() / outer);
      to += width;
    }
  });
}

}  // namespace fastnn::FASTNN_ISA
