#include "../check.h"

namespace fastnn {

void adam_update_check(InOutList w, InOutList m, InOutList v, InList g, In rate, InOut iterations,
                       Scratch, const AdamSettings& s, Check& check) {
  if (m.count != w.count || v.count != w.count || g.count != w.count)
    return check.refuse(
        "w, m, v and g have %d, %d, %d and %d arrays; one each a segment is wanted.", w.count,
        m.count, v.count, g.count);
  for (int i = 0; i < w.count; ++i) {
    check.floats({w[0], w[i], m[i], v[i], g[i]});
    check.same_shape(m[i], w[i]);
    check.same_shape(v[i], w[i]);
    check.same_shape(g[i], w[i]);
  }
  check.dtype(rate, Dtype::f64);
  check.shape(rate, {});
  check.dtype(iterations, Dtype::i64);
  check.shape(iterations, {});
  check.between("beta_1", s.beta_1, 0, 1);
  check.between("beta_2", s.beta_2, 0, 1);
  check.finite("epsilon", s.epsilon);
  if (s.epsilon < 0) check.refuse("epsilon is %g; at least 0 is wanted.", s.epsilon);
}

}  // namespace fastnn
