// What reductions over axes share: one pass over x that combines its terms into y, which has size 1
// along the reduced axes. A term may depend on a number of its output, its center: x - mean, or
// exp(x - max). Neighbouring axes are merged, and what is left is either columns (y has the
// innermost axis: rows of it are combined, in registers or strip by strip) or runs (a row is
// combined to a number). The rows of an output are cut into blocks of a size that depends on
// nothing but what is reduced, so that the bits of an output depend on its own terms alone, however
// many outputs there are; where there is more than one block, they go to the scratch and a second
// stage combines them in order.
#pragma once
#include <math.h>

#include "axes.h"

namespace fastnn::FASTNN_ISA {

// ---- how two terms are combined: `of` whole vectors, `any` vectors of any size and scalars
// -------

struct Total {
  template <class V>
  static FASTNN_INLINE V any(V a, V b) {
    return a + b;
  }
  template <class V>
  static FASTNN_INLINE V of(V a, V b) {
    return a + b;
  }
  static constexpr double kNone = 0;  // the combination of no terms
};
struct Product {
  template <class V>
  static FASTNN_INLINE V any(V a, V b) {
    return a * b;
  }
  template <class V>
  static FASTNN_INLINE V of(V a, V b) {
    return a * b;
  }
  static constexpr double kNone = 1;
};
struct Largest {
  template <class V>
  static FASTNN_INLINE V any(V a, V b) {
    return ((a > b) | (a != a)) ? a : b;
  }
  template <class V>
  static FASTNN_INLINE V of(V a, V b) {
    return max(a, b);
  }
  static constexpr double kNone = -INFINITY;
};
struct Smallest {
  template <class V>
  static FASTNN_INLINE V any(V a, V b) {
    return ((a < b) | (a != a)) ? a : b;
  }
  template <class V>
  static FASTNN_INLINE V of(V a, V b) {
    return min(a, b);
  }
  static constexpr double kNone = INFINITY;
};

// ---- what an element contributes ---------------------------------------------------------------

struct Itself {
  static constexpr bool kCentered = false;
  template <class V>
  static FASTNN_INLINE V of(V x, V) {
    return x;
  }
};
struct ExpOfDifference {
  static constexpr bool kCentered = true;
  template <class V>
  static FASTNN_INLINE V of(V x, V center) {
    return exp(x - center);
  }
};
struct SquareOfDifference {
  static constexpr bool kCentered = true;
  template <class V>
  static FASTNN_INLINE V of(V x, V center) {
    const V d = x - center;
    return d * d;
  }
};
struct Equals {
  static constexpr bool kCentered = true;
  template <class V>
  static FASTNN_INLINE V of(V x, V center) {
    return select(equal(x, center), broadcast(Scalar<V>(1)), V{});
  }
};

// ---- how a reduction is cut --------------------------------------------------------------------

constexpr int64_t kStrip = 1024;  // columns combined at a time: 4 or 8 KB of accumulators
constexpr int64_t kGroup = 256;   // rows combined before they meet the rest
constexpr int64_t kRun = 4096;    // elements of a row that is combined to a number
constexpr int64_t kBlockRows = 512;
constexpr int64_t kBlockElements = 32768;

// For each place of the kept outer axes `rows` rows of x are combined. A row is `width` columns, or
// a run of at most kRun of the `length` elements of the innermost axis, and then width is 1. A unit
// is what one accumulator holds: a strip or a number.
struct ReductionPlan {
  Axes kept, reduced;  // the outer axes
  bool columns;
  int64_t width, length, runs;
  int64_t rows, block_rows, blocks;
  int64_t strips, units, outputs;
};

static ReductionPlan plan_reduction(Ref y, Ref x) {
  const Axes axes = merged_axes(x, x, y), outer = outer_axes(axes);
  ReductionPlan p;
  for (int i = 0; i < outer.count; ++i) {
    Axes& list = outer.step[1][i] != 0 ? p.kept : p.reduced;
    list.push(outer.size[i], outer.step[0][i], outer.step[1][i]);
  }
  p.columns = axes.step[1][0] != 0;
  p.width = p.columns ? axes.size[0] : 1;
  p.length = p.columns ? 1 : axes.size[0];
  p.runs = blocks_of(kRun, p.length);
  p.rows = p.reduced.total() * p.runs;
  p.block_rows = p.columns ? kBlockRows : blocks_of(smaller(p.length, kRun), kBlockElements);
  p.blocks = blocks_of(p.block_rows, p.rows);
  p.strips = blocks_of(kStrip, p.width);
  p.units = p.kept.total() * p.strips;
  p.outputs = y.size();
  return p;
}

// The stages of one pass: the blocks and, where an output has several, what combines them. Returns
// the number of the stage that follows.
FASTNN_INLINE int plan_pass(Schedule& schedule, int stage, const ReductionPlan& p, Ref x,
                            double nanoseconds_per_element) {
  const double elements = static_cast<double>(x.size());
  const double outputs = static_cast<double>(p.units) * static_cast<double>(p.blocks);
  plan_stage(schedule, stage,
             nanoseconds_of(x.operand->bytes()) + nanoseconds_per_element * elements + 5 * outputs,
             p.units * p.blocks);
  if (p.blocks == 1) return stage + 1;
  plan_stage(schedule, stage + 1, nanoseconds_of(p.blocks * p.outputs * size_of(x.dtype())),
             blocks_of(kGrain, p.outputs));
  return stage + 2;
}
FASTNN_INLINE int stages_of(const ReductionPlan& p) { return p.blocks == 1 ? 1 : 2; }
// Elements of scratch that a pass needs, behind which others may keep theirs.
FASTNN_INLINE int64_t partial_size(const ReductionPlan& p) {
  return p.blocks == 1 ? 0 : p.blocks * p.outputs;
}

// ---- the loops ---------------------------------------------------------------------------------

// y[j] = the combination over rows of the terms x[row, j], for `vectors` of columns, of which the
// last holds `count` where one is given: in registers, of even and of odd rows.
template <int vectors, class Combine, class Term, class T, class... Count>
FASTNN_INLINE void combine_narrow(T* y, const T* x, const T* center, const Axes& reduced,
                                  Range rows, Count... count) {
  using V = Vec<T>;
  constexpr int64_t L = lanes<T>;
  const V none = broadcast(static_cast<T>(Combine::kNone));
  V all[vectors], m[vectors];
  for (int k = 0; k < vectors; ++k) {
    all[k] = none;
    m[k] = Term::kCentered ? load(center + k * L, count...) : V{};
  }
  for (int64_t first = rows.begin; first < rows.end; first += kGroup) {
    const int64_t end = smaller(first + kGroup, rows.end);
    V even[vectors], odd[vectors];
#pragma GCC unroll 4
    for (int k = 0; k < vectors; ++k) even[k] = odd[k] = none;
    int64_t row = first;
    for (; row + 2 <= end; row += 2) {
      const T *p = x + reduced.offset(0, row), *q = x + reduced.offset(0, row + 1);
#pragma GCC unroll 4
      for (int k = 0; k < vectors; ++k)
        even[k] = Combine::of(even[k], Term::of(load(p + k * L, count...), m[k]));
#pragma GCC unroll 4
      for (int k = 0; k < vectors; ++k)
        odd[k] = Combine::of(odd[k], Term::of(load(q + k * L, count...), m[k]));
    }
    if (row < end) {
      const T* p = x + reduced.offset(0, row);
#pragma GCC unroll 4
      for (int k = 0; k < vectors; ++k)
        even[k] = Combine::of(even[k], Term::of(load(p + k * L, count...), m[k]));
    }
#pragma GCC unroll 4
    for (int k = 0; k < vectors; ++k) all[k] = Combine::of(all[k], Combine::of(even[k], odd[k]));
  }
#pragma GCC unroll 4
  for (int k = 0; k < vectors; ++k) store(y + k * L, all[k], count...);
}

// The same for at most kStrip columns, in the first cache: two rows at a time, so that memory is
// read from one end to the other.
template <class Combine, class Term, class T>
static void combine_wide(T* y, const T* x, const T* center, int64_t columns, const Axes& reduced,
                         Range rows) {
  using V = Vec<T>;
  T strip[kStrip];
  const Range all = {0, columns};
  const auto nothing = [] { return broadcast(static_cast<T>(Combine::kNone)); };
  map<false>(y, all, nothing);
  for (int64_t first = rows.begin; first < rows.end; first += kGroup) {
    const int64_t end = smaller(first + kGroup, rows.end);
    int64_t row = first;
    map<false>(strip, all, nothing);
    const T* c = Term::kCentered ? center : strip;  // unused where there is no center
    const auto two = [](V sum, V m, V u, V v) {
      return Combine::of(sum, Combine::of(Term::of(u, m), Term::of(v, m)));
    };
    for (; row + 2 <= end; row += 2)
      map<false>(strip, all, two, strip, c, x + reduced.offset(0, row),
                 x + reduced.offset(0, row + 1));
    if (row < end)
      map<false>(
          strip, all, [](V sum, V m, V v) { return Combine::of(sum, Term::of(v, m)); }, strip, c,
          x + reduced.offset(0, row));
    map<false>(y, all, [](V a, V b) { return Combine::of(a, b); }, y, strip);
  }
}

template <class Combine, class Term, class T>
static void combine_columns(T* y, const T* x, const T* center, int64_t columns, const Axes& reduced,
                            Range rows) {
  constexpr int64_t L = lanes<T>;
  if (columns > 4 * L) return combine_wide<Combine, Term>(y, x, center, columns, reduced, rows);
  if (columns == 4 * L) return combine_narrow<4, Combine, Term>(y, x, center, reduced, rows);
  int64_t j = 0;
  for (; j + L <= columns; j += L)
    combine_narrow<1, Combine, Term>(y + j, x + j, center + j, reduced, rows);
  if (j < columns)
    combine_narrow<1, Combine, Term>(y + j, x + j, center + j, reduced, rows, columns - j);
}

// The combination of n terms. Four accumulators hide the latency of the combination.
template <class Combine, class Term, class T>
static T combine_run(const T* x, T center, int64_t n) {
  using V = Vec<T>;
  constexpr int64_t L = lanes<T>;
  const V none = broadcast(static_cast<T>(Combine::kNone)), m = broadcast(center);
  V a = none, b = none, c = none, d = none;
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L) {
    a = Combine::of(a, Term::of(load(x + i), m));
    b = Combine::of(b, Term::of(load(x + i + L), m));
    c = Combine::of(c, Term::of(load(x + i + 2 * L), m));
    d = Combine::of(d, Term::of(load(x + i + 3 * L), m));
  }
  for (; i + L <= n; i += L) a = Combine::of(a, Term::of(load(x + i), m));
  if (i < n) {
    const V term = Term::of(load(x + i, n - i), m);
    b = Combine::of(b, select(first_lanes<T>(n - i), term, none));
  }
  return combine_lanes<T, kVectorBytes>(
      Combine::of(Combine::of(a, b), Combine::of(c, d)),
      [](auto u, auto v) __attribute__((always_inline)) { return Combine::any(u, v); });
}

template <class Combine, class Term, class T>
static T combine_runs(const T* x, T center, const ReductionPlan& p, Range rows) {
  T sum = static_cast<T>(Combine::kNone);
  for (int64_t first = rows.begin; first < rows.end; first += kGroup) {
    T some = static_cast<T>(Combine::kNone);
    for (int64_t row = first; row < smaller(first + kGroup, rows.end); ++row) {
      const int64_t start = row % p.runs * kRun;
      const T* run = x + p.reduced.offset(0, row / p.runs) + start;
      const int64_t n = smaller(kRun, p.length - start);
      some = Combine::any(some, combine_run<Combine, Term>(run, center, n));
    }
    sum = Combine::any(sum, some);
  }
  return sum;
}

// One stage of a pass: y = finish(the combination of x's terms, beside). `center` and `beside` are
// like y; stage 0 or, where there are blocks, 0 and 1. The scratch is partial_size() long.
template <class Combine, class Term, class T, class Finish>
static void reduce_pass(T* y, const T* x, const T* center, const T* beside, T* partial,
                        const ReductionPlan& p, int stage, const Part& part, Finish finish) {
  if (stage == 1) {
    const Range mine = share_elements(p.outputs, part);
    Axes blocks;
    blocks.push(p.blocks, p.outputs, 0);
    for (int64_t j = mine.begin; j < mine.end; j += kStrip)
      combine_columns<Combine, Itself>(y + j, partial + j, partial, smaller(kStrip, mine.end - j),
                                       blocks, Range{0, p.blocks});
    return map<false>(y, mine, finish, y, beside);
  }
  const auto output_of = [&](int64_t unit) {
    return unit / p.strips * p.width + unit % p.strips * kStrip;
  };
  // First all units of one block, then those of the next.
  const Range mine = share(p.units * p.blocks, part);
  for (int64_t i = mine.begin; i < mine.end; ++i) {
    const int64_t block = i / p.units, unit = i % p.units, output = output_of(unit);
    const int64_t column = unit % p.strips * kStrip;
    const Range rows = {block * p.block_rows, smaller((block + 1) * p.block_rows, p.rows)};
    const T* start = x + p.kept.offset(0, unit / p.strips) + column;
    T* to = (p.blocks == 1 ? y : partial + block * p.outputs) + output;
    if (p.columns) {
      combine_columns<Combine, Term>(to, start, center + output, smaller(kStrip, p.width - column),
                                     p.reduced, rows);
    } else {
      *to = combine_runs<Combine, Term>(start, Term::kCentered ? center[output] : T(0), p, rows);
    }
  }
  if (p.blocks > 1 || mine.begin == mine.end) return;
  const int64_t end = mine.end == p.units ? p.outputs : output_of(mine.end);
  map<false>(y, Range{output_of(mine.begin), end}, finish, y, beside);
}

// ---- back: what depends on x and on its output, element by element -----------------------------

// dx[i] = f(x[i], y[output of i]..), or dx[i] += it, for the elements of dx in a range.
template <class T, class F, class... Y>
FASTNN_INLINE void spread(T* dx, bool add, const T* x, Ref whole, Ref reduced, Range range, F f,
                          const Y*... y) {
  if (range.begin == range.end) return;
  const Axes axes = merged_axes(whole, whole, reduced), outer = outer_axes(axes);
  const int64_t width = axes.size[0];
  const bool columns = axes.step[1][0] != 0;
  int64_t row = range.begin / width, column = range.begin % width;
  for (int64_t i = range.begin; i < range.end; ++row, column = 0) {
    const int64_t n = smaller(width - column, range.end - i), from = outer.offset(1, row);
    if (columns) {
      map(dx + i, add, Range{0, n}, f, x + i, (y + from + column)...);
    } else {
      const auto one = [&](Vec<T> v) { return f(v, broadcast(y[from])...); };
      map(dx + i, add, Range{0, n}, one, x + i);
    }
    i += n;
  }
}

}  // namespace fastnn::FASTNN_ISA
