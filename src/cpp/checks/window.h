// What windows that slide over pictures have in common: the checks of their settings, and how many
// of them fit. Steps, padding, sizes of pictures and of windows stay below 2^29: no product or sum
// of two of them overflows here, and kernels may count inside of a padded picture in 32 bits.
#pragma once
#include "../check.h"

namespace fastnn {

constexpr int64_t kMostSteps = int64_t{1} << 29;

inline void check_steps(const char* field, int64_t h, int64_t w, Check& check) {
  if (h < 1 || w < 1 || h >= kMostSteps || w >= kMostSteps)
    check.refuse("%s is (%lld, %lld); at least 1 and less than 2^29 is wanted of each.", field,
                 static_cast<long long>(h), static_cast<long long>(w));
}

// The windows along one axis of `size`, each of `taps` that lie `dilation` apart, one every
// `stride`. 0 where check refuses.
inline int64_t window_count(const char* axis, int64_t size, int64_t taps, int64_t dilation,
                            int64_t stride, int64_t before, int64_t after, Check& check) {
  if (check.failed()) return 0;
  if (before < 0 || after < 0 || before >= kMostSteps || after >= kMostSteps) {
    check.refuse("padding of the %s is (%lld, %lld); at least 0 and less than 2^29 is wanted.",
                 axis, static_cast<long long>(before), static_cast<long long>(after));
    return 0;
  }
  if (taps < 1 || taps >= kMostSteps) {
    check.refuse("the window has %lld %s; at least 1 and less than 2^29 is wanted.",
                 static_cast<long long>(taps), axis);
    return 0;
  }
  if (size >= kMostSteps) {
    check.refuse("there are %lld %s; less than 2^29 are wanted. Cut the picture.",
                 static_cast<long long>(size), axis);
    return 0;
  }
  const int64_t extent = (taps - 1) * dilation + 1, padded = size + before + after;
  if (size < 1 || padded < extent) {
    check.refuse(
        "%lld %s, %lld with padding, are fewer than the window's %lld: the result would be empty. "
        "Use a smaller window, or padding=\"same\".",
        static_cast<long long>(size), axis, static_cast<long long>(padded),
        static_cast<long long>(extent));
    return 0;
  }
  return (padded - extent) / stride + 1;
}

// What adds to an output cannot also be activated.
inline void check_epilogue(OutAdd y, Ref bias, Activation activation, Check& check) {
  if (y.add() && (bias || activation != Activation::none))
    check.refuse("%s adds to what is there: bias and activation do not go with that.",
                 check.name(y).text);
}

}  // namespace fastnn
