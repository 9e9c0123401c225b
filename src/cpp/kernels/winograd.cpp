// conv2d and conv2d_transpose by Winograd's algorithm. The weights go to the points first, 36
// matrices (in, out) a phase, or the inputs do; back to x the weights are turned before that. Then
// each part takes blocks of tiles to the output. An output is at each point a sum of chains of fma
// over kBlockDepth of the input's channels each, in their order, so that its bits depend on its
// tile alone.
#include <math.h>

#include "activation.h"
#include "conv2d_turn.h"
#include "winograd_weights.h"

namespace fastnn::FASTNN_ISA {
namespace {

template <class T>
struct Operands {
  const T *in, *w, *kept, *bias;  // kept: inputs or weights at the points
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

// What a phase's tiles are made from, of picture n.
template <class T>
FASTNN_INLINE Window<T> window_of(const WinogradPlan& p, const T* in, const Axis& h, const Axis& w,
                                  int64_t n, const T* zeros) {
  const T* const picture = in + n * p.in_H * p.in_W * p.in_C;
  return {picture, p.in_H, p.in_W, p.in_W * p.in_C, p.in_C, zeros, h.stride, w.stride};
}

// The inputs of a block of tiles at the points, a phase's.
template <class T>
void inputs_to_points(const WinogradPlan& p, T* v, const T* in, const Axis& h, const Axis& w,
                      Range tiles, const T* zeros) noexcept {
  p.grid.visit(tiles, [&](int64_t t, int64_t n, int64_t i, int64_t j) {
    const Window<T> window = window_of(p, in, h, w, n, zeros);
    for (int64_t k = 0; k < p.stack; ++k) {
      tile_to_points<AtPoints>(window, h.begin(i) + k / w.stride, w.begin(j) + k % w.stride, p.in_C,
                               v + t * p.v_row + k * p.in_C, p.v_step);
    }
  });
}

// A block of tiles of a phase, and, where the weights are not kept, a group of its outputs. While
// it is multiplied, what it will write to and what the next one reads come into the second cache.
template <int R, class T>
void compute_unit(const WinogradPlan& p, const Operands<T>& d, int64_t unit, T* room,
                  const T* zeros) noexcept {
  constexpr int64_t L = lanes<T>;
  const int64_t block = p.sliced ? unit / p.groups : unit, phase = block / p.blocks.count;
  const Axis h = p.axis_h(phase / p.phase_count_w()), w = p.axis_w(phase % p.phase_count_w());
  const Range tiles = p.blocks.of(block % p.blocks.count, p.grid.count);
  const Range next = p.blocks.of(block % p.blocks.count + 1, p.grid.count);
  const int64_t set = p.weights_before(h, w) / (R * R), count = tiles.end - tiles.begin;
  T* const m = room + (p.sliced ? p.block_size() : p.inputs_size());
  if (!p.sliced) inputs_to_points(p, room, d.in, h, w, tiles, zeros);
  const T* const v = p.sliced ? d.kept + phase * p.inputs_size() + tiles.begin * p.v_row : room;
  const int64_t first = p.sliced ? unit % p.groups : 0;
  for (int64_t group = first; group < (p.sliced ? first + 1 : p.groups); ++group) {
    const int64_t column = group * p.u_row;
    const int64_t vectors = smaller(p.group_vectors, p.vectors - group * p.group_vectors);
    for (int64_t k = 0; k < p.depth; k += p.block_depth) {
      const int64_t depth = smaller(p.block_depth, p.depth - k);
      for (int64_t row = 0; p.sliced && row < depth; ++row) {
        weights_to_points<R>(p, room + row * p.u_row, d.w, set * p.depth + k + row, column,
                             smaller(p.u_row, p.out_C - column));
      }
      const T* const u = p.sliced ? room : d.kept + p.block_at(set, group, k / p.block_depth);
      const bool last = k + depth == p.depth;
      const auto beside = [&](int64_t point) {
        if (!last) return;
        if (!d.how.past()) {
          p.grid.visit(fetched_at(point, tiles), [&](int64_t, int64_t n, int64_t i, int64_t j) {
            const Outlet<T> out(p, d, h, w, n, i, j);
            fetch(out.y + column, out.rows, out.down, out.columns, out.right, vectors * L);
          });
        }
        if (p.sliced || group > 0) return;
        p.grid.visit(fetched_at(point, next), [&](int64_t, int64_t n, int64_t i, int64_t j) {
          window_of(p, d.in, h, w, n, zeros)
              .fetch_new(h.begin(i), w.begin(j), i > 0, j > 0, kPoints, p.grid.M, p.in_C);
        });
      };
      multiply_points({p.v_row, 1, p.v_step, p.u_row, p.u_step, p.m_row, p.m_step}, m, k > 0, v + k,
                      u, count, depth, vectors, beside);
    }
    write_tiles<R>(p, d, h, w, m, tiles, column, vectors);
  }
}

// All the inputs at the points, a unit of them.
template <class T>
void keep_inputs(const WinogradPlan& p, T* kept, const T* in, int64_t unit,
                 const T* zeros) noexcept {
  const int64_t phase = unit / p.input_blocks(), block = unit % p.input_blocks();
  const Axis h = p.axis_h(phase / p.phase_count_w()), w = p.axis_w(phase % p.phase_count_w());
  const int64_t first = block * kInputTiles;
  inputs_to_points(p, kept + phase * p.inputs_size() + first * p.v_row, in, h, w,
                   {first, smaller(p.grid.count, first + kInputTiles)}, zeros);
}

template <int R, class T>
void run(const WinogradPlan& p, OutAdd y, In x, In w, MaybeIn bias, Scratch scratch,
         Activation activation, const Part& part) noexcept {
  T* const turned = scratch.shared<T>();
  T* const kept = turned + p.turned_size();
  if (p.back && part.stage == 0) {
    return turn_taps(p, turned, w.as<T>(), share(p.c.KH * p.c.KW, part));
  }
  const T* const weights = p.back ? turned : w.as<T>();
  T* const room = scratch.slice<T>(part.slot);
  T* const zeros = room + p.slice_size() - p.zeros_size();
  __builtin_memset(zeros, 0, static_cast<size_t>(p.zeros_size()) * sizeof(T));
  const bool first = part.stage + 2 == p.stages();
  const Range units = share(first ? p.kept_units() : p.units(), part);
  const Writing how(y, y.add(), p.out_C, x);
  const Operands<T> d = {x.as<T>(), weights, kept, bias.as<T>(), y.as<T>(), how, activation};
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    if (!first) {
      compute_unit<R>(p, d, unit, room, zeros);
    } else if (p.sliced) {
      keep_inputs(p, kept, d.in, unit, zeros);
    } else {
      keep_weights<R>(p, kept, weights, unit);
    }
  }
}

// As for the operation: y = x * w, or back, of which `out` is x.
FASTNN_INLINE WinogradPlan plan_of(Ref out, Ref in, Ref w, const Conv2dSettings& s, bool back) {
  const Convolution c = back ? Convolution(in, out, w, s) : Convolution(out, in, w, s);
  return WinogradPlan(c, back, winograd_taps(w, s), size_of(out.dtype()));
}

}  // namespace

void winograd(OutAdd y, In x, In w, MaybeIn bias, Scratch scratch, const Conv2dSettings& s,
              bool back, const Part& part) noexcept {
  const WinogradPlan p = plan_of(y, x, w, s, back);
  if (p.R == 2) return run<2, float>(p, y, x, w, bias, scratch, s.activation, part);
  run<3, float>(p, y, x, w, bias, scratch, s.activation, part);
}

void winograd_schedule(OutAdd y, In x, In w, const Conv2dSettings& s, bool back,
                       Schedule& schedule) noexcept {
  const WinogradPlan p = plan_of(y, x, w, s, back);
  const double weights = static_cast<double>(p.weights_size() * p.bytes) / kPointBytes;
  int stage = 0;
  if (back) {
    plan_stage(schedule, stage++, static_cast<double>(w.operand->bytes()) / kTransposedBytes,
               p.c.KH * p.c.KW);
  }
  plan_stage(schedule, stage++, p.sliced ? p.in_nanoseconds : weights, p.kept_units());
  plan_stage(schedule, stage, p.nanoseconds, p.units());
  schedule.mergeable = true;
  schedule.shared_bytes = blocks_of(128, (p.turned_size() + p.kept_size()) * p.bytes) * 128;
  schedule.slice_bytes = blocks_of(128, p.slice_size() * p.bytes) * 128;
}

}  // namespace fastnn::FASTNN_ISA
