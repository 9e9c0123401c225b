// Few channels: a vector holds several pixels of a row, and windows of two columns that follow one
// another take turns: even pixels are the left cells, odd ones the right. Two vectors of cells, one
// behind the other in memory, give one of each, and a vector of results is stored whole. With eight
// channels on AVX-512 a vector per window was half empty, and its loop over two cells short.
#pragma once
#include "pool2d.h"

namespace fastnn::FASTNN_ISA {

// Calls f.operator()<0, 1, .. n - 1>().
template <int n, int... i>
struct Lanes : Lanes<n - 1, n - 1, i...> {};
template <int... i>
struct Lanes<0, i...> {
  template <class F>
  static FASTNN_INLINE auto call(F f) {
    return f.template operator()<i...>();
  }
};

// Vectors of pixels of C channels.
template <class T, int C>
struct Pixels {
  static constexpr int L = static_cast<int>(lanes<T>), count = L / C;

  // Of the lanes of two vectors, one behind the other: those of the even (0) or odd (1) pixels.
  static constexpr int split_lane(int lane, int odd) {
    return (2 * (lane / C) + odd) * C + lane % C;
  }
  // And back: the lane of (even, odd) that stands in the first (0) or second (1) vector of cells.
  static constexpr int join_lane(int lane, int second) {
    const int pixel = lane / C + second * count;
    return pixel % 2 * L + pixel / 2 * C + lane % C;
  }
  template <int odd>
  static FASTNN_INLINE Vec<T> split(Vec<T> a, Vec<T> b) {
    return Lanes<L>::call([&]<int... i>() __attribute__((always_inline)) {
      return __builtin_shufflevector(a, b, split_lane(i, odd)...);
    });
  }
  template <int second>
  static FASTNN_INLINE Vec<T> join(Vec<T> even, Vec<T> odd) {
    return Lanes<L>::call([&]<int... i>() __attribute__((always_inline)) {
      return __builtin_shufflevector(even, odd, join_lane(i, second)...);
    });
  }
};

// Calls f(Pixels) where windows lie so, and gives what it gives: how many windows it has done.
template <class T, class F>
FASTNN_INLINE int64_t by_pixels(const Picture& p, F f) {
  const Windows& w = p.columns;
  if (w.size != 2 || w.stride != 2 || w.before != 0 || p.C >= lanes<T>) return 0;
  if (p.C == 1) return f(Pixels<T, 1>{});
  if constexpr (lanes<T> > 2)
    if (p.C == 2) return f(Pixels<T, 2>{});
  if constexpr (lanes<T> > 4)
    if (p.C == 4) return f(Pixels<T, 4>{});
  if constexpr (lanes<T> > 8)
    if (p.C == 8) return f(Pixels<T, 8>{});
  return 0;
}

// The windows of a row from `ow` on that whole vectors hold, at most `most`.
template <class P>
FASTNN_INLINE int64_t whole_vectors(const Picture& p, int64_t ow, int64_t most) {
  const int64_t whole = smaller(p.columns.cells / 2, p.columns.count) - ow;
  return smaller(whole, most) / P::count * P::count;
}

}  // namespace fastnn::FASTNN_ISA
