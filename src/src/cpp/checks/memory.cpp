#include "../check.h"

namespace fastnn {

void fill_check(Out y, const FillSettings& s, Check& check) {
  const double low = y.dtype() == Dtype::u8 ? 0 : y.dtype() == Dtype::i32 ? -0x1p31 : -0x1p63;
  const double end = y.dtype() == Dtype::u8 ? 256 : y.dtype() == Dtype::i32 ? 0x1p31 : 0x1p63;
  if (y.dtype() != Dtype::f32 && y.dtype() != Dtype::f64) check.between("value", s.value, low, end);
}

void copy_check(Out y, In x, const NoSettings&, Check& check) {
  check.same_dtype(y, x);
  check.same_shape(y, x);
}

void cast_check(Out y, In x, const NoSettings&, Check& check) { check.same_shape(y, x); }

void gather_check(Out y, In x, In indices, const NoSettings&, Check& check) {
  check.dtype(indices, Dtype::i32);
  check.rank(indices, 1);
  if (check.failed()) return;
  if (x.rank() < 1)
    return check.refuse("x has shape %s; rows are gathered along its first axis, so it needs one.",
                        Check::shape_text(x).text);
  Operand wanted = *x.operand;
  wanted.dims[0] = indices.size();
  check.shape(y, wanted);
}

}  // namespace fastnn
