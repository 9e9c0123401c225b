// conv2d, channels last: y = activation(x * w + bias), the same backwards to x (the transposed
// convolution), and to w. Each is a matrix product whose left operand is gathered from the picture:
//   conv2d               y (pixels of y, F)  = windows of x (pixels of y, taps and C) w (taps and
//   C, F) conv2d_transpose     x (pixels of x, C)  = touched y (pixels of x, taps and F) w^T (taps
//   and F, C) conv2d_backward_w    dw (taps and C, F)  = windows of x, transposed (taps and C,
//   pixels) dy (pixels, F)
// a product for each group of channels. Which taps reach a pixel of x depends on where it lies
// between the strides: the pixels of x fall into phases, stride_h times stride_w of them, and
// within one each pixel is reached by the same taps, so that a phase is a plain convolution of y
// with some of w. Groups of few channels, as depthwise convolutions have, would leave the tiles
// empty: there a thread makes an element by itself. All sums run in the order of w, and those over
// pixels in chunks of a size that the shapes tell, whose partial sums lie in scratch and are added
// in order.
#include "activation.h"
#include "conv2d.h"

namespace fastnn::FASTNN_ISA {

// ---- products ---------------------------------------------------------------------------------

template <class T>
struct Epilogue {
  T* to;
  bool add;
  const T* bias;
  Activation activation;
  __device__ T finish(T sum, int64_t channel) const {
    if (bias) sum += bias[channel];
    return activation == Activation::relu ? Relu::f(sum) : sum;
  }
  __device__ void put(int64_t at, T sum, int64_t channel) const {
    const T value = finish(sum, channel);
    to[at] = add ? to[at] + value : value;
  }
};

template <class T, class Tile, bool transposed>
__global__ void __launch_bounds__(kThreads, kBlocksPerSm<T, Tile>)
    product_kernel(Epilogue<T> end, const T* from, const T* w, ConvShape s) {
  const int from_channels = transposed ? s.F : s.C, to_channels = transposed ? s.C : s.F;
  const int64_t to_all = int64_t{to_channels} * s.groups, F_all = int64_t{s.F} * s.groups;
  const Tiles tiles = tiles_of<transposed>(s, Tile::kRows, Tile::kColumns);
  Region& r = shared<ProductShared<T, Tile>>().region;

  for (int64_t tile = blockIdx.x; tile < tiles.all(); tile += gridDim.x) {
    __syncthreads();  // all have done with the last tile's
    if (threadIdx.x == 0) r = region_of<transposed, Tile>(s, tiles, tile);
    __syncthreads();
    if (r.m0 >= r.M) continue;  // the whole block: a phase with fewer pixels than the first
    const int64_t K = int64_t{r.h.taps} * r.w.taps * from_channels;

    Sums<T, Tile> sums = {};
    WindowLoader<T, Tile::kRows, Tile::kDepth> windows(from + r.group * from_channels,
                                                       from_channels, r);
    if constexpr (transposed) {
      TapLoader<T, Tile::kColumns, Tile::kDepth> weights(w + r.group * s.F, s, r);
      multiply<T, Tile>(sums, K, windows, weights);
    } else {
      MatrixLoader<T, Tile::kColumns, Tile::kDepth> weights(w + r.group * s.F, F_all, r.n0, s.F, K,
                                                            false);
      multiply<T, Tile>(sums, K, windows, weights);
    }

    const auto row_of = [&](int64_t m) {
      const Pixel pixel(m, r.h.out, r.w.out);
      const int64_t row = r.h.first + int64_t{pixel.middle} * r.h.spread;
      const int64_t column = r.w.first + int64_t{pixel.low} * r.w.spread;
      return ((pixel.high * r.h.to + row) * r.w.to + column) * to_all;
    };
    const auto put = [&](int64_t row, int64_t n, T sum) {
      const int64_t channel = r.group * to_channels + n;
      end.put(row + channel, sum, channel);
    };
    for_each_sum<T, Tile>(sums, r.m0, r.M, r.n0, to_channels, row_of, put);
  }
}

// Blocks an SM: left to itself the compiler takes 64 registers for doubles and spills 252 bytes,
// and with the 80 of three blocks it still spills 48.
template <class T>
constexpr int kFewChannelsBlocks = sizeof(T) > 4 ? 2 : 3;

template <class T, bool transposed>
__global__ void __launch_bounds__(kThreads, kFewChannelsBlocks<T>)
    few_channels_kernel(Epilogue<T> end, const T* from, const T* w, ConvShape s, int64_t size) {
  const int from_channels = transposed ? s.F : s.C, to_channels = transposed ? s.C : s.F;
  const int64_t from_all = int64_t{from_channels} * s.groups;
  const int64_t to_all = int64_t{to_channels} * s.groups, F_all = int64_t{s.F} * s.groups;
  // One step of the window in w, from one channel of `from` to the next.
  const int64_t w_step = transposed ? 1 : F_all;

  map(end.to, end.add, size, [&](int64_t i) {
    const int64_t channel = i % to_all, group = channel / to_channels;
    const Pixel pixel(i / to_all, transposed ? s.h.x : s.h.y, transposed ? s.w.x : s.w.y);
    T sum = 0;
    for (int r = 0; r < s.h.taps; ++r) {
      const int row = reached<transposed>(s.h, pixel.middle, r);
      if (row < 0) continue;
      for (int q = 0; q < s.w.taps; ++q) {
        const int column = reached<transposed>(s.w, pixel.low, q);
        if (column < 0) continue;
        const T* terms =
            from +
            ((pixel.high * (transposed ? s.h.y : s.h.x) + row) * (transposed ? s.w.y : s.w.x) +
             column) *
                from_all +
            group * from_channels;
        const int64_t inner = channel % to_channels;  // in its group
        const int64_t w_row = (int64_t{r} * s.w.taps + q) * s.C + (transposed ? inner : 0);
        const T* factors = w + w_row * F_all + group * s.F + (transposed ? 0 : inner);
        for (int c = 0; c < from_channels; ++c) sum = fused(terms[c], factors[c * w_step], sum);
      }
    }
    return end.finish(sum, channel);
  });
}

template <bool transposed>
static void launch_product(OutAdd to, In from, In w, MaybeIn bias, const Conv2dSettings& settings,
                           const ConvShape& s, Stream& stream) {
  if (to.size() == 0) return;
  with_float(to.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Epilogue<T> end{to.as<T>(), to.add(), bias.as<T>(), settings.activation};
    const int columns = transposed ? s.C : s.F;
    if (s.groups > 1 && columns <= kFewChannels) {
      launch_map(few_channels_kernel<T, transposed>, to.size(), stream, end, from.as<T>(),
                 w.as<T>(), s, to.size());
      return launch_activation(to.as<T>(), to.size(), settings.activation, stream);
    }
    const auto run = [&](auto tiling) {
      using Tile = decltype(tiling);
      launch(product_kernel<T, Tile, transposed>,
             grid_of(tiles_of<transposed>(s, Tile::kRows, Tile::kColumns).all()), dim3(kThreads),
             sizeof(ProductShared<T, Tile>), stream, end, from.as<T>(), w.as<T>(), s);
    };
    const auto tiles = [&](int64_t rows, int64_t across) {
      return tiles_of<transposed>(s, rows, across).all();
    };
    // A tile wider than the output would multiply zeros.
    if (columns <= Tall::kColumns) {
      if (tiles(Tall::kRows, Tall::kColumns) >= kEnoughTiles) {
        run(Tall{});
      } else {
        run(Small{});
      }
    } else {
      const int64_t widest = columns <= Medium::kColumns ? Medium::kColumns : Large::kColumns;
      with_tile([&](int64_t side) { return side > widest ? 0 : tiles(side, side); }, run);
    }
    launch_activation(to.as<T>(), to.size(), settings.activation, stream);
  });
}

void conv2d_schedule(OutAdd, In, In, MaybeIn, Scratch, const Conv2dSettings&, Schedule&) noexcept {}
void conv2d_transpose_schedule(OutAdd, In, In, MaybeIn, Scratch, const Conv2dSettings&,
                               Schedule&) noexcept {}

void conv2d(OutAdd y, In x, In w, MaybeIn bias, Scratch, const Conv2dSettings& settings,
            Stream& stream) noexcept {
  launch_product<false>(y, x, w, bias, settings, shape_of(y, x, w, settings), stream);
}

void conv2d_transpose(OutAdd x, In y, In w, MaybeIn bias, Scratch, const Conv2dSettings& settings,
                      Stream& stream) noexcept {
  launch_product<true>(x, y, w, bias, settings, shape_of(y, x, w, settings), stream);
}

// ---- to w -------------------------------------------------------------------------------------

// The pixels are cut into chunks where there are few tiles of dw.
struct WeightsPlan {
  int64_t rows, size;    // of dw
  int64_t pixels, each;  // of dy; in a chunk
  int64_t chunks;
  bool tiled;  // else a thread an element
};

constexpr int64_t kChunkBlocks = 264;  // together: two for each SM of an H200
constexpr int64_t kChunkPixels = 128;  // at least, so that adding up costs little beside

// Calls run(Tile{}) with the tile for dw, no larger than it.
template <class F>
static void with_weights_tile(int64_t rows, int columns, F run) {
  if (columns <= Tall::kColumns) {
    if (rows > Medium::kRows) {
      run(Tall{});
    } else {
      run(Small{});
    }
  } else if (rows <= Small::kRows) {
    run(Small{});
  } else if (smaller(rows, columns) <= Medium::kRows) {
    run(Medium{});
  } else {
    run(Large{});
  }
}

static WeightsPlan plan_weights(const ConvShape& s) {
  WeightsPlan plan{};
  plan.rows = int64_t{s.h.taps} * s.w.taps * s.C;
  plan.size = plan.rows * s.F * s.groups;
  plan.pixels = s.N * s.h.y * s.w.y;
  plan.tiled = s.groups == 1 || s.F > kFewChannels;
  int64_t blocks = blocks_of(kThreads, plan.size);
  if (plan.tiled) {
    with_weights_tile(plan.rows, s.F, [&](auto tiling) {
      using Tile = decltype(tiling);
      blocks = s.groups * blocks_of(Tile::kRows, plan.rows) * blocks_of(Tile::kColumns, s.F);
    });
  }
  const int64_t most = larger(1, plan.pixels / kChunkPixels);
  plan.each = blocks_of(larger(1, smaller(most, kChunkBlocks / blocks)), plan.pixels);
  plan.each = larger(1, plan.each);
  plan.chunks = larger(1, blocks_of(plan.each, plan.pixels));
  return plan;
}

// y (chunks, taps and C, F of all groups)
template <class T, class Tile>
__global__ void __launch_bounds__(kThreads, kBlocksPerSm<T, Tile>)
    weights_kernel(T* y, bool add, const T* dy, const T* x, ConvShape s, WeightsPlan plan) {
  const int64_t F_all = int64_t{s.F} * s.groups;
  const int64_t tiles_m = blocks_of(Tile::kRows, plan.rows),
                tiles_n = blocks_of(Tile::kColumns, s.F);
  WeightsRegion& r = shared<WeightsShared<T, Tile>>().region;

  for (int64_t tile = blockIdx.x; tile < tiles_n * tiles_m * s.groups * plan.chunks;
       tile += gridDim.x) {
    __syncthreads();  // all have done with the last tile's
    if (threadIdx.x == 0) {
      r = {tile / tiles_n % tiles_m * Tile::kRows, tile % tiles_n * Tile::kColumns,
           tile / tiles_n / tiles_m % s.groups, tile / tiles_n / tiles_m / s.groups};
    }
    __syncthreads();
    const int64_t begin = r.chunk * plan.each, K = smaller(plan.each, plan.pixels - begin);

    Sums<T, Tile> sums = {};
    PixelLoader<T, Tile::kRows, Tile::kDepth> windows(x + r.group * s.C, s, r.m0, plan.rows, begin,
                                                      K);
    MatrixLoader<T, Tile::kColumns, Tile::kDepth> gradients(dy + begin * F_all + r.group * s.F,
                                                            F_all, r.n0, s.F, K, false);
    multiply<T, Tile>(sums, K, windows, gradients);

    T* to = y + r.chunk * plan.size + r.group * s.F;
    for_each_sum<T, Tile>(
        sums, r.m0, plan.rows, r.n0, s.F, [&](int64_t m) { return m * F_all; },
        [&](int64_t row, int64_t n, T sum) { to[row + n] = add ? to[row + n] + sum : sum; });
  }
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    few_channels_weights_kernel(T* y, bool add, const T* dy, const T* x, ConvShape s,
                                WeightsPlan plan) {
  const int64_t F_all = int64_t{s.F} * s.groups, C_all = int64_t{s.C} * s.groups;
  map(y, add, plan.chunks * plan.size, [&](int64_t i) {
    const int64_t at = i % plan.size, f = at % F_all, begin = i / plan.size * plan.each;
    const int64_t end = smaller(begin + plan.each, plan.pixels);
    const Tap tap(at / F_all, s.w.taps, s.C);
    const int64_t channel = f / s.F * s.C + tap.low;
    Pixel pixel(begin, s.h.y, s.w.y);
    T sum = 0;
    for (int64_t p = begin; p < end; ++p) {
      const int row = reached<false>(s.h, pixel.middle, tap.high);
      const int column = reached<false>(s.w, pixel.low, tap.middle);
      if (row >= 0 && column >= 0)
        sum = fused(x[((pixel.high * s.h.x + row) * s.w.x + column) * C_all + channel],
                    dy[p * F_all + f], sum);
      pixel.advance(1, s.h.y, s.w.y);
    }
    return sum;
  });
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    add_chunks_kernel(T* y, bool add, const T* partial, int64_t chunks, int64_t size) {
  map(y, add, size, [&](int64_t i) {
    T sum = 0;
    for (int64_t chunk = 0; chunk < chunks; ++chunk) sum += partial[chunk * size + i];
    return sum;
  });
}

void conv2d_backward_w_schedule(OutAdd dw, In dy, In x, Scratch, const Conv2dSettings& settings,
                                Schedule& schedule) noexcept {
  const WeightsPlan plan = plan_weights(shape_of(dy, x, dw, settings));
  if (plan.chunks > 1) schedule.shared_bytes = plan.chunks * plan.size * size_of(dw.dtype());
}

void conv2d_backward_w(OutAdd dw, In dy, In x, Scratch scratch, const Conv2dSettings& settings,
                       Stream& stream) noexcept {
  const ConvShape s = shape_of(dy, x, dw, settings);
  const WeightsPlan plan = plan_weights(s);
  with_float(dw.dtype(), [&](auto tag) {
    using T = decltype(tag);
    T* to = plan.chunks > 1 ? scratch.shared<T>() : dw.as<T>();
    const bool add = plan.chunks == 1 && dw.add();
    const auto run = [&](auto tiling) {
      using Tile = decltype(tiling);
      const int64_t tiles = blocks_of(Tile::kRows, plan.rows) * blocks_of(Tile::kColumns, s.F);
      launch(weights_kernel<T, Tile>, grid_of(tiles * s.groups * plan.chunks), dim3(kThreads),
             sizeof(WeightsShared<T, Tile>), stream, to, add, dy.as<T>(), x.as<T>(), s, plan);
    };
    if (plan.tiled) {
      with_weights_tile(plan.rows, s.F, run);
    } else {
      launch_map(few_channels_weights_kernel<T>, plan.chunks * plan.size, stream, to, add,
                 dy.as<T>(), x.as<T>(), s, plan);
    }
    if (plan.chunks > 1)
      launch_map(add_chunks_kernel<T>, plan.size, stream, dw.as<T>(), dw.add(), to, plan.chunks,
                 plan.size);
  });
}

}  // namespace fastnn::FASTNN_ISA
