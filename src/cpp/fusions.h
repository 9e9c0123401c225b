// Calls of a recorded step that become one before it is planned, where that saves passes over
// memory and changes no bit. Knows nothing of Python.
//   unary_backward(dx, dy, y) of relu after gemm(dy, ..): gemm(dx, .., activated = y). The gradient
//   of a layer goes back through the activation below it while it is still in registers.
#pragma once
#include <vector>

#include "plan.h"
#include "replay.h"

namespace fastnn {

// Removes the calls that have become part of others.
void fuse(std::vector<RecordedCall>& calls, const std::vector<PlanBuffer>& buffers);

}  // namespace fastnn
