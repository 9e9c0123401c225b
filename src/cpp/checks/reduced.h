// The checks that reductions have in common.
#pragma once
#include "../check.h"

namespace fastnn {

// y has x's rank and, along each axis, x's size or 1.
inline void check_reduced(Ref y, Ref x, Check& check) {
  if (!y || !x) return;
  bool fits = y.rank() == x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) fits = y.dim(i) == 1 || y.dim(i) == x.dim(i);
  if (!fits)
    check.refuse(
        "%s has shape %s and %s %s: the same number of axes is wanted, and sizes that "
        "are %s's or 1.",
        check.name(y).text, Check::shape_text(y).text, check.name(x).text,
        Check::shape_text(x).text, check.name(x).text);
}

// Refuses elements of y that come from no element of x.
inline void check_terms(Ref y, Ref x, const char* what, Check& check) {
  if (x.size() == 0 && y.size() != 0)
    check.refuse("%s has shape %s: no %s is defined of no elements.", check.name(x).text,
                 Check::shape_text(x).text, what);
}

inline void check_axis(Ref x, int64_t axis, Check& check) {
  if (axis < 0 || axis >= x.rank())
    check.refuse("axis is %lld; %s has shape %s, so that 0 to %d are wanted.",
                 static_cast<long long>(axis), check.name(x).text, Check::shape_text(x).text,
                 x.rank() - 1);
}

}  // namespace fastnn
