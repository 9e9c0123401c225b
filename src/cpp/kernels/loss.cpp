// Losses of elements: loss () = sum(weights f(prediction, target)) / elements. Blocks of a fixed
// number of elements are summed in T and leave their sums as doubles in the scratch; a second stage
// of one part adds those up, so that the loss depends on the shapes alone and its error hardly
// grows with them. A weight belongs to `each` neighbouring elements.
#include "../loss_formulas.h"
#include "../samples.h"
#include "../vector_special.h"

#include "common.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kBlock = 4096;  // a lane adds up 64 squares on AVX-512, 256 on SSE2

struct VectorMath {
  template <class V>
  FASTNN_INLINE static V exp(V x) {
    return FASTNN_ISA::exp(x);
  }
  template <class V>
  FASTNN_INLINE static V log(V x) {
    return FASTNN_ISA::log(x);
  }
  template <class V>
  FASTNN_INLINE static V log1p_unit(V t) {
    return FASTNN_ISA::log1p_unit(t);
  }
};

// An element's work in ns where it is more than memory's.
static double element_nanoseconds(const LossSettings& settings, bool backward) {
  if (settings.function == Loss::binary_cross_entropy) return backward ? 0.17 : 0.8;
  if (settings.function == Loss::sigmoid_cross_entropy) return backward ? 0.4 : 0.55;
  return 0.1;
}

template <class F, class T>
FASTNN_INLINE Vec<T> target_of(Vec<T> t, const LossNumbers<T>& numbers) {
  if constexpr (F::smoothed) return fma(t, broadcast(numbers.keep), broadcast(numbers.shift));
  return t;
}

// The sum of weight(i, count...) f over the n elements at x and t.
template <class F, class T, class W>
FASTNN_INLINE T sum_losses(const T* x, const T* t, int64_t n, const LossNumbers<T>& numbers,
                           W weight) {
  return sum_row<T>(n, [&](int64_t i, auto... count) {
    const Vec<T> target = target_of<F>(load(t + i, count...), numbers);
    Vec<T> v =
        F::template f<VectorMath>(load(x + i, count...), target, numbers) * weight(i, count...);
    if constexpr (sizeof...(count) > 0) v = select(first_lanes<T>(count...), v, Vec<T>{});
    return v;
  });
}

template <class F, class T>
static double block_loss(const T* x, const T* t, const T* weights, int64_t each, Range range,
                         const LossNumbers<T>& numbers) {
  const T *x_block = x + range.begin, *t_block = t + range.begin;
  const int64_t n = range.end - range.begin;
  if (!weights)
    return sum_losses<F>(x_block, t_block, n, numbers, [](int64_t, auto...) { return T(1); });
  if (each == 1) {
    const T* w = weights + range.begin;
    const auto weight = [&](int64_t i, auto... count) { return load(w + i, count...); };
    return sum_losses<F>(x_block, t_block, n, numbers, weight);
  }
  double sum = 0;
  for (int64_t i = range.begin; i < range.end;) {
    const int64_t row = i / each, end = smaller((row + 1) * each, range.end);
    const T one =
        sum_losses<F>(x + i, t + i, end - i, numbers, [](int64_t, auto...) { return T(1); });
    sum += static_cast<double>(one) * static_cast<double>(weights[row]);
    i = end;
  }
  return sum;
}

void loss_forward(Out loss, In prediction, In target, MaybeIn weights, Scratch scratch,
                  const LossSettings& settings, const Part& part) noexcept {
  double* sums = scratch.shared<double>();
  const int64_t n = prediction.size(), blocks = blocks_of(kBlock, n);
  with_float(loss.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (part.stage == 1) {
      const double sum = sum_row(sums, blocks);
      *loss.as<T>() = static_cast<T>(sum / static_cast<double>(n));
      return;
    }
    const LossNumbers<T> numbers = loss_numbers<T>(settings);
    const Range range = share(blocks, part);
    const int64_t each = weights ? elements_per_weight(prediction, weights) : n;
    with_loss(settings.function, [&](auto formulas) {
      using F = decltype(formulas);
      for (int64_t b = range.begin; b < range.end; ++b) {
        const Range block = {b * kBlock, smaller((b + 1) * kBlock, n)};
        sums[b] = block_loss<F>(prediction.as<T>(), target.as<T>(), weights.as<T>(), each, block,
                                numbers);
      }
    });
  });
}

void loss_forward_schedule(Out, In prediction, In, MaybeIn weights, Scratch,
                           const LossSettings& settings, Schedule& schedule) noexcept {
  const int64_t n = prediction.size(), blocks = blocks_of(kBlock, n);
  const double memory =
      nanoseconds_of(2 * prediction.operand->bytes() + (weights ? weights.operand->bytes() : 0));
  const double work = element_nanoseconds(settings, false) * static_cast<double>(n);
  plan_stage(schedule, 0, work > memory ? work : memory, blocks);
  plan_stage(schedule, 1, 0.3 * static_cast<double>(blocks), 1);
  schedule.shared_bytes = blocks * static_cast<int64_t>(sizeof(double));
}

// d = derivative(x, t) weight scale, or d += it
template <class T, class D>
FASTNN_INLINE void write_gradient(MaybeOutAdd d, In prediction, In target, MaybeIn weights, T scale,
                                  Range range, D derivative) {
  const T *x = prediction.as<T>(), *t = target.as<T>();
  if (!weights) {
    map(
        d.as<T>(), d.add(), range, [&](Vec<T> u, Vec<T> v) { return derivative(u, v) * scale; }, x,
        t);
    return;
  }
  const int64_t each = elements_per_weight(prediction, weights);
  if (each == 1) {
    map(
        d.as<T>(), d.add(), range,
        [&](Vec<T> u, Vec<T> v, Vec<T> w) { return derivative(u, v) * (w * scale); }, x, t,
        weights.as<T>());
    return;
  }
  for (int64_t i = range.begin; i < range.end;) {
    const int64_t row = i / each, end = smaller((row + 1) * each, range.end);
    const T factor = weights.as<T>()[row] * scale;
    map(
        d.as<T>(), d.add(), Range{i, end},
        [&](Vec<T> u, Vec<T> v) { return derivative(u, v) * factor; }, x, t);
    i = end;
  }
}

void loss_backward(MaybeOutAdd dprediction, MaybeOutAdd dtarget, In dloss, In prediction, In target,
                   MaybeIn weights, const LossSettings& settings, const Part& part) noexcept {
  with_float(dloss.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const LossNumbers<T> numbers = loss_numbers<T>(settings);
    const T scale = *dloss.as<T>() / static_cast<T>(prediction.size());
    const Range range = share_elements(prediction.size(), part);
    with_loss(settings.function, [&](auto formulas) {
      using F = decltype(formulas);
      const auto dx = [&](Vec<T> u, Vec<T> v) {
        return F::template dx<VectorMath>(u, target_of<F>(v, numbers), numbers);
      };
      if (dprediction)
        write_gradient<T>(dprediction, prediction, target, weights, scale, range, dx);
      if (!dtarget) return;
      if constexpr (F::antisymmetric) {
        write_gradient<T>(dtarget, prediction, target, weights, -scale, range, dx);
      } else {
        const auto dt = [&](Vec<T> u, Vec<T> v) {
          return F::template dt<VectorMath>(u, v, numbers);
        };
        const T kept = scale * numbers.keep;
        write_gradient<T>(dtarget, prediction, target, weights, kept, range, dt);
      }
    });
  });
}

void loss_backward_schedule(MaybeOutAdd dprediction, MaybeOutAdd dtarget, In, In prediction, In,
                            MaybeIn, const LossSettings& settings, Schedule& schedule) noexcept {
  const int64_t n = prediction.size(), outputs = (dprediction ? 1 : 0) + (dtarget ? 1 : 0);
  const double memory = nanoseconds_of(3 * outputs * prediction.operand->bytes());
  const double work = element_nanoseconds(settings, true) * static_cast<double>(n * outputs);
  plan_stage(schedule, 0, work > memory ? work : memory, blocks_of(kGrain, n));
}

}  // namespace fastnn::FASTNN_ISA
