// conv2d_transpose by the adjoint of Winograd's algorithm for conv2d, windows one pixel apart:
// x = B ((A y A^T) . U) B^T, where y falls into tiles, not x. Each tile makes the six by six pixels
// of x that it was made from, which overlap those of its neighbours and are added up. Where y is
// smaller than x it has fewer tiles: nine of a picture of 11x11 from 13x13, which has 16.
//
// A part has whole pictures. Tiles come one after the other, so that the first to reach a pixel
// stores and the later ones add; which is first depends on the pixel's place alone.
#include "conv2d_turn.h"
#include "winograd_plan.h"
#include "winograd_products.h"

namespace fastnn::FASTNN_ISA {
namespace {

struct AdjointPlan : Walk {
  int64_t R, bytes;
  TileGrid grid;
  int64_t vectors, group_vectors;                       // of x's channels: all, at a time
  int64_t u_row, u_step, d_row, d_step, m_row, m_step;  // weights, y and products at the points
  int64_t pictures;                                     // at a time: to fill a block of tiles
  TileBlocks blocks;                                    // of so many pictures' tiles
  double nanoseconds;

  AdjointPlan(const Convolution& conv, int64_t bytes_)
      : Walk(conv, true),
        R(c.KH),
        bytes(bytes_),
        grid(kPoints + 1 - R, c.N, c.OH, c.OW),
        vectors(blocks_of(L(), c.C)),
        group_vectors(smaller(vectors, kGroupBytes / kVectorBytes)),
        u_row(vectors * L()),
        u_step(odd_lines(c.F * u_row, bytes)),
        d_row(odd_lines(blocks_of(L(), c.F) * L(), bytes)),
        m_row(group_vectors * L()),
        pictures(larger(1, most_tiles() / larger(1, grid.each))),
        blocks(pictures * grid.each, tile_bytes(), rows(), kBlockBytes, kMostBlockTiles) {
    d_step = odd_lines(blocks.each * d_row, bytes);
    m_step = odd_lines(blocks.each * m_row, bytes);
    nanoseconds = static_cast<double>(grid.count) * adjoint_tile_nanoseconds(c.F, c.C, bytes);
  }
  FASTNN_INLINE int64_t L() const { return kVectorBytes / bytes; }
  FASTNN_INLINE int64_t rows() const { return kConvRows[smaller(kConvVectors, group_vectors)]; }
  FASTNN_INLINE int64_t tile_bytes() const { return kSquarePoints * (d_row + m_row) * bytes; }
  FASTNN_INLINE int64_t most_tiles() const {
    return smaller(kMostBlockTiles, kBlockBytes / tile_bytes());
  }
  FASTNN_INLINE int64_t units() const { return blocks_of(pictures, c.N); }
  FASTNN_INLINE int64_t turned_size() const {
    return blocks_of(128, R * R * c.C * c.F * bytes) * 128 / bytes;
  }
  FASTNN_INLINE int64_t weights_size() const { return kSquarePoints * u_step; }
  FASTNN_INLINE int64_t zeros_size() const { return kPoints * blocks_of(L(), c.F) * L(); }
  FASTNN_INLINE int64_t slice_size() const {
    return kSquarePoints * (d_step + m_step) + zeros_size();
  }
};

template <class T>
struct Operands {
  const T *y, *u, *bias;
  T* x;
  bool add;
};

// What a block of tiles adds to x, for a group of its channels.
template <int M, class T>
void add_tiles(const AdjointPlan& p, const Operands<T>& d, const T* m, Range tiles, int64_t column,
               int64_t vectors) noexcept {
  constexpr int64_t L = lanes<T>;
  constexpr int shared = kPoints - M;  // rows, and columns, with the next tile
  p.grid.visit(tiles, [&](int64_t t, int64_t n, int64_t i0, int64_t j0) {
    // Copies, which stay in registers whatever is stored to.
    const Convolution& c = p.c;
    const int64_t step = p.m_step, right = c.C, down = c.W * c.C;
    const int64_t top = i0 - c.top, left = j0 - c.left, H = c.H, W = c.W;
    const int64_t width = smaller(vectors * L, c.C - column);
    const bool above = i0 > 0, before = j0 > 0, add = d.add;
    const bool inside = top >= 0 && left >= 0 && top + kPoints <= H && left + kPoints <= W;
    for (int64_t k = 0; k < width; k += L) {
      const int64_t count = smaller(L, width - k);
      const T* const from = m + t * p.m_row + k;
      T* const to = d.x + n * H * down + column + k;
      const Vec<T> bias = d.bias ? load(d.bias + column + k, count) : broadcast<T>(T(-0.));
      const auto make = [&](auto put) __attribute__((always_inline)) {
        along_both<PointsAdjoint, Vec<T>>(
            [&](int j, Vec<T>(&points)[kPoints]) __attribute__((always_inline)) {
#pragma GCC unroll 6
              for (int i = 0; i < kPoints; ++i) points[i] = load(from + (i * kPoints + j) * step);
            },
            put);
      };
      // Whether an earlier tile has been here.
      const auto met = [&](int i, int j) __attribute__((always_inline)) {
        return (above && i < shared) || (before && j < shared);
      };
      if (inside && above && before && count == L && !add) {
        make([&](int i, int j, Vec<T> v) __attribute__((always_inline)) {
          T* const x = to + (top + i) * down + (left + j) * right;
          store(x, i < shared || j < shared ? load(x) + v : v + bias);
        });
      } else {
        make([&](int i, int j, Vec<T> v) __attribute__((always_inline)) {
          const int64_t h = top + i, w = left + j;
          if (h < 0 || h >= H || w < 0 || w >= W) return;
          T* const x = to + h * down + w * right;
          const bool again = met(i, j);
          if (!again) v += bias;
          store(x, again || add ? load(x, count) + v : v, count);
        });
      }
    }
  });
}

// A block of tiles: y to the points, times the weights, and back.
template <int R, class T>
void compute_block(const AdjointPlan& p, const Operands<T>& d, Range tiles, Range next,
                   T* room) noexcept {
  constexpr int M = kPoints + 1 - R;
  constexpr int64_t L = lanes<T>;
  const Convolution& c = p.c;
  T *const v = room, *const m = v + kSquarePoints * p.d_step,
           *const zeros = m + kSquarePoints * p.m_step;
  const auto window = [&](int64_t n) {
    return Window<T>{d.y + n * c.OH * c.OW * c.F, c.OH, c.OW, c.OW * c.F, c.F, zeros};
  };
  p.grid.visit(tiles, [&](int64_t t, int64_t n, int64_t i, int64_t j) {
    tile_to_points<OutputsAdjoint<M>>(window(n), i, j, c.F, v + t * p.d_row, p.d_step);
  });
  for (int64_t left = 0; left < p.vectors; left += p.group_vectors) {
    const int64_t vectors = smaller(p.group_vectors, p.vectors - left);
    const auto beside = [&](int64_t point) {
      p.grid.visit(fetched_at(point, tiles), [&](int64_t, int64_t n, int64_t i, int64_t j) {
        const Window<T> x = {d.x + n * c.H * c.W * c.C + left * L, c.H, c.W, c.W * c.C, c.C, zeros};
        x.fetch_new(i - c.top, j - c.left, i > 0, j > 0, kPoints, M, vectors * L);
      });
      if (left > 0) return;
      p.grid.visit(fetched_at(point, next), [&](int64_t, int64_t n, int64_t i, int64_t j) {
        window(n).fetch_new(i, j, false, false, M, M, c.F);
      });
    };
    multiply_points({p.d_row, 1, p.d_step, p.u_row, p.u_step, p.m_row, p.m_step}, m, false, v,
                    d.u + left * L, tiles.end - tiles.begin, c.F, vectors, beside);
    add_tiles<M>(p, d, m, tiles, left * L, vectors);
  }
}

template <int R, class T>
void run(const AdjointPlan& p, OutAdd x, In y, In w, MaybeIn bias, Scratch scratch,
         const Part& part) noexcept {
  const Convolution& c = p.c;
  T* const turned = scratch.shared<T>();
  T* const u = turned + p.turned_size();
  if (part.stage == 0) return turn_taps(p, turned, w.as<T>(), share(R * R, part));
  if (part.stage == 1) {
    const int64_t tap = c.F * c.C;  // the taps have been reversed, too
    const Range rows = share(c.F, part);
    for (int64_t k = rows.begin; k < rows.end; ++k) {
      row_to_points<R>(u + k * p.u_row, p.u_step, turned + (R * R - 1) * tap + k * c.C, -R * tap,
                       -tap, c.C, c.C);
    }
    return;
  }
  const Operands<T> d = {y.as<T>(), u, bias.as<T>(), x.as<T>(), x.add()};
  T* const room = scratch.slice<T>(part.slot);
  __builtin_memset(room + p.slice_size() - p.zeros_size(), 0,
                   static_cast<size_t>(p.zeros_size()) * sizeof(T));
  const Range units = share(p.units(), part);
  const Range all = {units.begin * p.pictures * p.grid.each,
                     smaller(c.N, units.end * p.pictures) * p.grid.each};
  const int64_t each = p.blocks.each;
  for (int64_t begin = all.begin; begin < all.end; begin += each) {
    const int64_t end = smaller(begin + each, all.end);
    compute_block<R>(p, d, {begin, end}, {end, smaller(end + each, all.end)}, room);
  }
}

AdjointPlan plan_of(Ref x, Ref y, Ref w, const Conv2dSettings& s) {
  return AdjointPlan(Convolution(y, x, w, s), size_of(x.dtype()));
}

}  // namespace

void winograd_adjoint(OutAdd x, In y, In w, MaybeIn bias, Scratch scratch, const Conv2dSettings& s,
                      const Part& part) noexcept {
  const AdjointPlan p = plan_of(x, y, w, s);
  if (p.R == 2) return run<2, float>(p, x, y, w, bias, scratch, part);
  run<3, float>(p, x, y, w, bias, scratch, part);
}

void winograd_adjoint_schedule(OutAdd x, In y, In w, const Conv2dSettings& s,
                               Schedule& schedule) noexcept {
  const AdjointPlan p = plan_of(x, y, w, s);
  plan_stage(schedule, 0, static_cast<double>(w.operand->bytes()) / kTransposedBytes, p.R * p.R);
  plan_stage(schedule, 1, static_cast<double>(p.weights_size() * p.bytes) / kPointBytes, p.c.F);
  plan_stage(schedule, 2, p.nanoseconds, p.units());
  schedule.mergeable = true;
  schedule.shared_bytes = blocks_of(128, (p.turned_size() + p.weights_size()) * p.bytes) * 128;
  schedule.slice_bytes = blocks_of(128, p.slice_size() * p.bytes) * 128;
}

}  // namespace fastnn::FASTNN_ISA
