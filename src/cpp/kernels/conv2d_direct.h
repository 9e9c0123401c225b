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

// To memory past the caches, if it can be; a multiple of 16 bytes.
template <class T>
void move_past(T* to, const T* from, int64_t count) noexcept {
  constexpr int64_t L = lanes<T>, kPiece = 16 / sizeof(T);
  if (reinterpret_cast<uintptr_t>(to) % 16 != 0) {
    __builtin_memcpy(to, from, static_cast<size_t>(count) * sizeof(T));
    return;
  }
  int64_t i = 0;
  for (; i < count && reinterpret_cast<uintptr_t>(to + i) % kVectorBytes != 0; i += kPiece)
    move_past_16(to + i, from + i);
  for (; i + L <= count; i += L) store_past(to + i, load(from + i));
  for (; i < count; i += kPiece) move_past_16(to + i, from + i);
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
  const int64_t first = block.vectors.begin * p.lanes, count = columns.end - columns.begin;
  const int64_t width = smaller(block.vectors.end * p.lanes, p.group_out) - first;
  const bool together = pixel_out == width;
  for (int64_t i = rows.begin; i < rows.end; ++i) {
    T* const y = out + i * row_out + columns.begin * pixel_out + first;
    for (int64_t j = 0; j < (together ? 1 : count); ++j) {
      activate(y + j * pixel_out, together ? count * width : width, block.activation);
    }
  }
}

// What the tiles of a block that goes by taps are added to.
template <class T>
void begin_rows(const DirectPlan& p, const Block<T>& block, T* out, Range rows, Range columns,
                int64_t row_out, int64_t pixel_out) noexcept {
  const int64_t first = block.vectors.begin * p.lanes;
  const int64_t width = smaller(block.vectors.end * p.lanes, p.group_out) - first;
  const T* const bias = block.bias ? block.bias + first : nullptr;
  if (block.add && !bias) return;
  const int64_t count = columns.end - columns.begin;
  const bool together = !bias && pixel_out == width;
  for (int64_t i = rows.begin; i < rows.end; ++i) {
    T* const y = out + i * row_out + columns.begin * pixel_out + first;
    for (int64_t j = 0; j < (together ? 1 : count); ++j) {
      if (bias) {
        map(y + j * pixel_out, block.add, {0, width}, [](Vec<T> v) { return v; }, bias);
      } else {
        copy_row<T>(y + j * pixel_out, nullptr, together ? count * width : width);
      }
    }
  }
}

// One phase's windows, and where its outputs and weights lie.
template <class T>
struct Phase {
  Axis h, w;
  Range rows, columns;
  int64_t row_out, pixel_out, row_of_taps;
  const T* weights;
  T* out;
};

// The rows of outputs, times `vectors` of their columns from `column` on, of the windows' rows
// `slice`, whose weights begin at b, and columns S. `tile` is what all the tiles have in common.
template <class T>
void compute_rows(const DirectPlan& p, const Block<T>& block, const Phase<T>& f, ConvTile<T> tile,
                  const T* b, Range slice, Range S, Range columns, int64_t column,
                  int64_t vectors) noexcept {
  alignas(kVectorBytes) T room[kMostTileVectors * lanes<T>];
  const bool past_caches = p.past_caches && !tile.add;
  const int64_t taps = S.end - S.begin, all = f.row_of_taps * tile.b_step;
  const bool merged =
      !p.shares && (taps == 1 || f.w.dilation == 1) && block.pixel_pitch == p.group_in;
  if (tile.slide) {  // for each channel along a window's row
    tile.runs = p.group_in;
    tile.depth = taps;
    tile.a_run = 1;
    tile.a_step = f.w.dilation * block.pixel_pitch;
    tile.b_run_skip = tile.b_step - all;
    tile.b_outer_skip = all - p.group_in * tile.b_step;
    tile.b_step *= p.group_in;
  } else {
    tile.runs = merged ? 1 : taps;
    tile.depth = merged ? taps * p.group_in : p.group_in;
    tile.a_run = f.w.dilation * block.pixel_pitch;
    tile.a_step = 1;
    tile.b_outer_skip = all - taps * p.group_in * tile.b_step;
  }
  const int64_t count = columns.end - columns.begin;
  if (count == 0) return;
  const Groups heights(count, blocks_of(p.high(vectors, tile.slide), count));
  for (int64_t i = f.rows.begin; i < f.rows.end; ++i) {
    const Range valid = f.h.valid(i);
    const int64_t R = smaller(slice.end, larger(slice.begin, valid.begin));
    tile.outer = larger(0, smaller(slice.end, valid.end) - R);
    const T* const row = block.in + (f.h.begin(i) + R * f.h.dilation) * block.row_pitch;
    tile.b = b + (R - slice.begin) * all;
    for (int64_t m = 0, j = columns.begin; j < columns.end; ++m) {
      const int64_t next = columns.begin + heights.begin(m + 1);
      tile.a = row + (f.w.begin(j) + S.begin * f.w.dilation) * block.pixel_pitch;
      T* const y = f.out + i * f.row_out + j * f.pixel_out + column;
      tile.y = past_caches ? room : y;
      if (p.dots) {
        tile.rows = next - j;
        tile.inside = p.shares ? f.w.pixels_from(j) : Range{0, count + taps};
        conv_dots(tile);
      } else {
        conv_tile(tile, next - j, vectors)(tile);
      }
      if (past_caches) move_past(y, room, (next - j) * tile.y_row);
      j = next;
    }
  }
}

// The outputs of one phase.
template <class T>
void compute(const DirectPlan& p, const Block<T>& block, const Axis& h, const Axis& w) noexcept {
  Phase<T> f;
  f.h = h;
  f.w = w;
  f.rows = {block.i.begin, smaller(block.i.end, h.count)};
  f.columns = {block.j.begin, smaller(block.j.end, w.count)};
  if (f.columns.end <= f.columns.begin) return;
  f.row_out = h.out_step * p.out_W * p.out_C;
  f.pixel_out = w.out_step * p.out_C;
  f.row_of_taps = w.taps * p.group_in;
  f.weights = block.weights + p.weights_before(h, w) * p.group_in * block.b_step;
  f.out = block.out + h.out_first * p.out_W * p.out_C + w.out_first * p.out_C;

  ConvTile<T> tile;
  tile.a_row = w.stride * block.pixel_pitch;
  tile.a_outer = h.dilation * block.row_pitch;
  tile.columns = p.group_out;
  // The windows below read the last row again and one more; of windows of a row, the next tile.
  tile.ahead = h.taps > 1 ? tile.a_outer : p.high(1, false) * tile.a_row;
  tile.b_column = p.c.KH * p.c.KW * p.group_in;
  tile.y_row = f.pixel_out;
  tile.half = p.half;
  const bool relu = block.activation == Activation::relu && !p.by_tap;
  if (p.by_tap) begin_rows(p, block, f.out, f.rows, f.columns, f.row_out, f.pixel_out);
  const Groups widths(block.vectors.end - block.vectors.begin,
                      blocks_of(kConvVectors, block.vectors.end - block.vectors.begin));
  for (int64_t n = 0, left = 0; left < block.vectors.end - block.vectors.begin; ++n) {
    const int64_t vectors = widths.begin(n + 1) - left;
    const int64_t column = (block.vectors.begin + left) * p.lanes;
    left += vectors;
    tile.last = smaller(p.lanes, p.group_out - (column + (vectors - 1) * p.lanes));
    tile.slide = p.slides(w, vectors);
    const int64_t tiles = blocks_of(p.high(vectors, tile.slide), f.columns.end - f.columns.begin);
    int64_t r = 0;
    do {  // once for no taps too, for the bias
      const Range slice = {r, smaller(h.taps, r + p.slice_rows)};
      const T* b = f.weights + slice.begin * f.row_of_taps * block.b_step + column;
      tile.b_step = block.b_step;
      if (p.pack && (f.rows.end - f.rows.begin) * tiles >= kPackTiles) {
        tile.b_step = vectors * p.lanes;
        pack(*block.packed, b, block.b_step, (slice.end - slice.begin) * f.row_of_taps, vectors,
             tile.last);
        b = block.packed->room;
      }
      const bool last = slice.end == h.taps;
      tile.bias = block.bias && last && !p.by_tap ? block.bias + column : nullptr;
      tile.relu = relu && last;
      tile.add = block.add || r > 0 || p.by_tap;
      if (!p.by_tap) {
        compute_rows(p, block, f, tile, b, slice, {0, w.taps}, f.columns, column, vectors);
      }
      for (int64_t s = 0; s < w.taps && p.by_tap; ++s) {
        const Range met = outputs_with(w, s, f.columns);
        compute_rows(p, block, f, tile, b + s * p.group_in * tile.b_step, slice, {s, s + 1}, met,
                     column, vectors);
      }
      r = slice.end;
    } while (r < h.taps);
  }
  if (block.activation != Activation::none && !relu) {
    activate_rows(p, block, f.out, f.rows, f.columns, f.row_out, f.pixel_out);
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
  if (!p.shares && !p.by_tap && count_j > 0 && !p.in_place(block.j.begin, count_j)) {
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
