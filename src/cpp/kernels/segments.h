// The loop of every optimizer's update, over all segments in one launch: lists of arrays of one
// dtype, segment by segment of equal size, whose concatenation the parts cut.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class V>
FASTNN_INLINE V root(V x) {
  return fast_sqrt(x);
}

}  // namespace fastnn::FASTNN_ISA

#include "../formulas_updates.h"

namespace fastnn::FASTNN_ISA {

FASTNN_INLINE int64_t element_count(InOutList w) {
  int64_t n = 0;
  for (int i = 0; i < w.count; ++i) n += w[i].size();
  return n;
}

template <int n>
struct Vectors {
  static constexpr int count = n;
};

// x: the weights and their slots. All loads of a step come before its stores: a load that meets a
// store to the same place of another page waits for it, half as long again where the arrays lie
// badly.
template <bool prepared, class Rule, class T>
FASTNN_INLINE void update(T* const* x, const T* g, Range range, const Rule& rule,
                          const Prepare<T>& prepare, T rate) {
  constexpr int64_t L = lanes<T>;
  constexpr int kArrays = Rule::kArrays;
  // So many vectors at i; `lanes_used` for a tail.
  const auto step = [&](int64_t i, auto vectors, auto... lanes_used) {
    constexpr int n = decltype(vectors)::count;
    Vec<T> gradient[n], state[n][kArrays];
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) {
      gradient[k] = load(g + i + k * L, lanes_used...);
#pragma GCC unroll 4
      for (int a = 0; a < kArrays; ++a) state[k][a] = load(x[a] + i + k * L, lanes_used...);
    }
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) {
      if (prepared) prepare(state[k][0], gradient[k]);
      rule.step(state[k], gradient[k], rate);
#pragma GCC unroll 4
      for (int a = 0; a < kArrays; ++a) store(x[a] + i + k * L, state[k][a], lanes_used...);
    }
  };
  int64_t i = range.begin;
  for (; i + 4 * L <= range.end; i += 4 * L) step(i, Vectors<4>{});
  for (; i + L <= range.end; i += L) step(i, Vectors<1>{});
  if (i < range.end) step(i, Vectors<1>{}, range.end - i);
}

// This part's share. `lists`: w and as many slots as the rule has; `step_size` is what the rule
// takes as its rate, `rate` the plain one, which weight decay takes.
template <class T, class Rule, class Settings>
FASTNN_INLINE void update_segments(const InOutList* lists, InList g, double rate, double step_size,
                                   MaybeIn norm, const Settings& settings, const Part& part) {
  const InOutList w = lists[0];
  const Rule rule(settings);
  Prepare<T> prepare{T(1), static_cast<T>(settings.clipvalue),
                     static_cast<T>(rate * settings.weight_decay)};
  Range rest = share_elements(element_count(w), part);  // relative to the segment's first element
  for (int i = 0; i < w.count && rest.end > 0; ++i) {
    const int64_t n = w[i].size();
    const Range here = {larger(rest.begin, 0), smaller(rest.end, n)};
    if (here.begin < here.end) {
      T* x[Rule::kArrays];
      for (int a = 0; a < Rule::kArrays; ++a) x[a] = lists[a][i].template as<T>();
      if (norm) {
        const bool of_all = norm.rank() == 0;
        prepare.scale = static_cast<T>(
            clip_scale(norm.as<double>()[of_all ? 0 : i], settings.clipnorm, of_all));
      }
      const T* gradient = g[i].template as<T>();
      const T step = static_cast<T>(step_size);
      if (prepare.idle()) {
        update<false>(x, gradient, here, rule, prepare, step);
      } else {  // Adam takes a tenth longer
        update<true>(x, gradient, here, rule, prepare, step);
      }
    }
    rest = {rest.begin - n, rest.end - n};
  }
}

// The lists are read and written, g is read.
FASTNN_INLINE void plan_update(Schedule& schedule, int stage, InOutList w, int lists) {
  const int64_t n = element_count(w), size = w.count == 0 ? 0 : size_of(w[0].dtype());
  plan_stage(schedule, stage, nanoseconds_of((2 * lists + 1) * n * size), blocks_of(kGrain, n));
}

}  // namespace fastnn::FASTNN_ISA
