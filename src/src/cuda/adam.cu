// Adam as Keras writes it, in place over a list of segments w, m, v, g of any shapes:
//   t = iterations + 1, alpha = rate sqrt(1 - beta_2^t) / (1 - beta_1^t)
//   m += (g - m) (1 - beta_1),  v += (g^2 - v) (1 - beta_2),  w -= alpha m / (sqrt(v) + epsilon)
// A first launch of one thread leaves alpha in scratch, in float64, and steps iterations on; then
// every 64 segments are one launch, with their pointers among its arguments. A block has one tile
// of one segment.
#include "common.h"

namespace fastnn::FASTNN_ISA {

constexpr int kSegments = 64;

template <class T>
struct Segments {
  T *w[kSegments], *m[kSegments], *v[kSegments];
  const T* g[kSegments];
  int64_t size[kSegments];
  int64_t first_tile[kSegments + 1];  // tiles of all segments, one after the other
  int count;
};
static_assert(sizeof(Segments<double>) <= 4000, "a launch takes 4 KB of arguments");

template <class T>
struct AdamFactors {
  T rest_1, rest_2, epsilon;  // 1 - beta_1, 1 - beta_2
};

static __global__ void adam_rate_kernel(double* alpha, int64_t* iterations, const double* rate,
                                        double beta_1, double beta_2) {
  const double t = static_cast<double>(++*iterations);
  *alpha = *rate * sqrt(1 - pow(beta_2, t)) / (1 - pow(beta_1, t));
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    adam_update_kernel(Segments<T> segments, const double* rate, AdamFactors<T> factors) {
  struct State {
    T w, m, v;
  };
  int s = 0, end = segments.count;  // the segment that has this block's tile
  while (end - s > 1) {
    const int middle = (s + end) / 2;
    (segments.first_tile[middle] <= blockIdx.x ? s : end) = middle;
  }
  T *w = segments.w[s], *m = segments.m[s], *v = segments.v[s];
  const T* g = segments.g[s];
  const T alpha = static_cast<T>(*rate);
  for_tile(
      blockIdx.x - segments.first_tile[s], segments.size[s],
      [&](int64_t i) {
        State now{w[i], m[i], v[i]};
        now.m += (g[i] - now.m) * factors.rest_1;
        now.v += (g[i] * g[i] - now.v) * factors.rest_2;
        now.w -= alpha * now.m / (root(now.v) + factors.epsilon);
        return now;
      },
      [&](int64_t i, const State& now) {
        w[i] = now.w;
        m[i] = now.m;
        v[i] = now.v;
      });
}

void adam_update_schedule(InOutList, InOutList, InOutList, InList, In, InOut, Scratch,
                          const AdamSettings&, Schedule& schedule) noexcept {
  schedule.shared_bytes = sizeof(double);  // alpha
}

template <class T>
static void update_segments(InOutList w, InOutList m, InOutList v, InList g, const double* alpha,
                            const AdamSettings& settings, Stream& stream) {
  const AdamFactors<T> factors{static_cast<T>(1 - settings.beta_1),
                               static_cast<T>(1 - settings.beta_2),
                               static_cast<T>(settings.epsilon)};
  for (int next = 0; next < w.count;) {
    Segments<T> segments{};
    for (; next < w.count && segments.count < kSegments; ++next) {
      if (w[next].size() == 0) continue;
      const int s = segments.count++;
      segments.w[s] = w[next].as<T>();
      segments.m[s] = m[next].as<T>();
      segments.v[s] = v[next].as<T>();
      segments.g[s] = g[next].as<T>();
      segments.size[s] = w[next].size();
      segments.first_tile[s + 1] = segments.first_tile[s] + blocks_of(kTile, w[next].size());
    }
    if (segments.count > 0)
      launch(adam_update_kernel<T>, grid_of(segments.first_tile[segments.count]), dim3(kThreads), 0,
             stream, segments, alpha, factors);
  }
}

void adam_update(InOutList w, InOutList m, InOutList v, InList g, In rate, InOut iterations,
                 Scratch scratch, const AdamSettings& settings, Stream& stream) noexcept {
  double* alpha = scratch.shared<double>();
  launch(adam_rate_kernel, dim3(1), dim3(1), 0, stream, alpha, iterations.as<int64_t>(),
         rate.as<double>(), settings.beta_1, settings.beta_2);
  if (w.count == 0) return;
  with_float(w[0].dtype(), [&](auto tag) {
    update_segments<decltype(tag)>(w, m, v, g, alpha, settings, stream);
  });
}

}  // namespace fastnn::FASTNN_ISA
