#include "updates.h"

namespace fastnn {

void adam_update_check(InOutList w, InOutList m, InOutList v, InOutList v_hat, InList g, In rate,
                       InOut iterations, MaybeIn norm, Scratch, const AdamSettings& s,
                       Check& check) {
  check_list(w, "m", m, check);
  check_list(w, "v", v, check);
  check_slot(w, "v_hat", v_hat, check);
  check_update(w, g, rate, iterations, norm, s, check);
  check.between("beta_1", s.beta_1, 0, 1);
  check.between("beta_2", s.beta_2, 0, 1);
  check_at_least_zero("epsilon", s.epsilon, check);
}

}  // namespace fastnn
