#include "dispatch.h"

#include <stdexcept>

namespace fastnn {

// CMakeLists.txt defines FASTNN_HAS_ for what is compiled: all sets of the processor, as a rule.
namespace baseline { const Operation* operations(); }
namespace avx2 { const Operation* operations(); }
namespace avx512 { const Operation* operations(); }
namespace neon { const Operation* operations(); }

const std::vector<InstructionSet>& instruction_sets() {
  static const std::vector<InstructionSet> sets = [] {
    std::vector<InstructionSet> found;
#if defined(__x86_64__)
    // x86-64-v3 and v4 name whole groups, because the compiler may use any member of the group.
    // __builtin_cpu_supports also asks whether the system saves the wide registers.
    __builtin_cpu_init();
    [[maybe_unused]] const bool v3 =
        __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    [[maybe_unused]] const bool v4 =
        v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl");
#ifdef FASTNN_HAS_baseline
    found.push_back({"baseline", baseline::operations, true});
#endif
#ifdef FASTNN_HAS_avx2
    found.push_back({"avx2", avx2::operations, v3});
#endif
#ifdef FASTNN_HAS_avx512
    found.push_back({"avx512", avx512::operations, v4});
#endif
#else
    found.push_back({"neon", neon::operations, true});
#endif
    return found;
  }();
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
