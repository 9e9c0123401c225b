// Vectors of float and double for the set that this file is compiled for: AVX-512, AVX2 with FMA,
// SSE2 or NEON. Vec<T> is a raw compiler vector, not a class: g++ 12 keeps arrays of raw vectors in
// registers and spills arrays of wrapped ones. Hence + - * / and unary - are the language's own,
// V{} is zero and v[i] a lane; only what vector extensions lack is an intrinsic. A Mask<T> says yes
// or no for each lane; masks combine with & | ~ (name the type, `Mask<T> m = ~n`: auto would widen
// AVX-512's). A tail is a short load and a short store, which touch no memory beyond their `count`
// elements, 0 <= count <= lanes<T>. These names hide math.h's inside the namespace: call ::sqrt for
// a scalar. NaN goes through min and max.
#pragma once
#include "contract.h"
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace fastnn::FASTNN_ISA {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
// Under a full mask: the plain forms make g++ 12 warn of a variable inside its own header (PR
// 105593).
#define FASTNN_MM(name, ...) _mm512_maskz_##name(-1, __VA_ARGS__)
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#define FASTNN_MM(name, ...) _mm256_##name(__VA_ARGS__)
#elif defined(__SSE2__)
constexpr int kVectorBytes = 16;
#define FASTNN_MM(name, ...) _mm_##name(__VA_ARGS__)
#elif defined(__aarch64__)
constexpr int kVectorBytes = 16;
#else
#error "no vector set known for this machine"
#endif

template <class T>
constexpr int lanes = kVectorBytes / static_cast<int>(sizeof(T));

template <class T, int bytes>
struct VectorOf {
  typedef T type __attribute__((vector_size(bytes)));
};
uint32_t unsigned_like(float);
uint64_t unsigned_like(double);
template <class T>
using Vec = typename VectorOf<T, kVectorBytes>::type;
template <class T>
using Bits = typename VectorOf<decltype(unsigned_like(T{})), kVectorBytes>::type;
template <class V>
using Scalar = decltype(V{}[0] + 0);
using Vecf = Vec<float>;
using Vecd = Vec<double>;

template <class T>
FASTNN_INLINE Vec<T> broadcast(T x) {
  return x - Vec<T>{};  // x - 0 is x, -0 included, and compiles to the broadcast alone
}
template <class T>
FASTNN_INLINE Vec<T> load(const T* p) {
  Vec<T> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <class T>
FASTNN_INLINE void store(T* p, Vec<T> v) {
  __builtin_memcpy(p, &v, sizeof v);
}

// ---- comparison, choice ------------------------------------------------------------------------

#if defined(__AVX512F__)
#define FASTNN_COMPARE(name, predicate, expression)                                            \
  FASTNN_INLINE __mmask16 name(Vecf a, Vecf b) { return _mm512_cmp_ps_mask(a, b, predicate); } \
  FASTNN_INLINE __mmask8 name(Vecd a, Vecd b) { return _mm512_cmp_pd_mask(a, b, predicate); }
#else
#define FASTNN_COMPARE(name, predicate, expression)              \
  FASTNN_INLINE auto name(Vecf a, Vecf b) { return expression; } \
  FASTNN_INLINE auto name(Vecd a, Vecd b) { return expression; }
#endif
FASTNN_COMPARE(greater, _CMP_GT_OQ, a > b)
FASTNN_COMPARE(less, _CMP_LT_OQ, a < b)
FASTNN_COMPARE(equal, _CMP_EQ_OQ, a == b)
FASTNN_COMPARE(unordered, _CMP_UNORD_Q, (a != a) | (b != b))
#undef FASTNN_COMPARE
template <class V>
FASTNN_INLINE auto is_nan(V a) {
  return unordered(a, a);
}

template <class T>
using Mask = decltype(greater(Vec<T>{}, Vec<T>{}));

#if defined(__AVX512F__)
FASTNN_INLINE Vecf select(Mask<float> m, Vecf a, Vecf b) { return _mm512_mask_mov_ps(b, m, a); }
FASTNN_INLINE Vecd select(Mask<double> m, Vecd a, Vecd b) { return _mm512_mask_mov_pd(b, m, a); }
template <class T>
FASTNN_INLINE Mask<T> first_lanes(int64_t count) {
  return static_cast<Mask<T>>((1u << count) - 1);
}
#else
FASTNN_INLINE Vecf select(Mask<float> m, Vecf a, Vecf b) { return m ? a : b; }
FASTNN_INLINE Vecd select(Mask<double> m, Vecd a, Vecd b) { return m ? a : b; }
template <class T>
FASTNN_INLINE Mask<T> first_lanes(int64_t count) {
  Vec<T> index{};
#pragma GCC unroll 8
  for (int i = 0; i < lanes<T>; ++i) index[i] = static_cast<T>(i);
  return index < broadcast<T>(static_cast<T>(count));
}
#endif

// more > best, or `more` is the first NaN.
#if defined(__AVX512F__)
FASTNN_INLINE Mask<float> exceeds(Vecf more, Vecf best) {
  return _mm512_mask_cmp_ps_mask(_mm512_cmp_ps_mask(best, best, _CMP_ORD_Q), more, best,
                                 _CMP_NLE_UQ);
}
FASTNN_INLINE Mask<double> exceeds(Vecd more, Vecd best) {
  return _mm512_mask_cmp_pd_mask(_mm512_cmp_pd_mask(best, best, _CMP_ORD_Q), more, best,
                                 _CMP_NLE_UQ);
}
#else
template <class V>
FASTNN_INLINE auto exceeds(V more, V best) {
  return ~(more <= best) & (best == best);
}
#endif

// ---- arithmetic --------------------------------------------------------------------------------

#if defined(__x86_64__)
FASTNN_INLINE Vecf sqrt(Vecf a) { return FASTNN_MM(sqrt_ps, a); }
FASTNN_INLINE Vecd sqrt(Vecd a) { return FASTNN_MM(sqrt_pd, a); }
// x86 gives b where either is NaN, so that only a NaN in a is left to see to.
FASTNN_INLINE Vecf max(Vecf a, Vecf b) { return select(is_nan(a), a, FASTNN_MM(max_ps, a, b)); }
FASTNN_INLINE Vecd max(Vecd a, Vecd b) { return select(is_nan(a), a, FASTNN_MM(max_pd, a, b)); }
FASTNN_INLINE Vecf min(Vecf a, Vecf b) { return select(is_nan(a), a, FASTNN_MM(min_ps, a, b)); }
FASTNN_INLINE Vecd min(Vecd a, Vecd b) { return select(is_nan(a), a, FASTNN_MM(min_pd, a, b)); }
// The same against a limit, which is no NaN: one instruction.
FASTNN_INLINE Vecf at_least(Vecf a, Vecf limit) { return FASTNN_MM(max_ps, limit, a); }
FASTNN_INLINE Vecd at_least(Vecd a, Vecd limit) { return FASTNN_MM(max_pd, limit, a); }
FASTNN_INLINE Vecf at_most(Vecf a, Vecf limit) { return FASTNN_MM(min_ps, limit, a); }
FASTNN_INLINE Vecd at_most(Vecd a, Vecd limit) { return FASTNN_MM(min_pd, limit, a); }
// Of every 16 bytes the lower (upper) halves of a and b, lane by lane in turn.
FASTNN_INLINE Vecf zip_lower(Vecf a, Vecf b) { return FASTNN_MM(unpacklo_ps, a, b); }
FASTNN_INLINE Vecd zip_lower(Vecd a, Vecd b) { return FASTNN_MM(unpacklo_pd, a, b); }
FASTNN_INLINE Vecf zip_upper(Vecf a, Vecf b) { return FASTNN_MM(unpackhi_ps, a, b); }
FASTNN_INLINE Vecd zip_upper(Vecd a, Vecd b) { return FASTNN_MM(unpackhi_pd, a, b); }
#else
FASTNN_INLINE Vecf zip_lower(Vecf a, Vecf b) { return vzip1q_f32(a, b); }
FASTNN_INLINE Vecd zip_lower(Vecd a, Vecd b) { return vzip1q_f64(a, b); }
FASTNN_INLINE Vecf zip_upper(Vecf a, Vecf b) { return vzip2q_f32(a, b); }
FASTNN_INLINE Vecd zip_upper(Vecd a, Vecd b) { return vzip2q_f64(a, b); }
FASTNN_INLINE Vecf sqrt(Vecf a) { return vsqrtq_f32(a); }
FASTNN_INLINE Vecd sqrt(Vecd a) { return vsqrtq_f64(a); }
FASTNN_INLINE Vecf max(Vecf a, Vecf b) { return vmaxq_f32(a, b); }
FASTNN_INLINE Vecd max(Vecd a, Vecd b) { return vmaxq_f64(a, b); }
FASTNN_INLINE Vecf min(Vecf a, Vecf b) { return vminq_f32(a, b); }
FASTNN_INLINE Vecd min(Vecd a, Vecd b) { return vminq_f64(a, b); }
template <class V>
FASTNN_INLINE V at_least(V a, V limit) {
  return max(a, limit);
}
template <class V>
FASTNN_INLINE V at_most(V a, V limit) {
  return min(a, limit);
}
#endif

template <class V>
FASTNN_INLINE V abs(V a) {
  using B = Bits<Scalar<V>>;
  return reinterpret_cast<V>(reinterpret_cast<B>(a) & ~reinterpret_cast<B>(-V{}));
}

#if defined(__AVX2__)  // and with it AVX-512
FASTNN_INLINE Vecf fma(Vecf a, Vecf b, Vecf c) { return FASTNN_MM(fmadd_ps, a, b, c); }
FASTNN_INLINE Vecd fma(Vecd a, Vecd b, Vecd c) { return FASTNN_MM(fmadd_pd, a, b, c); }
#elif defined(__aarch64__)
FASTNN_INLINE Vecf fma(Vecf a, Vecf b, Vecf c) { return vfmaq_f32(c, a, b); }
FASTNN_INLINE Vecd fma(Vecd a, Vecd b, Vecd c) { return vfmaq_f64(c, a, b); }
#else
FASTNN_INLINE Vecf fma(Vecf a, Vecf b, Vecf c) { return a * b + c; }
FASTNN_INLINE Vecd fma(Vecd a, Vecd b, Vecd c) { return a * b + c; }
#endif

// To the nearest whole number, halves to the even one.
#if defined(__AVX512F__)
FASTNN_INLINE Vecf round(Vecf a) { return FASTNN_MM(roundscale_ps, a, 8); }
FASTNN_INLINE Vecd round(Vecd a) { return FASTNN_MM(roundscale_pd, a, 8); }
#elif defined(__AVX2__)
FASTNN_INLINE Vecf round(Vecf a) { return FASTNN_MM(round_ps, a, 8); }
FASTNN_INLINE Vecd round(Vecd a) { return FASTNN_MM(round_pd, a, 8); }
#elif defined(__aarch64__)
FASTNN_INLINE Vecf round(Vecf a) { return vrndnq_f32(a); }
FASTNN_INLINE Vecd round(Vecd a) { return vrndnq_f64(a); }
#else
template <class V>  // SSE2 has no such instruction: |a| + limit keeps no fraction
FASTNN_INLINE V round(V a) {
  using B = Bits<Scalar<V>>;
  constexpr Scalar<V> kLimit = static_cast<Scalar<V>>(1ull << (sizeof(kLimit) == 4 ? 23 : 52));
  const B sign = reinterpret_cast<B>(a) & reinterpret_cast<B>(-V{});
  const B whole = reinterpret_cast<B>((abs(a) + kLimit) - kLimit) | sign;
  return select(abs(a) < kLimit, reinterpret_cast<V>(whole), a);
}
#endif

// v * 2^n for whole n.
#if defined(__AVX512F__)
FASTNN_INLINE Vecf scale_by_power_of_two(Vecf v, Vecf n) { return FASTNN_MM(scalef_ps, v, n); }
FASTNN_INLINE Vecd scale_by_power_of_two(Vecd v, Vecd n) { return FASTNN_MM(scalef_pd, v, n); }
#else
// In two steps, because 2^n may lie outside of the range while the product does not; so |n| < 250
// (float), 2000 (double). Adding 1.5 * 2^mantissa + bias leaves the biased exponent in the lowest
// bits.
template <class V>
FASTNN_INLINE V scale_by_power_of_two(V v, V n) {
  using B = Bits<Scalar<V>>;
  constexpr bool kFloat = sizeof(Scalar<V>) == 4;
  constexpr int kMantissa = kFloat ? 23 : 52;
  constexpr Scalar<V> kMagic =
      static_cast<Scalar<V>>((3ull << (kMantissa - 1)) + (kFloat ? 127 : 1023));
  const V first = n * Scalar<V>(0.5) + kMagic, second = (n - (first - kMagic)) + kMagic;
  return v * reinterpret_cast<V>(reinterpret_cast<B>(first) << kMantissa) *
         reinterpret_cast<V>(reinterpret_cast<B>(second) << kMantissa);
}
#endif

// The product, of 64 bits, of the lower half of each 64-bit lane and b.
FASTNN_INLINE Bits<double> multiply_lower(Bits<double> a, uint32_t b) {
#if defined(__x86_64__)
  typedef long long Signed __attribute__((vector_size(kVectorBytes)));
  return reinterpret_cast<Bits<double>>(FASTNN_MM(mul_epu32, reinterpret_cast<Signed>(a),
                                                  reinterpret_cast<Signed>(Bits<double>{} + b)));
#else
  return reinterpret_cast<Bits<double>>(vmull_u32(vmovn_u64(a), vdup_n_u32(b)));
#endif
}

// Across the lanes: halves are combined until one lane is left, in this order on every set.
template <class T, int bytes, class Combine>
FASTNN_INLINE T combine_lanes(typename VectorOf<T, bytes>::type v, Combine combine) {
  if constexpr (bytes == 64) {
    const auto d = reinterpret_cast<typename VectorOf<double, 64>::type>(v);
    using Half = typename VectorOf<T, 32>::type;
    return combine_lanes<T, 32>(
        combine(reinterpret_cast<Half>(__builtin_shufflevector(d, d, 0, 1, 2, 3)),
                reinterpret_cast<Half>(__builtin_shufflevector(d, d, 4, 5, 6, 7))),
        combine);
  } else if constexpr (bytes == 32) {
    typename VectorOf<T, 16>::type halves[2];
    __builtin_memcpy(halves, &v, sizeof v);
    return combine_lanes<T, 16>(combine(halves[0], halves[1]), combine);
  } else if constexpr (sizeof(T) == 8) {
    return combine(v, __builtin_shufflevector(v, v, 1, 1))[0];
  } else {
    v = combine(v, __builtin_shufflevector(v, v, 2, 3, 2, 3));
    return combine(v, __builtin_shufflevector(v, v, 1, 1, 1, 1))[0];
  }
}
template <class V>
FASTNN_INLINE Scalar<V> reduce_add(V v) {
  return combine_lanes<Scalar<V>, kVectorBytes>(
      v, [](auto a, auto b) __attribute__((always_inline)) { return a + b; });
}
template <class V>
FASTNN_INLINE Scalar<V> reduce_max(V v) {
  return combine_lanes<Scalar<V>, kVectorBytes>(
      v,
      [](auto a, auto b) __attribute__((always_inline)) { return ((a > b) | (a != a)) ? a : b; });
}

// ---- short loads and stores ---------------------------------------------------------------------

#if defined(__AVX512F__)
template <class T>
FASTNN_INLINE Vec<T> load(const T* p, int64_t count) {
  if constexpr (sizeof(T) == 4) return _mm512_maskz_loadu_ps(first_lanes<T>(count), p);
  if constexpr (sizeof(T) == 8) return _mm512_maskz_loadu_pd(first_lanes<T>(count), p);
}
template <class T>
FASTNN_INLINE void store(T* p, Vec<T> v, int64_t count) {
  if constexpr (sizeof(T) == 4) _mm512_mask_storeu_ps(p, first_lanes<T>(count), v);
  if constexpr (sizeof(T) == 8) _mm512_mask_storeu_pd(p, first_lanes<T>(count), v);
}

// Half vectors of floats, for few columns: Zen 4 computes two of them in the time of a whole one.
constexpr int kHalfBytes = kVectorBytes / 2;
using Half = VectorOf<float, kHalfBytes>::type;
FASTNN_INLINE Half fma(Half a, Half b, Half c) { return _mm256_fmadd_ps(a, b, c); }
FASTNN_INLINE Half load_half(const float* p, int64_t count) {
  return _mm256_maskz_loadu_ps(static_cast<__mmask8>((1u << count) - 1), p);
}
FASTNN_INLINE void store(float* p, Half v, int64_t count) {
  _mm256_mask_storeu_ps(p, static_cast<__mmask8>((1u << count) - 1), v);
}
#else
#if defined(__AVX2__)
template <class T>
FASTNN_INLINE Vec<T> load(const T* p, int64_t count) {
  const __m256i mask = reinterpret_cast<__m256i>(first_lanes<T>(count));
  if constexpr (sizeof(T) == 4) return _mm256_maskload_ps(p, mask);
  if constexpr (sizeof(T) == 8) return _mm256_maskload_pd(p, mask);
}
#else
template <class T>
FASTNN_INLINE Vec<T> load(const T* p, int64_t count) {
  if (count == lanes<T>) return load(p);
  if (count < 2) return count ? Vec<T>{p[0]} : Vec<T>{};
  double two;  // floats: eight bytes move as one double whatever they hold
  __builtin_memcpy(&two, p, sizeof two);
  Vec<T> v = reinterpret_cast<Vec<T>>(Vecd{two});
  if (sizeof(T) == 4 && count & 1) v[lanes<T> / 2] = p[2];
  return v;
}
#endif

// By halves: AVX2's masked store costs 42 micro-operations on Zen 4, and SSE2 and NEON have none.
template <class T, int bytes = kVectorBytes>
FASTNN_INLINE void store(T* p, typename VectorOf<T, bytes>::type v, int64_t count) {
  constexpr int kHalf = bytes / 2 / static_cast<int>(sizeof(T));
  if (count == 2 * kHalf) {
    __builtin_memcpy(p, &v, sizeof v);
  } else if constexpr (bytes == 32) {
    typename VectorOf<T, 16>::type halves[2];
    __builtin_memcpy(halves, &v, sizeof v);
    if (count & kHalf) __builtin_memcpy(p, halves, 16);
    store<T, 16>(p + (count & kHalf), count & kHalf ? halves[1] : halves[0], count & (kHalf - 1));
  } else if (count < 2) {
    if (count) p[0] = v[0];
  } else {
    const double two = reinterpret_cast<typename VectorOf<double, 16>::type>(v)[0];
    __builtin_memcpy(p, &two, sizeof two);
    if (sizeof(T) == 4 && count & 1) p[2] = v[kHalf];
  }
}
#endif

// ---- past the caches ----------------------------------------------------------------------------

// To an address of 16 bytes' alignment, which is what NumPy's large arrays have; best to one of a
// vector's: short runs of whole lines go twice as fast as of pieces, long ones as fast. Where there
// is no such store, a plain one.
template <class T>
FASTNN_INLINE void store_past(T* p, Vec<T> v) {
#if defined(__x86_64__)
  const Vecd d = reinterpret_cast<Vecd>(v);
  double* const to = reinterpret_cast<double*>(p);
#if defined(__AVX512F__)
  if (reinterpret_cast<uintptr_t>(p) % 64 == 0) return _mm512_stream_pd(to, d);
  _mm_stream_pd(to, __builtin_shufflevector(d, d, 0, 1));
  _mm_stream_pd(to + 2, __builtin_shufflevector(d, d, 2, 3));
  _mm_stream_pd(to + 4, __builtin_shufflevector(d, d, 4, 5));
  _mm_stream_pd(to + 6, __builtin_shufflevector(d, d, 6, 7));
#elif defined(__AVX2__)
  if (reinterpret_cast<uintptr_t>(p) % 32 == 0) return _mm256_stream_pd(to, d);
  _mm_stream_pd(to, __builtin_shufflevector(d, d, 0, 1));
  _mm_stream_pd(to + 2, __builtin_shufflevector(d, d, 2, 3));
#else
  _mm_stream_pd(to, d);
#endif
#else
  store(p, v);
#endif
}
// 16 bytes from anywhere, to a multiple of 16.
FASTNN_INLINE void move_past_16(void* to, const void* from) {
#if defined(__x86_64__)
  VectorOf<double, 16>::type v;
  __builtin_memcpy(&v, from, sizeof v);
  _mm_stream_pd(static_cast<double*>(to), v);
#else
  __builtin_memcpy(to, from, 16);
#endif
}
// Before anybody is told that they are done.
FASTNN_INLINE void finish_stores_past() {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

}  // namespace fastnn::FASTNN_ISA
