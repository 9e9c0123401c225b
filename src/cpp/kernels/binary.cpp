// Functions of two numbers, their gradients, comparisons and a choice, with NumPy's broadcasting:
// row by row of the innermost of the merged axes, along which an operand is a row or one number.
#include "../formulas_binary.h"
#include "axes.h"
#include "elementwise.h"

namespace fastnn::FASTNN_ISA {

// Calls row(i, n, at) for this part's stretches of rows: elements i .. i + n - 1 of the whole, for
// which operand k's first is at[k].
template <class F>
FASTNN_INLINE void for_rows(const Axes& axes, Range range, F row) {
  const Axes outer = outer_axes(axes);
  const int64_t width = axes.size[0];
  int64_t index = range.begin / width, column = range.begin % width;
  for (int64_t i = range.begin; i < range.end; ++index, column = 0) {
    const int64_t n = smaller(width - column, range.end - i);
    int64_t at[kOperands];
    for (int k = 0; k < kOperands; ++k) at[k] = outer.offset(k, index) + column * axes.step[k][0];
    row(i, n, at);
    i += n;
  }
}

template <int functions, class T, class F, class... X>
FASTNN_INLINE void map_row(T* y, const Writing& how, int64_t n, F f, const X*... x) {
  if constexpr (functions > 0) {
    map_slow(y, how, Range{0, n}, f, x...);
  } else {
    map(y, how, Range{0, n}, f, x...);
  }
}

template <class T>
void map_binary(T* y, const Writing& how, const T* a, const T* b, int64_t n, Binary function) {
  with_binary(function, [&](auto formula) {
    using F = decltype(formula);
    map_row<F::kForward>(y, how, n, [](Vec<T> u, Vec<T> v) { return F::f(u, v); }, a, b);
  });
}
template void map_binary(float*, const Writing&, const float*, const float*, int64_t, Binary);
template void map_binary(double*, const Writing&, const double*, const double*, int64_t, Binary);

// y may be a or b, where that is of y's shape.
void binary(OutAdd y, In a, In b, const BinarySettings& settings, const Part& part) noexcept {
  const Range range = share_elements(y.size(), part);
  if (range.begin == range.end) return;
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    using V = Vec<T>;
    if (a.size() == y.size() && b.size() == y.size())
      return map_binary(y.as<T>() + range.begin, Writing(y, y.add(), y.size(), a, b),
                        a.as<T>() + range.begin, b.as<T>() + range.begin, range.end - range.begin,
                        settings.function);
    const Axes axes = merged_axes(y, a, b);
    const Writing how(y, y.add(), axes.size[0], a, b);
    const bool a_row = axes.step[0][0] == 1, b_row = axes.step[1][0] == 1;
    with_binary(settings.function, [&](auto formula) {
      using F = decltype(formula);
      for_rows(axes, range, [&](int64_t i, int64_t n, const int64_t* at) {
        T* to = y.as<T>() + i;
        const T *p = a.as<T>() + at[0], *q = b.as<T>() + at[1];
        if (a_row && b_row) {
          map_binary(to, how, p, q, n, settings.function);
        } else if (a_row) {
          const auto f = [v = broadcast(*q)](V u) { return F::f(u, v); };
          map_row<F::kForward>(to, how, n, f, p);
        } else {
          const auto f = [u = broadcast(*p)](V v) { return F::f(u, v); };
          map_row<F::kForward>(to, how, n, f, q);
        }
      });
    });
  });
}

void binary_schedule(OutAdd y, In, In, const BinarySettings& settings,
                     Schedule& schedule) noexcept {
  with_binary(settings.function, [&](auto formula) {
    plan_functions(schedule, y.size(), decltype(formula)::kForward, y.dtype(),
                   3 * size_of(y.dtype()));
  });
}

template <class T>
void map_binary_backward(T* d, const Writing& how, const T* dy, const T* a, const T* b, int64_t n,
                         const BinaryBackwardSettings& s) {
  using V = Vec<T>;
  with_binary(s.function, [&](auto formula) {
    using F = decltype(formula);
    if (s.side == Side::a) {
      map_row<F::kBackward>(d, how, n, [](V u, V v, V g) { return F::da(u, v, g); }, a, b, dy);
    } else {
      map_row<F::kBackward>(d, how, n, [](V u, V v, V g) { return F::db(u, v, g); }, a, b, dy);
    }
  });
}
template void map_binary_backward(float*, const Writing&, const float*, const float*, const float*,
                                  int64_t, const BinaryBackwardSettings&);
template void map_binary_backward(double*, const Writing&, const double*, const double*,
                                  const double*, int64_t, const BinaryBackwardSettings&);

// d may be dy.
void binary_backward(OutAdd d, In dy, In a, In b, const BinaryBackwardSettings& settings,
                     const Part& part) noexcept {
  const Range range = share_elements(d.size(), part);
  if (range.begin == range.end) return;
  with_float(d.dtype(), [&](auto tag) {
    using T = decltype(tag);
    using V = Vec<T>;
    if (a.size() == d.size() && b.size() == d.size())
      return map_binary_backward(d.as<T>() + range.begin, Writing(d, d.add(), d.size(), dy, a, b),
                                 dy.as<T>() + range.begin, a.as<T>() + range.begin,
                                 b.as<T>() + range.begin, range.end - range.begin, settings);
    const Axes axes = merged_axes(d, a, b);
    const Writing how(d, d.add(), axes.size[0], dy, a, b);
    const bool a_row = axes.step[0][0] == 1, b_row = axes.step[1][0] == 1;
    with_binary(settings.function, [&](auto formula) {
      using F = decltype(formula);
      const auto rows = [&](auto slope) {
        for_rows(axes, range, [&](int64_t i, int64_t n, const int64_t* at) {
          T* to = d.as<T>() + i;
          const T *p = a.as<T>() + at[0], *q = b.as<T>() + at[1], *from = dy.as<T>() + i;
          if (a_row && b_row) {
            map_binary_backward(to, how, from, p, q, n, settings);
          } else if (a_row) {
            const auto f = [slope, v = broadcast(*q)](V u, V g) { return slope(u, v, g); };
            map_row<F::kBackward>(to, how, n, f, p, from);
          } else {
            const auto f = [slope, u = broadcast(*p)](V v, V g) { return slope(u, v, g); };
            map_row<F::kBackward>(to, how, n, f, q, from);
          }
        });
      };
      if (settings.side == Side::a) {
        rows([](V u, V v, V g) { return F::da(u, v, g); });
      } else {
        rows([](V u, V v, V g) { return F::db(u, v, g); });
      }
    });
  });
}

void binary_backward_schedule(OutAdd d, In, In, In, const BinaryBackwardSettings& settings,
                              Schedule& schedule) noexcept {
  with_binary(settings.function, [&](auto formula) {
    plan_functions(schedule, d.size(), decltype(formula)::kBackward, d.dtype(),
                   4 * size_of(d.dtype()));
  });
}

// Simple loops with constant steps, 0 or 1, which the compiler vectorises whatever the dtypes.
void compare(Out y, In a, In b, const CompareSettings& settings, const Part& part) noexcept {
  const Range range = share_elements(y.size(), part);
  if (range.begin == range.end) return;
  with_comparison(settings.function, [&](auto formula, bool swapped) {
    const In first = swapped ? b : a, second = swapped ? a : b;
    const Axes axes = merged_axes(y, first, second);
    with_number(a.dtype(), [&](auto tag) {
      using T = decltype(tag);
      for_rows(axes, range, [&](int64_t i, int64_t n, const int64_t* at) {
        uint8_t* to = y.as<uint8_t>() + i;
        const T *p = first.as<T>() + at[0], *q = second.as<T>() + at[1];
        if (axes.step[0][0] == 0) {
          for (int64_t j = 0; j < n; ++j) to[j] = formula.f(*p, q[j]);
        } else if (axes.step[1][0] == 0) {
          for (int64_t j = 0; j < n; ++j) to[j] = formula.f(p[j], *q);
        } else {
          for (int64_t j = 0; j < n; ++j) to[j] = formula.f(p[j], q[j]);
        }
      });
    });
  });
}

void compare_schedule(Out y, In a, In, const CompareSettings&, Schedule& schedule) noexcept {
  plan_elements(schedule, y.size(), 1 + 2 * size_of(a.dtype()));
}

template <int condition_step, int a_step, int b_step, class T>
FASTNN_INLINE void choose(T* y, bool add, int64_t n, const uint8_t* condition, const T* a,
                          const T* b) {
  if (add) {
    for (int64_t i = 0; i < n; ++i)
      y[i] += condition[i * condition_step] ? a[i * a_step] : b[i * b_step];
  } else {
    for (int64_t i = 0; i < n; ++i)
      y[i] = condition[i * condition_step] ? a[i * a_step] : b[i * b_step];
  }
}

void where(OutAdd y, In condition, In a, In b, const NoSettings&, const Part& part) noexcept {
  const Range range = share_elements(y.size(), part);
  if (range.begin == range.end) return;
  const Axes axes = merged_axes(y, a, b, condition);
  const int64_t kind = axes.step[2][0] * 4 + axes.step[0][0] * 2 + axes.step[1][0];
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    for_rows(axes, range, [&](int64_t i, int64_t n, const int64_t* at) {
      T* to = y.as<T>() + i;
      const uint8_t* c = condition.as<uint8_t>() + at[2];
      const T *p = a.as<T>() + at[0], *q = b.as<T>() + at[1];
      switch (kind) {
        case 1: return choose<0, 0, 1>(to, y.add(), n, c, p, q);
        case 2: return choose<0, 1, 0>(to, y.add(), n, c, p, q);
        case 3: return choose<0, 1, 1>(to, y.add(), n, c, p, q);
        case 4: return choose<1, 0, 0>(to, y.add(), n, c, p, q);
        case 5: return choose<1, 0, 1>(to, y.add(), n, c, p, q);
        case 6: return choose<1, 1, 0>(to, y.add(), n, c, p, q);
        default: return choose<1, 1, 1>(to, y.add(), n, c, p, q);
      }
    });
  });
}

void where_schedule(OutAdd y, In, In, In, const NoSettings&, Schedule& schedule) noexcept {
  plan_elements(schedule, y.size(), 1 + 3 * size_of(y.dtype()));
}

}  // namespace fastnn::FASTNN_ISA
