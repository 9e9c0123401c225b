#include "../check.h"

namespace fastnn {

void concatenate_check(Out y, InList x, const ConcatenateSettings& s, Check& check) {
  if (x.count == 0) return check.refuse("x is empty; at least one array is wanted.");
  if (s.axis < 0 || s.axis >= y.rank())
    return check.refuse("axis is %lld; y has shape %s.", static_cast<long long>(s.axis),
                        Check::shape_text(y).text);
  const int axis = static_cast<int>(s.axis);
  int64_t sum = 0;
  bool fits = true;
  for (int k = 0; k < x.count && fits; ++k) {
    check.same_dtype(x[k], y);
    if (check.failed()) return;
    fits = x[k].rank() == y.rank();
    for (int i = 0; fits && i < y.rank(); ++i) fits = i == axis || x[k].dim(i) == y.dim(i);
    if (!fits)
      return check.refuse("%s has shape %s and y %s; they must agree in all axes but %d.",
                          check.name(x[k]).text, Check::shape_text(x[k]).text,
                          Check::shape_text(y).text, axis);
    fits = !__builtin_add_overflow(sum, x[k].dim(axis), &sum);
  }
  if (!fits || sum != y.dim(axis))
    check.refuse("the arrays of x have not as many elements along axis %d as y, shape %s.", axis,
                 Check::shape_text(y).text);
}

}  // namespace fastnn
