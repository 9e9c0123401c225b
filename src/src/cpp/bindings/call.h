// The one function behind every operation of a device module: reads the operands, checks, launches.
#pragma once
#include <Python.h>

#include "../core/api.h"

namespace fastnn {

// Adds a function an operation to the module; false with a Python error set.
bool add_operations(PyObject* module, Device& device, const CoreApi& core);

}  // namespace fastnn
