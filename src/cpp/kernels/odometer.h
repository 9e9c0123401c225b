// A walk over the rows of an array that is copied: the index along each outer axis, carried as an
// odometer carries, which costs a nanosecond a row where divisions cost ten.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

struct Odometer {
  int count = 0;  // axes, outermost first
  int64_t size[kMaxRank], step[kMaxRank], index[kMaxRank];
  int64_t offset = 0;  // sum of index * step

  FASTNN_INLINE void push(int64_t n, int64_t s) {
    size[count] = n;
    step[count] = s;
    index[count++] = 0;
  }
  FASTNN_INLINE int64_t total() const {
    int64_t n = 1;
    for (int i = 0; i < count; ++i) n *= size[i];
    return n;
  }
  FASTNN_INLINE void go_to(int64_t row) {
    offset = 0;
    for (int i = count - 1; i >= 0; --i) {
      index[i] = row % size[i];
      row /= size[i];
      offset += index[i] * step[i];
    }
  }
  FASTNN_INLINE void next() {
    for (int i = count - 1; i >= 0; --i) {
      offset += step[i];
      if (++index[i] < size[i]) return;
      offset -= size[i] * step[i];
      index[i] = 0;
    }
  }
};

// Rows are shared out in pieces of at most this many elements, so that one long row has many parts.
constexpr int64_t kPiece = 4096;

// Calls f(begin, end) for each piece of the rows that is this part's; `rows` stands at its row.
template <class F>
FASTNN_INLINE void for_each_piece(Odometer& rows, int64_t width, const Part& part, F f) {
  const int64_t pieces = blocks_of(kPiece, width);
  const Range range = share(rows.total() * pieces, part);
  if (range.begin == range.end) return;
  rows.go_to(range.begin / pieces);
  int64_t piece = range.begin % pieces;
  for (int64_t i = range.begin; i < range.end; ++i) {
    f(piece * kPiece, smaller((piece + 1) * kPiece, width));
    if (++piece == pieces) {
      piece = 0;
      rows.next();
    }
  }
}

// A row costs 3 ns beside what it moves.
FASTNN_INLINE void plan_rows_moved(Schedule& schedule, int64_t rows, int64_t width,
                                   int64_t bytes_per_element) {
  const int64_t pieces = rows * blocks_of(kPiece, width);
  plan_stage(schedule, 0,
             nanoseconds_of(rows * width * bytes_per_element) + 3 * static_cast<double>(rows),
             pieces);
}

// Calls f with a value of a type of that size that may be moved and, where it is a float, added.
template <class F>
FASTNN_INLINE void with_moved(Dtype dtype, F f) {
  switch (dtype) {
    case Dtype::f32: return f(float{});
    case Dtype::f64: return f(double{});
    case Dtype::i32: return f(uint32_t{});
    case Dtype::i64: return f(uint64_t{});
    case Dtype::bytes:
    case Dtype::u8: return f(uint8_t{});
  }
}
template <class T>
constexpr bool can_add = static_cast<T>(0.5) != 0;

// y[i] = x[i], or y[i] += x[i], for i < n.
template <class T>
FASTNN_INLINE void move_run(T* y, bool add, const T* x, int64_t n) {
  if constexpr (can_add<T>) {
    map(y, add, Range{0, n}, [](Vec<T> v) { return v; }, x);
  } else {
    for (int64_t i = 0; i < n; ++i) y[i] = x[i];
  }
}
// y[i * y_step] = x[i * x_step], or += it. Steps that are known when it is compiled make vectors.
template <class T>
FASTNN_INLINE void move_steps_by(T* y, bool add, int64_t y_step, const T* x, int64_t x_step,
                                 int64_t n) {
  if (can_add<T> && add) {
    for (int64_t i = 0; i < n; ++i) y[i * y_step] = static_cast<T>(y[i * y_step] + x[i * x_step]);
  } else {
    for (int64_t i = 0; i < n; ++i) y[i * y_step] = x[i * x_step];
  }
}
template <class T>
FASTNN_INLINE void move_steps(T* __restrict__ y, bool add, int64_t y_step, const T* __restrict__ x,
                              int64_t x_step, int64_t n) {
  if (y_step != 1) return move_steps_by(y, add, y_step, x, x_step, n);
  switch (x_step) {
    case 1: return move_run(y, add, x, n);
    case 0: return move_steps_by(y, add, 1, x, 0, n);
    case -1: return move_steps_by(y, add, 1, x, -1, n);
    case 2: return move_steps_by(y, add, 1, x, 2, n);
    default: return move_steps_by(y, add, 1, x, x_step, n);
  }
}

}  // namespace fastnn::FASTNN_ISA
