// NumPy's broadcasting: shapes are aligned from the right, and an operand is walked by the axes of
// the other's shape, neighbours merged and those of size 1 dropped, so that equal shapes and a bias
// cost at most one division an element.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

// Some axes of an array, outermost first, and where their index-th element lies.
struct Walk {
  int axes = 0;
  int64_t size[kMaxRank] = {}, stride[kMaxRank] = {};

  void push(int64_t n, int64_t step) {
    if (n == 1) return;
    if (axes > 0 && stride[axes - 1] == n * step) {  // one longer axis with the last
      size[axes - 1] *= n;
      stride[axes - 1] = step;
    } else {
      size[axes] = n;
      stride[axes++] = step;
    }
  }
  __device__ int64_t offset(int64_t index) const {
    if (axes == 0) return 0;
    int64_t sum = 0;
    for (int axis = axes - 1; axis > 0; --axis) {
      sum += index % size[axis] * stride[axis];
      index /= size[axis];
    }
    return sum + index * stride[0];
  }
};

// The size of x's axis i of `rank`, and what a step along it moves.
inline int64_t aligned_dim(Ref x, int i, int rank) {
  const int own = i - (rank - x.rank());
  return own < 0 ? 1 : x.dim(own);
}
inline int64_t aligned_stride(Ref x, int i, int rank) {
  int64_t stride = 1;
  for (int inner = i + 1; inner < rank; ++inner) stride *= aligned_dim(x, inner, rank);
  return stride;
}

inline Walk broadcast_walk(Ref x, Ref y) {
  Walk walk;
  for (int i = 0; i < y.rank(); ++i)
    walk.push(y.dim(i), aligned_dim(x, i, y.rank()) == 1 ? 0 : aligned_stride(x, i, y.rank()));
  return walk;
}

}  // namespace fastnn::FASTNN_ISA
