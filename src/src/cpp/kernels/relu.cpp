// relu: y = max(x, 0), elementwise; a NaN passes. The gradient is taken from y, so that x need not
// be kept.
#include "common.h"

namespace fastnn::FASTNN_ISA {

void relu_forward(Out y, In x, const NoSettings&, const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const auto f = [](Vec<T> v) { return Relu::f(v); };
    map<false>(y.as<T>(), share_elements(y.size(), part), f, x.as<T>());
  });
}

void relu_forward_schedule(Out y, In, const NoSettings&, Schedule& schedule) noexcept {
  plan_elements(schedule, y.size(), 2 * size_of(y.dtype()));
}

void relu_backward(OutAdd dx, In dy, In y, const NoSettings&, const Part& part) noexcept {
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const auto df = [](Vec<T> d, Vec<T> v) { return Relu::df(v, d); };
    map(dx.as<T>(), dx.add(), share_elements(dx.size(), part), df, dy.as<T>(), y.as<T>());
  });
}

void relu_backward_schedule(OutAdd dx, In, In, const NoSettings&, Schedule& schedule) noexcept {
  plan_elements(schedule, dx.size(), 3 * size_of(dx.dtype()));
}

}  // namespace fastnn::FASTNN_ISA
