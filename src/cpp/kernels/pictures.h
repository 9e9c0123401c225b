// What resize and affine_transform share: one pixel between four, all its channels.
#pragma once
#include "../formulas_picture.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <int n>
struct Count {
  static constexpr int value = n;
};
// Calls f with a Count: that of the channels where loops over so few are worth being unrolled,
// else 0.
template <class F>
FASTNN_INLINE void with_channels(int64_t channels, F f) {
  switch (channels) {
    case 1: return f(Count<1>{});
    case 3: return f(Count<3>{});
    case 4: return f(Count<4>{});
    default: return f(Count<0>{});
  }
}

// a where w is 0, and a where both are a.
template <class V, class W>
FASTNN_INLINE V between(V a, V b, W w) {
  return a + w * (b - a);
}
template <class V, class W>
FASTNN_INLINE V between(V upper_left, V upper_right, V lower_left, V lower_right, W wx, W wy) {
  return between(between(upper_left, upper_right, wx), between(lower_left, lower_right, wx), wy);
}

// y's pixel from the columns `left` and `right`, counted in elements, of two rows.
template <int count, class T>
FASTNN_INLINE void blend(T* y, const T* upper, const T* lower, int64_t left, int64_t right, T wx,
                         T wy, int64_t channels) {
  if constexpr (count > 0) {
    for (int c = 0; c < count; ++c)
      y[c] = between(upper[left + c], upper[right + c], lower[left + c], lower[right + c], wx, wy);
  } else {
    const Vec<T> wxs = broadcast(wx), wys = broadcast(wy);
    int64_t c = 0;
    for (; c + lanes<T> <= channels; c += lanes<T>)
      store(y + c, between(load(upper + left + c), load(upper + right + c), load(lower + left + c),
                           load(lower + right + c), wxs, wys));
    if (const int64_t rest = channels - c; rest > 0)
      store(y + c,
            between(load(upper + left + c, rest), load(upper + right + c, rest),
                    load(lower + left + c, rest), load(lower + right + c, rest), wxs, wys),
            rest);
  }
}

template <int count, class T>
FASTNN_INLINE void copy_pixel(T* y, const T* x, int64_t channels) {
  if constexpr (count > 0) {
    for (int c = 0; c < count; ++c) y[c] = x[c];
  } else {
    map<false>(y, Range{0, channels}, [](Vec<T> v) { return v; }, x);
  }
}

// dx += w dy for a pixel's channels.
template <int count, class T>
FASTNN_INLINE void add_pixel(T* dx, const T* dy, T w, int64_t channels) {
  if constexpr (count > 0) {
    for (int c = 0; c < count; ++c) dx[c] += w * dy[c];
  } else {
    const Vec<T> ws = broadcast(w);
    map<true>(dx, Range{0, channels}, [=](Vec<T> d) { return ws * d; }, dy);
  }
}

// A pixel's place and weights, and each of its channels (Zen 4, AVX-512).
FASTNN_INLINE double pixel_nanoseconds(int64_t pixels, int64_t channels) {
  return static_cast<double>(pixels) * (3 + 0.4 * static_cast<double>(channels));
}

}  // namespace fastnn::FASTNN_ISA
