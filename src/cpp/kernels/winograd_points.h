// Winograd's minimal filtering at the points 0, 1, -1, 2, -2 and infinity: of six inputs d and R
// taps g it makes M = 7 - R outputs y = A^T ((G g) . (B^T d)), six products for M R: F(4, 3) and
// F(5, 2). Along both axes a tile of M x M outputs takes 36 products for M^2 R^2, a fourth,
// or 36 for 100 with R = 2. The adjoints carry gradients: g's is G^T ((B^T d) . (A y)). A. Lavin
// and S. Gray, Fast Algorithms for Convolutional Neural Networks (2016), sections 3 and 4; the
// points were chosen for their few multiplications. Each function below is one of the matrices
// times a vector.
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
template <class V>
FASTNN_INLINE void at_points(const V (&d)[6], V (&v)[6]) {
  const V even1 = fma(-4, d[2], d[4]), odd1 = fma(-4, d[1], d[3]);
  const V even2 = d[4] - d[2], odd2 = d[3] - d[1];
  v[0] = fma(-5, d[2], fma(4, d[0], d[4]));
  v[1] = even1 + odd1;
  v[2] = even1 - odd1;
  v[3] = fma(2, odd2, even2);
  v[4] = fma(-2, odd2, even2);
  v[5] = fma(-5, d[3], fma(4, d[1], d[5]));
}

// A^T
template <class V, int M>
FASTNN_INLINE void outputs(const V (&p)[6], V (&y)[M]) {
  const V sum1 = p[1] + p[2], difference1 = p[1] - p[2];
  const V sum2 = p[3] + p[4], difference2 = p[3] - p[4];
  y[0] = (p[0] + sum1) + sum2;
  y[1] = fma(2, difference2, difference1);
  y[2] = fma(4, sum2, sum1);
  y[3] = fma(8, difference2, difference1);
  if constexpr (M == 5) y[4] = fma(16, sum2, sum1);
  y[M - 1] += p[5];
}

// A
template <class V, int M>
FASTNN_INLINE void outputs_adjoint(const V (&y)[M], V (&p)[6]) {
  V even1 = y[0] + y[2], even2 = fma(4, y[2], y[0]);
  if constexpr (M == 5) even1 += y[4], even2 = fma(16, y[4], even2);
  const V odd1 = y[1] + y[3], odd2 = fma(8, y[3], times(2, y[1]));
  p[0] = y[0];
  p[1] = even1 + odd1;
  p[2] = even1 - odd1;
  p[3] = even2 + odd2;
  p[4] = even2 - odd2;
  p[5] = y[M - 1];
}

// G
template <class V, int R>
FASTNN_INLINE void taps_at_points(const V (&g)[R], V (&u)[6]) {
  V even1 = g[0], even2 = times(1. / 24, g[0]);
  if constexpr (R == 3) even1 += g[2], even2 = fma(1. / 6, g[2], even2);
  const V odd2 = times(1. / 12, g[1]);
  u[0] = times(1. / 4, g[0]);
  u[1] = times(-1. / 6, even1 + g[1]);
  u[2] = times(-1. / 6, even1 - g[1]);
  u[3] = even2 + odd2;
  u[4] = even2 - odd2;
  u[5] = g[R - 1];
}

// G^T
template <class V, int R>
FASTNN_INLINE void taps_adjoint(const V (&u)[6], V (&g)[R]) {
  const V sum1 = u[1] + u[2], difference1 = u[1] - u[2];
  const V sum2 = u[3] + u[4], difference2 = u[3] - u[4];
  g[0] = fma(1. / 24, sum2, fma(-1. / 6, sum1, times(1. / 4, u[0])));
  g[1] = fma(1. / 12, difference2, times(-1. / 6, difference1));
  if constexpr (R == 3) g[2] = fma(1. / 6, sum2 - sum1, u[5]);
  if constexpr (R == 2) g[1] += u[5];
}

// One of them along both axes: load(i, j) for i, j < from; put(i, j, v) for i, j < to. f(from, to).
template <class V, int from, int to, class Load, class F, class Put>
FASTNN_INLINE void along_both(Load load, F f, Put put) {
  V half[to][from];
#pragma GCC unroll 6
  for (int j = 0; j < from; ++j) {
    V column[from], made[to];
#pragma GCC unroll 6
    for (int i = 0; i < from; ++i) column[i] = load(i, j);
    f(column, made);
#pragma GCC unroll 6
    for (int i = 0; i < to; ++i) half[i][j] = made[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < to; ++i) {
    V made[to];
    f(half[i], made);
#pragma GCC unroll 6
    for (int j = 0; j < to; ++j) put(i, j, made[j]);
  }
}

}  // namespace fastnn::FASTNN_ISA
