// Convolutions by Winograd's algorithm: not operations of their own; conv2d.cpp and
// conv2d_backward_w.cpp come here where choose() says so. Windows of sR x sR taps s pixels apart
// fall into s x s phases, by the taps' residues: each is a convolution of R x R taps one pixel
// apart over every s-th pixel. Forward and to w the phases see different pixels, and their channels
// lie side by side as if they were one picture's; back they make different pixels of x. The output
// falls into tiles of M x M; a block of tiles goes to the 36 points, where each point's tiles times
// channels are multiplied with the weights at that point, and comes back, all in the second cache.
#pragma once
#include "conv2d_choice.h"
#include "conv2d_geometry.h"
#include "winograd_points.h"

namespace fastnn::FASTNN_ISA {

void winograd(OutAdd y, In x, In w, MaybeIn bias, Scratch scratch, const Conv2dSettings& s,
              bool back, const Part& part) noexcept;
void winograd_schedule(OutAdd y, In x, In w, const Conv2dSettings& s, bool back,
                       Schedule& schedule) noexcept;
void winograd_backward_w(OutAdd dw, In dy, In x, Scratch scratch, const Conv2dSettings& s,
                         const Part& part) noexcept;
void winograd_backward_w_schedule(OutAdd dw, In dy, In x, const Conv2dSettings& s,
                                  Schedule& schedule) noexcept;

constexpr double kPointBytes = 20;  // of weights to the points in a nanosecond: an estimate
// Of all tiles at the points, if these are kept: more scratch than that would surprise.
constexpr int64_t kMostKeptBytes = 512 << 20;

// Matrices that follow one another an odd number of cache lines apart do not meet in few of a
// cache's sets: 36 of 32 x 32 floats would meet in two. In elements.
FASTNN_INLINE int64_t odd_lines(int64_t elements, int64_t bytes) {
  return (blocks_of(64, elements * bytes) | 1) * 64 / bytes;
}

// Where the tiles of a plane of count_i x count_j outputs lie, all pictures' one after the other.
struct TileGrid {
  int64_t M, down, across, each, count;

  FASTNN_INLINE TileGrid(int64_t M_, int64_t N, int64_t count_i, int64_t count_j)
      : M(M_),
        down(blocks_of(M, count_i)),
        across(blocks_of(M, count_j)),
        each(down * across),
        count(N * each) {}
  // f(number within the range, picture, first row, first column)
  template <class F>
  FASTNN_INLINE void visit(Range tiles, F f) const {
    int64_t n = tiles.begin / each, i = tiles.begin % each / across, j = tiles.begin % across;
    for (int64_t t = tiles.begin; t < tiles.end; ++t) {
      f(t - tiles.begin, n, i * M, j * M);
      if (++j < across) continue;
      j = 0;
      if (++i < down) continue;
      i = 0;
      ++n;
    }
  }
};

// Tiles in blocks: so many at a time that what a tile takes, `tile_bytes`, fits into `bytes`, a
// multiple of rows, and at most so many.
struct TileBlocks {
  int64_t each, count;

  FASTNN_INLINE TileBlocks(int64_t tiles, int64_t tile_bytes, int64_t rows, int64_t bytes,
                           int64_t most) {
    const int64_t fit = smaller(most, bytes / tile_bytes);
    each = larger(1, fit / rows) * rows;
    count = blocks_of(each, tiles);
    each = blocks_of(count, tiles);
    count = blocks_of(each, tiles);
  }
  FASTNN_INLINE Range of(int64_t block, int64_t tiles) const {
    return {block * each, smaller(tiles, (block + 1) * each)};
  }
};

// The six by six pixels of a picture, step_h rows and step_w columns apart, that a tile is made
// from; those outside are zeros.
template <class T>
struct Window {
  const T* picture;
  int64_t rows, columns, row_pitch, pixel_pitch;
  const T* zeros;  // a pixel
  int64_t step_h = 1, step_w = 1;

  // f(load), where load(i, j) is where pixel (i, j) of size x size from (top, left) on lies.
  template <int size, class F>
  FASTNN_INLINE void read(int64_t top, int64_t left, F f) const {
    constexpr int64_t last = size - 1;
    if (top >= 0 && left >= 0 && top + last * step_h < rows && left + last * step_w < columns) {
      const T* const from = picture + top * row_pitch + left * pixel_pitch;
      const int64_t down = step_h * row_pitch, right = step_w * pixel_pitch;
      f([=](int i, int j) __attribute__((always_inline)) { return from + i * down + j * right; });
      return;
    }
    const T* at[size * size];
    for (int64_t i = 0; i < size; ++i) {
      for (int64_t j = 0; j < size; ++j) {
        const int64_t h = top + i * step_h, w = left + j * step_w;
        const bool inside = h >= 0 && h < rows && w >= 0 && w < columns;
        at[i * size + j] = inside ? picture + h * row_pitch + w * pixel_pitch : zeros;
      }
    }
    f([&](int i, int j) __attribute__((always_inline)) { return at[i * size + j]; });
  }
};

// A tile's C channels to the points: `to` holds the first point's, the next one's are step further,
// whole vectors. size: of the tile, pixels; f: the matrix.
template <class T, int size, class F>
FASTNN_INLINE void tile_to_points(const Window<T>& window, int64_t top, int64_t left, int64_t C,
                                  T* to, int64_t step, F f) {
  constexpr int64_t L = lanes<T>;
  window.template read<size>(top, left, [&](auto at) __attribute__((always_inline)) {
    const auto put = [&](int64_t c, auto load) __attribute__((always_inline)) {
      along_both<Vec<T>, size, kPoints>(load, f,
                                        [&](int i, int j, Vec<T> v) __attribute__((always_inline)) {
                                          store(to + (i * kPoints + j) * step + c, v);
                                        });
    };
    int64_t c = 0;
    for (; c + L <= C; c += L)
      put(c, [&](int i, int j) __attribute__((always_inline)) { return load(at(i, j) + c); });
    if (c < C)
      put(c,
          [&](int i, int j) __attribute__((always_inline)) { return load(at(i, j) + c, C - c); });
  });
}

}  // namespace fastnn::FASTNN_ISA
