// Which element of x an element of y is, for slice and pad, axis by axis: one text for the host and
// the GPU. check() keeps starts, steps, every and before within 2^60, so that nothing here
// overflows.
#pragma once
#include "settings.h"

namespace fastnn::FASTNN_ISA {

// a mod n in 0 .. n - 1, a of either sign.
FASTNN_HD int64_t modulo(int64_t a, int64_t n) {
  const int64_t rest = a % n;
  return rest < 0 ? rest + n : rest;
}

// ---- slice -------------------------------------------------------------------------------------

// The places of y, of m along this axis, that are in x: at first + every t, for t < count, is x's
// element `offset` + step t.
struct Lattice {
  int64_t m, first, every, count, offset, step;
  FASTNN_HD bool is_whole() const { return first == 0 && every == 1 && count == m; }
};

// For y of m and x of n, 0 < m, 0 < n.
FASTNN_HD Lattice lattice(int64_t m, int64_t n, int64_t start, int64_t step, int64_t every) {
  // Where every > 1, step is 1 or -1.
  int64_t first = every == 1 ? 0 : modulo(step > 0 ? -start : start, every);
  if (first >= m) return {m, 0, 1, 0, 0, 0};
  int64_t at = (start + step * first) / every, begin = 0, end = (m - 1 - first) / every + 1;
  if (step > 0) {
    if (at < 0) begin = (-at + step - 1) / step;
    const int64_t stop = at < n ? (n - 1 - at) / step + 1 : 0;
    if (stop < end) end = stop;
  } else if (step < 0) {
    if (at >= n) begin = (at - n - step) / -step;
    const int64_t stop = at >= 0 ? at / -step + 1 : 0;
    if (stop < end) end = stop;
  } else if (at < 0 || at >= n) {
    end = 0;
  }
  if (begin >= end) return {m, 0, 1, 0, 0, 0};
  return {m, first + every * begin, every, end - begin, at + step * begin, step};
}

// ---- pad ---------------------------------------------------------------------------------------

// From some place on, the next `length` elements of y are x's from `from` on, by steps of 1, 0, -1.
struct Run {
  int64_t from, step, length;
};

// At q = i - before, on an axis of x of n > 0.
FASTNN_HD Run run_at(PadMode mode, int64_t n, int64_t q) {
  if (q >= 0 && q < n) return {q, 1, n - q};
  if (mode == PadMode::edge || n == 1) return q < 0 ? Run{0, 0, -q} : Run{n - 1, 0, INT64_MAX};
  if (mode == PadMode::wrap) {
    const int64_t p = modulo(q, n);
    return {p, 1, n - p};
  }
  const int64_t shared = mode == PadMode::reflect ? 2 : 0;  // ends that are not repeated
  const int64_t period = 2 * n - shared, p = modulo(q, period);
  if (p < n) return {p, 1, n - p};
  return {period - p - (shared ? 0 : 1), -1, period - p};
}

// The first i >= begin of y that is x's element j, or INT64_MAX: the ends of y are the caller's.
FASTNN_HD int64_t next_place(PadMode mode, int64_t n, int64_t before, int64_t j, int64_t begin) {
  const int64_t q = begin - before;
  if (n == 1) return begin;
  if (mode == PadMode::edge) {
    if (j == 0 && q <= 0) return begin;
    if (q <= j) return j + before;
    return j == n - 1 ? begin : INT64_MAX;
  }
  // x's element lies at j + all multiples of the period, and mirrored at `back` + all multiples.
  const bool wrap = mode == PadMode::wrap, reflect = mode == PadMode::reflect;
  const int64_t period = wrap ? n : 2 * n - (reflect ? 2 : 0);
  const int64_t back = wrap ? j - n : (reflect ? 0 : -1) - j;
  if (q > back && q <= j) return j + before;  // as almost always: no division
  if (q > j && q <= back + (wrap ? 2 * n : period)) return before + back + (wrap ? 2 * n : period);
  const int64_t there = modulo(j - q, period), mirrored = modulo(back - q, period);
  return begin + (there < mirrored ? there : mirrored);
}

}  // namespace fastnn::FASTNN_ISA
