#include "../check.h"

namespace fastnn {

// Weights have the first axes of prediction: none of them, some, or all.
static void check_pair(In prediction, In target, MaybeIn weights, const LossSettings& s,
                       Check& check) {
  check.not_empty(prediction);
  check.same_shape(target, prediction);
  check.between("delta", s.delta, 0, __builtin_inf());
  check.between("smoothing", s.smoothing, 0, 1);
  if (!weights) return;
  bool fits = weights.rank() <= prediction.rank();
  for (int i = 0; fits && i < weights.rank(); ++i) fits = weights.dim(i) == prediction.dim(i);
  if (!fits)
    check.refuse(
        "weights have shape %s and prediction %s; the first axes of prediction are wanted: a "
        "weight a sample or an element. Reshape them.",
        Check::shape_text(weights).text, Check::shape_text(prediction).text);
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
