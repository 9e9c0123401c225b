// How the direct gradient to a convolution's weights falls into tiles and blocks, from the shapes
// and settings alone.
#pragma once
#include "conv2d_plan.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kPixelBytes = 384 << 10;  // of x and dy that a block of pixels reads
constexpr int64_t kSplitPixels = 512;       // so many repay a partial dw
constexpr int64_t kPartialBytes = 4 << 20;  // of all partial dw
constexpr int64_t kWantedParts = 32;
constexpr int64_t kFewSums = 10;  // fewer in a tile would wait for one another

struct WeightPlan {
  Convolution c;
  Axis h, w;
  // The columns of a window are one run of rows of dw, where x or a frame of it has them so; else
  // each column of the window by itself, over the pixels whose windows have it within the picture.
  bool merged, framed;
  bool together;  // the rows of dw are those of all rows of a window
  bool half;      // half vectors
  bool swapped;   // rows of a tile are dy's channels, and vectors run along x's
  // Of a single channel of dy: rows of a tile are taps, each of which meets a pixel of x with
  // another one of dy, which has the frame. Swapped such a tile would have but one row.
  bool by_taps;
  int64_t runs, run;            // of a row of a window: how many, how long
  int64_t window_rows, height;  // of a window: how many by themselves, of how many rows of dw
  int64_t lanes, vectors, tiles, high, segments, items;  // items: tiles of dw, in all
  int64_t block_n, block_i, block_j, blocks_n, blocks_i, blocks_j, blocks;
  int64_t splits, shares;
  double nanoseconds;

  __attribute__((noinline)) WeightPlan(const Convolution& conv, int64_t bytes)
      : c(conv),
        h{c.OH, c.H, c.KH, -c.top, c.stride_h, c.dilation_h},
        w{c.OW, c.W, c.KW, -c.left, c.stride_w, c.dilation_w} {
    const int64_t L = kVectorBytes / bytes;
    const double pixels = static_cast<double>(c.N * c.OH * c.OW);
    const double rows = static_cast<double>(c.KH * c.KW * c.group_C);

    blocks_j = blocks_of(8 * kBlockPixels, c.OW);
    block_j = blocks_of(blocks_j, c.OW);
    blocks_j = blocks_of(block_j, c.OW);
    const int64_t pixel_bytes =
        (c.C * smaller(4, h.stride) * smaller(4, w.stride) + smaller(c.F, kConvVectors * L)) *
        bytes;
    const int64_t fit = larger(1, kPixelBytes / pixel_bytes / block_j);
    block_i = smaller(c.OH, fit);
    blocks_i = blocks_of(block_i, c.OH);
    block_i = blocks_of(blocks_i, c.OH);
    blocks_i = blocks_of(block_i, c.OH);

    const bool across = w.first >= 0 && w.begin(c.OW - 1) + (c.KW - 1) * w.dilation < c.W;
    const bool down = h.first >= 0 && h.begin(c.OH - 1) + (c.KH - 1) * h.dilation < c.H;
    together = false;
    const int64_t width = frame_width(block_j);
    const bool narrow = width <= kMostFrameBytes && c.group_C * bytes <= kMostFrameBytes / width;
    const int64_t rows_that_fit = narrow ? kMostFrameBytes / (width * c.group_C * bytes) : 0;
    merged =
        c.groups == 1 && (c.KW == 1 || w.dilation == 1) &&
        (across || (c.group_C < 2 * kConvRows[kConvVectors] && frame_height() <= rows_that_fit));
    by_taps = c.groups == 1 && c.F == 1 && c.KW > 1 && w.stride == 1 && c.C >= L &&
              c.W <= 2 * c.OW && blocks_j == 1 &&
              dy_frame_width() <= kMostFrameBytes / (c.OH * bytes);
    merged = merged && !by_taps;
    runs = merged || by_taps ? 1 : c.KW;
    run = merged ? c.KW * c.group_C : c.group_C;
    swapped = !by_taps && c.groups == 1 && 4 * c.F <= L && run >= L;
    lanes = along_x() ? L : lanes_for(c.group_F, bytes);
    half = lanes < L;
    vectors = blocks_of(lanes, along_x() ? run : c.group_F);
    tiles = blocks_of(kConvVectors, vectors);
    if (merged && !along_x() && c.KH > 1 && run * blocks_of(tiles, vectors) < kFewSums) {
      together = true;
      together = (across && down) || frame_height() <= rows_that_fit;
    }
    framed = merged && !(across && (down || !together));
    if (together && !half) tiles = blocks_of(kAtVectors, vectors);
    const int64_t tile_vectors = blocks_of(tiles, vectors);
    high = together ? kAtRows[tile_vectors] : kConvRows[tile_vectors];
    window_rows = together ? 1 : c.KH;
    height = by_taps ? c.KW : swapped ? c.F : together ? c.KH * run : run;
    segments = blocks_of(high, height);
    items = c.groups * tiles * window_rows * runs * segments;
    const double elements = static_cast<double>(c.groups * (together ? run : height));
    nanoseconds = (by_taps ? static_cast<double>(c.N * c.OH * c.W) : pixels) * elements *
                  static_cast<double>(c.KH * runs) * static_cast<double>(vectors * lanes * bytes) /
                  kConvBytes;

    block_n = blocks_i * blocks_j == 1 ? smaller(c.N, larger(1, fit / c.OH)) : 1;
    if (framed || by_taps) {
      block_n = larger(1, smaller(block_n, kMostFrameBytes / frame_bytes(1, bytes)));
    }

    // Parts of 10 us or more.
    const int64_t wanted =
        larger(1, nanoseconds / 1e4 < kWantedParts ? static_cast<int64_t>(nanoseconds / 1e4)
                                                   : kWantedParts);
    splits = smaller(wanted, larger(1, static_cast<int64_t>(pixels / kSplitPixels)));
    const double partial = rows * static_cast<double>(c.F * bytes);
    while (splits > 1 && static_cast<double>(splits) * partial > kPartialBytes) splits /= 2;
    // A split has whole blocks, all about as many.
    if (block_n > 1) block_n = smaller(block_n, blocks_of(splits, c.N));
    blocks_n = blocks_of(block_n, c.N);
    blocks = blocks_n * blocks_i * blocks_j;
    splits = smaller(splits, blocks);

    shares = smaller(items, blocks_of(splits, wanted));
  }
  FASTNN_INLINE bool along_x() const { return swapped || by_taps; }
  FASTNN_INLINE bool partial() const { return swapped || splits > 1; }
  FASTNN_INLINE int64_t frame_width(int64_t columns) const {
    return (columns - 1) * w.stride + (c.KW - 1) * w.dilation + 1;
  }
  FASTNN_INLINE int64_t frame_height() const {
    const int64_t rows = (block_i - 1) * h.stride + (c.KH - 1) * h.dilation + 1;
    return together ? rows : smaller(c.H, rows);
  }
  // Of dy's pixels that x's meet.
  FASTNN_INLINE int64_t dy_frame_width() const { return c.W + (c.KW - 1) * w.dilation; }
  FASTNN_INLINE int64_t frame_bytes(int64_t pictures, int64_t bytes) const {
    if (by_taps) return pictures * block_i * dy_frame_width() * bytes;
    return framed ? pictures * frame_height() * frame_width(block_j) * c.C * bytes : 0;
  }
  FASTNN_INLINE int64_t size() const { return c.KH * c.KW * c.group_C * c.F; }
};

}  // namespace fastnn::FASTNN_ISA
