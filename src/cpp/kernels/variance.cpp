// The biased variance over any axes, or its root, in two passes: the mean, then the mean of the
// squares of what differs from it, which loses nothing where the mean is large.
#include "reduction.h"

namespace fastnn::FASTNN_ISA {

void variance_forward(Out variance, Out mean, In x, Scratch scratch, const VarianceSettings& s,
                      const Part& part) noexcept {
  if (x.size() == 0) return;
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const ReductionPlan p = plan_reduction(mean, x);
    const T n = static_cast<T>(x.size() / mean.size());
    const auto divide = [&](Vec<T> v, Vec<T>) { return v / n; };
    const auto root = [&](Vec<T> v, Vec<T>) { return sqrt(v / n); };
    T *m = mean.as<T>(), *y = variance.as<T>(), *partial = scratch.shared<T>();
    const int stage = part.stage - stages_of(p);
    if (stage < 0) {
      reduce_pass<Total, Itself>(m, x.as<T>(), m, m, partial, p, part.stage, part, divide);
    } else if (s.root) {
      reduce_pass<Total, SquareOfDifference>(y, x.as<T>(), m, m, partial, p, stage, part, root);
    } else {
      reduce_pass<Total, SquareOfDifference>(y, x.as<T>(), m, m, partial, p, stage, part, divide);
    }
  });
}

void variance_forward_schedule(Out, Out mean, In x, Scratch, const VarianceSettings&,
                               Schedule& schedule) noexcept {
  if (x.size() == 0) return plan_stage(schedule, 0, 0, 0);
  const ReductionPlan p = plan_reduction(mean, x);
  plan_pass(schedule, plan_pass(schedule, 0, p, x, 0), p, x, 0);
  // Never none: a planned program drops a stage that hands nothing on to the next but an output.
  schedule.shared_bytes = larger(1, partial_size(p)) * size_of(x.dtype());
}

// dx = dvariance 2 (x - mean) / n; of the root: droot (x - mean) / (n root)
void variance_backward(OutAdd dx, In dvariance, In variance, In mean, In x,
                       const VarianceSettings& s, const Part& part) noexcept {
  if (x.size() == 0) return;
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range mine = share_elements(x.size(), part);
    const T n = static_cast<T>(x.size() / mean.size()), scale = (s.root ? T(1) : T(2)) / n;
    T* to = dx.as<T>();
    const T *d = dvariance.as<T>(), *m = mean.as<T>();
    if (s.root) {
      const auto f = [&](Vec<T> v, Vec<T> g, Vec<T> center, Vec<T> root) {
        return (v - center) * (g * scale / root);
      };
      spread(to, dx.add(), x.as<T>(), x, mean, mine, f, d, m, variance.as<T>());
    } else {
      const auto f = [&](Vec<T> v, Vec<T> g, Vec<T> center) { return (v - center) * (g * scale); };
      spread(to, dx.add(), x.as<T>(), x, mean, mine, f, d, m);
    }
  });
}

void variance_backward_schedule(OutAdd dx, In, In, In, In, const VarianceSettings&,
                                Schedule& schedule) noexcept {
  plan_elements(schedule, dx.size(), 2 * size_of(dx.dtype()));
}

}  // namespace fastnn::FASTNN_ISA
