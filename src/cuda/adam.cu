// Adam as Keras writes it: t = iterations + 1, alpha = rate sqrt(1 - beta_2^t) / (1 - beta_1^t),
// then formulas_updates.h. A first launch of one thread leaves alpha in scratch, in float64, and
// steps iterations on.
#include "segments.h"

namespace fastnn::FASTNN_ISA {

static __global__ void adam_rate_kernel(double* alpha, int64_t* iterations, const double* rate,
                                        double beta_1, double beta_2) {
  const double t = static_cast<double>(++*iterations);
  *alpha = *rate * sqrt(1 - pow(beta_2, t)) / (1 - pow(beta_1, t));
}

void adam_update_schedule(InOutList, InOutList, InOutList, InOutList, InList, In, InOut, MaybeIn,
                          Scratch, const AdamSettings&, Schedule& schedule) noexcept {
  schedule.shared_bytes = sizeof(double);  // alpha
}

void adam_update(InOutList w, InOutList m, InOutList v, InOutList v_hat, InList g, In rate,
                 InOut iterations, MaybeIn norm, Scratch scratch, const AdamSettings& settings,
                 Stream& stream) noexcept {
  double* alpha = scratch.shared<double>();
  launch(adam_rate_kernel, dim3(1), dim3(1), 0, stream, alpha, iterations.as<int64_t>(),
         rate.as<double>(), settings.beta_1, settings.beta_2);
  if (w.count == 0) return;
  const InOutList lists[] = {w, m, v, v_hat};
  with_float(w[0].dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (v_hat.count > 0) {
      launch_update<T, Adam<T, true>>(lists, g, rate, alpha, norm, settings, stream);
    } else {
      launch_update<T, Adam<T, false>>(lists, g, rate, alpha, norm, settings, stream);
    }
  });
}

}  // namespace fastnn::FASTNN_ISA
