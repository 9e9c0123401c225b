// What softmax and the cross-entropies share: rows of C, the exponentials of one, what a row leaves
// to the loss, and Keras's clip.
#pragma once
#include <math.h>

#include "common.h"

namespace fastnn::FASTNN_ISA {

FASTNN_INLINE int64_t row_count(Ref x) { return x.size() == 0 ? 0 : x.size() / x.dim(-1); }

// A row costs its reductions and a division, 12 ns; an element its exp, or what it moves.
constexpr double kForwardElement = 0.4, kBackwardElement = 0.15;

FASTNN_INLINE void plan_rows(Schedule& schedule, Ref x, double nanoseconds_per_element) {
  const double rows = static_cast<double>(row_count(x)), elements = static_cast<double>(x.size());
  plan_stage(schedule, 0, 12 * rows + nanoseconds_per_element * elements, row_count(x));
}

// A row leaves doubles in the scratch, of which the second stage makes factor * log(argument) +
// rest: there a vector of rows shares the latency of a logarithm, which costs a row alone 15 ns.
// Without a factor of its own a row has the sign that store_mean() is given.
struct RowLosses {
  double *argument, *rest, *factor;
};
FASTNN_INLINE RowLosses row_losses(Scratch scratch, int64_t N, bool factors) {
  double* all = scratch.shared<double>();
  return {all, all + N, factors ? all + 2 * N : nullptr};
}

FASTNN_INLINE void plan_loss(Schedule& schedule, Ref x, bool factors) {
  const int64_t rows = row_count(x);
  plan_stage(schedule, 1, 2 * static_cast<double>(rows), 1);
  schedule.shared_bytes = (factors ? 3 : 2) * rows * static_cast<int64_t>(sizeof(double));
}

FASTNN_INLINE void write_loss(Out loss, double sum, int64_t N) {
  with_float(loss.dtype(), [&](auto tag) {
    *loss.as<decltype(tag)>() = static_cast<decltype(tag)>(sum / static_cast<double>(N));
  });
}

FASTNN_INLINE void store_mean(Out loss, RowLosses losses, double sign, int64_t N) {
  const auto total = [&](auto factor) {
    return sum_row<double>(N, [&](int64_t i, auto... count) {
      Vecd v = log(load(losses.argument + i, count...)) * factor(i, count...) +
               load(losses.rest + i, count...);
      if constexpr (sizeof...(count) > 0) v = select(first_lanes<double>(count...), v, Vecd{});
      return v;
    });
  };
  const auto own = [&](int64_t i, auto... count) { return load(losses.factor + i, count...); };
  const auto same = [&](int64_t, auto...) { return sign; };
  write_loss(loss, losses.factor ? total(own) : total(same), N);
}

template <class T>
FASTNN_INLINE T max_of_row(const T* x, int64_t C) {
  constexpr int64_t L = lanes<T>;
  Vec<T> most = broadcast(static_cast<T>(-INFINITY));
  int64_t i = 0;
  for (; i + L <= C; i += L) most = max(most, load(x + i));
  if (i < C) most = max(most, select(first_lanes<T>(C - i), load(x + i, C - i), most));
  return reduce_max(most);
}

template <class T>
struct Exponentials {
  T max, sum;
};

// y = softmax(x); y may be x.
template <class T>
FASTNN_INLINE Exponentials<T> softmax_row(T* y, const T* x, int64_t C) {
  if (C <= lanes<T>) {  // in one register: a row of ten takes 13 ns instead of 17
    const Mask<T> here = first_lanes<T>(C);
    const Vec<T> v = load(x, C);
    const T highest = reduce_max(select(here, v, broadcast(static_cast<T>(-INFINITY))));
    const Vec<T> e = select(here, exp(v - highest), Vec<T>{});
    const T sum = reduce_add(e);
    store(y, e * (T(1) / sum), C);
    return {highest, sum};
  }
  const T highest = max_of_row(x, C);
  const T sum = sum_row<T>(C, [&](int64_t j, auto... count) {
    Vec<T> e = exp(load(x + j, count...) - broadcast(highest));
    if constexpr (sizeof...(count) > 0) e = select(first_lanes<T>(count...), e, Vec<T>{});
    store(y + j, e, count...);
    return e;
  });
  const T scale = T(1) / sum;
  map<false>(y, Range{0, C}, [&](Vec<T> e) { return e * scale; }, y);
  return {highest, sum};
}

// q = p / S with S the row's sum, clipped to [low, high]
template <class T>
struct Clip {
  static constexpr T low = static_cast<T>(1e-7), high = static_cast<T>(1 - 1e-7);
};

}  // namespace fastnn::FASTNN_ISA
