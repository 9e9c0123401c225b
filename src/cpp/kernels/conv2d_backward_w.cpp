// conv2d_backward_w: directly. Tiles of dw stay in registers while the pixels of a block pass by:
// of dw's rows, which are a window's pixels times channels, so many as are contiguous in x, times
// vectors of dy's channels; where those are few, the other way round: of vectors of x's, times dy's
// channels or, of a single one, the taps of a window's row. Where a window's row is short, all its
// rows are taken together. The pixels fall into `splits`, each with a partial dw that a second
// launch adds up, and the tiles of dw into shares.
#include "conv2d_depthwise.h"
#include "conv2d_plan_w.h"
#include "gemm_plan.h"
#include "winograd.h"

namespace fastnn::FASTNN_ISA {
namespace {

template <class T>
struct Pixels {
  // Element (row, column, channel) of x is x[row * row_pitch + column * pixel_pitch + channel].
  const T* x;
  int64_t picture_pitch, row_pitch, pixel_pitch;
  const T* dy;  // of the first picture; by taps its frame, from the block's first row on
  int64_t pictures;
  Range i, j;
};

// dw, tiles `items`, += or = the product over a block's pixels.
template <class T>
void accumulate(const WeightPlan& p, T* dw, bool add, const Pixels<T>& block,
                Range items) noexcept {
  const int64_t L = p.lanes;
  const Convolution& c = p.c;
  const Groups widths(p.vectors, p.tiles), heights(p.height, p.segments);
  int64_t at[kAtRows[1]];
  ConvTile<T> tile;
  tile.half = p.half;
  if (p.together) tile.at = at;
  tile.a_row = 1;
  tile.outer = block.pictures;
  tile.bias = nullptr;
  tile.relu = false;
  tile.add = add;
  for (int64_t item = items.begin; item < items.end; ++item) {
    const int64_t segment = item % p.segments, s = item / p.segments % p.runs;
    const int64_t r = item / p.segments / p.runs % p.window_rows;
    const int64_t n = item / p.segments / p.runs / p.window_rows % p.tiles;
    const int64_t group = item / p.segments / p.runs / p.window_rows / p.tiles;
    const int64_t left = widths.begin(n), vectors = widths.begin(n + 1) - left;
    const int64_t top = heights.begin(segment), rows = heights.begin(segment + 1) - top;
    const Range i = p.together ? block.i : outputs_with(p.h, r, block.i);
    const Range j = p.merged || p.by_taps ? block.j : outputs_with(p.w, s, block.j);
    tile.runs = j.end > j.begin ? i.end - i.begin : 0;
    tile.depth = j.end - j.begin;
    const T* const x = block.x + (p.h.begin(i.begin) + r * p.h.dilation) * block.row_pitch +
                       (p.w.begin(j.begin) + s * p.w.dilation) * block.pixel_pitch +
                       group * c.group_C;
    const T* const dy = block.dy + (i.begin * c.OW + j.begin) * c.F + group * c.group_F;
    const int64_t x_step = p.w.stride * block.pixel_pitch, x_run = p.h.stride * block.row_pitch;
    const int64_t dy_run = c.OW * c.F, dy_picture = c.OH * dy_run, column = left * L;
    for (int64_t k = 0; k < rows && p.together; ++k) {
      const int64_t row = (top + k) / p.run;
      at[k] = row * p.h.dilation * block.row_pitch + (top + k) % p.run - top;
    }
    if (p.by_taps) {
      const int64_t width = p.dy_frame_width();
      tile.depth = c.W;
      tile.a = block.dy + (i.begin - block.i.begin) * width + (c.KW - 1 - top) * p.w.dilation;
      tile.a_row = -p.w.dilation;
      tile.a_step = 1;
      tile.a_run = width;
      tile.a_outer = (block.i.end - block.i.begin) * width;
      tile.b = block.x + (p.h.begin(i.begin) + r * p.h.dilation) * block.row_pitch + column;
      tile.b_step = c.C;
      tile.b_run_skip = x_run - c.W * c.C;
      tile.b_outer_skip = block.picture_pitch - tile.runs * x_run;
      tile.y = dw + (r * c.KW + top) * c.C + column;
      tile.y_row = c.C;
      tile.last = smaller(L, c.C - (column + (vectors - 1) * L));
    } else if (p.swapped) {
      tile.a = dy + top;
      tile.a_step = c.F;
      tile.a_run = dy_run;
      tile.a_outer = dy_picture;
      tile.b = x + column;
      tile.b_step = x_step;
      tile.b_run_skip = x_run - tile.depth * x_step;
      tile.b_outer_skip = block.picture_pitch - tile.runs * x_run;
      tile.y = dw + ((r * p.runs + s) * c.F + top) * p.run + column;
      tile.y_row = p.run;
      tile.last = smaller(L, p.run - (column + (vectors - 1) * L));
    } else {
      tile.a = x + top;
      tile.a_step = x_step;
      tile.a_run = x_run;
      tile.a_outer = block.picture_pitch;
      tile.b = dy + column;
      tile.b_step = c.F;
      tile.b_run_skip = dy_run - tile.depth * c.F;
      tile.b_outer_skip = dy_picture - tile.runs * dy_run;
      tile.y = dw + ((r * c.KW + s) * c.group_C + top) * c.F + group * c.group_F + column;
      tile.y_row = c.F;
      tile.last = smaller(L, c.group_F - (column + (vectors - 1) * L));
    }
    conv_tile(tile, rows, vectors)(tile);
  }
}

template <class T>
Pixels<T> pixels_of(const WeightPlan& p, const T* dy, const T* x, int64_t index,
                    T* frame) noexcept {
  const Convolution& c = p.c;
  const int64_t n = index / p.blocks_j / p.blocks_i * p.block_n;
  const int64_t i = index / p.blocks_j % p.blocks_i * p.block_i, j = index % p.blocks_j * p.block_j;
  Pixels<T> block;
  block.x = x + n * c.H * c.W * c.C;
  block.picture_pitch = c.H * c.W * c.C;
  block.row_pitch = c.W * c.C;
  block.pixel_pitch = c.C;
  block.dy = dy + n * c.OH * c.OW * c.F;
  block.pictures = smaller(p.block_n, c.N - n);
  block.i = {i, smaller(c.OH, i + p.block_i)};
  block.j = {j, smaller(c.OW, j + p.block_j)};
  if (p.by_taps) {
    const int64_t width = p.dy_frame_width(), size = (block.i.end - i) * width;
    for (int64_t picture = 0; picture < block.pictures; ++picture) {
      copy_frame(frame + picture * size, block.dy + picture * c.OH * c.OW, block.i,
                 c.left - (c.KW - 1) * p.w.dilation, width, c.OW, 1, 1);
    }
    block.dy = frame;
  }
  if (!p.framed) return block;
  const int64_t first = p.w.begin(j), width = p.frame_width(block.j.end - j);
  const int64_t bottom = p.h.begin(block.i.end - 1) + (c.KH - 1) * p.h.dilation + 1;
  const Range looked = {p.h.begin(i), bottom};
  const Range there = {larger(0, looked.begin), smaller(c.H, bottom)};
  const Range rows = p.together ? looked : Range{there.begin, larger(there.begin, there.end)};
  const int64_t height = rows.end - rows.begin, above = there.begin - rows.begin;
  for (int64_t picture = 0; picture < block.pictures; ++picture) {
    T* const to = frame + picture * height * width * c.C;
    if (there.end - there.begin < height) {
      __builtin_memset(to, 0, static_cast<size_t>(height * width * c.C) * sizeof(T));
    }
    if (there.end <= there.begin) continue;
    copy_frame(to + above * width * c.C, block.x + picture * block.picture_pitch, there, first,
               width, c.W, c.C, c.C);
  }
  block.picture_pitch = height * width * c.C;
  block.row_pitch = width * c.C;
  block.x = frame - rows.begin * block.row_pitch - first * c.C;
  return block;
}

template <class T>
void compute_part(const WeightPlan& p, T* dw, bool add, const T* dy, const T* x, Scratch scratch,
                  const Part& part) noexcept {
  const int64_t split = part.index % p.splits;
  const Range items = share(p.items, Part{0, 0, part.index / p.splits, part.count / p.splits});
  const Range blocks = share(p.blocks, Part{0, 0, split, p.splits});
  T* const to = p.partial() ? scratch.shared<T>() + split * p.size() : dw;
  for (int64_t block = blocks.begin; block < blocks.end; ++block) {
    const Pixels<T> pixels = pixels_of(p, dy, x, block, scratch.slice<T>(part.slot));
    accumulate(p, to, block > blocks.begin || (add && !p.partial()), pixels, items);
  }
}

// dw from the partial ones of swapped tiles, whose columns are its rows.
template <class T>
void add_up_swapped(const WeightPlan& p, T* dw, bool add, const T* partial,
                    const Part& part) noexcept {
  constexpr int64_t L = lanes<T>;
  const int64_t F = p.c.F;
  const Range rows = share(p.size() / F, part);
  for (int64_t row = rows.begin, n; row < rows.end; row += n) {
    const int64_t k = row % p.run;
    n = smaller(L, smaller(rows.end - row, p.run - k));
    for (int64_t f = 0; f < F; ++f) {
      const T* from = partial + (row - k) * F + f * p.run + k;
      Vec<T> sum = load(from, n);
      for (int64_t q = 1; q < p.splits; ++q) sum += load(from + q * p.size(), n);
      for (int64_t i = 0; i < n; ++i) {
        T& to = dw[(row + i) * F + f];
        to = add ? to + sum[i] : sum[i];
      }
    }
  }
}

}  // namespace

void conv2d_backward_w(OutAdd dw, In dy, In x, Scratch scratch, const Conv2dSettings& s,
                       const Part& part) noexcept {
  if (dy.size() == 0) {
    if (!dw.add()) __builtin_memset(dw.as<char>(), 0, static_cast<size_t>(dw.operand->bytes()));
    return;
  }
  const ConvAlgorithm algorithm = choose(x, dw, s, Wanted::w);
  if (algorithm == ConvAlgorithm::depthwise) {
    return depthwise_backward_w(dw, dy, x, scratch, s, part);
  }
  if (algorithm == ConvAlgorithm::winograd) {
    return winograd_backward_w(dw, dy, x, scratch, s, part);
  }
  with_float(dw.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const WeightPlan p(Convolution(dy, x, dw, s), sizeof(T));
    if (part.stage == 1) {
      if (p.swapped) {
        return add_up_swapped(p, dw.as<T>(), dw.add(), scratch.shared<T>(), part);
      }
      return add_up(dw.as<T>(), dw.add(), scratch.shared<T>(), p.splits, p.size(), part);
    }
    compute_part(p, dw.as<T>(), dw.add(), dy.as<T>(), x.as<T>(), scratch, part);
  });
}

void conv2d_backward_w_schedule(OutAdd dw, In dy, In x, Scratch, const Conv2dSettings& s,
                                Schedule& schedule) noexcept {
  if (dy.size() == 0) return;
  const ConvAlgorithm algorithm = choose(x, dw, s, Wanted::w);
  schedule.algorithm = name_of(algorithm);
  if (algorithm == ConvAlgorithm::depthwise) {
    return depthwise_backward_w_schedule(dw, dy, x, s, schedule);
  }
  if (algorithm == ConvAlgorithm::winograd) {
    return winograd_backward_w_schedule(dw, dy, x, s, schedule);
  }
  const int64_t bytes = size_of(dw.dtype());
  const WeightPlan p(Convolution(dy, x, dw, s), bytes);
  schedule.stages = 1;
  schedule.parts[0] = p.splits * p.shares;
  schedule.nanoseconds[0] = static_cast<float>(p.nanoseconds);
  schedule.slice_bytes = blocks_of(128, p.frame_bytes(p.block_n, bytes)) * 128;
  if (p.partial()) {
    const int64_t partials = p.splits * dw.operand->bytes();
    schedule.shared_bytes = blocks_of(128, partials) * 128;
    plan_stage(schedule, 1, nanoseconds_of(partials), blocks_of(kGrain, p.size()));
  }
}

}  // namespace fastnn::FASTNN_ISA
