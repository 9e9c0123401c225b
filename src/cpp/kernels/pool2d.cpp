// Pooling over windows of pictures, channels last: x (N, H, W, C), y (N, OH, OW, C). Vectors run
// over channels. A part is a run of windows, each combined cell by cell in the order of memory.
#include <math.h>

#include "pool2d_pixels.h"

namespace fastnn::FASTNN_ISA {

template <class T>
FASTNN_INLINE void store_places(uint8_t* to, Bits<T> places) {
  store_bytes<T>(to, places);
}
template <class T>
FASTNN_INLINE void store_places(int32_t* to, Bits<T> places) {
  for (int i = 0; i < lanes<T>; ++i) to[i] = static_cast<int32_t>(places[i]);
}
template <class T, class Place>
FASTNN_INLINE void store_places(Place* to, Bits<T> places, int64_t count) {
  Place all[lanes<T>];
  store_places<T>(all, places);
  for (int64_t i = 0; i < count; ++i) to[i] = all[i];
}

// How far ahead cells are fetched into the second cache where x comes from beyond it: as far as the
// next row of windows, since the processor sees no stream beyond the end of a row that is read
// beside others.
constexpr int64_t kFarBytes = 1 << 20;
FASTNN_INLINE int64_t fetched_ahead(const Picture& p, In x) {
  const int64_t elements = p.rows.stride * p.columns.cells * p.C;
  if (x.operand->bytes() <= kFarBytes || elements > 1 << 16) return 0;  // else they are lost again
  return elements;
}

// y of one window of the picture x: its cells combined with `start`, from the first to the last.
template <class T, class Combine, class Finish>
FASTNN_INLINE void pool_window(const Writing& how, T* y, const T* x, const Picture& p, int64_t oh,
                               int64_t ow, T start, Combine combine, Finish finish) {
  const Range rows = p.rows.inside(oh), columns = p.columns.inside(ow);
  const int64_t ahead = how.past() ? p.ahead : 0;  // from the third cache loads suffice
  for_channels<T>(p.C, true, [&](int64_t c, auto block, auto... count) {
    constexpr int n = decltype(block)::count;
    Vec<T> v[n];
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) v[k] = broadcast(start);
    for (int64_t h = rows.begin; h < rows.end; ++h) {
      const T* cell = x + (h * p.columns.cells + columns.begin) * p.C + c;
      for (int64_t w = columns.begin; w < columns.end; ++w, cell += p.C) {
#pragma GCC unroll 4
        for (int k = 0; k < n; ++k) {
          if (ahead != 0) __builtin_prefetch(cell + k * lanes<T> + ahead, 0, 2);
          v[k] = combine(v[k], load(cell + k * lanes<T>, count...));
        }
      }
    }
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) store(how, y + c + k * lanes<T>, finish(v[k]), count...);
  });
}

// The same for windows of a row from `ow` on, several in a vector; gives how many it has done.
template <class T, class Combine, class Finish>
FASTNN_INLINE int64_t pool_pixels(const Writing& how, T* y, const T* x, const Picture& p,
                                  int64_t oh, int64_t ow, int64_t most, T start, Combine combine,
                                  Finish finish) {
  const Range rows = p.rows.inside(oh);
  return by_pixels<T>(p, [&](auto pixels) {
    using P = decltype(pixels);
    const int64_t done = whole_vectors<P>(p, ow, most);
    for (int64_t i = 0; i < done * p.C; i += lanes<T>) {
      Vec<T> v = broadcast(start);
      for (int64_t h = rows.begin; h < rows.end; ++h) {
        const T* cells = x + (h * p.columns.cells + 2 * ow) * p.C + 2 * i;
        const Vec<T> a = load(cells), b = load(cells + lanes<T>);
        v = combine(combine(v, P::template split<0>(a, b)), P::template split<1>(a, b));
      }
      store(how, y + i, finish(v));
    }
    return done;
  });
}

// The same for the maximum and where it stands first; the first NaN counts as largest.
template <class T, class Place>
FASTNN_INLINE void pool_max(const Writing& how, T* y, Place* argmax, const T* x, const Picture& p,
                            int64_t oh, int64_t ow) {
  using B = Bits<T>;
  const Range rows = p.rows.inside(oh), columns = p.columns.inside(ow);
  const int64_t ahead = p.ahead;
  const auto place_at = [&](int64_t h, int64_t w) {
    const int64_t place = (h - p.rows.start(oh)) * p.columns.size + w - p.columns.start(ow);
    return B{} + static_cast<decltype(unsigned_like(T{}))>(place);
  };
  for_channels<T>(p.C, true, [&](int64_t c, auto block, auto... count) {
    constexpr int n = decltype(block)::count;
    Vec<T> best[n], places[n];
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) {
      best[k] = broadcast(static_cast<T>(-INFINITY));
      places[k] = reinterpret_cast<Vec<T>>(place_at(rows.begin, columns.begin));
    }
    for (int64_t h = rows.begin; h < rows.end; ++h) {
      const T* cell = x + (h * p.columns.cells + columns.begin) * p.C + c;
      B place = place_at(h, columns.begin);
      for (int64_t w = columns.begin; w < columns.end; ++w, cell += p.C, place += B{} + 1) {
#pragma GCC unroll 4
        for (int k = 0; k < n; ++k) {
          if (ahead != 0) __builtin_prefetch(cell + k * lanes<T> + ahead, 0, 2);
          const Vec<T> v = load(cell + k * lanes<T>, count...);
          const Mask<T> more = exceeds(v, best[k]);
          best[k] = select(more, v, best[k]);
          places[k] = select(more, reinterpret_cast<Vec<T>>(place), places[k]);
        }
      }
    }
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) {
      store(how, y + c + k * lanes<T>, best[k], count...);
      store_places<T>(argmax + c + k * lanes<T>, reinterpret_cast<B>(places[k]), count...);
    }
  });
}

// The same for several windows in a vector.
template <class T, class Place>
FASTNN_INLINE int64_t pool_max_pixels(const Writing& how, T* y, Place* argmax, const T* x,
                                      const Picture& p, int64_t oh, int64_t ow, int64_t most) {
  using B = Bits<T>;
  const Range rows = p.rows.inside(oh);
  return by_pixels<T>(p, [&](auto pixels) {
    using P = decltype(pixels);
    const int64_t done = whole_vectors<P>(p, ow, most);
    const auto first =
        static_cast<decltype(unsigned_like(T{}))>(2 * (rows.begin - p.rows.start(oh)));
    for (int64_t i = 0; i < done * p.C; i += lanes<T>) {
      B place = B{} + first;
      Vec<T> best = broadcast(static_cast<T>(-INFINITY)), places = reinterpret_cast<Vec<T>>(place);
      for (int64_t h = rows.begin; h < rows.end; ++h) {
        const T* cells = x + (h * p.columns.cells + 2 * ow) * p.C + 2 * i;
        const Vec<T> a = load(cells), b = load(cells + lanes<T>);
        const Vec<T> two[2] = {P::template split<0>(a, b), P::template split<1>(a, b)};
#pragma GCC unroll 2
        for (int k = 0; k < 2; ++k, place += B{} + 1) {
          const Mask<T> more = exceeds(two[k], best);
          best = select(more, two[k], best);
          places = select(more, reinterpret_cast<Vec<T>>(place), places);
        }
      }
      store(how, y + i, best);
      store_places<T>(argmax + i, reinterpret_cast<B>(places));
    }
    return done;
  });
}

// Calls f(i, picture, oh, ow, most) for windows one after the other; it gives how many it has done.
template <class F>
FASTNN_INLINE void for_windows(const Picture& p, Range windows, F f) {
  const int64_t OH = p.rows.count, OW = p.columns.count;
  int64_t n = windows.begin / OW / OH, oh = windows.begin / OW % OH, ow = windows.begin % OW;
  for (int64_t i = windows.begin; i < windows.end;) {
    const int64_t done = f(i, n, oh, ow, windows.end - i);
    i += done;
    ow += done;
    if (ow < OW) continue;
    ow = 0;
    if (++oh < OH) continue;
    oh = 0;
    ++n;
  }
}

template <class T>
static void pool(Out y, MaybeOut argmax, In x, const Pool2dSettings& s, Range windows) {
  Picture p = picture(x, y, s);
  p.ahead = fetched_ahead(p, x);
  const Writing how(y, false, p.C, x);
  const int64_t size = p.rows.cells * p.columns.cells * p.C;
  const auto combined = [&](T start, auto combine, auto finish) {
    for_windows(p, windows, [&](int64_t i, int64_t n, int64_t oh, int64_t ow, int64_t most) {
      const T* from = x.as<T>() + n * size;
      T* to = y.as<T>() + i * p.C;
      const auto end = finish(oh, ow);
      const int64_t done = pool_pixels(how, to, from, p, oh, ow, most, start, combine, end);
      if (done > 0) return done;
      pool_window(how, to, from, p, oh, ow, start, combine, end);
      return int64_t{1};
    });
  };
  const auto maximum = [&](auto* places) {
    for_windows(p, windows, [&](int64_t i, int64_t n, int64_t oh, int64_t ow, int64_t most) {
      const T* from = x.as<T>() + n * size;
      T* to = y.as<T>() + i * p.C;
      const int64_t done = pool_max_pixels(how, to, places + i * p.C, from, p, oh, ow, most);
      if (done > 0) return done;
      pool_max(how, to, places + i * p.C, from, p, oh, ow);
      return int64_t{1};
    });
  };
  const auto same = [](int64_t, int64_t) { return [](Vec<T> v) { return v; }; };
  const auto sum = [](Vec<T> a, Vec<T> b) { return a + b; };
  if (s.function == Pooling::sum) {
    combined(T(0), sum, same);
  } else if (s.function == Pooling::average) {
    combined(T(0), sum, [&](int64_t oh, int64_t ow) {
      const T n = static_cast<T>(p.rows.inside_count(oh) * p.columns.inside_count(ow));
      return [n](Vec<T> v) { return v / n; };
    });
  } else if (!argmax) {
    const auto larger_one = [](Vec<T> a, Vec<T> b) { return max(a, b); };
    combined(static_cast<T>(-INFINITY), larger_one, same);
  } else if (argmax.dtype() == Dtype::u8) {
    maximum(argmax.as<uint8_t>());
  } else {
    maximum(argmax.as<int32_t>());
  }
}

void pool2d_forward(Out y, MaybeOut argmax, In x, const Pool2dSettings& s,
                    const Part& part) noexcept {
  if (y.size() == 0) return;
  with_float(y.dtype(), [&](auto tag) {
    pool<decltype(tag)>(y, argmax, x, s, share(y.size() / y.dim(3), part));
  });
}

void pool2d_forward_schedule(Out y, MaybeOut, In, const Pool2dSettings& s,
                             Schedule& schedule) noexcept {
  if (y.size() == 0) return plan_stage(schedule, 0, 0, 0);
  plan_stage(schedule, 0, pooling_nanoseconds(y, s), y.size() / y.dim(3));
}

}  // namespace fastnn::FASTNN_ISA
