// Layer normalisation along the last axis: y = gamma (x - mean) rstd + beta, rstd = 1 /
// sqrt(variance
// + epsilon); rows (N, C), mean and rstd a number a row. A warp takes a row of up to 1024 columns,
// a block a longer one; it is read three times, of which the caches serve two. dgamma and dbeta are
// sums over rows, taken as batch normalisation takes its own.
#include "channel_sums.h"

namespace fastnn::FASTNN_ISA {

template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    layer_norm_forward_kernel(T* y, T* mean, T* rstd, const T* x, const T* gamma, const T* beta,
                              int64_t N, int64_t C, double epsilon) {
  for_each_row<group>(N, [&](int64_t n) {
    const T* row = x + n * C;
    T sum = 0, squares = 0;
    for_each_column<group>(C, [&](int64_t c) { sum += row[c]; });
    const T center = row_reduce<group>(sum, Sum{}) / static_cast<T>(C);
    for_each_column<group>(C, [&](int64_t c) {
      const T d = row[c] - center;
      squares += d * d;
    });
    squares = row_reduce<group>(squares, Sum{});
    const double variance = double{squares} / static_cast<double>(C);
    const T scale = static_cast<T>(1 / root(variance + epsilon));
    for_each_column<group>(C, [&](int64_t c) {
      const T v = (row[c] - center) * scale;
      y[n * C + c] = fused(v, gamma ? gamma[c] : T{1}, beta ? beta[c] : T{0});
    });
    if (threadIdx.x % group == 0) {
      mean[n] = center;
      rstd[n] = scale;
    }
  });
}

void layer_norm_forward(Out y, Out mean, Out rstd, In x, MaybeIn gamma, MaybeIn beta,
                        const EpsilonSettings& settings, Stream& stream) noexcept {
  const int64_t C = x.dim(-1), N = x.size() / C;
  with_rows(y.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(layer_norm_forward_kernel<T, group.size>, N, stream, y.as<T>(),
                               mean.as<T>(), rstd.as<T>(), x.as<T>(), gamma.as<T>(), beta.as<T>(),
                               N, C, settings.epsilon);
  });
}

// dx = rstd (g - mean(g) - n mean(g n)), g = gamma dy, n = (x - mean) rstd
// Unless one block an SM is asked for, the compiler saves registers and spills 4 bytes of doubles.
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>, 1)
    layer_norm_backward_kernel(T* dx, bool add, const T* dy, const T* x, const T* mean,
                               const T* rstd, const T* gamma, int64_t N, int64_t C) {
  for_each_row<group>(N, [&](int64_t n) {
    const T center = mean[n], scale = rstd[n];
    const auto g = [&](int64_t c) { return gamma ? dy[n * C + c] * gamma[c] : dy[n * C + c]; };
    T sum = 0, product = 0;
    for_each_column<group>(C, [&](int64_t c) {
      sum += g(c);
      product += g(c) * (x[n * C + c] - center);
    });
    const T shift = row_reduce<group>(sum, Sum{}) / static_cast<T>(C);
    const T slope = row_reduce<group>(product, Sum{}) / static_cast<T>(C) * scale * scale;
    for_each_column<group>(C, [&](int64_t c) {
      const int64_t i = n * C + c;
      const T value = (g(c) - shift - (x[i] - center) * slope) * scale;
      dx[i] = add ? dx[i] + value : value;
    });
  });
}

template <class T>
struct ParameterTerms {
  const T *dy, *x, *mean, *rstd;
  int64_t C;
  __device__ TwoSums operator()(int64_t i, int64_t) const {
    const int64_t n = i / C;
    return {double{dy[i]}, double{dy[i]} * double{(x[i] - mean[n]) * rstd[n]}};
  }
};

template <class T>
struct FinishParameters {
  T *dgamma, *dbeta;
  bool add_gamma, add_beta;
  __device__ void operator()(int64_t c, TwoSums sums) const {
    if (dgamma) write_or_add(dgamma + c, add_gamma, sums.second);
    if (dbeta) write_or_add(dbeta + c, add_beta, sums.first);
  }
};

void layer_norm_backward_schedule(MaybeOutAdd, MaybeOutAdd, MaybeOutAdd, In, In x, In, In, MaybeIn,
                                  Scratch, const NoSettings&, Schedule& schedule) noexcept {
  schedule.shared_bytes = channel_sums_bytes(channels_of(x));
}

void layer_norm_backward(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy, In x,
                         In mean, In rstd, MaybeIn gamma, Scratch scratch, const NoSettings&,
                         Stream& stream) noexcept {
  const int64_t C = x.dim(-1), N = x.size() / C;
  if (dx)
    with_rows(x.dtype(), C, [&](auto tag, auto group) {
      using T = decltype(tag);
      launch_rows<T, group.size>(layer_norm_backward_kernel<T, group.size>, N, stream, dx.as<T>(),
                                 dx.add(), dy.as<T>(), x.as<T>(), mean.as<T>(), rstd.as<T>(),
                                 gamma.as<T>(), N, C);
    });
  if (!dgamma && !dbeta) return;
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const ParameterTerms<T> terms = {dy.as<T>(), x.as<T>(), mean.as<T>(), rstd.as<T>(), C};
    const FinishParameters<T> finish = {dgamma.as<T>(), dbeta.as<T>(), dgamma.add(), dbeta.add()};
    launch_channel_sums(scratch.shared<TwoSums>(), terms, finish, channels_of(x), stream);
  });
}

}  // namespace fastnn::FASTNN_ISA
