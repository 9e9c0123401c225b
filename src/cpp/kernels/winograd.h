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
void winograd_adjoint(OutAdd x, In y, In w, MaybeIn bias, Scratch scratch, const Conv2dSettings& s,
                      const Part& part) noexcept;
void winograd_adjoint_schedule(OutAdd x, In y, In w, const Conv2dSettings& s,
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
    if (tiles.begin >= tiles.end) return;
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

// Which of the tiles are fetched at a point, a few each: at the later points, since by then large
// weights have gone through the second cache and taken with them what was there.
FASTNN_INLINE Range fetched_at(int64_t point, Range tiles) {
  constexpr int64_t kFrom = kSquarePoints / 2, kSlots = kSquarePoints - kFrom;
  const int64_t slot = point - kFrom, count = tiles.end - tiles.begin;
  if (slot < 0 || count <= 0) return {0, 0};
  return {tiles.begin + count * slot / kSlots, tiles.begin + count * (slot + 1) / kSlots};
}

// Fetches the pixels of a tile into the second cache while the processor multiplies: `rows` rows of
// `columns` pixels of so many elements.
template <class T>
FASTNN_INLINE void fetch(const T* from, int64_t rows, int64_t row_pitch, int64_t columns,
                         int64_t pixel_pitch, int64_t elements) {
  if (elements == pixel_pitch) elements *= columns, columns = 1;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      const T* const at = from + i * row_pitch + j * pixel_pitch;
      for (int64_t k = 0; k < elements; k += 64 / sizeof(T)) __builtin_prefetch(at + k, 0, 2);
    }
  }
}

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

// The pixels of a picture, step_h rows and step_w columns apart, that a tile is made from; those
// outside are zeros.
template <class T>
struct Window {
  const T* picture;
  int64_t rows, columns, row_pitch, pixel_pitch;
  const T* zeros;  // as many pixels as a tile reaches over
  int64_t step_h = 1, step_w = 1;

  // Of the size x size pixels from (top, left) on what tiles M pixels before it, if there are such,
  // have not read.
  FASTNN_INLINE void fetch_new(int64_t top, int64_t left, bool above, bool before, int64_t size,
                               int64_t M, int64_t C) const {
    const int64_t h = larger(0, top + (above ? size - M : 0) * step_h);
    const int64_t w = larger(0, left + (before ? size - M : 0) * step_w);
    fetch(picture + h * row_pitch + w * pixel_pitch, smaller(top + size * step_h, rows) - h,
          row_pitch, smaller(left + size * step_w, columns) - w, pixel_pitch, C);
  }

  // f(column), where column(j, c, d, count...) loads so many channels from c on of column j of the
  // size x size pixels from (top, left) on. Rows outside are read from the zeros, columns are not
  // read: a place to read from for each of the 36 took as long as the arithmetic.
  template <int size, class F>
  FASTNN_INLINE void read(int64_t top, int64_t left, F f) const {
    const int64_t first = left < 0 ? blocks_of(step_w, -left) : 0;
    const int64_t last = left < columns ? smaller(size, blocks_of(step_w, columns - left)) : 0;
    const int64_t right = step_w * pixel_pitch, start = (left + first * step_w) * pixel_pitch;
    const T* row[size];
#pragma GCC unroll 6
    for (int i = 0; i < size; ++i) {
      const int64_t h = top + i * step_h;
      const bool inside = h >= 0 && h < rows && first < last;
      row[i] = inside ? picture + h * row_pitch + start : zeros;
    }
    if (first == 0 && last == size) {
      f([&](int j, int64_t c, Vec<T>(&d)[size], auto... count) __attribute__((always_inline)) {
#pragma GCC unroll 6
        for (int i = 0; i < size; ++i) d[i] = load(row[i] + j * right + c, count...);
      });
    } else {
      f([&](int j, int64_t c, Vec<T>(&d)[size], auto... count) __attribute__((always_inline)) {
        const bool inside = j >= first && j < last;
#pragma GCC unroll 6
        for (int i = 0; i < size; ++i) {
          d[i] = inside ? load(row[i] + (j - first) * right + c, count...) : Vec<T>{};
        }
      });
    }
  }
};

// A tile's C channels to the points: `to` holds the first point's, the next one's are step further,
// whole vectors.
template <class Matrix, class T>
FASTNN_INLINE void tile_to_points(const Window<T>& window, int64_t top, int64_t left, int64_t C,
                                  T* to, int64_t step) {
  constexpr int64_t L = lanes<T>;
  constexpr int size = Matrix::kFrom;
  window.template read<size>(top, left, [&](auto column) __attribute__((always_inline)) {
    const auto put = [&](int64_t c, auto... count) __attribute__((always_inline)) {
      along_both<Matrix, Vec<T>>([&](int j, Vec<T>(&d)[size])
                                     __attribute__((always_inline)) { column(j, c, d, count...); },
                                 [&](int i, int j, Vec<T> v) __attribute__((always_inline)) {
                                   store(to + (i * kPoints + j) * step + c, v);
                                 });
    };
    int64_t c = 0;
    for (; c + L <= C; c += L) put(c);
    if (c < C) put(c, C - c);
  });
}

}  // namespace fastnn::FASTNN_ISA
