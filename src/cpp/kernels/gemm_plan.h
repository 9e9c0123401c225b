// How a product falls into pieces, from the shapes alone. y falls into panels, as wide as rows of b
// are read at a time, and a panel into blocks of rows, as high as a tile. A part gets whole panels,
// or one of `cuts` equal shares of a panel's blocks where there are fewer panels than parts wanted.
#pragma once
#include "common.h"
#include "gemm_columns.h"
#include "gemm_rows.h"
#include "gemm_tile.h"

namespace fastnn::FASTNN_ISA {

// 256 bytes of b's rows: for so many columns a row of a passes through the first cache once.
constexpr int64_t kPanelVectors = 256 / kVectorBytes;
// Of a panel at a time: a fourth of a second cache of 1 MB, where the next slice comes to lie too.
constexpr int64_t kSliceBytes = 256 << 10;
constexpr int64_t kSumBlocks = 64;   // blocks whose sums wait from slice to slice
constexpr int64_t kPackBlocks = 4;   // fewer than this do not repay a copy of b
constexpr int64_t kBackBlocks = 16;  // blocks whose results go back to y together
// A b beyond this is read in streams by few rows. Narrow tiles suffer first.
constexpr int64_t kStreamedBytes = (kTileVectors * kVectorBytes < 256 ? 2 : 4) << 20;
constexpr int64_t kGatheredDepth = 512;
constexpr int64_t kFarBytes =
    1 << 20;  // the second cache: a transposed a beyond it is turned first

// Bytes of b that a core multiplies with one row of a in a nanosecond (Zen 4; its peak is 236), and
// that it transposes, and of results that it transposes and puts into y, with what
// each row costs beside.
#if defined(__AVX2__)
constexpr double kMultipliedBytes = 200;
#elif defined(__aarch64__)
constexpr double kMultipliedBytes = 100;
#else
constexpr double kMultipliedBytes = 60;
#endif
constexpr double kTransposedBytes = 30, kPutBackBytes = 10, kPutBackNanoseconds = 4;

enum class Way {
  tiles,
  streams,  // few rows and a large b: gemm_rows.h
  columns,  // few rows, and the vectors of b lie across: no tile, nothing is packed
};

struct GemmPlan {
  // Element (i, k) of a is a[i * a_row + k * a_step], (k, j) of b is b[k * b_step + j * b_column].
  int64_t rows, columns, depth, batch = 1;
  int64_t a_row, a_step, a_batch, b_step, b_column, b_batch;
  bool swapped;  // a and b change places, and what is computed is the transpose of y
  bool back;     // which is transposed on its way to y
  bool turned;   // a first launch makes a transpose of a, which then is read instead
  bool fetches;  // ahead, because a or b may lie beyond the second cache
  Way way;
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
    const int64_t bytes = size_of(y.dtype());
    double as_it_is = estimate(rows, columns, s.transpose_b, bytes);
    if (s.transpose_a && a_batch * bytes > kFarBytes) {
      as_it_is += static_cast<double>(a_batch * bytes) / kTransposedBytes;
    }
    const double back_again = estimate(columns, rows, !s.transpose_a, bytes) +
                              static_cast<double>(rows * columns * bytes) / kPutBackBytes +
                              static_cast<double>(rows) * kPutBackNanoseconds;
    const bool may_swap = s.transpose_a || s.transpose_b || columns <= kColumnRows;
    swapped = columns == 1 || (may_swap && rows > kColumnRows && back_again < as_it_is);
    if (swapped) {
      exchange(rows, columns);
      exchange(a_row, b_column);
      exchange(a_step, b_step);
      exchange(a_batch, b_batch);
    }
    back = swapped && rows > 1;
    cut(bytes);
  }

  // The nanoseconds that one item's product takes in the first or second cache.
  FASTNN_INLINE double estimate(int64_t height, int64_t width, bool across, int64_t bytes) const {
    const double row_bytes =
        static_cast<double>(blocks_of(kVectorBytes, width * bytes) * kVectorBytes * depth);
    return row_bytes * static_cast<double>(height) / kMultipliedBytes +
           (across ? row_bytes / kTransposedBytes : 0);
  }

  // For elements of so many bytes.
  FASTNN_INLINE void cut(int64_t bytes) {
    const bool across = b_column != 1;
    vectors = blocks_of(kVectorBytes / bytes, columns);
    tile_vectors = rows == 1 ? kWideVectors : kTileVectors;
    panel_vectors = larger(kPanelVectors, tile_vectors);
    way = Way::tiles;
    if (rows <= kColumnRows && across && columns * bytes >= kColumnBytes && depth * bytes >= 16) {
      way = Way::columns;
    } else if (rows <= kMostStreamRows && !across && vectors * kVectorBytes > kStreamRun / 2 &&
               depth * columns * bytes > kStreamedBytes) {
      way = Way::streams;
      panel_vectors = kStreamRun / kVectorBytes;
      if (vectors < 2 * panel_vectors)
        panel_vectors = larger(panel_vectors / 2, blocks_of(2, vectors));
    }
    panels = rows > 0 ? blocks_of(panel_vectors, vectors) : 0;
    blocks = blocks_of(kTileRows, rows);
    slice = kSliceBytes / (panel_vectors * kVectorBytes);
    if (depth > slice) slice = blocks_of(blocks_of(slice, depth), depth);
    // With few columns there is too little work to hide the detour.
    turned = !swapped && way == Way::tiles && a_step != 1 && panels > 1 &&
             rows * depth * bytes > kFarBytes;
    fetches = depth * (rows + columns) * bytes > kSliceBytes;

    const double steps = static_cast<double>(batch * depth);
    const double moved = steps * static_cast<double>(rows * bytes + vectors * kVectorBytes);
    nanoseconds = static_cast<double>(batch) * estimate(rows, columns, across, bytes) +
                  moved / kBytesPerNanosecond;
    // Parts of 8 us or more, but no more than 16, since each has its share of b to pack, as long as
    // they last less than 250 us. Cuts in powers of two, which 2, 4 or 8 threads share evenly.
    parts = smaller(kMostParts, larger(smaller(16, static_cast<int64_t>(nanoseconds / 8e3)),
                                       static_cast<int64_t>(nanoseconds / 250e3)));
    const int64_t all = batch * panels;
    cuts = 1;
    while (way == Way::tiles && 2 * cuts * all <= parts && 4 * cuts <= blocks) cuts *= 2;
    parts = cuts > 1 ? all * cuts : larger(1, smaller(parts, all));
  }

  FASTNN_INLINE bool packs(int64_t blocks_at_once) const {
    if (way != Way::tiles) return false;
    return b_column != 1 || (blocks_at_once >= kPackBlocks && panels > 1);
  }
  // Long rows of a, side by side, may meet in one set of the first cache.
  FASTNN_INLINE bool gathers() const {
    return way == Way::columns && rows > 1 && depth > kGatheredDepth;
  }
  // So many blocks of a panel go through all of the depth before the next ones do.
  FASTNN_INLINE int64_t blocks_at_once() const {
    return depth > slice ? kSumBlocks : back ? kBackBlocks : larger(1, blocks);
  }
  // Scratch of a part, in bytes. First what is read again and again: a slice of b packed, or a's
  // elements with those of one k side by side, where rows are few.
  FASTNN_INLINE int64_t packed_bytes() const {
    if (way == Way::streams) return kStreams * kStreamRows * 8;
    if (way == Way::columns) return gathers() ? rows * depth * 8 : 0;
    return packs(blocks) ? smaller(slice, depth) * panel_vectors * kVectorBytes : 0;
  }
  // Then sums that wait.
  FASTNN_INLINE int64_t sum_bytes() const {
    if (way == Way::streams) return rows * panel_vectors * kVectorBytes;
    return way == Way::tiles && depth > slice ? block_bytes() : 0;
  }
  // Then results on their way back: as they are computed, and transposed.
  FASTNN_INLINE int64_t back_bytes() const {
    if (!back || way == Way::columns) return 0;
    return (way == Way::tiles ? 2 * block_bytes() : sum_bytes()) + kVectorBytes;
  }
  FASTNN_INLINE int64_t block_bytes() const {
    return smaller(blocks_at_once(), blocks) * kTileRows * panel_vectors * kVectorBytes;
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
