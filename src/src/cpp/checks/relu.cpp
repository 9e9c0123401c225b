#include "../check.h"

namespace fastnn {

void relu_forward_check(Out y, In x, const NoSettings&, Check& check) {
  check.floats({y, x});
  check.same_shape(y, x);
  check.may_alias(y, x);
}

void relu_backward_check(OutAdd dx, In dy, In y, const NoSettings&, Check& check) {
  check.floats({dx, dy, y});
  check.same_shape(dx, y);
  check.same_shape(dy, y);
  check.may_alias(dx, dy);
}

}  // namespace fastnn
