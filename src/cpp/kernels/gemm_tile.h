// The innermost product: up to 6 rows by 4 vectors of y (or by 2 where there are 16 registers) stay
// in registers while k runs over the depth; each step loads one row of b and broadcasts one element
// of a for each row of y. An element of y is one chain of fma from zero, k ascending, whatever the
// tile, the packing or the blocking, since a later slice of the depth goes on from the sums of the
// one before. So its bits depend on its row of a and its column of b alone. On Zen 4 6 x 64 runs at
// 98 % of the peak.
#pragma once
#include "../formulas.h"
#include "../simd.h"

namespace fastnn::FASTNN_ISA {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kTileRows = 6, kTileVectors = 4;  // of 32 registers 24 sums, 4 of b, 1 of a
#elif defined(__AVX2__)
constexpr int kTileRows = 6, kTileVectors = 2;  // of 16 registers 12 sums, 2 of b, 1 of a
#else
constexpr int kTileRows = 4, kTileVectors = 2;  // without fma a product needs a register too
#endif
// One row alone is as wide as it takes to hide the latency of fma: 4 cycles, two begun in each.
constexpr int kWideVectors = 8;

template <class T>
struct Tile {
  const T* a;  // element (i, k) at a[i * a_row + k * a_step]
  int64_t a_row, a_step;
  const T* b;  // row k at b + k * b_step
  int64_t b_step, depth;
  T* packed;      // b is copied here, in whole vectors
  const T* next;  // whole rows: meanwhile what is read later is fetched from here
  int64_t next_step;
  const T* sums;  // go on from these, rows of whole vectors; null: from zero
  T* y;
  int64_t y_row;
  int64_t last;        // lanes in use of a row's last vector
  const T* bias;       // null: none
  bool one_bias;       // one for all columns
  const T* activated;  // rows like y's; null: none
  bool relu, add;
  bool fetch_y;      // before it is written, because it lies beyond the second cache
  Activation after;  // of rows that are finished: any but relu, which the registers go through
};

// How a tile reads b: rows of whole vectors; rows whose last vector is short; the same for the
// first time, so that rows to come are prefetched and a copy is made. The copy is free beside the
// arithmetic.
enum class Rows { whole, ragged, fresh };
constexpr int kPrefetchedRows = 8;

template <class T, int rows, int vectors, Rows kind>
void multiply_tile(const Tile<T>& t) noexcept {
  constexpr int L = lanes<T>;
  Vec<T> sum[rows][vectors] = {};
  if (t.sums) {
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j < vectors; ++j) sum[i][j] = load(t.sums + (i * vectors + j) * L);
    }
  }

  if (t.fetch_y) {
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j < vectors; ++j) __builtin_prefetch(t.y + i * t.y_row + j * L, 1);
    }
  }
  const T *a = t.a, *b = t.b;
  T* packed = t.packed;
  const T* next = t.next;
  const int64_t a_row = t.a_row, a_step = t.a_step, b_step = t.b_step, last = t.last;
  for (int64_t k = t.depth; k > 0; --k) {
    if (kind == Rows::whole) {
      __builtin_prefetch(next, 0, 2);
      next += t.next_step;
    }
    Vec<T> v[vectors];
#pragma GCC unroll 8
    for (int j = 0; j < vectors; ++j) {
      if (kind == Rows::fresh) __builtin_prefetch(b + kPrefetchedRows * b_step + j * L);
      v[j] = kind == Rows::whole || j + 1 < vectors ? load(b + j * L) : load(b + j * L, last);
      if (kind == Rows::fresh) store(packed + j * L, v[j]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      const Vec<T> x = broadcast(a[i * a_row]);
#pragma GCC unroll 8
      for (int j = 0; j < vectors; ++j) sum[i][j] = fma(x, v[j], sum[i][j]);
    }
    a += a_step;
    b += b_step;
    packed += vectors * L;
  }

  if (t.bias) {
#pragma GCC unroll 8
    for (int j = 0; j < vectors; ++j) {
      const int64_t count = j + 1 < vectors ? L : last;
      const Vec<T> v = t.one_bias ? broadcast(*t.bias) : load(t.bias + j * L, count);
#pragma GCC unroll 8
      for (int i = 0; i < rows; ++i) sum[i][j] += v;
    }
  }
  // A loop for each way to end: a question a vector cost 3 % of a product of depth 32, 1 % of one
  // of depth 128. f gets a vector, its place in y, and whether it is whole.
  const auto put = [&](auto f) __attribute__((always_inline)) {
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j < vectors; ++j) {
        const int64_t at = i * t.y_row + j * L;
        if (j + 1 < vectors) {
          store(t.y + at, f(sum[i][j], at, true));
        } else {
          store(t.y + at, f(sum[i][j], at, false), last);
        }
      }
    }
  };
  const auto from = [&](const T* p, bool whole)
                        __attribute__((always_inline)) { return whole ? load(p) : load(p, last); };
  if (t.add) {
    put([&](Vec<T> v, int64_t at, bool whole) __attribute__((always_inline)) {
      if (t.activated) v = Relu::df(from(t.activated + at, whole), v);
      return from(t.y + at, whole) + v;
    });
  } else if (t.activated) {
    put([&](Vec<T> v, int64_t at, bool whole)
            __attribute__((always_inline)) { return Relu::df(from(t.activated + at, whole), v); });
  } else if (t.relu) {
    put([](Vec<T> v, int64_t, bool) __attribute__((always_inline)) { return Relu::f(v); });
  } else {
    put([](Vec<T> v, int64_t, bool) __attribute__((always_inline)) { return v; });
  }
}

template <class T>
using TileFunction = void (*)(const Tile<T>&) noexcept;

// at[kind][rows - 1][vectors - 1]. Fresh tiles come of four blocks at least, none below half
// height.
template <class T>
struct TileTable {
  TileFunction<T> at[3][kTileRows][kWideVectors] = {};

  constexpr TileTable() {
    fill<1, kWideVectors>();
    fill<kTileRows, kTileVectors>();
  }
  template <int rows, int vectors>
  constexpr void fill() {
    at[0][rows - 1][vectors - 1] = multiply_tile<T, rows, vectors, Rows::whole>;
    at[1][rows - 1][vectors - 1] = multiply_tile<T, rows, vectors, Rows::ragged>;
    if constexpr (2 * rows >= kTileRows) {
      at[2][rows - 1][vectors - 1] = multiply_tile<T, rows, vectors, Rows::fresh>;
    }
    if constexpr (vectors > 1) {
      fill<rows, vectors - 1>();
    } else if constexpr (rows > 1) {
      fill<rows - 1, kTileVectors>();
    }
  }
};
template <class T>
constexpr TileTable<T> kTiles;

}  // namespace fastnn::FASTNN_ISA
