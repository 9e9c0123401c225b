// slice: y[i] = x[(starts + steps i) / every] along each axis, where `every` divides and x has that
// place, and `value` elsewhere; any dtype. That is a slice, a flip, a broadcast (step 0) and a
// constant margin, and with `every` the gradient of a slice. Axes that are taken whole are merged
// into the next one out, so that a plain slice is a copy of long rows. What adds zeros is skipped:
// the gradients of many slices of one array cost little more than the slices.
#include "../formulas_index.h"
#include "odometer.h"

namespace fastnn::FASTNN_ISA {

struct Slicing {
  int count = 0;           // axes, outermost first
  Lattice axis[kMaxRank];  // `offset` and `step` in elements of x
  Odometer rows;           // y's outer axes
  int64_t base = 0;
  bool nothing = false;  // y lies outside of x
};

static Slicing slicing(Ref y, Ref x, const SliceSettings& s) {
  Slicing all;
  Lattice kept[kMaxRank];  // innermost first
  int64_t volume = 1;
  for (int i = y.rank() - 1; i >= 0; --i) {
    const int64_t n = x.dim(i);
    Lattice a{y.dim(i), 0, 1, 0, 0, 0};
    if (n > 0) a = lattice(y.dim(i), n, s.starts.at[i], s.steps.at[i], s.every.at[i]);
    if (a.count == 0) {
      all.nothing = true;
      all.count = 0;
      kept[all.count++] = Lattice{y.size(), 0, 1, 0, 0, 0};
      break;
    }
    const bool dense = a.every == 1 && (a.step == 1 || a.count == 1);
    a.offset *= volume;
    a.step *= volume;
    volume *= n;
    Lattice& inner = kept[all.count > 0 ? all.count - 1 : 0];
    if (a.m == 1) {
      all.base += a.offset;
    } else if (all.count > 0 && dense && all.base == 0 && inner.is_whole() && inner.step == 1 &&
               inner.offset == 0 && inner.m == volume / n) {
      const int64_t w = inner.m;
      inner = Lattice{a.m * w, a.first * w, 1, a.count * w, a.offset, 1};
    } else {
      kept[all.count++] = a;
    }
  }
  if (all.count == 0) kept[all.count++] = Lattice{1, 0, 1, 1, 0, 1};
  for (int i = 0; i < all.count; ++i) all.axis[i] = kept[all.count - 1 - i];
  for (int i = 0; i < all.count - 1; ++i) all.rows.push(all.axis[i].m, 0);
  return all;
}

// Where the row's elements of x begin; false if it has none.
static bool row_start(const Slicing& s, int64_t& start) {
  if (s.nothing) return false;
  start = s.base;
  for (int i = 0; i < s.count - 1; ++i) {
    const Lattice& a = s.axis[i];
    int64_t t = s.rows.index[i] - a.first;
    if (t < 0) return false;
    if (a.every > 1) {
      if (t % a.every != 0) return false;
      t /= a.every;
    }
    if (t >= a.count) return false;
    start += a.offset + a.step * t;
  }
  return true;
}

template <class T>
FASTNN_INLINE void spread(T* y, bool add, T value, int64_t n) {
  if (add && value == T(0)) return;
  for (int64_t i = 0; i < n; ++i) y[i] = add ? static_cast<T>(y[i] + value) : value;
}

// y[begin .. end) of a row.
template <class T>
static void slice_row(T* y, bool add, const T* x, const Lattice& a, T value, int64_t begin,
                      int64_t end) {
  if (!x || a.count == 0) return spread(y + begin, add, value, end - begin);
  int64_t from = larger(begin - a.first, 0), stop = smaller(a.count, end - a.first);
  if (a.every > 1) {
    from = blocks_of(a.every, from);
    stop = end <= a.first ? 0 : smaller(a.count, (end - 1 - a.first) / a.every + 1);
  }
  if (from >= stop) return spread(y + begin, add, value, end - begin);
  const int64_t first = a.first + from * a.every, last = a.first + (stop - 1) * a.every;
  spread(y + begin, add, value, first - begin);
  spread(y + last + 1, add, value, end - last - 1);
  if (a.every > 1 && !add) {
    spread(y + first, false, value, last - first);
  } else if (a.every > 1 && value != T(0)) {
    for (int64_t i = first + 1; i < last; i += a.every) spread(y + i, true, value, a.every - 1);
  }
  move_steps(y + first, add, a.every, x + a.offset + from * a.step, a.step, stop - from);
}

void slice(OutAdd y, In x, const SliceSettings& settings, const Part& part) noexcept {
  if (y.size() == 0) return;
  Slicing s = slicing(y, x, settings);
  const Lattice& row = s.axis[s.count - 1];
  with_number(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const T value = static_cast<T>(settings.value);
    T* to = nullptr;
    int64_t number = -1;
    for_each_piece(s.rows, row.m, part, [&](int64_t begin, int64_t end) {
      if (!to) {
        number = 0;
        for (int i = 0; i < s.count - 1; ++i) number = number * s.axis[i].m + s.rows.index[i];
        to = y.as<T>() + number * row.m;
      }
      int64_t start = 0;
      const bool inside = row_start(s, start);
      slice_row(to, y.add(), inside ? x.as<T>() + start : nullptr, row, value, begin, end);
      if (end == row.m) to += row.m;
    });
  });
}

void slice_schedule(OutAdd y, In x, const SliceSettings& settings, Schedule& schedule) noexcept {
  if (y.size() == 0) return;
  const Slicing s = slicing(y, x, settings);
  const int64_t width = s.axis[s.count - 1].m;
  plan_rows_moved(schedule, y.size() / width, width, 2 * size_of(y.dtype()));
}

}  // namespace fastnn::FASTNN_ISA
