// softmax and its logarithm along the last axis, row by row.
#include "softmax_row.h"

namespace fastnn::FASTNN_ISA {

// ---- softmax ----------------------------------------------------------------------------------

// Unless one block an SM is asked for, the compiler saves registers and spills 16 bytes of doubles.
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>, 1)
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

// ---- log_softmax ------------------------------------------------------------------------------

// y = (x - max) - log(sum(exp(x - max)))
// Unless one block an SM is asked for, the compiler saves registers and spills 16 bytes of doubles.
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>, 1)
    log_softmax_forward_kernel(T* y, const T* x, int64_t N, int64_t C) {
  for_each_row<group>(N, [&](int64_t n) {
    const SoftmaxRow<T> row = softmax_row<group>(x + n * C, C);
    const T rest = logarithm(row.sum);
    for_each_column<group>(C, [&](int64_t c) { y[n * C + c] = (x[n * C + c] - row.max) - rest; });
  });
}

void log_softmax_forward(Out y, In x, const NoSettings&, Stream& stream) noexcept {
  const int64_t C = y.dim(-1), N = y.size() / C;
  with_rows(y.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(log_softmax_forward_kernel<T, group.size>, N, stream, y.as<T>(),
                               x.as<T>(), N, C);
  });
}

// dx = dy - exp(y) sum(dy)
template <class T, int group>
__global__ void __launch_bounds__(kRowBlock<group>)
    log_softmax_backward_kernel(T* dx, bool add, const T* dy, const T* y, int64_t N, int64_t C) {
  for_each_row<group>(N, [&](int64_t n) {
    const T sum = sum_row<group>(dy + n * C, C);
    for_each_column<group>(C, [&](int64_t c) {
      const int64_t i = n * C + c;
      const T value = dy[i] - exponential(y[i]) * sum;
      dx[i] = add ? dx[i] + value : value;
    });
  });
}

void log_softmax_backward(OutAdd dx, In dy, In y, const NoSettings&, Stream& stream) noexcept {
  const int64_t C = y.dim(-1), N = y.size() / C;
  with_rows(y.dtype(), C, [&](auto tag, auto group) {
    using T = decltype(tag);
    launch_rows<T, group.size>(log_softmax_backward_kernel<T, group.size>, N, stream, dx.as<T>(),
                               dx.add(), dy.as<T>(), y.as<T>(), N, C);
  });
}

}  // namespace fastnn::FASTNN_ISA
