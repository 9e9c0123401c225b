// Cross-entropy with soft labels, of logits and of probabilities: logits, p and target (N, C),
// weights (N,) or absent; a target t counts as t (1 - smoothing) + smoothing / C; loss () is the
// weighted sum over rows, divided by N. Forward losses leave one float64 a row in scratch and end
// in launch_mean.
#include "softmax_row.h"

namespace fastnn::FASTNN_ISA {

// All rows' targets, smoothed.
template <class T>
struct Targets {
  const T* target;
  T keep, shift;
  __device__ T operator()(int64_t i) const { return fused(target[i], keep, shift); }
};
template <class T>
Targets<T> targets_of(In target, const SmoothingSettings& s) {
  return {target.as<T>(), static_cast<T>(1 - s.smoothing),
          static_cast<T>(s.smoothing / static_cast<double>(target.dim(1)))};
}

// ---- of logits --------------------------------------------------------------------------------

// The row's loss is sum(t (log(sum(exp(x - max))) + max - x)); where t is 0, x may be -inf.
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    softmax_soft_forward_kernel(double* losses, T* p, const T* logits, Targets<T> t,
                                const T* weights, int64_t N, int64_t C) {
  for_each_row<group>(N, [&](int64_t n) {
    const T* x = logits + n * C;
    const SoftmaxRow<T> row = softmax_row<group>(x, C);
    T total = 0, rest = 0;
    for_each_column<group>(C, [&](int64_t c) {
      const T target = t(n * C + c);
      total += target;
      rest += target == T{0} ? T{0} : target * (row.max - x[c]);
    });
    total = row_reduce<group>(total, Sum{});
    rest = row_reduce<group>(rest, Sum{});
    if (threadIdx.x % group == 0) {
      const double loss = double{total} * double{logarithm(row.sum)} + double{rest};
      losses[n] = weights ? loss * double{weights[n]} : loss;
    }
    for_each_column<group>(C, [&](int64_t c) {  // p may be the logits
      p[n * C + c] = exponential(x[c] - row.max) / row.sum;
    });
  });
}

static int64_t row_bytes(Ref x) { return x.dim(0) * static_cast<int64_t>(sizeof(double)); }

void softmax_cross_entropy_soft_forward_schedule(Out, Out, In logits, In, MaybeIn, Scratch,
                                                 const SmoothingSettings&,
                                                 Schedule& schedule) noexcept {
  schedule.shared_bytes = row_bytes(logits);
}

void softmax_cross_entropy_soft_forward(Out loss, Out p, In logits, In target, MaybeIn weights,
                                        Scratch scratch, const SmoothingSettings& settings,
                                        Stream& stream) noexcept {
  const int64_t N = logits.dim(0), C = logits.dim(1);
  double* losses = scratch.shared<double>();
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(softmax_soft_forward_kernel<T, group.size>, N, stream, losses,
                               p.as<T>(), logits.as<T>(), targets_of<T>(target, settings),
                               weights.as<T>(), N, C);
    launch_mean(loss.as<T>(), losses, N, N, stream);
  });
}

// dlogits = (p sum(t) - t) weight dloss / N
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    softmax_soft_backward_kernel(T* dlogits, bool add, const T* dloss, const T* p, Targets<T> t,
                                 const T* weights, int64_t N, int64_t C) {
  const T mean = *dloss / static_cast<T>(N);
  for_each_row<group>(N, [&](int64_t n) {
    const T scale = weights ? mean * weights[n] : mean;
    T total = 0;
    for_each_column<group>(C, [&](int64_t c) { total += t(n * C + c); });
    total = row_reduce<group>(total, Sum{});
    for_each_column<group>(C, [&](int64_t c) {
      const int64_t i = n * C + c;
      const T value = (p[i] * total - t(i)) * scale;
      dlogits[i] = add ? dlogits[i] + value : value;
    });
  });
}

void softmax_cross_entropy_soft_backward(OutAdd dlogits, In dloss, In p, In target, MaybeIn weights,
                                         const SmoothingSettings& settings,
                                         Stream& stream) noexcept {
  const int64_t N = p.dim(0), C = p.dim(1);
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(softmax_soft_backward_kernel<T, group.size>, N, stream,
                               dlogits.as<T>(), dlogits.add(), dloss.as<T>(), p.as<T>(),
                               targets_of<T>(target, settings), weights.as<T>(), N, C);
  });
}

// ---- of probabilities -------------------------------------------------------------------------

// The row's loss is -sum(t log(q)), q = p / sum(p) clipped.
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    soft_forward_kernel(double* losses, const T* p, Targets<T> t, const T* weights, int64_t N,
                        int64_t C) {
  for_each_row<group>(N, [&](int64_t n) {
    const T total = sum_row<group>(p + n * C, C);
    T sum = 0;
    for_each_column<group>(
        C, [&](int64_t c) { sum -= t(n * C + c) * logarithm(clipped(p[n * C + c] / total)); });
    sum = row_reduce<group>(sum, Sum{});
    if (threadIdx.x % group == 0) losses[n] = weights ? double{sum} * double{weights[n]} : sum;
  });
}

void cross_entropy_soft_forward_schedule(Out, In p, In, MaybeIn, Scratch, const SmoothingSettings&,
                                         Schedule& schedule) noexcept {
  schedule.shared_bytes = row_bytes(p);
}

void cross_entropy_soft_forward(Out loss, In p, In target, MaybeIn weights, Scratch scratch,
                                const SmoothingSettings& settings, Stream& stream) noexcept {
  const int64_t N = p.dim(0), C = p.dim(1);
  double* losses = scratch.shared<double>();
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(soft_forward_kernel<T, group.size>, N, stream, losses, p.as<T>(),
                               targets_of<T>(target, settings), weights.as<T>(), N, C);
    launch_mean(loss.as<T>(), losses, N, N, stream);
  });
}

// dp_j = (U / sum(p) - t_j / p_j) weight dloss / N, U the sum of the t of what was not clipped;
// without the second term where q_j was.
// Unless one block an SM is asked for, the compiler saves registers and spills up to 20 bytes.
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>, 1)
    soft_backward_kernel(T* dp, bool add, const T* dloss, const T* p, Targets<T> t,
                         const T* weights, int64_t N, int64_t C) {
  const T mean = *dloss / static_cast<T>(N);
  for_each_row<group>(N, [&](int64_t n) {
    const T scale = weights ? mean * weights[n] : mean;
    const T total = sum_row<group>(p + n * C, C);
    T inside = 0;
    for_each_column<group>(C, [&](int64_t c) {
      if (!is_clipped(p[n * C + c] / total)) inside += t(n * C + c);
    });
    inside = row_reduce<group>(inside, Sum{});
    for_each_column<group>(C, [&](int64_t c) {
      const int64_t i = n * C + c;
      const T own = is_clipped(p[i] / total) ? T{0} : t(i) / p[i];
      const T value = (inside / total - own) * scale;
      dp[i] = add ? dp[i] + value : value;
    });
  });
}

void cross_entropy_soft_backward(OutAdd dp, In dloss, In p, In target, MaybeIn weights,
                                 const SmoothingSettings& settings, Stream& stream) noexcept {
  const int64_t N = p.dim(0), C = p.dim(1);
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(soft_backward_kernel<T, group.size>, N, stream, dp.as<T>(), dp.add(),
                               dloss.as<T>(), p.as<T>(), targets_of<T>(target, settings),
                               weights.as<T>(), N, C);
  });
}

}  // namespace fastnn::FASTNN_ISA
