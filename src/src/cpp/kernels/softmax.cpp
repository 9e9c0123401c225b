// softmax along the last axis, and the two cross-entropies: of logits, and of probabilities with
// Keras's clip. x, logits, p are rows of C; labels (N,) int32; loss () is the mean over the rows. A
// row is computed by itself, in T, in an order that depends on C alone: the maximum, exp(x - max)
// and its sum, then the scaling. What a row adds to the loss is kept in double, and a second stage
// of one part adds it up. A label outside of 0 .. C - 1 is reported, its row adds nothing to the
// loss, and it indexes nothing.
#include <math.h>

#include "common.h"

namespace fastnn::FASTNN_ISA {

static int64_t row_count(Ref x) { return x.size() == 0 ? 0 : x.size() / x.dim(-1); }

static bool valid_label(int64_t label, int64_t C, const Part& part) {
  if (label >= 0 && label < C) return true;
  part.status->report(Problem::index_out_of_range, label, C);
  return false;
}

// A row costs its reductions and a division, 12 ns; an element its exp, or what it moves.
constexpr double kForwardElement = 0.4, kBackwardElement = 0.15;

static void plan_rows(Schedule& schedule, Ref x, double nanoseconds_per_element) {
  const double rows = static_cast<double>(row_count(x)), elements = static_cast<double>(x.size());
  plan_stage(schedule, 0, 12 * rows + nanoseconds_per_element * elements, row_count(x));
}

// A row leaves two doubles in the scratch, of which the second stage makes sign * log(argument) +
// rest: there a vector of rows shares the latency of a logarithm, which costs a row alone 15 ns.
struct RowLosses {
  double *argument, *rest;
};
static RowLosses row_losses(Scratch scratch, int64_t N) {
  return {scratch.shared<double>(), scratch.shared<double>() + N};
}

static void plan_loss(Schedule& schedule, Ref x) {
  const int64_t rows = row_count(x);
  plan_stage(schedule, 1, 2 * static_cast<double>(rows), 1);
  schedule.shared_bytes = 2 * rows * static_cast<int64_t>(sizeof(double));
}

static void store_mean(Out loss, RowLosses losses, double sign, int64_t N) {
  const double sum = sum_row<double>(N, [&](int64_t i, auto... count) {
    Vecd v = log(load(losses.argument + i, count...)) * sign + load(losses.rest + i, count...);
    if constexpr (sizeof...(count) > 0) v = select(first_lanes<double>(count...), v, Vecd{});
    return v;
  });
  with_float(loss.dtype(), [&](auto tag) {
    *loss.as<decltype(tag)>() = static_cast<decltype(tag)>(sum / static_cast<double>(N));
  });
}

// ---- softmax -----------------------------------------------------------------------------------

template <class T>
struct Exponentials {
  T max, sum;
};

// y = softmax(x); y may be x.
template <class T>
FASTNN_INLINE Exponentials<T> softmax_row(T* y, const T* x, int64_t C) {
  constexpr int64_t L = lanes<T>;
  const Vec<T> lowest = broadcast(static_cast<T>(-INFINITY));
  if (C <= L) {  // in one register: a row of ten takes 13 ns instead of 17
    const Mask<T> here = first_lanes<T>(C);
    const Vec<T> v = load(x, C);
    const T highest = reduce_max(select(here, v, lowest));
    const Vec<T> e = select(here, exp(v - highest), Vec<T>{});
    const T sum = reduce_add(e);
    store(y, e * (T(1) / sum), C);
    return {highest, sum};
  }
  Vec<T> most = lowest;
  int64_t i = 0;
  for (; i + L <= C; i += L) most = max(most, load(x + i));
  if (i < C) most = max(most, select(first_lanes<T>(C - i), load(x + i, C - i), most));
  const T highest = reduce_max(most);

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

void softmax_forward(Out y, In x, const NoSettings&, const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(row_count(x), part);
    const int64_t C = x.dim(-1);
    for (int64_t r = rows.begin; r < rows.end; ++r)
      softmax_row(y.as<T>() + r * C, x.as<T>() + r * C, C);
  });
}

void softmax_forward_schedule(Out, In x, const NoSettings&, Schedule& schedule) noexcept {
  plan_rows(schedule, x, kForwardElement);
}

// dx = y (dy - sum(dy y))
void softmax_backward(OutAdd dx, In dy, In y, const NoSettings&, const Part& part) noexcept {
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(row_count(y), part);
    const int64_t C = y.dim(-1);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T *y_row = y.as<T>() + r * C, *dy_row = dy.as<T>() + r * C;
      const T sum = sum_row<T>(C, [&](int64_t j, auto... count) {
        return load(dy_row + j, count...) * load(y_row + j, count...);
      });
      const auto gradient = [&](Vec<T> d, Vec<T> v) { return v * (d - sum); };
      map(dx.as<T>() + r * C, dx.add(), Range{0, C}, gradient, dy_row, y_row);
    }
  });
}

void softmax_backward_schedule(OutAdd dx, In, In, const NoSettings&, Schedule& schedule) noexcept {
  plan_rows(schedule, dx, kBackwardElement);
}

// ---- cross-entropy of logits -------------------------------------------------------------------

// p = softmax(logits), loss = mean(log(sum exp(x - max)) + max - x[label]); p may be logits.
void softmax_cross_entropy_forward(Out loss, Out p, In logits, In labels, Scratch scratch,
                                   const NoSettings&, const Part& part) noexcept {
  const int64_t N = row_count(logits), C = logits.dim(-1);
  const RowLosses losses = row_losses(scratch, N);
  if (part.stage == 1) return store_mean(loss, losses, 1, N);
  with_float(p.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T* x = logits.as<T>() + r * C;
      const int64_t label = labels.as<int32_t>()[r];
      const bool valid = valid_label(label, C, part);
      const double x_label = static_cast<double>(valid ? x[label] : T(0));
      const Exponentials<T> e = softmax_row(p.as<T>() + r * C, x, C);
      losses.argument[r] = valid ? static_cast<double>(e.sum) : 1;
      losses.rest[r] = valid ? static_cast<double>(e.max) - x_label : 0;
    }
  });
}

void softmax_cross_entropy_forward_schedule(Out, Out, In logits, In, Scratch, const NoSettings&,
                                            Schedule& schedule) noexcept {
  plan_rows(schedule, logits, kForwardElement);
  plan_loss(schedule, logits);
}

// dlogits = (p - onehot) dloss / N; dlogits may be p. Without a valid label the onehot is absent.
void softmax_cross_entropy_backward(OutAdd dlogits, In dloss, In p, In labels, const NoSettings&,
                                    const Part& part) noexcept {
  with_float(dlogits.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t N = row_count(p), C = p.dim(-1);
    const T scale = *dloss.as<T>() / static_cast<T>(N);
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T* p_row = p.as<T>() + r * C;
      T* d_row = dlogits.as<T>() + r * C;
      const int64_t label = labels.as<int32_t>()[r];
      const bool valid = valid_label(label, C, part);
      T d_label = 0;
      if (valid) d_label = (p_row[label] - T(1)) * scale + (dlogits.add() ? d_row[label] : T(0));
      map(d_row, dlogits.add(), Range{0, C}, [&](Vec<T> v) { return v * scale; }, p_row);
      if (valid) d_row[label] = d_label;
    }
  });
}

void softmax_cross_entropy_backward_schedule(OutAdd dlogits, In, In, In, const NoSettings&,
                                             Schedule& schedule) noexcept {
  plan_rows(schedule, dlogits, kBackwardElement);
}

// ---- cross-entropy of probabilities ------------------------------------------------------------

// q = p[label] / S with S the row's sum, clipped to [low, high]; loss = mean(-log q)
template <class T>
struct Clip {
  static constexpr T low = static_cast<T>(1e-7), high = static_cast<T>(1 - 1e-7);
};

void cross_entropy_forward(Out loss, In p, In labels, Scratch scratch, const NoSettings&,
                           const Part& part) noexcept {
  const int64_t N = row_count(p), C = p.dim(-1);
  const RowLosses losses = row_losses(scratch, N);
  if (part.stage == 1) return store_mean(loss, losses, -1, N);
  with_float(p.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T* p_row = p.as<T>() + r * C;
      const int64_t label = labels.as<int32_t>()[r];
      losses.argument[r] = 1;
      losses.rest[r] = 0;
      if (!valid_label(label, C, part)) continue;
      const T q = p_row[label] / sum_row(p_row, C);
      losses.argument[r] = q < Clip<T>::low ? Clip<T>::low : q > Clip<T>::high ? Clip<T>::high : q;
    }
  });
}

void cross_entropy_forward_schedule(Out, In p, In, Scratch, const NoSettings&,
                                    Schedule& schedule) noexcept {
  plan_rows(schedule, p, kBackwardElement);
  plan_loss(schedule, p);
}

// dp_j = (1 / S - [j == label] / p[label]) dloss / N, and zero where q was clipped
void cross_entropy_backward(OutAdd dp, In dloss, In p, In labels, const NoSettings&,
                            const Part& part) noexcept {
  with_float(dp.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t N = row_count(p), C = p.dim(-1);
    const T scale = *dloss.as<T>() / static_cast<T>(N);
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T* p_row = p.as<T>() + r * C;
      T* d_row = dp.as<T>() + r * C;
      const int64_t label = labels.as<int32_t>()[r];
      T others = 0, d_label = 0;
      const bool valid = valid_label(label, C, part);
      if (valid) {
        const T S = sum_row(p_row, C), q = p_row[label] / S;
        if (!(q <= Clip<T>::low || q >= Clip<T>::high)) {  // a NaN is not clipped
          others = T(1) / S * scale;
          d_label = (T(1) / S - T(1) / p_row[label]) * scale;
        }
        if (dp.add()) d_label += d_row[label];
      }
      map(d_row, dp.add(), Range{0, C}, [&] { return broadcast(others); });
      if (valid) d_row[label] = d_label;
    }
  });
}

void cross_entropy_backward_schedule(OutAdd dp, In, In, In, const NoSettings&,
                                     Schedule& schedule) noexcept {
  plan_rows(schedule, dp, kBackwardElement);
}

}  // namespace fastnn::FASTNN_ISA
