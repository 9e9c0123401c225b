// What makes normal numbers of uniform ones, written once for a SIMD vector and for a scalar alike
// (see formulas.h); logarithm and root are the including file's. The polynomials are our own,
// through Chebyshev's points, made in 200 bits; Horner's rule multiplies and adds without fma.
#pragma once
#include "contract.h"

namespace fastnn::FASTNN_ISA {

// c[0] x^(n-1) + .. + c[n-1]
template <int i, class V, class T, int n>
FASTNN_HD V horner(V x, V y, const T (&c)[n]) {
  if constexpr (i < n) {
    return horner<i + 1>(x, y * x + c[i], c);
  } else {
    return y;
  }
}
template <class V, class T, int n>
FASTNN_HD V horner(V x, const T (&c)[n]) {
  return horner<1>(x, V{} + c[0], c);
}

template <class V>
struct SinCos {
  V sin, cos;
};

// sin and cos of u turns, 0 <= u <= 1, of a u with at most the fraction bits of unit_uniform. The
// nearest quarter turn is taken off exactly; what is left is at most an eighth. The largest errors:
// 1.72 ULP over every float of 24 bits, 1.53 over 10 million doubles.
template <class T, class V>
FASTNN_HD SinCos<V> sin_cos_of_turns(V u) {
  constexpr bool kFloat = sizeof(T) == 4;
  constexpr T kMagic = static_cast<T>(kFloat ? 0x1.8p23 : 0x1.8p52);  // keeps no fraction
  const V quarter = (u * T(4) + kMagic) - kMagic;
  const V r = u - quarter * T(0.25), t = r * r;
  V s, c;
  if constexpr (kFloat) {
    constexpr T kSin[] = {-75.4016127f, 81.59254287f, -41.34166257f, 6.283185288f};
    constexpr T kCos[] = {59.42410598f, -85.44882009f, 64.93936905f, -19.73920879f};
    s = r * horner(t, kSin);
    c = t * horner(t, kCos) + T(1);
  } else {
    constexpr T kSin[] = {3.78086895930229552,  -15.0938042099871135, 42.058685020160894,
                          -76.7058597042745506, 81.6052492759480352,  -41.3417022403996362,
                          6.28318530717958646};
    constexpr T kCos[] = {-1.69903439406606364, 7.90320691156967843,  -26.4262532758547214,
                          60.2446413527020089,  -85.4568172066438042, 64.9393940226682427,
                          -19.7392088021787172};
    s = r * horner(t, kSin);
    c = t * horner(t, kCos) + T(1);
  }
  // A quarter turn makes (s, c) of (c, -s).
  const V one = V{} + T(1), two = V{} + T(2), three = V{} + T(3);
  const V sine = quarter == one ? c : quarter == two ? -s : quarter == three ? -c : s;
  const V cosine = quarter == one ? -s : quarter == two ? -c : quarter == three ? s : c;
  return {sine, cosine};
}

// The quantile of the normal distribution cut at two standard deviations: of a uniform u in [0, 1)
//   x = (2 u - 1) erf(sqrt 2),  z = sqrt(2) erfinv(x) = x p(-log(1 - x^2)),  -2 <= z <= 2
template <class T, class V>
FASTNN_HD V truncated_argument(V u) {
  return (u * T(2) - T(1)) * T(0.9544997361036415856);
}
// `logarithm` is that of (1 - x)(1 + x).
template <class T, class V>
FASTNN_HD V truncated_quantile(V x, V logarithm) {
  const V v = -logarithm - T(1.25);
  V z;
  if constexpr (sizeof(T) == 4) {
    constexpr T kP[] = {-4.992040665e-7f, -6.636241031e-6f, 4.418116488e-5f, 0.0002026225501f,
                        -0.003187396558f, 0.003552188128f,  0.3528740601f,   1.68229411f};
    z = x * horner(v, kP);
  } else {
    constexpr T kP[] = {9.66902870303912074e-15,  2.53620490147252213e-13, -9.65092999623314805e-13,
                        -1.02811276019278063e-11, 6.92718721515284726e-11, 2.74698354351998052e-10,
                        -3.84851223952925707e-9,  -1.75896815122700467e-9, 1.8041094146988274e-7,
                        -4.42081981373947449e-7,  -7.1349982929550542e-6,  0.0000440610921090660884,
                        0.000203067891027797859,  -0.00318732428452763927, 0.0035520593025714283,
                        0.352874049527294052,     1.68229411566758341};
    z = x * horner(v, kP);
  }
  const V low = V{} - T(2), high = V{} + T(2);
  return z < low ? low : z > high ? high : z;
}

}  // namespace fastnn::FASTNN_ISA
