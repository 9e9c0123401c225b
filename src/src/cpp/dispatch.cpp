#include "dispatch.h"

#include <stdexcept>

namespace fastnn {

#if defined(__x86_64__)
namespace baseline { const Operation* operations(); }
namespace avx2 { const Operation* operations(); }
namespace avx512 { const Operation* operations(); }
#elif defined(__aarch64__)
namespace neon { const Operation* operations(); }
#else
#error "fastnn has kernels for x86-64 and aarch64"
#endif

const std::vector<InstructionSet>& instruction_sets() {
#if defined(__x86_64__)
  // x86-64-v3 and v4 name whole groups, because the compiler may use any member of the group.
  // __builtin_cpu_supports also asks whether the system saves the wide registers.
  static const std::vector<InstructionSet> sets = [] {
    __builtin_cpu_init();
    const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vl");
    return std::vector<InstructionSet>{{"baseline", baseline::operations, true},
                                       {"avx2", avx2::operations, v3},
                                       {"avx512", avx512::operations, v4}};
  }();
#else
  static const std::vector<InstructionSet> sets = {{"neon", neon::operations, true}};
#endif
  return sets;
}

const InstructionSet& choose_instruction_set(const std::string& wanted) {
  const InstructionSet* best = nullptr;
  std::string known;
  for (const InstructionSet& set : instruction_sets()) {
    if (wanted.empty() ? set.supported : wanted == set.name) best = &set;
    known +=
        std::string(known.empty() ? "" : ", ") + set.name + (set.supported ? "" : " (not here)");
  }
  if (!best || !best->supported)
    throw std::runtime_error(
        "FASTNN_ISA=" + wanted + ": " +
        (best ? "this processor lacks that instruction set" : "no such instruction set") +
        ". Known: " + known + ". Unset FASTNN_ISA for the best one.");
  return *best;
}

}  // namespace fastnn
