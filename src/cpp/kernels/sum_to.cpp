// sum_to, the backward of broadcasting: y = x summed over the axes along which y has size 1 or
// which it lacks. It adds eight rows as a tree, 256 rows in a strip of their own, and the strips to
// y, so that the error of a sum hardly grows with the number of its terms. Rows of few columns that
// follow one another are taken as fewer rows of many columns, which at the end are folded: 50,000
// rows of 8 columns take 30 us instead of 110 (Zen 4). Where y is small and x large, blocks of rows
// are summed side by side into the scratch, and a second stage adds up the blocks in order.
#include "axes.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kStrip = 256;  // columns summed at a time: 1 or 2 KB of accumulators
constexpr int64_t kRows = 256;   // rows summed before they are added to the rest
constexpr int64_t kRun = 4096;   // elements of a row that is summed to a number

// For each place of the kept outer axes, `rows` rows of x are summed. Where y has the innermost
// axis, a row is `width` columns, taken strip by strip; where it has not, width is 1, and a row is
// a run of at most kRun elements along that axis. A unit is what one accumulator holds: a strip or
// a sum.
struct Summation {
  Axes kept, reduced;  // the outer axes
  bool columns;
  bool far;                     // x does not fit in the last cache
  int64_t width, length, runs;  // length: of the innermost axis where it is summed, cut into runs
  int64_t rows, strips, units, blocks;

  FASTNN_INLINE bool narrow() const {
    return columns && 2 * width <= kStrip && reduced.count == 1 && reduced.step[0][0] == width;
  }
};

static Summation summation(Ref y, Ref x) {
  const Axes axes = merged_axes(x, x, y), outer = outer_axes(axes);
  Summation s;
  for (int i = 0; i < outer.count; ++i) {
    Axes& list = outer.step[1][i] != 0 ? s.kept : s.reduced;
    list.push(outer.size[i], outer.step[0][i], outer.step[1][i]);
  }
  s.far = x.operand->bytes() > fastnn_past_bytes / 3;
  s.columns = axes.step[1][0] != 0;
  s.width = s.columns ? axes.size[0] : 1;
  s.length = s.columns ? 1 : axes.size[0];
  s.runs = blocks_of(kRun, s.length);
  s.rows = s.reduced.total() * s.runs;
  s.strips = blocks_of(kStrip, s.width);
  s.units = s.kept.total() * s.strips;
  const int64_t wanted = part_count(nanoseconds_of(x.operand->bytes()), kMostParts);
  s.blocks = s.units > 1 && 2 * s.units >= wanted ? 1 : smaller(s.rows, wanted);
  return s;
}

// y[j] = sum over rows of x[row, j] for at most kStrip columns, or y[j] += it.
template <class T>
static void sum_columns(T* y, bool add, const T* x, int64_t columns, const Axes& reduced,
                        Range rows, bool far = false) {
  using V = Vec<T>;
  const auto one = [](V v) { return v; };
  const auto tree = [](V a, V b, V c, V d, V e, V f, V g, V h) {
    return ((a + b) + (c + d)) + ((e + f) + (g + h));
  };
  T strip[kStrip];
  const Range all = {0, columns};
  for (int64_t first = rows.begin; first < rows.end; first += kRows) {
    const int64_t end = smaller(first + kRows, rows.end);
    int64_t row = first;
    for (; row + 8 <= end; row += 8) {
      const T* p[8];
      for (int k = 0; k < 8; ++k) p[k] = x + reduced.offset(0, row + k);
      for (int64_t i = 0; far && i < 8 * columns; i += 64 / sizeof(T)) {
        __builtin_prefetch(p[0] + 16 * columns + i, 0, 2);
      }
      map(strip, row > first, all, tree, p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
    }
    for (; row < end; ++row) map(strip, row > first, all, one, x + reduced.offset(0, row));
    map(y, add || first > rows.begin, all, one, strip);
  }
}

// The same for rows of at most kStrip / 2 columns that follow one another.
template <class T>
static void sum_narrow(T* y, bool add, const T* x, int64_t columns, int64_t rows, bool far) {
  // Eight times as many rows, since so many are added at a time.
  int64_t group = larger(1, smaller(kStrip / columns, rows / 8));
  const int64_t width = group * columns, whole = rows / group;
  Axes reduced;
  reduced.push(whole, width, 0);
  const auto one = [](Vec<T> v) { return v; };
  T strip[kStrip];
  sum_columns(strip, false, x, width, reduced, Range{0, whole}, far);
  map(strip, true, Range{0, (rows - whole * group) * columns}, one, x + whole * width);
  for (int64_t half; group > 1; group -= half) {
    half = group / 2;
    map(strip, true, Range{0, half * columns}, one, strip + (group - half) * columns);
  }
  map(y, add, Range{0, columns}, one, strip);
}

// The sum over rows of the sums of their runs.
template <class T>
static T sum_runs(const T* x, const Summation& s, Range rows) {
  T sum = 0;
  for (int64_t first = rows.begin; first < rows.end; first += kRows) {
    T some = 0;
    for (int64_t row = first; row < smaller(first + kRows, rows.end); ++row) {
      const int64_t start = row % s.runs * kRun;
      some +=
          sum_row(x + s.reduced.offset(0, row / s.runs) + start, smaller(kRun, s.length - start));
    }
    sum += some;
  }
  return sum;
}

template <class T>
static void sum_units(T* y, bool add, const T* x, const Summation& s, Range units, Range rows) {
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t output = unit / s.strips, column = unit % s.strips * kStrip;
    const T* start = x + s.kept.offset(0, output) + column;
    T* to = y + output * s.width + column;
    if (s.narrow()) {
      sum_narrow(to, add, start + rows.begin * s.width, s.width, rows.end - rows.begin, s.far);
    } else if (s.columns) {
      sum_columns(to, add, start, smaller(kStrip, s.width - column), s.reduced, rows);
    } else {
      *to = sum_runs(start, s, rows) + (add ? *to : T(0));
    }
  }
}

void sum_to(OutAdd y, In x, Scratch scratch, const NoSettings&, const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range mine = share_elements(y.size(), part);
    if (x.size() == 0) {
      if (!y.add()) map<false>(y.as<T>(), mine, [] { return Vec<T>{}; });
      return;
    }
    const Summation s = summation(y, x);
    T* sums = scratch.shared<T>();
    if (s.blocks == 1) {
      sum_units(y.as<T>(), y.add(), x.as<T>(), s, share(s.units, part), Range{0, s.rows});
    } else if (part.stage == 0) {
      sum_units(sums + part.index * y.size(), false, x.as<T>(), s, Range{0, s.units},
                share(s.rows, part));
    } else {
      Axes blocks;
      blocks.push(s.blocks, y.size(), 0);
      for (int64_t j = mine.begin; j < mine.end; j += kStrip) {
        sum_columns(y.as<T>() + j, y.add(), sums + j, smaller(kStrip, mine.end - j), blocks,
                    Range{0, s.blocks});
      }
    }
  });
}

void sum_to_schedule(OutAdd y, In x, Scratch, const NoSettings&, Schedule& schedule) noexcept {
  if (x.size() == 0) return plan_elements(schedule, y.size(), size_of(y.dtype()));
  const Summation s = summation(y, x);
  plan_stage(schedule, 0, nanoseconds_of(x.operand->bytes()), s.units);
  if (s.blocks == 1) return;
  schedule.parts[0] = s.blocks;
  schedule.shared_bytes = s.blocks * y.operand->bytes();
  plan_stage(schedule, 1, nanoseconds_of(schedule.shared_bytes), blocks_of(kGrain, y.size()));
}

}  // namespace fastnn::FASTNN_ISA
