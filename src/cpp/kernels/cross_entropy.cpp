// Cross-entropy with labels: of logits, and of probabilities with Keras's clip. logits, p are rows
// of C; labels (N,) int32, weights (N,) or absent; loss () is the weighted sum over the rows,
// divided by their number. What a row adds to the loss is kept in double, and a second stage of one
// part adds it up. A label outside of 0 .. C - 1 is reported, its row adds nothing to the loss, and
// it indexes nothing.
#include "softmax_row.h"

namespace fastnn::FASTNN_ISA {

static bool valid_label(int64_t label, int64_t C, const Part& part) {
  if (label >= 0 && label < C) return true;
  part.status->report(Problem::index_out_of_range, label, C);
  return false;
}

// ---- cross-entropy of logits -------------------------------------------------------------------

// p = softmax(logits), loss = mean(log(sum exp(x - max)) + max - x[label]); p may be logits.
void softmax_cross_entropy_forward(Out loss, Out p, In logits, In labels, MaybeIn weights,
                                   Scratch scratch, const NoSettings&, const Part& part) noexcept {
  const int64_t N = row_count(logits), C = logits.dim(-1);
  const RowLosses losses = row_losses(scratch, N, static_cast<bool>(weights));
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
      if (weights) {
        losses.factor[r] = static_cast<double>(weights.as<T>()[r]);
        losses.rest[r] *= losses.factor[r];
      }
    }
  });
}

void softmax_cross_entropy_forward_schedule(Out, Out, In logits, In, MaybeIn weights, Scratch,
                                            const NoSettings&, Schedule& schedule) noexcept {
  plan_rows(schedule, logits, kForwardElement);
  plan_loss(schedule, logits, static_cast<bool>(weights));
}

// dlogits = (p - onehot) dloss / N; dlogits may be p. Without a valid label the onehot is absent.
void softmax_cross_entropy_backward(OutAdd dlogits, In dloss, In p, In labels, MaybeIn weights,
                                    const NoSettings&, const Part& part) noexcept {
  with_float(dlogits.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t N = row_count(p), C = p.dim(-1);
    const T mean = *dloss.as<T>() / static_cast<T>(N);
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T scale = weights ? mean * weights.as<T>()[r] : mean;
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

void softmax_cross_entropy_backward_schedule(OutAdd dlogits, In, In, In, MaybeIn, const NoSettings&,
                                             Schedule& schedule) noexcept {
  plan_rows(schedule, dlogits, kBackwardElement);
}

// ---- cross-entropy of probabilities ------------------------------------------------------------

void cross_entropy_forward(Out loss, In p, In labels, MaybeIn weights, Scratch scratch,
                           const NoSettings&, const Part& part) noexcept {
  const int64_t N = row_count(p), C = p.dim(-1);
  const RowLosses losses = row_losses(scratch, N, static_cast<bool>(weights));
  if (part.stage == 1) return store_mean(loss, losses, -1, N);
  with_float(p.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T* p_row = p.as<T>() + r * C;
      const int64_t label = labels.as<int32_t>()[r];
      losses.argument[r] = 1;
      losses.rest[r] = 0;
      if (weights) losses.factor[r] = -static_cast<double>(weights.as<T>()[r]);
      if (!valid_label(label, C, part)) continue;
      const T q = p_row[label] / sum_row(p_row, C);
      losses.argument[r] = q < Clip<T>::low ? Clip<T>::low : q > Clip<T>::high ? Clip<T>::high : q;
    }
  });
}

void cross_entropy_forward_schedule(Out, In p, In, MaybeIn weights, Scratch, const NoSettings&,
                                    Schedule& schedule) noexcept {
  plan_rows(schedule, p, kBackwardElement);
  plan_loss(schedule, p, static_cast<bool>(weights));
}

// dp_j = (1 / S - [j == label] / p[label]) dloss / N, and zero where q was clipped
void cross_entropy_backward(OutAdd dp, In dloss, In p, In labels, MaybeIn weights,
                            const NoSettings&, const Part& part) noexcept {
  with_float(dp.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t N = row_count(p), C = p.dim(-1);
    const T mean = *dloss.as<T>() / static_cast<T>(N);
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T scale = weights ? mean * weights.as<T>()[r] : mean;
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

void cross_entropy_backward_schedule(OutAdd dp, In, In, In, MaybeIn, const NoSettings&,
                                     Schedule& schedule) noexcept {
  plan_rows(schedule, dp, kBackwardElement);
}

}  // namespace fastnn::FASTNN_ISA
