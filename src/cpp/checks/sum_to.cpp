#include "aligned.h"

namespace fastnn {

void sum_to_check(OutAdd y, In x, Scratch, const NoSettings&, Check& check) {
  check.floats({y, x});
  bool fits = y.rank() <= x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) {
    const int64_t n = aligned(y, i, x.rank());
    fits = n == 1 || n == x.dim(i);
  }
  if (!fits)
    check.refuse("y has shape %s and x %s: aligned from the right, y's sizes must be x's or 1.",
                 Check::shape_text(y).text, Check::shape_text(x).text);
}

}  // namespace fastnn
