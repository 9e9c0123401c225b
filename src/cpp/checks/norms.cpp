#include "../check.h"

namespace fastnn {

void norms_check(Out norm, InList x, Scratch, const NoSettings&, Check& check) {
  check.dtype(norm, Dtype::f64);
  if (norm.rank() > 0) check.shape(norm, {x.count});
  for (int i = 0; i < x.count; ++i) check.floats({x[0], x[i]});
}

}  // namespace fastnn
