// CUDA's device language for g++: indices, barriers, warp operations, atomics and intrinsics under
// CUDA's own names. They stand in the kernels' namespace, where they are found before anything
// global, so that a newer C library with an rsqrtf of its own does no harm. What is missing here
// does not compile, and nothing here may be missing in CUDA. Overloads are CUDA's: a call that
// mixes types is refused.
#pragma once
#include <math.h>
#include <vector_functions.h>

#include "../../cpp/contract.h"
#include "emulation.h"

#define __launch_bounds__(...)
#undef __shared__
#define __shared__ static_assert(false, "shared memory is one struct: shared<T>()");

#define threadIdx (::emulation::thread_index())
#define blockIdx (::emulation::block_index())
#define blockDim (::emulation::block_size())
#define gridDim (::emulation::grid_size())

namespace fastnn::FASTNN_ISA {

constexpr int warpSize = 32;

template <class T>
FASTNN_INLINE T& shared() {
  return *static_cast<T*>(emulation::shared_memory(sizeof(T)));
}
inline void __syncthreads(emulation::Site site = emulation::Site::here()) {
  emulation::barrier(site);
}
inline void __threadfence() {}  // blocks run one after another, fibers switch where they wait
inline void __threadfence_block() {}

FASTNN_INLINE void cp_async_16(void* to, const void* from, bool valid = true) {
  emulation::async_copy(to, from, 16, valid);
}
FASTNN_INLINE void cp_async_4(void* to, const void* from, bool valid = true) {
  emulation::async_copy(to, from, 4, valid);
}
FASTNN_INLINE void cp_async_commit() { emulation::async_commit(); }
template <int N>
FASTNN_INLINE void cp_async_wait() {
  emulation::async_wait(N);
}

// ---- the warp

inline void __syncwarp(unsigned mask = ~0u, emulation::Site site = emulation::Site::here()) {
  emulation::together(mask, [](void**, unsigned) {}, nullptr, "__syncwarp", site, true);
}

template <class T>
struct Shuffle {
  T value, result;
  int source;
};
template <class T>
T shuffle(unsigned mask, T value, int source, const char* what, emulation::Site site) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "CUDA shuffles 4 or 8 bytes");
  Shuffle<T> mine{value, value, source};
  const auto act = [](void** lanes, unsigned present) {
    for (int lane = 0; lane < 32; ++lane) {
      if (!(present >> lane & 1)) continue;
      auto* to = static_cast<Shuffle<T>*>(lanes[lane]);
      if (!(present >> to->source & 1)) {
        emulation::fail("shuffle: lane %d reads lane %d, which is not in %08x", lane, to->source,
                        present);
      }
      to->result = static_cast<Shuffle<T>*>(lanes[to->source])->value;
    }
  };
  emulation::together(mask, act, &mine, what, site);
  return mine.result;
}
// A segment of `width` lanes is [first, last]; who would read beyond it keeps its own value.
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32,
              emulation::Site site = emulation::Site::here()) {
  const int first = emulation::lane() & ~(width - 1);
  return shuffle(mask, value, first | (source & (width - 1)), "__shfl_sync", site);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32,
                  emulation::Site site = emulation::Site::here()) {
  const int lane = emulation::lane(), last = lane | (width - 1), source = lane ^ bits;
  return shuffle(mask, value, source > last ? lane : source, "__shfl_xor_sync", site);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   emulation::Site site = emulation::Site::here()) {
  const int lane = emulation::lane(), last = lane | (width - 1),
            source = lane + static_cast<int>(delta);
  return shuffle(mask, value, source > last ? lane : source, "__shfl_down_sync", site);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 emulation::Site site = emulation::Site::here()) {
  const int lane = emulation::lane(), first = lane & ~(width - 1),
            source = lane - static_cast<int>(delta);
  return shuffle(mask, value, source < first ? lane : source, "__shfl_up_sync", site);
}

template <class T, class F>
T fold(unsigned mask, T value, F, const char* what, emulation::Site site) {
  const auto act = [](void** lanes, unsigned present) {
    T all = *static_cast<T*>(lanes[__builtin_ctz(present)]);
    for (unsigned rest = present & (present - 1); rest; rest &= rest - 1) {
      all = F{}(all, *static_cast<T*>(lanes[__builtin_ctz(rest)]));
    }
    for (unsigned rest = present; rest; rest &= rest - 1) {
      *static_cast<T*>(lanes[__builtin_ctz(rest)]) = all;
    }
  };
  emulation::together(mask, act, &value, what, site);
  return value;
}
#define FASTNN_FOLD(name, T, expression)                                                        \
  inline T name(unsigned mask, T value, emulation::Site site = emulation::Site::here()) {       \
    return fold(mask, value, [](T a, T b) { return static_cast<T>(expression); }, #name, site); \
  }
FASTNN_FOLD(__reduce_add_sync, unsigned, a + b)
FASTNN_FOLD(__reduce_add_sync, int, static_cast<unsigned>(a) + static_cast<unsigned>(b))
FASTNN_FOLD(__reduce_min_sync, unsigned, a < b ? a : b)
FASTNN_FOLD(__reduce_min_sync, int, a < b ? a : b)
FASTNN_FOLD(__reduce_max_sync, unsigned, a > b ? a : b)
FASTNN_FOLD(__reduce_max_sync, int, a > b ? a : b)
FASTNN_FOLD(__reduce_and_sync, unsigned, a& b)
FASTNN_FOLD(__reduce_or_sync, unsigned, a | b)
FASTNN_FOLD(__reduce_xor_sync, unsigned, a ^ b)
#undef FASTNN_FOLD
inline unsigned __ballot_sync(unsigned mask, int vote,
                              emulation::Site site = emulation::Site::here()) {
  const unsigned mine = vote ? 1u << emulation::lane() : 0;
  return fold(mask, mine, [](unsigned a, unsigned b) { return a | b; }, "__ballot_sync", site);
}
inline int __any_sync(unsigned mask, int vote, emulation::Site site = emulation::Site::here()) {
  return fold(mask, vote != 0, [](bool a, bool b) { return a || b; }, "__any_sync", site);
}
inline int __all_sync(unsigned mask, int vote, emulation::Site site = emulation::Site::here()) {
  return fold(mask, vote != 0, [](bool a, bool b) { return a && b; }, "__all_sync", site);
}

// ---- atomics: plain code, since no fiber runs between the two halves

template <class T, class F>
FASTNN_INLINE T atomically(T* p, F next) {
  T old{};
  emulation::atomic_load(p, &old, sizeof old);
  const T now = next(old);
  emulation::atomic_store(p, &now, sizeof now);
  return old;
}
#define FASTNN_ATOMIC(name, T, expression)                                                        \
  FASTNN_INLINE T name(T* p, T value) {                                                           \
    return atomically(p, [value]([[maybe_unused]] T old) { return static_cast<T>(expression); }); \
  }
#define FASTNN_ATOMICS(T, add)                                                  \
  FASTNN_ATOMIC(atomicAdd, T, add)                                              \
  FASTNN_ATOMIC(atomicExch, T, value)                                           \
  FASTNN_ATOMIC(atomicMin, T, old < value ? old : value)                        \
  FASTNN_ATOMIC(atomicMax, T, old > value ? old : value)                        \
  FASTNN_ATOMIC(atomicAnd, T, old& value)                                       \
  FASTNN_ATOMIC(atomicOr, T, old | value)                                       \
  FASTNN_ATOMIC(atomicXor, T, old ^ value)                                      \
  FASTNN_INLINE T atomicCAS(T* p, T expected, T value) {                        \
    return atomically(p, [=](T old) { return old == expected ? value : old; }); \
  }
FASTNN_ATOMICS(int, static_cast<unsigned>(old) + static_cast<unsigned>(value))
FASTNN_ATOMICS(unsigned, old + value)
FASTNN_ATOMICS(unsigned long long, old + value)
FASTNN_ATOMIC(atomicSub, int, static_cast<unsigned>(old) - static_cast<unsigned>(value))
FASTNN_ATOMIC(atomicSub, unsigned, old - value)
FASTNN_ATOMIC(atomicAdd, float, old + value)
FASTNN_ATOMIC(atomicAdd, double, old + value)
FASTNN_ATOMIC(atomicExch, float, value)
#undef FASTNN_ATOMICS
#undef FASTNN_ATOMIC

// ---- arithmetic that the C library lacks

#define FASTNN_MIN_MAX(T)                          \
  inline T min(T a, T b) { return a < b ? a : b; } \
  inline T max(T a, T b) { return a > b ? a : b; }
FASTNN_MIN_MAX(int)
FASTNN_MIN_MAX(unsigned)
FASTNN_MIN_MAX(long)
FASTNN_MIN_MAX(unsigned long)
FASTNN_MIN_MAX(long long)
FASTNN_MIN_MAX(unsigned long long)
#undef FASTNN_MIN_MAX
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }

inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }
inline float __saturatef(float x) { return x > 0 ? x < 1 ? x : 1.0f : 0.0f; }  // NaN: 0
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __powf(float x, float y) { return powf(x, y); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fsub_rn(float x, float y) { return x - y; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
inline double __dmul_rn(double x, double y) { return x * y; }
inline double __dadd_rn(double x, double y) { return x + y; }
inline double __dsub_rn(double x, double y) { return x - y; }

inline int __float_as_int(float x) { return __builtin_bit_cast(int, x); }
inline float __int_as_float(int x) { return __builtin_bit_cast(float, x); }
inline unsigned __float_as_uint(float x) { return __builtin_bit_cast(unsigned, x); }
inline float __uint_as_float(unsigned x) { return __builtin_bit_cast(float, x); }
inline long long __double_as_longlong(double x) { return __builtin_bit_cast(long long, x); }
inline double __longlong_as_double(long long x) { return __builtin_bit_cast(double, x); }

inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x ? __builtin_clz(static_cast<unsigned>(x)) : 32; }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline unsigned __umulhi(unsigned x, unsigned y) {
  return static_cast<unsigned>(static_cast<unsigned long long>(x) * y >> 32);
}
inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y) {
  return static_cast<unsigned long long>(static_cast<unsigned __int128>(x) * y >> 64);
}
template <class T>
FASTNN_INLINE T __ldg(const T* p) {
  return *p;
}

}  // namespace fastnn::FASTNN_ISA
