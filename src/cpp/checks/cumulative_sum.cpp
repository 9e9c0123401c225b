#include "reduced.h"

namespace fastnn {

void cumulative_sum_check(OutAdd y, In x, const CumulativeSumSettings& s, Check& check) {
  check.floats({y, x});
  check.same_shape(y, x);
  check_axis(x, s.axis, check);
}

}  // namespace fastnn
