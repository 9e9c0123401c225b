// What the CUDA kernels share: from a dtype tag to a type, the elementwise loop and its launch,
// sums and maxima over a warp, a block or a row, and the mean that ends a loss. Every order is
// fixed by the shape and floats never meet in an atomic: a result has the same bits in every run.
// Indices have 64 bits; where work needs more blocks than a grid holds, the blocks come round
// again.
#pragma once
#include "kernels.h"

namespace fastnn::FASTNN_ISA {

constexpr int kWarp = 32;
constexpr unsigned kFullWarp = 0xffffffffu;
constexpr int kThreads = 256;  // of a block, unless the kernel says otherwise

// ---- host: types and grids --------------------------------------------------------------------

// Calls f with a value of the type that `dtype` names; a float type, as check() has made sure.
template <class F>
void with_float(Dtype dtype, F f) {
  if (dtype == Dtype::f32) {
    f(float{});
  } else {
    f(double{});
  }
}
template <class F>
void with_number(Dtype dtype, F f) {
  switch (dtype) {
    case Dtype::f32: return f(float{});
    case Dtype::f64: return f(double{});
    case Dtype::i32: return f(int32_t{});
    case Dtype::i64: return f(int64_t{});
    case Dtype::bytes:
    case Dtype::u8: return f(uint8_t{});
  }
}

FASTNN_HD constexpr int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
FASTNN_HD constexpr int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
FASTNN_HD constexpr int64_t blocks_of(int64_t size, int64_t n) { return (n + size - 1) / size; }

inline dim3 grid_of(int64_t blocks) {
  return dim3(static_cast<unsigned>(smaller(blocks, 0x7fffffff)));
}

// ---- math: the overloads that CUDA and C spell differently for float and double ---------------

FASTNN_HD float fused(float a, float b, float c) { return fmaf(a, b, c); }
FASTNN_HD double fused(double a, double b, double c) { return fma(a, b, c); }
FASTNN_HD float exponential(float x) { return expf(x); }
FASTNN_HD double exponential(double x) { return exp(x); }
FASTNN_HD float logarithm(float x) { return logf(x); }
FASTNN_HD double logarithm(double x) { return log(x); }
FASTNN_HD float root(float x) { return sqrtf(x); }
FASTNN_HD double root(double x) { return sqrt(x); }

// ---- elementwise ------------------------------------------------------------------------------

// A thread has this many loads in flight before its first store: one of 4 bytes is 8 KB an SM, and
// an H200 needs some 25 KB to hide the latency of its memory. They lie kThreads apart, so that each
// is coalesced and nothing depends on alignment.
constexpr int kUnroll = 4;
constexpr int64_t kTile = kThreads * kUnroll;

// value = load(i), then store(i, value), for the i < n of one tile.
template <class Load, class Store>
__device__ void for_tile(int64_t tile, int64_t n, Load load, Store store) {
  decltype(load(n)) values[kUnroll] = {};
  const int64_t first = tile * kTile + threadIdx.x;
#pragma unroll
  for (int k = 0; k < kUnroll; ++k)
    if (first + k * kThreads < n) values[k] = load(first + k * kThreads);
#pragma unroll
  for (int k = 0; k < kUnroll; ++k)
    if (first + k * kThreads < n) store(first + k * kThreads, values[k]);
}

// y[i] = f(i), or y[i] += f(i), for i < n. What f reads at i may be y itself.
template <class T, class F>
__device__ void map(T* y, int64_t n, F f) {
  const auto store = [&](int64_t i, T value) { y[i] = value; };
  for (int64_t tile = blockIdx.x; tile * kTile < n; tile += gridDim.x) for_tile(tile, n, f, store);
}
template <class T, class F>
__device__ void map(T* y, bool add, int64_t n, F f) {
  map(y, n, [&](int64_t i) { return add ? y[i] + f(i) : f(i); });
}

// Launches a kernel that maps over n elements.
template <class... P, class... A>
void launch_map(void (*kernel)(P...), int64_t n, const Stream& stream, A... args) {
  launch(kernel, grid_of(blocks_of(kTile, n)), dim3(kThreads), 0, stream, args...);
}

// ---- reductions -------------------------------------------------------------------------------

struct Sum {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};
struct Max {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a > b ? a : b;
  }
};

// All lanes get the result, with the same bits: both ends of an exchange combine the same values.
template <class T, class Combine>
__device__ T warp_reduce(T value, Combine combine) {
#pragma unroll
  for (int distance = kWarp / 2; distance; distance /= 2)
    value = combine(value, __shfl_xor_sync(kFullWarp, value, distance));
  return value;
}

template <class T, int threads>
struct ReduceShared {
  T warps[threads / kWarp];
};

// All threads of the block get the result; all must come. Then the shared memory is free again.
template <int threads, class T, class Combine>
__device__ T block_reduce(T value, Combine combine) {
  auto& s = shared<ReduceShared<T, threads>>();
  value = warp_reduce(value, combine);
  if (threadIdx.x % kWarp == 0) s.warps[threadIdx.x / kWarp] = value;
  __syncthreads();
  value = s.warps[0];
  for (int warp = 1; warp < threads / kWarp; ++warp) value = combine(value, s.warps[warp]);
  __syncthreads();
  return value;
}

// ---- rows: a warp each where they are short, a block each where they are long -----------------

constexpr int kLongRow = 1024;  // elements; 32 a lane
constexpr int kRowThreads = 512;

template <int group>
constexpr int kRowBlock = group == kWarp ? kThreads : group;

// Calls f(row) in every thread of the group that has the row.
template <int group, class F>
__device__ void for_each_row(int64_t rows, F f) {
  constexpr int kGroups = kRowBlock<group> / group;
  const int64_t first = blockIdx.x * int64_t{kGroups} + threadIdx.x / group;
  for (int64_t row = first; row < rows; row += gridDim.x * int64_t{kGroups}) f(row);
}
// Calls f(c) for this thread's columns of the row.
template <int group, class F>
__device__ void for_each_column(int64_t columns, F f) {
#pragma unroll 4
  for (int64_t c = threadIdx.x % group; c < columns; c += group) f(c);
}
// Combines what the threads of the group found in their columns; all of them get the result.
template <int group, class T, class Combine>
__device__ T row_reduce(T value, Combine combine) {
  if constexpr (group == kWarp) {
    return warp_reduce(value, combine);
  } else {
    return block_reduce<group>(value, combine);
  }
}

template <int threads>
struct Group {
  static constexpr int size = threads;
};
// Calls f(T{}, Group<threads>{}) for rows of so many columns of the float type that `dtype` names.
template <class F>
void with_rows(Dtype dtype, int64_t columns, F f) {
  with_float(dtype, [&](auto tag) {
    if (columns <= kLongRow) {
      f(tag, Group<kWarp>{});
    } else {
      f(tag, Group<kRowThreads>{});
    }
  });
}
template <class T, int group, class... P, class... A>
void launch_rows(void (*kernel)(P...), int64_t rows, const Stream& stream, A... args) {
  constexpr int kGroups = kRowBlock<group> / group;
  launch(kernel, grid_of(blocks_of(kGroups, rows)), dim3(kRowBlock<group>),
         group == kWarp ? 0 : sizeof(ReduceShared<T, group>), stream, args...);
}

// ---- the end of a loss: the mean over n of what `count` partial sums hold ---------------------

constexpr int kMeanThreads = 1024;

template <class T>
__global__ void __launch_bounds__(kMeanThreads)
    mean_kernel(T* loss, const double* partial, int64_t count, int64_t n) {
  double sum = 0;
#pragma unroll 4
  for (int64_t i = threadIdx.x; i < count; i += kMeanThreads) sum += partial[i];
  sum = block_reduce<kMeanThreads>(sum, Sum{});
  if (threadIdx.x == 0) *loss = static_cast<T>(sum / static_cast<double>(n));
}

template <class T>
void launch_mean(T* loss, const double* partial, int64_t count, int64_t n, const Stream& stream) {
  launch(mean_kernel<T>, dim3(1), dim3(kMeanThreads), sizeof(ReduceShared<double, kMeanThreads>),
         stream, loss, partial, count, n);
}

}  // namespace fastnn::FASTNN_ISA
