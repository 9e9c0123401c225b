// Transposition: what the tiles need where a matrix is stored the other way round. In squares of 16
// by 16 bytes, two shuffles of any set for each vector of a square; wider squares gain nothing, the
// traffic of the second cache being the limit, about half a cycle an element.
#pragma once
#include "../simd.h"

namespace fastnn::FASTNN_ISA {

FASTNN_INLINE void transpose_square(float* out, int64_t out_row, const float* in, int64_t in_row) {
  VectorOf<float, 16>::type v[4];
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) __builtin_memcpy(&v[j], in + j * in_row, sizeof v[j]);
  const auto p = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5);
  const auto q = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);
  const auto r = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7);
  const auto s = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
  v[0] = __builtin_shufflevector(p, q, 0, 1, 4, 5);
  v[1] = __builtin_shufflevector(p, q, 2, 3, 6, 7);
  v[2] = __builtin_shufflevector(r, s, 0, 1, 4, 5);
  v[3] = __builtin_shufflevector(r, s, 2, 3, 6, 7);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) __builtin_memcpy(out + i * out_row, &v[i], sizeof v[i]);
}
FASTNN_INLINE void transpose_square(double* out, int64_t out_row, const double* in,
                                    int64_t in_row) {
  VectorOf<double, 16>::type v[2];
  __builtin_memcpy(&v[0], in, sizeof v[0]);
  __builtin_memcpy(&v[1], in + in_row, sizeof v[1]);
  const auto p = __builtin_shufflevector(v[0], v[1], 0, 2);
  const auto q = __builtin_shufflevector(v[0], v[1], 1, 3);
  __builtin_memcpy(out, &p, sizeof p);
  __builtin_memcpy(out + out_row, &q, sizeof q);
}

// out[i * out_row + j] = in[j * in_row + i] for i < rows, j < columns, and zero on to j = out_row.
template <class T>
void transpose(T* out, int64_t out_row, const T* in, int64_t in_row, int64_t rows,
               int64_t columns) noexcept {
  constexpr int64_t S = 16 / sizeof(T);
  constexpr int64_t kStrip = 128 / sizeof(T);  // of each row of `in` at a time: two cache lines
  const int64_t whole = columns - columns % S;
  for (int64_t begin = 0; begin < rows; begin += kStrip) {
    const int64_t end = begin + kStrip < rows ? begin + kStrip : rows;
    for (int64_t j = 0; j < whole; j += S) {
      int64_t i = begin;
      for (; i + S <= end; i += S) {
        transpose_square(out + i * out_row + j, out_row, in + j * in_row + i, in_row);
      }
      for (; i < end; ++i) {
        for (int64_t n = j; n < j + S; ++n) out[i * out_row + n] = in[n * in_row + i];
      }
    }
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t j = whole; j < columns; ++j) out[i * out_row + j] = in[j * in_row + i];
      for (int64_t j = columns; j < out_row; ++j) out[i * out_row + j] = 0;
    }
  }
}

}  // namespace fastnn::FASTNN_ISA
