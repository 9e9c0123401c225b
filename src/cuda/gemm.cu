// gemm: y = activation(op(a) op(b) + bias), or activation'(activated) times it; op(x) = x or its
// transpose over the last two axes.
// op(a) is (batch, M, K), op(b) (batch, K, N) or (K, N), y (batch, M, N), all row-major. A block
// makes a square tile of y (tile.h); neither the tile's size, nor N, nor the batch changes a bit.
#include "activation.h"
#include "tile.h"

namespace fastnn::FASTNN_ISA {

struct GemmShape {
  int64_t batch, M, N, K;
  int64_t a_matrix, b_matrix;  // elements from one matrix of the batch to the next
  bool a_inner_k, b_inner_k;   // k is the innermost axis
};

template <class T, class Tile>
__global__ void __launch_bounds__(kThreads, kBlocksPerSm<T, Tile>)
    gemm_kernel(T* y, bool add, const T* a, const T* b, const T* bias, const T* activated,
                Activation activation, GemmShape g) {
  const int64_t tiles_m = blocks_of(Tile::kRows, g.M), tiles_n = blocks_of(Tile::kColumns, g.N);

  for (int64_t tile = blockIdx.x; tile < g.batch * tiles_m * tiles_n; tile += gridDim.x) {
    const int64_t n0 = tile % tiles_n * Tile::kColumns, m0 = tile / tiles_n % tiles_m * Tile::kRows;
    const int64_t batch = tile / tiles_n / tiles_m;
    MatrixLoader<T, Tile::kRows, Tile::kDepth> load_a(
        a + batch * g.a_matrix, g.a_inner_k ? g.K : g.M, m0, g.M, g.K, g.a_inner_k);
    MatrixLoader<T, Tile::kColumns, Tile::kDepth> load_b(
        b + batch * g.b_matrix, g.b_inner_k ? g.K : g.N, n0, g.N, g.K, g.b_inner_k);
    Sums<T, Tile> sums = {};
    multiply<T, Tile>(sums, g.K, load_a, load_b);

    const auto row_of = [&](int64_t m) { return (batch * g.M + m) * g.N; };
    for_each_sum<T, Tile>(sums, m0, g.M, n0, g.N, row_of, [&](int64_t row, int64_t n, T sum) {
      const int64_t at = row + n;
      T value = bias ? sum + bias[n] : sum;
      if (activated) {
        value = Relu::df(activated[at], value);
      } else if (activation == Activation::relu) {
        value = Relu::f(value);
      }
      y[at] = add ? y[at] + value : value;
    });
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
    with_tile(tiles, [&](auto tiling) {
      using Tile = decltype(tiling);
      launch(gemm_kernel<T, Tile>, grid_of(tiles(Tile::kRows)), dim3(kThreads),
             sizeof(TileShared<T, Tile>), stream, y.as<T>(), y.add(), a.as<T>(), b.as<T>(),
             bias.as<T>(), activated.as<T>(), settings.activation, g);
    });
    launch_activation(y.as<T>(), y.size(), settings.activation, stream);
  });
}

}  // namespace fastnn::FASTNN_ISA
