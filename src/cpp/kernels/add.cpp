// add: y = a + b with NumPy's broadcasting, row by row of the innermost of the merged axes.
#include "axes.h"

namespace fastnn::FASTNN_ISA {

// y may be a or b, where that is of y's shape.
void add(OutAdd y, In a, In b, const NoSettings&, const Part& part) noexcept {
  const Range range = share_elements(y.size(), part);
  if (range.begin == range.end) return;
  const Axes axes = merged_axes(y, a, b), outer = outer_axes(axes);
  const int64_t width = axes.size[0];
  const int wide = axes.step[0][0] == 1 ? 0 : 1;  // an operand that has whole rows
  const bool both = axes.step[1 - wide][0] == 1;
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const auto sum = [](Vec<T> u, Vec<T> v) { return u + v; };
    const T* operands[2] = {a.as<T>(), b.as<T>()};
    int64_t row = range.begin / width, column = range.begin % width;
    for (int64_t i = range.begin; i < range.end; ++row, column = 0) {
      const int64_t n = smaller(width - column, range.end - i);
      const T* p = operands[wide] + outer.offset(wide, row) + column;
      const T* q = operands[1 - wide] + outer.offset(1 - wide, row);
      T* to = y.as<T>() + i;
      if (both) {
        map(to, y.add(), Range{0, n}, sum, p, q + column);
      } else {
        map(to, y.add(), Range{0, n}, [v = *q](Vec<T> u) { return u + v; }, p);
      }
      i += n;
    }
  });
}

void add_schedule(OutAdd y, In, In, const NoSettings&, Schedule& schedule) noexcept {
  plan_elements(schedule, y.size(), 3 * size_of(y.dtype()));
}

}  // namespace fastnn::FASTNN_ISA
