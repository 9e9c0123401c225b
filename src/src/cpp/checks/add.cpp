#include "../check.h"

namespace fastnn {

// The size of x's axis i of `rank`, aligned right as NumPy does.
static int64_t aligned(Ref x, int i, int rank) {
  const int own = i - (rank - x.rank());
  return own < 0 ? 1 : x.dim(own);
}

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

void sum_to_check(OutAdd y, In x, Scratch, const NoSettings&, Check& check) {
  check.floats({y, x});
  bool fits = y.rank() <= x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) {
    const int64_t n = aligned(y, i, x.rank());
    fits = n == 1 || n == x.dim(i);
  }
  if (!fits)
    check.refuse("y has shape %s and x %s: aligned from the right, y's sizes must be x's or 1.",
                 Check::shape_text(y).text, Check::shape_text(x).text);
}

}  // namespace fastnn
