// transpose: y's axis i is x's axis axes[i]; any dtype. Axes that stay together are merged. Where
// the innermost axis stays innermost, neighbouring threads read neighbours and write neighbours.
// Where it does not, a block turns a tile of 32 by 32 in shared memory, whose rows are one longer
// than that so that a column lies in 32 banks.
#include "common.h"

namespace fastnn::FASTNN_ISA {

// Axes, outermost first, and what a step along one moves in x and in y.
struct Turn {
  int count = 0;
  int64_t size[kMaxRank] = {}, from[kMaxRank] = {}, to[kMaxRank] = {};

  void push(int64_t n, int64_t x_step, int64_t y_step) {
    size[count] = n;
    from[count] = x_step;
    to[count++] = y_step;
  }
};

// y's axes, merged, without those of size 1.
static Turn turn_of(Ref y, Ref x, const TransposeSettings& s) {
  int64_t stride[kMaxRank], volume = 1;
  for (int i = x.rank() - 1; i >= 0; --i) {
    stride[i] = volume;
    volume *= x.dim(i);
  }
  Turn t;
  for (int i = 0; i < y.rank(); ++i) {
    const int64_t n = y.dim(i), step = stride[s.axes.at[i]];
    if (n == 1) continue;
    if (t.count > 0 && t.from[t.count - 1] == n * step) {
      t.size[t.count - 1] *= n;
      t.from[t.count - 1] = step;
    } else {
      t.push(n, step, 0);
    }
  }
  if (t.count == 0) t.push(1, 1, 1);
  volume = 1;
  for (int i = t.count - 1; i >= 0; --i) {
    t.to[i] = volume;
    volume *= t.size[i];
  }
  return t;
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    transpose_rows_kernel(T* y, bool add, const T* x, Turn t, int64_t n) {
  map(y, add, n, [&](int64_t i) {
    int64_t at = 0;
    for (int axis = t.count - 1; axis > 0; --axis) {
      at += i % t.size[axis] * t.from[axis];
      i /= t.size[axis];
    }
    return x[at + i * t.from[0]];
  });
}

constexpr int kTurned = 32, kTurnLines = kThreads / kTurned;

template <class T>
struct TurnShared {
  T tile[kTurned][kTurned + 1];
};

// Planes of y (rows, columns): columns is y's innermost axis, rows x's.
template <class T>
__global__ void __launch_bounds__(kThreads)
    transpose_tiles_kernel(T* y, bool add, const T* x, Turn planes, int64_t plane_count,
                           int64_t rows, int64_t columns, int64_t y_row, int64_t x_row) {
  auto& tile = shared<TurnShared<T>>().tile;
  const int lane = threadIdx.x % kTurned, line = threadIdx.x / kTurned;
  const int64_t wide = blocks_of(kTurned, columns), high = blocks_of(kTurned, rows);
  for (int64_t block = blockIdx.x; block < plane_count * wide * high; block += gridDim.x) {
    const int64_t j = block % wide * kTurned, i = block / wide % high * kTurned;
    int64_t plane = block / (wide * high), from = 0, to = 0;
    for (int axis = planes.count - 1; axis >= 0; --axis) {
      from += plane % planes.size[axis] * planes.from[axis];
      to += plane % planes.size[axis] * planes.to[axis];
      plane /= planes.size[axis];
    }
    for (int k = line; k < kTurned; k += kTurnLines)
      if (j + k < columns && i + lane < rows) tile[k][lane] = x[from + (j + k) * x_row + i + lane];
    __syncthreads();
    for (int k = line; k < kTurned; k += kTurnLines) {
      if (i + k < rows && j + lane < columns) {
        T& out = y[to + (i + k) * y_row + j + lane];
        out = add ? static_cast<T>(out + tile[lane][k]) : tile[lane][k];
      }
    }
    __syncthreads();
  }
}

void transpose(OutAdd y, In x, const TransposeSettings& s, Stream& stream) noexcept {
  if (y.size() == 0) return;
  const Turn t = turn_of(y, x, s);
  const int last = t.count - 1;
  int column = last;
  for (int i = 0; i < t.count; ++i)
    if (t.from[i] == 1) column = i;
  with_number(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (column == last)
      return launch_map(transpose_rows_kernel<T>, y.size(), stream, y.as<T>(), y.add(), x.as<T>(),
                        t, y.size());
    Turn planes;
    for (int i = 0; i < last; ++i)
      if (i != column) planes.push(t.size[i], t.from[i], t.to[i]);
    const int64_t rows = t.size[column], columns = t.size[last];
    const int64_t count = y.size() / (rows * columns);
    launch(transpose_tiles_kernel<T>,
           grid_of(count * blocks_of(kTurned, rows) * blocks_of(kTurned, columns)), dim3(kThreads),
           sizeof(TurnShared<T>), stream, y.as<T>(), y.add(), x.as<T>(), planes, count, rows,
           columns, t.to[column], t.from[last]);
  });
}

}  // namespace fastnn::FASTNN_ISA
