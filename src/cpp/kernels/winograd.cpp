// conv2d and conv2d_transpose by Winograd's algorithm. The weights go to the points first, 36
// matrices (in, out) a phase; back to x they are turned before that. Then each part takes blocks of
// tiles from the input to the output. An output is one chain of fma a point, over the input's
// channels in their order, so that its bits depend on its tile alone.
#include <math.h>

#include "activation.h"
#include "conv2d_plan.h"
#include "conv2d_turn.h"
#include "winograd_products.h"

namespace fastnn::FASTNN_ISA {
namespace {

// Forward, or back to x.
struct WinogradPlan : Walk {
  int64_t R, bytes, phases;
  int64_t sets;  // of weights: of all residues, also those that a small picture has no phase for
  TileGrid grid;
  int64_t vectors, group_vectors;  // of the outputs: all, at a time
  int64_t u_row, u_step;           // weights: from input channel to channel, from point to point
  int64_t v_row, v_step, m_row, m_step;  // inputs and products: from tile to tile, point to point
  TileBlocks blocks;
  double nanoseconds;

  WinogradPlan(const Convolution& conv, bool to_x, int64_t taps, int64_t bytes_)
      : Walk(conv, to_x),
        R(taps),
        bytes(bytes_),
        phases(phase_count_h() * phase_count_w()),
        sets(back ? c.stride_h * c.stride_w : 1),
        grid(kPoints + 1 - R, c.N, count_i, count_j),
        vectors(blocks_of(L(), out_C)),
        group_vectors(smaller(vectors, kGroupBytes / kVectorBytes)),
        u_row(vectors * L()),
        u_step(odd_lines(in_C * u_row, bytes)),
        v_row(odd_lines(blocks_of(L(), in_C) * L(), bytes)),
        m_row(group_vectors * L()),
        blocks(grid.count, kSquarePoints * (v_row + m_row) * bytes, rows(), kBlockBytes,
               kMostBlockTiles) {
    v_step = odd_lines(blocks.each * v_row, bytes);
    m_step = odd_lines(blocks.each * m_row, bytes);
    nanoseconds =
        static_cast<double>(phases * grid.count) * winograd_tile_nanoseconds(in_C, out_C, bytes);
  }
  FASTNN_INLINE int64_t L() const { return kVectorBytes / bytes; }
  FASTNN_INLINE int64_t rows() const { return kConvRows[smaller(kConvVectors, group_vectors)]; }
  FASTNN_INLINE int64_t units() const { return phases * blocks.count; }
  FASTNN_INLINE int64_t turned_size() const {
    return back ? blocks_of(128, c.KH * c.KW * c.C * c.F * bytes) * 128 / bytes : 0;
  }
  FASTNN_INLINE int64_t weights_size() const { return sets * kSquarePoints * u_step; }
  FASTNN_INLINE int64_t zeros_size() const { return kPoints * blocks_of(L(), in_C) * L(); }
  FASTNN_INLINE int64_t slice_size() const {
    return kSquarePoints * (v_step + m_step) + zeros_size();
  }
  FASTNN_INLINE int64_t stages() const { return back ? 3 : 2; }
};

// The weights, sets (R, R, in, out), of each input channel in `rows` at the points.
template <int R, class T>
void weights_to_points(const WinogradPlan& p, T* u, const T* w, Range rows) noexcept {
  const int64_t tap = p.in_C * p.out_C;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t set = row / p.in_C, k = row % p.in_C;
    row_to_points<R>(u + set * kSquarePoints * p.u_step + k * p.u_row, p.u_step,
                     w + set * R * R * tap + k * p.out_C, tap, p.out_C);
  }
}

template <class T>
struct Operands {
  const T *in, *u, *bias;
  T* out;
  const Writing& how;
  Activation activation;
};

// Where a tile's outputs lie.
template <class T>
struct Outlet {
  T* y;
  int64_t rows, columns, down, right;
  FASTNN_INLINE Outlet(const WinogradPlan& p, const Operands<T>& d, const Axis& h, const Axis& w,
                       int64_t n, int64_t i, int64_t j) {
    rows = smaller(p.grid.M, h.count - i), columns = smaller(p.grid.M, w.count - j);
    down = h.out_step * p.out_W * p.out_C, right = w.out_step * p.out_C;
    y = d.out + ((n * p.out_H + h.out_first) * p.out_W + w.out_first) * p.out_C + i * down +
        j * right;
  }
};

// The outputs of a block of tiles, for a group of channels.
template <int R, class T>
void write_tiles(const WinogradPlan& p, const Operands<T>& d, const Axis& h, const Axis& w,
                 const T* m, Range tiles, int64_t column, int64_t vectors) noexcept {
  constexpr int M = kPoints + 1 - R;
  constexpr int64_t L = lanes<T>;
  const bool relu = d.activation == Activation::relu;
  p.grid.visit(tiles, [&](int64_t t, int64_t n, int64_t i0, int64_t j0) {
    // Copies, which stay in registers whatever is stored to.
    const Outlet<T> out(p, d, h, w, n, i0, j0);
    const int64_t step = p.m_step, width = smaller(vectors * L, p.out_C - column);
    const bool add = d.how.add(), past = d.how.past();
    const Vec<T> least = broadcast(relu ? T(0) : static_cast<T>(-INFINITY));
    for (int64_t k = 0; k < width; k += L) {
      const int64_t count = smaller(L, width - k);
      const T* const from = m + t * p.m_row + k;
      T* const to = out.y + column + k;
      const Vec<T> bias = d.bias ? load(d.bias + column + k, count) : broadcast<T>(T(-0.));
      const auto make = [&](auto put) __attribute__((always_inline)) {
        along_both<Outputs<M>, Vec<T>>(
            [&](int j, Vec<T>(&points)[kPoints]) __attribute__((always_inline)) {
#pragma GCC unroll 6
              for (int i = 0; i < kPoints; ++i) points[i] = load(from + (i * kPoints + j) * step);
            },
            [&](int i, int j, Vec<T> v) __attribute__((always_inline)) {
              put(i, j, to + i * out.down + j * out.right, v + bias);
            });
      };
      if (out.rows < M || out.columns < M || count < L || past) {
        make([&](int i, int j, T* y, Vec<T> v) __attribute__((always_inline)) {
          if (i >= out.rows || j >= out.columns) return;
          if (add) v += load(y, count);
          v = at_least(v, least);
          if (past) {
            store_past(y, v);
          } else {
            store(y, v, count);
          }
        });
      } else if (add) {
        make([&](int, int, T* y, Vec<T> v)
                 __attribute__((always_inline)) { store(y, at_least(v + load(y), least)); });
      } else {
        make([&](int, int, T* y, Vec<T> v)
                 __attribute__((always_inline)) { store(y, at_least(v, least)); });
      }
    }
    if (d.activation == Activation::none || relu) return;
    for (int64_t i = 0; i < out.rows; ++i) {
      for (int64_t j = 0; j < out.columns; ++j) {
        activate(out.y + i * out.down + j * out.right + column, width, d.activation);
      }
    }
  });
}

// A unit is a block of tiles of a phase. While it is multiplied, what it will write to and what the
// next one reads come into the second cache.
template <int R, class T>
void compute_unit(const WinogradPlan& p, const Operands<T>& d, int64_t unit, T* room) noexcept {
  constexpr int64_t L = lanes<T>;
  const int64_t phase = unit / p.blocks.count;
  const Axis h = p.axis_h(phase / p.phase_count_w()), w = p.axis_w(phase % p.phase_count_w());
  const Range tiles = p.blocks.of(unit % p.blocks.count, p.grid.count);
  const Range next = p.blocks.of(unit % p.blocks.count + 1, p.grid.count);
  const Range written = d.how.past() ? Range{0, 0} : tiles;
  T *const v = room, *const m = v + kSquarePoints * p.v_step,
           *const zeros = m + kSquarePoints * p.m_step;
  const auto window = [&](int64_t n) {
    return Window<T>{
        d.in + n * p.in_H * p.in_W * p.in_C, p.in_H, p.in_W, p.in_W * p.in_C, p.in_C, zeros};
  };
  p.grid.visit(tiles, [&](int64_t t, int64_t n, int64_t i, int64_t j) {
    tile_to_points<AtPoints>(window(n), h.begin(i), w.begin(j), p.in_C, v + t * p.v_row, p.v_step);
  });
  const T* const u = d.u + p.weights_before(h, w) / (R * R) * kSquarePoints * p.u_step;
  for (int64_t left = 0; left < p.vectors; left += p.group_vectors) {
    const int64_t vectors = smaller(p.group_vectors, p.vectors - left);
    const auto beside = [&](int64_t point) {
      p.grid.visit(fetched_at(point, written), [&](int64_t, int64_t n, int64_t i, int64_t j) {
        const Outlet<T> out(p, d, h, w, n, i, j);
        fetch(out.y + left * L, out.rows, out.down, out.columns, out.right, vectors * L);
      });
      if (left > 0) return;
      p.grid.visit(fetched_at(point, next), [&](int64_t, int64_t n, int64_t i, int64_t j) {
        window(n).fetch_new(h.begin(i), w.begin(j), i > 0, j > 0, kPoints, p.grid.M, p.in_C);
      });
    };
    multiply_points({p.v_row, 1, p.v_step, p.u_row, p.u_step, p.m_row, p.m_step}, m, false, v,
                    u + left * L, tiles.end - tiles.begin, p.in_C, vectors, beside);
    write_tiles<R>(p, d, h, w, m, tiles, left * L, vectors);
  }
}

template <int R, class T>
void run(const WinogradPlan& p, OutAdd y, In x, In w, MaybeIn bias, Scratch scratch,
         Activation activation, const Part& part) noexcept {
  T* const turned = scratch.shared<T>();
  T* const u = turned + p.turned_size();
  if (p.back && part.stage == 0) {
    return turn_taps(p, turned, w.as<T>(), share(p.c.KH * p.c.KW, part));
  }
  if (part.stage + 2 == p.stages()) {
    return weights_to_points<R>(p, u, p.back ? turned : w.as<T>(), share(p.sets * p.in_C, part));
  }
  const Writing how(y, y.add(), p.out_C, x);
  const Operands<T> d = {x.as<T>(), u, bias.as<T>(), y.as<T>(), how, activation};
  T* const room = scratch.slice<T>(part.slot);
  __builtin_memset(room + p.slice_size() - p.zeros_size(), 0,
                   static_cast<size_t>(p.zeros_size()) * sizeof(T));
  const Range units = share(p.units(), part);
  for (int64_t unit = units.begin; unit < units.end; ++unit) compute_unit<R>(p, d, unit, room);
}

// As for the operation: y = x * w, or back, of which `out` is x.
FASTNN_INLINE WinogradPlan plan_of(Ref out, Ref in, Ref w, const Conv2dSettings& s, bool back) {
  const Convolution c = back ? Convolution(in, out, w, s) : Convolution(out, in, w, s);
  return WinogradPlan(c, back, winograd_taps(w, s, back), size_of(out.dtype()));
}

}  // namespace

void winograd(OutAdd y, In x, In w, MaybeIn bias, Scratch scratch, const Conv2dSettings& s,
              bool back, const Part& part) noexcept {
  const WinogradPlan p = plan_of(y, x, w, s, back);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (p.R == 2) return run<2, T>(p, y, x, w, bias, scratch, s.activation, part);
    run<3, T>(p, y, x, w, bias, scratch, s.activation, part);
  });
}

void winograd_schedule(OutAdd y, In x, In w, const Conv2dSettings& s, bool back,
                       Schedule& schedule) noexcept {
  const WinogradPlan p = plan_of(y, x, w, s, back);
  const double weights = static_cast<double>(p.weights_size() * p.bytes);
  int stage = 0;
  if (back) {
    plan_stage(schedule, stage++, static_cast<double>(w.operand->bytes()) / kTransposedBytes,
               p.c.KH * p.c.KW);
  }
  plan_stage(schedule, stage++, weights / kPointBytes, p.sets * p.in_C);
  plan_stage(schedule, stage, p.nanoseconds, p.units());
  schedule.mergeable = true;
  schedule.shared_bytes = blocks_of(128, (p.turned_size() + p.weights_size()) * p.bytes) * 128;
  schedule.slice_bytes = blocks_of(128, p.slice_size() * p.bytes) * 128;
}

}  // namespace fastnn::FASTNN_ISA
