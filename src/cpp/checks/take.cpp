#include "../check.h"

namespace fastnn {

// whole (outer, n, inner), some (outer, m, inner), indices (m,)
static void check_rows(Ref whole, Ref some, In indices, Check& check) {
  check.dtype(indices, Dtype::i32);
  check.rank(whole, 3);
  check.rank(some, 3);
  check.rank(indices, 1);
  if (check.failed()) return;
  check.shape(some, {whole.dim(0), indices.size(), whole.dim(2)});
}

void take_check(OutAdd y, In x, In indices, const NoSettings&, Check& check) {
  check.same_dtype(y, x);
  check_rows(x, y, indices, check);
}

void scatter_add_check(OutAdd y, In indices, In updates, const NoSettings&, Check& check) {
  check.floats({y, updates});
  check_rows(y, updates, indices, check);
}

void one_hot_check(Out y, In indices, const NoSettings&, Check& check) {
  check.dtype(indices, Dtype::i32);
  check.rank(y, indices.rank() + 1);
  if (check.failed()) return;
  Operand wanted = *indices.operand;
  wanted.dims[wanted.rank++] = y.dim(-1);
  check.shape(y, wanted);
}

}  // namespace fastnn
