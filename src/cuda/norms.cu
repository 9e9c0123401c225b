// Norms of the arrays of a list: of each, or of all together. Each block sums the squares of one
// tile of one array in float64 and leaves the sum in scratch; every 64 arrays are one launch. Then
// a block an array, or one block for all, adds these up and takes the root.
#include "common.h"

namespace fastnn::FASTNN_ISA {

constexpr int kArrays = 64;
constexpr int64_t kNormTile = 4 * kTile;

template <class T>
struct Arrays {
  const T* x[kArrays];
  int64_t size[kArrays];
  int64_t first_tile[kArrays + 1];  // among the tiles of all arrays
  int count;
};

template <class T>
__global__ void __launch_bounds__(kThreads) squares_kernel(double* sums, Arrays<T> arrays) {
  const int64_t tile = arrays.first_tile[0] + blockIdx.x;
  int a = 0;  // the array that has this block's tile
  while (a + 1 < arrays.count && arrays.first_tile[a + 1] <= tile) ++a;
  const int64_t begin = (tile - arrays.first_tile[a]) * kNormTile;
  const int64_t end = smaller(begin + kNormTile, arrays.size[a]);
  double sum = 0;
#pragma unroll 4
  for (int64_t i = begin + threadIdx.x; i < end; i += kThreads) {
    const double value = arrays.x[a][i];
    sum += value * value;
  }
  sum = block_reduce<kThreads>(sum, Sum{});
  if (threadIdx.x == 0) sums[tile] = sum;
}

struct Ends {
  int64_t first[kArrays + 1];  // array a has the sums first[a] .. first[a + 1] - 1
};

static __global__ void __launch_bounds__(kThreads)
    roots_kernel(double* norm, const double* sums, Ends ends) {
  double sum = 0;
#pragma unroll 4
  for (int64_t i = ends.first[blockIdx.x] + threadIdx.x; i < ends.first[blockIdx.x + 1];
       i += kThreads)
    sum += sums[i];
  sum = block_reduce<kThreads>(sum, Sum{});
  if (threadIdx.x == 0) norm[blockIdx.x] = sqrt(sum);
}

static void launch_roots(double* norm, const double* sums, const Ends& ends, int count,
                         Stream& stream) {
  launch(roots_kernel, dim3(static_cast<unsigned>(count)), dim3(kThreads),
         sizeof(ReduceShared<double, kThreads>), stream, norm, sums, ends);
}

void norms_schedule(Out, InList x, Scratch, const NoSettings&, Schedule& schedule) noexcept {
  int64_t tiles = 0;
  for (int i = 0; i < x.count; ++i) tiles += blocks_of(kNormTile, x[i].size());
  schedule.shared_bytes = tiles * static_cast<int64_t>(sizeof(double));
}

template <class T>
static int64_t launch_squares(Out norm, InList x, double* sums, Stream& stream) {
  int64_t tiles = 0;
  for (int first = 0; first < x.count; first += kArrays) {
    Arrays<T> arrays{};
    Ends ends{};
    arrays.first_tile[0] = ends.first[0] = tiles;
    for (int i = first; i < x.count && arrays.count < kArrays; ++i) {
      const int a = arrays.count++;
      arrays.x[a] = x[i].as<T>();
      arrays.size[a] = x[i].size();
      tiles += blocks_of(kNormTile, x[i].size());
      arrays.first_tile[a + 1] = ends.first[a + 1] = tiles;
    }
    if (tiles > arrays.first_tile[0])
      launch(squares_kernel<T>, grid_of(tiles - arrays.first_tile[0]), dim3(kThreads),
             sizeof(ReduceShared<double, kThreads>), stream, sums, arrays);
    if (norm.rank() > 0) launch_roots(norm.as<double>() + first, sums, ends, arrays.count, stream);
  }
  return tiles;
}

void norms(Out norm, InList x, Scratch scratch, const NoSettings&, Stream& stream) noexcept {
  double* sums = scratch.shared<double>();
  int64_t tiles = 0;
  if (x.count > 0)
    with_float(x[0].dtype(),
               [&](auto tag) { tiles = launch_squares<decltype(tag)>(norm, x, sums, stream); });
  if (norm.rank() == 0) launch_roots(norm.as<double>(), sums, Ends{{0, tiles}}, 1, stream);
}

}  // namespace fastnn::FASTNN_ISA
