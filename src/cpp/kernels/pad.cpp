// pad: y[i] = x[i - before] along each axis, and beyond x's ends its edge again, x mirrored, or x
// from its other end; y may have any sizes, so that wrapping also rolls and tiles. A row of y is
// made of runs of a row of x, forward, backward or of one element. pad_backward sums: a row of dx
// is zero, then takes the rows of dy that were made of it in their order, and of each its runs.
#include "../formulas_index.h"
#include "odometer.h"

namespace fastnn::FASTNN_ISA {

// The axes of the padded array and of x, outermost first. Inner axes that are not padded are one
// with the next.
struct Padding {
  int count = 0;
  int64_t m[kMaxRank], n[kMaxRank], before[kMaxRank];
  FASTNN_INLINE int64_t stride(int axis) const {  // of x
    int64_t step = 1;
    for (int i = axis + 1; i < count; ++i) step *= n[i];
    return step;
  }
};

static Padding padding(Ref whole, Ref x, const PadSettings& s) {
  Padding p;
  int64_t width = 1;  // of the inner axes that are not padded
  int rank = x.rank();
  while (rank > 0 && s.before.at[rank - 1] == 0 && whole.dim(rank - 1) == x.dim(rank - 1))
    width *= x.dim(--rank);
  for (int i = 0; i < rank; ++i) {
    p.m[i] = whole.dim(i);
    p.n[i] = x.dim(i);
    p.before[i] = s.before.at[i];
  }
  p.count = rank;
  if (width > 1 || rank == 0) {
    p.m[rank] = p.n[rank] = width;
    p.before[rank] = 0;
    ++p.count;
  }
  return p;
}

// Calls f(place in y, Run) for the runs of y's places begin .. end along x's axis of n.
template <class F>
FASTNN_INLINE void for_each_run(PadMode mode, int64_t n, int64_t before, int64_t begin, int64_t end,
                                F f) {
  for (int64_t i = begin; i < end;) {
    Run run = run_at(mode, n, i - before);
    run.length = smaller(run.length, end - i);
    f(i, run);
    i += run.length;
  }
}

void pad(OutAdd y, In x, const PadSettings& s, const Part& part) noexcept {
  if (y.size() == 0) return;
  const Padding p = padding(y, x, s);
  const int last = p.count - 1;
  Odometer rows;
  for (int i = 0; i < last; ++i) rows.push(p.m[i], 0);
  with_moved(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    for_each_piece(rows, p.m[last], part, [&](int64_t begin, int64_t end) {
      int64_t from = 0, to = 0;
      for (int i = 0; i < last; ++i) {
        from = from * p.n[i] + run_at(s.mode, p.n[i], rows.index[i] - p.before[i]).from;
        to = to * p.m[i] + rows.index[i];
      }
      const T* x_row = x.as<T>() + from * p.n[last];
      T* y_row = y.as<T>() + to * p.m[last];
      for_each_run(s.mode, p.n[last], p.before[last], begin, end, [&](int64_t i, Run run) {
        move_steps(y_row + i, y.add(), 1, x_row + run.from, run.step, run.length);
      });
    });
  });
}

void pad_schedule(OutAdd y, In x, const PadSettings& s, Schedule& schedule) noexcept {
  if (y.size() == 0) return;
  const Padding p = padding(y, x, s);
  const int64_t width = p.m[p.count - 1];
  plan_rows_moved(schedule, y.size() / width, width, 2 * size_of(y.dtype()));
}

// dx's row += dy's row, run by run.
template <class T>
static void add_row(T* dx, const T* dy, PadMode mode, int64_t n, int64_t before, int64_t m) {
  for_each_run(mode, n, before, 0, m, [&](int64_t i, Run run) {
    if (run.step == 0) {
      dx[run.from] += sum_row(dy + i, run.length);
    } else {
      move_steps(dx + run.from, true, run.step, dy + i, 1, run.length);
    }
  });
}

void pad_backward(OutAdd dx, In dy, const PadSettings& s, const Part& part) noexcept {
  if (dx.size() == 0) return;
  const Padding p = padding(dy, dx, s);
  const int last = p.count - 1;
  Odometer rows;
  for (int i = 0; i < last; ++i) rows.push(p.n[i], p.stride(i));
  const Range range = share(rows.total(), part);
  rows.go_to(range.begin);
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    for (int64_t r = range.begin; r < range.end; ++r, rows.next()) {
      T* row = dx.as<T>() + r * p.n[last];
      if (!dx.add()) map<false>(row, Range{0, p.n[last]}, [] { return Vec<T>{}; });
      // The places in dy that became this row's, all combinations over the axes.
      int64_t place[kMaxRank];
      int axis = 0;
      place[0] = -1;
      while (axis >= 0) {
        if (axis == last) {
          int64_t from = 0;
          for (int i = 0; i < last; ++i) from = from * p.m[i] + place[i];
          add_row(row, dy.as<T>() + from * p.m[last], s.mode, p.n[last], p.before[last], p.m[last]);
          --axis;
          continue;
        }
        place[axis] =
            next_place(s.mode, p.n[axis], p.before[axis], rows.index[axis], place[axis] + 1);
        if (place[axis] < p.m[axis]) {
          ++axis;
          place[axis] = -1;
        } else {
          --axis;
        }
      }
    }
  });
}

void pad_backward_schedule(OutAdd dx, In dy, const PadSettings& s, Schedule& schedule) noexcept {
  if (dx.size() == 0) return;
  const Padding p = padding(dy, dx, s);
  const int64_t rows = dx.size() / p.n[p.count - 1];
  const double moving = nanoseconds_of(2 * dx.operand->bytes() + 2 * dy.operand->bytes());
  plan_stage(schedule, 0, moving + 20 * static_cast<double>(rows), rows);
}

}  // namespace fastnn::FASTNN_ISA
