// exp and log of vectors, one text for float and double, every instruction set. exp: x = n ln2 + r
// with |r| <= ln2 / 2, then 2^n (1 + r + r^2 q(r)). log: x = 2^k (1 + f) with 1 + f between
// sqrt(1/2) and sqrt(2), then k ln2 + 2 atanh(s), s = f / (2 + f). The polynomials are minimax fits
// made in 200 bits; ln2 is a sum of two numbers, the first short enough that n times it is exact.
// The largest errors over every float and 20 million doubles, with fma and without: exp 1.02 ULP,
// log 0.85 ULP. exp(inf) = inf, exp(-inf) = 0, log(0) = -inf, log(x < 0) = NaN, and NaN stays NaN.
// A denormal argument of log counts as zero; a denormal result of exp may be zero.
#pragma once
#include "simd.h"

namespace fastnn::FASTNN_ISA {

template <class T>
struct MathConstants;

template <>
struct MathConstants<float> {
  static constexpr int kMantissa = 23, kBias = 127;
  static constexpr uint32_t kHalfRoot = 0x3f3504f3;  // sqrt(1/2)
  static constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  static constexpr float kSmallest = 0x1p-126f, kExpLow = -110, kExpHigh = 90;
  static constexpr float kExp[] = {1.3815466e-3f, 8.368534e-3f, 4.166835e-2f, 1.6666523e-1f,
                                   0.49999994f};
  static constexpr float kLog[] = {2.984783e-1f, 3.9978603e-1f, 6.6666764e-1f};
};

template <>
struct MathConstants<double> {
  static constexpr int kMantissa = 52, kBias = 1023;
  static constexpr uint64_t kHalfRoot = 0x3fe6a09e667f3bcd;
  static constexpr double kLn2High = 0.6931471803691238, kLn2Low = 1.9082149292705877e-10;
  static constexpr double kSmallest = 0x1p-1022, kExpLow = -760, kExpHigh = 720;
  static constexpr double kExp[] = {2.4997763843670498e-08, 2.762954210919763e-07,
                                    2.7557590958777988e-06, 2.4801495354119968e-05,
                                    1.984126950589637e-04,  1.3888888941130855e-03,
                                    8.333333333491696e-03,  4.1666666666541216e-02,
                                    0.16666666666666424,    0.5000000000000009};
  static constexpr double kLog[] = {0.14757975875093535, 0.15318097002739217, 0.18183394159213365,
                                    0.22222202139508856, 0.28571428703867,    0.3999999999961188,
                                    0.6666666666666698};
};

// The square root within 0.80 ULP (every float), for use beside divisions. The processor's own
// keeps them waiting, since both are made by one unit, 10 cycles each; where there is an estimate
// of 14 bits, float has the root from that and one step of Newton's (Adam: 6 % faster). 0 and inf,
// of which the estimate would make NaN, stay as they are, and so does a denormal, which counts as
// zero.
template <class V>
FASTNN_INLINE V fast_sqrt(V x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(Scalar<V>) == 4) {
    const V estimate = FASTNN_MM(rsqrt14_ps, x);
    const V root = x * estimate;
    const V error = fma(-root, estimate * 0.5f, broadcast(0.5f));
    const Mask<float> kept = equal(x, V{}) | equal(x, broadcast(__builtin_inff()));
    return select(kept, x, fma(root, error, root));
  }
#endif
  return sqrt(x);
}

// Horner's rule, highest power first.
template <class V, int terms>
FASTNN_INLINE V polynomial(V x, const Scalar<V> (&c)[terms]) {
  V y = broadcast(c[0]);
#pragma GCC unroll 16
  for (int i = 1; i < terms; ++i) y = fma(y, x, broadcast(c[i]));
  return y;
}

// The same two terms at a time, xx = x x: half of the latency and of the roundings.
template <class V, int terms>
FASTNN_INLINE V polynomial(V x, V xx, const Scalar<V> (&c)[terms]) {
  constexpr int first = terms % 2 ? 1 : 2;
  V y = terms % 2 ? broadcast(c[0]) : fma(broadcast(c[0]), x, broadcast(c[1]));
#pragma GCC unroll 16
  for (int i = first; i < terms; i += 2) {
    y = fma(y, xx, fma(broadcast(c[i]), x, broadcast(c[i + 1])));
  }
  return y;
}

// x less the nearest multiple n of ln2.
template <class V>
FASTNN_INLINE V reduce_exponent(V x, V& n) {
  using C = MathConstants<Scalar<V>>;
  n = round(x * broadcast(Scalar<V>(1.4426950408889634)));
  return fma(n, broadcast(-C::kLn2Low), fma(n, broadcast(-C::kLn2High), x));
}

template <class V>
FASTNN_INLINE V exp(V x) {
  using C = MathConstants<Scalar<V>>;
  // Beyond the limits the result is 0 or inf already; inf itself would make r a NaN.
  x = at_most(at_least(x, broadcast(C::kExpLow)), broadcast(C::kExpHigh));
  V n;
  const V r = reduce_exponent(x, n);
  const V p = fma(r * r, polynomial(r, C::kExp), r) + broadcast(Scalar<V>(1));
  return scale_by_power_of_two(p, n);
}

// x = 2^k (1 + f), counted from sqrt(1/2): the exponent field is k + bias and what it leaves of x
// is 1 + f.
template <class V>
FASTNN_INLINE V split_power(V x, V& k) {
  using T = Scalar<V>;
  using C = MathConstants<T>;
  using B = Bits<T>;
  using U = decltype(C::kHalfRoot + 0);
  constexpr U kOne = static_cast<U>(C::kBias) << C::kMantissa;
  constexpr U kMagic = static_cast<U>(C::kBias + C::kMantissa) << C::kMantissa;  // 2^mantissa
  constexpr T kOffset = static_cast<T>((U(1) << C::kMantissa) + C::kBias);
  const B bits = reinterpret_cast<B>(x), exponent = (bits - (C::kHalfRoot - kOne)) >> C::kMantissa;
  k = reinterpret_cast<V>(exponent | kMagic) - broadcast(kOffset);
  return reinterpret_cast<V>(bits - (exponent << C::kMantissa) + kOne) - broadcast(T(1));
}

template <class V>
FASTNN_INLINE V log(V x) {
  using T = Scalar<V>;
  using C = MathConstants<T>;
  V k;
  const V f = split_power(x, k);

  // 2 atanh(s) = f - (f^2 / 2 - s (f^2 / 2 + s^2 p(s^2))), which adds what is small first.
  const V s = f / (f + broadcast(T(2))), z = s * s, half = f * f * broadcast(T(0.5));
  const V small = fma(s, fma(z, polynomial(z, C::kLog), half), k * broadcast(C::kLn2Low));
  const V y = fma(k, broadcast(C::kLn2High), f - (half - small));

  const Mask<T> normal = ~less(x, broadcast(C::kSmallest));
  const Mask<T> negative = ~greater(x, broadcast(-C::kSmallest));
  const V below = select(negative, broadcast(T(__builtin_nan(""))), broadcast(T(-__builtin_inf())));
  return select(normal, select(less(x, broadcast(T(__builtin_inf()))), y, x), below);
}

}  // namespace fastnn::FASTNN_ISA
