#include "reduced.h"

namespace fastnn {

static bool is_sum(Reduction function) {
  return function == Reduction::sum || function == Reduction::mean;
}

void reduce_forward_check(Out y, In x, Scratch, const ReduceSettings& s, Check& check) {
  check.floats({y, x});
  check_reduced(y, x, check);
  if (s.function != Reduction::sum && s.function != Reduction::prod)
    check_terms(y, x, "such reduction", check);
}

void reduce_backward_check(OutAdd dx, In dy, MaybeIn x, MaybeIn y, Scratch, const ReduceSettings& s,
                           Check& check) {
  check.floats({dx, dy, x, y});
  check_reduced(dy, dx, check);
  check.same_shape(x, dx);
  check.same_shape(y, dy);
  if (is_sum(s.function) && (x || y))
    check.refuse("x or y came; the gradient of a sum or mean depends on neither. Pass None.");
  if (!is_sum(s.function) && !(x && y))
    check.refuse("x or y is None; both are wanted but for a sum or mean.");
}

}  // namespace fastnn
