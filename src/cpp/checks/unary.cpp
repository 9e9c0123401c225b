#include "unary_numbers.h"

namespace fastnn {

// alpha and beta of functions that have none are looked at as well: there is one rule for all.
void check_numbers(const UnarySettings& s, Check& check) {
  if (s.function == Unary::clip) {
    if (!(s.alpha <= s.beta))
      check.refuse("settings: clip's limits are %g and %g; numbers with alpha <= beta are wanted.",
                   s.alpha, s.beta);
    return;
  }
  check.finite("alpha", s.alpha);
  check.finite("beta", s.beta);
  const bool slope = s.function == Unary::leaky_relu || s.function == Unary::elu;
  if (slope && s.alpha < 0)
    check.refuse(
        "settings: alpha is %g; at least 0 is wanted: the gradient is taken from y, whose "
        "sign must be x's.",
        s.alpha);
}

void unary_forward_check(Out y, In x, const UnarySettings& s, Check& check) {
  check.floats({y, x});
  check.same_shape(y, x);
  check_numbers(s, check);
  check.may_alias(y, x);
}

void unary_backward_check(OutAdd dx, In dy, In saved, const UnarySettings& s, Check& check) {
  check.floats({dx, dy, saved});
  check.same_shape(dx, saved);
  check.same_shape(dy, saved);
  check_numbers(s, check);
  check.may_alias(dx, dy);
}

}  // namespace fastnn
