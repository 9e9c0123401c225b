#include "../check.h"

namespace fastnn {

// x (.., C) with C at least 1; `rows` are of x's shape without its last axis, `columns` (C,).
static void check_rows(Ref x, std::initializer_list<Ref> rows, std::initializer_list<Ref> columns,
                       Check& check) {
  if (x.rank() < 1 || x.dim(-1) == 0)
    return check.refuse("%s has shape %s; a last axis of at least 1 is wanted.", check.name(x).text,
                        Check::shape_text(x).text);
  Operand wanted = *x.operand;
  wanted.rank -= 1;
  for (const Ref& row : rows) check.shape(row, wanted);
  for (const Ref& column : columns) check.shape(column, {x.dim(-1)});
}

void layer_norm_forward_check(Out y, Out mean, Out rstd, In x, MaybeIn gamma, MaybeIn beta,
                              const EpsilonSettings& s, Check& check) {
  check.floats({y, mean, rstd, x, gamma, beta});
  check_rows(x, {mean, rstd}, {gamma, beta}, check);
  check.same_shape(y, x);
  check.between("epsilon", s.epsilon, 0, __builtin_inf());
  check.may_alias(y, x);
}

void layer_norm_backward_check(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy, In x,
                               In mean, In rstd, MaybeIn gamma, Scratch, const NoSettings&,
                               Check& check) {
  check.floats({dx, dgamma, dbeta, dy, x, mean, rstd, gamma});
  check_rows(x, {mean, rstd}, {gamma, dgamma, dbeta}, check);
  check.same_shape(dy, x);
  check.same_shape(dx, x);
}

}  // namespace fastnn
