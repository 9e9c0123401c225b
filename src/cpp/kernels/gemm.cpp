// gemm: y = activation(op(a) op(b) + bias), or activation'(activated) times it, for every item of
// the batch, cut as gemm_plan.h says. A part packs a panel of b where that pays, while the first
// block is multiplied, else reads b in place; a is read in place, since a tile only broadcasts it.
// A deep panel is taken in slices that stay in the second cache, and the sums of the tiles wait in
// scratch from one slice to the next. Where y's transpose is cheaper to compute (a few rows times
// weights that are stored across: the weights' rows are then read in place), its rows are computed
// in scratch, some blocks at a time, and put into y.
#include "gemm_few.h"

namespace fastnn::FASTNN_ISA {
namespace {

template <class T>
struct Panel {
  int64_t first, vectors, tiles;  // its first vector of a row of y, how many, in how many tiles
  bool pack;
  T *packed, *sums, *results;
};

// What a tile that reads whole rows fetches meanwhile: the slice of b that will be packed next, a
// line of each of its rows (of b stored across: of all of it), in as many tiles as a row has lines;
// then the next rows of a. Else both came from memory at 10 GB/s, while nothing was computed.
template <class T>
void fetch_next(const GemmPlan& p, const Panel<T>& panel, Tile<T>& tile, const Tile<T>& whole,
                int64_t k, int64_t count, int64_t below) noexcept {
  constexpr int64_t kLine = 64 / sizeof(T);
  const bool deeper = k + p.slice < p.depth;
  const int64_t column = (panel.first + (deeper ? 0 : panel.vectors)) * lanes<T>;
  const int64_t lines = blocks_of(kLine, panel.vectors * lanes<T>);
  tile.next = tile.a;
  tile.next_step = 0;
  if (!p.fetches) return;
  if (panel.pack && count < lines && column < p.columns && (p.b_column == 1 || !deeper)) {
    const bool across = p.b_column != 1;
    tile.next = whole.b + (deeper ? k + p.slice : 0) * p.b_step + column * p.b_column +
                count * kLine * (across ? tile.depth : 1);
    tile.next_step = across ? kLine : p.b_step;
  } else if (p.a_step == 1 && p.slice >= p.depth && below > 0) {
    tile.next = tile.a + below * p.a_row;
    tile.next_step = below;
  }
}

// So many blocks of a panel times the slice of the depth that begins at k. `whole` points to the
// beginning of a, b and y. fresh: this slice of b is not packed yet.
template <class T>
void multiply_slice(const GemmPlan& p, const Panel<T>& panel, const Tile<T>& whole, Range blocks,
                    int64_t k, bool fresh) noexcept {
  constexpr int64_t L = lanes<T>;
  const Groups rows(p.rows, p.blocks), widths(panel.vectors, panel.tiles);
  const bool done = k + p.slice >= p.depth, ends = done && !p.back;
  Tile<T> tile = whole;
  tile.depth = smaller(p.slice, p.depth - k);
  tile.relu = whole.relu && ends;
  tile.add = whole.add && ends;
  for (int64_t i = blocks.begin; i < blocks.end; ++i) {
    const int64_t top = rows.begin(i), height = rows.begin(i + 1) - top;
    tile.a = whole.a + top * p.a_row + k * p.a_step;
    for (int64_t n = 0; n < panel.tiles; ++n) {
      const int64_t left = widths.begin(n), vectors = widths.begin(n + 1) - left;
      const int64_t row = vectors * L, column = (panel.first + left) * L;
      const int64_t width = smaller(row, p.columns - column);
      tile.b = whole.b + k * p.b_step + column * p.b_column;
      tile.b_step = p.b_step;
      tile.packed = panel.packed + left * L * tile.depth;
      tile.last = width - (row - L);
      Rows kind = width == row ? Rows::whole : Rows::ragged;
      if (panel.pack) {
        if (fresh && i == blocks.begin && p.b_column == 1) {
          kind = Rows::fresh;
        } else {
          if (fresh && i == blocks.begin) {
            transpose(tile.packed, row, tile.b, p.b_column, tile.depth, width);
          }
          kind = Rows::whole;
          tile.b = tile.packed;
          tile.b_step = row;
        }
      }
      const int64_t above = top - rows.begin(blocks.begin);
      T* const waiting = panel.sums + above * panel.vectors * L + left * L * height;
      tile.sums = k == 0 ? nullptr : waiting;
      if (!done) {
        tile.y = waiting;
        tile.y_row = row;
      } else if (p.back) {
        tile.y = panel.results + above * panel.vectors * L + left * L;
        tile.y_row = panel.vectors * L;
      } else {
        tile.y = whole.y + top * p.columns + column;
        tile.y_row = p.columns;
      }
      tile.activated =
          whole.activated && ends ? whole.activated + top * p.columns + column : nullptr;
      tile.bias = whole.bias && ends ? whole.bias + (whole.one_bias ? 0 : column) : nullptr;
      if (kind == Rows::whole) {
        fetch_next(p, panel, tile, whole, k, (i - blocks.begin - fresh) * panel.tiles + n,
                   n == 0 && i + 1 < blocks.end ? height : 0);
      }
      kTiles<T>.at[static_cast<int>(kind)][height - 1][vectors - 1](tile);
      if (ends && tile.after != Activation::none) activate_rows(tile, height, width);
    }
  }
}

template <class T>
void multiply_panel(const GemmPlan& p, const Tile<T>& whole, int64_t index, Range blocks,
                    T* scratch) noexcept {
  constexpr int64_t kBytes = sizeof(T);
  const Groups panels(p.vectors, p.panels), rows(p.rows, p.blocks);
  Panel<T> panel;
  panel.first = panels.begin(index);
  panel.vectors = panels.begin(index + 1) - panel.first;
  panel.tiles = blocks_of(p.tile_vectors, panel.vectors);
  panel.pack = p.packs(blocks.end - blocks.begin);
  panel.packed = scratch;
  panel.sums = panel.packed + p.packed_bytes() / kBytes;
  panel.results = panel.sums + p.sum_bytes() / kBytes;
  const int64_t left = panel.first * lanes<T>, sum_row = panel.vectors * lanes<T>;
  for (int64_t i = blocks.begin; i < blocks.end; i += p.blocks_at_once()) {
    const Range some = {i, smaller(blocks.end, i + p.blocks_at_once())};
    int64_t k = 0;
    do {  // once for no depth too, for the bias
      multiply_slice(p, panel, whole, some, k, i == blocks.begin || p.depth > p.slice);
      k += p.slice;
    } while (k < p.depth);
    if (p.back) {
      const int64_t top = rows.begin(some.begin), height = rows.begin(some.end) - top;
      put_sums(p, whole, panel.results, sum_row, top, height, left,
               smaller(sum_row, p.columns - left), panel.results + p.block_bytes() / kBytes);
    }
  }
}

template <class T>
void multiply(const GemmPlan& p, const Tile<T>& whole, Range units, T* scratch) noexcept {
  const Groups shares(p.blocks, p.cuts);
  const int64_t each = p.panels * p.cuts;
  Tile<T> tile = whole;
  for (int64_t unit = units.begin; unit < units.end;) {
    const int64_t item = unit / each, panel = unit % each / p.cuts, cut = unit % p.cuts;
    const int64_t cuts = smaller(p.cuts - cut, units.end - unit);  // a panel's are taken as one
    unit += cuts;
    tile.a = whole.a + item * p.a_batch;
    tile.b = whole.b + item * p.b_batch;
    tile.y = whole.y + item * p.rows * p.columns;
    if (whole.activated) tile.activated = whole.activated + item * p.rows * p.columns;
    if (p.way == Way::columns) {
      multiply_across(p, tile, panel, scratch);
    } else if (p.way == Way::streams) {
      multiply_streams(p, tile, panel, scratch);
    } else {
      multiply_panel(p, tile, panel, {shares.begin(cut), shares.begin(cut + cuts)}, scratch);
    }
  }
}

// a (batch, depth, rows) to (batch, rows, depth), a share of the rows.
template <class T>
void turn(const GemmPlan& p, T* out, const T* a, Range share_of_rows) noexcept {
  for (int64_t i = share_of_rows.begin; i < share_of_rows.end;) {
    const int64_t item = i / p.rows, row = i % p.rows;
    const int64_t count = smaller(p.rows - row, share_of_rows.end - i);
    transpose(out + i * p.depth, p.depth, a + item * p.a_batch + row, p.rows, count, p.depth);
    i += count;
  }
}

}  // namespace

void gemm(OutAdd y, In a, In b, MaybeIn bias, MaybeIn activated, Scratch scratch,
          const GemmSettings& settings, const Part& part) noexcept {
  GemmPlan p(y, a, b, settings);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    Tile<T> tile{};
    tile.a = p.swapped ? b.as<T>() : a.as<T>();
    tile.b = p.swapped ? a.as<T>() : b.as<T>();
    if (p.turned) {
      T* const turned = scratch.shared<T>();
      if (part.stage == 0) return turn(p, turned, tile.a, share(p.batch * p.rows, part));
      tile.a = turned;
      p.a_row = p.depth;
      p.a_step = 1;
    }
    tile.a_row = p.a_row;
    tile.a_step = p.a_step;
    tile.y = y.as<T>();
    tile.bias = bias.as<T>();
    tile.one_bias = p.swapped && !p.back;
    tile.activated = activated.as<T>();
    tile.relu = settings.activation == Activation::relu;
    tile.after = tile.relu ? Activation::none : settings.activation;
    tile.add = y.add();
    tile.fetch_y = y.operand->bytes() > kFarBytes;
    multiply(p, tile, share(p.batch * p.panels * p.cuts, part), scratch.slice<T>(part.slot));
  });
}

void gemm_schedule(OutAdd y, In a, In b, MaybeIn, MaybeIn, Scratch, const GemmSettings& settings,
                   Schedule& schedule) noexcept {
  const GemmPlan p(y, a, b, settings);
  int stage = 0;
  if (p.turned) {
    const int64_t bytes = a.operand->bytes();
    schedule.shared_bytes = blocks_of(128, bytes) * 128;
    plan_stage(schedule, stage++, static_cast<double>(bytes) / kTransposedBytes, p.blocks);
  }
  schedule.stages = stage + 1;
  schedule.mergeable = true;
  schedule.parts[stage] = p.parts;
  schedule.nanoseconds[stage] = static_cast<float>(p.nanoseconds);
  schedule.slice_bytes = blocks_of(128, p.packed_bytes() + p.sum_bytes() + p.back_bytes()) * 128;
}

}  // namespace fastnn::FASTNN_ISA
