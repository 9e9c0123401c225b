// What the checks of the optimizers' updates share.
#pragma once
#include "../check.h"

namespace fastnn {

// As many arrays as w, each of the shape of w's and all of w's dtype.
template <class List>
void check_list(InOutList w, const char* name, List list, Check& check) {
  if (list.count != w.count)
    return check.refuse("%s has %d arrays but w has %d; one each a segment is wanted.", name,
                        list.count, w.count);
  for (int i = 0; i < w.count; ++i) {
    check.floats({w[0], w[i], list[i]});
    check.same_shape(list[i], w[i]);
  }
}
// The same, or none where the optimizer does without.
inline void check_slot(InOutList w, const char* name, InOutList list, Check& check) {
  if (list.count > 0) check_list(w, name, list, check);
}

inline void check_at_least_zero(const char* field, double value, Check& check) {
  check.finite(field, value);
  if (value < 0) check.refuse("%s is %g; at least 0 is wanted.", field, value);
}

template <class Settings>
void check_update(InOutList w, InList g, In rate, InOut iterations, MaybeIn norm, const Settings& s,
                  Check& check) {
  check_list(w, "g", g, check);
  check.dtype(rate, Dtype::f64);
  check.shape(rate, {});
  check.dtype(iterations, Dtype::i64);
  check.shape(iterations, {});
  check_at_least_zero("weight_decay", s.weight_decay, check);
  check_at_least_zero("clipnorm", s.clipnorm, check);
  check_at_least_zero("clipvalue", s.clipvalue, check);
  check.dtype(norm, Dtype::f64);
  if (norm && norm.rank() > 0) check.shape(norm, {w.count});
  if (norm && s.clipnorm == 0)
    check.refuse("norm is given, but clipnorm is 0; give the limit, or no norm.");
  if (!norm && s.clipnorm > 0)
    check.refuse("clipnorm is %g, but norm is None; give the gradients' norm.", s.clipnorm);
}

}  // namespace fastnn
