// Softmax over the last axis, and cross-entropy on logits and on probabilities. Rows are (N, C): y,
// p and x row-major, labels (N,) int32, loss () the mean over rows. A warp takes a row of up to
// 1024 columns, a block a longer one; a row is read three times, of which the caches serve two.
// Forward losses leave one float64 a row in scratch and end in launch_mean. A label below 0 or from
// C on is reported, is never used as an index, and its row counts 0.
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
struct SoftmaxRow {
  T max, sum;  // of x, of exp(x - max)
};
template <int group, class T>
__device__ SoftmaxRow<T> softmax_row(const T* x, int64_t C) {
  T max = -INFINITY, sum = 0;
  for_each_column<group>(C, [&](int64_t c) { max = Max{}(max, x[c]); });
  max = row_reduce<group>(max, Max{});
  for_each_column<group>(C, [&](int64_t c) { sum += exponential(x[c] - max); });
  return {max, row_reduce<group>(sum, Sum{})};
}
template <int group, class T>
__device__ T sum_row(const T* x, int64_t C) {
  T sum = 0;
  for_each_column<group>(C, [&](int64_t c) { sum += x[c]; });
  return row_reduce<group>(sum, Sum{});
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

// ---- softmax ----------------------------------------------------------------------------------

template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    softmax_forward_kernel(T* y, const T* x, int64_t N, int64_t C) {
  for_each_row<group>(N, [&](int64_t n) {
    const SoftmaxRow<T> row = softmax_row<group>(x + n * C, C);
    for_each_column<group>(
        C, [&](int64_t c) { y[n * C + c] = exponential(x[n * C + c] - row.max) / row.sum; });
  });
}

void softmax_forward(Out y, In x, const NoSettings&, Stream& stream) noexcept {
  const int64_t C = y.dim(-1), N = y.size() / C;
  with_rows(y.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(softmax_forward_kernel<T, group.size>, N, stream, y.as<T>(),
                               x.as<T>(), N, C);
  });
}

// dx = y (dy - sum(dy y))
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    softmax_backward_kernel(T* dx, bool add, const T* dy, const T* y, int64_t N, int64_t C) {
  for_each_row<group>(N, [&](int64_t n) {
    T sum = 0;
    for_each_column<group>(C, [&](int64_t c) { sum += dy[n * C + c] * y[n * C + c]; });
    sum = row_reduce<group>(sum, Sum{});
    for_each_column<group>(C, [&](int64_t c) {
      const int64_t i = n * C + c;
      const T value = y[i] * (dy[i] - sum);
      dx[i] = add ? dx[i] + value : value;
    });
  });
}

void softmax_backward(OutAdd dx, In dy, In y, const NoSettings&, Stream& stream) noexcept {
  const int64_t C = y.dim(-1), N = y.size() / C;
  with_rows(y.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(softmax_backward_kernel<T, group.size>, N, stream, dx.as<T>(),
                               dx.add(), dy.as<T>(), y.as<T>(), N, C);
  });
}

// ---- softmax and cross-entropy in one ---------------------------------------------------------

// The row's loss is log(sum(exp(x - max))) + max - x[label].
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    softmax_cross_entropy_forward_kernel(double* losses, T* p, const T* logits,
                                         const int32_t* labels, int64_t N, int64_t C,
                                         Status* status) {
  for_each_row<group>(N, [&](int64_t n) {
    const T* x = logits + n * C;
    const SoftmaxRow<T> row = softmax_row<group>(x, C);
    const int32_t label = labels[n];
    const bool fits = label_fits<group>(label, C, status);
    if (has_column<group>(fits ? label : 0))
      losses[n] = fits ? double{row.max} - double{x[label]} + logarithm(row.sum) : 0.0;
    for_each_column<group>(C, [&](int64_t c) {  // p may be the logits
      p[n * C + c] = exponential(x[c] - row.max) / row.sum;
    });
  });
}

void softmax_cross_entropy_forward_schedule(Out, Out, In, In labels, Scratch, const NoSettings&,
                                            Schedule& schedule) noexcept {
  schedule.shared_bytes = labels.size() * static_cast<int64_t>(sizeof(double));
}

void softmax_cross_entropy_forward(Out loss, Out p, In logits, In labels, Scratch scratch,
                                   const NoSettings&, Stream& stream) noexcept {
  const int64_t N = logits.dim(0), C = logits.dim(1);
  double* losses = scratch.shared<double>();
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(softmax_cross_entropy_forward_kernel<T, group.size>, N, stream,
                               losses, p.as<T>(), logits.as<T>(), labels.as<int32_t>(), N, C,
                               stream.status);
    launch_mean(loss.as<T>(), losses, N, N, stream);
  });
}

// dlogits = (p - onehot(label)) dloss / N
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    softmax_cross_entropy_backward_kernel(T* dlogits, bool add, const T* dloss, const T* p,
                                          const int32_t* labels, int64_t N, int64_t C,
                                          Status* status) {
  const T scale = *dloss / static_cast<T>(N);
  for_each_row<group>(N, [&](int64_t n) {
    const int32_t label = labels[n];
    label_fits<group>(label, C, status);
    for_each_column<group>(C, [&](int64_t c) {
      const int64_t i = n * C + c;
      const T value = (p[i] - (c == label ? T{1} : T{0})) * scale;
      dlogits[i] = add ? dlogits[i] + value : value;
    });
  });
}

void softmax_cross_entropy_backward(OutAdd dlogits, In dloss, In p, In labels, const NoSettings&,
                                    Stream& stream) noexcept {
  const int64_t N = p.dim(0), C = p.dim(1);
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(softmax_cross_entropy_backward_kernel<T, group.size>, N, stream,
                               dlogits.as<T>(), dlogits.add(), dloss.as<T>(), p.as<T>(),
                               labels.as<int32_t>(), N, C, stream.status);
  });
}

// ---- cross-entropy of probabilities -----------------------------------------------------------

// Keras's epsilon: q = p[label] / sum(p) counts as at least this and at most 1 less this.
constexpr double kClip = 1e-7;

// The row's loss is -log(q).
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    cross_entropy_forward_kernel(double* losses, const T* p, const int32_t* labels, int64_t N,
                                 int64_t C, Status* status) {
  constexpr T kLeast = static_cast<T>(kClip), kMost = static_cast<T>(1 - kClip);
  for_each_row<group>(N, [&](int64_t n) {
    const T sum = sum_row<group>(p + n * C, C);
    const int32_t label = labels[n];
    const bool fits = label_fits<group>(label, C, status);
    if (!has_column<group>(fits ? label : 0)) return;
    const T q = fits ? p[n * C + label] / sum : T{1};
    losses[n] = fits ? -logarithm(q < kLeast ? kLeast : q > kMost ? kMost : q) : T{0};
  });
}

void cross_entropy_forward_schedule(Out, In, In labels, Scratch, const NoSettings&,
                                    Schedule& schedule) noexcept {
  schedule.shared_bytes = labels.size() * static_cast<int64_t>(sizeof(double));
}

void cross_entropy_forward(Out loss, In p, In labels, Scratch scratch, const NoSettings&,
                           Stream& stream) noexcept {
  const int64_t N = p.dim(0), C = p.dim(1);
  double* losses = scratch.shared<double>();
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(cross_entropy_forward_kernel<T, group.size>, N, stream, losses,
                               p.as<T>(), labels.as<int32_t>(), N, C, stream.status);
    launch_mean(loss.as<T>(), losses, N, N, stream);
  });
}

// dp = (1 / sum - onehot(label) / p[label]) dloss / N where q is inside the clip, else 0
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    cross_entropy_backward_kernel(T* dp, bool add, const T* dloss, const T* p,
                                  const int32_t* labels, int64_t N, int64_t C, Status* status) {
  constexpr T kLeast = static_cast<T>(kClip), kMost = static_cast<T>(1 - kClip);
  const T scale = *dloss / static_cast<T>(N);
  for_each_row<group>(N, [&](int64_t n) {
    const T sum = sum_row<group>(p + n * C, C);
    const int32_t label = labels[n];
    const T own = label_fits<group>(label, C, status) ? p[n * C + label] : T{0};
    const T q = own / sum;
    const bool clipped = q <= kLeast || q >= kMost;  // a NaN is not
    for_each_column<group>(C, [&](int64_t c) {
      const T slope = c == label ? 1 / sum - 1 / own : 1 / sum;
      const T value = clipped ? T{0} : slope * scale;
      dp[n * C + c] = add ? dp[n * C + c] + value : value;
    });
  });
}

void cross_entropy_backward(OutAdd dp, In dloss, In p, In labels, const NoSettings&,
                            Stream& stream) noexcept {
  const int64_t N = p.dim(0), C = p.dim(1);
  with_rows(p.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(cross_entropy_backward_kernel<T, group.size>, N, stream, dp.as<T>(),
                               dp.add(), dloss.as<T>(), p.as<T>(), labels.as<int32_t>(), N, C,
                               stream.status);
  });
}

}  // namespace fastnn::FASTNN_ISA
