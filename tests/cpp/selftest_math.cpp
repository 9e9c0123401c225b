// Tests the vector mathematics of one instruction set against the C library in a wider type: every
// STRIDE-th float and an eighth as many random doubles, the special values, and for pow random
// pairs.
//   selftest_math_avx512 [STRIDE [FUNCTION]]    (997, all; 1 is every float, minutes a function)
// Prints the largest error of each function in units of the last place, and fails where it exceeds
// what the table below allows. A denormal argument or result may count as zero.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <cfloat>
#include <cstring>
#include <limits>
#include <random>

#include "vector_trigonometry.h"

namespace fastnn::FASTNN_ISA {
namespace {

int failures = 0;
uint64_t stride = 997;

template <class T>
struct Wider {
  using type = double;
};
template <>
struct Wider<double> {
  using type = long double;
};
template <class T>
using Wide = typename Wider<T>::type;

template <class T>
double ulps(T got, Wide<T> want) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(want) || std::isnan(got))
    return std::isnan(want) == std::isnan(got) ? 0 : INFINITY;
  if (fabsl(want) < Limits::min()) return fabs(static_cast<double>(got)) <= Limits::min() ? 0 : 1e9;
  if (static_cast<Wide<T>>(got) == want) return 0;
  if (std::isinf(want)) return INFINITY;
  int exponent;
  frexpl(want, &exponent);
  const long double ulp = ldexpl(1, exponent - Limits::digits);
  if (std::isinf(got)) return fabsl(want) >= static_cast<long double>(Limits::max()) ? 0 : INFINITY;
  return static_cast<double>(fabsl(static_cast<long double>(got) - want) / ulp);
}

template <class T, class F, class G>
struct Function {
  const char* name;
  double allowed;
  F f;  // of vectors
  G g;  // of numbers, in the wider type

  double worst = 0;
  T worst_x = 0, worst_y = 0;

  void look(const T* x, const T* y) {
    const Vec<T> v = f(load(x), load(y));
    for (int i = 0; i < lanes<T>; ++i) {
      double error = ulps<T>(v[i], g(x[i], y[i]));
      const bool small = fabs(x[i]) < std::numeric_limits<T>::min();
      if (small) error = std::fmin(error, ulps<T>(v[i], g(std::copysign(T(0), x[i]), y[i])));
      if (error > worst || std::isnan(error)) {
        worst = error;
        worst_x = x[i];
        worst_y = y[i];
      }
    }
  }
  // Zeros keep their sign, where the function is odd.
  void zeros(bool odd) {
    T x[lanes<T>] = {T(0), T(-0.0)};
    const Vec<T> v = f(load(x), load(x));
    if (odd && (v[0] != 0 || v[1] != 0 || std::signbit(v[0]) || !std::signbit(v[1])))
      worst = INFINITY;
  }
  void end() {
    const bool good = worst <= allowed;
    printf("%-6s  %s%-10s %8.4f ULP (%.2f) at %.17g", good ? "ok" : "FAILED",
           sizeof(T) == 4 ? "float " : "double ", name, worst, allowed,
           static_cast<double>(worst_x));
    printf(worst_y != 0 ? ", %.17g\n" : "\n", static_cast<double>(worst_y));
    fflush(stdout);
    failures += !good;
  }
};

constexpr double kOdd[] = {0.0,    -0.0, 1,        -1,        0.5,   -0.5,   2,       3,
                           -2,     -3,   INFINITY, -INFINITY, NAN,   1e-300, 1e-40,   1e300,
                           -1e300, 1e20, 709.78,   -745,      88.72, 4096,   1048576, 6e5};

template <class T>
double draw(std::mt19937_64& rng) {
  switch (rng() % 4) {
    case 0: return std::ldexp(static_cast<double>(rng() >> 11), -53) * 2 - 1;
    case 1: return (std::ldexp(static_cast<double>(rng() >> 11), -53) * 2 - 1) * 40;
    case 2: return (std::ldexp(static_cast<double>(rng() >> 11), -53) * 2 - 1) * 1000;
    default: {
      const uint64_t bits = rng();
      double x;
      memcpy(&x, &bits, sizeof x);
      return x;
    }
  }
}

// One argument: every float, or random doubles.
template <class T, class F, class G>
void test(const char* name, const char* only, double allowed, bool odd, F f, G g) {
  if (only && strcmp(only, name) != 0) return;
  const auto f2 = [&](Vec<T> x, Vec<T>) { return f(x); };
  const auto g2 = [&](Wide<T> x, Wide<T>) { return g(x); };
  Function<T, decltype(f2), decltype(g2)> all{name, allowed, f2, g2};
  T x[lanes<T>], none[lanes<T>] = {};
  for (double value : kOdd) {
    for (T& one : x) one = static_cast<T>(value);
    all.look(x, none);
  }
  all.zeros(odd);
  const uint64_t step = stride * lanes<T>;
  std::mt19937_64 rng(1);
  for (uint64_t first = 0; first < 1ull << 32; first += step) {
    for (int i = 0; i < lanes<T>; ++i) {
      if (sizeof(T) == 4) {
        const uint32_t bits = static_cast<uint32_t>(first + i * stride);
        memcpy(x + i, &bits, sizeof bits);
      } else {
        x[i] = static_cast<T>(draw<T>(rng));
      }
    }
    if (sizeof(T) == 8 && first >= (1ull << 32) / 8) break;  // the library's long double is slow
    all.look(x, none);
  }
  all.end();
}

template <class T>
void test_pow(const char* only, double allowed) {
  if (only && strcmp(only, "pow") != 0) return;
  const auto f = [](Vec<T> x, Vec<T> y) { return pow(x, y); };
  const auto g = [](Wide<T> x, Wide<T> y) {
    return sizeof(T) == 4
               ? static_cast<Wide<T>>(::pow(static_cast<double>(x), static_cast<double>(y)))
               : static_cast<Wide<T>>(powl(x, y));
  };
  Function<T, decltype(f), decltype(g)> all{"pow", allowed, f, g};
  T x[lanes<T>], y[lanes<T>];
  for (double a : kOdd) {
    for (double b : kOdd) {
      const T base = static_cast<T>(a), power = static_cast<T>(b);
      if (base != 0 && fabs(base) < std::numeric_limits<T>::min()) continue;
      if (power != 0 && fabs(power) < std::numeric_limits<T>::min()) continue;
      for (T& one : x) one = base;
      for (T& one : y) one = power;
      all.look(x, y);
    }
  }
  std::mt19937_64 rng(2);
  const uint64_t count = (1ull << 32) / 64 / stride;
  for (uint64_t n = 0; n < count; ++n) {
    for (int i = 0; i < lanes<T>; ++i) {
      x[i] = static_cast<T>(std::fabs(draw<T>(rng)));
      // The result is mostly a number: y log(x) between the limits of exp.
      const double most = sizeof(T) == 4 ? 90 : 720,
                   size = std::log(std::fabs(static_cast<double>(x[i])));
      y[i] =
          static_cast<T>((std::ldexp(static_cast<double>(rng() >> 11), -53) * 2 - 1) * most / size);
      if (rng() % 4 == 0) {
        y[i] = std::round(y[i]);
        if (rng() % 2) x[i] = -x[i];
      }
      if (!(x[i] == 0) && std::fabs(x[i]) < std::numeric_limits<T>::min()) x[i] = 1;
    }
    all.look(x, y);
  }
  all.end();
}

template <class T>
void test_all(const char* only) {
  using W = Wide<T>;
  constexpr bool f = sizeof(T) == 4;
#define FASTNN_MATH(name, odd, single, twice, wide)                           \
  test<T>(                                                                    \
      #name, only, f ? single : twice, odd, [](Vec<T> x) { return name(x); }, \
      [](W x) -> W { return wide; });
#define FASTNN_WIDE(function) \
  (f ? static_cast<W>(::function(static_cast<double>(x))) : static_cast<W>(::function##l(x)))
  FASTNN_MATH(exp, false, 1.02, 1.02, FASTNN_WIDE(exp))
  FASTNN_MATH(log, false, 0.85, 0.85, FASTNN_WIDE(log))
  FASTNN_MATH(expm1, true, 1.5, 2.2, FASTNN_WIDE(expm1))
  FASTNN_MATH(log1p, true, 1.5, 1.5, FASTNN_WIDE(log1p))
  FASTNN_MATH(
      sigmoid, false, 2.5, 2.5,
      1 / (1 + (f ? static_cast<W>(::exp(static_cast<double>(-x))) : static_cast<W>(::expl(-x)))))
  FASTNN_MATH(tanh, true, 3, 3, FASTNN_WIDE(tanh))
  FASTNN_MATH(erf, true, 6.2, 8.3, FASTNN_WIDE(erf))
  test<T>(
      "log1p_unit", only, 2.5, true,
      [](Vec<T> x) { return with_sign(log1p_unit(at_most(abs(x), number<Vec<T>>(1))), x); },
      [](W x) -> W {
        const W size = ::fabsl(x) > 1 ? W(1) : std::copysign(x, W(1));
        const W y =
            f ? static_cast<W>(::log1p(static_cast<double>(size))) : static_cast<W>(::log1pl(size));
        return std::copysign(y, x);
      });
  FASTNN_MATH(sin, true, 2.5, 2.5, FASTNN_WIDE(sin))
  FASTNN_MATH(cos, false, 2.5, 2.5, FASTNN_WIDE(cos))
  test_pow<T>(only, 2);
#undef FASTNN_MATH
#undef FASTNN_WIDE
}

}  // namespace
}  // namespace fastnn::FASTNN_ISA

int main(int count, char** words) {
  using namespace fastnn::FASTNN_ISA;
  if (count > 1) stride = strtoull(words[1], nullptr, 10);
  const char* only = count > 2 ? words[2] : nullptr;
  test_all<float>(only);
  test_all<double>(only);
  return failures != 0;
}
