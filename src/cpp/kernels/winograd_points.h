// Winograd's minimal filtering at the points 0, 1, -1, 2, -2 and infinity: of six inputs d and R
// taps g it makes M = 7 - R outputs y = A^T ((G g) . (B^T d)), six products for M R: F(4, 3) and
// F(5, 2). Along both axes a tile of M x M outputs takes 36 products for M^2 R^2, a fourth,
// or 36 for 100 with R = 2. The adjoints carry gradients: g's is G^T ((B^T d) . (A y)). A. Lavin
// and S. Gray, Fast Algorithms for Convolutional Neural Networks (2016), sections 3 and 4; the
// points were chosen for their few multiplications.
//
// Each struct below is one of the matrices, times a vector of kFrom vectors. Its rows come in lots,
// those that share what they are made from: a tile goes through the first axis a lot at a time, so
// that what is half made stays in registers (all 36 vectors of it do not, and their way to the
// stack and back took half as long as the arithmetic).
#pragma once
#include "../simd.h"

namespace fastnn::FASTNN_ISA {

constexpr int kPoints = 6, kSquarePoints = kPoints * kPoints;

template <class V>
FASTNN_INLINE V times(double factor, V v) {
  return v * static_cast<Scalar<V>>(factor);
}
template <class V>
FASTNN_INLINE V fma(double factor, V v, V sum) {
  return fma(broadcast(static_cast<Scalar<V>>(factor)), v, sum);
}

// B^T
struct AtPoints {
  static constexpr int kFrom = 6, kLots = 2, kRows[] = {3, 3};
  static constexpr int row(int lot, int i) { return 3 * lot + i; }
  template <int lot, class V>
  FASTNN_INLINE static void rows(const V (&d)[6], V (&v)[3]) {
    if constexpr (lot == 0) {
      const V even = fma(-4, d[2], d[4]), odd = fma(-4, d[1], d[3]);
      v[0] = fma(-5, d[2], fma(4, d[0], d[4]));
      v[1] = even + odd;
      v[2] = even - odd;
    } else {
      const V even = d[4] - d[2], odd = d[3] - d[1];
      v[0] = fma(2, odd, even);
      v[1] = fma(-2, odd, even);
      v[2] = fma(-5, d[3], fma(4, d[1], d[5]));
    }
  }
};

// B
struct PointsAdjoint {
  static constexpr int kFrom = 6, kLots = 2, kRows[] = {3, 3};
  static constexpr int row(int lot, int i) { return 2 * i + lot; }
  template <int lot, class V>
  FASTNN_INLINE static void rows(const V (&v)[6], V (&d)[3]) {
    if constexpr (lot == 0) {
      const V sum1 = v[1] + v[2], sum2 = v[3] + v[4];
      d[0] = times(4, v[0]);
      d[1] = fma(-5, v[0], fma(-4, sum1, -sum2));
      d[2] = (v[0] + sum1) + sum2;
    } else {
      const V difference1 = v[1] - v[2], difference2 = v[3] - v[4];
      d[0] = fma(-2, difference2, times(4, v[5] - difference1));
      d[1] = fma(-5, v[5], fma(2, difference2, difference1));
      d[2] = v[5];
    }
  }
};

// A^T
template <int M>
struct Outputs {
  static constexpr int kFrom = 6, kLots = 2, kRows[] = {(M + 1) / 2, M / 2};
  static constexpr int row(int lot, int i) { return 2 * i + lot; }
  template <int lot, class V>
  FASTNN_INLINE static void rows(const V (&p)[6], V (&y)[kRows[lot]]) {
    if constexpr (lot == 0) {
      const V sum1 = p[1] + p[2], sum2 = p[3] + p[4];
      y[0] = (p[0] + sum1) + sum2;
      y[1] = fma(4, sum2, sum1);
      if constexpr (M == 5) y[2] = fma(16, sum2, sum1) + p[5];
    } else {
      const V difference1 = p[1] - p[2], difference2 = p[3] - p[4];
      y[0] = fma(2, difference2, difference1);
      y[1] = fma(8, difference2, difference1);
      if constexpr (M == 4) y[1] += p[5];
    }
  }
};

// A
template <int M>
struct OutputsAdjoint {
  static constexpr int kFrom = M, kLots = 2, kRows[] = {3, 3};
  static constexpr int row(int lot, int i) { return 3 * lot + i; }
  template <int lot, class V>
  FASTNN_INLINE static void rows(const V (&y)[M], V (&p)[3]) {
    if constexpr (lot == 0) {
      V even = y[0] + y[2];
      if constexpr (M == 5) even += y[4];
      const V odd = y[1] + y[3];
      p[0] = y[0];
      p[1] = even + odd;
      p[2] = even - odd;
    } else {
      V even = fma(4, y[2], y[0]);
      if constexpr (M == 5) even = fma(16, y[4], even);
      const V odd = fma(8, y[3], times(2, y[1]));
      p[0] = even + odd;
      p[1] = even - odd;
      p[2] = y[M - 1];
    }
  }
};

// G
template <int R>
struct TapsAtPoints {
  static constexpr int kFrom = R, kLots = 2, kRows[] = {3, 3};
  static constexpr int row(int lot, int i) { return 3 * lot + i; }
  template <int lot, class V>
  FASTNN_INLINE static void rows(const V (&g)[R], V (&u)[3]) {
    if constexpr (lot == 0) {
      V even = g[0];
      if constexpr (R == 3) even += g[2];
      u[0] = times(1. / 4, g[0]);
      u[1] = times(-1. / 6, even + g[1]);
      u[2] = times(-1. / 6, even - g[1]);
    } else {
      V even = times(1. / 24, g[0]);
      if constexpr (R == 3) even = fma(1. / 6, g[2], even);
      const V odd = times(1. / 12, g[1]);
      u[0] = even + odd;
      u[1] = even - odd;
      u[2] = g[R - 1];
    }
  }
};

// G^T, whose few rows need no lots.
template <int R>
struct TapsAdjoint {
  static constexpr int kFrom = 6, kLots = 1, kRows[] = {R};
  static constexpr int row(int, int i) { return i; }
  template <int lot, class V>
  FASTNN_INLINE static void rows(const V (&u)[6], V (&g)[R]) {
    const V sum1 = u[1] + u[2], difference1 = u[1] - u[2];
    const V sum2 = u[3] + u[4], difference2 = u[3] - u[4];
    g[0] = fma(1. / 24, sum2, fma(-1. / 6, sum1, times(1. / 4, u[0])));
    g[1] = fma(1. / 12, difference2, times(-1. / 6, difference1));
    if constexpr (R == 3) g[2] = fma(1. / 6, sum2 - sum1, u[5]);
    if constexpr (R == 2) g[1] += u[5];
  }
};

// The rows of a lot, by put(row, v), and of all lots from `lot` on.
template <class Matrix, int lot = 0, class V, class Put>
FASTNN_INLINE void all_rows(const V (&d)[Matrix::kFrom], Put put) {
  V made[Matrix::kRows[lot]];
  Matrix::template rows<lot>(d, made);
#pragma GCC unroll 6
  for (int i = 0; i < Matrix::kRows[lot]; ++i) put(Matrix::row(lot, i), made[i]);
  if constexpr (lot + 1 < Matrix::kLots) all_rows<Matrix, lot + 1>(d, put);
}

// A matrix along both axes: column(j, d) loads column j of a tile, put(i, j, v) takes what is made.
template <class Matrix, class V, int lot = 0, class Column, class Put>
FASTNN_INLINE void along_both(Column column, Put put) {
  constexpr int from = Matrix::kFrom, count = Matrix::kRows[lot];
  V half[count][from];
#pragma GCC unroll 6
  for (int j = 0; j < from; ++j) {
    V d[from], made[count];
    column(j, d);
    Matrix::template rows<lot>(d, made);
#pragma GCC unroll 6
    for (int i = 0; i < count; ++i) half[i][j] = made[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < count; ++i) {
    all_rows<Matrix>(half[i], [&](int j, V v) __attribute__((always_inline)) {
      put(Matrix::row(lot, i), j, v);
    });
  }
  if constexpr (lot + 1 < Matrix::kLots) along_both<Matrix, V, lot + 1>(column, put);
}

}  // namespace fastnn::FASTNN_ISA
