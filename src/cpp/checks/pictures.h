// What the operations on pictures want of them.
#pragma once
#include "../check.h"

namespace fastnn {

constexpr int64_t kLongestSide = int64_t{1} << 30;  // kernels multiply two of them

// `y` is made of `x`, picture by picture and channel by channel.
inline void check_pictures(Ref y, Ref x, Check& check) {
  check.rank(y, 4);
  check.rank(x, 4);
  if (check.failed()) return;
  check.shape(y, {x.dim(0), y.dim(1), y.dim(2), x.dim(3)});
  if (x.size() == 0 && y.size() != 0)
    check.refuse("%s is empty, shape %s; pictures of at least one pixel are wanted.",
                 check.name(x).text, Check::shape_text(x).text);
  for (Ref one : {y, x})
    for (int side = 1; side <= 2; ++side)
      if (one.dim(side) > kLongestSide)
        check.refuse("%s has shape %s; at most 2^30 rows and columns are wanted.",
                     check.name(one).text, Check::shape_text(one).text);
}

}  // namespace fastnn
