// Few rows of y, and a b that comes from beyond the caches: its rows are read as they lie in
// memory, eight side by side, while the sums of a part's columns wait in the first or second cache.
// A tile's narrow strip of b would be a row of short pieces, 10 GB/s; so it is 27 of the 30 that a
// core reads in one long stream, and 35 to 47 with two (Zen 4).
#pragma once
#include "../simd.h"

namespace fastnn::FASTNN_ISA {

constexpr int kStreams = 8;  // rows of b side by side: 4 made 21 GB/s, 16 made 23
#if defined(__AVX512F__)
constexpr int kStreamRows = 8, kStreamVectors = 1;  // of y at a time, as many sums in registers
#else
constexpr int kStreamRows = 4, kStreamVectors = 2;  // no fma that broadcasts: fewer loads
#endif
constexpr int kMostStreamRows = 16;   // beyond, a packed b is faster
constexpr int64_t kStreamRun = 8192;  // bytes of a row of b that a part reads: 4096 made 24 GB/s

template <class T>
struct Stream {
  const T* a;  // of the first row of b one element for each row of y, then of the second ..
  const T* b;
  int64_t b_step, width;  // rows of b so far apart, of so many elements
  T* sums;                // rows of whole vectors
  int64_t sum_row;
};

template <int n>
struct Count {
  static constexpr int value = n;
};

// sums[i, j] += the sum over n < streams of a[n * rows + i] b[n * b_step + j], n ascending.
template <class T, int rows, int streams>
void add_streams(const Stream<T>& s) noexcept {
  constexpr int64_t L = lanes<T>;
  const T* const a = s.a;
  // vectors whole ones, or one short one
  const auto add = [&](auto vectors, int64_t j, auto... count) __attribute__((always_inline)) {
    constexpr int V = decltype(vectors)::value;
    Vec<T> sum[rows][V];
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
      for (int g = 0; g < V; ++g) sum[i][g] = load(s.sums + i * s.sum_row + j + g * L);
    }
    const T* b = s.b + j;
#pragma GCC unroll 8
    for (int n = 0; n < streams; ++n) {
      Vec<T> v[V];
#pragma GCC unroll 2
      for (int g = 0; g < V; ++g) {
        if (g * kVectorBytes % 64 == 0) __builtin_prefetch(b + kStreams * s.b_step + g * L, 0, 2);
        v[g] = load(b + g * L, count...);
      }
#pragma GCC unroll 8
      for (int i = 0; i < rows; ++i) {
        const Vec<T> x = broadcast(a[n * rows + i]);
#pragma GCC unroll 2
        for (int g = 0; g < V; ++g) sum[i][g] = fma(x, v[g], sum[i][g]);
      }
      b += s.b_step;
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
      for (int g = 0; g < V; ++g) store(s.sums + i * s.sum_row + j + g * L, sum[i][g]);
    }
  };
  int64_t j = 0;
  for (; j + kStreamVectors * L <= s.width; j += kStreamVectors * L)
    add(Count<kStreamVectors>{}, j);
  for (; j + L <= s.width; j += L) add(Count<1>{}, j);
  if (j < s.width) add(Count<1>{}, j, s.width - j);
}

// at[rows - 1][streams == kStreams]
template <class T>
struct StreamTable {
  void (*at[kStreamRows][2])(const Stream<T>&) noexcept = {};

  constexpr StreamTable() { fill<kStreamRows>(); }
  template <int rows>
  constexpr void fill() {
    at[rows - 1][0] = add_streams<T, rows, 1>;
    at[rows - 1][1] = add_streams<T, rows, kStreams>;
    if constexpr (rows > 1) fill<rows - 1>();
  }
};
template <class T>
constexpr StreamTable<T> kStreamTable;

}  // namespace fastnn::FASTNN_ISA
