#include "../check.h"

namespace fastnn {

static void check_state(Ref state, Check& check) {
  check.dtype(state, Dtype::i64);
  check.shape(state, {2});
}

void uniform_check(Out y, InOut state, Scratch, const UniformSettings& s, Check& check) {
  check.floats({y});
  check_state(state, check);
  check.finite("low", s.low);
  check.finite("high", s.high);
}

void dropout_forward_check(Out y, Out position, InOut state, In x, const DropoutSettings& s,
                           Check& check) {
  check.floats({y, x});
  check.same_shape(y, x);
  check_state(state, check);
  check_state(position, check);
  check.between("rate", s.rate, 0, 1);
  check.may_alias(y, x);
}

void dropout_backward_check(OutAdd dx, In dy, In position, const DropoutSettings& s, Check& check) {
  check.floats({dx, dy});
  check.same_shape(dx, dy);
  check_state(position, check);
  check.between("rate", s.rate, 0, 1);
  check.may_alias(dx, dy);
}

}  // namespace fastnn
