// Running sums along an axis of x, (outer, n, inner): up to the k-th element, or from it (reverse),
// with or without it (exclusive). Where inner is 1 a line is a warp's, 32 elements at a time;
// otherwise it is a thread's, beside its neighbours.
#include "common.h"

namespace fastnn::FASTNN_ISA {

struct Scan {
  int64_t outer, n, inner, first, step;  // where a line begins, and how it goes on
  bool exclusive;
};
static Scan scan_of(Ref x, const CumulativeSumSettings& s) {
  const int axis = static_cast<int>(s.axis);
  Scan scan{1, x.dim(axis), 1, 0, 0, s.exclusive};
  for (int i = 0; i < axis; ++i) scan.outer *= x.dim(i);
  for (int i = axis + 1; i < x.rank(); ++i) scan.inner *= x.dim(i);
  scan.first = s.reverse ? (scan.n - 1) * scan.inner : 0;
  scan.step = s.reverse ? -scan.inner : scan.inner;
  return scan;
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    scan_columns_kernel(T* y, bool add, const T* x, Scan scan) {
  const int64_t lines = scan.outer * scan.inner;
  for (int64_t line = blockIdx.x * int64_t{kThreads} + threadIdx.x; line < lines;
       line += gridDim.x * int64_t{kThreads}) {
    int64_t i = line / scan.inner * scan.n * scan.inner + line % scan.inner + scan.first;
    T sum = 0;
    for (int64_t k = 0; k < scan.n; ++k, i += scan.step) {
      const T before = sum;
      sum += x[i];
      const T value = scan.exclusive ? before : sum;
      y[i] = add ? y[i] + value : value;
    }
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    scan_rows_kernel(T* y, bool add, const T* x, Scan scan) {
  const int lane = threadIdx.x % kWarp;
  for_each_row<kWarp>(scan.outer, [&](int64_t row) {
    const int64_t line = row * scan.n + scan.first;
    T carry = 0;
    for (int64_t first = 0; first < scan.n; first += kWarp) {
      const int64_t k = first + lane, i = line + k * scan.step;
      T sum = k < scan.n ? x[i] : T{0};
      for (int distance = 1; distance < kWarp; distance *= 2) {
        const T other = __shfl_up_sync(kFullWarp, sum, distance);
        if (lane >= distance) sum += other;
      }
      const T before = __shfl_up_sync(kFullWarp, sum, 1);
      const T value = scan.exclusive ? carry + (lane > 0 ? before : T{0}) : carry + sum;
      if (k < scan.n) y[i] = add ? y[i] + value : value;
      carry += __shfl_sync(kFullWarp, sum, kWarp - 1);
    }
  });
}

void cumulative_sum(OutAdd y, In x, const CumulativeSumSettings& s, Stream& stream) noexcept {
  if (y.size() == 0) return;
  const Scan scan = scan_of(x, s);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (scan.inner == 1) {
      launch(scan_rows_kernel<T>, grid_of(blocks_of(kThreads / kWarp, scan.outer)), dim3(kThreads),
             0, stream, y.as<T>(), y.add(), x.as<T>(), scan);
    } else {
      launch(scan_columns_kernel<T>, grid_of(blocks_of(kThreads, scan.outer * scan.inner)),
             dim3(kThreads), 0, stream, y.as<T>(), y.add(), x.as<T>(), scan);
    }
  });
}

}  // namespace fastnn::FASTNN_ISA
