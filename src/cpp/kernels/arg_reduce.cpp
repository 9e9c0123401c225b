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
    const Mask<T> more = exceeds(v, value);
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

// So many vectors at a time, each compared with its own best: a comparison waits 12 cycles for the
// last one's result.
template <int kChains, class T>
static int32_t best_of_row(const T* x, int64_t n, T sign) {
  constexpr int64_t L = lanes<T>;
  Best<T> best[kChains];
  for (int k = 0; k < kChains; ++k)
    best[k] = {broadcast(static_cast<T>(-INFINITY)), places<T>(k * L, 1)};
  Vec<T> place = best[0].place;
  int64_t i = 0;
  for (; i + kChains * L <= n; i += kChains * L)
    for (int k = 0; k < kChains; ++k, place = moved<T>(place, L))
      best[k].meet(load(x + i + k * L) * sign, place);
  for (int k = 0; i < n; ++k, i += L, place = moved<T>(place, L)) {
    Vec<T> v = load(x + i, smaller(L, n - i)) * sign;
    if (i + L > n) v = select(first_lanes<T>(n - i), v, best[k].value);
    best[k].meet(v, place);
  }
  // The lanes that hold the best, or NaN, and of these the one with the first place.
  Vec<T> highest = best[0].value;
  for (int k = 1; k < kChains; ++k) highest = max(highest, best[k].value);
  const Vec<T> top = broadcast(reduce_max(highest));
  Bits<T> first = Bits<T>{} - 1;
  for (int k = 0; k < kChains; ++k) {
    const Mask<T> winners = equal(best[k].value, top) | is_nan(best[k].value);
    const Bits<T> at = reinterpret_cast<Bits<T>>(
        select(winners, best[k].place, reinterpret_cast<Vec<T>>(Bits<T>{} - 1)));
    first = at < first ? at : first;
  }
  auto least = first[0];
  for (int k = 1; k < lanes<T>; ++k) least = first[k] < least ? first[k] : least;
  return static_cast<int32_t>(least);
}

// At most kStrip lines side by side, row after row of them: 4 KB at a time come from memory nine
// times as fast as 1 KB.
constexpr int64_t kStrip = 1024;

template <class T>
static void best_of_columns(int32_t* y, const T* x, const Lines& lines, T sign, int64_t columns) {
  constexpr int64_t L = lanes<T>;
  T values[kStrip], at[kStrip];
  map<false>(values, Range{0, columns}, [] { return broadcast(static_cast<T>(-INFINITY)); });
  map<false>(at, Range{0, columns}, [] { return places<T>(0, 0); });
  for (int64_t k = 0; k < lines.n; ++k) {
    const T* row = x + k * lines.inner;
    const Vec<T> place = places<T>(k, 0);
    const auto meet = [&](int64_t j, auto... count) {
      Best<T> best{load(values + j, count...), load(at + j, count...)};
      best.meet(load(row + j, count...) * sign, place);
      store(values + j, best.value, count...);
      store(at + j, best.place, count...);
    };
    int64_t j = 0;
    for (; j + L <= columns; j += L) meet(j);
    if (j < columns) meet(j, columns - j);
  }
  for (int64_t j = 0; j < columns; ++j) {
    decltype(unsigned_like(T{})) place;
    __builtin_memcpy(&place, at + j, sizeof place);
    y[j] = static_cast<int32_t>(place);
  }
}

// A unit is a row, or a strip of lines beside each other.
static int64_t units_of(const Lines& lines) { return lines.outer * blocks_of(kStrip, lines.inner); }

void arg_reduce(Out y, In x, const ArgReduceSettings& s, const Part& part) noexcept {
  if (y.size() == 0) return;
  const Lines lines = lines_of(x, s.axis);
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const T sign = s.function == Extreme::max ? T(1) : T(-1);
    const Range mine = share(units_of(lines), part);
    const int64_t strips = blocks_of(kStrip, lines.inner);
    for (int64_t unit = mine.begin; unit < mine.end; ++unit) {
      const int64_t outer = unit / strips, column = unit % strips * kStrip;
      const T* from = x.as<T>() + outer * lines.n * lines.inner + column;
      int32_t* to = y.as<int32_t>() + outer * lines.inner + column;
      if (lines.inner == 1) {
        *to = lines.n < 8 * lanes<T> ? best_of_row<1>(from, lines.n, sign)
                                     : best_of_row<4>(from, lines.n, sign);
      } else {
        best_of_columns(to, from, lines, sign, smaller(kStrip, lines.inner - column));
      }
    }
  });
}

void arg_reduce_schedule(Out y, In x, const ArgReduceSettings& s, Schedule& schedule) noexcept {
  if (y.size() == 0) return plan_stage(schedule, 0, 0, 0);
  const Lines lines = lines_of(x, s.axis);
  const double ends = (lines.inner == 1 ? 20.0 : 1.0) * static_cast<double>(y.size());
  plan_stage(schedule, 0, 2 * nanoseconds_of(x.operand->bytes()) + ends, units_of(lines));
}

}  // namespace fastnn::FASTNN_ISA
