// The table of this instruction set's kernels. operations() is the one symbol that dispatch.cpp
// takes.
#include "../operation_table.h"
#include "kernels.h"
