#include "../check.h"

namespace fastnn {

void transpose_check(OutAdd y, In x, const TransposeSettings& s, Check& check) {
  check.same_dtype(y, x);
  bool here[kMaxRank] = {}, permutation = s.axes.count == x.rank();
  for (int64_t i = 0; permutation && i < s.axes.count; ++i) {
    const int64_t axis = s.axes.at[i];
    permutation = axis >= 0 && axis < x.rank() && !here[axis];
    if (permutation) here[axis] = true;
  }
  if (!permutation)
    return check.refuse("x has shape %s; axes must name each of its %d axes once, 0 .. %d.",
                        Check::shape_text(x).text, x.rank(), x.rank() - 1);
  Operand wanted;
  wanted.rank = x.rank();
  for (int i = 0; i < x.rank(); ++i) wanted.dims[i] = x.dim(static_cast<int>(s.axes.at[i]));
  check.shape(y, wanted);
}

}  // namespace fastnn
