#include "../check.h"

namespace fastnn {

static void check_rows(Ref x, Check& check) {
  if (x.rank() < 1 || x.dim(-1) == 0)
    check.refuse("%s has shape %s; a last axis of at least 1 is wanted.", check.name(x).text,
                 Check::shape_text(x).text);
}

void softmax_forward_check(Out y, In x, const NoSettings&, Check& check) {
  check.floats({y, x});
  check_rows(x, check);
  check.same_shape(y, x);
  check.may_alias(y, x);
}

void softmax_backward_check(OutAdd dx, In dy, In y, const NoSettings&, Check& check) {
  check.floats({dx, dy, y});
  check_rows(y, check);
  check.same_shape(dx, y);
  check.same_shape(dy, y);
  check.may_alias(dx, dy);
}

void log_softmax_forward_check(Out y, In x, const NoSettings& settings, Check& check) {
  softmax_forward_check(y, x, settings, check);
}

void log_softmax_backward_check(OutAdd dx, In dy, In y, const NoSettings& settings, Check& check) {
  softmax_backward_check(dx, dy, y, settings, check);
}

}  // namespace fastnn
