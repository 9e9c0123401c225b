// The biased variance over any axes, or its root, in two passes: the mean, then the mean of the
// squares of what differs from it, which loses nothing where the mean is large.
#include "reduction.h"

namespace fastnn::FASTNN_ISA {

struct RootOfMean {
  static constexpr bool kBeside = false;
  int64_t n;
  template <class T>
  __device__ T operator()(T v, T) const {
    return root(v / static_cast<T>(n));
  }
};

void variance_forward_schedule(Out, Out mean, In x, Scratch, const VarianceSettings&,
                               Schedule& schedule) noexcept {
  schedule.shared_bytes = partial_size(plan_reduction(mean, x)) * size_of(x.dtype());
}

void variance_forward(Out variance, Out mean, In x, Scratch scratch, const VarianceSettings& s,
                      Stream& stream) noexcept {
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const ReductionPlan p = plan_reduction(mean, x);
    T *m = mean.as<T>(), *y = variance.as<T>(), *partial = scratch.shared<T>();
    const T *from = x.as<T>(), *none = nullptr;
    reduce_pass<Total, Itself>(m, false, from, none, none, partial, p, DividedBy{p.terms}, stream);
    const auto squares = [&](auto finish) {
      reduce_pass<Total, SquareOfDifference, T>(y, false, from, m, none, partial, p, finish,
                                                stream);
    };
    if (s.root) {
      squares(RootOfMean{p.terms});
    } else {
      squares(DividedBy{p.terms});
    }
  });
}

// dx = dvariance 2 (x - mean) / n; of the root: droot (x - mean) / (n root)
template <class T>
__global__ void __launch_bounds__(kThreads)
    variance_backward_kernel(T* dx, bool add, const T* dvariance, const T* variance, const T* mean,
                             const T* x, bool is_root, Walk walk, T terms, int64_t n) {
  map(dx, add, n, [&](int64_t i) {
    const int64_t o = walk.offset(i);
    const T scale = is_root ? dvariance[o] / (terms * variance[o]) : 2 * dvariance[o] / terms;
    return (x[i] - mean[o]) * scale;
  });
}

void variance_backward(OutAdd dx, In dvariance, In variance, In mean, In x,
                       const VarianceSettings& s, Stream& stream) noexcept {
  if (dx.size() == 0) return;
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(variance_backward_kernel<T>, dx.size(), stream, dx.as<T>(), dx.add(),
               dvariance.as<T>(), variance.as<T>(), mean.as<T>(), x.as<T>(), s.root,
               broadcast_walk(mean, x), static_cast<T>(x.size() / mean.size()), dx.size());
  });
}

}  // namespace fastnn::FASTNN_ISA
