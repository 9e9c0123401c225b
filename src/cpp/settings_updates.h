// Settings of the optimizers' updates: a part of settings.h, which is what to include.
#pragma once
#include "settings.h"

namespace fastnn {

// Of every update: w -= rate weight_decay w comes before it; clipnorm and clipvalue, 0 for none,
// limit the gradients. check() allows one of them.
struct AdamSettings {
  double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
  double weight_decay = 0, clipnorm = 0, clipvalue = 0;
  template <class F>
  void visit(F&& f) {
    f("beta_1", beta_1), f("beta_2", beta_2), f("epsilon", epsilon),
        f("weight_decay", weight_decay), f("clipnorm", clipnorm), f("clipvalue", clipvalue);
  }
};

struct SgdSettings {
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0, clipnorm = 0, clipvalue = 0;
  template <class F>
  void visit(F&& f) {
    f("momentum", momentum), f("nesterov", nesterov), f("weight_decay", weight_decay),
        f("clipnorm", clipnorm), f("clipvalue", clipvalue);
  }
};

struct RmspropSettings {
  double rho = 0.9, momentum = 0, epsilon = 1e-7;
  double weight_decay = 0, clipnorm = 0, clipvalue = 0;
  template <class F>
  void visit(F&& f) {
    f("rho", rho), f("momentum", momentum), f("epsilon", epsilon), f("weight_decay", weight_decay),
        f("clipnorm", clipnorm), f("clipvalue", clipvalue);
  }
};

struct AdagradSettings {
  double epsilon = 1e-7;
  double weight_decay = 0, clipnorm = 0, clipvalue = 0;
  template <class F>
  void visit(F&& f) {
    f("epsilon", epsilon), f("weight_decay", weight_decay), f("clipnorm", clipnorm),
        f("clipvalue", clipvalue);
  }
};

struct AdadeltaSettings {
  double rho = 0.95, epsilon = 1e-7;
  double weight_decay = 0, clipnorm = 0, clipvalue = 0;
  template <class F>
  void visit(F&& f) {
    f("rho", rho), f("epsilon", epsilon), f("weight_decay", weight_decay), f("clipnorm", clipnorm),
        f("clipvalue", clipvalue);
  }
};

}  // namespace fastnn
