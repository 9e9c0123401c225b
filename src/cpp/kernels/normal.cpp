// Normal numbers. Two uniforms, u and v, make two of them (Box and Muller):
//   sqrt(-2 log(1 - u)) cos(2 pi v) and the same with sin
// Truncated ones are the quantiles of a uniform each.
#include "../formulas_random.h"
#include "draw.h"

namespace fastnn::FASTNN_ISA {

template <class T>
static void truncated_normals(T* values, const uint32_t* words, T mean, T stddev) {
  constexpr int each = uniforms_per_block<T>(), L = lanes<T>;
  for (int block = 0; block < kBlocks; ++block) {
    PhiloxWords four;
    __builtin_memcpy(&four, words + 4 * block, sizeof four);
    for (int k = 0; k < each; ++k) values[block * each + k] = unit_uniform<T>(four, k);
  }
  for (int i = 0; i < kBlocks * each; i += L) {
    const Vec<T> x = truncated_argument<T>(load(values + i));
    const Vec<T> z = truncated_quantile<T>(x, log((T(1) - x) * (x + T(1))));
    store(values + i, z * stddev + mean);
  }
}

template <class T>
static void pairs_of_normals(T* values, const uint32_t* words, T mean, T stddev) {
  constexpr int each = uniforms_per_block<T>(), pairs = kBlocks * each / 2, L = lanes<T>;
  T first[pairs], second[pairs];
  for (int block = 0; block < kBlocks; ++block) {
    PhiloxWords four;
    __builtin_memcpy(&four, words + 4 * block, sizeof four);
    for (int k = 0; k < each; k += 2) {
      first[(block * each + k) / 2] = T(1) - unit_uniform<T>(four, k);
      second[(block * each + k) / 2] = unit_uniform<T>(four, k + 1);
    }
  }
  for (int i = 0; i < pairs; i += L) {
    const Vec<T> radius = sqrt(log(load(first + i)) * T(-2));
    const SinCos<Vec<T>> turned = sin_cos_of_turns<T>(load(second + i));
    store(first + i, radius * turned.cos * stddev + mean);
    store(second + i, radius * turned.sin * stddev + mean);
  }
  for (int i = 0; i < pairs; ++i) {
    values[2 * i] = first[i];
    values[2 * i + 1] = second[i];
  }
}

void normal(Out y, InOut state, Scratch scratch, const NormalSettings& settings,
            const Part& part) noexcept {
  int64_t* position = scratch.shared<int64_t>();
  if (part.stage == 0) return take_position(position, state.as<int64_t>());
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    constexpr int64_t each = uniforms_per_block<T>(), n = kBlocks * each;
    const T mean = static_cast<T>(settings.mean), stddev = static_cast<T>(settings.stddev);
    const Range range = share_elements(y.size(), part);
    uint32_t words[kWords];
    T values[n];
    for (int64_t i = range.begin; i < range.end; i += n) {
      draw(words, position, settings.stream, i / each);
      if (settings.truncated) {
        truncated_normals(values, words, mean, stddev);
      } else {
        pairs_of_normals(values, words, mean, stddev);
      }
      __builtin_memcpy(y.as<T>() + i, values,
                       static_cast<size_t>(smaller(n, range.end - i)) * sizeof(T));
    }
  });
}

void normal_schedule(Out y, InOut, Scratch, const NormalSettings&, Schedule& schedule) noexcept {
  plan_draw(schedule, y.size(), y.dtype() == Dtype::f64 ? 6 : 2);
  schedule.shared_bytes = 2 * static_cast<int64_t>(sizeof(int64_t));
}

}  // namespace fastnn::FASTNN_ISA
