#include "updates.h"

namespace fastnn {

// A slot that belongs to a momentum other than 0.
static void check_momentum(InOutList w, const char* name, InOutList list, double momentum,
                           Check& check) {
  check_at_least_zero("momentum", momentum, check);
  if (w.count > 0 && (list.count > 0) != (momentum > 0))
    check.refuse("momentum is %g and %s has %d arrays; %s.", momentum, name, list.count,
                 momentum > 0 ? "one each a segment is wanted" : "without momentum none is wanted");
  check_slot(w, name, list, check);
}

void sgd_update_check(InOutList w, InOutList velocity, InList g, In rate, InOut iterations,
                      MaybeIn norm, const SgdSettings& s, Check& check) {
  check_momentum(w, "velocity", velocity, s.momentum, check);
  check_update(w, g, rate, iterations, norm, s, check);
}

void rmsprop_update_check(InOutList w, InOutList square, InOutList velocity, InOutList mean,
                          InList g, In rate, InOut iterations, MaybeIn norm,
                          const RmspropSettings& s, Check& check) {
  check_list(w, "square", square, check);
  check_momentum(w, "velocity", velocity, s.momentum, check);
  check_slot(w, "mean", mean, check);
  check_update(w, g, rate, iterations, norm, s, check);
  check.between("rho", s.rho, 0, 1);
  check_at_least_zero("epsilon", s.epsilon, check);
}

void adagrad_update_check(InOutList w, InOutList square, InList g, In rate, InOut iterations,
                          MaybeIn norm, const AdagradSettings& s, Check& check) {
  check_list(w, "square", square, check);
  check_update(w, g, rate, iterations, norm, s, check);
  check_at_least_zero("epsilon", s.epsilon, check);
}

void adadelta_update_check(InOutList w, InOutList square, InOutList change, InList g, In rate,
                           InOut iterations, MaybeIn norm, const AdadeltaSettings& s,
                           Check& check) {
  check_list(w, "square", square, check);
  check_list(w, "change", change, check);
  check_update(w, g, rate, iterations, norm, s, check);
  check.between("rho", s.rho, 0, 1);
  check_at_least_zero("epsilon", s.epsilon, check);
}

}  // namespace fastnn
