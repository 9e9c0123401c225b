#include "aligned.h"

namespace fastnn {

// The shape that a's and b's broadcast to.
static Operand broadcast_shape(Ref a, Ref b, Check& check) {
  Operand wanted;
  wanted.rank = a.rank() > b.rank() ? a.rank() : b.rank();
  for (int i = 0; i < wanted.rank; ++i) {
    const int64_t m = aligned(a, i, wanted.rank), n = aligned(b, i, wanted.rank);
    if (m != n && m != 1 && n != 1) {
      check.refuse(
          "a has shape %s and b %s: they do not broadcast; aligned from the right, sizes "
          "must be equal or 1.",
          Check::shape_text(a).text, Check::shape_text(b).text);
      break;
    }
    wanted.dims[i] = m == 1 ? n : m;
  }
  return wanted;
}

static void may_alias_if_whole(Ref y, Ref x, Check& check) {
  if (x.size() == y.size() && x.rank() == y.rank()) check.may_alias(y, x);
}

void binary_check(OutAdd y, In a, In b, const BinarySettings&, Check& check) {
  check.floats({y, a, b});
  check.shape(y, broadcast_shape(a, b, check));
  may_alias_if_whole(y, a, check);
  may_alias_if_whole(y, b, check);
}

void binary_backward_check(OutAdd d, In dy, In a, In b, const BinaryBackwardSettings&,
                           Check& check) {
  check.floats({d, dy, a, b});
  check.shape(dy, broadcast_shape(a, b, check));
  check.same_shape(d, dy);
  check.may_alias(d, dy);
}

void compare_check(Out y, In a, In b, const CompareSettings&, Check& check) {
  check.dtype(y, Dtype::u8);
  check.same_dtype(b, a);
  check.shape(y, broadcast_shape(a, b, check));
}

void where_check(OutAdd y, In condition, In a, In b, const NoSettings&, Check& check) {
  check.floats({y, a, b});
  check.dtype(condition, Dtype::u8);
  Operand both = broadcast_shape(a, b, check), whole;
  if (check.failed()) return;
  whole.rank = both.rank > condition.rank() ? both.rank : condition.rank();
  for (int i = 0; i < whole.rank; ++i) {
    const int64_t m = aligned(condition, i, whole.rank), n = aligned(Ref{&both}, i, whole.rank);
    if (m != n && m != 1 && n != 1)
      return check.refuse(
          "condition has shape %s, and a and b together %s: they do not broadcast; aligned from "
          "the right, sizes must be equal or 1.",
          Check::shape_text(condition).text, Check::shape_text(both).text);
    whole.dims[i] = m == 1 ? n : m;
  }
  check.shape(y, whole);
  may_alias_if_whole(y, a, check);
  may_alias_if_whole(y, b, check);
}

}  // namespace fastnn
