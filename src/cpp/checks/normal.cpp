#include "../check.h"

namespace fastnn {

void normal_check(Out y, InOut state, Scratch, const NormalSettings& s, Check& check) {
  check.floats({y});
  check.dtype(state, Dtype::i64);
  check.shape(state, {2});
  check.finite("mean", s.mean);
  check.finite("stddev", s.stddev);
  if (s.stddev < 0) check.refuse("stddev is %g; at least 0 is wanted.", s.stddev);
}

}  // namespace fastnn
