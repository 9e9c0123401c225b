#include "dispatch.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

// Three times the last cache: 96 MB here. Of the system, not of sysconf, which glibc answers with
// 320 MB on a virtual machine whose processors share 32. FASTNN_PAST_BYTES=0 is for tests.
extern "C" int64_t fastnn_past_bytes;
int64_t fastnn_past_bytes = [] {
  if (const char* wanted = std::getenv("FASTNN_PAST_BYTES")) return int64_t{std::atoll(wanted)};
  int64_t kilobytes = 0;
  std::ifstream("/sys/devices/system/cpu/cpu0/cache/index3/size") >> kilobytes;
  return 3 * (kilobytes > 0 ? kilobytes << 10 : int64_t{32} << 20);
}();

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
