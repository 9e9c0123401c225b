// The first place of the maximum or minimum along an axis; the first NaN counts as both. x is
// (outer, n, inner). Where inner is 1 a row is read in vectors, each lane keeping its best and its
// place, and the lanes are compared at the end; otherwise lanes are neighbouring lines.
#include <math.h>

#include "common.h"

namespace fastnn::FASTNN_ISA {

struct Lines {
  int64_t outer, n, inner;
};
static Lines lines_of(Ref x, int64_t at) {
  const int axis = static_cast<int>(at);
  Lines lines{1, x.dim(axis), 1};
  for (int i = 0; i < axis; ++i) lines.outer *= x.dim(i);
  for (int i = axis + 1; i < x.rank(); ++i) lines.inner *= x.dim(i);
  return lines;
}

// The largest so far and where it stood: of x, or of -x where the minimum is sought.
template <class T>
struct Best {
  Vec<T> value, place;  // place: whole numbers, as Bits<T>

  FASTNN_INLINE void meet(Vec<T> v, Vec<T> at) {
    const Mask<T> number = ~is_nan(value);
    const Mask<T> more = greater(v, value) | (is_nan(v) & number);
    value = select(more, v, value);
    place = select(more, at, place);
  }
};

template <class T>
FASTNN_INLINE Vec<T> places(int64_t first, int64_t step) {
  using U = decltype(unsigned_like(T{}));
  Bits<T> b{};
  for (int i = 0; i < lanes<T>; ++i) b[i] = static_cast<U>(first + i * step);
  return reinterpret_cast<Vec<T>>(b);
}
template <class T>
FASTNN_INLINE Vec<T> moved(Vec<T> place, int64_t step) {
  return reinterpret_cast<Vec<T>>(reinterpret_cast<Bits<T>>(place) +
                                  static_cast<decltype(unsigned_like(T{}))>(step));
}

template <class T>
static int32_t best_of_row(const T* x, int64_t n, T sign) {
  constexpr int64_t L = lanes<T>;
  Best<T> best{broadcast(static_cast<T>(-INFINITY)), places<T>(0, 1)};
  Vec<T> place = best.place;
  int64_t i = 0;
  for (; i + L <= n; i += L, place = moved<T>(place, L)) best.meet(load(x + i) * sign, place);
  if (i < n) {
    const Vec<T> v = select(first_lanes<T>(n - i), load(x + i, n - i) * sign, best.value);
    best.meet(v, place);
  }
  const Bits<T> at = reinterpret_cast<Bits<T>>(best.place);
  int winner = 0;
  for (int k = 1; k < lanes<T>; ++k) {
    const T v = best.value[k], w = best.value[winner];
    const bool v_nan = v != v, w_nan = w != w;
    if (v_nan != w_nan ? v_nan : v > w || ((v == w || v_nan) && at[k] < at[winner])) winner = k;
  }
  return static_cast<int32_t>(at[winner]);
}

// `used` lines side by side, as many as there are lanes or, with a count, fewer.
template <class T, class... Count>
FASTNN_INLINE void best_of_columns(int32_t* y, const T* x, const Lines& lines, T sign, int64_t used,
                                   Count... count) {
  Best<T> best{broadcast(static_cast<T>(-INFINITY)), places<T>(0, 0)};
  Vec<T> place = best.place;
  for (int64_t k = 0; k < lines.n; ++k, place = moved<T>(place, 1))
    best.meet(load(x + k * lines.inner, count...) * sign, place);
  const Bits<T> at = reinterpret_cast<Bits<T>>(best.place);
  for (int64_t k = 0; k < used; ++k) y[k] = static_cast<int32_t>(at[k]);
}

// A unit is a row, or as many lines beside each other as a vector has lanes.
template <class T>
static int64_t units_of(const Lines& lines) {
  return lines.outer * blocks_of(lanes<T>, lines.inner);
}

void arg_reduce(Out y, In x, const ArgReduceSettings& s, const Part& part) noexcept {
  if (y.size() == 0) return;
  const Lines lines = lines_of(x, s.axis);
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    constexpr int64_t L = lanes<T>;
    const T sign = s.function == Extreme::max ? T(1) : T(-1);
    const Range mine = share(units_of<T>(lines), part);
    const int64_t blocks = blocks_of(L, lines.inner);
    for (int64_t unit = mine.begin; unit < mine.end; ++unit) {
      const int64_t outer = unit / blocks, column = unit % blocks * L;
      const T* from = x.as<T>() + outer * lines.n * lines.inner + column;
      int32_t* to = y.as<int32_t>() + outer * lines.inner + column;
      if (lines.inner == 1) {
        *to = best_of_row(from, lines.n, sign);
      } else if (column + L <= lines.inner) {
        best_of_columns(to, from, lines, sign, L);
      } else {
        best_of_columns(to, from, lines, sign, lines.inner - column, lines.inner - column);
      }
    }
  });
}

void arg_reduce_schedule(Out y, In x, const ArgReduceSettings& s, Schedule& schedule) noexcept {
  if (y.size() == 0) return plan_stage(schedule, 0, 0, 0);
  with_float(x.dtype(), [&](auto tag) {
    const int64_t units = units_of<decltype(tag)>(lines_of(x, s.axis));
    plan_stage(schedule, 0,
               2 * nanoseconds_of(x.operand->bytes()) + 15 * static_cast<double>(units), units);
  });
}

}  // namespace fastnn::FASTNN_ISA
