// The device modules _cpu, _cuda and _cuda_emulated: one source, compiled once against each
// device's kernels (FASTNN_MODULE names the module).
#include "call.h"
#include "device.h"

namespace py = pybind11;

PYBIND11_MODULE(FASTNN_MODULE, module) {
  using namespace fastnn;
  py::module_ core_module = py::module_::import("fastnn._core");
  auto* core = static_cast<const CoreApi*>(
      PyCapsule_GetPointer(py::object(core_module.attr("api")).ptr(), kApiCapsule));
  if (!core) throw py::error_already_set();
  if (core->version != kApiVersion)
    throw py::import_error(
        "fastnn's extension modules come from different builds; install it anew.");
  Device& device = this_device();
  core->register_device(&device);
  if (!add_operations(module.ptr(), device, *core)) throw py::error_already_set();
  module.attr("name") = device.name;
  py::list names;
  for (int id = 0; id < kOperations; ++id) names.append(device.operations[id].name);
  module.attr("operations") = py::tuple(names);
  add_device_functions(module);
}
