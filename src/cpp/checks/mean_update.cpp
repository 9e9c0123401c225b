#include "../check.h"

namespace fastnn {

void mean_update_check(InOut total, InOut count, In values, MaybeIn weights, Scratch,
                       const MeanUpdateSettings& settings, Check& check) {
  check.floats({total, count});
  check.shape(total, {});
  check.shape(count, {});
  if (values.dtype() == Dtype::bytes)
    check.refuse_type("values is %s; a number's type is wanted.",
                      Check::dtype_text(values.dtype()));
  check.floats({weights});
  check.first_axes(weights, values);
  check.finite("weight", settings.weight);
}

}  // namespace fastnn
