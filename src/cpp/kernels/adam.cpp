// Adam, over all segments in one launch. The scalars are taken in double by a first stage of one
// part, which also counts the step.
#include <math.h>

#include "segments.h"

namespace fastnn::FASTNN_ISA {

void adam_update(InOutList w, InOutList m, InOutList v, InOutList v_hat, InList g, In rate,
                 InOut iterations, MaybeIn norm, Scratch scratch, const AdamSettings& settings,
                 const Part& part) noexcept {
  double* alpha = scratch.shared<double>();
  if (part.stage == 0) {
    const int64_t t = *iterations.as<int64_t>() += 1;
    const double power_1 = pow(settings.beta_1, static_cast<double>(t));
    const double power_2 = pow(settings.beta_2, static_cast<double>(t));
    *alpha = *rate.as<double>() * ::sqrt(1 - power_2) / (1 - power_1);
    return;
  }
  if (w.count == 0) return;
  const InOutList lists[] = {w, m, v, v_hat};
  with_float(w[0].dtype(), [&](auto tag) {
    using T = decltype(tag);
    const double plain = *rate.as<double>();
    if (v_hat.count > 0) {
      update_segments<T, Adam<T, true>>(lists, g, plain, *alpha, norm, settings, part);
    } else {
      update_segments<T, Adam<T, false>>(lists, g, plain, *alpha, norm, settings, part);
    }
  });
}

void adam_update_schedule(InOutList w, InOutList, InOutList, InOutList v_hat, InList, In, InOut,
                          MaybeIn, Scratch, const AdamSettings&, Schedule& schedule) noexcept {
  plan_stage(schedule, 0, 60, 1);  // two pow
  plan_update(schedule, 1, w, v_hat.count > 0 ? 4 : 3);
  schedule.shared_bytes = sizeof(double);
}

}  // namespace fastnn::FASTNN_ISA
