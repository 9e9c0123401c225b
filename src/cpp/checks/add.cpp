#include "aligned.h"

namespace fastnn {

void add_check(OutAdd y, In a, In b, const NoSettings&, Check& check) {
  check.floats({y, a, b});
  const int rank = a.rank() > b.rank() ? a.rank() : b.rank();
  Operand wanted;
  wanted.rank = rank;
  for (int i = 0; i < rank; ++i) {
    const int64_t m = aligned(a, i, rank), n = aligned(b, i, rank);
    if (m != n && m != 1 && n != 1)
      return check.refuse(
          "a has shape %s and b %s: they do not broadcast; aligned from the right, sizes "
          "must be equal or 1.",
          Check::shape_text(a).text, Check::shape_text(b).text);
    wanted.dims[i] = m == 1 ? n : m;
  }
  check.shape(y, wanted);
  if (a.size() == y.size() && a.rank() == rank) check.may_alias(y, a);
  if (b.size() == y.size() && b.rank() == rank) check.may_alias(y, b);
}

}  // namespace fastnn
