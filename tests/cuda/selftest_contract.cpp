// Takes the address of every CUDA launcher of the contract, and of the schedule of each that has
// scratch: a missing twin is a link error of this program. Prints what there is, a line each.
#include <stdio.h>

#include "kernels.h"
#include "parameters.h"

namespace fastnn::FASTNN_ISA {

template <class... P>
constexpr bool takes_scratch(void (*)(P...) noexcept) {
  return (__is_same(P, Scratch) || ...);
}
// The GPU asks no schedule of an operation without scratch, and none is defined.
template <auto launcher, auto schedule>
auto schedule_address() -> decltype(schedule) {
  if constexpr (takes_scratch(launcher)) {
    return schedule;
  } else {
    return nullptr;
  }
}

struct Entry {
  const char *name, *signature;
  const void *launcher, *schedule;
};

// `used`: nothing reads the addresses, and what nothing reads is not linked.
__attribute__((used)) const Entry entries[] = {
#define FASTNN_OPERATION(name, Settings, ...)                 \
  {#name, #__VA_ARGS__, reinterpret_cast<const void*>(&name), \
   reinterpret_cast<const void*>(schedule_address<&name, &name##_schedule>())},
#include "operations.def"
#undef FASTNN_OPERATION
};

}  // namespace fastnn::FASTNN_ISA

int main() {
  for (const auto& entry : fastnn::FASTNN_ISA::entries) {
    printf("%-32s %-8s (%s)\n", entry.name, entry.schedule ? "scratch" : "", entry.signature);
  }
}
