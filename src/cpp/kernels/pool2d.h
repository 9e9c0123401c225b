// What pooling's forward and backward share: windows over pictures, channels last, and the loop
// over channels.
#pragma once
#include "../byte_lanes.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

// One axis: windows of `size` places, one every `stride`, the first `before` ahead of x.
struct Windows {
  int64_t cells, count, size, stride, before;

  FASTNN_INLINE int64_t start(int64_t window) const { return window * stride - before; }
  // The cells of x that a window holds.
  FASTNN_INLINE Range inside(int64_t window) const {
    return {larger(start(window), 0), smaller(start(window) + size, cells)};
  }
  FASTNN_INLINE int64_t inside_count(int64_t window) const {
    const Range range = inside(window);
    return range.end - range.begin;
  }
  // The windows that hold a cell; none where begin >= end.
  FASTNN_INLINE Range holding(int64_t cell) const {
    const int64_t place = cell + before;
    const int64_t first = place < size ? 0 : (place - size) / stride + 1;
    return {first, smaller(place / stride + 1, count)};
  }
  FASTNN_INLINE bool overlap() const { return stride < size; }
};

struct Picture {
  Windows rows, columns;
  int64_t C;
  int64_t ahead;  // elements of x that are fetched meanwhile
};
FASTNN_INLINE Picture picture(Ref x, Ref y, const Pool2dSettings& s) {
  return {{x.dim(1), y.dim(1), s.size_h, s.stride_h, s.pad_top},
          {x.dim(2), y.dim(2), s.size_w, s.stride_w, s.pad_left},
          x.dim(3),
          0};
}

// Calls f(c, block) for blocks of four vectors of channels, then of one, then f(c, block, count).
// Where what is computed again does no harm the last vector begins within the one before it: 18
// channels take half of the time.
template <int vectors>
struct ChannelBlock {
  static constexpr int count = vectors;
};
template <class T, class F>
FASTNN_INLINE void for_channels(int64_t C, bool again, F f) {
  constexpr int64_t L = lanes<T>;
  int64_t c = 0;
  for (; c + 4 * L <= C; c += 4 * L) f(c, ChannelBlock<4>{});
  for (; c + L <= C; c += L) f(c, ChannelBlock<1>{});
  if (c == C) return;
  if (again && C > L) return f(C - L, ChannelBlock<1>{});
  f(c, ChannelBlock<1>{}, C - c);
}

// A window costs 4 ns beside its cells, which are read from the first cache if they overlap.
FASTNN_INLINE double pooling_nanoseconds(Ref y, const Pool2dSettings& s) {
  const double windows = static_cast<double>(y.size()) / static_cast<double>(y.dim(3));
  const double cells = static_cast<double>(s.size_h) * static_cast<double>(s.size_w);
  return windows * (4 + cells * (1 + nanoseconds_of(y.dim(3) * size_of(y.dtype()))));
}

}  // namespace fastnn::FASTNN_ISA
