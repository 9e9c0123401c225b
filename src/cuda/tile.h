// What matrix products and convolutions share: a block's tile of outputs. Tiles of both
// operands pass through shared memory, k outermost, two of each in turn: while one pair is
// multiplied, the next is on its way through registers, so that a step costs one barrier. A thread
// makes a square of outputs in registers, each by one chain of fma in the order of k: the tile's
// size changes no bit.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

// A block's 16 x 16 threads make rows x columns outputs, depth terms a step.
template <int rows, int columns, int depth>
struct Tiling {
  static constexpr int kRows = rows, kColumns = columns, kDepth = depth;
  static constexpr int kDown = rows / 16, kAcross = columns / 16;  // a thread's outputs
  static_assert(kThreads % rows == 0 && kThreads % columns == 0 && kThreads % depth == 0);
  static_assert(rows * depth % kThreads == 0 && columns * depth % kThreads == 0);
};
using Large = Tiling<128, 128, 8>;  // 64 fma for 16 shared loads
using Medium = Tiling<64, 64, 16>;
using Small = Tiling<32, 32, 32>;
using Tall = Tiling<128, 32, 8>;  // for few columns: 16 fma for 10 shared loads
// The largest tile of which there are this many: about one for each SM of an H200 (132).
constexpr int64_t kEnoughTiles = 128;

// Calls run(Tile{}) with the square tile for an output of which there are tiles_of(side) tiles.
template <class Count, class F>
void with_tile(Count tiles_of, F run) {
  if (tiles_of(Large::kRows) >= kEnoughTiles) {
    run(Large{});
  } else if (tiles_of(Medium::kRows) >= kEnoughTiles) {
    run(Medium{});
  } else {
    run(Small{});
  }
}

// Two blocks an SM, of 128 registers a thread: one waits for memory while the other multiplies. 64
// sums of 8 bytes take as many by themselves.
template <class T, class Tile>
constexpr int kBlocksPerSm = Tile::kDown * Tile::kAcross * sizeof(T) > 256 ? 1 : 2;

// What a thread reads in one go, of at most 16 bytes.
template <class T, int side>
constexpr int kVector = static_cast<int>(smaller(16 / sizeof(T), side / 16));
// Padded by a vector: the strides of the rows then differ by banks, and stay aligned.
template <class T, int side, int depth>
using SharedTile = T[depth][side + kVector<T, side>];

template <class T, class Tile>
struct alignas(16) TileShared {
  SharedTile<T, Tile::kRows, Tile::kDepth> a[2];
  SharedTile<T, Tile::kColumns, Tile::kDepth> b[2];
};

// What a thread brings of one operand's tiles, side x depth: kHeld elements of each, the i-th at x
// + i step_x, k + i step_k; x is m or n. Neighbouring threads take neighbours along k (inner_k) or
// along x.
template <class T, int side, int depth>
class Loader {
 public:
  static constexpr int kHeld = side * depth / kThreads;
  __device__ explicit Loader(bool inner_k)
      : x_(threadIdx.x % side), k_(threadIdx.x / side), step_x_(0), step_k_(kThreads / side) {
    if (inner_k) {
      x_ = threadIdx.x / depth;
      k_ = threadIdx.x % depth;
      step_x_ = kThreads / depth;
      step_k_ = 0;
    }
  }
  __device__ void put(SharedTile<T, side, depth>& tile) const {
#pragma unroll
    for (int i = 0; i < kHeld; ++i) tile[k_ + i * step_k_][x_ + i * step_x_] = held_[i];
  }

 protected:
  int x_, k_, step_x_, step_k_;
  T held_[kHeld];
};

// Of a matrix: (X, K) if inner_k, else (K, X), with `row` elements from one row to the next. Zeros
// beyond the edges.
template <class T, int side, int depth>
class MatrixLoader : public Loader<T, side, depth> {
  using Loader<T, side, depth>::x_, Loader<T, side, depth>::k_, Loader<T, side, depth>::step_x_;
  using Loader<T, side, depth>::step_k_, Loader<T, side, depth>::held_;
  using Loader<T, side, depth>::kHeld;

 public:
  __device__ MatrixLoader(const T* data, int64_t row, int64_t x0, int64_t X, int64_t K,
                          bool inner_k)
      : Loader<T, side, depth>(inner_k),
        left_x_(X - x0),
        left_k_(K),
        next_(data + (inner_k ? (x0 + x_) * row + k_ : k_ * row + x0 + x_)),
        stride_((inner_k ? step_x_ : step_k_) * row),
        advance_(inner_k ? depth : depth * row) {}
  __device__ void fetch() {  // the next tile, into registers
#pragma unroll
    for (int i = 0; i < kHeld; ++i) {
      const bool inside = x_ + i * step_x_ < left_x_ && k_ + i * step_k_ < left_k_;
      held_[i] = inside ? next_[i * stride_] : T{0};
    }
    next_ += advance_;
    left_k_ -= depth;
  }

 private:
  int64_t left_x_, left_k_;
  const T* next_;
  int64_t stride_, advance_;
};

// A thread's place in the tile. A warp is 8 threads wide and 4 high: of b's row it reads 128 bytes
// at once, of a's 64.
__device__ inline int thread_across() { return threadIdx.x % 8 + threadIdx.x / 32 % 2 * 8; }
__device__ inline int thread_down() { return threadIdx.x / 8 % 4 + threadIdx.x / 64 * 4; }
// A thread's i-th row or column in the tile: vectors of neighbouring threads are neighbours.
template <class T, int side>
__device__ int place(int thread, int i) {
  constexpr int V = kVector<T, side>;
  return i / V * (16 * V) + thread * V + i % V;
}

template <class T, class Tile>
using Sums = T[Tile::kDown][Tile::kAcross];

// sums += a b over K terms, whose tiles the loaders bring; all threads of the block must come, and
// may go on to the next output's tile.
template <class T, class Tile, class LoadA, class LoadB>
__device__ void multiply(Sums<T, Tile>& sums, int64_t K, LoadA& load_a, LoadB& load_b) {
  constexpr int kDown = Tile::kDown, kAcross = Tile::kAcross;
  auto& s = shared<TileShared<T, Tile>>();
  const int across = thread_across(), down = thread_down();
  const int64_t steps = larger(1, blocks_of(Tile::kDepth, K));
  load_a.fetch();
  load_b.fetch();
  for (int64_t step = 0; step < steps; ++step) {
    const int now = step % 2;
    load_a.put(s.a[now]);
    load_b.put(s.b[now]);
    __syncthreads();  // also: all have done with the other pair, which the next step overwrites
    if (step + 1 < steps) {
      load_a.fetch();
      load_b.fetch();
    }
#pragma unroll
    for (int k = 0; k < Tile::kDepth; ++k) {
      T row[kDown], column[kAcross];
#pragma unroll
      for (int i = 0; i < kDown; ++i) row[i] = s.a[now][k][place<T, Tile::kRows>(down, i)];
#pragma unroll
      for (int j = 0; j < kAcross; ++j)
        column[j] = s.b[now][k][place<T, Tile::kColumns>(across, j)];
#pragma unroll
      for (int i = 0; i < kDown; ++i)
#pragma unroll
        for (int j = 0; j < kAcross; ++j) sums[i][j] = fused(row[i], column[j], sums[i][j]);
    }
  }
  __syncthreads();  // before the next output's tile begins with pair 0
}

// Calls put(row_of(m), n, sum) for this thread's sums that lie inside of an M x N output.
template <class T, class Tile, class Row, class Put>
__device__ void for_each_sum(const Sums<T, Tile>& sums, int64_t m0, int64_t M, int64_t n0,
                             int64_t N, Row row_of, Put put) {
#pragma unroll
  for (int i = 0; i < Tile::kDown; ++i) {
    const int64_t m = m0 + place<T, Tile::kRows>(thread_down(), i);
    if (m >= M) continue;
    const auto row = row_of(m);
#pragma unroll
    for (int j = 0; j < Tile::kAcross; ++j) {
      const int64_t n = n0 + place<T, Tile::kColumns>(thread_across(), j);
      if (n < N) put(row, n, sums[i][j]);
    }
  }
}

}  // namespace fastnn::FASTNN_ISA
