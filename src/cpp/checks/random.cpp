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

static void check_dropout(In x, const DropoutSettings& s, Check& check) {
  check.between("rate", s.rate, 0, 1);
  const Integers& mask = s.mask_shape;
  if (mask.count == 0) return;
  if (mask.count != x.rank())
    return check.refuse("mask_shape has %lld axes and %s has shape %s; one each axis is wanted.",
                        static_cast<long long>(mask.count), check.name(x).text,
                        Check::shape_text(x).text);
  for (int i = 0; i < x.rank(); ++i)
    if (mask.at[i] != 1 && mask.at[i] != x.dim(i))
      return check.refuse(
          "mask_shape has %lld at axis %d and %s has shape %s; 1, for one draw, or "
          "the axis's own size is wanted.",
          static_cast<long long>(mask.at[i]), i, check.name(x).text, Check::shape_text(x).text);
}

void dropout_forward_check(Out y, Out position, InOut state, In x, const DropoutSettings& s,
                           Check& check) {
  check.floats({y, x});
  check.same_shape(y, x);
  check_state(state, check);
  check_state(position, check);
  check_dropout(x, s, check);
  check.may_alias(y, x);
}

void dropout_backward_check(OutAdd dx, In dy, In position, const DropoutSettings& s, Check& check) {
  check.floats({dx, dy});
  check.same_shape(dx, dy);
  check_state(position, check);
  check_dropout(dy, s, check);
  check.may_alias(dx, dy);
}

}  // namespace fastnn
