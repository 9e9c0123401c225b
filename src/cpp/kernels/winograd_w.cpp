// conv2d_backward_w by Winograd's algorithm. The gradient of the weights at a point is a product:
// x's tiles at that point, transposed, times dy's. Blocks of tiles go to the points and are
// multiplied; a `split` of the blocks has a partial gradient at the points, and a second launch
// adds these up in order and brings them back to the taps. A tile of dy has M x M outputs, so that
// of x is the one that the forward direction has.
#include "winograd_products.h"
#include "winograd_w_plan.h"

namespace fastnn::FASTNN_ISA {
namespace {

// The pictures n that tiles are made from: of x, of whose pixels a phase sees every s-th, and of
// dy.
template <class T>
FASTNN_INLINE Window<T> window_of_x(const Convolution& c, const T* x, int64_t n, const T* zeros) {
  return {x + n * c.H * c.W * c.C, c.H, c.W, c.W * c.C, c.C, zeros, c.stride_h, c.stride_w};
}
template <class T>
FASTNN_INLINE Window<T> window_of_dy(const Convolution& c, const T* dy, int64_t n, const T* zeros) {
  return {dy + n * c.OH * c.OW * c.F, c.OH, c.OW, c.OW * c.F, c.F, zeros};
}

// x's tiles at the points, of a phase.
template <class T>
void x_to_points(const WinogradWeightPlan& p, T* v, const T* x, int64_t phase, Range tiles,
                 const T* zeros) noexcept {
  const Convolution& c = p.c;
  const int64_t top = phase / c.stride_w - c.top, left = phase % c.stride_w - c.left;
  p.grid.visit(tiles, [&](int64_t t, int64_t n, int64_t i, int64_t j) {
    tile_to_points<AtPoints>(window_of_x(c, x, n, zeros), i * c.stride_h + top,
                             j * c.stride_w + left, c.C, v + t * p.v_row, p.v_step);
  });
}
template <int R, class T>
void dy_to_points(const WinogradWeightPlan& p, T* d, const T* dy, Range tiles,
                  const T* zeros) noexcept {
  const Convolution& c = p.c;
  p.grid.visit(tiles, [&](int64_t t, int64_t n, int64_t i, int64_t j) {
    tile_to_points<OutputsAdjoint<kPoints + 1 - R>>(window_of_dy(c, dy, n, zeros), i, j, c.F,
                                                    d + t * p.d_row, p.d_step);
  });
}

// Of a phase, the gradient at the points from so many tiles.
template <int R, class T>
void compute_split(const WinogradWeightPlan& p, T* u, const T* dy, const T* x, int64_t phase,
                   Range all, T* room, const T* zeros) noexcept {
  const Convolution& c = p.c;
  const int64_t M = p.grid.M, each = p.blocks.each;
  T *const v = room, *const d = v + p.x_size();
  for (int64_t begin = all.begin; begin < all.end; begin += each) {
    const Range tiles = {begin, smaller(begin + each, all.end)};
    const Range next = {tiles.end, smaller(tiles.end + each, all.end)};
    x_to_points(p, v, x, phase, tiles, zeros);
    dy_to_points<R>(p, d, dy, tiles, zeros);
    const auto beside = [&](int64_t point) {
      p.grid.visit(fetched_at(point, next), [&](int64_t, int64_t n, int64_t i, int64_t j) {
        window_of_x(c, x, n, zeros)
            .fetch_new(i * c.stride_h - c.top, j * c.stride_w - c.left, i > 0, j > 0, kPoints, M,
                       c.C);
        window_of_dy(c, dy, n, zeros).fetch_new(i, j, false, false, M, M, c.F);
      });
    };
    multiply_points({1, p.v_row, p.v_step, p.d_row, p.d_step, p.u_row, p.u_step, !p.small()}, u,
                    begin > all.begin, v, d, c.C, tiles.end - tiles.begin, p.vectors, beside);
  }
}

// From the partial gradients at the points, of so many columns, to a row of dw: a channel of a
// phase.
template <int R, class T>
void weights_from_points(const WinogradWeightPlan& p, T* dw, bool add, const T* u, int64_t row,
                         int64_t column, int64_t columns) noexcept {
  constexpr int64_t L = lanes<T>;
  const Convolution& c = p.c;
  const int64_t tap = c.C * c.F, right = c.stride_w * tap, down = c.stride_h * c.KW * tap;
  const int64_t phase = row / c.C, k = row % c.C;
  T* const first = dw + (phase / c.stride_w * c.KW + phase % c.stride_w) * tap + k * c.F + column;
  for (int64_t f = 0; f < columns; f += L) {
    const int64_t count = smaller(L, columns - f);
    const T* const from = u + f;
    T* const to = first + f;
    along_both<TapsAdjoint<R>, Vec<T>>(
        [&](int j, Vec<T>(&points)[kPoints]) __attribute__((always_inline)) {
#pragma GCC unroll 6
          for (int i = 0; i < kPoints; ++i) {
            const T* const at = from + (i * kPoints + j) * p.u_step;
            points[i] = load(at);
            for (int64_t q = 1; q < p.splits; ++q) points[i] += load(at + q * p.piece_size());
          }
        },
        [&](int i, int j, Vec<T> v) __attribute__((always_inline)) {
          T* const y = to + i * down + j * right;
          store(y, add ? load(y, count) + v : v, count);
        });
  }
}

// A piece of dw from all tiles.
template <int R, class T>
void compute_piece(const WinogradWeightPlan& p, T* dw, bool add, const T* kept, int64_t piece,
                   T* u) noexcept {
  const int64_t group = piece % p.groups, block = piece / p.groups % p.row_blocks;
  const int64_t phase = piece / p.groups / p.row_blocks, column = group * p.u_row;
  const Range rows = {block * p.rows, smaller(p.c.C, (block + 1) * p.rows)};
  const T* const v = kept + phase * p.x_size() + rows.begin;
  const T* const d = kept + p.phases * p.x_size() + column;
  for (int64_t k = 0; k < p.blocks.count; ++k) {
    const Range tiles = p.blocks.of(k, p.grid.count);
    multiply_points({1, p.v_row, p.v_step, p.d_row, p.d_step, p.u_row, p.u_step}, u, k > 0,
                    v + tiles.begin * p.v_row, d + tiles.begin * p.d_row, rows.end - rows.begin,
                    tiles.end - tiles.begin,
                    smaller(p.group_vectors, p.vectors - group * p.group_vectors), [](int64_t) {});
  }
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    weights_from_points<R>(p, dw, add, u + (row - rows.begin) * p.u_row, phase * p.c.C + row,
                           column, smaller(p.u_row, p.c.F - column));
  }
}

template <int R, class T>
void run(const WinogradWeightPlan& p, OutAdd dw, In dy, In x, Scratch scratch,
         const Part& part) noexcept {
  T *const shared = scratch.shared<T>(), *const room = scratch.slice<T>(part.slot);
  T* const zeros = room + p.slice_size() - p.zeros_size();
  __builtin_memset(zeros, 0, static_cast<size_t>(p.zeros_size()) * sizeof(T));
  if (!p.sliced && part.stage == 0) {
    const int64_t phase = part.index / p.splits, split = part.index % p.splits;
    return compute_split<R>(p, shared + split * p.piece_size() + phase * p.c.C * p.u_row,
                            dy.as<T>(), x.as<T>(), phase,
                            share(p.grid.count, Part{0, 0, split, p.splits}), room, zeros);
  }
  const Range units = share(p.units(part.stage), part);
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    if (!p.sliced) {
      weights_from_points<R>(p, dw.as<T>(), dw.add(), shared + unit * p.u_row, unit, 0, p.c.F);
    } else if (part.stage == 1) {
      compute_piece<R>(p, dw.as<T>(), dw.add(), shared, unit, room);
    } else {
      const int64_t phase = unit % (p.phases + 1), first = unit / (p.phases + 1) * kKeptTiles;
      const Range tiles = {first, smaller(p.grid.count, first + kKeptTiles)};
      if (phase < p.phases) {
        x_to_points(p, shared + phase * p.x_size() + first * p.v_row, x.as<T>(), phase, tiles,
                    zeros);
      } else {
        dy_to_points<R>(p, shared + phase * p.x_size() + first * p.d_row, dy.as<T>(), tiles, zeros);
      }
    }
  }
}

}  // namespace

void winograd_backward_w(OutAdd dw, In dy, In x, Scratch scratch, const Conv2dSettings& s,
                         const Part& part) noexcept {
  const WinogradWeightPlan p(Convolution(dy, x, dw, s), size_of(dw.dtype()));
  if (p.R == 2) return run<2, float>(p, dw, dy, x, scratch, part);
  run<3, float>(p, dw, dy, x, scratch, part);
}

void winograd_backward_w_schedule(OutAdd dw, In dy, In x, const Conv2dSettings& s,
                                  Schedule& schedule) noexcept {
  const WinogradWeightPlan p(Convolution(dy, x, dw, s), size_of(dw.dtype()));
  const int64_t shared = p.shared_size() * p.bytes;
  if (p.sliced) {
    plan_stage(schedule, 0, p.tile_nanoseconds, p.units(0));
    plan_stage(schedule, 1, p.nanoseconds, p.units(1));
  } else {
    schedule.parts[0] = p.phases * p.splits;  // a partial gradient each
    schedule.nanoseconds[0] = static_cast<float>(p.nanoseconds);
    plan_stage(schedule, 1, static_cast<double>(shared) / kPointBytes, p.units(1));
  }
  schedule.shared_bytes = blocks_of(128, shared) * 128;
  schedule.slice_bytes = blocks_of(128, p.slice_size() * p.bytes) * 128;
}

}  // namespace fastnn::FASTNN_ISA
