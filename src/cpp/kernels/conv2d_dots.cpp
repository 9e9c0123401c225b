// Tiles of few columns, which would leave most lanes of a vector of columns empty: the vectors run
// along the depth instead, and their lanes are added up at the end.
#include "conv2d_tile.h"

namespace fastnn::FASTNN_ISA {
namespace {

template <class T, int rows, int columns>
void multiply(const ConvTile<T>& t) noexcept {
  constexpr int64_t L = lanes<T>;
  Vec<T> sum[rows][columns] = {};
  const int64_t a_row = t.a_row, b_column = t.b_column, tail = t.depth % L;
  const T *outer_a = t.a, *b = t.b;
  const auto add = [&](const T* a, auto... count) __attribute__((always_inline)) {
    Vec<T> v[columns];
#pragma GCC unroll 4
    for (int j = 0; j < columns; ++j) v[j] = load(b + j * b_column, count...);
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i) {
      const Vec<T> x = load(a + i * a_row, count...);
#pragma GCC unroll 4
      for (int j = 0; j < columns; ++j) sum[i][j] = fma(x, v[j], sum[i][j]);
    }
  };
  for (int64_t o = t.outer; o > 0; --o) {
    const T* run_a = outer_a;
    for (int64_t q = t.runs; q > 0; --q) {
      const T* a = run_a;
      for (int64_t k = t.depth - tail; k > 0; k -= L) {
        add(a);
        a += L;
        b += L;
      }
      if (tail > 0) {
        add(a, tail);
        b += tail;
      }
      run_a += t.a_run;
      b += t.b_run_skip;
    }
    outer_a += t.a_outer;
    b += t.b_outer_skip;
  }
  T lanes_of[rows * columns * L];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < columns; ++j) store(lanes_of + (i * columns + j) * L, sum[i][j]);
  }
  finish_dots(t, lanes_of, rows, columns);
}

template <class T>
struct Dots {
  ConvTileFunction<T> at[kDotColumns][kDotRows[1]] = {};

  constexpr Dots() { fill<kDotRows[kDotColumns], kDotColumns>(); }
  template <int rows, int columns>
  constexpr void fill() {
    at[columns - 1][rows - 1] = multiply<T, rows, columns>;
    if constexpr (rows > 1) {
      fill<rows - 1, columns>();
    } else if constexpr (columns > 1) {
      fill<kDotRows[columns - 1], columns - 1>();
    }
  }
};
template <class T>
constexpr Dots<T> kDots;

}  // namespace

ConvTileFunction<float> conv_dots(float, int64_t rows, int64_t columns) noexcept {
  return kDots<float>.at[columns - 1][rows - 1];
}
ConvTileFunction<double> conv_dots(double, int64_t rows, int64_t columns) noexcept {
  return kDots<double>.at[columns - 1][rows - 1];
}

}  // namespace fastnn::FASTNN_ISA
