// The launches of every optimizer's update, in place over lists of segments of any shapes: every 64
// segments are one launch, with their pointers among its arguments. A block has one tile of one
// segment.
#pragma once
#include "common.h"
// After common.h, which declares root().
#include "../cpp/formulas_updates.h"

namespace fastnn::FASTNN_ISA {

constexpr int kSegments = 64;

template <class T, int arrays>
struct Segments {
  T* x[arrays][kSegments];  // the weights and their slots
  const T* g[kSegments];
  int64_t size[kSegments];
  int64_t first_tile[kSegments + 1];  // tiles of all segments, one after the other
  int count;
};
static_assert(sizeof(Segments<double, 4>) <= 3900, "a launch takes 4 KB of arguments");

// The segment that has the tile: the last one of those that begin at it or before, so that empty
// ones, which begin where the next does, are passed over.
FASTNN_HD int segment_of(int64_t tile, const int64_t* first_tile, int count) {
  int s = 0, end = count;
  while (end - s > 1) {
    const int middle = (s + end) / 2;
    (first_tile[middle] <= tile ? s : end) = middle;
  }
  return s;
}

struct Rates {
  const double *rate, *step_size;  // in device memory: the plain rate, and what the rule takes
  const double* norm;              // of all gradients or, from this launch's first on, of each
  bool norm_of_all;
  double weight_decay, clipnorm, clipvalue;
};

template <class T, class Rule>
__global__ void __launch_bounds__(kThreads)
    update_kernel(Segments<T, Rule::kArrays> segments, Rule rule, Rates rates) {
  struct State {
    T x[Rule::kArrays];
  };
  const int s = segment_of(blockIdx.x, segments.first_tile, segments.count);
  const T step_size = static_cast<T>(*rates.step_size);
  Prepare<T> prepare{T(1), static_cast<T>(rates.clipvalue),
                     static_cast<T>(*rates.rate * rates.weight_decay)};
  if (rates.norm)
    prepare.scale = static_cast<T>(
        clip_scale(rates.norm[rates.norm_of_all ? 0 : s], rates.clipnorm, rates.norm_of_all));
  for_tile(
      blockIdx.x - segments.first_tile[s], segments.size[s],
      [&](int64_t i) {
        State now;
        for (int a = 0; a < Rule::kArrays; ++a) now.x[a] = segments.x[a][s][i];
        T g = segments.g[s][i];
        prepare(now.x[0], g);
        rule.step(now.x, g, step_size);
        return now;
      },
      [&](int64_t i, const State& now) {
        for (int a = 0; a < Rule::kArrays; ++a) segments.x[a][s][i] = now.x[a];
      });
}

// `lists`: w and as many slots as the rule has.
template <class T, class Rule, class Settings>
void launch_update(const InOutList* lists, InList g, In rate, const double* step_size, MaybeIn norm,
                   const Settings& settings, Stream& stream) {
  const Rule rule(settings);
  const InOutList w = lists[0];
  const bool of_all = norm.rank() == 0;
  for (int first = 0; first < w.count; first += kSegments) {
    Segments<T, Rule::kArrays> segments{};
    for (int i = first; i < w.count && segments.count < kSegments; ++i) {
      const int s = segments.count++;
      for (int a = 0; a < Rule::kArrays; ++a) segments.x[a][s] = lists[a][i].template as<T>();
      segments.g[s] = g[i].template as<T>();
      segments.size[s] = w[i].size();
      segments.first_tile[s + 1] = segments.first_tile[s] + blocks_of(kTile, w[i].size());
    }
    const Rates rates{rate.as<double>(),
                      step_size,
                      norm ? norm.as<double>() + (of_all ? 0 : first) : nullptr,
                      of_all,
                      settings.weight_decay,
                      settings.clipnorm,
                      settings.clipvalue};
    const int64_t tiles = segments.first_tile[segments.count];
    if (tiles > 0)
      launch(update_kernel<T, Rule>, grid_of(tiles), dim3(kThreads), 0, stream, segments, rule,
             rates);
  }
}

}  // namespace fastnn::FASTNN_ISA
