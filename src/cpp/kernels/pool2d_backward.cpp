// The gradient of pooling. A part is some rows of dx, and an element collects from the windows that
// hold it, in their order, so that nothing is scattered and no order depends on parts. Where
// windows do not overlap, a row of dx belongs to one row of windows, and each dy is read once a
// row: dx is filled at the speed of memory.
#include "pool2d_pixels.h"

namespace fastnn::FASTNN_ISA {

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

// What a cell at `place` of a window gets of the window's dy.
template <class T, class Place>
struct Chosen {
  const Place* argmax;
  FASTNN_INLINE Vec<T> term(const T* dy, int64_t i, int64_t place, T, auto... count) const {
    const Vec<T> d = load(dy + i, count...);
    if constexpr (sizeof(Place) == 1 && sizeof...(count) == 0) {
      return select(equal_bytes<T>(argmax + i, static_cast<uint8_t>(place)), d, Vec<T>{});
    }
    const Bits<T> here = Bits<T>{} + static_cast<decltype(unsigned_like(T{}))>(place);
    const auto hit = load_places<T>(argmax + i, count...) == here;
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
FASTNN_INLINE void zero_cells(T* dx, const Writing& how, int64_t elements) {
  if (!how.add() && elements > 0) map(dx, how, Range{0, elements}, [] { return Vec<T>{}; });
}

// A row of dx where windows do not overlap: column by column of its row of windows `oh`.
template <class T, class Terms>
FASTNN_INLINE void spread_row(T* dx, const Writing& how, const T* dy, int64_t first,
                              const Picture& p, int64_t h, int64_t oh, bool average,
                              const Terms& terms) {
  const Windows& columns = p.columns;
  const int64_t place_h = (h - p.rows.start(oh)) * columns.size;
  const int64_t rows_inside = p.rows.inside_count(oh);
  const int64_t begin = by_pixels<T>(p, [&](auto pixels) {
    using P = decltype(pixels);
    const int64_t windows = whole_vectors<P>(p, 0, columns.count);
    const T scale = average ? T(1) / static_cast<T>(2 * rows_inside) : T(1);
    for (int64_t i = 0; i < windows * p.C; i += lanes<T>) {
      const Vec<T> even = terms.term(dy, first + i, place_h, scale);
      const Vec<T> odd = terms.term(dy, first + i, place_h + 1, scale);
      const Vec<T> cells[2] = {P::template join<0>(even, odd), P::template join<1>(even, odd)};
#pragma GCC unroll 2
      for (int k = 0; k < 2; ++k) {
        T* to = dx + 2 * i + k * lanes<T>;
        store(how, to, how.add() ? load(to) + cells[k] : cells[k]);
      }
    }
    return windows;
  });
  int64_t done = 2 * begin;
  for (int64_t ow = begin; ow < columns.count; ++ow) {
    const Range inside = columns.inside(ow);
    zero_cells(dx + done * p.C, how, (inside.begin - done) * p.C);
    done = inside.end;
    const int64_t i = first + ow * p.C, n = rows_inside * (inside.end - inside.begin);
    const T scale = average ? T(1) / static_cast<T>(n) : T(1);
    for (int64_t w = inside.begin; w < inside.end; ++w) {
      T* to = dx + w * p.C;
      const int64_t place = place_h + w - columns.start(ow);
      for_channels<T>(p.C, !how.add(), [&](int64_t c, auto block, auto... count) {
#pragma GCC unroll 4
        for (int k = 0; k < decltype(block)::count; ++k) {
          const int64_t j = c + k * lanes<T>;
          const Vec<T> v = terms.term(dy, i + j, place, scale, count...);
          store(how, to + j, how.add() ? load(to + j, count...) + v : v, count...);
        }
      });
    }
  }
  zero_cells(dx + done * p.C, how, (columns.cells - done) * p.C);
}

// A row of dx where they overlap: each cell collects from the windows that hold it.
template <class T, class Terms>
FASTNN_INLINE void collect_row(T* dx, const Writing& how, const T* dy, int64_t picture_first,
                               const Picture& p, int64_t h, bool average, const Terms& terms) {
  const Range above = p.rows.holding(h);
  Range beside = {0, 0};  // as holding(w) says, without its divisions: 3 ns each
  for (int64_t w = 0; w < p.columns.cells; ++w) {
    const int64_t place_w = w + p.columns.before;
    while (beside.begin * p.columns.stride + p.columns.size <= place_w) ++beside.begin;
    while (beside.end < p.columns.count && beside.end * p.columns.stride <= place_w) ++beside.end;
    T* to = dx + w * p.C;
    for_channels<T>(p.C, !how.add(), [&](int64_t c, auto block, auto... count) {
      constexpr int vectors = decltype(block)::count;
      Vec<T> v[vectors] = {};
      for (int64_t oh = above.begin; oh < above.end; ++oh)
        for (int64_t ow = beside.begin; ow < beside.end; ++ow) {
          const int64_t place = (h - p.rows.start(oh)) * p.columns.size + w - p.columns.start(ow);
          const int64_t n = average ? p.rows.inside_count(oh) * p.columns.inside_count(ow) : 1;
          const T scale = average ? T(1) / static_cast<T>(n) : T(1);
          const int64_t i = picture_first + (oh * p.columns.count + ow) * p.C + c;
#pragma GCC unroll 4
          for (int k = 0; k < vectors; ++k)
            v[k] += terms.term(dy, i + k * lanes<T>, place, scale, count...);
        }
#pragma GCC unroll 4
      for (int k = 0; k < vectors; ++k) {
        T* at = to + c + k * lanes<T>;
        store(how, at, how.add() ? load(at, count...) + v[k] : v[k], count...);
      }
    });
  }
}

template <class T, class Terms>
static void pool_backward(OutAdd dx, In dy, const Pool2dSettings& s, Range rows,
                          const Terms& terms) {
  const Picture p = picture(dx, dy, s);
  const int64_t width = p.columns.cells * p.C, dy_width = p.columns.count * p.C;
  const bool average = s.function == Pooling::average;
  const Writing how(dx, dx.add(), p.C, dy);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t h = row % p.rows.cells, n = row / p.rows.cells;
    T* to = dx.as<T>() + row * width;
    const Range above = p.rows.holding(h);
    const int64_t first = n * p.rows.count * dy_width;
    if (above.begin >= above.end) {
      zero_cells(to, how, width);
    } else if (p.rows.overlap() || p.columns.overlap()) {
      collect_row(to, how, dy.as<T>(), first, p, h, average, terms);
    } else {
      const int64_t oh = above.begin;
      spread_row(to, how, dy.as<T>(), first + oh * dy_width, p, h, oh, average, terms);
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
