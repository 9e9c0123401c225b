// Copies a block of b, `depth` rows of `width` columns, into whole vectors side by side, zero beyond the
// width, so that a tile reads it as one stream. Where b is stored transposed this is a transposition, in
// squares of 16 bytes by 16 bytes: two instructions of any set for each such vector, and as fast as
// larger squares on Zen 4, which splits wide shuffles.
#pragma once
#include "../simd.h"

namespace fastnn::FASTNN_ISA {

template <class T>
FASTNN_INLINE void pack_rows(T* out, int64_t row, const T* b, int64_t b_step, int64_t depth,
                             int64_t width) {
  constexpr int L = lanes<T>;
  for (int64_t k = 0; k < depth; ++k, out += row, b += b_step) {
    int64_t j = 0;
    for (; j + L <= width; j += L) store(out + j, load(b + j));
    if (j < width) store(out + j, load(b + j, width - j));
  }
}

FASTNN_INLINE void transpose_square(float* out, int64_t row, const float* b, int64_t column) {
  VectorOf<float, 16>::type v[4];
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) __builtin_memcpy(&v[j], b + j * column, sizeof v[j]);
  const auto p = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5);
  const auto q = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);
  const auto r = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7);
  const auto s = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
  v[0] = __builtin_shufflevector(p, q, 0, 1, 4, 5);
  v[1] = __builtin_shufflevector(p, q, 2, 3, 6, 7);
  v[2] = __builtin_shufflevector(r, s, 0, 1, 4, 5);
  v[3] = __builtin_shufflevector(r, s, 2, 3, 6, 7);
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) __builtin_memcpy(out + k * row, &v[k], sizeof v[k]);
}
FASTNN_INLINE void transpose_square(double* out, int64_t row, const double* b, int64_t column) {
  VectorOf<double, 16>::type v[2];
  __builtin_memcpy(&v[0], b, sizeof v[0]);
  __builtin_memcpy(&v[1], b + column, sizeof v[1]);
  const auto p = __builtin_shufflevector(v[0], v[1], 0, 2);
  const auto q = __builtin_shufflevector(v[0], v[1], 1, 3);
  __builtin_memcpy(out, &p, sizeof p);
  __builtin_memcpy(out + row, &q, sizeof q);
}

// Element (k, j) of b at b[k * b_step + j * b_column].
template <class T>
FASTNN_INLINE void pack_columns(T* out, int64_t row, const T* b, int64_t b_step, int64_t b_column,
                                int64_t depth, int64_t width) {
  constexpr int64_t S = 16 / sizeof(T);
  constexpr int64_t kLine = 64 / sizeof(T);  // a cache line of each column at a time
  const int64_t squares = b_step == 1 ? width / S * S : 0;
  for (int64_t k0 = 0; k0 < depth; k0 += kLine) {
    const int64_t k1 = k0 + kLine < depth ? k0 + kLine : depth;
    for (int64_t j = 0; j < squares; j += S) {
      int64_t k = k0;
      for (; k + S <= k1; k += S) transpose_square(out + k * row + j, row, b + j * b_column + k, b_column);
      for (; k < k1; ++k) {
        for (int64_t i = j; i < j + S; ++i) out[k * row + i] = b[i * b_column + k];
      }
    }
    for (int64_t k = k0; k < k1; ++k) {
      for (int64_t j = squares; j < width; ++j) out[k * row + j] = b[k * b_step + j * b_column];
      for (int64_t j = width; j < row; ++j) out[k * row + j] = 0;
    }
  }
}

}  // namespace fastnn::FASTNN_ISA
