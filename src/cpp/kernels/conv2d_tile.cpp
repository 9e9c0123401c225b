// The tiles of all sizes.
#include "conv2d_tile.h"

#include "../formulas.h"

namespace fastnn::FASTNN_ISA {
namespace {

// AVX2's masked loads take a register from the sums, which costs 5 to 10 %: there tiles of whole
// vectors are apart. AVX-512 has registers of masks, and the others ask for the count anyway.
#if defined(__AVX2__) && !defined(__AVX512F__)
constexpr int kKinds = 2;
#else
constexpr int kKinds = 1;
#endif

template <class T, int rows, int vectors, bool whole>
void multiply(const ConvTile<T>& t) noexcept {
  constexpr int L = lanes<T>;
  Vec<T> sum[rows][vectors] = {};
  const T *outer_a = t.a, *b = t.b;
  const int64_t a_row = t.a_row, a_step = t.a_step, b_step = t.b_step, last = t.last;
  for (int64_t o = t.outer; o > 0; --o) {
    const T* run_a = outer_a;
    for (int64_t q = t.runs; q > 0; --q) {
      const T* a = run_a;
      for (int64_t k = t.depth; k > 0; --k) {
        Vec<T> v[vectors];
#pragma GCC unroll 4
        for (int j = 0; j < vectors; ++j) {
          v[j] = whole || j + 1 < vectors ? load(b + j * L) : load(b + j * L, last);
        }
#pragma GCC unroll 16
        for (int i = 0; i < rows; ++i) {
          const Vec<T> x = broadcast(a[i * a_row]);
#pragma GCC unroll 4
          for (int j = 0; j < vectors; ++j) sum[i][j] = fma(x, v[j], sum[i][j]);
        }
        a += a_step;
        b += b_step;
      }
      run_a += t.a_run;
      b += t.b_run_skip;
    }
    outer_a += t.a_outer;
    b += t.b_outer_skip;
  }

  if (t.bias) {
#pragma GCC unroll 4
    for (int j = 0; j < vectors; ++j) {
      const Vec<T> v = j + 1 < vectors ? load(t.bias + j * L) : load(t.bias + j * L, last);
#pragma GCC unroll 16
      for (int i = 0; i < rows; ++i) sum[i][j] += v;
    }
  }
  T* const y = t.y;
  const int64_t y_row = t.y_row;
  if (t.add) {
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j + 1 < vectors; ++j) sum[i][j] += load(y + i * y_row + j * L);
      sum[i][vectors - 1] += load(y + i * y_row + (vectors - 1) * L, last);
    }
  }
  if (t.relu) {
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < vectors; ++j) sum[i][j] = Relu::f(sum[i][j]);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j + 1 < vectors; ++j) store(y + i * y_row + j * L, sum[i][j]);
    store(y + i * y_row + (vectors - 1) * L, sum[i][vectors - 1], last);
  }
}

constexpr int kMostRows = kConvRows[1];

template <class T>
struct Tiles {
  ConvTileFunction<T> at[kKinds][kConvVectors][kMostRows] = {};

  constexpr Tiles() { fill<kConvRows[kConvVectors], kConvVectors>(); }
  template <int rows, int vectors>
  constexpr void fill() {
    at[0][vectors - 1][rows - 1] = multiply<T, rows, vectors, false>;
    if constexpr (kKinds > 1) at[1][vectors - 1][rows - 1] = multiply<T, rows, vectors, true>;
    if constexpr (rows > 1) {
      fill<rows - 1, vectors>();
    } else if constexpr (vectors > 1) {
      fill<kConvRows[vectors - 1], vectors - 1>();
    }
  }
};
template <class T>
constexpr Tiles<T> kTiles;

template <class T>
ConvTileFunction<T> find(const ConvTile<T>& tile, int64_t rows, int64_t vectors) noexcept {
  const bool whole = kKinds > 1 && tile.last == lanes<T>;
  return kTiles<T>.at[whole ? kKinds - 1 : 0][vectors - 1][rows - 1];
}

template <class T>
void finish(const ConvTile<T>& t, const T* sums, int64_t rows, int64_t columns) noexcept {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j, sums += lanes<T>) {
      T* const y = t.y + i * t.y_row + j;
      T v = reduce_add(load(sums));
      if (t.bias) v += t.bias[j];
      if (t.add) v += *y;
      *y = t.relu ? Relu::f(v) : v;
    }
  }
}

}  // namespace

ConvTileFunction<float> conv_tile(const ConvTile<float>& tile, int64_t rows,
                                  int64_t vectors) noexcept {
  return find(tile, rows, vectors);
}
ConvTileFunction<double> conv_tile(const ConvTile<double>& tile, int64_t rows,
                                   int64_t vectors) noexcept {
  return find(tile, rows, vectors);
}

void finish_dots(const ConvTile<float>& tile, const float* sums, int64_t rows,
                 int64_t columns) noexcept {
  finish(tile, sums, rows, columns);
}
void finish_dots(const ConvTile<double>& tile, const double* sums, int64_t rows,
                 int64_t columns) noexcept {
  finish(tile, sums, rows, columns);
}

}  // namespace fastnn::FASTNN_ISA
