// The direct convolution, forward or back to x: a block of the output, tile by tile.
#pragma once
#include "activation.h"
#include "conv2d_plan.h"
#include "gemm_plan.h"

namespace fastnn::FASTNN_ISA {

// Weights copied as whole vectors, one row after the other, and kept while the next block wants the
// same. Rows of 2 KB would meet in an eighth of the second cache's sets: of 512 channels the copy
// gains 2 to 5 %.
template <class T>
struct Packed {
  T* room;
  const T* from;
  int64_t rows;
};
constexpr int64_t kRowsAhead = 16;

template <class T>
void pack(Packed<T>& packed, const T* b, int64_t b_step, int64_t rows, int64_t vectors,
          int64_t last) noexcept {
  constexpr int64_t L = lanes<T>;
  if (packed.from == b && packed.rows == rows) return;
  packed.from = b;
  packed.rows = rows;
  T* to = packed.room;
  for (int64_t k = 0; k < rows; ++k, b += b_step) {
    for (int64_t j = 0; j < vectors; ++j, to += L) {
      __builtin_prefetch(b + kRowsAhead * b_step + j * L);
      store(to, j + 1 < vectors ? load(b + j * L) : load(b + j * L, last));
    }
  }
}

// What a block of the output is computed from and into.
template <class T>
struct Block {
  // Input element (row, column, channel) is in[row * row_pitch + column * pixel_pitch + channel].
  const T* in;
  int64_t row_pitch, pixel_pitch;
  const T* weights;
  int64_t b_step;
  Packed<T>* packed;
  const T* bias;
  T* out;         // the picture's, from this group's channels on
  Range i, j;     // outputs, counted within each phase
  Range vectors;  // of this group's channels
  Activation activation;
  bool add;
};

// The rows of a block that is finished.
template <class T>
void activate_rows(const DirectPlan& p, const Block<T>& block, T* out, Range rows, Range columns,
                   int64_t row_out, int64_t pixel_out) noexcept {
  constexpr int64_t L = lanes<T>;
  const int64_t first = block.vectors.begin * L, count = columns.end - columns.begin;
  const int64_t width = smaller(block.vectors.end * L, p.group_out) - first;
  const bool together = pixel_out == width;
  for (int64_t i = rows.begin; i < rows.end; ++i) {
    T* const y = out + i * row_out + columns.begin * pixel_out + first;
    for (int64_t j = 0; j < (together ? 1 : count); ++j) {
      activate(y + j * pixel_out, together ? count * width : width, block.activation);
    }
  }
}

// The outputs of one phase.
template <class T>
void compute(const DirectPlan& p, const Block<T>& block, const Axis& h, const Axis& w) noexcept {
  constexpr int64_t L = lanes<T>;
  const Range rows = {block.i.begin, smaller(block.i.end, h.count)};
  const Range columns = {block.j.begin, smaller(block.j.end, w.count)};
  if (columns.end <= columns.begin) return;
  const bool merged = (w.taps == 1 || w.dilation == 1) && block.pixel_pitch == p.group_in;
  const int64_t row_out = h.out_step * p.out_W * p.out_C, pixel_out = w.out_step * p.out_C;
  const int64_t row_of_taps = w.taps * p.group_in;
  const T* const weights = block.weights + p.weights_before(h, w) * p.group_in * block.b_step;
  T* const out = block.out + h.out_first * p.out_W * p.out_C + w.out_first * p.out_C;

  ConvTile<T> tile;
  tile.a_row = w.stride * block.pixel_pitch;
  tile.a_step = 1;
  tile.a_run = w.dilation * block.pixel_pitch;
  tile.a_outer = h.dilation * block.row_pitch;
  tile.b_column = p.c.KH * p.c.KW * p.group_in;
  tile.y_row = pixel_out;
  const bool relu = block.activation == Activation::relu;
  const Groups widths(block.vectors.end - block.vectors.begin,
                      blocks_of(kConvVectors, block.vectors.end - block.vectors.begin));
  for (int64_t n = 0, left = 0; left < block.vectors.end - block.vectors.begin; ++n) {
    const int64_t vectors = widths.begin(n + 1) - left;
    const int64_t column = (block.vectors.begin + left) * L;
    left += vectors;
    tile.last = smaller(L, p.group_out - (column + (vectors - 1) * L));
    const int64_t tiles = blocks_of(p.high(vectors), columns.end - columns.begin);
    const Groups heights(columns.end - columns.begin, tiles);
    int64_t r = 0;
    do {  // once for no taps too, for the bias
      const Range slice = {r, smaller(h.taps, r + p.slice_rows)};
      const T* b = weights + slice.begin * row_of_taps * block.b_step + column;
      tile.b_step = block.b_step;
      if (p.pack && (rows.end - rows.begin) * tiles >= kPackTiles) {
        tile.b_step = vectors * L;
        pack(*block.packed, b, block.b_step, (slice.end - slice.begin) * row_of_taps, vectors,
             tile.last);
        b = block.packed->room;
      }
      const bool last = slice.end == h.taps;
      tile.bias = block.bias && last ? block.bias + column : nullptr;
      tile.relu = relu && last;
      tile.add = block.add || r > 0;
      for (int64_t i = rows.begin; i < rows.end; ++i) {
        const Range valid = h.valid(i);
        const int64_t R = smaller(slice.end, larger(slice.begin, valid.begin));
        tile.outer = larger(0, smaller(slice.end, valid.end) - R);
        const T* const row = block.in + (h.begin(i) + R * h.dilation) * block.row_pitch;
        for (int64_t m = 0, j = columns.begin; j < columns.end; ++m) {
          const int64_t next = columns.begin + heights.begin(m + 1);
          const Range S = p.by_pixel ? w.valid(j) : Range{0, w.taps};
          const int64_t taps = S.end - S.begin;
          tile.a = row + (w.begin(j) + S.begin * w.dilation) * block.pixel_pitch;
          tile.b = b + ((R - slice.begin) * row_of_taps + S.begin * p.group_in) * tile.b_step;
          tile.b_outer_skip = (w.taps - taps) * p.group_in * tile.b_step;
          tile.runs = merged ? 1 : taps;
          tile.depth = merged ? taps * p.group_in : p.group_in;
          tile.y = out + i * row_out + j * pixel_out + column;
          const auto multiply =
              p.dots ? conv_dots(T{}, next - j, p.group_out) : conv_tile(tile, next - j, vectors);
          multiply(tile);
          j = next;
        }
      }
      r = slice.end;
    } while (r < h.taps);
  }
  if (block.activation != Activation::none && !relu) {
    activate_rows(p, block, out, rows, columns, row_out, pixel_out);
  }
}

template <class T>
struct Direct {
  const T *in, *weights, *bias;
  int64_t b_step, b_group;  // between rows of the weights, between groups
  T* out;
  bool add;
  Activation activation;
};

template <class T>
void compute_unit(const DirectPlan& p, const Direct<T>& d, int64_t unit,
                  Packed<T>& packed) noexcept {
  const int64_t block_j = unit % p.blocks_j, block_i = unit / p.blocks_j % p.blocks_i;
  const int64_t each = p.blocks_j * p.blocks_i, n = unit / each % p.c.N;
  const int64_t columns = unit / each / p.c.N;
  const int64_t group = columns / p.column_groups, column_group = columns % p.column_groups;

  Block<T> block;
  block.i = {block_i * p.block_i, smaller(p.count_i, (block_i + 1) * p.block_i)};
  block.j = {block_j * p.block_j, smaller(p.count_j, (block_j + 1) * p.block_j)};
  const Groups tiles(p.vectors, p.column_groups);
  block.vectors = {tiles.begin(column_group), tiles.begin(column_group + 1)};
  block.weights = d.weights + group * d.b_group;
  block.b_step = d.b_step;
  block.packed = &packed;
  block.bias = d.bias ? d.bias + group * p.group_out : nullptr;
  block.out = d.out + n * p.out_H * p.out_W * p.out_C + group * p.group_out;
  block.activation = d.activation;
  block.add = d.add;
  block.in = d.in + n * p.in_H * p.in_W * p.in_C + group * p.group_in;
  block.row_pitch = p.in_W * p.in_C;
  block.pixel_pitch = p.in_C;
  const int64_t count_j = block.j.end - block.j.begin;
  if (!p.by_pixel && count_j > 0 && !p.in_place(block.j.begin, count_j)) {
    const int64_t first = p.reach_w.begin + block.j.begin * p.step_w;
    const int64_t width = p.frame_width(count_j);
    const int64_t top = p.reach_h.begin + block.i.begin * p.step_h;
    const int64_t bottom = p.reach_h.end + (block.i.end - 1) * p.step_h;
    const Range rows = {larger(0, top), smaller(p.in_H, bottom)};
    T* const frame = packed.room + p.packed_bytes() / static_cast<int64_t>(sizeof(T));
    copy_frame(frame, block.in, rows, first, width, p.in_W, p.in_C, p.group_in);
    block.row_pitch = width * p.group_in;
    block.pixel_pitch = p.group_in;
    block.in = frame - rows.begin * block.row_pitch - first * block.pixel_pitch;
  }
  for (int64_t h = 0; h < p.phase_count_h(); ++h) {
    const Axis rows = p.axis_h(h);
    for (int64_t w = 0; w < p.phase_count_w(); ++w) compute(p, block, rows, p.axis_w(w));
  }
}

}  // namespace fastnn::FASTNN_ISA
