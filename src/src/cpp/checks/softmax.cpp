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

// x (N, C) with labels (N,)
static void check_labels(Ref x, In labels, Check& check) {
  check.rank(x, 2);
  check.not_empty(x);
  if (check.failed()) return;
  check.dtype(labels, Dtype::i32);
  check.shape(labels, {x.dim(0)});
  if (x.dim(1) > 0x7fffffff)
    check.refuse("%lld classes; labels are int32.", static_cast<long long>(x.dim(1)));
}

void softmax_cross_entropy_forward_check(Out loss, Out p, In logits, In labels, Scratch,
                                         const NoSettings&, Check& check) {
  check.floats({loss, p, logits});
  check_labels(logits, labels, check);
  check.shape(loss, {});
  check.same_shape(p, logits);
  check.may_alias(p, logits);
}

void softmax_cross_entropy_backward_check(OutAdd dlogits, In dloss, In p, In labels,
                                          const NoSettings&, Check& check) {
  check.floats({dlogits, dloss, p});
  check_labels(p, labels, check);
  check.shape(dloss, {});
  check.same_shape(dlogits, p);
  check.may_alias(dlogits, p);
}

void cross_entropy_forward_check(Out loss, In p, In labels, Scratch, const NoSettings&,
                                 Check& check) {
  check.floats({loss, p});
  check_labels(p, labels, check);
  check.shape(loss, {});
}

void cross_entropy_backward_check(OutAdd dp, In dloss, In p, In labels, const NoSettings&,
                                  Check& check) {
  check.floats({dp, dloss, p});
  check_labels(p, labels, check);
  check.shape(dloss, {});
  check.same_shape(dp, p);
}

}  // namespace fastnn
