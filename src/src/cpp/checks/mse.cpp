#include "../check.h"

namespace fastnn {

void mse_forward_check(Out loss, In prediction, In target, Scratch, const NoSettings&,
                       Check& check) {
  check.floats({loss, prediction, target});
  check.not_empty(prediction);
  check.same_shape(target, prediction);
  check.shape(loss, {});
}

void mse_backward_check(MaybeOutAdd dprediction, MaybeOutAdd dtarget, In dloss, In prediction,
                        In target, const NoSettings&, Check& check) {
  check.floats({dprediction, dtarget, dloss, prediction, target});
  check.not_empty(prediction);
  check.same_shape(target, prediction);
  check.same_shape(dprediction, prediction);
  check.same_shape(dtarget, prediction);
  check.shape(dloss, {});
}

}  // namespace fastnn
