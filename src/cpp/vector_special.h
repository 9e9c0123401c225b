// expm1, log1p, sigmoid, tanh, erf and pow of vectors, one text for float and double, every
// instruction set. The polynomials and quotients are minimax fits made in 200 bits. NaN stays NaN,
// zero keeps its sign, and a denormal argument or result may count as zero. The largest errors
// found, in ULP, of float over every 61st number (expm1, log1p: over every one) and of double over
// 9 million: expm1 1.5 and 2.0, log1p 1.5 and 1.5, sigmoid 2.4 and 2.4, tanh 2.5 and 2.6, erf 5.2
// and 6.3 (6.1 and 8.1 without fma); of pow, over 18 and 9 million pairs, 1.5 and 1.7.
// tests/cpp/selftest_math.cpp measures, and allows a little more.
#pragma once
#include "vector_math.h"

namespace fastnn::FASTNN_ISA {

template <class T>
struct FunctionConstants;

template <>
struct FunctionConstants<float> {
  // (expm1(r) - r) / r^2 for |r| <= ln2 / 2: relative error of expm1 2^-32
  static constexpr float kExpm1[] = {1.9845575e-4f, 1.3940628e-3f, 8.33339e-3f,
                                     4.1666362e-2f, 1.6666666e-1f, 0.5f};
  // erf(x) / x in x^2, |x| <= 3.8, a quotient: 2^-26.3; beyond it grows past 1, by 2^-18 at 4.3
  static constexpr float kErfUp[] = {2.1510359928609407e-06f, 0.00028650979495958845f,
                                     0.003615094899123674f,   0.05231078824832518f,
                                     0.18625001858652787f,    1.1283791538997108f};
  static constexpr float kErfDown[] = {3.921355385324726e-05f, 0.0011351063045075896f,
                                       0.014667307253476718f,  0.11249213824931739f,
                                       0.4983927361935436f,    1.0f};
  // (log1p(t) - t) / t^2, 0 <= t <= 1, a quotient: 2^-26.6
  static constexpr float kLog1pUp[] = {-0.07657223643189599f, -0.46108031577931075f,
                                       -0.4999999951836229f};
  static constexpr float kLog1pDown[] = {0.08039124158575969f, 0.712379428391689f,
                                         1.5888262770012072f, 1.0f};
  // (2 atanh(s) - 2 s - 2/3 s^3) / s^5 in s^2: 2^-36.8 of 2 atanh(s)
  static constexpr float kLogTail[] = {0.2342092f, 0.28547043f, 0.40000153f};
  static constexpr float kTwoThirdsLow = -0x1.555556p-26f, kSplitter = 4097;
  // Beyond, expm1 is -1, tanh 1, erf 1.
  static constexpr float kExpm1Low = -18, kTanhHigh = 10, kErfHigh = 5;
};

template <>
struct FunctionConstants<double> {
  static constexpr double kExpm1[] = {2.087532539497715e-09,
                                      2.5108979033673004e-08,
                                      2.7557402660061107e-07,
                                      2.7557244373810235e-06,
                                      2.480158717251588e-05,
                                      0.00019841269885966236,
                                      0.0013888888888962383,
                                      0.008333333333321691,
                                      0.04166666666666651,
                                      0.16666666666666677,
                                      0.5};  // 2^-61.7
  // |x| <= 5.85: 2^-55.5
  static constexpr double kErfUp[] = {
      1.64649630715555e-17,  2.2944868174633798e-14, 3.3609936056812665e-12, 1.7005455534309968e-10,
      6.695776600921878e-09, 1.6698532029069078e-07, 3.862134846314175e-06,  5.619901221325363e-05,
      0.0008497545921498333, 0.00682206931097194,    0.06590439683131413,    0.21891726410415777,
      1.1283791670955126};
  static constexpr double kErfDown[] = {9.201474677512207e-16,
                                        3.3844204255991307e-13,
                                        2.5374016314465877e-11,
                                        1.1128567671071431e-09,
                                        3.472283219696045e-08,
                                        8.247596585006168e-07,
                                        1.5322857503400267e-05,
                                        0.00022386168039858624,
                                        0.002543905263744817,
                                        0.021850216837419986,
                                        0.13418748672061773,
                                        0.5273437072288889,
                                        1.0};
  // 2^-58.1
  static constexpr double kLog1pUp[] = {-1.390764824779416e-06,
                                        -0.003988555658890692,
                                        -0.07554043764451214,
                                        -0.4495622090323006,
                                        -1.1276593917908357,
                                        -1.2462765166661063,
                                        -0.5};
  static constexpr double kLog1pDown[] = {0.004099766436137459,
                                          0.09157142026001205,
                                          0.6799192868243765,
                                          2.293824734893048,
                                          3.8614652502477154,
                                          3.1592196999988778,
                                          1.0};
  static constexpr double kLogTail[] = {
      0.13199186848182018, 0.13256520439987915, 0.15386769597226943, 0.1818178411289297,
      0.22222222522675508, 0.28571428570085095, 0.40000000000002284};  // 2^-66.3
  static constexpr double kTwoThirdsLow = 0x1.5555555555555p-55, kSplitter = 134217729;
  static constexpr double kExpm1Low = -40, kTanhHigh = 22, kErfHigh = 7;
};

template <class V>
FASTNN_INLINE V number(double x) {
  return broadcast(static_cast<Scalar<V>>(x));
}

template <class V>
FASTNN_INLINE V floor(V a) {
  const V whole = round(a);
  return select(greater(whole, a), whole - Scalar<V>(1), whole);
}

// min and max by names that CUDA leaves free: its own lose a NaN.
template <class V>
FASTNN_INLINE V lower_of(V a, V b) {
  return min(a, b);
}
template <class V>
FASTNN_INLINE V upper_of(V a, V b) {
  return max(a, b);
}

// x between -limit and limit.
template <class V>
FASTNN_INLINE V limited(V x, V limit) {
  return at_most(at_least(x, -limit), limit);
}

// `size`, which is not negative, with the sign of `sign`.
template <class V>
FASTNN_INLINE V with_sign(V size, V sign) {
  using B = Bits<Scalar<V>>;
  const B bit = reinterpret_cast<B>(sign) & reinterpret_cast<B>(-V{});
  return reinterpret_cast<V>(reinterpret_cast<B>(size) | bit);
}

// 2^n (1 + p) - 1 = 2^n (p + (1 - 2^-n)) with p = expm1(r): nothing is lost where n = 0. The sign
// of a zero is; x within the limits of expm1.
template <class V>
FASTNN_INLINE V expm1_inside(V x) {
  V n;
  const V r = reduce_exponent(x, n);
  const V p = fma(r * r, polynomial(r, FunctionConstants<Scalar<V>>::kExpm1), r);
  return scale_by_power_of_two(p + (number<V>(1) - scale_by_power_of_two(number<V>(1), -n)), n);
}
template <class V>
FASTNN_INLINE V expm1(V x) {
  const V low = number<V>(FunctionConstants<Scalar<V>>::kExpm1Low);
  const V high = number<V>(MathConstants<Scalar<V>>::kExpHigh);
  return select(equal(x, V{}), x, expm1_inside(at_most(at_least(x, low), high)));
}

// log(u) with u = 1 + x rounded, and what the rounding lost.
template <class V>
FASTNN_INLINE V log1p(V x) {
  const V one = number<V>(1), u = x + one, lost = x - (u - one);
  const V y = log(u);
  const Mask<Scalar<V>> inside = greater(u, V{}) & less(u, number<V>(__builtin_inf()));
  return select(equal(x, V{}), x, select(inside, y + lost / u, y));
}

// log1p(t) for 0 <= t <= 1, which softplus needs.
template <class V>
FASTNN_INLINE V log1p_unit(V t) {
  using C = FunctionConstants<Scalar<V>>;
  const V rest = polynomial(t, C::kLog1pUp) / polynomial(t, C::kLog1pDown);
  return fma(t * t, rest, t);
}

template <class V>
FASTNN_INLINE V sigmoid(V x) {
  return number<V>(1) / (number<V>(1) + exp(-x));
}

// With e = expm1(2 |x|): e / (e + 2).
template <class V>
FASTNN_INLINE V tanh(V x) {
  const V size = at_most(abs(x), number<V>(FunctionConstants<Scalar<V>>::kTanhHigh));
  const V e = expm1_inside(size + size);
  return with_sign(e / (e + number<V>(2)), x);
}

// A quotient of polynomials. One for each end, and an exp, were within 1.2 ULP and took twice as
// long; gelu, which adds 1, has half of the error.
template <class V>
FASTNN_INLINE V erf(V x) {
  using C = FunctionConstants<Scalar<V>>;
  const V inside = limited(x, number<V>(C::kErfHigh)), z = inside * inside, zz = z * z;
  const V up = inside * polynomial(z, zz, C::kErfUp), down = polynomial(z, zz, C::kErfDown);
  return limited(up / down, number<V>(1));
}

// high + low, low at most half an ULP of high.
template <class V>
struct Sum {
  V high, low;
};
template <class V>
FASTNN_INLINE Sum<V> exact_sum(V large, V small) {
  const V high = large + small;
  return {high, small - (high - large)};
}
template <class V>
FASTNN_INLINE Sum<V> exact_product(V a, V b) {
  const V p = a * b;
#if defined(__AVX2__) || defined(__aarch64__)
  return {p, fma(a, b, -p)};
#else  // Veltkamp's halves, of which every product is exact
  const V splitter = number<V>(FunctionConstants<Scalar<V>>::kSplitter);
  const V wide_a = a * splitter, wide_b = b * splitter;
  const V a1 = wide_a - (wide_a - a), a2 = a - a1, b1 = wide_b - (wide_b - b), b2 = b - b1;
  return {p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2};
#endif
}
template <class V>
FASTNN_INLINE Sum<V> product(Sum<V> a, Sum<V> b) {
  const Sum<V> p = exact_product(a.high, b.high);
  return {p.high, p.low + (a.high * b.low + a.low * b.high)};
}

// log(x), x > 0, to 12 bits more than V has: k ln2 + 2 s + 2/3 s^3 + s^5 (..), s = f / (2 + f).
template <class V>
FASTNN_INLINE Sum<V> log_sum(V x) {
  using C = FunctionConstants<Scalar<V>>;
  using M = MathConstants<Scalar<V>>;
  V k;
  const V f = split_power(x, k);
  const Sum<V> d = exact_sum(number<V>(2), f);
  Sum<V> s{f / d.high, V{}};
  const Sum<V> back = exact_product(s.high, d.high);
  s.low = (((f - back.high) - back.low) - s.high * d.low) / d.high;
  const Sum<V> z = product(s, s), cube = product(z, s);
  const Sum<V> third = product(cube, Sum<V>{number<V>(2.0 / 3), number<V>(C::kTwoThirdsLow)});
  const V tail = cube.high * z.high * polynomial(z.high, C::kLogTail);
  const Sum<V> a = exact_sum(k * number<V>(M::kLn2High), s.high + s.high);
  const Sum<V> b = exact_sum(a.high, third.high);
  const V low = (s.low + s.low + third.low + tail) + k * number<V>(M::kLn2Low);
  return exact_sum(b.high, a.low + b.low + low);
}

// x^y as C defines it: x^0 = 1 and 1^y = 1 even of a NaN; of x < 0 a NaN unless y is whole.
template <class V>
FASTNN_INLINE V pow(V x, V y) {
  using T = Scalar<V>;
  const V one = number<V>(1), inf = number<V>(__builtin_inf()), nan = number<V>(__builtin_nan(""));
  const V size = abs(x);
  Sum<V> log = log_sum(size);
  log.high = select(less(size, number<V>(MathConstants<T>::kSmallest)), -inf, log.high);
  log.high = select(less(size, inf), log.high, size);  // inf or NaN
  V p = y * log.high, low = exact_product(y, log.high).low + y * log.low;
  const Mask<T> unit = equal(size, one);
  p = select(unit, V{}, p);  // also where y is infinite
  low = select(~unit & less(abs(p), number<V>(MathConstants<T>::kExpHigh * 10)), low, V{});
  const V e = exp(p);
  V power = select(less(e, inf), fma(e, low, e), e);

  const V half = y * number<V>(0.5);
  const Mask<T> odd = equal(abs(half - round(half)), number<V>(0.5)), whole = equal(y, round(y));
  const Mask<T> negative = less(x, V{}), fraction = ~whole;
  power = select(odd, with_sign(power, x), power);
  power = select(negative & fraction & greater(x, -inf), nan, power);
  power = select(is_nan(y), nan, power);
  return select(equal(y, V{}) | equal(x, one), one, power);
}

}  // namespace fastnn::FASTNN_ISA
