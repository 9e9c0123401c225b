// expm1, log1p, sigmoid, tanh, erf and pow of vectors, one text for float and double, every
// instruction set. The polynomials are minimax fits made in 200 bits. NaN stays NaN, zero keeps its
// sign, and a denormal argument or result may count as zero. The largest errors found, in ULP, of
// float over every 61st number (expm1, log1p: over every one) and of double over 9 million: expm1
// 1.5 and 2.0, log1p 1.5 and 1.5, sigmoid 2.4 and 2.4, tanh 2.5 and 2.6, erf 1.2 and 1.3; of pow,
// over 18 and 9 million pairs, 1.5 and 1.7. tests/cpp/selftest_math.cpp measures, and allows a
// little more.
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
  // erf(x) / x - 1 in x^2, 0 <= x <= 1: 2^-29.6
  static constexpr float kErf[] = {7.85385e-05f, -0.00080102024f, 0.0051883305f, -0.026853815f,
                                   0.112835854f, -0.37612626f,    0.12837917f};
  // exp(x^2) erfc(x) in (x - 3) / (x + 3), 1 <= x <= 4: 2^-33 of 1 - erf
  static constexpr float kErfc[] = {-0.02986686f, 0.06827195f,  -0.15127765f,
                                    0.24538265f,  -0.32625505f, 0.17900035f};
  // (2 atanh(s) - 2 s - 2/3 s^3) / s^5 in s^2: 2^-36.8 of 2 atanh(s)
  static constexpr float kLogTail[] = {0.2342092f, 0.28547043f, 0.40000153f};
  static constexpr float kTwoThirdsLow = -0x1.555556p-26f, kSplitter = 4097;
  // Beyond, expm1 is -1, tanh 1, erf 1.
  static constexpr float kExpm1Low = -18, kTanhHigh = 10, kErfHigh = 4;
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
  static constexpr double kErf[] = {
      5.945255584223488e-11,  -1.136567067182716e-09, 1.4657883530919653e-08,
      -1.635002619207727e-07, 1.6460972954153765e-06, -1.4925593518728226e-05,
      0.00012055331037551108, -0.0008548326978765149, 0.00522397762478137,
      -0.02686617064507296,   0.11283791670954858,    -0.3761263890318375,
      0.1283791670955126};  // 2^-62.7
  static constexpr double kErfc[] = {
      -2.208969047765856e-06, -1.4283502814472621e-05, -1.834232680779262e-05,
      6.092481680764194e-05,  4.4041327090829e-05,     -0.0005973794710914294,
      0.0007076933607579372,  0.00426913170120535,     -0.02439249926954693,
      0.07166583725471348,    -0.15011593649550517,    0.24560380171247834,
      -0.32623356004304027,   0.17900115118138982};  // 1 <= x <= 6: 2^-65.5
  static constexpr double kLogTail[] = {
      0.13199186848182018, 0.13256520439987915, 0.15386769597226943, 0.1818178411289297,
      0.22222222522675508, 0.28571428570085095, 0.40000000000002284};  // 2^-66.3
  static constexpr double kTwoThirdsLow = 0x1.5555555555555p-55, kSplitter = 134217729;
  static constexpr double kExpm1Low = -40, kTanhHigh = 22, kErfHigh = 6;
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

// `size`, which is not negative, with the sign of `sign`.
template <class V>
FASTNN_INLINE V with_sign(V size, V sign) {
  using B = Bits<Scalar<V>>;
  const B bit = reinterpret_cast<B>(sign) & reinterpret_cast<B>(-V{});
  return reinterpret_cast<V>(reinterpret_cast<B>(size) | bit);
}

// 2^n (1 + p) - 1 = 2^n (p + (1 - 2^-n)) with p = expm1(r): nothing is lost where n = 0.
template <class V>
FASTNN_INLINE V expm1(V x) {
  using C = FunctionConstants<Scalar<V>>;
  const V low = number<V>(C::kExpm1Low), high = number<V>(MathConstants<Scalar<V>>::kExpHigh);
  const V inside = min(max(x, low), high);
  V n;
  const V r = reduce_exponent(inside, n);
  const V p = fma(r * r, polynomial(r, C::kExpm1), r);
  const V y =
      scale_by_power_of_two(p + (number<V>(1) - scale_by_power_of_two(number<V>(1), -n)), n);
  return select(equal(x, V{}), x, y);
}

// log(u) with u = 1 + x rounded, and what the rounding lost.
template <class V>
FASTNN_INLINE V log1p(V x) {
  const V one = number<V>(1), u = x + one, lost = x - (u - one);
  const V y = log(u);
  const Mask<Scalar<V>> inside = greater(u, V{}) & less(u, number<V>(__builtin_inf()));
  return select(equal(x, V{}), x, select(inside, y + lost / u, y));
}

template <class V>
FASTNN_INLINE V sigmoid(V x) {
  return number<V>(1) / (number<V>(1) + exp(-x));
}

// With e = expm1(2 |x|): e / (e + 2).
template <class V>
FASTNN_INLINE V tanh(V x) {
  const V size = min(abs(x), number<V>(FunctionConstants<Scalar<V>>::kTanhHigh));
  const V e = expm1(size + size);
  return with_sign(e / (e + number<V>(2)), x);
}

template <class V>
FASTNN_INLINE V erf(V x) {
  using C = FunctionConstants<Scalar<V>>;
  const V size = min(abs(x), number<V>(C::kErfHigh)), one = number<V>(1), three = number<V>(3);
  const V small = fma(x, polynomial(x * x, C::kErf), x);
  const V rest = exp(-(size * size)) * polynomial((size - three) / (size + three), C::kErfc);
  return select(less(size, one), small, with_sign(one - rest, x));
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
