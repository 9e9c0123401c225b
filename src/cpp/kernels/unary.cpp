// unary: a function of each element, and its gradient; the formulas are in formulas_unary.h and
// formulas_unary_x.h.
#include "../formulas_unary_x.h"
#include "elementwise.h"

namespace fastnn::FASTNN_ISA {

template <class T>
void map_unary(T* y, const Writing& how, const T* x, int64_t n, const UnarySettings& s) {
  with_unary<T>(s, [&](auto formula) {
    const auto f = [formula](Vec<T> v) { return formula.f(v); };
    if constexpr (decltype(formula)::kForward > 0) {
      map_slow(y, how, Range{0, n}, f, x);
    } else {
      map(y, how, Range{0, n}, f, x);
    }
  });
}
template void map_unary(float*, const Writing&, const float*, int64_t, const UnarySettings&);
template void map_unary(double*, const Writing&, const double*, int64_t, const UnarySettings&);

template <class T>
void map_unary_backward(T* dx, const Writing& how, const T* dy, const T* saved, int64_t n,
                        const UnarySettings& s) {
  with_unary<T>(s, [&](auto formula) {
    const auto df = [formula](Vec<T> d, Vec<T> v) { return formula.df(v, d); };
    if constexpr (decltype(formula)::kBackward > 0) {
      map_slow(dx, how, Range{0, n}, df, dy, saved);
    } else {
      map(dx, how, Range{0, n}, df, dy, saved);
    }
  });
}
template void map_unary_backward(float*, const Writing&, const float*, const float*, int64_t,
                                 const UnarySettings&);
template void map_unary_backward(double*, const Writing&, const double*, const double*, int64_t,
                                 const UnarySettings&);

void unary_forward(Out y, In x, const UnarySettings& settings, const Part& part) noexcept {
  const Range range = share_elements(y.size(), part);
  const Writing how(y, false, y.size(), x);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    map_unary(y.as<T>() + range.begin, how, x.as<T>() + range.begin, range.end - range.begin,
              settings);
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
  const Range range = share_elements(dx.size(), part);
  const Writing how(dx, dx.add(), dx.size(), dy, saved);
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    map_unary_backward(dx.as<T>() + range.begin, how, dy.as<T>() + range.begin,
                       saved.as<T>() + range.begin, range.end - range.begin, settings);
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
