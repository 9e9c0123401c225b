// Mean squared error: loss () = mean((prediction - target)^2). Blocks of a fixed number of elements
// are summed in T and leave their sums as doubles in the scratch; a second stage of one part adds
// those up, so that the loss depends on the size alone and its error hardly grows with it.
#include "common.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kBlock = 4096;  // a lane adds up 64 squares on AVX-512, 256 on SSE2

void mse_forward(Out loss, In prediction, In target, Scratch scratch, const NoSettings&,
                 const Part& part) noexcept {
  double* sums = scratch.shared<double>();
  const int64_t n = prediction.size(), blocks = blocks_of(kBlock, n);
  with_float(loss.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (part.stage == 0) {
      const Range range = share(blocks, part);
      for (int64_t b = range.begin; b < range.end; ++b) {
        const T *x = prediction.as<T>() + b * kBlock, *t = target.as<T>() + b * kBlock;
        sums[b] = sum_row<T>(smaller(kBlock, n - b * kBlock), [&](int64_t i, auto... count) {
          const Vec<T> difference = load(x + i, count...) - load(t + i, count...);
          return difference * difference;
        });
      }
    } else {
      const double sum = sum_row(sums, blocks);
      *loss.as<T>() = static_cast<T>(sum / static_cast<double>(n));
    }
  });
}

void mse_forward_schedule(Out, In prediction, In, Scratch, const NoSettings&,
                          Schedule& schedule) noexcept {
  const int64_t blocks = blocks_of(kBlock, prediction.size());
  plan_stage(schedule, 0, nanoseconds_of(2 * prediction.operand->bytes()), blocks);
  plan_stage(schedule, 1, 0.3 * static_cast<double>(blocks), 1);
  schedule.shared_bytes = blocks * static_cast<int64_t>(sizeof(double));
}

// dprediction = 2 (prediction - target) dloss / n, dtarget its negative
void mse_backward(MaybeOutAdd dprediction, MaybeOutAdd dtarget, In dloss, In prediction, In target,
                  const NoSettings&, const Part& part) noexcept {
  with_float(dloss.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const T scale = T(2) * *dloss.as<T>() / static_cast<T>(prediction.size());
    const Range range = share_elements(prediction.size(), part);
    const auto write = [&](MaybeOutAdd d, T factor) {
      if (!d) return;
      const auto f = [&](Vec<T> x, Vec<T> t) { return (x - t) * factor; };
      map(d.as<T>(), d.add(), range, f, prediction.as<T>(), target.as<T>());
    };
    write(dprediction, scale);
    write(dtarget, -scale);
  });
}

void mse_backward_schedule(MaybeOutAdd dprediction, MaybeOutAdd dtarget, In, In prediction, In,
                           const NoSettings&, Schedule& schedule) noexcept {
  const int outputs = (dprediction ? 1 : 0) + (dtarget ? 1 : 0);
  plan_elements(schedule, prediction.size(), 3 * outputs * size_of(prediction.dtype()));
}

}  // namespace fastnn::FASTNN_ISA
