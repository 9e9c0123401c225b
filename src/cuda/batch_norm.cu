// Batch normalisation over all but the last axis: x (.., C), the others (C,). y = gamma (x - mean)
// rstd + beta, rstd = 1 / sqrt(variance + epsilon). Statistics are sums, in float64, of what
// elements differ from their channel's first and of its square, so that a large mean costs the
// variance nothing. dbeta = sum(dy), dgamma = sum(dy n) with n = (x - mean) rstd, and
// dx = gamma rstd (dy - mean(dy) - n mean(dy n)); with given statistics dx = gamma rstd dy.
#include "../cpp/formulas.h"
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

// How a channel is normalised.
template <class T>
struct Line {
  const T* mean;
  Rstd<T> rstd;
  const T *gamma, *beta;
  __device__ T scale(int64_t c) const { return gamma ? gamma[c] * rstd(c) : rstd(c); }
  __device__ T operator()(T x, int64_t c) const {
    return fused(x - mean[c], scale(c), beta ? beta[c] : T{0});
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
    normalise_kernel(T* y, const T* x, Line<T> line, const T* residual, bool relu, int64_t n,
                     int64_t C) {
  map(y, n, [&](int64_t i) {
    T v = line(x[i], channel_of(i, C));
    if (residual) v += residual[i];
    return relu ? Relu::f(v) : v;
  });
}

void batch_norm_forward_schedule(Out, Out, Out, InOut, InOut, In x, MaybeIn, MaybeIn, MaybeIn,
                                 Scratch, const BatchNormSettings&, Schedule& schedule) noexcept {
  schedule.shared_bytes = channel_sums_bytes(channels_of(x));
}

void batch_norm_forward(Out y, Out mean, Out rstd, InOut moving_mean, InOut moving_variance, In x,
                        MaybeIn gamma, MaybeIn beta, MaybeIn residual, Scratch scratch,
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
    const Line<T> line = {mean.as<T>(), {rstd.as<T>(), nullptr, 0}, gamma.as<T>(), beta.as<T>()};
    launch_map(normalise_kernel<T>, s.n, stream, y.as<T>(), x.as<T>(), line, residual.as<T>(),
               settings.relu, s.n, s.C);
  });
}

// ---- backward ----------------------------------------------------------------------------------

// dy as it comes to what was normalised, through a relu or not.
template <class T>
struct Gradient {
  const T *dy, *x;
  Line<T> line;
  bool relu;
  __device__ T operator()(int64_t i, int64_t c) const {
    return relu ? Relu::df(line(x[i], c), dy[i]) : dy[i];
  }
};

template <class T>
struct GradientTerms {
  Gradient<T> gradient;
  __device__ TwoSums operator()(int64_t i, int64_t c) const {
    const T d = gradient(i, c);
    return {double{d}, double{d} * double{gradient.x[i] - gradient.line.mean[c]}};
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
    gradient_kernel(T* dx, bool add, Gradient<T> gradient, const TwoSums* sums, bool frozen,
                    int64_t n, int64_t C) {
  const double count = static_cast<double>(n / C);
  const Line<T>& line = gradient.line;
  map(dx, add, n, [&](int64_t i) {
    const int64_t c = channel_of(i, C);
    const T d = gradient(i, c), scale = line.scale(c);
    if (frozen) return d * scale;
    const T shift = static_cast<T>(sums[c].first / count);
    const T slope = line.rstd(c) * static_cast<T>(sums[c].second / count);
    return (d - shift - (gradient.x[i] - line.mean[c]) * slope) * scale;
  });
}

static void plan_backward(Ref x, Schedule& schedule) {
  const Channels s = channels_of(x);
  schedule.shared_bytes = channel_sums_bytes(s) + s.C * static_cast<int64_t>(sizeof(TwoSums));
}

template <class T>
static void backward(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta,
                     const Gradient<T>& gradient, In x, Scratch scratch, bool frozen,
                     Stream& stream) {
  const Channels s = channels_of(x);
  TwoSums* partial = scratch.shared<TwoSums>();
  TwoSums* sums = partial + s.chunks * s.width;
  const GradientTerms<T> terms = {gradient};
  const FinishGradients<T> finish = {dgamma.as<T>(), dbeta.as<T>(), dgamma.add(),
                                     dbeta.add(),    sums,          gradient.line.rstd};
  launch_channel_sums(partial, terms, finish, s, stream);
  if (dx)
    launch_map(gradient_kernel<T>, s.n, stream, dx.as<T>(), dx.add(), gradient, sums, frozen, s.n,
               s.C);
}

void batch_norm_backward_schedule(MaybeOutAdd, MaybeOutAdd, MaybeOutAdd, In, In x, In, In, MaybeIn,
                                  MaybeIn, Scratch, const BatchNormBackwardSettings&,
                                  Schedule& schedule) noexcept {
  plan_backward(x, schedule);
}

void batch_norm_backward(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy, In x,
                         In mean, In rstd, MaybeIn gamma, MaybeIn beta, Scratch scratch,
                         const BatchNormBackwardSettings& settings, Stream& stream) noexcept {
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Line<T> line = {mean.as<T>(), {rstd.as<T>(), nullptr, 0}, gamma.as<T>(), beta.as<T>()};
    backward<T>(dx, dgamma, dbeta, {dy.as<T>(), x.as<T>(), line, settings.relu}, x, scratch, false,
                stream);
  });
}

// ---- with given statistics ---------------------------------------------------------------------

void batch_norm_inference_forward(Out y, In x, MaybeIn gamma, MaybeIn beta, In moving_mean,
                                  In moving_variance, MaybeIn residual,
                                  const BatchNormInferenceSettings& settings,
                                  Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Rstd<T> rstd = {nullptr, moving_variance.as<T>(), settings.epsilon};
    const Line<T> line = {moving_mean.as<T>(), rstd, gamma.as<T>(), beta.as<T>()};
    launch_map(normalise_kernel<T>, x.size(), stream, y.as<T>(), x.as<T>(), line, residual.as<T>(),
               settings.relu, x.size(), x.dim(-1));
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
    const Rstd<T> rstd = {nullptr, moving_variance.as<T>(), settings.epsilon};
    const Line<T> line = {moving_mean.as<T>(), rstd, gamma.as<T>(), nullptr};
    backward<T>(dx, dgamma, dbeta, {dy.as<T>(), x.as<T>(), line, false}, x, scratch, true, stream);
  });
}

}  // namespace fastnn::FASTNN_ISA
