// What the operations that draw share.
#pragma once
#include "../cpp/philox.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

// One thread, beside the kernel that draws: copies the position out where wanted, and steps on.
static __global__ void step_kernel(int64_t* position, int64_t* state) {
  if (position) {
    position[0] = state[0];
    position[1] = state[1];
  }
  state[1] += 1;
}

}  // namespace fastnn::FASTNN_ISA
