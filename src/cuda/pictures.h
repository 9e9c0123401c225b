// What resize and affine_transform share: an element between four.
#pragma once
#include "../cpp/formulas_picture.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

struct Sizes {
  int64_t H, W, OH, OW, C;
};
inline Sizes sizes_of(Ref y, Ref x) { return {x.dim(1), x.dim(2), y.dim(1), y.dim(2), x.dim(3)}; }

// Of an index into (N, rows, columns, C).
struct Element {
  int64_t n, row, column, c;
};
__device__ inline Element element_of(int64_t at, int64_t rows, int64_t columns, int64_t C) {
  const int64_t pixel = at / C, line = pixel / columns;
  return {line / rows, line % rows, pixel % columns, at % C};
}

// a where w is 0, and a where both are a.
template <class T>
__device__ T between(T a, T b, T w) {
  return a + w * (b - a);
}
template <class T>
__device__ T between(T upper_left, T upper_right, T lower_left, T lower_right, T wx, T wy) {
  return between(between(upper_left, upper_right, wx), between(lower_left, lower_right, wx), wy);
}

// The share that pixel j has in one that lies at `at`.
template <class T>
__device__ T share_of(const Taps& at, int64_t j) {
  const T weight = static_cast<T>(at.weight);
  return (at.lower == j ? 1 - weight : T{0}) + (at.upper == j ? weight : T{0});
}

}  // namespace fastnn::FASTNN_ISA
