#include "../check.h"

namespace fastnn {

static void check_pair(In prediction, In target, MaybeIn weights, const LossSettings& s,
                       Check& check) {
  check.not_empty(prediction);
  check.same_shape(target, prediction);
  check.between("delta", s.delta, 0, __builtin_inf());
  check.between("smoothing", s.smoothing, 0, 1);
  check.first_axes(weights, prediction);
}

void loss_forward_check(Out loss, In prediction, In target, MaybeIn weights, Scratch,
                        const LossSettings& settings, Check& check) {
  check.floats({loss, prediction, target, weights});
  check_pair(prediction, target, weights, settings, check);
  check.shape(loss, {});
}

void loss_backward_check(MaybeOutAdd dprediction, MaybeOutAdd dtarget, In dloss, In prediction,
                         In target, MaybeIn weights, const LossSettings& settings, Check& check) {
  check.floats({dprediction, dtarget, dloss, prediction, target, weights});
  check_pair(prediction, target, weights, settings, check);
  check.same_shape(dprediction, prediction);
  check.same_shape(dtarget, prediction);
  check.shape(dloss, {});
}

}  // namespace fastnn
