// The table of this device's operations, for the binding.
#include "kernels.h"

#define FASTNN_GPU
#include "../cpp/operation_table.h"
