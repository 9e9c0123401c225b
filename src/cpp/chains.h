// Elementwise calls of a recorded step that follow one another become one call of `chain`, which
// runs them block by block: what one makes and only the next ones read never leaves the first
// cache. No bit changes, since the same formulas run in the same order on each element.
#pragma once
#include <vector>

#include "plan.h"
#include "replay.h"

namespace fastnn {

// Replaces the calls that have become a chain. `operations` is the device's table.
void make_chains(std::vector<RecordedCall>& calls, const std::vector<PlanBuffer>& buffers,
                 const Operation* operations);

}  // namespace fastnn
