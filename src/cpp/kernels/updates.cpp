// The updates of SGD, RMSprop, Adagrad and Adadelta, each over all segments in one launch;
// formulas_updates.h has their formulas. The first part counts the step.
#include "segments.h"

namespace fastnn::FASTNN_ISA {

static void count_step(InOut iterations, const Part& part) {
  if (part.index == 0) *iterations.as<int64_t>() += 1;
}

void sgd_update(InOutList w, InOutList velocity, InList g, In rate, InOut iterations, MaybeIn norm,
                const SgdSettings& settings, const Part& part) noexcept {
  count_step(iterations, part);
  if (w.count == 0) return;
  const InOutList lists[] = {w, velocity};
  const double r = *rate.as<double>();
  with_float(w[0].dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (velocity.count > 0) {
      update_segments<T, Sgd<T, true>>(lists, g, r, r, norm, settings, part);
    } else {
      update_segments<T, Sgd<T, false>>(lists, g, r, r, norm, settings, part);
    }
  });
}

void sgd_update_schedule(InOutList w, InOutList velocity, InList, In, InOut, MaybeIn,
                         const SgdSettings&, Schedule& schedule) noexcept {
  plan_update(schedule, 0, w, velocity.count > 0 ? 2 : 1);
}

void rmsprop_update(InOutList w, InOutList square, InOutList velocity, InOutList mean, InList g,
                    In rate, InOut iterations, MaybeIn norm, const RmspropSettings& settings,
                    const Part& part) noexcept {
  count_step(iterations, part);
  if (w.count == 0) return;
  const bool moves = velocity.count > 0, centered = mean.count > 0;
  const InOutList lists[] = {w, square, moves ? velocity : mean, mean};
  const double r = *rate.as<double>();
  with_float(w[0].dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (moves && centered) {
      update_segments<T, Rmsprop<T, true, true>>(lists, g, r, r, norm, settings, part);
    } else if (moves) {
      update_segments<T, Rmsprop<T, true, false>>(lists, g, r, r, norm, settings, part);
    } else if (centered) {
      update_segments<T, Rmsprop<T, false, true>>(lists, g, r, r, norm, settings, part);
    } else {
      update_segments<T, Rmsprop<T, false, false>>(lists, g, r, r, norm, settings, part);
    }
  });
}

void rmsprop_update_schedule(InOutList w, InOutList, InOutList velocity, InOutList mean, InList, In,
                             InOut, MaybeIn, const RmspropSettings&, Schedule& schedule) noexcept {
  plan_update(schedule, 0, w, 2 + (velocity.count > 0 ? 1 : 0) + (mean.count > 0 ? 1 : 0));
}

void adagrad_update(InOutList w, InOutList square, InList g, In rate, InOut iterations,
                    MaybeIn norm, const AdagradSettings& settings, const Part& part) noexcept {
  count_step(iterations, part);
  if (w.count == 0) return;
  const InOutList lists[] = {w, square};
  const double r = *rate.as<double>();
  with_float(w[0].dtype(), [&](auto tag) {
    using T = decltype(tag);
    update_segments<T, Adagrad<T>>(lists, g, r, r, norm, settings, part);
  });
}

void adagrad_update_schedule(InOutList w, InOutList, InList, In, InOut, MaybeIn,
                             const AdagradSettings&, Schedule& schedule) noexcept {
  plan_update(schedule, 0, w, 2);
}

void adadelta_update(InOutList w, InOutList square, InOutList change, InList g, In rate,
                     InOut iterations, MaybeIn norm, const AdadeltaSettings& settings,
                     const Part& part) noexcept {
  count_step(iterations, part);
  if (w.count == 0) return;
  const InOutList lists[] = {w, square, change};
  const double r = *rate.as<double>();
  with_float(w[0].dtype(), [&](auto tag) {
    using T = decltype(tag);
    update_segments<T, Adadelta<T>>(lists, g, r, r, norm, settings, part);
  });
}

void adadelta_update_schedule(InOutList w, InOutList, InOutList, InList, In, InOut, MaybeIn,
                              const AdadeltaSettings&, Schedule& schedule) noexcept {
  plan_update(schedule, 0, w, 3);
}

}  // namespace fastnn::FASTNN_ISA
