// How the gradient to the weights by Winograd's algorithm falls into blocks, from the shapes and
// settings alone.
#pragma once
#include "conv2d_plan.h"
#include "winograd.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kPartialPointBytes = 16 << 20;  // of all partial gradients, if more than four
constexpr int64_t kMostSplits = 32;
constexpr int64_t kSplitTiles = 128;  // so many repay a partial gradient
// x's and dy's tiles at the points stay in the second cache, beside a gradient of a phase that does
// too. Where it does not, each block of tiles reads and writes it in the third, and has more of
// them: 32 pictures of 16x16x128 to 128 channels take 8.8 ms instead of 12.5.
constexpr int64_t kBlockBytes = 896 << 10, kFewTiles = 64, kSmallGradient = 448 << 10;
constexpr int64_t kManyBytes = 9 << 20, kManyTiles = 128;
// A gradient that is larger, or smaller but not small beside tiles that the third cache holds, is
// never there as a whole: all tiles go to the points first, and then each block of it, of so many
// rows, is made from all of them and brought back.
constexpr int64_t kMostGradientBytes = 3 << 20, kSomeGradientBytes = 1 << 20;
constexpr int64_t kFewTilesBytes = 12 << 20;
constexpr int64_t kGradientRows = 64, kGradientBytes = 256;  // of a row
constexpr int64_t kKeptTiles = 8;                            // in a part

struct WinogradWeightPlan {
  Convolution c;
  int64_t R, bytes, phases;
  TileGrid grid;
  int64_t vectors, v_row, d_row;  // x and dy at the points: from tile to tile
  bool sliced;
  // Of the gradient at the points in one piece: rows, vectors and how many of each; from row to
  // row, from point to point.
  int64_t row_blocks, rows, group_vectors, groups, u_row, u_step;
  double nanoseconds;
  int64_t splits;
  TileBlocks blocks;       // of a split's tiles
  int64_t v_step, d_step;  // from point to point
  double tile_nanoseconds;

  __attribute__((noinline)) WinogradWeightPlan(const Convolution& conv, int64_t bytes_)
      : c(conv),
        R(c.KH / c.stride_h),
        bytes(bytes_),
        phases(c.stride_h * c.stride_w),
        grid(kPoints + 1 - R, c.N, c.OH, c.OW),
        vectors(blocks_of(L(), c.F)),
        v_row(odd_lines(blocks_of(L(), c.C) * L(), bytes)),
        d_row(odd_lines(vectors * L(), bytes)),
        sliced(tile_bytes() <= (gradient_bytes() > kMostGradientBytes   ? kMostKeptBytes
                                : gradient_bytes() > kSomeGradientBytes ? kFewTilesBytes
                                                                        : 0)),
        row_blocks(sliced ? blocks_of(kGradientRows, c.C) : 1),
        rows(blocks_of(row_blocks, c.C)),
        group_vectors(sliced ? smaller(vectors, kGradientBytes / kVectorBytes) : vectors),
        groups(blocks_of(group_vectors, vectors)),
        u_row(group_vectors * L()),
        u_step(odd_lines((sliced ? rows : phases * c.C) * u_row, bytes)),
        nanoseconds(static_cast<double>(phases * grid.count) *
                    winograd_tile_nanoseconds(c.C, 1, c.F, bytes)),
        splits(sliced ? 1 : split_count()),
        blocks(blocks_of(splits, grid.count), kSquarePoints * (v_row + d_row) * bytes, 4,
               small() ? kBlockBytes : kManyBytes, small() ? kFewTiles : kManyTiles) {
    row_blocks = blocks_of(rows, c.C);
    v_step = odd_lines((sliced ? grid.count : blocks.each) * v_row, bytes);
    d_step = odd_lines((sliced ? grid.count : blocks.each) * d_row, bytes);
    const double tiles = static_cast<double>(grid.count);
    tile_nanoseconds =
        tiles * kToPoints * static_cast<double>(phases * v_row + d_row) / static_cast<double>(L());
  }
  // A power of two, which 2, 4 or 8 threads share evenly.
  FASTNN_INLINE int64_t split_count() const {
    const int64_t parts = static_cast<int64_t>(nanoseconds / 1e4 / static_cast<double>(phases));
    const int64_t most = smaller(smaller(kMostSplits, parts), grid.count / kSplitTiles);
    int64_t count = 1;
    while (2 * count <= most) count *= 2;
    while (count * larger(1, phases / 2) > 4 && count * piece_size() * bytes > kPartialPointBytes) {
      count /= 2;
    }
    return count;
  }
  FASTNN_INLINE int64_t L() const { return kVectorBytes / bytes; }
  FASTNN_INLINE int64_t gradient_bytes() const {
    return kSquarePoints * c.C * vectors * kVectorBytes;
  }
  FASTNN_INLINE int64_t tile_bytes() const {
    return kSquarePoints * grid.count * (phases * v_row + d_row) * bytes;
  }
  FASTNN_INLINE bool small() const { return gradient_bytes() <= kSmallGradient; }
  // Of the gradient, of x's and dy's tiles at the points.
  FASTNN_INLINE int64_t piece_size() const { return kSquarePoints * u_step; }
  FASTNN_INLINE int64_t x_size() const { return kSquarePoints * v_step; }
  FASTNN_INLINE int64_t dy_size() const { return kSquarePoints * d_step; }
  FASTNN_INLINE int64_t zeros_size() const {
    return kPoints * c.stride_w * blocks_of(L(), larger(c.C, c.F)) * L();
  }
  FASTNN_INLINE int64_t shared_size() const {
    return sliced ? phases * x_size() + dy_size() : splits * piece_size();
  }
  FASTNN_INLINE int64_t slice_size() const {
    return (sliced ? piece_size() : x_size() + dy_size()) + zeros_size();
  }
  // Of a stage: tiles that are kept, then pieces, or rows.
  FASTNN_INLINE int64_t units(int stage) const {
    if (!sliced) return phases * c.C;
    return stage == 0 ? (phases + 1) * blocks_of(kKeptTiles, grid.count)
                      : phases * row_blocks * groups;
  }
};

}  // namespace fastnn::FASTNN_ISA
