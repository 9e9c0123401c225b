// Bytes in memory as whole numbers in the lanes of a vector, and back: masks, places in a window.
// g++ 12 makes of __builtin_convertvector between such types one instruction a lane.
#pragma once
#include "simd.h"

namespace fastnn::FASTNN_ISA {

// lanes<T> bytes.
template <class T>
FASTNN_INLINE Bits<T> load_bytes(const uint8_t* p) {
#if defined(__AVX2__)  // and with it AVX-512
  __m128i bytes{};
  __builtin_memcpy(&bytes, p, lanes<T>);
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) return reinterpret_cast<Bits<T>>(FASTNN_MM(cvtepu8_epi32, bytes));
  if constexpr (sizeof(T) == 8) return reinterpret_cast<Bits<T>>(FASTNN_MM(cvtepu8_epi64, bytes));
#else
  if constexpr (sizeof(T) == 4) return reinterpret_cast<Bits<T>>(_mm256_cvtepu8_epi32(bytes));
  if constexpr (sizeof(T) == 8) return reinterpret_cast<Bits<T>>(_mm256_cvtepu8_epi64(bytes));
#endif
#else
  Bits<T> b{};
  for (int i = 0; i < lanes<T>; ++i) b[i] = p[i];
  return b;
#endif
}

// Which of lanes<T> bytes are `value`.
template <class T>
FASTNN_INLINE Mask<T> equal_bytes(const uint8_t* p, uint8_t value) {
#if defined(__AVX512F__)
  __m128i bytes{};
  __builtin_memcpy(&bytes, p, lanes<T>);
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(value));
  return static_cast<Mask<T>>(_mm_cmpeq_epi8_mask(bytes, wanted));
#else
  return load_bytes<T>(p) == Bits<T>{} + value;
#endif
}

// The lowest byte of each lane.
template <class T>
FASTNN_INLINE void store_bytes(uint8_t* p, Bits<T> b) {
#if defined(__AVX2__)
#if defined(__AVX512F__)
  __m128i bytes;
  if constexpr (sizeof(T) == 4) bytes = FASTNN_MM(cvtepi32_epi8, reinterpret_cast<__m512i>(b));
  if constexpr (sizeof(T) == 8) bytes = FASTNN_MM(cvtepi64_epi8, reinterpret_cast<__m512i>(b));
#else
  __m128i halves[2];
  const Bits<T> lowest = b & (Bits<T>{} + 255);  // so that no half of a lane is saturated
  __builtin_memcpy(halves, &lowest, sizeof lowest);
  __m128i words = _mm_packus_epi32(halves[0], halves[1]);
  if constexpr (sizeof(T) == 8) words = _mm_packus_epi32(words, words);
  const __m128i bytes = _mm_packus_epi16(words, words);
#endif
  __builtin_memcpy(p, &bytes, lanes<T>);
#else
  for (int i = 0; i < lanes<T>; ++i) p[i] = static_cast<uint8_t>(b[i]);
#endif
}

}  // namespace fastnn::FASTNN_ISA
