// Cross-entropy with labels, of logits and of probabilities: logits and p (N, C), labels (N,)
// int32, weights (N,) or absent, loss () the weighted sum over rows, divided by N. Forward losses
// leave one float64 a row in scratch and end in launch_mean. A label below 0 or from C on is
// reported, is never used as an index, and its row counts 0.
#include "softmax_row.h"

namespace fastnn::FASTNN_ISA {

template <class V, class T>
__device__ V weigh(V value, const T* weights, int64_t n) {
  return weights ? value * static_cast<V>(weights[n]) : value;
}

// Whether the label may be used. The first thread of the row's group speaks for it.
template <int group>
__device__ bool label_fits(int32_t label, int64_t C, Status* status) {
  const bool fits = label >= 0 && label < C;
  if (!fits && threadIdx.x % group == 0) report(status, Problem::index_out_of_range, label, C);
  return fits;
}
// The one thread of the group that writes the row's loss: the one that has the label's column.
template <int group>
__device__ bool has_column(int64_t column) {
  return threadIdx.x % group == column % group;
}

// ---- softmax and cross-entropy in one ---------------------------------------------------------

// The row's loss is log(sum(exp(x - max))) + max - x[label].
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    softmax_cross_entropy_forward_kernel(double* losses, T* p, const T* logits,
                                         const int32_t* labels, const T* weights, int64_t N,
                                         int64_t C, Status* status) {
  for_each_row<group>(N, [&](int64_t n) {
    const T* x = logits + n * C;
    const SoftmaxRow<T> row = softmax_row<group>(x, C);
    const int32_t label = labels[n];
    const bool fits = label_fits<group>(label, C, status);
    if (has_column<group>(fits ? label : 0))
      losses[n] =
          fits ? weigh(double{row.max} - double{x[label]} + logarithm(row.sum), weights, n) : 0.0;
    for_each_column<group>(C, [&](int64_t c) {  // p may be the logits
      p[n * C + c] = exponential(x[c] - row.max) / row.sum;
    });
  });
}

void softmax_cross_entropy_forward_schedule(Out, Out, In, In labels, MaybeIn, Scratch,
                                            const NoSettings&, Schedule& schedule) noexcept {
  schedule.shared_bytes = labels.size() * static_cast<int64_t>(sizeof(double));
}

void softmax_cross_entropy_forward(Out loss, Out p, In logits, In labels, MaybeIn weights,
                                   Scratch scratch, const NoSettings&, Stream& stream) noexcept {
  const int64_t N = logits.dim(0), C = logits.dim(1);
  double* losses = scratch.shared<double>();
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(softmax_cross_entropy_forward_kernel<T, group.size>, N, stream,
                               losses, p.as<T>(), logits.as<T>(), labels.as<int32_t>(),
                               weights.as<T>(), N, C, stream.status);
    launch_mean(loss.as<T>(), losses, N, N, stream);
  });
}

// dlogits = (p - onehot(label)) dloss / N
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    softmax_cross_entropy_backward_kernel(T* dlogits, bool add, const T* dloss, const T* p,
                                          const int32_t* labels, const T* weights, int64_t N,
                                          int64_t C, Status* status) {
  const T mean = *dloss / static_cast<T>(N);
  for_each_row<group>(N, [&](int64_t n) {
    const T scale = weigh(mean, weights, n);
    const int32_t label = labels[n];
    label_fits<group>(label, C, status);
    for_each_column<group>(C, [&](int64_t c) {
      const int64_t i = n * C + c;
      const T value = (p[i] - (c == label ? T{1} : T{0})) * scale;
      dlogits[i] = add ? dlogits[i] + value : value;
    });
  });
}

void softmax_cross_entropy_backward(OutAdd dlogits, In dloss, In p, In labels, MaybeIn weights,
                                    const NoSettings&, Stream& stream) noexcept {
  const int64_t N = p.dim(0), C = p.dim(1);
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(softmax_cross_entropy_backward_kernel<T, group.size>, N, stream,
                               dlogits.as<T>(), dlogits.add(), dloss.as<T>(), p.as<T>(),
                               labels.as<int32_t>(), weights.as<T>(), N, C, stream.status);
  });
}

// ---- cross-entropy of probabilities -----------------------------------------------------------

// The row's loss is -log(q).
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    cross_entropy_forward_kernel(double* losses, const T* p, const int32_t* labels,
                                 const T* weights, int64_t N, int64_t C, Status* status) {
  for_each_row<group>(N, [&](int64_t n) {
    const T sum = sum_row<group>(p + n * C, C);
    const int32_t label = labels[n];
    const bool fits = label_fits<group>(label, C, status);
    if (!has_column<group>(fits ? label : 0)) return;
    const T q = fits ? p[n * C + label] / sum : T{1};
    losses[n] = fits ? weigh(double{-logarithm(clipped(q))}, weights, n) : 0.0;
  });
}

void cross_entropy_forward_schedule(Out, In, In labels, MaybeIn, Scratch, const NoSettings&,
                                    Schedule& schedule) noexcept {
  schedule.shared_bytes = labels.size() * static_cast<int64_t>(sizeof(double));
}

void cross_entropy_forward(Out loss, In p, In labels, MaybeIn weights, Scratch scratch,
                           const NoSettings&, Stream& stream) noexcept {
  const int64_t N = p.dim(0), C = p.dim(1);
  double* losses = scratch.shared<double>();
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(cross_entropy_forward_kernel<T, group.size>, N, stream, losses,
                               p.as<T>(), labels.as<int32_t>(), weights.as<T>(), N, C,
                               stream.status);
    launch_mean(loss.as<T>(), losses, N, N, stream);
  });
}

// dp = (1 / sum - onehot(label) / p[label]) dloss / N where q is inside the clip, else 0
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    cross_entropy_backward_kernel(T* dp, bool add, const T* dloss, const T* p,
                                  const int32_t* labels, const T* weights, int64_t N, int64_t C,
                                  Status* status) {
  const T mean = *dloss / static_cast<T>(N);
  for_each_row<group>(N, [&](int64_t n) {
    const T sum = sum_row<group>(p + n * C, C);
    const int32_t label = labels[n];
    const T own = label_fits<group>(label, C, status) ? p[n * C + label] : T{0};
    const T q = own / sum;
    const bool outside = is_clipped(q);
    const T scale = weigh(mean, weights, n);
    for_each_column<group>(C, [&](int64_t c) {
      const T slope = c == label ? 1 / sum - 1 / own : 1 / sum;
      const T value = outside ? T{0} : slope * scale;
      dp[n * C + c] = add ? dp[n * C + c] + value : value;
    });
  });
}

void cross_entropy_backward(OutAdd dp, In dloss, In p, In labels, MaybeIn weights,
                            const NoSettings&, Stream& stream) noexcept {
  const int64_t N = p.dim(0), C = p.dim(1);
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(cross_entropy_backward_kernel<T, group.size>, N, stream, dp.as<T>(),
                               dp.add(), dloss.as<T>(), p.as<T>(), labels.as<int32_t>(),
                               weights.as<T>(), N, C, stream.status);
  });
}

}  // namespace fastnn::FASTNN_ISA
