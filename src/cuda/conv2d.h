// The geometry of conv2d.cu, and what gathers its operands. Sizes of pictures and windows, and the
// padded sizes, fit 32 bits with room for sums: check() has made sure (checks/window.h).
#pragma once
#include "tile.h"

namespace fastnn::FASTNN_ISA {

constexpr int kFewChannels = 8;  // of a group, where tiles do not pay

// One axis of both pictures and of the window.
struct Side {
  int x, y, taps, stride, dilation, pad;
  // Seen from x: only every tap_step-th tap reaches a pixel, each time y_step pixels of y before.
  int tap_step, y_step;
};

struct ConvShape {
  Side h, w;
  int64_t N;
  int groups, C, F;  // channels of one group
};

inline Side side_of(int64_t x, int64_t y, int64_t taps, int64_t stride, int64_t dilation,
                    int64_t pad) {
  int64_t divisor = stride, rest = dilation;
  while (rest) {
    const int64_t next = divisor % rest;
    divisor = rest;
    rest = next;
  }
  const auto whole = [](int64_t n) { return static_cast<int>(n); };
  return {whole(x),
          whole(y),
          whole(taps),
          whole(stride),
          whole(dilation),
          whole(pad),
          whole(stride / divisor),
          whole(dilation / divisor)};
}

inline ConvShape shape_of(Ref y, Ref x, Ref w, const Conv2dSettings& s) {
  return {
      side_of(x.dim(1), y.dim(1), w.dim(0), s.stride_h, s.dilation_h, s.pad_top),
      side_of(x.dim(2), y.dim(2), w.dim(1), s.stride_w, s.dilation_w, s.pad_left),
      x.dim(0),
      static_cast<int>(s.groups),
      static_cast<int>(w.dim(2)),
      static_cast<int>(w.dim(3) / s.groups),
  };
}

// One axis of a gather: pixel i of the output takes, for its tap t, pixel start + i stride + t step
// of the source, if there is one.
struct Axis {
  int from;  // pixels of the source
  int out;   // pixels of the output: those of one phase, at first + i spread, out of `to`
  int start, stride, step;
  int taps, first_tap, tap_step;  // which of w's
  int first, spread, to;
};

template <bool transposed>
FASTNN_HD int64_t phases_of(const Side& s) {
  return transposed ? smaller(s.stride, s.x) : 1;
}

template <bool transposed>
__device__ Axis axis_of(const Side& s, int64_t which) {
  if constexpr (!transposed) {
    return {s.x, s.y, -s.pad, s.stride, s.dilation, s.taps, 0, 1, 0, 1, s.y};
  } else {
    const int phase = static_cast<int>(which);
    // The phase's first pixel is reached by the taps for which phase + pad - tap dilation is a
    // multiple of the stride.
    int tap = 0;
    while (tap < s.taps && tap < s.tap_step && (phase + s.pad - tap * s.dilation) % s.stride) ++tap;
    const bool none = tap >= s.taps || tap >= s.tap_step;
    Axis a{};
    a.from = s.y;
    a.out = (s.x - phase + s.stride - 1) / s.stride;
    a.start = none ? 0 : (phase + s.pad - tap * s.dilation) / s.stride;
    a.stride = 1;
    a.step = -s.y_step;
    a.taps = none ? 0 : (s.taps - 1 - tap) / s.tap_step + 1;
    a.first_tap = tap;
    a.tap_step = s.tap_step;
    a.first = phase;
    a.spread = s.stride;
    a.to = s.x;
    return a;
  }
}

// The source's pixel that a tap of the window over pixel i takes; -1 where there is none.
template <bool transposed>
__device__ int reached(const Side& s, int i, int tap) {
  if constexpr (transposed) {
    const int at = i + s.pad - tap * s.dilation;
    return at >= 0 && at % s.stride == 0 && at / s.stride < s.y ? at / s.stride : -1;
  } else {
    const int at = i * s.stride - s.pad + tap * s.dilation;
    return at < s.x ? at : -1;
  }
}

// The tiles of a product's output.
struct Tiles {
  int64_t m, n, batch;
  FASTNN_HD int64_t all() const { return m * n * batch; }
};
template <bool transposed>
FASTNN_HD Tiles tiles_of(const ConvShape& s, int64_t tile_rows, int64_t tile_columns) {
  const int64_t rows = transposed ? blocks_of(s.h.stride, s.h.x) : s.h.y;  // of the first phase
  const int64_t columns = transposed ? blocks_of(s.w.stride, s.w.x) : s.w.y;
  return {blocks_of(tile_rows, s.N * rows * columns),
          blocks_of(tile_columns, transposed ? s.C : s.F),
          phases_of<transposed>(s.h) * phases_of<transposed>(s.w) * s.groups};
}

// Three digits, the last of which counts fastest: image, row, column; or tap, tap, channel.
template <class High>
struct Counter {
  High high;
  int middle, low;
  __device__ Counter(int64_t index, int middles, int lows)
      : high(static_cast<High>(index / lows / middles)),
        middle(static_cast<int>(index / lows % middles)),
        low(static_cast<int>(index % lows)) {}
  // A loop, whose every round is short, takes fewer registers than the digits of `by` would.
  __device__ void advance(int by, int middles, int lows) {
    low += by;
    while (low >= lows) {
      low -= lows;
      if (++middle == middles) {
        middle = 0;
        ++high;
      }
    }
  }
};
using Pixel = Counter<int64_t>;
using Tap = Counter<int>;

// Where a block's tile of a product to pictures lies, and what its pixels take. It stays in shared
// memory: beside a thread's sums there are no registers for what all threads have in common.
struct Region {
  int64_t m0, M, n0, group;
  int64_t image;  // of pixel m0
  int64_t all;    // channels of the source
  Axis h, w;
};
template <bool transposed, class Tile>
__device__ Region region_of(const ConvShape& s, const Tiles& tiles, int64_t tile) {
  const int64_t phase = tile / tiles.n / tiles.m / s.groups;
  Region r{};
  r.n0 = tile % tiles.n * Tile::kColumns;
  r.m0 = tile / tiles.n % tiles.m * Tile::kRows;
  r.group = tile / tiles.n / tiles.m % s.groups;
  r.h = axis_of<transposed>(s.h, phase / phases_of<transposed>(s.w));
  r.w = axis_of<transposed>(s.w, phase % phases_of<transposed>(s.w));
  r.all = int64_t{transposed ? s.F : s.C} * s.groups;
  r.M = s.N * r.h.out * r.w.out;
  r.image = r.m0 < r.M ? r.m0 / r.h.out / r.w.out : 0;
  return r;
}
template <class T, class Tile>
struct ProductShared {
  TileShared<T, Tile> tiles;  // first, where multiply() looks for them
  Region region;
};

// The left operand of a product to pictures: x the output's pixels, k the taps and channels.
template <class T, int side, int depth>
class WindowLoader : public Loader<T, side, depth> {
  using Loader<T, side, depth>::x_, Loader<T, side, depth>::k_, Loader<T, side, depth>::step_x_;
  using Loader<T, side, depth>::held_, Loader<T, side, depth>::kHeld;

 public:
  // `from` is the group's first channel.
  __device__ WindowLoader(const T* from, int channels, const Region& r)
      : Loader<T, side, depth>(true),
        from_(from + r.image * r.h.from * r.w.from * r.all),
        channels_(channels),
        r_(r),
        tap_(k_, r.w.taps > 0 ? r.w.taps : 1, channels) {
#pragma unroll
    for (int i = 0; i < kHeld; ++i) {
      // Beyond the last pixel the last one again: what it gives is not stored.
      const Pixel pixel(smaller(r.m0 + x_ + i * step_x_, r.M - 1), r.h.out, r.w.out);
      row_[i] = pixel.middle * r.h.stride + r.h.start;
      column_[i] = pixel.low * r.w.stride + r.w.start;
      image_[i] = static_cast<int>(pixel.high - r.image);
    }
  }
  __device__ void fetch() {
    const bool inside = tap_.high < r_.h.taps && r_.w.taps > 0;
    const int down = inside ? tap_.high * r_.h.step : 0;
    const int across = inside ? tap_.middle * r_.w.step : 0;
#pragma unroll
    for (int i = 0; i < kHeld; ++i) {
      const int row = row_[i] + down, column = column_[i] + across;
      const bool valid = inside && row >= 0 && row < r_.h.from && column >= 0 && column < r_.w.from;
      const int64_t at = (int64_t{image_[i]} * r_.h.from + row) * r_.w.from + column;
      held_[i] = valid ? from_[at * r_.all + tap_.low] : T{0};
    }
    tap_.advance(depth, r_.w.taps, channels_);
  }

 private:
  const T* from_;
  int channels_;
  const Region& r_;
  Tap tap_;
  int image_[kHeld], row_[kHeld], column_[kHeld];  // images from the region's first
};

// The right operand of the transposed product: x the channels c, k the taps of the phase and f.
template <class T, int side, int depth>
class TapLoader : public Loader<T, side, depth> {
  using Loader<T, side, depth>::x_, Loader<T, side, depth>::k_, Loader<T, side, depth>::step_x_;
  using Loader<T, side, depth>::held_, Loader<T, side, depth>::kHeld;

 public:
  // `w` is the group's first f.
  __device__ TapLoader(const T* w, const ConvShape& s, const Region& r)
      : Loader<T, side, depth>(true),
        w_(w + (r.n0 + x_) * r.all),
        s_(s),
        r_(r),
        tap_(k_, r.w.taps > 0 ? r.w.taps : 1, s.F) {}
  __device__ void fetch() {
    const bool inside = tap_.high < r_.h.taps && r_.w.taps > 0;
    const int64_t down = r_.h.first_tap + int64_t{tap_.high} * r_.h.tap_step;
    const int64_t across = r_.w.first_tap + int64_t{tap_.middle} * r_.w.tap_step;
    const int64_t row = (down * s_.w.taps + across) * s_.C;
#pragma unroll
    for (int i = 0; i < kHeld; ++i) {
      const bool valid = inside && x_ + i * step_x_ < s_.C - r_.n0;
      held_[i] = valid ? w_[(row + i * step_x_) * r_.all + tap_.low] : T{0};
    }
    tap_.advance(depth, r_.w.taps, s_.F);
  }

 private:
  const T* w_;
  const ConvShape& s_;
  const Region& r_;
  Tap tap_;
};

// Where a block's tile of the product to w lies; in shared memory as a Region is.
struct WeightsRegion {
  int64_t m0, n0, group, chunk;
};
template <class T, class Tile>
struct WeightsShared {
  TileShared<T, Tile> tiles;  // first as well
  WeightsRegion region;
};

// The left operand of the product to w: x the taps and channels, k the pixels of y.
template <class T, int side, int depth>
class PixelLoader : public Loader<T, side, depth> {
  using Loader<T, side, depth>::x_, Loader<T, side, depth>::k_, Loader<T, side, depth>::step_k_;
  using Loader<T, side, depth>::held_, Loader<T, side, depth>::kHeld;

 public:
  // `x` is the group's first channel.
  __device__ PixelLoader(const T* x, const ConvShape& s, int64_t m0, int64_t M, int64_t begin,
                         int64_t K)
      : Loader<T, side, depth>(false), s_(s), left_k_(K), pixel_(begin + k_, s.h.y, s.w.y) {
    // Beyond the last row of dw the last one again: what it gives is not stored.
    const Tap tap(smaller(m0 + x_, M - 1), s.w.taps, s.C);
    row_ = tap.high * s.h.dilation - s.h.pad;
    column_ = tap.middle * s.w.dilation - s.w.pad;
    x_channel_ = x + tap.low;
  }
  __device__ void fetch() {
    const int64_t all = int64_t{s_.C} * s_.groups;
#pragma unroll
    for (int i = 0; i < kHeld; ++i) {
      const int row = pixel_.middle * s_.h.stride + row_,
                column = pixel_.low * s_.w.stride + column_;
      const bool valid =
          k_ + i * step_k_ < left_k_ && row >= 0 && row < s_.h.x && column >= 0 && column < s_.w.x;
      const int64_t at = (pixel_.high * s_.h.x + row) * s_.w.x + column;
      held_[i] = valid ? x_channel_[at * all] : T{0};
      pixel_.advance(step_k_, s_.h.y, s_.w.y);
    }
    left_k_ -= depth;
  }

 private:
  const ConvShape& s_;
  int64_t left_k_;
  Pixel pixel_;
  int row_, column_;
  const T* x_channel_;
};

}  // namespace fastnn::FASTNN_ISA
