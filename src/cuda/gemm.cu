// gemm: y = activation(op(a) op(b) + bias), or activation'(activated) times it; op(x) = x or its
// transpose over the last two axes.
// op(a) is (batch, M, K), op(b) (batch, K, N) or (K, N), y (batch, M, N), all row-major. A block
// makes a square tile of y. Tiles of a and b pass through shared memory, k outermost, two of each
// in turn: while one pair is multiplied, the next is on its way through registers, so that a step
// costs one barrier. A thread makes a square of outputs in registers, each by one chain of fma in
// the order of k: neither the tile's size, nor N, nor the batch changes a bit.
#include "activation.h"

namespace fastnn::FASTNN_ISA {

// A block's 16 x 16 threads make side x side outputs, depth terms a step; either operand's tile is
// 1024 elements, 4 a thread.
template <int side, int depth>
struct Tiling {
  static constexpr int kSide = side, kDepth = depth;
  static constexpr int kEach = side / 16;  // a thread makes kEach x kEach outputs
  static constexpr int kHeld = side * depth / kThreads;
  static_assert(side * depth % kThreads == 0 && kThreads % side == 0 && kThreads % depth == 0);
};
using Large = Tiling<128, 8>;  // 64 fma for 16 shared loads
using Medium = Tiling<64, 16>;
using Small = Tiling<32, 32>;
// The largest tile of which there are this many: about one for each SM of an H200 (132).
constexpr int64_t kEnoughTiles = 128;

// Two blocks an SM, of 128 registers a thread: one waits for memory while the other multiplies. 64
// sums of 8 bytes take as many by themselves.
template <class T, class Tile>
constexpr int kBlocksPerSm = Tile::kEach * Tile::kEach * sizeof(T) > 256 ? 1 : 2;

struct GemmShape {
  int64_t batch, M, N, K;
  int64_t a_matrix, b_matrix;  // elements from one matrix of the batch to the next
  bool a_inner_k, b_inner_k;   // k is the innermost axis
};

// What a thread reads and writes in one go of 16 bytes.
template <class T, class Tile>
constexpr int kVector = static_cast<int>(smaller(16 / sizeof(T), Tile::kEach));
// Padded by a vector: the strides of the rows then differ by banks, and stay aligned.
template <class T, class Tile>
using SharedTile = T[Tile::kDepth][Tile::kSide + kVector<T, Tile>];

template <class T, class Tile>
struct alignas(16) GemmShared {
  SharedTile<T, Tile> a[2], b[2];
};

// Brings one operand's tiles, from k = 0 on, to shared memory; x is m or n. Zeros beyond the edges.
template <class T, class Tile>
class Reader {
 public:
  __device__ Reader(const T* data, int64_t x0, int64_t X, int64_t K, bool inner_k)
      : left_x_(X - x0),
        left_k_(K),
        x_(threadIdx.x % Tile::kSide),
        k_(threadIdx.x / Tile::kSide),
        step_x_(0),
        step_k_(kThreads / Tile::kSide) {
    if (inner_k) {
      x_ = threadIdx.x / Tile::kDepth;
      k_ = threadIdx.x % Tile::kDepth;
      step_x_ = kThreads / Tile::kDepth;
      step_k_ = 0;
    }
    next_ = data + (inner_k ? (x0 + x_) * K + k_ : k_ * X + x0 + x_);
    stride_ = inner_k ? step_x_ * K : step_k_ * X;
    advance_ = inner_k ? Tile::kDepth : Tile::kDepth * X;
  }
  __device__ void fetch() {  // the next tile, into registers
#pragma unroll
    for (int i = 0; i < Tile::kHeld; ++i) {
      const bool inside = x_ + i * step_x_ < left_x_ && k_ + i * step_k_ < left_k_;
      held_[i] = inside ? next_[i * stride_] : T{0};
    }
    next_ += advance_;
    left_k_ -= Tile::kDepth;
  }
  __device__ void put(SharedTile<T, Tile>& tile) const {
#pragma unroll
    for (int i = 0; i < Tile::kHeld; ++i) tile[k_ + i * step_k_][x_ + i * step_x_] = held_[i];
  }

 private:
  int64_t left_x_, left_k_;
  int x_, k_, step_x_, step_k_;
  const T* next_;
  int64_t stride_, advance_;
  T held_[Tile::kHeld];
};

// A thread's i-th row or column in the tile: vectors of neighbouring threads are neighbours.
template <class T, class Tile>
__device__ int place(int thread, int i) {
  constexpr int V = kVector<T, Tile>;
  return i / V * (16 * V) + thread * V + i % V;
}

template <class T, class Tile>
__global__ void __launch_bounds__(kThreads, kBlocksPerSm<T, Tile>)
    gemm_kernel(T* y, bool add, const T* a, const T* b, const T* bias, const T* activated,
                Activation activation, GemmShape g) {
  constexpr int kEach = Tile::kEach;
  auto& s = shared<GemmShared<T, Tile>>();
  // A warp is 8 threads wide and 4 high: of b's row it reads 128 bytes at once, of a's 64.
  const int t = threadIdx.x;
  const int across = t % 8 + t / 32 % 2 * 8, down = t / 8 % 4 + t / 64 * 4;
  const int64_t tiles_m = blocks_of(Tile::kSide, g.M), tiles_n = blocks_of(Tile::kSide, g.N);
  const int64_t steps = larger(1, blocks_of(Tile::kDepth, g.K));

  for (int64_t tile = blockIdx.x; tile < g.batch * tiles_m * tiles_n; tile += gridDim.x) {
    const int64_t n0 = tile % tiles_n * Tile::kSide, m0 = tile / tiles_n % tiles_m * Tile::kSide;
    const int64_t batch = tile / tiles_n / tiles_m;
    Reader<T, Tile> read_a(a + batch * g.a_matrix, m0, g.M, g.K, g.a_inner_k);
    Reader<T, Tile> read_b(b + batch * g.b_matrix, n0, g.N, g.K, g.b_inner_k);
    T sums[kEach][kEach] = {};

    read_a.fetch();
    read_b.fetch();
    for (int64_t step = 0; step < steps; ++step) {
      const int now = step % 2;
      read_a.put(s.a[now]);
      read_b.put(s.b[now]);
      __syncthreads();  // also: all have done with the other pair, which the next step overwrites
      if (step + 1 < steps) {
        read_a.fetch();
        read_b.fetch();
      }
#pragma unroll
      for (int k = 0; k < Tile::kDepth; ++k) {
        T row[kEach], column[kEach];
#pragma unroll
        for (int i = 0; i < kEach; ++i) {
          row[i] = s.a[now][k][place<T, Tile>(down, i)];
          column[i] = s.b[now][k][place<T, Tile>(across, i)];
        }
#pragma unroll
        for (int i = 0; i < kEach; ++i)
#pragma unroll
          for (int j = 0; j < kEach; ++j) sums[i][j] = fused(row[i], column[j], sums[i][j]);
      }
    }
    __syncthreads();  // before the next tile of y begins with pair 0

#pragma unroll
    for (int i = 0; i < kEach; ++i) {
      const int64_t m = m0 + place<T, Tile>(down, i);
#pragma unroll
      for (int j = 0; j < kEach; ++j) {
        const int64_t n = n0 + place<T, Tile>(across, j);
        if (m >= g.M || n >= g.N) continue;
        const int64_t at = (batch * g.M + m) * g.N + n;
        T value = bias ? sums[i][j] + bias[n] : sums[i][j];
        if (activated) {
          value = Relu::df(activated[at], value);
        } else if (activation == Activation::relu) {
          value = Relu::f(value);
        }
        y[at] = add ? y[at] + value : value;
      }
    }
  }
}

void gemm_schedule(OutAdd, In, In, MaybeIn, MaybeIn, Scratch, const GemmSettings&,
                   Schedule&) noexcept {}

void gemm(OutAdd y, In a, In b, MaybeIn bias, MaybeIn activated, Scratch,
          const GemmSettings& settings, Stream& stream) noexcept {
  if (y.size() == 0) return;
  GemmShape g{};
  g.M = y.dim(-2);
  g.N = y.dim(-1);
  g.K = a.dim(settings.transpose_a ? -2 : -1);
  g.batch = y.size() / (g.M * g.N);
  g.a_inner_k = !settings.transpose_a;
  g.b_inner_k = settings.transpose_b;
  g.a_matrix = g.M * g.K;
  g.b_matrix = b.rank() == 2 ? 0 : g.K * g.N;
  if (g.a_inner_k && g.b_matrix == 0) {  // one tall matrix a
    g.M *= g.batch;
    g.batch = 1;
  }
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const auto tiles = [&](int64_t side) {
      return g.batch * blocks_of(side, g.M) * blocks_of(side, g.N);
    };
    const auto run = [&](auto tiling) {
      using Tile = decltype(tiling);
      launch(gemm_kernel<T, Tile>, grid_of(tiles(Tile::kSide)), dim3(kThreads),
             sizeof(GemmShared<T, Tile>), stream, y.as<T>(), y.add(), a.as<T>(), b.as<T>(),
             bias.as<T>(), activated.as<T>(), settings.activation, g);
    };
    if (tiles(Large::kSide) >= kEnoughTiles) {
      run(Large{});
    } else if (tiles(Medium::kSide) >= kEnoughTiles) {
      run(Medium{});
    } else {
      run(Small{});
    }
    launch_activation(y.as<T>(), y.size(), settings.activation, stream);
  });
}

}  // namespace fastnn::FASTNN_ISA
