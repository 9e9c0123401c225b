// Which algorithm computes a convolution, from the shapes of a picture, the weights and the settings
// alone: not from how many pictures there are, so that a sample has the same bits in every batch.
#pragma once
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
};
FASTNN_INLINE const char* name_of(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::dots: return "dots";
    case ConvAlgorithm::depthwise: return "depthwise";
    case ConvAlgorithm::winograd: return "winograd";
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

// R, of windows of R x R taps one pixel apart, or, back, of windows R times as large as they are
// apart, whose phases are such; 0 where the windows are others.
FASTNN_INLINE int64_t winograd_taps(Ref w, const Conv2dSettings& s, bool back) {
  if (s.groups != 1 || s.dilation_h != 1 || s.dilation_w != 1) return 0;
  if (!back && (s.stride_h != 1 || s.stride_w != 1)) return 0;
  for (int64_t R = 2; R <= 3; ++R) {
    if (w.dim(0) == R * s.stride_h && w.dim(1) == R * s.stride_w) return R;
  }
  return 0;
}

// A vector of channels of a tile, brought to the points or back from them (Zen 4).
constexpr double kToPoints = 100, kFromPoints = 80;
// The weights at the points: beyond this they are read from memory for each block of tiles, beyond
// the other their gradient is written to it: 256 x 256 channels of 56 x 56 pixels and 128 x 256.
constexpr int64_t kMostPointBytes = 10 << 20, kMostGradientBytes = 5 << 20;
// Of one phase's tile, in nanoseconds.
FASTNN_INLINE double winograd_tile_nanoseconds(int64_t depth, int64_t columns, int64_t bytes) {
  const int64_t L = kVectorBytes / bytes;
  const double in = static_cast<double>(blocks_of(L, depth)), k = static_cast<double>(depth);
  const double out = static_cast<double>(blocks_of(L, columns));
  return 36 * k * out * kVectorBytes / kConvBytes + in * kToPoints + out * kFromPoints;
}

// Whether it is faster than directly, with rows x columns outputs a picture, of all phases.
FASTNN_INLINE bool winograd_pays(int64_t R, int64_t rows, int64_t columns, int64_t stride_h,
                                 int64_t stride_w, int64_t depth, int64_t channels, int64_t bytes) {
  const int64_t M = 7 - R, lanes_ = lanes_for(channels, bytes);
  const int64_t tiles =
      blocks_of(M, blocks_of(stride_h, rows)) * blocks_of(M, blocks_of(stride_w, columns));
  const double vectors = static_cast<double>(blocks_of(lanes_, channels) * lanes_ * bytes);
  const double direct = static_cast<double>(rows) * static_cast<double>(columns) *
                        static_cast<double>(R * R * depth) * vectors / kConvBytes;
  return static_cast<double>(tiles * stride_h * stride_w) *
             winograd_tile_nanoseconds(depth, channels, bytes) <
         0.9 * direct;
}

// Of y = x * w, back, of x, or, of the gradient to w.
enum class Wanted { y, x, w };

FASTNN_INLINE bool by_winograd(Ref x, Ref w, const Conv2dSettings& s, Wanted wanted) {
  const bool back = wanted == Wanted::x;
  const int64_t R = fastnn_winograd > 0 ? winograd_taps(w, s, back) : 0;
  if (R == 0 || fastnn_winograd == 2) return R > 0;
  const int64_t rows = back ? x.dim(1) : x.dim(1) + s.pad_top + s.pad_bottom - R + 1;
  const int64_t columns = back ? x.dim(2) : x.dim(2) + s.pad_left + s.pad_right - R + 1;
  const int64_t in = w.dim(back ? 3 : 2), out = w.dim(back ? 2 : 3), bytes = size_of(x.dtype());
  return 36 * in * out * bytes <= (wanted == Wanted::w ? kMostGradientBytes : kMostPointBytes) &&
         winograd_pays(R, rows, columns, s.stride_h, s.stride_w, in, out, bytes);
}

FASTNN_INLINE ConvAlgorithm choose(Ref x, Ref w, const Conv2dSettings& s, Wanted wanted) {
  if (s.groups > 1 && w.dim(2) == 1) return ConvAlgorithm::depthwise;
  if (by_winograd(x, w, s, wanted)) return ConvAlgorithm::winograd;
  const bool back = wanted == Wanted::x;
  const int64_t columns = back ? x.dim(3) : w.dim(3), depth = back ? w.dim(3) : x.dim(3);
  const int64_t L = kVectorBytes / size_of(x.dtype());
  if (s.groups == 1 && columns <= kDotColumns && 4 * columns <= L && depth * w.dim(1) >= L) {
    return ConvAlgorithm::dots;
  }
  return ConvAlgorithm::direct;
}

}  // namespace fastnn::FASTNN_ISA
