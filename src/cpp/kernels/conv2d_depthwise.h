// Convolutions in which each channel of x is met by its own weights alone. Not operations of their
// own: conv2d.cpp and conv2d_backward_w.cpp come here where choose() says so.
#pragma once
#include "conv2d_plan.h"

namespace fastnn::FASTNN_ISA {

void depthwise(OutAdd y, In x, In w, MaybeIn bias, Scratch scratch, const Conv2dSettings& s,
               const Part& part) noexcept;
void depthwise_transpose(OutAdd x, In y, In w, MaybeIn bias, Scratch scratch,
                         const Conv2dSettings& s, const Part& part) noexcept;
void depthwise_backward_w(OutAdd dw, In dy, In x, Scratch scratch, const Conv2dSettings& s,
                          const Part& part) noexcept;

void depthwise_schedule(OutAdd y, In x, In w, const Conv2dSettings& s, Schedule& schedule) noexcept;
void depthwise_transpose_schedule(OutAdd x, In y, In w, const Conv2dSettings& s,
                                  Schedule& schedule) noexcept;
void depthwise_backward_w_schedule(OutAdd dw, In dy, In x, const Conv2dSettings& s,
                                   Schedule& schedule) noexcept;

// The geometry as if x had as many channels as y, each a group.
FASTNN_INLINE Convolution expanded(Convolution c) {
  c.C = c.groups = c.F;
  c.group_C = c.group_F = 1;
  return c;
}

// Each channel `times` times.
template <class T>
void repeat(T* to, const T* x, int64_t times, Range elements) noexcept {
  for (int64_t i = elements.begin; i < elements.end; ++i) {
    for (int64_t k = 0; k < times; ++k) to[i * times + k] = x[i];
  }
}

FASTNN_INLINE int64_t line_bytes(int64_t bytes) { return blocks_of(128, bytes) * 128; }
FASTNN_INLINE int64_t expanded_bytes(Ref x, int64_t times) {
  return times > 1 ? line_bytes(x.operand->bytes() * times) : 0;
}
FASTNN_INLINE void plan_repeat(Schedule& schedule, int stage, Ref x, int64_t times) {
  const double elements = static_cast<double>(x.size() * times);
  plan_stage(schedule, stage, 2 * elements, blocks_of(kGrain, x.size()));
}
FASTNN_INLINE double depthwise_work(Ref y, Ref w) {  // half the peak: a load for each fma
  const double taps = static_cast<double>(w.dim(0) * w.dim(1));
  const double bytes = static_cast<double>(y.size() * size_of(y.dtype()));
  return bytes * (taps / (kConvBytes / 2) + 2 / kBytesPerNanosecond);
}

}  // namespace fastnn::FASTNN_ISA
