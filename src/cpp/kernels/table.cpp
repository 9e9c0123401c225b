// The table of this instruction set's kernels. operations() is the one symbol that dispatch.cpp
// takes.
#include "kernels.h"

#include "../operation_table.h"

// Nothing is written past the caches where dispatch.cpp, which knows the machine, is not linked: in
// self-tests.
extern "C" {
__attribute__((weak)) int64_t fastnn_past_bytes = INT64_MAX;
}
