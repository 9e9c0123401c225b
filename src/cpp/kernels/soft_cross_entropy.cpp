// Cross-entropy with soft labels: of logits, and of probabilities with Keras's clip. logits, p and
// target are rows of C, weights (N,) or absent; a target t counts as t (1 - smoothing) + smoothing
// / C; loss () is the weighted sum over the rows, divided by their number. What a row adds to the
// loss is kept in double, and a second stage of one part adds it up.
#include "softmax_row.h"

namespace fastnn::FASTNN_ISA {

// A row's targets, smoothed.
template <class T>
struct Targets {
  const T* row;
  T keep, shift;
  FASTNN_INLINE Targets(In target, const SmoothingSettings& s, int64_t r, int64_t C)
      : row(target.as<T>() + r * C),
        keep(static_cast<T>(1 - s.smoothing)),
        shift(static_cast<T>(s.smoothing / static_cast<double>(C))) {}
  template <class... Count>
  FASTNN_INLINE Vec<T> operator()(int64_t i, Count... count) const {
    const Vec<T> t = fma(load(row + i, count...), broadcast(keep), broadcast(shift));
    if constexpr (sizeof...(count) > 0) return select(first_lanes<T>(count...), t, Vec<T>{});
    return t;
  }
};

// ---- of logits ---------------------------------------------------------------------------------

// p = softmax(logits), loss = mean(sum(t (log(sum exp(x - max)) + max - x))); p may be logits.
// Where t is 0 the logit may be -inf.
void softmax_cross_entropy_soft_forward(Out loss, Out p, In logits, In target, MaybeIn weights,
                                        Scratch scratch, const SmoothingSettings& settings,
                                        const Part& part) noexcept {
  const int64_t N = row_count(logits), C = logits.dim(-1);
  const RowLosses losses = row_losses(scratch, N, true);
  if (part.stage == 1) return store_mean(loss, losses, 1, N);
  with_float(p.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T* x = logits.as<T>() + r * C;
      const Targets<T> t(target, settings, r, C);
      const T highest = max_of_row(x, C);
      const T rest = sum_row<T>(C, [&](int64_t i, auto... count) {
        const Vec<T> ti = t(i, count...), zero = {};
        return select(equal(ti, zero), zero, ti * (highest - load(x + i, count...)));
      });
      const T total = sum_row<T>(C, t);
      losses.argument[r] = static_cast<double>(softmax_row(p.as<T>() + r * C, x, C).sum);
      const double weight = weights ? static_cast<double>(weights.as<T>()[r]) : 1;
      losses.factor[r] = static_cast<double>(total) * weight;
      losses.rest[r] = static_cast<double>(rest) * weight;
    }
  });
}

void softmax_cross_entropy_soft_forward_schedule(Out, Out, In logits, In, MaybeIn, Scratch,
                                                 const SmoothingSettings&,
                                                 Schedule& schedule) noexcept {
  plan_rows(schedule, logits, kForwardElement + kBackwardElement);
  plan_loss(schedule, logits, true);
}

// dlogits = (p sum(t) - t) weight dloss / N; dlogits may be p.
void softmax_cross_entropy_soft_backward(OutAdd dlogits, In dloss, In p, In target, MaybeIn weights,
                                         const SmoothingSettings& settings,
                                         const Part& part) noexcept {
  with_float(dlogits.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t N = row_count(p), C = p.dim(-1);
    const T mean = *dloss.as<T>() / static_cast<T>(N);
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T scale = weights ? mean * weights.as<T>()[r] : mean;
      const Targets<T> t(target, settings, r, C);
      const T total = sum_row<T>(C, t);
      map(
          dlogits.as<T>() + r * C, dlogits.add(), Range{0, C},
          [&](Vec<T> v, Vec<T> u) {
            return (v * total - fma(u, broadcast(t.keep), broadcast(t.shift))) * scale;
          },
          p.as<T>() + r * C, t.row);
    }
  });
}

void softmax_cross_entropy_soft_backward_schedule(OutAdd dlogits, In, In, In, MaybeIn,
                                                  const SmoothingSettings&,
                                                  Schedule& schedule) noexcept {
  plan_rows(schedule, dlogits, 2 * kBackwardElement);
}

// ---- of probabilities --------------------------------------------------------------------------

// loss = mean(-sum(t log q)), q = p / sum(p) clipped
void cross_entropy_soft_forward(Out loss, In p, In target, MaybeIn weights, Scratch scratch,
                                const SmoothingSettings& settings, const Part& part) noexcept {
  const int64_t N = row_count(p), C = p.dim(-1);
  double* losses = scratch.shared<double>();
  if (part.stage == 1) return write_loss(loss, sum_row(losses, N), N);
  with_float(p.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Vec<T> low = broadcast(Clip<T>::low), high = broadcast(Clip<T>::high);
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T* p_row = p.as<T>() + r * C;
      const Targets<T> t(target, settings, r, C);
      const Vec<T> S = broadcast(sum_row(p_row, C));
      const T sum = sum_row<T>(C, [&](int64_t i, auto... count) {
        const Vec<T> q = load(p_row + i, count...) / S;
        const Vec<T> above = select(less(q, low), low, q);
        return t(i, count...) * log(select(greater(above, high), high, above));
      });
      const double weight = weights ? static_cast<double>(weights.as<T>()[r]) : 1;
      losses[r] = -weight * static_cast<double>(sum);
    }
  });
}

void cross_entropy_soft_forward_schedule(Out, In p, In, MaybeIn, Scratch, const SmoothingSettings&,
                                         Schedule& schedule) noexcept {
  plan_rows(schedule, p, 2 * kForwardElement);
  plan_stage(schedule, 1, static_cast<double>(row_count(p)), 1);
  schedule.shared_bytes = row_count(p) * static_cast<int64_t>(sizeof(double));
}

// dp_j = (U / S - t_j / p_j) weight dloss / N, U the sum of the t of what was not clipped; without
// the second term where q_j was.
void cross_entropy_soft_backward(OutAdd dp, In dloss, In p, In target, MaybeIn weights,
                                 const SmoothingSettings& settings, const Part& part) noexcept {
  with_float(dp.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t N = row_count(p), C = p.dim(-1);
    const T mean = *dloss.as<T>() / static_cast<T>(N);
    const Vec<T> low = broadcast(Clip<T>::low), high = broadcast(Clip<T>::high);
    const auto keep_inside = [&](Vec<T> q, Vec<T> v) {  // a NaN is not clipped
      const Mask<T> above = greater(q, low) | is_nan(q), below = less(q, high) | is_nan(q);
      return select(above, select(below, v, Vec<T>{}), Vec<T>{});
    };
    const Range rows = share(N, part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T scale = weights ? mean * weights.as<T>()[r] : mean;
      const T* p_row = p.as<T>() + r * C;
      const Targets<T> t(target, settings, r, C);
      const Vec<T> S = broadcast(sum_row(p_row, C));
      const T inside = sum_row<T>(C, [&](int64_t i, auto... count) {
        return keep_inside(load(p_row + i, count...) / S, t(i, count...));
      });
      const Vec<T> others = broadcast(inside) / S;
      map(
          dp.as<T>() + r * C, dp.add(), Range{0, C},
          [&](Vec<T> v, Vec<T> u) {
            const Vec<T> own = fma(u, broadcast(t.keep), broadcast(t.shift)) / v;
            return (others - keep_inside(v / S, own)) * scale;
          },
          p_row, t.row);
    }
  });
}

void cross_entropy_soft_backward_schedule(OutAdd dp, In, In, In, MaybeIn, const SmoothingSettings&,
                                          Schedule& schedule) noexcept {
  plan_rows(schedule, dp, 4 * kBackwardElement);
}

}  // namespace fastnn::FASTNN_ISA
