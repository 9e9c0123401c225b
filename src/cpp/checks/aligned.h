#pragma once
#include "../check.h"

namespace fastnn {

// The size of x's axis i of `rank`, aligned right as NumPy does.
inline int64_t aligned(Ref x, int i, int rank) {
  const int own = i - (rank - x.rank());
  return own < 0 ? 1 : x.dim(own);
}

}  // namespace fastnn
