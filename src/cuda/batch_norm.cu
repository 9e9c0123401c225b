// Batch normalisation over all but the last axis: x (.., C), the others (C,). y = gamma (x - mean)
// rstd + beta, rstd = 1 / sqrt(variance + epsilon). Statistics are sums, in float64, of what
// elements differ from their channel's first and of its square, so that a large mean costs the
// variance nothing. dbeta = sum(dy), dgamma = sum(dy n) with n = (x - mean) rstd, and
// dx = gamma rstd (dy - mean(dy) - n mean(dy n)); with given statistics dx = gamma rstd dy.
#include "channel_sums.h"

namespace fastnn::FASTNN_ISA {

// 1 / sqrt(variance + epsilon) of a channel: known, or from its variance.
template <class T>
struct Rstd {
  const T *known, *variance;
  double epsilon;
  __device__ T operator()(int64_t c) const {
    return known ? known[c] : static_cast<T>(1 / root(double{variance[c]} + epsilon));
  }
};

template <class T>
struct MomentTerms {
  const T* x;
  __device__ TwoSums operator()(int64_t i, int64_t c) const {
    const double d = double{x[i]} - double{x[c]};
    return {d, d * d};
  }
};

template <class T>
struct FinishMoments {
  T *mean, *rstd, *moving_mean, *moving_variance;
  const T* x;
  double count;
  BatchNormSettings s;
  __device__ void operator()(int64_t c, TwoSums sums) const {
    const double off = sums.first / count, center = double{x[c]} + off;
    const double squares = sums.second - off * sums.first;
    const double variance = (squares < 0 ? 0 : squares) / count, old = s.momentum;
    mean[c] = static_cast<T>(center);
    rstd[c] = static_cast<T>(1 / root(variance + s.epsilon));
    moving_mean[c] = static_cast<T>(double{moving_mean[c]} * old + center * (1 - old));
    moving_variance[c] = static_cast<T>(double{moving_variance[c]} * old + variance * (1 - old));
  }
};

template <class T>
__global__ void __launch_bounds__(kThreads)
    normalise_kernel(T* y, const T* x, const T* mean, Rstd<T> rstd, const T* gamma, const T* beta,
                     int64_t n, int64_t C) {
  map(y, n, [&](int64_t i) {
    const int64_t c = channel_of(i, C);
    const T scale = gamma ? gamma[c] * rstd(c) : rstd(c);
    return fused(x[i] - mean[c], scale, beta ? beta[c] : T{0});
  });
}

void batch_norm_forward_schedule(Out, Out, Out, InOut, InOut, In x, MaybeIn, MaybeIn, Scratch,
                                 const BatchNormSettings&, Schedule& schedule) noexcept {
  schedule.shared_bytes = channel_sums_bytes(channels_of(x));
}

void batch_norm_forward(Out y, Out mean, Out rstd, InOut moving_mean, InOut moving_variance, In x,
                        MaybeIn gamma, MaybeIn beta, Scratch scratch,
                        const BatchNormSettings& settings, Stream& stream) noexcept {
  const Channels s = channels_of(x);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const FinishMoments<T> finish = {mean.as<T>(),
                                     rstd.as<T>(),
                                     moving_mean.as<T>(),
                                     moving_variance.as<T>(),
                                     x.as<T>(),
                                     static_cast<double>(s.n / s.C),
                                     settings};
    launch_channel_sums(scratch.shared<TwoSums>(), MomentTerms<T>{x.as<T>()}, finish, s, stream);
    launch_map(normalise_kernel<T>, s.n, stream, y.as<T>(), x.as<T>(), mean.as<T>(),
               Rstd<T>{rstd.as<T>(), nullptr, 0}, gamma.as<T>(), beta.as<T>(), s.n, s.C);
  });
}

// ---- backward ----------------------------------------------------------------------------------

template <class T>
struct GradientTerms {
  const T *dy, *x, *mean;
  __device__ TwoSums operator()(int64_t i, int64_t c) const {
    return {double{dy[i]}, double{dy[i]} * double{x[i] - mean[c]}};
  }
};

// Leaves sum(dy) and sum(dy n) in `sums`, and in what is wanted.
template <class T>
struct FinishGradients {
  T *dgamma, *dbeta;
  bool add_gamma, add_beta;
  TwoSums* sums;
  Rstd<T> rstd;
  __device__ void operator()(int64_t c, TwoSums found) const {
    found.second *= double{rstd(c)};
    sums[c] = found;
    if (dgamma) write_or_add(dgamma + c, add_gamma, found.second);
    if (dbeta) write_or_add(dbeta + c, add_beta, found.first);
  }
};

template <class T>
__global__ void __launch_bounds__(kThreads)
    gradient_kernel(T* dx, bool add, const T* dy, const T* x, const T* mean, Rstd<T> rstd,
                    const T* gamma, const TwoSums* sums, bool frozen, int64_t n, int64_t C) {
  const double count = static_cast<double>(n / C);
  map(dx, add, n, [&](int64_t i) {
    const int64_t c = channel_of(i, C);
    const T of_x = rstd(c), scale = gamma ? gamma[c] * of_x : of_x;
    if (frozen) return dy[i] * scale;
    const T shift = static_cast<T>(sums[c].first / count);
    const T slope = of_x * static_cast<T>(sums[c].second / count);
    return (dy[i] - shift - (x[i] - mean[c]) * slope) * scale;
  });
}

static void plan_backward(Ref x, Schedule& schedule) {
  const Channels s = channels_of(x);
  schedule.shared_bytes = channel_sums_bytes(s) + s.C * static_cast<int64_t>(sizeof(TwoSums));
}

template <class T>
static void backward(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy, In x, In mean,
                     Rstd<T> rstd, MaybeIn gamma, Scratch scratch, bool frozen, Stream& stream) {
  const Channels s = channels_of(x);
  TwoSums* partial = scratch.shared<TwoSums>();
  TwoSums* sums = partial + s.chunks * s.width;
  const GradientTerms<T> terms = {dy.as<T>(), x.as<T>(), mean.as<T>()};
  const FinishGradients<T> finish = {dgamma.as<T>(), dbeta.as<T>(), dgamma.add(),
                                     dbeta.add(),    sums,          rstd};
  launch_channel_sums(partial, terms, finish, s, stream);
  if (dx)
    launch_map(gradient_kernel<T>, s.n, stream, dx.as<T>(), dx.add(), dy.as<T>(), x.as<T>(),
               mean.as<T>(), rstd, gamma.as<T>(), sums, frozen, s.n, s.C);
}

void batch_norm_backward_schedule(MaybeOutAdd, MaybeOutAdd, MaybeOutAdd, In, In x, In, In, MaybeIn,
                                  Scratch, const NoSettings&, Schedule& schedule) noexcept {
  plan_backward(x, schedule);
}

void batch_norm_backward(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy, In x,
                         In mean, In rstd, MaybeIn gamma, Scratch scratch, const NoSettings&,
                         Stream& stream) noexcept {
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    backward<T>(dx, dgamma, dbeta, dy, x, mean, {rstd.as<T>(), nullptr, 0}, gamma, scratch, false,
                stream);
  });
}

// ---- with given statistics ---------------------------------------------------------------------

void batch_norm_inference_forward(Out y, In x, MaybeIn gamma, MaybeIn beta, In moving_mean,
                                  In moving_variance, const EpsilonSettings& settings,
                                  Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Rstd<T> rstd = {nullptr, moving_variance.as<T>(), settings.epsilon};
    launch_map(normalise_kernel<T>, x.size(), stream, y.as<T>(), x.as<T>(), moving_mean.as<T>(),
               rstd, gamma.as<T>(), beta.as<T>(), x.size(), x.dim(-1));
  });
}

void batch_norm_inference_backward_schedule(MaybeOutAdd, MaybeOutAdd, MaybeOutAdd, In, In x,
                                            MaybeIn, In, In, Scratch, const EpsilonSettings&,
                                            Schedule& schedule) noexcept {
  plan_backward(x, schedule);
}

void batch_norm_inference_backward(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy,
                                   In x, MaybeIn gamma, In moving_mean, In moving_variance,
                                   Scratch scratch, const EpsilonSettings& settings,
                                   Stream& stream) noexcept {
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    backward<T>(dx, dgamma, dbeta, dy, x, moving_mean,
                {nullptr, moving_variance.as<T>(), settings.epsilon}, gamma, scratch, true, stream);
  });
}

}  // namespace fastnn::FASTNN_ISA
