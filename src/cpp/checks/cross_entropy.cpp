#include "../check.h"

namespace fastnn {

// x (N, C) with labels (N,) and, where they are, weights (N,)
static void check_labels(Ref x, In labels, MaybeIn weights, Check& check) {
  check.rank(x, 2);
  check.not_empty(x);
  if (check.failed()) return;
  check.dtype(labels, Dtype::i32);
  check.shape(labels, {x.dim(0)});
  check.shape(weights, {x.dim(0)});
  if (x.dim(1) > 0x7fffffff)
    check.refuse("%lld classes; labels are int32.", static_cast<long long>(x.dim(1)));
}

void softmax_cross_entropy_forward_check(Out loss, Out p, In logits, In labels, MaybeIn weights,
                                         Scratch, const NoSettings&, Check& check) {
  check.floats({loss, p, logits, weights});
  check_labels(logits, labels, weights, check);
  check.shape(loss, {});
  check.same_shape(p, logits);
  check.may_alias(p, logits);
}

void softmax_cross_entropy_backward_check(OutAdd dlogits, In dloss, In p, In labels,
                                          MaybeIn weights, const NoSettings&, Check& check) {
  check.floats({dlogits, dloss, p, weights});
  check_labels(p, labels, weights, check);
  check.shape(dloss, {});
  check.same_shape(dlogits, p);
  check.may_alias(dlogits, p);
}

void cross_entropy_forward_check(Out loss, In p, In labels, MaybeIn weights, Scratch,
                                 const NoSettings&, Check& check) {
  check.floats({loss, p, weights});
  check_labels(p, labels, weights, check);
  check.shape(loss, {});
}

void cross_entropy_backward_check(OutAdd dp, In dloss, In p, In labels, MaybeIn weights,
                                  const NoSettings&, Check& check) {
  check.floats({dp, dloss, p, weights});
  check_labels(p, labels, weights, check);
  check.shape(dloss, {});
  check.same_shape(dp, p);
}

}  // namespace fastnn
