// Pooling over windows of pictures, channels last: x (N, H, W, C), y (N, OH, OW, C). Vectors run
// over channels. Forward: a part is a run of windows, each combined cell by cell in the order of
// memory. Backward: a part is some rows of dx, and an element collects from the windows that hold
// it, in their order, so that nothing is scattered and no order depends on parts. Where windows do
// not overlap, a row of dx belongs to one row of windows, and each dy is read once a row: dx is
// filled at the speed of memory.
#include <math.h>

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
};
static Picture picture(Ref x, Ref y, const Pool2dSettings& s) {
  return {{x.dim(1), y.dim(1), s.size_h, s.stride_h, s.pad_top},
          {x.dim(2), y.dim(2), s.size_w, s.stride_w, s.pad_left},
          x.dim(3)};
}

// Calls f(c, block) for blocks of four vectors of channels, then of one, then f(c, block, count).
template <int vectors>
struct Block {
  static constexpr int count = vectors;
};
template <class T, class F>
FASTNN_INLINE void for_channels(int64_t C, F f) {
  constexpr int64_t L = lanes<T>;
  int64_t c = 0;
  for (; c + 4 * L <= C; c += 4 * L) f(c, Block<4>{});
  for (; c + L <= C; c += L) f(c, Block<1>{});
  if (c < C) f(c, Block<1>{}, C - c);
}

// ---- places in a window, a vector of them at a time --------------------------------------------

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

template <class T>
FASTNN_INLINE Bits<T> load_places(const uint8_t* from) {
  return load_bytes<T>(from);
}
template <class T>
FASTNN_INLINE Bits<T> load_places(const int32_t* from) {
  Bits<T> places{};
  for (int i = 0; i < lanes<T>; ++i) places[i] = static_cast<uint32_t>(from[i]);
  return places;
}
template <class T, class Place>
FASTNN_INLINE Bits<T> load_places(const Place* from, int64_t count) {
  Place all[lanes<T>] = {};
  for (int64_t i = 0; i < count; ++i) all[i] = from[i];
  return load_places<T>(all);
}

// ---- forward -----------------------------------------------------------------------------------

// y of one window of the picture x: its cells combined with `start`, from the first to the last.
template <class T, class Combine, class Finish>
FASTNN_INLINE void pool_window(T* y, const T* x, const Picture& p, int64_t oh, int64_t ow, T start,
                               Combine combine, Finish finish) {
  const Range rows = p.rows.inside(oh), columns = p.columns.inside(ow);
  for_channels<T>(p.C, [&](int64_t c, auto block, auto... count) {
    constexpr int n = decltype(block)::count;
    Vec<T> v[n];
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) v[k] = broadcast(start);
    for (int64_t h = rows.begin; h < rows.end; ++h) {
      const T* cell = x + (h * p.columns.cells + columns.begin) * p.C + c;
      for (int64_t w = columns.begin; w < columns.end; ++w, cell += p.C) {
#pragma GCC unroll 4
        for (int k = 0; k < n; ++k) v[k] = combine(v[k], load(cell + k * lanes<T>, count...));
      }
    }
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) store(y + c + k * lanes<T>, finish(v[k]), count...);
  });
}

// The same for the maximum and where it stands first; the first NaN counts as largest.
template <class T, class Place>
FASTNN_INLINE void pool_max(T* y, Place* argmax, const T* x, const Picture& p, int64_t oh,
                            int64_t ow) {
  using B = Bits<T>;
  const Range rows = p.rows.inside(oh), columns = p.columns.inside(ow);
  const auto place_at = [&](int64_t h, int64_t w) {
    const int64_t place = (h - p.rows.start(oh)) * p.columns.size + w - p.columns.start(ow);
    return B{} + static_cast<decltype(unsigned_like(T{}))>(place);
  };
  for_channels<T>(p.C, [&](int64_t c, auto block, auto... count) {
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
          const Vec<T> v = load(cell + k * lanes<T>, count...);
          const Mask<T> number = ~is_nan(best[k]);
          const Mask<T> more = greater(v, best[k]) | (is_nan(v) & number);
          best[k] = select(more, v, best[k]);
          places[k] = select(more, reinterpret_cast<Vec<T>>(place), places[k]);
        }
      }
    }
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) {
      store(y + c + k * lanes<T>, best[k], count...);
      store_places<T>(argmax + c + k * lanes<T>, reinterpret_cast<B>(places[k]), count...);
    }
  });
}

template <class T>
static void pool(Out y, MaybeOut argmax, In x, const Pool2dSettings& s, Range windows) {
  const Picture p = picture(x, y, s);
  const int64_t OH = p.rows.count, OW = p.columns.count;
  for (int64_t i = windows.begin; i < windows.end; ++i) {
    const int64_t row = i / OW, ow = i % OW, oh = row % OH;
    const T* from = x.as<T>() + row / OH * p.rows.cells * p.columns.cells * p.C;
    T* to = y.as<T>() + i * p.C;
    const auto same = [](Vec<T> v) { return v; };
    const auto sum = [](Vec<T> a, Vec<T> b) { return a + b; };
    if (s.function == Pooling::sum) {
      pool_window(to, from, p, oh, ow, T(0), sum, same);
    } else if (s.function == Pooling::average) {
      const T n = static_cast<T>(p.rows.inside_count(oh) * p.columns.inside_count(ow));
      pool_window(to, from, p, oh, ow, T(0), sum, [&](Vec<T> v) { return v / n; });
    } else if (!argmax) {
      const auto larger_one = [](Vec<T> a, Vec<T> b) { return max(a, b); };
      pool_window(to, from, p, oh, ow, static_cast<T>(-INFINITY), larger_one, same);
    } else if (argmax.dtype() == Dtype::u8) {
      pool_max(to, argmax.as<uint8_t>() + i * p.C, from, p, oh, ow);
    } else {
      pool_max(to, argmax.as<int32_t>() + i * p.C, from, p, oh, ow);
    }
  }
}

void pool2d_forward(Out y, MaybeOut argmax, In x, const Pool2dSettings& s,
                    const Part& part) noexcept {
  if (y.size() == 0) return;
  with_float(y.dtype(), [&](auto tag) {
    pool<decltype(tag)>(y, argmax, x, s, share(y.size() / y.dim(3), part));
  });
}

// A window costs 4 ns beside its cells, which are read from the first cache if they overlap.
static double pooling_nanoseconds(Ref y, const Pool2dSettings& s) {
  const double windows = static_cast<double>(y.size()) / static_cast<double>(y.dim(3));
  const double cells = static_cast<double>(s.size_h) * static_cast<double>(s.size_w);
  return windows * (4 + cells * (1 + nanoseconds_of(y.dim(3) * size_of(y.dtype()))));
}

void pool2d_forward_schedule(Out y, MaybeOut, In, const Pool2dSettings& s,
                             Schedule& schedule) noexcept {
  if (y.size() == 0) return plan_stage(schedule, 0, 0, 0);
  plan_stage(schedule, 0, pooling_nanoseconds(y, s), y.size() / y.dim(3));
}

// ---- backward ----------------------------------------------------------------------------------

// What a cell at `place` of a window gets of the window's dy.
template <class T, class Place>
struct Chosen {
  const Place* argmax;
  FASTNN_INLINE Vec<T> term(const T* dy, int64_t i, int64_t place, T, auto... count) const {
    const Bits<T> here = Bits<T>{} + static_cast<decltype(unsigned_like(T{}))>(place);
    const auto hit = load_places<T>(argmax + i, count...) == here;
    const Vec<T> d = load(dy + i, count...);
    return reinterpret_cast<Vec<T>>(reinterpret_cast<Bits<T>>(d) & reinterpret_cast<Bits<T>>(hit));
  }
};
template <class T>
struct Scaled {
  FASTNN_INLINE Vec<T> term(const T* dy, int64_t i, int64_t, T scale, auto... count) const {
    return load(dy + i, count...) * scale;
  }
};

template <class T>
FASTNN_INLINE void zero_cells(T* dx, bool add, int64_t elements) {
  if (!add && elements > 0) map<false>(dx, Range{0, elements}, [] { return Vec<T>{}; });
}

// A row of dx where windows do not overlap: column by column of its row of windows `oh`.
template <class T, class Terms>
FASTNN_INLINE void spread_row(T* dx, bool add, const T* dy, int64_t first, const Picture& p,
                              int64_t h, int64_t oh, bool average, const Terms& terms) {
  const Windows& columns = p.columns;
  const int64_t place_h = (h - p.rows.start(oh)) * columns.size;
  int64_t done = 0;
  for (int64_t ow = 0; ow < columns.count; ++ow) {
    const Range inside = columns.inside(ow);
    zero_cells(dx + done * p.C, add, (inside.begin - done) * p.C);
    done = inside.end;
    const int64_t i = first + ow * p.C, n = p.rows.inside_count(oh) * (inside.end - inside.begin);
    const T scale = average ? T(1) / static_cast<T>(n) : T(1);
    for (int64_t w = inside.begin; w < inside.end; ++w) {
      T* to = dx + w * p.C;
      const int64_t place = place_h + w - columns.start(ow);
      for_channels<T>(p.C, [&](int64_t c, auto block, auto... count) {
#pragma GCC unroll 4
        for (int k = 0; k < decltype(block)::count; ++k) {
          const int64_t j = c + k * lanes<T>;
          const Vec<T> v = terms.term(dy, i + j, place, scale, count...);
          store(to + j, add ? load(to + j, count...) + v : v, count...);
        }
      });
    }
  }
  zero_cells(dx + done * p.C, add, (columns.cells - done) * p.C);
}

// A row of dx where they overlap: each cell collects from the windows that hold it.
template <class T, class Terms>
FASTNN_INLINE void collect_row(T* dx, bool add, const T* dy, int64_t picture_first,
                               const Picture& p, int64_t h, bool average, const Terms& terms) {
  const Range above = p.rows.holding(h);
  for (int64_t w = 0; w < p.columns.cells; ++w) {
    const Range beside = p.columns.holding(w);
    T* to = dx + w * p.C;
    for_channels<T>(p.C, [&](int64_t c, auto block, auto... count) {
      constexpr int vectors = decltype(block)::count;
      Vec<T> v[vectors] = {};
      for (int64_t oh = above.begin; oh < above.end; ++oh)
        for (int64_t ow = beside.begin; ow < beside.end; ++ow) {
          const int64_t place = (h - p.rows.start(oh)) * p.columns.size + w - p.columns.start(ow);
          const int64_t n = average ? p.rows.inside_count(oh) * p.columns.inside_count(ow) : 1;
          const T scale = T(1) / static_cast<T>(n);
          const int64_t i = picture_first + (oh * p.columns.count + ow) * p.C + c;
#pragma GCC unroll 4
          for (int k = 0; k < vectors; ++k)
            v[k] += terms.term(dy, i + k * lanes<T>, place, scale, count...);
        }
#pragma GCC unroll 4
      for (int k = 0; k < vectors; ++k) {
        T* at = to + c + k * lanes<T>;
        store(at, add ? load(at, count...) + v[k] : v[k], count...);
      }
    });
  }
}

template <class T, class Terms>
static void pool_backward(OutAdd dx, In dy, const Pool2dSettings& s, Range rows,
                          const Terms& terms) {
  const Picture p = picture(dx, dy, s);
  const int64_t width = p.columns.cells * p.C, dy_width = p.columns.count * p.C;
  const bool average = s.function == Pooling::average, add = dx.add();
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t h = row % p.rows.cells, n = row / p.rows.cells;
    T* to = dx.as<T>() + row * width;
    const Range above = p.rows.holding(h);
    const int64_t first = n * p.rows.count * dy_width;
    if (above.begin >= above.end) {
      zero_cells(to, add, width);
    } else if (p.rows.overlap() || p.columns.overlap()) {
      collect_row(to, add, dy.as<T>(), first, p, h, average, terms);
    } else {
      const int64_t oh = above.begin;
      spread_row(to, add, dy.as<T>(), first + oh * dy_width, p, h, oh, average, terms);
    }
  }
}

void pool2d_backward(OutAdd dx, In dy, MaybeIn argmax, const Pool2dSettings& s,
                     const Part& part) noexcept {
  if (dx.size() == 0) return;
  const Range rows = share(dx.dim(0) * dx.dim(1), part);
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (!argmax) {
      pool_backward<T>(dx, dy, s, rows, Scaled<T>{});
    } else if (argmax.dtype() == Dtype::u8) {
      pool_backward<T>(dx, dy, s, rows, Chosen<T, uint8_t>{argmax.as<uint8_t>()});
    } else {
      pool_backward<T>(dx, dy, s, rows, Chosen<T, int32_t>{argmax.as<int32_t>()});
    }
  });
}

void pool2d_backward_schedule(OutAdd dx, In dy, MaybeIn, const Pool2dSettings& s,
                              Schedule& schedule) noexcept {
  if (dx.size() == 0) return plan_stage(schedule, 0, 0, 0);
  const double cells = static_cast<double>(dx.size()) / static_cast<double>(dx.dim(3));
  plan_stage(schedule, 0, 2 * cells + pooling_nanoseconds(dy, s), dx.dim(0) * dx.dim(1));
}

}  // namespace fastnn::FASTNN_ISA
