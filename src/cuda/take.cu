// take: y (outer, m, inner) are the rows of x (outer, n, inner) at indices (m,), a negative index
// counting from the end; any dtype. scatter_add, its gradient: a warp has a row of y, kSpan columns
// of it, and looks through all indices, 32 at a time, for its row; what it finds it adds in order,
// so that nothing needs an atomic and the sum has the same bits in every run. one_hot: rows of y
// with a one at the index; an index outside gives a row of zeros. In the other two it is reported,
// and gives zeros or adds nothing.
#include "common.h"

namespace fastnn::FASTNN_ISA {

__device__ int64_t row_of(int64_t index, int64_t n) { return index < 0 ? index + n : index; }

template <class T>
__global__ void __launch_bounds__(kThreads)
    take_kernel(T* y, bool add, const T* x, const int32_t* indices, int64_t count, int64_t m,
                int64_t n, int64_t inner, Status* status) {
  map(y, count, [&](int64_t at) {
    const int64_t place = at / inner, column = at - place * inner, outer = place / m;
    const int64_t index = indices[place - outer * m], row = row_of(index, n);
    T value = 0;
    if (row >= 0 && row < n) {
      value = x[(outer * n + row) * inner + column];
    } else if (column == 0) {
      report(status, Problem::index_out_of_range, index, n);
    }
    return add ? static_cast<T>(y[at] + value) : value;
  });
}

void take(OutAdd y, In x, In indices, const NoSettings&, Stream& stream) noexcept {
  if (y.size() == 0) return;
  with_number(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(take_kernel<T>, y.size(), stream, y.as<T>(), y.add(), x.as<T>(),
               indices.as<int32_t>(), y.size(), indices.size(), x.dim(1), x.dim(2), stream.status);
  });
}

__global__ void __launch_bounds__(kThreads)
    report_indices_kernel(const int32_t* indices, int64_t m, int64_t n, Status* status) {
  for (int64_t i = blockIdx.x * int64_t{kThreads} + threadIdx.x; i < m;
       i += gridDim.x * int64_t{kThreads}) {
    const int64_t row = row_of(indices[i], n);
    if (row < 0 || row >= n) report(status, Problem::index_out_of_range, indices[i], n);
  }
}

constexpr int kColumns = 4, kSpan = kColumns * kWarp;  // of a lane, of a warp

template <class T>
__global__ void __launch_bounds__(kThreads)
    scatter_add_kernel(T* y, bool add, const int32_t* indices, const T* updates, int64_t rows,
                       int64_t m, int64_t n, int64_t inner) {
  const int lane = threadIdx.x % kWarp;
  const int64_t spans = blocks_of(kSpan, inner), warps = gridDim.x * int64_t{kThreads / kWarp};
  int64_t unit = blockIdx.x * int64_t{kThreads / kWarp} + threadIdx.x / kWarp;
  for (; unit < rows * spans; unit += warps) {
    const int64_t at = unit / spans, first = unit % spans * kSpan + lane;
    const int64_t outer = at / n, mine = at % n;
    T sums[kColumns] = {};
    for (int64_t i = 0; i < m; i += kWarp) {
      const int64_t row = i + lane < m ? row_of(indices[i + lane], n) : -1;
      unsigned found = __ballot_sync(kFullWarp, row == mine);
      for (; found != 0; found &= found - 1) {
        const T* from = updates + (outer * m + i + __ffs(static_cast<int>(found)) - 1) * inner;
#pragma unroll
        for (int k = 0; k < kColumns; ++k)
          if (first + k * kWarp < inner) sums[k] += from[first + k * kWarp];
      }
    }
#pragma unroll
    for (int k = 0; k < kColumns; ++k) {
      if (first + k * kWarp >= inner) continue;
      T& to = y[at * inner + first + k * kWarp];
      to = add ? to + sums[k] : sums[k];
    }
  }
}

void scatter_add(OutAdd y, In indices, In updates, const NoSettings&, Stream& stream) noexcept {
  const int64_t m = indices.size(), n = y.dim(1), inner = y.dim(2), rows = y.dim(0) * n;
  if (m > 0)
    launch(report_indices_kernel, grid_of(smaller(blocks_of(kThreads, m), 1024)), dim3(kThreads), 0,
           stream, indices.as<int32_t>(), m, n, stream.status);
  if (y.size() == 0) return;
  const int64_t units = rows * blocks_of(kSpan, inner);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch(scatter_add_kernel<T>, grid_of(blocks_of(kThreads / kWarp, units)), dim3(kThreads), 0,
           stream, y.as<T>(), y.add(), indices.as<int32_t>(), updates.as<T>(), rows, m, n, inner);
  });
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    one_hot_kernel(T* y, const int32_t* indices, int64_t n, int64_t classes) {
  map(y, n, [&](int64_t i) {
    const int64_t row = i / classes;
    return i - row * classes == indices[row] ? T{1} : T{0};
  });
}

void one_hot(Out y, In indices, const NoSettings&, Stream& stream) noexcept {
  if (y.size() == 0) return;
  with_number(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(one_hot_kernel<T>, y.size(), stream, y.as<T>(), indices.as<int32_t>(), y.size(),
               y.dim(-1));
  });
}

}  // namespace fastnn::FASTNN_ISA
