// The weights of a convolution at the points.
#pragma once
#include "winograd_plan.h"
#include "winograd_products.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kWeightsAhead = 4;  // rows fetched early

// The weights of a row, an input channel of a phase, from column `column` on, at the points. Taps
// that back, turned, are R x R one set after the other lie else as far apart as the windows.
template <int R, class T>
void weights_to_points(const WinogradPlan& p, T* u, const T* w, int64_t row, int64_t column,
                       int64_t columns) noexcept {
  const int64_t tap = p.in_C * p.out_C, phase = row / p.in_C, k = row % p.in_C;
  const int64_t right = p.back ? tap : p.c.stride_w * tap;
  const int64_t down = p.back ? R * tap : p.c.stride_h * p.c.KW * tap;
  const int64_t first =
      p.back ? phase * R * R : phase / p.c.stride_w * p.c.KW + phase % p.c.stride_w;
  const T* const from = w + first * tap + k * p.out_C + column;
  row_to_points<R>(u, p.u_step, from, down, right, columns, kWeightsAhead * p.out_C);
}

// Of all columns, each group's where its block of the kept weights is; `row` of all sets.
template <int R, class T>
void keep_weights(const WinogradPlan& p, T* kept, const T* w, int64_t row) noexcept {
  const int64_t set = row / p.depth, k = row % p.depth;
  for (int64_t group = 0; group < p.groups; ++group) {
    const int64_t column = group * p.u_row;
    T* const u = kept + p.block_at(set, group, k / p.block_depth) + k % p.block_depth * p.u_row;
    weights_to_points<R>(p, u, w, row, column, smaller(p.u_row, p.out_C - column));
  }
}

}  // namespace fastnn::FASTNN_ISA
