// How a product falls into pieces, from the shapes alone. y falls into panels, as wide as rows of b
// are read at a time, and a panel into blocks of rows, as high as a tile. A part gets whole panels,
// or one of `cuts` equal shares of a panel's blocks where there are fewer panels than parts wanted.
#pragma once
#include "common.h"
#include "gemm_columns.h"
#include "gemm_tile.h"

namespace fastnn::FASTNN_ISA {

// 256 bytes of b's rows: for so many columns a row of a passes through the first cache once.
constexpr int64_t kPanelVectors = 256 / kVectorBytes;
constexpr int64_t kSliceBytes = 512 << 10;  // of a panel at a time: half a second cache of 1 MB
constexpr int64_t kSumBlocks = 64;          // blocks whose sums wait from slice to slice
constexpr int64_t kPackBlocks = 4;          // fewer than this do not repay a copy of b
constexpr int64_t kFarBytes = 1 << 20;      // a transposed a beyond this is turned round first

// Bytes of b that a core multiplies with one row of a in a nanosecond (Zen 4; its peak is 236), and
// that it transposes.
#if defined(__AVX2__)
constexpr double kMultipliedBytes = 200;
#elif defined(__aarch64__)
constexpr double kMultipliedBytes = 100;
#else
constexpr double kMultipliedBytes = 60;
#endif
constexpr double kTransposedBytes = 30;

struct GemmPlan {
  // Element (i, k) of a is a[i * a_row + k * a_step], (k, j) of b is b[k * b_step + j * b_column].
  int64_t rows, columns, depth, batch = 1;
  int64_t a_row, a_step, a_batch, b_step, b_column, b_batch;
  bool swapped;     // N = 1 is computed as its transpose, for full vectors: a and b change places
  bool turned;      // a first launch makes a transpose of a, which then is read instead
  bool by_columns;  // one row, and the vectors of b lie across: no tile, nothing is packed
  int64_t vectors, tile_vectors, panel_vectors, panels, blocks, slice, cuts, parts;
  double nanoseconds;

  FASTNN_INLINE GemmPlan(Out y, In a, In b, const GemmSettings& s) {
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
      exchange(a_row, b_column);
      exchange(a_step, b_step);
      exchange(a_batch, b_batch);
    }
    cut(size_of(y.dtype()));
  }

  // For elements of so many bytes.
  FASTNN_INLINE void cut(int64_t bytes) {
    vectors = blocks_of(kVectorBytes / bytes, columns);
    tile_vectors = rows == 1 ? kWideVectors : kTileVectors;
    panel_vectors = larger(kPanelVectors, tile_vectors);
    panels = rows > 0 ? blocks_of(panel_vectors, vectors) : 0;
    blocks = blocks_of(kTileRows, rows);
    slice = kSliceBytes / (panel_vectors * kVectorBytes);
    if (depth > slice) slice = blocks_of(blocks_of(slice, depth), depth);
    // With few columns there is too little work to hide the detour.
    turned = !swapped && a_step != 1 && panels > 1 && rows * depth * bytes > kFarBytes;
    by_columns =
        rows == 1 && b_column != 1 && columns * bytes >= kColumnBytes && depth * bytes >= 16;

    const double row_bytes = static_cast<double>(vectors * kVectorBytes);
    const double steps = static_cast<double>(batch * depth);
    const double moved = steps * static_cast<double>(rows * bytes) + steps * row_bytes;
    nanoseconds = steps * static_cast<double>(rows) * row_bytes / kMultipliedBytes +
                  moved / kBytesPerNanosecond;
    if (b_column != 1) nanoseconds += steps * row_bytes / kTransposedBytes;
    // Parts of 8 us or more, but no more than 16, since each has its share of b to pack, as long as
    // they last less than 250 us. Cuts in powers of two, which 2, 4 or 8 threads share evenly.
    parts = smaller(kMostParts, larger(smaller(16, static_cast<int64_t>(nanoseconds / 8e3)),
                                       static_cast<int64_t>(nanoseconds / 250e3)));
    const int64_t all = batch * panels;
    cuts = 1;
    while (2 * cuts * all <= parts && 4 * cuts <= blocks) cuts *= 2;
    parts = cuts > 1 ? all * cuts : larger(1, smaller(parts, all));
  }

  FASTNN_INLINE bool packs(int64_t blocks_at_once) const {
    if (by_columns) return false;
    return b_column != 1 || (blocks_at_once >= kPackBlocks && panels > 1);
  }
  // Scratch of a part, in bytes: a slice of b packed, then the sums.
  FASTNN_INLINE int64_t packed_bytes() const {
    return packs(blocks) ? smaller(slice, depth) * panel_vectors * kVectorBytes : 0;
  }
  FASTNN_INLINE int64_t sum_bytes() const {
    if (depth <= slice) return 0;
    return smaller(kSumBlocks, blocks) * kTileRows * panel_vectors * kVectorBytes;
  }

  FASTNN_INLINE static void exchange(int64_t& x, int64_t& y) {
    const int64_t old = x;
    x = y;
    y = old;
  }
};

// n things in so many nearly equal groups: where group i begins.
struct Groups {
  int64_t each, rest;
  FASTNN_INLINE Groups(int64_t n, int64_t groups) : each(n / groups), rest(n % groups) {}
  FASTNN_INLINE int64_t begin(int64_t i) const { return i * each + smaller(i, rest); }
};

}  // namespace fastnn::FASTNN_ISA
