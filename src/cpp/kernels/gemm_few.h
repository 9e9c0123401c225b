// Products of few rows, computed as sums in scratch: by streams through the rows of b, or by its
// columns where it is stored across. And how such sums, or a transposed product, get into y.
#pragma once
#include "activation.h"
#include "gemm_plan.h"

namespace fastnn::FASTNN_ISA {

template <class T>
void activate_rows(const Tile<T>& tile, int64_t rows, int64_t columns) noexcept {
  for (int64_t i = 0; i < rows; ++i) activate(tile.y + i * tile.y_row, columns, tile.after);
}

// Sums of height x width elements, whose rows lie sum_row apart and whole vectors may be read of,
// through what follows the product into y. `turned`: for as many elements and a vector.
template <class T>
__attribute__((noinline)) void put_sums(const GemmPlan& p, const Tile<T>& whole, const T* sums,
                                        int64_t sum_row, int64_t top, int64_t height, int64_t left,
                                        int64_t width, T* turned) noexcept {
  constexpr int64_t L = lanes<T>;
  int64_t y_row = p.columns;
  if (p.back) {
    transpose(turned, height, sums, sum_row, width, height);
    sums = turned;
    sum_row = height;
    y_row = p.rows;
    GemmPlan::exchange(top, left);
    GemmPlan::exchange(height, width);
  }
  if (!whole.bias && width == y_row && width == sum_row) {
    width *= height;
    height = 1;
  }
  Tile<T> tile = whole;
  tile.depth = 0;
  for (int64_t i = 0; i < height; ++i) {
    const int64_t row = (top + i) * y_row + left;
    for (int64_t j = 0; j < width; j += kWideVectors * L) {
      const int64_t count = smaller(kWideVectors * L, width - j), vectors = blocks_of(L, count);
      tile.sums = sums + i * sum_row + j;
      tile.y = whole.y + row + j;
      tile.last = count - (vectors - 1) * L;
      if (whole.bias && !whole.one_bias) tile.bias = whole.bias + left + j;
      if (whole.activated) tile.activated = whole.activated + row + j;
      kTiles<T>.at[static_cast<int>(Rows::whole)][0][vectors - 1](tile);
      if (tile.after != Activation::none) activate_rows(tile, 1, count);
    }
  }
}

// a's elements for so many k and rows, those of one k side by side.
template <class T>
void gather(T* out, const T* a, const GemmPlan& p, int64_t depth, int64_t rows) noexcept {
  for (int64_t k = 0; k < depth; ++k) {
    for (int64_t i = 0; i < rows; ++i) *out++ = a[i * p.a_row + k * p.a_step];
  }
}

// A panel by the columns of b. The last ones overlap those before them.
template <class T>
void multiply_across(const GemmPlan& p, const Tile<T>& whole, int64_t index, T* scratch) noexcept {
  constexpr int64_t L = lanes<T>, kWidth = kColumnWidth<T>, kVector = kWidth > L ? kWidth : L;
  const Groups panels(p.vectors, p.panels);
  const int64_t end = smaller(p.columns, panels.begin(index + 1) * L);
  T sums[kColumnRows * kWidth + kVector] = {}, turned[kColumnRows * kWidth + kVector] = {};
  const T* a = whole.a;
  int64_t a_row = p.a_row, a_step = p.a_step;
  if (p.gathers()) {
    gather(scratch, a, p, p.depth, p.rows);
    a = scratch;
    a_row = 1;
    a_step = p.rows;
  }
  for (int64_t j = panels.begin(index) * L; j < end; j += kWidth) {
    const int64_t left = smaller(j, p.columns - kWidth);
    kColumns<T>.of[p.rows - 1](sums, a, a_row, a_step, whole.b + left * p.b_column, p.b_column,
                               p.depth);
    put_sums(p, whole, sums + (j - left), kWidth, 0, p.rows, j, smaller(kWidth, end - j), turned);
  }
}

// A panel by streams through the rows of b.
template <class T>
void multiply_streams(const GemmPlan& p, const Tile<T>& whole, int64_t index, T* scratch) noexcept {
  constexpr int64_t kBytes = sizeof(T);
  const Groups panels(p.vectors, p.panels), rows(p.rows, blocks_of(kStreamRows, p.rows));
  const int64_t left = panels.begin(index) * lanes<T>;
  T* const a = scratch;
  T* const sums = a + p.packed_bytes() / kBytes;
  Stream<T> s;
  s.a = a;
  s.b_step = p.b_step;
  s.sum_row = panels.begin(index + 1) * lanes<T> - left;
  s.width = smaller(s.sum_row, p.columns - left);
  for (int64_t i = 0; i < p.rows * s.sum_row; ++i) sums[i] = 0;
  for (int64_t k = 0; k < p.depth;) {
    const bool many = k + kStreams <= p.depth;
    const int64_t streams = many ? kStreams : 1;
    s.b = whole.b + k * p.b_step + left;
    for (int64_t top = 0, n = 1; top < p.rows; top = rows.begin(n++)) {
      const int64_t height = rows.begin(n) - top;
      gather(a, whole.a + top * p.a_row + k * p.a_step, p, streams, height);
      s.sums = sums + top * s.sum_row;
      kStreamTable<T>.at[height - 1][many](s);
    }
    k += streams;
  }
  put_sums(p, whole, sums, s.sum_row, 0, p.rows, left, s.width, sums + p.sum_bytes() / kBytes);
}

}  // namespace fastnn::FASTNN_ISA
