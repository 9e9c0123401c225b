// gemm: y = activation(op(a) op(b) + bias), for every item of the batch. y falls into panels, as wide as
// a tile, and a panel into blocks, as high as a tile; the parts share out all blocks evenly, panel by
// panel. A part packs its panel of b where that pays, else reads b in place; a is read in place, since a
// tile only broadcasts it. A deep panel is taken in slices that stay in the second cache, while the sums
// of the tiles wait in scratch. One column (N = 1) is computed as its transpose, one row, so that the
// vectors are full.
#include "common.h"
#include "gemm_pack.h"
#include "gemm_tile.h"

namespace fastnn::FASTNN_ISA {
namespace {

constexpr int64_t kPanelBytes = 256 << 10;  // of b at a time: a quarter of a second cache of 1 MB
constexpr int64_t kSumBlocks = 64;          // blocks whose sums wait in scratch
#ifndef PACKB
#define PACKB 8
#endif
constexpr int64_t kPackBlocks = PACKB;          // fewer blocks than this do not repay packing

// The product as strides: element (i, k) of a at a[i * a_row + k * a_step], (k, j) of b at
// b[k * b_step + j * b_column]; and how y falls into blocks.
struct Product {
  int64_t rows, columns, depth, batch = 1;
  int64_t a_row, a_step, a_batch, b_step, b_column, b_batch;
  bool swapped;  // a and b have changed places
  int64_t vectors, widest, panels, blocks, units, slice;

  FASTNN_INLINE Product(Out y, In a, In b, const GemmSettings& s) {
    rows = y.dim(-2);
    columns = y.dim(-1);
    depth = a.dim(s.transpose_a ? -2 : -1);
    for (int i = 0; i < y.rank() - 2; ++i) batch *= y.dim(i);
    a_row = s.transpose_a ? 1 : depth;
    a_step = s.transpose_a ? rows : 1;
    a_batch = rows * depth;
    b_step = s.transpose_b ? 1 : columns;
    b_column = s.transpose_b ? depth : 1;
    b_batch = b.rank() == 2 ? 0 : depth * columns;
    if (b.rank() == 2 && !s.transpose_a) {  // one tall a
      rows *= batch;
      batch = 1;
    }
    swapped = columns == 1;
    if (swapped) {
      columns = rows;
      rows = 1;
      swap(a_row, b_column);
      swap(a_step, b_step);
      swap(a_batch, b_batch);
    }
    const int64_t lanes_of_y = kVectorBytes / size_of(y.dtype());
    widest = rows == 1 ? kWideVectors : kTileVectors;
    vectors = blocks_of(lanes_of_y, columns);
    panels = blocks_of(widest, vectors);
    blocks = blocks_of(kTileRows, rows);
    units = batch * panels * blocks;
    slice = kPanelBytes / (widest * kVectorBytes);
    if (depth > slice) slice = blocks_of(blocks_of(slice, depth), depth);
  }

  FASTNN_INLINE static void swap(int64_t& x, int64_t& y) {
    const int64_t old = x;
    x = y;
    y = old;
  }
  // The first row of block i: sizes differ by one at most.
  FASTNN_INLINE int64_t row_of(int64_t i) const {
    const int64_t rest = rows % blocks;
    return i * (rows / blocks) + smaller(i, rest);
  }
  FASTNN_INLINE bool packs(int64_t blocks_at_once) const {
    return b_column != 1 || blocks_at_once >= kPackBlocks;
  }
  // Scratch of a part, in vectors: the packed slice of b, then the sums.
  FASTNN_INLINE int64_t packed_vectors() const {
    return packs(blocks) ? smaller(slice, depth) * widest : 0;
  }
  FASTNN_INLINE int64_t sum_vectors() const {
    return depth > slice ? smaller(kSumBlocks, blocks) * kTileRows * widest : 0;
  }
};

// Blocks begin .. end of one panel.
template <class T>
void multiply_panel(const Product& p, Tile<T> tile, int64_t panel, Range range, T* scratch) {
  constexpr int64_t L = lanes<T>;
  const int64_t first = p.vectors * panel / p.panels;
  const int64_t vectors = p.vectors * (panel + 1) / p.panels - first;
  const int64_t row = vectors * L, width = smaller(row, p.columns - first * L);
  const bool pack = p.packs(range.end - range.begin);
  const int64_t last = width - (row - L);
  const auto& functions = kTiles<T>.at[pack || last == L];
  T* const packed = scratch;
  T* const sums = scratch + p.packed_vectors() * L;
  const T *const a = tile.a, *const b = tile.b + first * L * p.b_column;
  T* const y = tile.y + first * L;
  if (tile.bias && !tile.bias_is_one) tile.bias += first * L;
  const Tile<T> whole = tile;

  const int64_t height = p.depth > p.slice ? kSumBlocks : p.blocks;
  for (int64_t top = range.begin; top < range.end; top += height) {
    const int64_t bottom = smaller(range.end, top + height), top_row = p.row_of(top);
    for (int64_t k = 0; k == 0 || k < p.depth; k += p.slice) {
      tile.depth = smaller(p.slice, p.depth - k);
      tile.b = b + k * p.b_step;
      tile.b_step = p.b_step;
      if (pack) {
        if (p.b_column == 1) {
          pack_rows(packed, row, tile.b, p.b_step, tile.depth, width);
        } else {
          pack_columns(packed, row, tile.b, p.b_step, p.b_column, tile.depth, width);
        }
        tile.b = packed;
        tile.b_step = row;
      }
      const bool done = k + p.slice >= p.depth;
      tile.last = done ? last : L;
      tile.y_row = done ? whole.y_row : row;
      tile.bias = done ? whole.bias : nullptr;
      tile.relu = done && whole.relu;
      tile.add = done && whole.add;
      for (int64_t i = top; i < bottom; ++i) {
        const int64_t begin = p.row_of(i), end = p.row_of(i + 1);
        T* const waiting = sums + (begin - top_row) * row;
        tile.a = a + begin * p.a_row + k * p.a_step;
        tile.sums = k == 0 ? nullptr : waiting;
        tile.y = done ? y + begin * whole.y_row : waiting;
        functions[end - begin - 1][vectors - 1](tile);
      }
    }
  }
}

}  // namespace

void gemm(OutAdd y, In a, In b, MaybeIn bias, Scratch scratch, const GemmSettings& settings,
          const Part& part) noexcept {
  const Product p(y, a, b, settings);
  const Range units = share(p.units, part);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    Tile<T> tile{};
    tile.a_row = p.a_row;
    tile.a_step = p.a_step;
    tile.y_row = p.columns;
    tile.bias = bias.as<T>();
    tile.bias_is_one = p.swapped;
    tile.relu = settings.activation == Activation::relu;
    tile.add = y.add();
    const T* const left = p.swapped ? b.as<T>() : a.as<T>();
    const T* const right = p.swapped ? a.as<T>() : b.as<T>();
    for (int64_t u = units.begin; u < units.end;) {
      const int64_t panel = u / p.blocks, begin = u - panel * p.blocks, item = panel / p.panels;
      const int64_t end = smaller(p.blocks, begin + units.end - u);
      tile.a = left + item * p.a_batch;
      tile.b = right + item * p.b_batch;
      tile.y = y.as<T>() + item * p.rows * p.columns;
      multiply_panel<T>(p, tile, panel - item * p.panels, {begin, end}, scratch.slice<T>(part.slot));
      u += end - begin;
    }
  });
}

void gemm_schedule(OutAdd y, In a, In b, MaybeIn, Scratch, const GemmSettings& settings,
                   Schedule& schedule) noexcept {
  const Product p(y, a, b, settings);
  const double flops = 2.0 * static_cast<double>(y.size()) * static_cast<double>(p.depth);
  const double ns = flops / (y.dtype() == Dtype::f32 ? 100 : 50);
  plan_stage(schedule, 0, ns, smaller(p.units, larger(16, p.batch * p.panels * blocks_of(32, p.blocks))));
  schedule.slice_bytes =
      blocks_of(128, (p.packed_vectors() + p.sum_vectors()) * kVectorBytes) * 128;
}

}  // namespace fastnn::FASTNN_ISA
