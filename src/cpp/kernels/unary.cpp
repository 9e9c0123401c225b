// unary: a function of each element, and its gradient; the formulas are in formulas_unary.h and
// formulas_unary_x.h.
#include "../formulas_unary_x.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

void unary_forward(Out y, In x, const UnarySettings& settings, const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_unary<T>(settings, [&](auto formula) {
      const auto f = [formula](Vec<T> v) { return formula.f(v); };
      const Range range = share_elements(y.size(), part);
      const Writing how(y, false, y.size(), x);
      if constexpr (decltype(formula)::kForward > 0) {
        map_slow(y.as<T>(), how, range, f, x.as<T>());
      } else {
        map(y.as<T>(), how, range, f, x.as<T>());
      }
    });
  });
}

void unary_forward_schedule(Out y, In, const UnarySettings& settings, Schedule& schedule) noexcept {
  with_unary<float>(settings, [&](auto formula) {
    plan_functions(schedule, y.size(), decltype(formula)::kForward, y.dtype(),
                   2 * size_of(y.dtype()));
  });
}

void unary_backward(OutAdd dx, In dy, In saved, const UnarySettings& settings,
                    const Part& part) noexcept {
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_unary<T>(settings, [&](auto formula) {
      const auto df = [formula](Vec<T> d, Vec<T> v) { return formula.df(v, d); };
      const Range range = share_elements(dx.size(), part);
      const Writing how(dx, dx.add(), dx.size(), dy, saved);
      if constexpr (decltype(formula)::kBackward > 0) {
        map_slow(dx.as<T>(), how, range, df, dy.as<T>(), saved.as<T>());
      } else {
        map(dx.as<T>(), how, range, df, dy.as<T>(), saved.as<T>());
      }
    });
  });
}

void unary_backward_schedule(OutAdd dx, In, In, const UnarySettings& settings,
                             Schedule& schedule) noexcept {
  with_unary<float>(settings, [&](auto formula) {
    plan_functions(schedule, dx.size(), decltype(formula)::kBackward, dx.dtype(),
                   3 * size_of(dx.dtype()));
  });
}

}  // namespace fastnn::FASTNN_ISA
