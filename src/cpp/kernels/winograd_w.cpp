// conv2d_backward_w by Winograd's algorithm. The gradient of the weights at a point is a product:
// x's tiles at that point, transposed, times dy's. Blocks of tiles go to the points and are
// multiplied; a `split` of the blocks has a partial gradient at the points, and a second launch
// adds these up in order and brings them back to the taps. A tile of dy has M x M outputs, so that
// of x is the one that the forward direction has.
#include "conv2d_plan.h"
#include "winograd_products.h"

namespace fastnn::FASTNN_ISA {
namespace {

constexpr int64_t kPartialPointBytes = 16 << 20;  // of all partial gradients
constexpr int64_t kMostSplits = 32;
// The blocks of a gradient beyond this, which does not stay in the second cache beside one, are
// larger, since the gradient is read and written for each: 64 x 128 channels of 32 x 32 pixels.
constexpr int64_t kNearBytes = 448 << 10, kFarBlockBytes = 1344 << 10, kMostWeightTiles = 256;
constexpr int64_t kSplitTiles = 128;  // so many repay a partial gradient

struct WinogradWeightPlan {
  Convolution c;
  int64_t R, bytes;
  TileGrid grid;
  int64_t vectors;
  int64_t u_row, u_step;  // the gradient: from row to row, from point to point
  int64_t v_row, v_step, d_row,
      d_step;  // x and dy at the points: from tile to tile, point to point
  double nanoseconds;
  int64_t splits;
  TileBlocks blocks;  // of a split's tiles

  WinogradWeightPlan(const Convolution& conv, int64_t bytes_)
      : c(conv),
        R(c.KH),
        bytes(bytes_),
        grid(kPoints + 1 - R, c.N, c.OH, c.OW),
        vectors(blocks_of(L(), c.F)),
        u_row(vectors * L()),
        u_step(odd_lines(c.C * u_row, bytes)),
        v_row(odd_lines(blocks_of(L(), c.C) * L(), bytes)),
        d_row(odd_lines(u_row, bytes)),
        nanoseconds(static_cast<double>(grid.count) * winograd_tile_nanoseconds(c.C, c.F, bytes)),
        splits(split_count()),
        blocks(blocks_of(splits, grid.count), kSquarePoints * (v_row + d_row) * bytes, 4,
               block_bytes(), kMostWeightTiles) {
    v_step = odd_lines(blocks.each * v_row, bytes);
    d_step = odd_lines(blocks.each * d_row, bytes);
  }
  // A power of two, which 2, 4 or 8 threads share evenly.
  FASTNN_INLINE int64_t split_count() const {
    const int64_t worth =
        smaller(grid.count / kSplitTiles, static_cast<int64_t>(nanoseconds / 1e4));
    const int64_t fit = kPartialPointBytes / (partial_size() * bytes);
    const int64_t most = smaller(kMostSplits, smaller(worth, fit));
    int64_t count = 1;
    while (2 * count <= most) count *= 2;
    return count;
  }
  FASTNN_INLINE int64_t L() const { return kVectorBytes / bytes; }
  FASTNN_INLINE bool far() const { return partial_size() * bytes > kNearBytes; }
  FASTNN_INLINE int64_t block_bytes() const { return far() ? kFarBlockBytes : kBlockBytes; }
  FASTNN_INLINE int64_t partial_size() const { return kSquarePoints * u_step; }
  FASTNN_INLINE int64_t zeros_size() const {
    return kPoints * blocks_of(L(), larger(c.C, c.F)) * L();
  }
  FASTNN_INLINE int64_t slice_size() const {
    return kSquarePoints * (v_step + d_step) + zeros_size();
  }
};

template <int R, class T>
void compute_split(const WinogradWeightPlan& p, T* u, const T* dy, const T* x, Range all,
                   T* room) noexcept {
  constexpr int M = kPoints + 1 - R;
  const Convolution& c = p.c;
  T *const v = room, *const d = v + kSquarePoints * p.v_step,
           *const zeros = d + kSquarePoints * p.d_step;
  __builtin_memset(zeros, 0, static_cast<size_t>(p.zeros_size()) * sizeof(T));
  const auto of_x = [&](int64_t n) {
    return Window<T>{x + n * c.H * c.W * c.C, c.H, c.W, c.W * c.C, c.C, zeros};
  };
  const auto of_dy = [&](int64_t n) {
    return Window<T>{dy + n * c.OH * c.OW * c.F, c.OH, c.OW, c.OW * c.F, c.F, zeros};
  };
  const int64_t each = p.blocks.each;
  for (int64_t begin = all.begin; begin < all.end; begin += each) {
    const Range tiles = {begin, smaller(begin + each, all.end)};
    const Range next = {tiles.end, smaller(tiles.end + each, all.end)};
    p.grid.visit(tiles, [&](int64_t t, int64_t n, int64_t i, int64_t j) {
      tile_to_points<AtPoints>(of_x(n), i - c.top, j - c.left, c.C, v + t * p.v_row, p.v_step);
    });
    p.grid.visit(tiles, [&](int64_t t, int64_t n, int64_t i, int64_t j) {
      tile_to_points<OutputsAdjoint<M>>(of_dy(n), i, j, c.F, d + t * p.d_row, p.d_step);
    });
    const auto beside = [&](int64_t point) {
      p.grid.visit(fetched_at(point, next), [&](int64_t, int64_t n, int64_t i, int64_t j) {
        of_x(n).fetch_new(i - c.top, j - c.left, i > 0, j > 0, kPoints, M, c.C);
        of_dy(n).fetch_new(i, j, false, false, M, M, c.F);
      });
    };
    multiply_points({1, p.v_row, p.v_step, p.d_row, p.d_step, p.u_row, p.u_step, p.far()}, u,
                    begin > all.begin, v, d, c.C, tiles.end - tiles.begin, p.vectors, beside);
  }
}

// From the partial gradients at the points to dw, its rows `inputs`.
template <int R, class T>
void weights_from_points(const WinogradWeightPlan& p, T* dw, bool add, const T* u,
                         Range inputs) noexcept {
  constexpr int64_t L = lanes<T>;
  const int64_t tap = p.c.C * p.c.F;
  for (int64_t k = inputs.begin; k < inputs.end; ++k) {
    for (int64_t f = 0; f < p.c.F; f += L) {
      const int64_t count = smaller(L, p.c.F - f);
      const T* const from = u + k * p.u_row + f;
      T* const to = dw + k * p.c.F + f;
      along_both<TapsAdjoint<R>, Vec<T>>(
          [&](int j, Vec<T>(&points)[kPoints]) __attribute__((always_inline)) {
#pragma GCC unroll 6
            for (int i = 0; i < kPoints; ++i) {
              const T* const at = from + (i * kPoints + j) * p.u_step;
              points[i] = load(at);
              for (int64_t q = 1; q < p.splits; ++q) points[i] += load(at + q * p.partial_size());
            }
          },
          [&](int i, int j, Vec<T> v) __attribute__((always_inline)) {
            T* const y = to + (i * R + j) * tap;
            store(y, add ? load(y, count) + v : v, count);
          });
    }
  }
}

template <int R, class T>
void run(const WinogradWeightPlan& p, OutAdd dw, In dy, In x, Scratch scratch,
         const Part& part) noexcept {
  T* const u = scratch.shared<T>();
  if (part.stage == 1) {
    return weights_from_points<R>(p, dw.as<T>(), dw.add(), u, share(p.c.C, part));
  }
  compute_split<R>(p, u + part.index * p.partial_size(), dy.as<T>(), x.as<T>(),
                   share(p.grid.count, part), scratch.slice<T>(part.slot));
}

}  // namespace

void winograd_backward_w(OutAdd dw, In dy, In x, Scratch scratch, const Conv2dSettings& s,
                         const Part& part) noexcept {
  const WinogradWeightPlan p(Convolution(dy, x, dw, s), size_of(dw.dtype()));
  with_float(dw.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (p.R == 2) return run<2, T>(p, dw, dy, x, scratch, part);
    run<3, T>(p, dw, dy, x, scratch, part);
  });
}

void winograd_backward_w_schedule(OutAdd dw, In dy, In x, const Conv2dSettings& s,
                                  Schedule& schedule) noexcept {
  const WinogradWeightPlan p(Convolution(dy, x, dw, s), size_of(dw.dtype()));
  schedule.stages = 1;
  schedule.parts[0] = p.splits;  // a partial gradient each
  schedule.nanoseconds[0] = static_cast<float>(p.nanoseconds);
  const int64_t partials = p.splits * p.partial_size() * p.bytes;
  plan_stage(schedule, 1, static_cast<double>(partials) / kPointBytes, p.c.C);
  schedule.shared_bytes = blocks_of(128, partials) * 128;
  schedule.slice_bytes = blocks_of(128, p.slice_size() * p.bytes) * 128;
}

}  // namespace fastnn::FASTNN_ISA
