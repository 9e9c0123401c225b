// Winograd's products: at each of the 36 points one matrix times another.
#pragma once
#include "conv2d_tile.h"
#include "gemm_plan.h"
#include "winograd.h"

namespace fastnn::FASTNN_ISA {

// Where they lie: element (i, k) of a at a[i * a_row + k * a_step], rows of b and y; then how far
// apart the points are.
struct PointProduct {
  int64_t a_row, a_step, a_point, b_row, b_point, y_row, y_point;
  bool far = false;  // y lies in the third cache
};

// y = or += a b at each point: of so many rows, steps and vectors of columns. beside(point) is
// called before each.
template <class T, class F>
FASTNN_INLINE void multiply_points(const PointProduct& p, T* y, bool add, const T* a, const T* b,
                                   int64_t rows, int64_t depth, int64_t vectors, F beside) {
  constexpr int64_t L = lanes<T>;
  ConvTile<T> tile;
  tile.a_row = p.a_row;
  tile.a_step = p.a_step;
  tile.a_run = tile.a_outer = 0;
  tile.b_step = p.b_row;
  tile.depth = depth;
  tile.runs = tile.outer = 1;
  tile.y_row = p.y_row;
  tile.last = L;
  tile.bias = nullptr;
  tile.relu = false;
  tile.add = add;
  const Groups widths(vectors, blocks_of(kConvVectors, vectors));
  for (int64_t point = 0; point < kSquarePoints; ++point) {
    beside(point);
    for (int64_t n = 0, left = 0; left < vectors; ++n) {
      const int64_t width = widths.begin(n + 1) - left;
      const Groups heights(rows, blocks_of(kConvRows[width], rows));
      tile.b = b + point * p.b_point + left * L;
      for (int64_t i = 0, top = 0; top < rows; ++i) {
        const int64_t next = heights.begin(i + 1);
        tile.a = a + point * p.a_point + top * p.a_row;
        tile.y = y + point * p.y_point + top * p.y_row + left * L;
        if (add && p.far) fetch(tile.y, next - top, p.y_row, 1, 0, width * L);
        conv_tile(tile, next - top, width)(tile);
        top = next;
      }
      left += width;
    }
  }
}

// A row of the weights, `columns` of them, at the points: tap (i, j) of it lies at
// w[i * down + j * right]. Those `ahead` are fetched.
template <int R, class T>
FASTNN_INLINE void row_to_points(T* u, int64_t u_point, const T* w, int64_t down, int64_t right,
                                 int64_t columns, int64_t ahead) {
  constexpr int64_t L = lanes<T>;
  for (int64_t f = 0; f < columns; f += L) {
    const int64_t count = smaller(L, columns - f);
#pragma GCC unroll 9
    for (int i = 0; i < R * R; ++i) {
      __builtin_prefetch(w + i / R * down + i % R * right + f + ahead);
    }
    along_both<TapsAtPoints<R>, Vec<T>>(
        [&](int j, Vec<T>(&g)[R]) __attribute__((always_inline)) {
#pragma GCC unroll 3
          for (int i = 0; i < R; ++i) g[i] = load(w + i * down + j * right + f, count);
        },
        [&](int i, int j, Vec<T> v)
            __attribute__((always_inline)) { store(u + (i * kPoints + j) * u_point + f, v); });
  }
}

}  // namespace fastnn::FASTNN_ISA
