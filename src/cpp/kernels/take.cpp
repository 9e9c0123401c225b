// take: y (outer, m, inner) are the rows of x (outer, n, inner) at indices (m,), a negative index
// counting from the end; any dtype. scatter_add, its gradient: a row of y is the sum of the rows of
// updates (outer, m, inner) whose index it is, in their order. A part has some rows of y and looks
// through all indices for them, so that no two parts add to one row. one_hot: rows of y with a one
// at the index; an index outside gives a row of zeros. In the other two it is reported, and gives
// zeros or adds nothing.
#include "odometer.h"

namespace fastnn::FASTNN_ISA {

// The row that an index names, or -1.
static int64_t row_of(int64_t index, int64_t n, const Part& part) {
  const int64_t row = index < 0 ? index + n : index;
  if (row >= 0 && row < n) return row;
  part.status->report(Problem::index_out_of_range, index, n);
  return -1;
}

// Where a row is one element.
template <class T>
static void take_elements(OutAdd y, In x, In indices, Range range, const Part& part) {
  const int64_t m = indices.size(), n = x.dim(1);
  const bool add = y.add();
  T* __restrict__ to = y.as<T>();
  for (int64_t at = range.begin; at < range.end;) {
    const int64_t outer = at / m, end = smaller(range.end, (outer + 1) * m);
    const T* __restrict__ from = x.as<T>() + outer * n;
    for (const int32_t* index = indices.as<int32_t>() + at % m; at < end; ++at, ++index) {
      const int64_t row = row_of(*index, n, part);
      const T value = row >= 0 ? from[row] : T(0);
      to[at] = add ? static_cast<T>(to[at] + value) : value;
    }
  }
}

void take(OutAdd y, In x, In indices, const NoSettings&, const Part& part) noexcept {
  const Range range = share_elements(y.size(), part);
  const int64_t m = indices.size(), n = x.dim(1), inner = x.dim(2);
  if (range.begin == range.end) return;
  with_moved(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (inner == 1) return take_elements<T>(y, x, indices, range, part);
    int64_t row = range.begin / inner, column = range.begin % inner;
    int64_t outer = row / m, i = row % m;
    for (int64_t at = range.begin; at < range.end; column = 0) {
      const int64_t count = smaller(inner - column, range.end - at);
      const int64_t from = row_of(indices.as<int32_t>()[i], n, part);
      T* to = y.as<T>() + at;
      if (from >= 0) {
        move_run(to, y.add(), x.as<T>() + (outer * n + from) * inner + column, count);
      } else if (!y.add()) {
        for (int64_t j = 0; j < count; ++j) to[j] = T(0);
      }
      at += count;
      if (++i == m) {
        i = 0;
        ++outer;
      }
    }
  });
}

// A row costs a miss or two, about 5 ns, one of few elements less.
void take_schedule(OutAdd y, In x, In, const NoSettings&, Schedule& schedule) noexcept {
  if (y.size() == 0) return;
  const double rows = static_cast<double>(y.size() / x.dim(2));
  plan_stage(schedule, 0, nanoseconds_of(2 * y.operand->bytes()) + 5 * rows,
             blocks_of(kGrain, y.size()));
}

void scatter_add(OutAdd y, In indices, In updates, const NoSettings&, const Part& part) noexcept {
  if (y.size() == 0 && indices.size() == 0) return;
  const int64_t m = indices.size(), n = y.dim(1), inner = y.dim(2);
  const Range rows = share(y.dim(0) * n, part);
  if (part.index == 0)  // one of the parts speaks for the indices
    for (int64_t i = 0; i < m; ++i) row_of(indices.as<int32_t>()[i], n, part);
  if (y.size() == 0) return;
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    T* to = y.as<T>();
    if (!y.add())
      map<false>(to, Range{rows.begin * inner, rows.end * inner}, [] { return Vec<T>{}; });
    for (int64_t at = rows.begin; at < rows.end;) {
      const int64_t outer = at / n, end = smaller(rows.end, (outer + 1) * n);
      const int64_t low = at - outer * n, high = end - outer * n;
      const T* from = updates.as<T>() + outer * m * inner;
      for (int64_t i = 0; i < m; ++i) {
        const int64_t index = indices.as<int32_t>()[i], row = index < 0 ? index + n : index;
        if (row < low || row >= high) continue;
        if (inner == 1) {
          to[outer * n + row] += from[i];
        } else {
          move_run(to + (outer * n + row) * inner, true, from + i * inner, inner);
        }
      }
      at = end;
    }
  });
}

// An index costs each part half a nanosecond, and the part that adds its row 3.
void scatter_add_schedule(OutAdd y, In indices, In updates, const NoSettings&,
                          Schedule& schedule) noexcept {
  if (y.size() == 0) return;
  const double looks = static_cast<double>(y.dim(0) * indices.size());
  const int64_t bytes = y.operand->bytes() + 3 * updates.operand->bytes();
  plan_stage(schedule, 0, nanoseconds_of(bytes) + 3.5 * looks, y.dim(0) * y.dim(1));
}

void one_hot(Out y, In indices, const NoSettings&, const Part& part) noexcept {
  const Range rows = share(indices.size(), part);
  const int64_t classes = y.dim(-1);
  with_number(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const int64_t index = indices.as<int32_t>()[r];
      T* to = y.as<T>() + r * classes;
      for (int64_t j = 0; j < classes; ++j) to[j] = T(0);
      if (index >= 0 && index < classes) to[index] = T(1);
    }
  });
}

void one_hot_schedule(Out y, In indices, const NoSettings&, Schedule& schedule) noexcept {
  plan_stage(schedule, 0,
             nanoseconds_of(y.operand->bytes()) + 3 * static_cast<double>(indices.size()),
             indices.size());
}

}  // namespace fastnn::FASTNN_ISA
