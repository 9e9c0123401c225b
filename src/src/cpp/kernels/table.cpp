// The table of this instruction set's kernels. operations() is the one symbol that dispatch.cpp
// takes.
#include "kernels.h"

#include "../operation_table.h"
