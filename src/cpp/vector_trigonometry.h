// sin and cos of vectors over the whole range of float and double, one text for both, every
// instruction set. x = n pi/2 + r with |r| <= pi/4: up to kNear by four parts of pi/2, short enough
// that n times each of the first three is exact; beyond, lane by lane, with 192 bits of 2/pi from
// where they begin to matter (Payne and Hanek 1983). Then minimax polynomials made in 200 bits. The
// largest errors found over every 61st float and 9 million doubles of all sizes are 2.3 and 2.4 ULP
// (tests/cpp/selftest_math.cpp). sin(+-inf) is NaN, NaN stays NaN, sin(-0) is -0.
#pragma once
#include "vector_special.h"

namespace fastnn::FASTNN_ISA {

template <class T>
struct CircleConstants;

template <>
struct CircleConstants<float> {
  static constexpr float kNear = 4096;
  static constexpr float kQuarter[] = {0x1.921p+0f, 0x1.f6ap-13f, 0x1.11p-26f, 0x1.68c234p-39f};
  // (sin(r) / r - 1) / r^2 and (cos(r) - 1 + r^2 / 2) / r^4 in r^2: 2^-28 and 2^-33
  static constexpr float kSin[] = {-0.0001951495f, 0.008332158f, -0.16666655f};
  static constexpr float kCos[] = {2.4432855e-05f, -0.0013887314f, 0.041666646f};
};

template <>
struct CircleConstants<double> {
  static constexpr double kNear = 1048576;
  static constexpr double kQuarter[] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2ep-69,
                                        0x1.b839a252049c1p-104};
  static constexpr double kSin[] = {1.5896079277393332e-10, -2.5050745293765173e-08,
                                    2.7557313606551626e-06, -0.00019841269829549665,
                                    0.008333333333322073,   -0.1666666666666663};  // 2^-57.9
  static constexpr double kCos[] = {-1.1358424910889731e-11, 2.0875698752239617e-09,
                                    -2.7557314164464934e-07, 2.4801587288802505e-05,
                                    -0.0013888888888872982,  0.041666666666666595};  // 2^-63.9
};

// 64 zeros, then 2/pi, in binary.
constexpr uint64_t kTwoByPi[] = {0,
                                 0xa2f9836e4e441529,
                                 0xfc2757d1f534ddc0,
                                 0xdb6295993c439041,
                                 0xfe5163abdebbc561,
                                 0xb7246e3a424dd2e0,
                                 0x06492eea09d1921c,
                                 0xfe1deb1cb129a73e,
                                 0xe88235f52ebb4484,
                                 0xe99c7026b45f7e41,
                                 0x3991d639835339f4,
                                 0x9c845f8bbdf9283b,
                                 0x1ff897ffde05980f,
                                 0xef2f118b5a0a6d1f,
                                 0x6d367ecf27cb09b7,
                                 0x4f463f669e5fea2d,
                                 0x7527bac7ebe5f17b,
                                 0x3d0739f78a5292ea,
                                 0x6bfb5fb11f8d5d08,
                                 0x56033046fc7b6bab,
                                 0xf0cfbc209af4361d};

// The 64 bits of it that begin at `bit`.
FASTNN_INLINE uint64_t two_by_pi(int bit) {
  const int word = bit / 64, shift = bit % 64;
  const uint64_t high = kTwoByPi[word] << shift;
  return shift ? high | kTwoByPi[word + 1] >> (64 - shift) : high;
}

// r and n modulo 4 of a finite |x| >= 4096. x = m 2^e; of 2/pi the bits that would give multiples
// of 4 are left out, so that the product's first two bits are n.
inline double reduce_far(double x, int& n) noexcept {
  __extension__ typedef unsigned __int128 Wide;
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const uint64_t m = (bits & 0xfffffffffffff) | 0x10000000000000;
  const int first = static_cast<int>(bits >> 52 & 0x7ff) - 1075 - 2 + 64;
  const Wide last = static_cast<Wide>(m) * two_by_pi(first + 128);
  const Wide middle =
      static_cast<Wide>(m) * two_by_pi(first + 64) + static_cast<uint64_t>(last >> 64);
  const uint64_t top = m * two_by_pi(first) + static_cast<uint64_t>(middle >> 64);
  const uint64_t below = static_cast<uint64_t>(middle);
  Wide part = (static_cast<Wide>(top) << 64 | below) << 2 | static_cast<uint64_t>(last) >> 62;
  n = static_cast<int>(top >> 62);
  const bool up = part >> 127;  // nearer to the next multiple
  if (up) part = -part;
  n += up;
  int zeros = 0;
  while (zeros < 127 && !(part >> 127)) {
    part <<= 1;
    ++zeros;
  }
  const uint64_t exponent = static_cast<uint64_t>(1023 - 64 - zeros) << 52;
  double scale;
  __builtin_memcpy(&scale, &exponent, sizeof scale);
  // In two numbers, each exact: pi/2 has two as well, and only the last sum rounds.
  const uint64_t leading = static_cast<uint64_t>(part >> 64);
  const double high = static_cast<double>(leading & ~0x7ffull);
  const double low = static_cast<double>(leading & 0x7ff);
  const double quarter = 1.5707963267948966, quarter_low = 6.123233995736766e-17;
  const double r = (high * quarter + (low * quarter + high * quarter_low)) * scale;
  const bool negative = bits >> 63;
  if (negative) n = -n;
  return negative != up ? -r : r;
}

// sin(x + quarters pi/2)
template <class V>
FASTNN_INLINE V circle(V x, int quarters) {
  using T = Scalar<V>;
  using C = CircleConstants<T>;
  using B = Bits<T>;
  using U = decltype(unsigned_like(T{}));
  V n = round(x * number<V>(0.63661977236758134));
  V r = x;
#pragma GCC unroll 4
  for (T part : C::kQuarter) r = fma(n, broadcast(-part), r);

  const V size = abs(x), infinity = number<V>(__builtin_inf());
  const V far = select(less(size, infinity), size, V{});
  if (reduce_max(far) > C::kNear) {
    T arguments[lanes<T>], counts[lanes<T>], rests[lanes<T>];
    store(arguments, far);
    store(counts, n);
    store(rests, r);
    const V given = x;
    for (int i = 0; i < lanes<T>; ++i) {
      if (!(arguments[i] > C::kNear)) continue;
      int count;
      rests[i] = static_cast<T>(reduce_far(static_cast<double>(given[i]), count));
      counts[i] = static_cast<T>(count);
    }
    n = load(counts);
    r = load(rests);
  }

  // The lowest bits of n + 1.5 2^mantissa are n's.
  constexpr T kMagic = static_cast<T>(3ull << (MathConstants<T>::kMantissa - 1));
  const B quadrant = reinterpret_cast<B>(n + kMagic) + static_cast<U>(quarters);
  const V z = r * r, half = z * number<V>(0.5), one = number<V>(1), w = one - half;
  const V sine = fma(r * z, polynomial(z, C::kSin), r);
  const V cosine = w + (((one - w) - half) + z * z * polynomial(z, C::kCos));
  const B odd = B{} - (quadrant & 1), sign = (quadrant & 2) << (8 * sizeof(T) - 2);
  const B value = (reinterpret_cast<B>(cosine) & odd) | (reinterpret_cast<B>(sine) & ~odd);
  return select(less(size, infinity), reinterpret_cast<V>(value ^ sign), x - x);
}

template <class V>
FASTNN_INLINE V sin(V x) {
  return select(equal(x, V{}), x, circle(x, 0));
}
template <class V>
FASTNN_INLINE V cos(V x) {
  return circle(x, 1);
}

}  // namespace fastnn::FASTNN_ISA
