// The one thing a device module has of its own: how its arrays are read and made, and its runtime.
#pragma once
#include <pybind11/pybind11.h>

#include "../core/api.h"

namespace fastnn {

Device& this_device();
// What only this device offers to Python: instruction sets, the GPU's name, the type of its arrays.
void add_device_functions(pybind11::module_& module);

}  // namespace fastnn
