#include "reduced.h"

namespace fastnn {

void variance_forward_check(Out variance, Out mean, In x, Scratch, const VarianceSettings&,
                            Check& check) {
  check.floats({variance, mean, x});
  check_reduced(mean, x, check);
  check.same_shape(variance, mean);
  check_terms(mean, x, "variance", check);
}

void variance_backward_check(OutAdd dx, In dvariance, In variance, In mean, In x,
                             const VarianceSettings&, Check& check) {
  check.floats({dx, dvariance, variance, mean, x});
  check_reduced(mean, x, check);
  check.same_shape(variance, mean);
  check.same_shape(dvariance, mean);
  check.same_shape(dx, x);
}

}  // namespace fastnn
