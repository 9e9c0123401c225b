// Running sums along an axis of x, (outer, n, inner): up to the k-th element, or from it (reverse),
// with or without it (exclusive). A line is summed by one part from its first element to its last.
#include "common.h"

namespace fastnn::FASTNN_ISA {

struct Scan {
  int64_t outer, n, inner, first, step;  // where a line begins, and how it goes on
  bool exclusive;
};
static Scan scan_of(Ref x, const CumulativeSumSettings& s) {
  const int axis = static_cast<int>(s.axis);
  Scan scan{1, x.dim(axis), 1, 0, 0, s.exclusive};
  for (int i = 0; i < axis; ++i) scan.outer *= x.dim(i);
  for (int i = axis + 1; i < x.rank(); ++i) scan.inner *= x.dim(i);
  scan.first = s.reverse ? (scan.n - 1) * scan.inner : 0;
  scan.step = s.reverse ? -scan.inner : scan.inner;
  return scan;
}

// Some lines at once, `apart` from each other: an addition waits 3 cycles for the one before it,
// but not for its neighbours'.
template <int count, class T>
static void scan_lines(T* y, bool add, const T* x, const Scan& scan, int64_t apart) {
  T sum[count] = {};
  for (int64_t k = 0, i = scan.first; k < scan.n; ++k, i += scan.step) {
#pragma GCC unroll 2
    for (int j = 0; j < count; ++j) {
      const int64_t at = i + j * apart;
      const T before = sum[j];
      sum[j] = before + x[at];
      const T value = scan.exclusive ? before : sum[j];
      y[at] = add ? y[at] + value : value;
    }
  }
}

// At most kStrip lines side by side, row after row of them.
constexpr int64_t kStrip = 1024;

template <class T>
static void scan_columns(T* y, bool add, const T* x, const Scan& scan, int64_t columns) {
  T sum[kStrip];
  const Range all = {0, columns};
  map<false>(sum, all, [] { return Vec<T>{}; });
  for (int64_t k = 0, i = scan.first; k < scan.n; ++k, i += scan.step) {
    const auto step = [&](int64_t j, auto... count) {
      const Vec<T> before = load(sum + j, count...), after = before + load(x + i + j, count...);
      const Vec<T> value = scan.exclusive ? before : after;
      store(sum + j, after, count...);
      store(y + i + j, add ? load(y + i + j, count...) + value : value, count...);
    };
    int64_t j = 0;
    for (; j + lanes<T> <= columns; j += lanes<T>) step(j);
    if (j < columns) step(j, columns - j);
  }
}

// A unit is a strip of lines beside each other or, where inner is 1, two lines: eight of 4 KB each
// wait for each other's place in the first cache, and take nine times as long.
constexpr int kLines = 2;
static int64_t units_of(const Scan& scan) {
  return scan.inner == 1 ? blocks_of(kLines, scan.outer)
                         : scan.outer * blocks_of(kStrip, scan.inner);
}

template <class T>
static void scan_unit(T* y, bool add, const T* x, const Scan& scan, int64_t unit) {
  if (scan.inner > 1) {
    const int64_t strips = blocks_of(kStrip, scan.inner), column = unit % strips * kStrip;
    const int64_t start = unit / strips * scan.n * scan.inner + column;
    return scan_columns(y + start, add, x + start, scan, smaller(kStrip, scan.inner - column));
  }
  int64_t line = unit * kLines;
  if (line + kLines <= scan.outer)
    return scan_lines<kLines>(y + line * scan.n, add, x + line * scan.n, scan, scan.n);
  for (; line < scan.outer; ++line)
    scan_lines<1>(y + line * scan.n, add, x + line * scan.n, scan, 0);
}

void cumulative_sum(OutAdd y, In x, const CumulativeSumSettings& s, const Part& part) noexcept {
  if (y.size() == 0) return;
  const Scan scan = scan_of(x, s);
  const Range mine = share(units_of(scan), part);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    for (int64_t unit = mine.begin; unit < mine.end; ++unit)
      scan_unit(y.as<T>(), y.add(), x.as<T>(), scan, unit);
  });
}

void cumulative_sum_schedule(OutAdd y, In x, const CumulativeSumSettings& s,
                             Schedule& schedule) noexcept {
  if (y.size() == 0) return plan_stage(schedule, 0, 0, 0);
  const Scan scan = scan_of(x, s);
  const double each = scan.inner == 1 ? 0.4 : 0.1;  // nanoseconds an element
  plan_stage(schedule, 0, each * static_cast<double>(x.size()), units_of(scan));
}

}  // namespace fastnn::FASTNN_ISA
