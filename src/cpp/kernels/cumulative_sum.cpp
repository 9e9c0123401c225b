// Running sums along an axis of x, (outer, n, inner): up to the k-th element, or from it (reverse),
// with or without it (exclusive). A line is summed by one part from its first element to its last;
// where inner is more than 1, a vector is neighbouring lines.
#include "common.h"

namespace fastnn::FASTNN_ISA {

// The lines that one part walks side by side: four vectors are enough to hide the adder's latency.
template <class T>
constexpr int64_t kBeside = 4 * lanes<T>;

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

template <class T>
static void scan_line(T* y, bool add, const T* x, const Scan& scan) {
  T sum = 0;
  for (int64_t k = 0, i = scan.first; k < scan.n; ++k, i += scan.step) {
    const T before = sum;
    sum += x[i];
    const T value = scan.exclusive ? before : sum;
    y[i] = add ? y[i] + value : value;
  }
}

// `vectors` of lines, of which the last holds `count` where one is given.
template <int vectors, class T, class... Count>
FASTNN_INLINE void scan_columns(T* y, bool add, const T* x, const Scan& scan, Count... count) {
  Vec<T> sum[vectors] = {};
  for (int64_t k = 0, i = scan.first; k < scan.n; ++k, i += scan.step) {
#pragma GCC unroll 4
    for (int j = 0; j < vectors; ++j) {
      const int64_t at = i + j * lanes<T>;
      const Vec<T> before = sum[j];
      sum[j] = before + load(x + at, count...);
      const Vec<T> value = scan.exclusive ? before : sum[j];
      store(y + at, add ? load(y + at, count...) + value : value, count...);
    }
  }
}

template <class T>
static int64_t units_of(const Scan& scan) {
  return scan.outer * blocks_of(kBeside<T>, scan.inner);
}

void cumulative_sum(OutAdd y, In x, const CumulativeSumSettings& s, const Part& part) noexcept {
  if (y.size() == 0) return;
  const Scan scan = scan_of(x, s);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    constexpr int64_t L = lanes<T>;
    const Range mine = share(units_of<T>(scan), part);
    const int64_t blocks = blocks_of(kBeside<T>, scan.inner);
    for (int64_t unit = mine.begin; unit < mine.end; ++unit) {
      int64_t column = unit % blocks * kBeside<T>;
      const int64_t line = unit / blocks * scan.n * scan.inner;
      const int64_t end = smaller(column + kBeside<T>, scan.inner);
      const T* from = x.as<T>() + line;
      T* to = y.as<T>() + line;
      if (scan.inner == 1) {
        scan_line(to, y.add(), from, scan);
      } else if (column + kBeside<T> <= end) {
        scan_columns<4>(to + column, y.add(), from + column, scan);
      } else {
        for (; column + L <= end; column += L)
          scan_columns<1>(to + column, y.add(), from + column, scan);
        if (column < end) scan_columns<1>(to + column, y.add(), from + column, scan, end - column);
      }
    }
  });
}

void cumulative_sum_schedule(OutAdd y, In x, const CumulativeSumSettings& s,
                             Schedule& schedule) noexcept {
  if (y.size() == 0) return plan_stage(schedule, 0, 0, 0);
  const Scan scan = scan_of(x, s);
  const double each = scan.inner == 1 ? 1.0 : 0.1;  // nanoseconds an element
  with_float(y.dtype(), [&](auto tag) {
    plan_stage(schedule, 0, each * static_cast<double>(x.size()), units_of<decltype(tag)>(scan));
  });
}

}  // namespace fastnn::FASTNN_ISA
