// Which instruction set's kernels run on this machine: the best one it has, or the one that
// FASTNN_ISA names. Compiled without any special flags: it runs before the machine is known.
#pragma once
#include <string>
#include <vector>

#include "contract.h"

namespace fastnn {

struct InstructionSet {
  const char* name;
  const Operation* (*operations)();
  bool supported;  // by this processor
};
const std::vector<InstructionSet>& instruction_sets();  // weakest first

// The one to use; throws std::runtime_error where `wanted` is unknown or this machine lacks it.
const InstructionSet& choose_instruction_set(const std::string& wanted);

}  // namespace fastnn
