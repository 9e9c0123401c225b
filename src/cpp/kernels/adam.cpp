// Adam with Keras's order of operations, over all segments in one launch. w, m, v and g are lists
// of arrays of one dtype, segment by segment of equal size; the parts cut their concatenation. The
// scalars are taken in double by a first stage of one part, which also counts the step.
#include <math.h>

#include "common.h"

namespace fastnn::FASTNN_ISA {

static int64_t element_count(InOutList w) {
  int64_t n = 0;
  for (int i = 0; i < w.count; ++i) n += w[i].size();
  return n;
}

template <int n>
struct Vectors {
  static constexpr int count = n;
};

template <class T>
FASTNN_INLINE void update(T* w, T* m, T* v, const T* g, Range range, T alpha,
                          const AdamSettings& s) {
  constexpr int64_t L = lanes<T>;
  const T one_minus_beta_1 = static_cast<T>(1 - s.beta_1),
          one_minus_beta_2 = static_cast<T>(1 - s.beta_2);
  const T epsilon = static_cast<T>(s.epsilon);
  // So many vectors at i; `lanes_used` for a tail. All loads come before the stores: a load that
  // meets a store to the same place of another page waits for it, half as long again where the
  // arrays lie badly.
  const auto step = [&](int64_t i, auto vectors, auto... lanes_used) {
    constexpr int n = decltype(vectors)::count;
    Vec<T> gradient[n], mean[n], square[n], weight[n];
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) {
      const int64_t at = i + k * L;
      gradient[k] = load(g + at, lanes_used...);
      mean[k] = load(m + at, lanes_used...);
      square[k] = load(v + at, lanes_used...);
      weight[k] = load(w + at, lanes_used...);
    }
#pragma GCC unroll 4
    for (int k = 0; k < n; ++k) {
      const int64_t at = i + k * L;
      mean[k] += (gradient[k] - mean[k]) * one_minus_beta_1;
      square[k] += (gradient[k] * gradient[k] - square[k]) * one_minus_beta_2;
      store(m + at, mean[k], lanes_used...);
      store(v + at, square[k], lanes_used...);
      store(w + at, weight[k] - mean[k] * alpha / (fast_sqrt(square[k]) + epsilon), lanes_used...);
    }
  };
  int64_t i = range.begin;
  for (; i + 4 * L <= range.end; i += 4 * L) step(i, Vectors<4>{});
  for (; i + L <= range.end; i += L) step(i, Vectors<1>{});
  if (i < range.end) step(i, Vectors<1>{}, range.end - i);
}

void adam_update(InOutList w, InOutList m, InOutList v, InList g, In rate, InOut iterations,
                 Scratch scratch, const AdamSettings& settings, const Part& part) noexcept {
  double* alpha = scratch.shared<double>();
  if (part.stage == 0) {
    const int64_t t = *iterations.as<int64_t>() += 1;
    const double power_1 = pow(settings.beta_1, static_cast<double>(t));
    const double power_2 = pow(settings.beta_2, static_cast<double>(t));
    *alpha = *rate.as<double>() * ::sqrt(1 - power_2) / (1 - power_1);
    return;
  }
  Range rest = share_elements(element_count(w), part);  // relative to the segment's first element
  for (int i = 0; i < w.count && rest.end > 0; ++i) {
    const int64_t n = w[i].size();
    const Range here = {larger(rest.begin, 0), smaller(rest.end, n)};
    if (here.begin < here.end) {
      with_float(w[i].dtype(), [&](auto tag) {
        using T = decltype(tag);
        update(w[i].as<T>(), m[i].as<T>(), v[i].as<T>(), g[i].as<T>(), here, static_cast<T>(*alpha),
               settings);
      });
    }
    rest = {rest.begin - n, rest.end - n};
  }
}

// w, m and v are read and written, g is read: 28 bytes an element of float.
void adam_update_schedule(InOutList w, InOutList, InOutList, InList, In, InOut, Scratch,
                          const AdamSettings&, Schedule& schedule) noexcept {
  const int64_t n = element_count(w), size = w.count == 0 ? 0 : size_of(w[0].dtype());
  plan_stage(schedule, 0, 60, 1);  // two pow
  plan_stage(schedule, 1, nanoseconds_of(7 * n * size), blocks_of(kGrain, n));
  schedule.shared_bytes = sizeof(double);
}

}  // namespace fastnn::FASTNN_ISA
