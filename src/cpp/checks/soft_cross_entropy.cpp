#include "../check.h"

namespace fastnn {

// x (N, C) with target (N, C) and, where they are, weights (N,)
static void check_targets(Ref x, In target, MaybeIn weights, const SmoothingSettings& s,
                          Check& check) {
  check.rank(x, 2);
  check.not_empty(x);
  if (check.failed()) return;
  check.same_shape(target, x);
  check.shape(weights, {x.dim(0)});
  check.between("smoothing", s.smoothing, 0, 1);
}

void softmax_cross_entropy_soft_forward_check(Out loss, Out p, In logits, In target,
                                              MaybeIn weights, Scratch, const SmoothingSettings& s,
                                              Check& check) {
  check.floats({loss, p, logits, target, weights});
  check_targets(logits, target, weights, s, check);
  check.shape(loss, {});
  check.same_shape(p, logits);
  check.may_alias(p, logits);
}

void softmax_cross_entropy_soft_backward_check(OutAdd dlogits, In dloss, In p, In target,
                                               MaybeIn weights, const SmoothingSettings& s,
                                               Check& check) {
  check.floats({dlogits, dloss, p, target, weights});
  check_targets(p, target, weights, s, check);
  check.shape(dloss, {});
  check.same_shape(dlogits, p);
  check.may_alias(dlogits, p);
}

void cross_entropy_soft_forward_check(Out loss, In p, In target, MaybeIn weights, Scratch,
                                      const SmoothingSettings& s, Check& check) {
  check.floats({loss, p, target, weights});
  check_targets(p, target, weights, s, check);
  check.shape(loss, {});
}

void cross_entropy_soft_backward_check(OutAdd dp, In dloss, In p, In target, MaybeIn weights,
                                       const SmoothingSettings& s, Check& check) {
  check.floats({dp, dloss, p, target, weights});
  check_targets(p, target, weights, s, check);
  check.shape(dloss, {});
  check.same_shape(dp, p);
}

}  // namespace fastnn
