// pad: y[i] = x[i - before] along each axis, and beyond x's ends its edge again, x mirrored, or x
// from its other end; y may have any sizes, so that wrapping also rolls and tiles. A row of y is
// made of runs of a row of x, forward, backward or of one element. pad_backward sums: a row of dx
// is zero, then takes the rows of dy that were made of it in their order, and of each its runs.
#include "../formulas_index.h"
#include "odometer.h"

namespace fastnn::FASTNN_ISA {

// The axes of the padded array and of x, outermost first. Inner axes that are not padded make
// elements of `width` numbers.
struct Padding {
  int count = 0;
  int64_t m[kMaxRank], n[kMaxRank], before[kMaxRank], width = 1;
};

static Padding padding(Ref whole, Ref x, const PadSettings& s) {
  Padding p;
  p.count = x.rank();
  while (p.count > 0 && s.before.at[p.count - 1] == 0 &&
         whole.dim(p.count - 1) == x.dim(p.count - 1))
    p.width *= x.dim(--p.count);
  for (int i = 0; i < p.count; ++i) {
    p.m[i] = whole.dim(i);
    p.n[i] = x.dim(i);
    p.before[i] = s.before.at[i];
  }
  if (p.count == 0) {  // a copy: of one axis that is not padded
    p.m[0] = p.n[0] = p.width;
    p.before[0] = 0;
    p.width = p.count = 1;
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
  const bool add = y.add();
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
      const T* x_row = x.as<T>() + from * p.n[last] * p.width;
      T* y_row = y.as<T>() + to * p.m[last] * p.width;
      for_each_run(s.mode, p.n[last], p.before[last], begin, end, [&](int64_t i, Run run) {
        T* to_run = y_row + i * p.width;
        const T* from_run = x_row + run.from * p.width;
        if (run.step == 1) {
          move_run(to_run, add, from_run, run.length * p.width);
        } else if (p.width == 1) {
          move_steps(to_run, add, 1, from_run, run.step, run.length);
        } else {
          for (int64_t k = 0; k < run.length; ++k)
            move_run(to_run + k * p.width, add, from_run + k * run.step * p.width, p.width);
        }
      });
    });
  });
}

void pad_schedule(OutAdd y, In x, const PadSettings& s, Schedule& schedule) noexcept {
  if (y.size() == 0) return;
  const Padding p = padding(y, x, s);
  const int64_t places = p.m[p.count - 1];
  const int64_t bytes = 2 * p.width * size_of(y.dtype());
  plan_rows_moved(schedule, y.size() / (places * p.width), places, bytes);
}

// dx's row += dy's row, run by run.
template <class T>
static void add_row(T* dx, const T* dy, PadMode mode, const Padding& p) {
  const int last = p.count - 1;
  const int64_t width = p.width;
  for_each_run(mode, p.n[last], p.before[last], 0, p.m[last], [&](int64_t i, Run run) {
    T* to = dx + run.from * width;
    const T* from = dy + i * width;
    if (run.step == 1) {
      move_run(to, true, from, run.length * width);
    } else if (width > 1) {
      for (int64_t k = 0; k < run.length; ++k)
        move_run(to + k * run.step * width, true, from + k * width, width);
    } else if (run.step == 0) {
      *to += sum_row(from, run.length);
    } else {
      move_steps(to, true, run.step, from, 1, run.length);
    }
  });
}

void pad_backward(OutAdd dx, In dy, const PadSettings& s, const Part& part) noexcept {
  if (dx.size() == 0) return;
  const Padding p = padding(dy, dx, s);
  const int last = p.count - 1;
  const int64_t dx_row = p.n[last] * p.width, dy_row = p.m[last] * p.width;
  Odometer rows;
  for (int i = 0; i < last; ++i) rows.push(p.n[i], 0);
  const Range range = share(rows.total(), part);
  rows.go_to(range.begin);
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    for (int64_t r = range.begin; r < range.end; ++r, rows.next()) {
      T* row = dx.as<T>() + r * dx_row;
      if (!dx.add()) map<false>(row, Range{0, dx_row}, [] { return Vec<T>{}; });
      // The places in dy that became this row's, all combinations over the axes.
      int64_t place[kMaxRank];
      int axis = 0;
      for (place[0] = -1;;) {
        if (axis == last) {
          int64_t from = 0;
          for (int i = 0; i < last; ++i) from = from * p.m[i] + place[i];
          add_row(row, dy.as<T>() + from * dy_row, s.mode, p);
        } else {
          place[axis] =
              next_place(s.mode, p.n[axis], p.before[axis], rows.index[axis], place[axis] + 1);
          if (place[axis] < p.m[axis]) {
            place[++axis] = -1;
            continue;
          }
        }
        if (axis == 0) break;
        --axis;
      }
    }
  });
}

void pad_backward_schedule(OutAdd dx, In dy, const PadSettings& s, Schedule& schedule) noexcept {
  if (dx.size() == 0) return;
  const Padding p = padding(dy, dx, s);
  const int64_t rows = dx.size() / (p.n[p.count - 1] * p.width);
  const double moving = nanoseconds_of(2 * dx.operand->bytes() + 2 * dy.operand->bytes());
  plan_stage(schedule, 0, moving + 30 * static_cast<double>(rows), rows);
}

}  // namespace fastnn::FASTNN_ISA
