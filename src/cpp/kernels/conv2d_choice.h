// Which algorithm computes a convolution, from the shapes of a picture, the weights and the
// settings alone: not from how many pictures there are, so that a sample has the same bits in every
// batch.
#pragma once
#include <math.h>

#include "common.h"
#include "conv2d_tile.h"

// 0: never by Winograd's algorithm, 1: where it is faster, 2: where it can be (FASTNN_CONV).
extern "C" int fastnn_winograd;

namespace fastnn::FASTNN_ISA {

enum class ConvAlgorithm {
  direct,     // tiles of pixels times channels in registers
  dots,       // direct, but few columns: vectors along the depth
  depthwise,  // each channel of x by itself: vectors of channels
  winograd,   // tiles of outputs by fewer products
  adjoint,    // back to x, from tiles of y: the adjoint of that
};
FASTNN_INLINE const char* name_of(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::dots: return "dots";
    case ConvAlgorithm::depthwise: return "depthwise";
    case ConvAlgorithm::winograd: return "winograd";
    case ConvAlgorithm::adjoint: return "adjoint";
    default: return "direct";
  }
}

// Lanes of the vectors that take so many columns: of half vectors if they leave fewer empty.
FASTNN_INLINE int64_t lanes_for(int64_t columns, int64_t bytes) {
  const int64_t L = kVectorBytes / bytes, halves = blocks_of(L / 2, columns);
  return bytes == 4 && halves <= kHalfVectors && halves % 2 == 1 ? L / 2 : L;
}

// Bytes of weights that a core multiplies with one pixel in a nanosecond (Zen 4; its peak is 236).
#if defined(__AVX2__)
constexpr double kConvBytes = 210;
#elif defined(__aarch64__)
constexpr double kConvBytes = 100;
#else
constexpr double kConvBytes = 60;
#endif

// R, of windows R times as large as they are apart; 0 where the windows are others.
FASTNN_INLINE int64_t winograd_taps(Ref w, const Conv2dSettings& s) {
  if (s.groups != 1 || s.dilation_h != 1 || s.dilation_w != 1) return 0;
  for (int64_t R = 2; R <= 3; ++R) {
    if (w.dim(0) == R * s.stride_h && w.dim(1) == R * s.stride_w) return R;
  }
  return 0;
}

// A vector of channels of a tile, brought to the points or back from them, and one of the weights
// of all taps, which are so for all pictures of a batch, as if there were two or three. They were
// fitted to 550 shapes 2 to 37 pixels wide, of 1 to 512 channels, before tiles were fetched ahead
// and without the adjoint: what was chosen took 0.6 % longer than the faster one, the geometric
// mean, with one picture, and 4 % with eight (Zen 4).
constexpr double kToPoints = 60, kFromPoints = 60, kWeightsToPoints = 40;
// Of a tile's outputs, from the channels of so many phases each.
FASTNN_INLINE double winograd_tile_nanoseconds(int64_t channels, int64_t phases, int64_t columns,
                                               int64_t bytes) {
  const int64_t L = kVectorBytes / bytes;
  const double in = static_cast<double>(phases * blocks_of(L, channels));
  const double k = static_cast<double>(phases * channels);
  const double out = static_cast<double>(blocks_of(L, columns));
  return 36 * k * out * kVectorBytes / kConvBytes + in * kToPoints + out * kFromPoints;
}

// Back by the adjoint, a tile adds to more pixels than it would write to.
constexpr double kOverlap = 40;
FASTNN_INLINE double adjoint_tile_nanoseconds(int64_t depth, int64_t columns, int64_t bytes) {
  return winograd_tile_nanoseconds(depth, 1, columns, bytes) +
         static_cast<double>(blocks_of(kVectorBytes / bytes, columns)) * kOverlap;
}

// Windows along one axis, by what they cost: tiles of a phase, and, directly, taps that lie within
// the picture; with few outputs those beside it are left out.
struct WindowCost {
  int64_t tiles, taps;
  // Of `size` taps, `step` apart, so many of the first and of the last one outside.
  FASTNN_INLINE WindowCost(int64_t M, int64_t outputs, int64_t tiled, int64_t size, int64_t step,
                           int64_t before, int64_t after)
      : tiles(blocks_of(M, tiled)), taps(outputs * size) {
    for (int64_t k = smaller(size, before); k > 0; k -= step) taps -= k;
    for (int64_t k = smaller(size, after); k > 0; k -= step) taps -= k;
  }
};

// Of y = x * w, back, of x, or, of the gradient to w.
enum class Wanted { y, x, w };

// What a picture of x takes from y's tiles, where they can be taken: windows further apart would
// have tiles for each phase, an activation wants whole sums, weights are kept at the points, and a
// picture is done by one thread.
constexpr int64_t kMostAdjointBytes = 10 << 20, kMostAdjointTiles = 64;
FASTNN_INLINE double adjoint_nanoseconds(Ref x, Ref w, const Conv2dSettings& s) {
  if (s.stride_h != 1 || s.stride_w != 1 || s.activation != Activation::none) return HUGE_VAL;
  const int64_t R = w.dim(0), bytes = size_of(x.dtype());
  const int64_t down = blocks_of(7 - R, x.dim(1) + s.pad_top + s.pad_bottom - R + 1);
  const int64_t across = blocks_of(7 - R, x.dim(2) + s.pad_left + s.pad_right - R + 1);
  if (36 * w.dim(2) * w.dim(3) * bytes > kMostAdjointBytes || down * across > kMostAdjointTiles) {
    return HUGE_VAL;
  }
  return static_cast<double>(down * across) * adjoint_tile_nanoseconds(w.dim(3), w.dim(2), bytes);
}

// Winograd's algorithm or its adjoint where one of them is faster than directly, or, forced, where
// there is one.
FASTNN_INLINE ConvAlgorithm by_points(Ref x, Ref w, const Conv2dSettings& s, Wanted wanted) {
  const int64_t R = fastnn_winograd > 0 ? winograd_taps(w, s) : 0;
  // Who wants float64 wants its digits; besides, it would make the library 5 % larger.
  if (R == 0 || x.dtype() != Dtype::f32) return ConvAlgorithm::direct;
  const bool back = wanted == Wanted::x;
  const int64_t in = w.dim(back ? 3 : 2), out = w.dim(back ? 2 : 3), bytes = size_of(x.dtype());
  const int64_t phases = s.stride_h * s.stride_w, stack = wanted == Wanted::y ? phases : 1;
  const auto axis = [&](int dim, int64_t size, int64_t stride, int64_t before, int64_t after) {
    const int64_t n = x.dim(dim);
    if (back && stride > 1) return WindowCost(7 - R, n, blocks_of(stride, n), R, 1, 0, 0);
    if (back) return WindowCost(7 - R, n, n, R, 1, R - 1 - before, R - 1 - after);
    const int64_t outputs = (n + before + after - size) / stride + 1;
    return WindowCost(7 - R, outputs, outputs, size, stride, before, after);
  };
  const WindowCost h = axis(1, w.dim(0), s.stride_h, s.pad_top, s.pad_bottom);
  const WindowCost v = axis(2, w.dim(1), s.stride_w, s.pad_left, s.pad_right);
  const double tiles = static_cast<double>(h.tiles) * static_cast<double>(v.tiles * phases / stack);
  const double tiled = tiles * winograd_tile_nanoseconds(in, stack, out, bytes);
  const double adjoint = back ? adjoint_nanoseconds(x, w, s) : HUGE_VAL;
  const ConvAlgorithm better = adjoint < tiled ? ConvAlgorithm::adjoint : ConvAlgorithm::winograd;
  if (fastnn_winograd == 2) return better;
  const int64_t lanes_ = lanes_for(out, bytes);
  const double vectors = static_cast<double>(blocks_of(lanes_, out) * lanes_ * bytes);
  // Half vectors take as many loads as whole ones: 64 to 18 channels run at 38 % of the peak.
  const double rate = kConvBytes * (lanes_ * bytes < kVectorBytes ? 0.7 : 1.0);
  const double direct =
      static_cast<double>(h.taps) * static_cast<double>(v.taps * in) * vectors / rate;
  const double weights =
      static_cast<double>(phases * in * blocks_of(kVectorBytes / bytes, out)) * kWeightsToPoints;
  return (adjoint < tiled ? adjoint : tiled) + weights < direct ? better : ConvAlgorithm::direct;
}

FASTNN_INLINE ConvAlgorithm choose(Ref x, Ref w, const Conv2dSettings& s, Wanted wanted) {
  if (s.groups > 1 && w.dim(2) == 1) return ConvAlgorithm::depthwise;
  const bool back = wanted == Wanted::x;
  const int64_t columns = back ? x.dim(3) : w.dim(3), depth = back ? w.dim(3) : x.dim(3);
  const int64_t L = kVectorBytes / size_of(x.dtype());
  const bool dots =
      s.groups == 1 && columns <= kDotColumns && 4 * columns <= L && depth * w.dim(1) >= L;
  // Of 3x3 windows to one column Winograd's tiles, whose vectors stay empty, take three times as
  // long as dots, to four as long.
  if (!dots || fastnn_winograd == 2) {
    const ConvAlgorithm points = by_points(x, w, s, wanted);
    if (points != ConvAlgorithm::direct) return points;
  }
  if (dots) return ConvAlgorithm::dots;
  return ConvAlgorithm::direct;
}

}  // namespace fastnn::FASTNN_ISA
