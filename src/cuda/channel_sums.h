// Two sums over all but the last axis of what a function makes of each element, in float64: for
// normalisation. The array is walked in rows of `width` elements, some of its own rows side by side
// where those are short, so that a warp's loads stay whole. A block takes a tile of 32 columns and
// a chunk of rows, 8 at a time, and leaves its sums in scratch; a warp a channel adds them up.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

constexpr int kDeep = kThreads / kWarp;
constexpr int64_t kChunkRows = 16 * kDeep;  // at least, before rows are cut
constexpr int64_t kMostSumBlocks = 1024;    // enough for 132 SMs of 8

struct Channels {
  int64_t n, C, width, rows, tiles, chunks;
};

inline Channels channels_of(Ref x) {
  Channels s;
  s.n = x.size();
  s.C = x.dim(-1);
  s.width = s.C * larger(1, kWarp / s.C);
  s.rows = blocks_of(s.width, s.n);
  s.tiles = blocks_of(kWarp, s.width);
  s.chunks = larger(1, smaller(s.rows / kChunkRows, kMostSumBlocks / s.tiles));
  return s;
}

inline int64_t channel_sums_bytes(const Channels& s) {
  return 2 * s.chunks * s.width * static_cast<int64_t>(sizeof(double));
}

struct TwoSums {
  double first, second;
};

struct ChannelShared {
  TwoSums sums[kThreads];
};

// partial (chunks, width); terms(i, channel) gives an element's two terms.
template <class F>
__global__ void __launch_bounds__(kThreads)
    channel_sums_kernel(TwoSums* partial, F terms, Channels s) {
  TwoSums(&sums)[kThreads] = shared<ChannelShared>().sums;
  const int t = threadIdx.x, lane = t % kWarp, deep = t / kWarp;
  const int64_t each = blocks_of(s.chunks, s.rows);
  for (int64_t block = blockIdx.x; block < s.tiles * s.chunks; block += gridDim.x) {
    const int64_t chunk = block / s.tiles, column = block % s.tiles * kWarp + lane;
    const int64_t end = smaller((chunk + 1) * each, s.rows), channel = column % s.C;
    TwoSums sum = {0, 0};
#pragma unroll 4
    for (int64_t row = chunk * each + deep; row < end; row += kDeep) {
      const int64_t i = row * s.width + column;
      if (column < s.width && i < s.n) {
        const TwoSums more = terms(i, channel);
        sum.first += more.first;
        sum.second += more.second;
      }
    }
    sums[t] = sum;
    __syncthreads();
    for (int half = kDeep / 2; half > 0; half /= 2) {
      if (deep < half) {
        sums[t].first += sums[t + half * kWarp].first;
        sums[t].second += sums[t + half * kWarp].second;
      }
      __syncthreads();
    }
    if (deep == 0 && column < s.width) partial[chunk * s.width + column] = sums[t];
    __syncthreads();
  }
}

// finish(channel, sums) for each channel, by one thread.
template <class F>
__global__ void __launch_bounds__(kThreads)
    channel_finish_kernel(const TwoSums* partial, F finish, Channels s) {
  const int lane = threadIdx.x % kWarp;
  const int64_t copies = s.width / s.C;
  for_each_row<kWarp>(s.C, [&](int64_t channel) {
    double first = 0, second = 0;
    for (int64_t i = lane; i < s.chunks * copies; i += kWarp) {
      const TwoSums more = partial[i / copies * s.width + i % copies * s.C + channel];
      first += more.first;
      second += more.second;
    }
    first = warp_reduce(first, Sum{});
    second = warp_reduce(second, Sum{});
    if (lane == 0) finish(channel, TwoSums{first, second});
  });
}

template <class Terms, class Finish>
void launch_channel_sums(TwoSums* partial, Terms terms, Finish finish, const Channels& s,
                         const Stream& stream) {
  launch(channel_sums_kernel<Terms>, grid_of(s.tiles * s.chunks), dim3(kThreads),
         sizeof(ChannelShared), stream, partial, terms, s);
  launch(channel_finish_kernel<Finish>, grid_of(blocks_of(kThreads / kWarp, s.C)), dim3(kThreads),
         0, stream, static_cast<const TwoSums*>(partial), finish, s);
}

// An element's channel.
FASTNN_HD int64_t channel_of(int64_t i, int64_t C) {
  if ((i | C) >> 32) return i % C;
  return static_cast<uint32_t>(i) % static_cast<uint32_t>(C);
}

// d = value, or d += it
template <class T>
__device__ void write_or_add(T* d, bool add, double value) {
  *d = add ? *d + static_cast<T>(value) : static_cast<T>(value);
}

}  // namespace fastnn::FASTNN_ISA
