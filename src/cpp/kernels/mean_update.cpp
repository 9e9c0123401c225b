// What a batch adds to a mean over many: a block of values leaves the sum of value times weight and
// its share of the weights' sum, as doubles, in the scratch, and a second stage of one part adds
// these up. A batch of one block, as most are, is added in one stage.
#include "../samples.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kBlock = 4096;

// In four chains, as additions of doubles take four cycles. f(i) is element i as a double.
template <class F>
FASTNN_INLINE double sum_of(Range range, F f) {
  double sums[4] = {};
  int64_t i = range.begin;
  for (; i + 4 <= range.end; i += 4)
    for (int k = 0; k < 4; ++k) sums[k] += f(i + k);
  for (; i < range.end; ++i) sums[0] += f(i);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

template <class V, class W>
static double weighted_sum(const V* values, const W* weights, int64_t each, Range range) {
  const auto value = [&](int64_t i) { return static_cast<double>(values[i]); };
  if (!weights) return sum_of(range, value);
  if (each == 1)
    return sum_of(range, [&](int64_t i) { return value(i) * static_cast<double>(weights[i]); });
  double sum = 0;
  for (int64_t i = range.begin; i < range.end;) {
    const int64_t row = i / each, end = smaller((row + 1) * each, range.end);
    sum += sum_of({i, end}, value) * static_cast<double>(weights[row]);
    i = end;
  }
  return sum;
}

struct Sums {
  double values, weights;
};

// Of block b, and of as large a share of the weights.
static Sums sums_of(In values, MaybeIn weights, int64_t b, int64_t blocks) {
  const int64_t n = values.size(), each = weights ? elements_per_weight(values, weights) : 1;
  const Range range = {b * kBlock, smaller((b + 1) * kBlock, n)};
  Sums sums{};
  with_number(values.dtype(), [&](auto tag) {
    const auto* v = values.as<decltype(tag)>();
    if (!weights) {
      sums.values = weighted_sum(v, static_cast<const float*>(nullptr), 1, range);
      return;
    }
    with_float(weights.dtype(), [&](auto weight_tag) {
      const auto* w = weights.as<decltype(weight_tag)>();
      sums.values = weighted_sum(v, w, each, range);
      const Range own = share(weights.size(), Part{.index = b, .count = blocks});
      sums.weights = sum_of(own, [&](int64_t i) { return static_cast<double>(w[i]); });
    });
  });
  return sums;
}

static void add_sums(InOut total, InOut count, const MeanScale& scale, Sums sums) {
  with_float(total.dtype(), [&](auto tag) {
    using T = decltype(tag);
    T &sum = *total.as<T>(), &weights = *count.as<T>();
    sum = static_cast<T>(static_cast<double>(sum) + scale.of_values(sums.values));
    weights = static_cast<T>(static_cast<double>(weights) + scale.of_weights(sums.weights));
  });
}

void mean_update(InOut total, InOut count, In values, MaybeIn weights, Scratch scratch,
                 const MeanUpdateSettings& settings, const Part& part) noexcept {
  const int64_t blocks = blocks_of(kBlock, values.size());
  if (blocks == 0) return;
  const MeanScale scale = mean_scale(values, weights, settings.weight);
  if (blocks == 1) return add_sums(total, count, scale, sums_of(values, weights, 0, 1));
  Sums* sums = scratch.shared<Sums>();
  if (part.stage == 0) {
    const Range range = share(blocks, part);
    for (int64_t b = range.begin; b < range.end; ++b) sums[b] = sums_of(values, weights, b, blocks);
    return;
  }
  const Range all = {0, blocks};
  add_sums(total, count, scale,
           {sum_of(all, [&](int64_t b) { return sums[b].values; }),
            sum_of(all, [&](int64_t b) { return sums[b].weights; })});
}

void mean_update_schedule(InOut, InOut, In values, MaybeIn weights, Scratch,
                          const MeanUpdateSettings&, Schedule& schedule) noexcept {
  const int64_t blocks = blocks_of(kBlock, values.size());
  const int64_t terms = values.size() + (weights ? weights.size() : 0);
  plan_stage(schedule, 0, 10 + 0.3 * static_cast<double>(terms), blocks);
  if (blocks < 2) return;
  plan_stage(schedule, 1, 0.6 * static_cast<double>(blocks), 1);
  schedule.shared_bytes = blocks * static_cast<int64_t>(sizeof(Sums));
}

}  // namespace fastnn::FASTNN_ISA
