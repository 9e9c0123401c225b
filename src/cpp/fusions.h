// Calls of a recorded step that become one, or fewer, or smaller ones before it is planned, where
// that saves passes over memory. Knows nothing of Python. docs/fusions.md lists them.
#pragma once
#include <vector>

#include "plan.h"
#include "replay.h"

namespace fastnn {

// Those that change no bit, or all (FASTNN_FUSION).
enum class Fusion { exact, all };
// What the environment says, read once. Throws std::runtime_error where it says what nobody knows.
Fusion fusion_wanted();

// Removes the calls that have become part of others; may add calls and buffers for them at the end.
// `operations` is the device's table.
void fuse(std::vector<RecordedCall>& calls, std::vector<PlanBuffer>& buffers,
          const Operation* operations, Fusion wanted);

}  // namespace fastnn
