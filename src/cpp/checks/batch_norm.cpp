#include "../check.h"

namespace fastnn {

// x (.., C) with C at least 1; each of the others is (C,) or absent.
static void check_channels(Ref x, std::initializer_list<Ref> others, Check& check) {
  if (x.rank() < 1 || x.dim(-1) == 0)
    return check.refuse("%s has shape %s; a last axis of at least 1 channel is wanted.",
                        check.name(x).text, Check::shape_text(x).text);
  for (const Ref& other : others) check.shape(other, {x.dim(-1)});
}

void batch_norm_forward_check(Out y, Out mean, Out rstd, InOut moving_mean, InOut moving_variance,
                              In x, MaybeIn gamma, MaybeIn beta, MaybeIn residual, Scratch,
                              const BatchNormSettings& s, Check& check) {
  check.floats({y, mean, rstd, moving_mean, moving_variance, x, gamma, beta, residual});
  check_channels(x, {mean, rstd, moving_mean, moving_variance, gamma, beta}, check);
  check.not_empty(x);
  check.same_shape(y, x);
  check.same_shape(residual, x);
  check.finite("momentum", s.momentum);
  check.between("epsilon", s.epsilon, 0, __builtin_inf());
}

void batch_norm_backward_check(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy, In x,
                               In mean, In rstd, MaybeIn gamma, MaybeIn beta, Scratch,
                               const BatchNormBackwardSettings&, Check& check) {
  check.floats({dx, dgamma, dbeta, dy, x, mean, rstd, gamma, beta});
  check_channels(x, {mean, rstd, gamma, beta, dgamma, dbeta}, check);
  check.not_empty(x);
  check.same_shape(dy, x);
  check.same_shape(dx, x);
}

void batch_norm_inference_forward_check(Out y, In x, MaybeIn gamma, MaybeIn beta, In moving_mean,
                                        In moving_variance, MaybeIn residual,
                                        const BatchNormInferenceSettings& s, Check& check) {
  check.floats({y, x, gamma, beta, moving_mean, moving_variance, residual});
  check_channels(x, {gamma, beta, moving_mean, moving_variance}, check);
  check.same_shape(y, x);
  check.same_shape(residual, x);
  check.between("epsilon", s.epsilon, 0, __builtin_inf());
  check.may_alias(y, x);
}

void batch_norm_inference_backward_check(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta,
                                         In dy, In x, MaybeIn gamma, In moving_mean,
                                         In moving_variance, Scratch, const EpsilonSettings& s,
                                         Check& check) {
  check.floats({dx, dgamma, dbeta, dy, x, gamma, moving_mean, moving_variance});
  check_channels(x, {gamma, moving_mean, moving_variance, dgamma, dbeta}, check);
  check.same_shape(dy, x);
  check.same_shape(dx, x);
  check.between("epsilon", s.epsilon, 0, __builtin_inf());
}

}  // namespace fastnn
