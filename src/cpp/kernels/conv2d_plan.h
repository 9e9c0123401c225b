// Which algorithm computes a convolution, and how the direct one falls into blocks, from the shapes
// and settings alone.
#pragma once
#include "conv2d_choice.h"
#include "conv2d_geometry.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kFrameBytes = 96 << 10;     // of the input that a block looks at, if it can be
constexpr int64_t kMostFrameBytes = 4 << 20;  // beyond this no frame is made
constexpr int64_t kWeightBytes = 640 << 10;   // of weights that stay in the second cache
constexpr int64_t kBlockPixels = 128;         // of a row
constexpr int64_t kPackStride = 1 << 10;      // bytes from row to row of the weights
constexpr int64_t kPackBytes = 96 << 10;      // fewer find room in the second cache anyway
constexpr int64_t kPackTiles = 4;             // fewer do not repay a copy
constexpr int64_t kWantedUnits = 16;
// Taps by themselves add to what lies in memory, which costs as much as so many steps along the
// depth. To x of 128 pictures of 13x13x32 from 3x3x32x64 without padding: 88 % of the peak, not 78.
constexpr int64_t kTapSteps = 12;
constexpr int64_t kMostTaps = 64;   // of a window's row, to be counted
constexpr int64_t kSlideDepth = 4;  // channels up to which tiles of one whole vector slide

// A direct convolution, forward or back to x: how its output falls into blocks. A unit is a block
// of rows and columns of one picture's output, times a group of columns of the weights.
struct DirectPlan : Walk {
  Reach reach_h, reach_w;
  int64_t block_i, block_j, blocks_i, blocks_j;
  int64_t vectors, tiles, tiles_each, column_groups;  // of a group's outputs
  // So many rows of a window at a time: the weights of a tile's columns stay in the second cache.
  int64_t slice_rows;
  bool pack;  // their copy does, since as they lie they would meet in a few of its sets
  int64_t units;
  bool dots;
  bool shares;  // dots: taps share pixels, and those beside the picture are left out
  // Each column of the windows by itself, over the outputs that have it within the input, which
  // then is read in place: where the paddings are many of the products, or no frame fits.
  bool by_tap;
  // The output, larger than the last cache: 32 pictures of 128x128x3 to 32 channels take 9.4 ms
  // instead of 13.
  bool past_caches;
  bool half;  // vectors of half the lanes
  int64_t lanes;
  double nanoseconds;

  __attribute__((noinline)) DirectPlan(const Convolution& conv, bool to_x, ConvAlgorithm algorithm,
                                       int64_t bytes)
      : Walk(conv, to_x), dots(algorithm == ConvAlgorithm::dots) {
    for (int64_t p = 0; p < phase_count_h(); ++p) reach_h.include(axis_h(p));
    for (int64_t p = 0; p < phase_count_w(); ++p) reach_w.include(axis_w(p));
    cut(bytes);
  }

  // Of a tile: the most rows.
  FASTNN_INLINE int64_t high(int64_t width, bool slide) const {
    return dots ? kDotRows[group_out] : slide ? kSlideRows[width] : kConvRows[width];
  }
  FASTNN_INLINE int64_t frame_width(int64_t columns) const {
    return reach_w.end - reach_w.begin + (columns - 1) * step_w;
  }
  FASTNN_INLINE int64_t frame_height(int64_t rows) const {
    return smaller(in_H, reach_h.end - reach_h.begin + (rows - 1) * step_h);
  }
  FASTNN_INLINE bool in_place(int64_t first_column, int64_t columns) const {
    const int64_t begin = reach_w.begin + first_column * step_w;
    return begin >= 0 && begin + frame_width(columns) <= in_W;
  }

  // For elements of so many bytes.
  FASTNN_INLINE void cut(int64_t bytes) {
    lanes = dots ? kVectorBytes / bytes : lanes_for(group_out, bytes);
    half = lanes * bytes < kVectorBytes;
    vectors = blocks_of(lanes, group_out);
    tiles = blocks_of(kConvVectors, vectors);
    const double pixels = static_cast<double>(c.N * c.OH * c.OW);
    const double outputs = static_cast<double>(c.N * out_H * out_W * out_C * bytes);
    const double vector_bytes = static_cast<double>(c.groups * vectors * lanes * bytes);
    const double taps = static_cast<double>(c.KH * c.KW) * static_cast<double>(group_in);
    nanoseconds = pixels * taps * (dots ? static_cast<double>(2 * out_C * bytes) : vector_bytes) /
                      kConvBytes +
                  outputs / kBytesPerNanosecond;

    const int64_t width_bytes = smaller(kConvVectors, vectors) * lanes * bytes;
    const double row_of_taps = static_cast<double>(c.KW * group_in * width_bytes);
    slice_rows = smaller(c.KH, larger(1, static_cast<int64_t>(kWeightBytes / row_of_taps)));
    const double slice_bytes = row_of_taps * static_cast<double>(slice_rows);
    pack = group_out * bytes >= kPackStride && slice_bytes >= kPackBytes &&
           slice_bytes <= kWeightBytes;
    if (dots) slice_rows = c.KH, pack = false;
    // Not where the vectors of single taps are emptier than those of a window's row in one.
    const Axis w = axis_w(0);
    shares = dots && c.KW > 1 && w.stride == w.dilation &&
             2 * c.KW * blocks_of(lanes, group_in) < 3 * blocks_of(lanes, c.KW * group_in);
    const double tile_bytes = row_of_taps * static_cast<double>(c.KH);
    tiles_each =
        pack || tile_bytes > kWeightBytes ? 1 : static_cast<int64_t>(kWeightBytes / tile_bytes);
    tiles_each = smaller(tiles, larger(1, tiles_each));
    column_groups = blocks_of(tiles_each, tiles);

    blocks_j = blocks_of(kBlockPixels, count_j);
    block_j = blocks_of(blocks_j, count_j);
    const int64_t pixel_bytes = group_in * bytes;
    const int64_t width = smaller(kMostFrameBytes + 1, frame_width(block_j));
    const int64_t row_bytes = width * smaller(kMostFrameBytes + 1, pixel_bytes);
    const int64_t fit = kFrameBytes / larger(1, row_bytes) - (reach_h.end - reach_h.begin);
    block_i = larger(1, smaller(count_i, fit / step_h));
    const double wanted = nanoseconds / (kPartNanoseconds * 1.5);
    const int64_t others = c.N * c.groups * column_groups * blocks_j;
    if (others < kWantedUnits) {
      const int64_t want = wanted < kWantedUnits ? static_cast<int64_t>(wanted) : kWantedUnits;
      block_i = smaller(block_i, blocks_of(larger(1, blocks_of(others, want)), count_i));
    }
    // Whether a frame is made does not depend on how many rows a block has, nor so on N.
    const int64_t rows_that_fit = kMostFrameBytes / larger(1, row_bytes);
    const bool fits = frame_height(1) <= rows_that_fit;
    if (frame_height(block_i) > rows_that_fit) block_i = 1;
    blocks_i = blocks_of(block_i, count_i);
    units = others * blocks_i;
    by_tap = !shares && !in_place(0, count_j) && (!fits || pays_by_tap());
    past_caches = outputs >= static_cast<double>(fastnn_past_bytes) / 3 &&
                  out_C * bytes % 16 == 0 && !back && !by_tap && !dots && slice_rows == c.KH &&
                  tiles == 1 && c.groups == 1;
  }
  FASTNN_INLINE bool pays_by_tap() const {
    const Axis h = axis_h(0), w = axis_w(0);
    if (dots || w.taps > kMostTaps) return false;
    int64_t met = 0;
    for (int64_t s = 0; s < w.taps; ++s) {
      const Range outputs = outputs_with(w, s, {0, w.count});
      met += outputs.end - outputs.begin;
    }
    const int64_t all = w.taps * w.count;
    return (all - met) * h.taps * group_in >= kTapSteps * all;
  }
  // Of a phase's windows: tiles whose rows read again what their neighbours have read. With depths
  // of few steps the loads are most of the work: tiles of 64 pictures of 28x28, from one channel
  // to 8, take 80 us instead of 120.
  FASTNN_INLINE bool slides(const Axis& w, int64_t width) const {
    if (dots || by_tap || pack || w.taps < 2 || w.stride != w.dilation) return false;
    if (width == 1) return half || group_in <= kSlideDepth;
    return width <= kSlideVectors && !half && group_in == 1;
  }
  FASTNN_INLINE int64_t packed_bytes() const {
    if (!pack) return 0;
    return slice_rows * c.KW * group_in * smaller(kConvVectors, vectors) * kVectorBytes;
  }
  FASTNN_INLINE int64_t frame_bytes(int64_t bytes) const {
    if (shares || by_tap || in_place(0, count_j)) return 0;
    return frame_width(block_j) * frame_height(block_i) * group_in * bytes;
  }
};

}  // namespace fastnn::FASTNN_ISA
