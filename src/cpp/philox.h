// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw ("Parallel random
// numbers: as easy as 1, 2, 3", 2011; constants and known answers from Random123), and the map from
// a position to elements that both devices share. A position is (seed, step) beside the layer's
// stream; a counter block is four 32-bit words:
//   key     = (seed low, seed high)
//   counter = (block low, block high, step low, stream low)
// float32 uniforms and every dropout mask take one word an element: word i % 4 of block i / 4 for
// element i; float64 uniforms take two, the upper one first: 2 (i % 2) and the next of block i / 2.
#pragma once
#include "contract.h"

namespace fastnn::FASTNN_ISA {

struct PhiloxWords {
  uint32_t word[4];
};

constexpr uint32_t kPhiloxFactor0 = 0xD2511F53, kPhiloxFactor1 = 0xCD9E8D57;
constexpr uint32_t kPhiloxStep0 = 0x9E3779B9;  // the golden ratio
constexpr uint32_t kPhiloxStep1 = 0xBB67AE85;  // sqrt(3) - 1

FASTNN_HD PhiloxWords philox_rounds(PhiloxWords c, uint32_t key_0, uint32_t key_1) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t product_0 = uint64_t{kPhiloxFactor0} * c.word[0];
    const uint64_t product_1 = uint64_t{kPhiloxFactor1} * c.word[2];
    c = {{static_cast<uint32_t>(product_1 >> 32) ^ c.word[1] ^ key_0,
          static_cast<uint32_t>(product_1),
          static_cast<uint32_t>(product_0 >> 32) ^ c.word[3] ^ key_1,
          static_cast<uint32_t>(product_0)}};
    key_0 += kPhiloxStep0;
    key_1 += kPhiloxStep1;
  }
  return c;
}

// The four words of a counter block; position is {seed, step}, as an operation's state holds it.
FASTNN_HD PhiloxWords philox(const int64_t* position, int64_t stream, int64_t block) {
  const uint64_t seed = static_cast<uint64_t>(position[0]);
  return philox_rounds({{static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
                         static_cast<uint32_t>(position[1]), static_cast<uint32_t>(stream)}},
                       static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32));
}

// How many uniforms of type T a counter block gives: 4 of float32, 2 of float64.
template <class T>
FASTNN_HD constexpr int uniforms_per_block() {
  return static_cast<int>(sizeof(PhiloxWords) / sizeof(T));
}

// Uniform k of a block, in [0, 1): the upper 24 or 53 bits, so that every value is exact.
template <class T>
FASTNN_HD T unit_uniform(const PhiloxWords& words, int k) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return static_cast<T>(words.word[k] >> 8) * static_cast<T>(0x1p-24);
  } else {
    const uint64_t bits = uint64_t{words.word[2 * k]} << 32 | words.word[2 * k + 1];
    return static_cast<T>(bits >> 11) * static_cast<T>(0x1p-53);
  }
}

// Dropout keeps an element whose word is below this; 2^32, where the rate is 0, keeps them all.
FASTNN_HD uint64_t dropout_threshold(double rate) {
  return static_cast<uint64_t>((1 - rate) * 0x1p32);
}

}  // namespace fastnn::FASTNN_ISA
