// Random numbers: uniform fills an array; dropout keeps an element with probability 1 - rate and
// divides it by that. philox.h says which number an element gets, from its index, the position and
// the stream alone, so that dropout's backward draws its mask again instead of keeping it. Counter
// blocks are drawn 64 at a time, a lane each: 0.4 ns a word on AVX-512, 0.5 on AVX2, 0.85 on SSE2.
// Left to g++'s vectoriser the same takes 0.65 to 1.7, since it finds no vpmuludq.
#include "../philox.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

// A word in the lower half of each 64-bit lane; the upper half may hold anything.
using Words = Bits<double>;

constexpr int kBlocks = 64;
constexpr int kWords = 4 * kBlocks;
static_assert(kGrain % kWords == 0, "a part begins with a whole draw");

// What philox() gives for the blocks first .. first + 63; first is a multiple of 64, so that only
// the counter's lowest word differs. Four vectors at a time hide the multiplier's latency; two take
// 20 % longer.
static void draw(uint32_t* words, const int64_t* position, int64_t stream, int64_t first) {
  constexpr int kVectors = 4, L = lanes<double>;
  const uint64_t seed = static_cast<uint64_t>(position[0]);
  Words lane{}, key_0[10], key_1[10];
  for (int i = 0; i < L; ++i) lane[i] = static_cast<uint64_t>(i);
  for (uint32_t round = 0; round < 10; ++round) {
    key_0[round] = Words{} + (static_cast<uint32_t>(seed) + round * kPhiloxStep0);
    key_1[round] = Words{} + (static_cast<uint32_t>(seed >> 32) + round * kPhiloxStep1);
  }
  for (int block = 0; block < kBlocks; block += kVectors * L) {
    Words a[kVectors], b[kVectors], c[kVectors], d[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      a[v] = lane + static_cast<uint32_t>(first + block + v * L);
      b[v] = Words{} + static_cast<uint32_t>(first >> 32);
      c[v] = Words{} + static_cast<uint32_t>(position[1]);
      d[v] = Words{} + static_cast<uint32_t>(stream);
    }
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const Words product_0 = multiply_lower(a[v], kPhiloxFactor0);
        const Words product_1 = multiply_lower(c[v], kPhiloxFactor1);
        a[v] = (product_1 >> 32) ^ b[v] ^ key_0[round];
        c[v] = (product_0 >> 32) ^ d[v] ^ key_1[round];
        b[v] = product_1;
        d[v] = product_0;
      }
    }
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const Words ab = (a[v] & 0xffffffffu) | (b[v] << 32),
                  cd = (c[v] & 0xffffffffu) | (d[v] << 32);
      uint64_t pairs[2 * L];
#pragma GCC unroll 8
      for (int i = 0; i < L; ++i) {
        pairs[2 * i] = ab[i];
        pairs[2 * i + 1] = cd[i];
      }
      __builtin_memcpy(words + 4 * (block + v * L), pairs, sizeof pairs);
    }
  }
}

// A call that draws takes the state as its position and steps on.
static void take_position(int64_t* position, int64_t* state) {
  position[0] = state[0];
  position[1] = state[1];
  state[1] += 1;
}

static void plan_draw(Schedule& schedule, int64_t n, int words_per_element) {
  plan_stage(schedule, 0, 2, 1);
  plan_stage(schedule, 1, 0.7 * static_cast<double>(n * words_per_element), blocks_of(kGrain, n));
}

// ---- uniform -----------------------------------------------------------------------------------

// y = low + (high - low) u, u in [0, 1)
void uniform(Out y, InOut state, Scratch scratch, const UniformSettings& settings,
             const Part& part) noexcept {
  int64_t* position = scratch.shared<int64_t>();
  if (part.stage == 0) return take_position(position, state.as<int64_t>());
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    constexpr int64_t each = uniforms_per_block<T>(), n = kBlocks * each;
    const T low = static_cast<T>(settings.low), width = static_cast<T>(settings.high) - low;
    const Range range = share_elements(y.size(), part);
    uint32_t words[kWords];
    T values[n];
    for (int64_t i = range.begin; i < range.end; i += n) {
      draw(words, position, settings.stream, i / each);
      for (int block = 0; block < kBlocks; ++block) {
        PhiloxWords four;
        __builtin_memcpy(&four, words + 4 * block, sizeof four);
        for (int k = 0; k < each; ++k)
          values[block * each + k] = low + width * unit_uniform<T>(four, k);
      }
      __builtin_memcpy(y.as<T>() + i, values,
                       static_cast<size_t>(smaller(n, range.end - i)) * sizeof(T));
    }
  });
}

void uniform_schedule(Out y, InOut, Scratch, const UniformSettings&, Schedule& schedule) noexcept {
  plan_draw(schedule, y.size(), y.dtype() == Dtype::f64 ? 2 : 1);
  schedule.shared_bytes = 2 * static_cast<int64_t>(sizeof(int64_t));
}

// ---- dropout -----------------------------------------------------------------------------------

// y_i = word_i < threshold ? x_i / keep : 0, or y_i += it; y may be x.
template <class T>
static void drop(T* y, bool add, const T* x, Range range, const int64_t* position,
                 const DropoutSettings& settings) {
  const T keep = static_cast<T>(1 - settings.rate);
  const uint64_t threshold = dropout_threshold(settings.rate);
  // 2^32 does not fit in the 32-bit lanes of the comparison.
  const uint32_t below = static_cast<uint32_t>(threshold), all = threshold >> 32 ? 1 : 0;
  const auto f = [&](Vec<T> v, Vec<T> kept) {
    return select(greater(kept, Vec<T>{}), v / keep, Vec<T>{});
  };
  uint32_t words[kWords];
  T kept[kWords];
  for (int64_t i = range.begin; i < range.end; i += kWords) {
    draw(words, position, settings.stream, i / 4);
    for (int k = 0; k < kWords; ++k) kept[k] = (words[k] < below) | all ? T(1) : T(0);
    map(y + i, add, Range{0, smaller(kWords, range.end - i)}, f, x + i, kept);
  }
}

void dropout_forward(Out y, Out position, InOut state, In x, const DropoutSettings& settings,
                     const Part& part) noexcept {
  if (part.stage == 0) return take_position(position.as<int64_t>(), state.as<int64_t>());
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    drop(y.as<T>(), false, x.as<T>(), share_elements(y.size(), part), position.as<int64_t>(),
         settings);
  });
}

void dropout_forward_schedule(Out y, Out, InOut, In, const DropoutSettings&,
                              Schedule& schedule) noexcept {
  plan_draw(schedule, y.size(), 1);
}

void dropout_backward(OutAdd dx, In dy, In position, const DropoutSettings& settings,
                      const Part& part) noexcept {
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    drop(dx.as<T>(), dx.add(), dy.as<T>(), share_elements(dx.size(), part), position.as<int64_t>(),
         settings);
  });
}

void dropout_backward_schedule(OutAdd dx, In, In, const DropoutSettings&,
                               Schedule& schedule) noexcept {
  plan_stage(schedule, 0, 0.7 * static_cast<double>(dx.size()), blocks_of(kGrain, dx.size()));
}

}  // namespace fastnn::FASTNN_ISA
