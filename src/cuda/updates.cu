// The updates of SGD, RMSprop, Adagrad and Adadelta; formulas_updates.h has their formulas. One
// thread of a launch of its own counts the step.
#include "segments.h"

namespace fastnn::FASTNN_ISA {

static __global__ void count_kernel(int64_t* iterations) { ++*iterations; }

static void count_step(InOut iterations, Stream& stream) {
  launch(count_kernel, dim3(1), dim3(1), 0, stream, iterations.as<int64_t>());
}

void sgd_update(InOutList w, InOutList velocity, InList g, In rate, InOut iterations, MaybeIn norm,
                const SgdSettings& settings, Stream& stream) noexcept {
  count_step(iterations, stream);
  if (w.count == 0) return;
  const InOutList lists[] = {w, velocity};
  const double* r = rate.as<double>();
  with_float(w[0].dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (velocity.count > 0) {
      launch_update<T, Sgd<T, true>>(lists, g, rate, r, norm, settings, stream);
    } else {
      launch_update<T, Sgd<T, false>>(lists, g, rate, r, norm, settings, stream);
    }
  });
}

void rmsprop_update(InOutList w, InOutList square, InOutList velocity, InOutList mean, InList g,
                    In rate, InOut iterations, MaybeIn norm, const RmspropSettings& settings,
                    Stream& stream) noexcept {
  count_step(iterations, stream);
  if (w.count == 0) return;
  const bool moves = velocity.count > 0, centered = mean.count > 0;
  const InOutList lists[] = {w, square, moves ? velocity : mean, mean};
  const double* r = rate.as<double>();
  with_float(w[0].dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (moves && centered) {
      launch_update<T, Rmsprop<T, true, true>>(lists, g, rate, r, norm, settings, stream);
    } else if (moves) {
      launch_update<T, Rmsprop<T, true, false>>(lists, g, rate, r, norm, settings, stream);
    } else if (centered) {
      launch_update<T, Rmsprop<T, false, true>>(lists, g, rate, r, norm, settings, stream);
    } else {
      launch_update<T, Rmsprop<T, false, false>>(lists, g, rate, r, norm, settings, stream);
    }
  });
}

void adagrad_update(InOutList w, InOutList square, InList g, In rate, InOut iterations,
                    MaybeIn norm, const AdagradSettings& settings, Stream& stream) noexcept {
  count_step(iterations, stream);
  if (w.count == 0) return;
  const InOutList lists[] = {w, square};
  with_float(w[0].dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_update<T, Adagrad<T>>(lists, g, rate, rate.as<double>(), norm, settings, stream);
  });
}

void adadelta_update(InOutList w, InOutList square, InOutList change, InList g, In rate,
                     InOut iterations, MaybeIn norm, const AdadeltaSettings& settings,
                     Stream& stream) noexcept {
  count_step(iterations, stream);
  if (w.count == 0) return;
  const InOutList lists[] = {w, square, change};
  with_float(w[0].dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_update<T, Adadelta<T>>(lists, g, rate, rate.as<double>(), norm, settings, stream);
  });
}

}  // namespace fastnn::FASTNN_ISA
