#include "reduced.h"

namespace fastnn {

void arg_reduce_check(Out y, In x, const ArgReduceSettings& s, Check& check) {
  check.floats({x});
  check.dtype(y, Dtype::i32);
  check_axis(x, s.axis, check);
  if (check.failed()) return;
  const int axis = static_cast<int>(s.axis);
  Operand wanted;
  for (int i = 0; i < x.rank(); ++i)
    if (i != axis) wanted.dims[wanted.rank++] = x.dim(i);
  check.shape(y, wanted);
  check_terms(y, x, "largest or smallest", check);
  if (x.dim(axis) > 0x7fffffff)
    check.refuse("x has shape %s; places are int32, so that an axis of less than 2^31 is wanted.",
                 Check::shape_text(x).text);
}

}  // namespace fastnn
