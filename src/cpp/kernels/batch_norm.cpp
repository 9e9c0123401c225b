// Batch normalisation over all but the last axis. x is walked in rows of W = C k elements, k whole
// rows of x side by side where C is small, so that 3 channels fill vectors as well as 300 do; of
// the last row only `rest` columns are there.
// Statistics: a part takes some rows, 32 at a time. Of these the sums of x - guess and of its
// square are made in T, the guess being each column's mean so far; that of the first 32 is made
// beforehand. What they say is combined in double, as mean and sum of squared deviations (Chan,
// Golub and LeVeque: Updating Formulae and a Pairwise Algorithm for Computing Sample Variances,
// 1979), all means counted from the channel's first element, so that a large mean costs the
// variance nothing. A second stage combines the parts in order. The backward sums dy and dy (x -
// mean) likewise.
#include <math.h>

#include "batch_norm_sums.h"

namespace fastnn::FASTNN_ISA {

// y = (x - mean) gamma rstd + beta, and what may follow: + residual, and relu of that.
template <class T, class Rstd>
FASTNN_INLINE void normalise(Out y, In x, const T* mean, Rstd rstd, const T* gamma, const T* beta,
                             MaybeIn residual, bool relu, const Rows& s, const Part& part) {
  T center[kStrip], scale[kStrip], shift[kStrip];
  const auto table = [&](int64_t i, int64_t c) {
    center[i] = mean[c];
    scale[i] = gamma ? gamma[c] * rstd(c) : rstd(c);
    shift[i] = beta ? beta[c] : T(0);
  };
  const Writing how(y, false, s.width, x, residual);
  const auto write = [&](auto last, const auto*... more) {
    const auto line = [last](Vec<T> v, Vec<T> m, Vec<T> a, Vec<T> b, auto... added) {
      return last((fma(v - m, a, b) + ... + added));
    };
    for_strips(s, part, table, [&](int64_t at, int64_t width) {
      map(y.as<T>() + at, how, Range{0, width}, line, x.as<T>() + at, center, scale, shift,
          (more + at)...);
    });
  };
  const auto finish = [&](auto last) { residual ? write(last, residual.as<T>()) : write(last); };
  if (relu) {
    finish([](Vec<T> v) { return Relu::f(v); });
  } else {
    finish([](Vec<T> v) { return v; });
  }
}

FASTNN_INLINE double normalising_nanoseconds(In x, MaybeIn residual) {
  return nanoseconds_of((residual ? 3 : 2) * x.operand->bytes());
}

void batch_norm_forward(Out y, Out mean, Out rstd, InOut moving_mean, InOut moving_variance, In x,
                        MaybeIn gamma, MaybeIn beta, MaybeIn residual, Scratch scratch,
                        const BatchNormSettings& settings, const Part& part) noexcept {
  const Rows s = rows_of(x);
  double* sums = scratch.shared<double>();
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (part.stage == 0) {
      double* own = sums + 2 * part.index * s.width;
      part_moments(own, own + s.width, x.as<T>(), s, share(s.count, part));
    } else if (part.stage == 1) {
      const double old = settings.momentum;
      const auto finish = [&](int64_t c, const Moments& m) {
        const double center = static_cast<double>(x.as<T>()[c]) + m.mean;
        const double variance = m.squares / m.count;
        mean.as<T>()[c] = static_cast<T>(center);
        rstd.as<T>()[c] = static_cast<T>(1 / ::sqrt(variance + settings.epsilon));
        T &moving = moving_mean.as<T>()[c], &spread = moving_variance.as<T>()[c];
        moving = static_cast<T>(static_cast<double>(moving) * old + center * (1 - old));
        spread = static_cast<T>(static_cast<double>(spread) * old + variance * (1 - old));
      };
      const int64_t parts = part_count_of(s, x.operand->bytes());
      combine_moments(sums, parts, x.as<T>(), s, share_elements(s.C, part), finish);
    } else {
      const auto known = [&](int64_t c) { return rstd.as<T>()[c]; };
      normalise<T>(y, x, mean.as<T>(), known, gamma.as<T>(), beta.as<T>(), residual, settings.relu,
                   s, part);
    }
  });
}

void batch_norm_forward_schedule(Out, Out, Out, InOut, InOut, In x, MaybeIn, MaybeIn,
                                 MaybeIn residual, Scratch, const BatchNormSettings&,
                                 Schedule& schedule) noexcept {
  const Rows s = rows_of(x);
  plan_sums(schedule, s, x.operand->bytes());
  plan_stage(schedule, 2, normalising_nanoseconds(x, residual), larger(1, s.count));
}

// ---- backward ----------------------------------------------------------------------------------

template <class T>
FASTNN_INLINE void write_or_add(MaybeOutAdd d, int64_t c, double value) {
  if (d) d.as<T>()[c] = static_cast<T>(value) + (d.add() ? d.as<T>()[c] : T(0));
}

// dbeta = sum(dy), dgamma = sum(dy n) with n = (x - mean) rstd, and
// dx = gamma rstd (dy - mean(dy) - n mean(dy n)); frozen, dx = gamma rstd dy. Through: how dy comes
// to the normalised x.
template <class T, class Rstd, class Through>
FASTNN_INLINE void backward(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy, In x,
                            const T* mean, Rstd rstd, const T* gamma, const T* beta, double* sums,
                            bool frozen, Through through, const Part& part) {
  const Rows s = rows_of(x);
  const int64_t parts = part_count_of(s, 2 * x.operand->bytes());
  double *dy_sums = sums + 2 * parts * s.width, *products = dy_sums + s.C;
  const T *gradient = dy.as<T>(), *values = x.as<T>();
  const auto line = [&](int64_t c, T& scale, T& shift) {
    scale = gamma ? gamma[c] * rstd(c) : rstd(c);
    shift = beta ? beta[c] : T(0);
  };
  if (part.stage == 0) {
    double* own = sums + 2 * part.index * s.width;
    part_sums(own, own + s.width, gradient, values, mean, line, through, s, share(s.count, part));
  } else if (part.stage == 1) {
    const auto finish = [&](int64_t c, double sum, double product) {
      product *= static_cast<double>(rstd(c));
      dy_sums[c] = sum;
      products[c] = product;
      write_or_add<T>(dbeta, c, sum);
      write_or_add<T>(dgamma, c, product);
    };
    const Range channels = share_elements(s.C, part);
    combine_sums(sums, parts, gradient, values, mean, line, through, s, channels, finish);
  } else if (frozen) {
    const Writing how(dx, dx.add(), s.width, dy);
    T scale[kStrip];
    const auto table = [&](int64_t i, int64_t c) {
      scale[i] = gamma ? gamma[c] * rstd(c) : rstd(c);
    };
    for_strips(s, part, table, [&](int64_t at, int64_t width) {
      map(
          dx.as<T>() + at, how, Range{0, width}, [](Vec<T> d, Vec<T> a) { return d * a; },
          gradient + at, scale);
    });
  } else {
    const Writing how(dx, dx.add(), s.width, dy, x);
    T center[kStrip], scale[kStrip], last[kStrip], slope[kStrip], shift[kStrip];
    const auto table = [&](int64_t i, int64_t c) {
      center[i] = mean[c];
      line(c, scale[i], last[i]);
      slope[i] = rstd(c) * static_cast<T>(products[c] / s.elements);
      shift[i] = static_cast<T>(dy_sums[c] / s.elements);
    };
    const auto of_x = [through](Vec<T> d, Vec<T> v, Vec<T> m, Vec<T> a, Vec<T> q, Vec<T> z,
                                auto... b) {
      return (through(d, v - m, a, b...) - z - (v - m) * q) * a;
    };
    const auto write = [&](const auto*... b) {
      for_strips(s, part, table, [&](int64_t at, int64_t width) {
        map(dx.as<T>() + at, how, Range{0, width}, of_x, gradient + at, values + at, center, scale,
            slope, shift, b...);
      });
    };
    if constexpr (Through::kReads) {
      write(static_cast<const T*>(last));
    } else {
      write();
    }
  }
}

static void plan_backward(Schedule& schedule, MaybeOutAdd dx, In x) {
  const Rows s = rows_of(x);
  plan_sums(schedule, s, 2 * x.operand->bytes());
  if (dx) plan_stage(schedule, 2, nanoseconds_of(3 * x.operand->bytes()), larger(1, s.count));
}

void batch_norm_backward(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy, In x,
                         In mean, In rstd, MaybeIn gamma, MaybeIn beta, Scratch scratch,
                         const BatchNormBackwardSettings& settings, const Part& part) noexcept {
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const auto known = [&](int64_t c) { return rstd.as<T>()[c]; };
    const auto run = [&](auto through) {
      backward(dx, dgamma, dbeta, dy, x, mean.as<T>(), known, gamma.as<T>(), beta.as<T>(),
               scratch.shared<double>(), false, through, part);
    };
    settings.relu ? run(ThroughRelu{}) : run(AsItIs{});
  });
}

void batch_norm_backward_schedule(MaybeOutAdd dx, MaybeOutAdd, MaybeOutAdd, In, In x, In, In,
                                  MaybeIn, MaybeIn, Scratch, const BatchNormBackwardSettings&,
                                  Schedule& schedule) noexcept {
  plan_backward(schedule, dx, x);
}

// ---- with given statistics ---------------------------------------------------------------------

template <class T>
FASTNN_INLINE T rstd_of(T variance, double epsilon) {
  return static_cast<T>(1 / ::sqrt(static_cast<double>(variance) + epsilon));
}

void batch_norm_inference_forward(Out y, In x, MaybeIn gamma, MaybeIn beta, In moving_mean,
                                  In moving_variance, MaybeIn residual,
                                  const BatchNormInferenceSettings& settings,
                                  const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const auto rstd = [&](int64_t c) {
      return rstd_of(moving_variance.as<T>()[c], settings.epsilon);
    };
    normalise<T>(y, x, moving_mean.as<T>(), rstd, gamma.as<T>(), beta.as<T>(), residual,
                 settings.relu, rows_of(x), part);
  });
}

void batch_norm_inference_forward_schedule(Out, In x, MaybeIn, MaybeIn, In, In, MaybeIn residual,
                                           const BatchNormInferenceSettings&,
                                           Schedule& schedule) noexcept {
  plan_stage(schedule, 0, normalising_nanoseconds(x, residual), larger(1, rows_of(x).count));
}

void batch_norm_inference_backward(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy,
                                   In x, MaybeIn gamma, In moving_mean, In moving_variance,
                                   Scratch scratch, const EpsilonSettings& settings,
                                   const Part& part) noexcept {
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const auto rstd = [&](int64_t c) {
      return rstd_of(moving_variance.as<T>()[c], settings.epsilon);
    };
    backward(dx, dgamma, dbeta, dy, x, moving_mean.as<T>(), rstd, gamma.as<T>(),
             static_cast<const T*>(nullptr), scratch.shared<double>(), true, AsItIs{}, part);
  });
}

void batch_norm_inference_backward_schedule(MaybeOutAdd dx, MaybeOutAdd, MaybeOutAdd, In, In x,
                                            MaybeIn, In, In, Scratch, const EpsilonSettings&,
                                            Schedule& schedule) noexcept {
  plan_backward(schedule, dx, x);
}

}  // namespace fastnn::FASTNN_ISA
