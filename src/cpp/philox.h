// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw ("Parallel random
// numbers: as easy as 1, 2, 3", 2011; constants and known answers from Random123), and the map from
// a position to elements that both devices share. A position is (seed, step) beside the layer's
// stream; a counter block is four 32-bit words:
//   key     = (seed low, seed high)
//   counter = (block low, block high, step low, stream low)
// float32 uniforms and every dropout mask take one word an element: word i % 4 of block i / 4 for
// element i; float64 uniforms take two, the upper one first: 2 (i % 2) and the next of block i / 2.
// Normal numbers come in pairs from two uniforms that follow each other, truncated ones from one
// uniform each. A mask that is shared along axes has an element for each draw.
#pragma once
#include "settings.h"

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

// Which draw of a mask an element of x takes. Neighbouring axes that are alike, shared or not, are
// one. `step` is 0 along an axis whose elements share their draw.
struct MaskAxes {
  int rank;
  int64_t size[kMaxRank], step[kMaxRank];
  FASTNN_HD bool shared(int axis) const { return step[axis] == 0; }
  // The draw of the element i of the first `axes` axes.
  FASTNN_HD int64_t draw(int64_t i, int axes) const {
    int64_t at = 0;
    for (int axis = axes - 1; axis >= 0; --axis) {
      at += i % size[axis] * step[axis];
      i /= size[axis];
    }
    return at;
  }
};

// x must have elements; mask_shape is empty or has a 1 or x's size for each axis.
FASTNN_INLINE MaskAxes mask_axes(Ref x, const Integers& mask_shape) {
  MaskAxes axes{1, {1}, {1}};
  axes.rank = 0;
  for (int i = 0; i < x.rank(); ++i) {
    if (x.dim(i) == 1) continue;
    const int64_t step = mask_shape.count > 0 && mask_shape.at[i] == 1 ? 0 : 1;
    if (axes.rank > 0 && axes.step[axes.rank - 1] == step) {
      axes.size[axes.rank - 1] *= x.dim(i);
    } else {
      axes.size[axes.rank] = x.dim(i);
      axes.step[axes.rank++] = step;
    }
  }
  axes.rank += axes.rank == 0;
  int64_t draws = 1;
  for (int axis = axes.rank - 1; axis >= 0; --axis) {
    if (axes.step[axis] == 0) continue;
    axes.step[axis] = draws;
    draws *= axes.size[axis];
  }
  return axes;
}

}  // namespace fastnn::FASTNN_ISA
