// softmax and its logarithm along the last axis. A row of C is computed by itself, in T, in an
// order that depends on C alone: the maximum, exp(x - max) and its sum, then the scaling.
#include "softmax_row.h"

namespace fastnn::FASTNN_ISA {

// ---- softmax -----------------------------------------------------------------------------------

void softmax_forward(Out y, In x, const NoSettings&, const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(row_count(x), part);
    const int64_t C = x.dim(-1);
    for (int64_t r = rows.begin; r < rows.end; ++r)
      softmax_row(y.as<T>() + r * C, x.as<T>() + r * C, C);
  });
}

void softmax_forward_schedule(Out, In x, const NoSettings&, Schedule& schedule) noexcept {
  plan_rows(schedule, x, kForwardElement);
}

// dx = y (dy - sum(dy y))
void softmax_backward(OutAdd dx, In dy, In y, const NoSettings&, const Part& part) noexcept {
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(row_count(y), part);
    const int64_t C = y.dim(-1);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T *y_row = y.as<T>() + r * C, *dy_row = dy.as<T>() + r * C;
      const T sum = sum_row<T>(C, [&](int64_t j, auto... count) {
        return load(dy_row + j, count...) * load(y_row + j, count...);
      });
      const auto gradient = [&](Vec<T> d, Vec<T> v) { return v * (d - sum); };
      map(dx.as<T>() + r * C, dx.add(), Range{0, C}, gradient, dy_row, y_row);
    }
  });
}

void softmax_backward_schedule(OutAdd dx, In, In, const NoSettings&, Schedule& schedule) noexcept {
  plan_rows(schedule, dx, kBackwardElement);
}

// ---- log_softmax -------------------------------------------------------------------------------

// y = (x - max) - log(sum exp(x - max))
void log_softmax_forward(Out y, In x, const NoSettings&, const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(row_count(x), part);
    const int64_t C = x.dim(-1);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T* row = x.as<T>() + r * C;
      const T highest = max_of_row(row, C);
      const T sum = sum_row<T>(C, [&](int64_t i, auto... count) {
        Vec<T> e = exp(load(row + i, count...) - broadcast(highest));
        if constexpr (sizeof...(count) > 0) e = select(first_lanes<T>(count...), e, Vec<T>{});
        return e;
      });
      const T rest = log(broadcast(sum))[0];
      map<false>(
          y.as<T>() + r * C, Range{0, C}, [&](Vec<T> v) { return (v - highest) - rest; }, row);
    }
  });
}

void log_softmax_forward_schedule(Out, In x, const NoSettings&, Schedule& schedule) noexcept {
  plan_rows(schedule, x, kForwardElement);
}

// dx = dy - exp(y) sum(dy)
void log_softmax_backward(OutAdd dx, In dy, In y, const NoSettings&, const Part& part) noexcept {
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range rows = share(row_count(y), part);
    const int64_t C = y.dim(-1);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T *y_row = y.as<T>() + r * C, *dy_row = dy.as<T>() + r * C;
      const T sum = sum_row(dy_row, C);
      const auto gradient = [&](Vec<T> d, Vec<T> v) { return d - exp(v) * sum; };
      map(dx.as<T>() + r * C, dx.add(), Range{0, C}, gradient, dy_row, y_row);
    }
  });
}

void log_softmax_backward_schedule(OutAdd dx, In, In, const NoSettings&,
                                   Schedule& schedule) noexcept {
  plan_rows(schedule, dx, kForwardElement);
}

}  // namespace fastnn::FASTNN_ISA
