// The module _core: memory, threads, recordings and programs, for all devices.
#include <pybind11/pybind11.h>
#include <string.h>

#include <string>
#include <vector>

#include "../fusions.h"
#include "../team.h"
#include "../work.h"
#include "gil.h"
#include "launch.h"
#include "program.h"
#include "recorder.h"
#include "shuffle.h"

namespace py = pybind11;

namespace fastnn {
namespace {

std::vector<Device*>& devices() {
  static std::vector<Device*> list;
  return list;
}

PyObject* line_function = nullptr;  // gives the user's "file:line"

void register_device(Device* device) {
  device->arena = device->host ? &host_arena() : new Arena(device->memory);
  devices().push_back(device);
}

const CoreApi api{kApiVersion, register_device, launch};

Device& device_named(const char* name) {
  for (Device* device : devices())
    if (!strcmp(device->name, name)) return *device;
  throw py::value_error(std::string("no device named ") + name);
}

bool parse_dtype(PyObject* name, Dtype& dtype) {
  static const struct {
    const char* name;
    Dtype dtype;
  } known[] = {{"float32", Dtype::f32},
               {"float64", Dtype::f64},
               {"int32", Dtype::i32},
               {"int64", Dtype::i64},
               {"uint8", Dtype::u8}};
  if (PyUnicode_Check(name))
    for (const auto& k : known)
      if (!PyUnicode_CompareWithASCIIString(name, k.name)) {
        dtype = k.dtype;
        return true;
      }
  PyErr_Format(
      PyExc_TypeError,
      "empty: dtype is %R; \"float32\", \"float64\", \"int32\", \"int64\" or \"uint8\" is wanted.",
      name);
  return false;
}

bool parse_shape(PyObject* shape, Operand& like) {
  if (!PyTuple_Check(shape) || PyTuple_GET_SIZE(shape) > kMaxRank) {
    PyErr_Format(PyExc_TypeError, "empty: shape is %R; a tuple of at most %d sizes is wanted.",
                 shape, kMaxRank);
    return false;
  }
  like.rank = static_cast<int>(PyTuple_GET_SIZE(shape));
  like.size = 1;
  for (int i = 0; i < like.rank; ++i) {
    const long long n = PyLong_AsLongLong(PyTuple_GET_ITEM(shape, i));
    const bool failed = n == -1 && PyErr_Occurred();
    if (failed && !PyErr_ExceptionMatches(PyExc_OverflowError)) {
      PyErr_Format(PyExc_TypeError, "empty: shape is %R; a tuple of integers is wanted.", shape);
      return false;
    }
    forget_error();
    if (n < 0 && !failed) {
      PyErr_Format(PyExc_ValueError, "empty: shape %R has a negative size.", shape);
      return false;
    }
    like.dims[i] = n;
    if (failed || __builtin_mul_overflow(like.size, n, &like.size) ||
        like.size > (int64_t{1} << 59)) {
      PyErr_Format(PyExc_MemoryError, "empty: shape %R is more than memory can hold.", shape);
      return false;
    }
  }
  return true;
}

// empty(shape, dtype): an array of the device from the arena; bound to its Device.
PyObject* empty(PyObject* self, PyObject* const* args, Py_ssize_t count) {
  Device& device = *static_cast<Device*>(PyCapsule_GetPointer(self, nullptr));
  if (count != 2) {
    PyErr_SetString(PyExc_TypeError, "empty: the call is empty(shape, dtype)");
    return nullptr;
  }
  Operand like;
  if (!parse_shape(args[0], like) || !parse_dtype(args[1], like.dtype)) return nullptr;
  Block* block = allocate(device, like.bytes());
  if (!block) return nullptr;
  if (Recorder* recorder = Recorder::current(); recorder && line_function) {
    PyObject* line = PyObject_CallNoArgs(line_function);
    const char* text = line ? PyUnicode_AsUTF8(line) : nullptr;
    if (text) recorder->born(block->serial, text);
    forget_error();
    Py_XDECREF(line);
  }
  return wrap_block(device, block, like);
}

PyMethodDef empty_method = {
    "empty", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(empty)), METH_FASTCALL,
    "empty(shape, dtype): an array with arbitrary contents."};

std::vector<Operand> read_all(Device& device, const py::sequence& arrays, const char* what) {
  std::vector<Operand> operands;
  for (py::handle array : arrays) {
    Operand operand;
    Device::Why why;
    if (!device.read(array.ptr(), false, operand, why))
      throw py::type_error(std::string(what) + " " + std::to_string(operands.size()) + " " +
                           why.text);
    operands.push_back(operand);
  }
  return operands;
}

// Whether this thread is inside the Python of a compiled function, recorded or not.
thread_local bool inside = false;

// Calls body() there. In C++, because Ctrl-C acts between any two lines of Python.
py::object run_inside(const py::object& body) {
  struct Inside {
    Inside() { inside = true; }
    ~Inside() { inside = false; }
  } guard;
  const Arena::Frugal frugal(host_arena());  // most steps are replayed afterwards
  return body();
}

// Whether a recorded step made the array; if not, it is an argument, or comes from outside.
bool made_inside(const py::object& array) {
  const Recorder* recorder = Recorder::current();
  if (!recorder) throw std::runtime_error("this thread does not record");
  return recorder->made(read_all(recorder->device(), py::make_tuple(array), "output")[0].data);
}

// Calls body(), which gives a sequence of arrays, the outputs, and makes a program of what it did.
std::unique_ptr<Program> record(const char* name, const py::sequence& inputs,
                                const py::object& body, std::shared_ptr<Slab> slab) {
  if (Recorder::current()) throw std::runtime_error("this thread records already");
  Device& device = device_named(name);
  Recorder recorder(device, read_all(device, inputs, "argument"));
  struct Current {
    explicit Current(Recorder* recorder) { Recorder::current() = recorder; }
    ~Current() { Recorder::current() = nullptr; }
  };
  std::vector<Operand> outputs;
  {
    Current current(&recorder);
    const py::sequence arrays = run_inside(body);
    outputs = read_all(device, arrays, "output");
  }
  auto program = Program::make(recorder, outputs, std::move(slab));
  if (!program) throw py::error_already_set();
  return program;
}

// Of each launch, in the order of time_launches: the operation, its stage, the labels of the calls
// that it serves, parts, and flops and bytes of a call's last stage.
py::list launches_of(const Program& program) {
  py::list list;
  for (const Replay::Launch& launch : program.launches().launches) {
    const RecordedCall& call = program.launches().calls[launch.call];
    const bool last = launch.stage == call.schedule.stages - 1;
    const Work work = last ? work_of(call) : Work{};
    py::tuple labels(call.labels.size());
    for (size_t i = 0; i < call.labels.size(); ++i) labels[i] = call.labels[i];
    list.append(py::make_tuple(call.operation->name, launch.stage, labels, launch.parts, work.flops,
                               work.bytes));
  }
  return list;
}

// Permutes the numbers of an int32 array in place.
void shuffle_array(const py::object& array, int64_t seed, int64_t stream, int64_t step) {
  Device& device = device_named("cpu");
  Operand operand;
  Device::Why why;
  if (!device.read(array.ptr(), true, operand, why))
    throw py::type_error(std::string("shuffle: the array ") + why.text);
  if (operand.dtype != Dtype::i32 || operand.rank != 1)
    throw py::type_error("shuffle: an int32 array of one axis is wanted.");
  const int64_t position[2] = {seed, step};
  py::gil_scoped_release released;
  shuffle(static_cast<int32_t*>(operand.data), operand.size, position, stream);
}

// Waits for the device, then raises what a kernel found in the data since the last time.
void synchronize(const char* name) {
  Device& device = device_named(name);
  if (device.host) return;
  std::vector<Status> found(kOperations);
  void* const stream = device.stream();
  PyThreadState* const released = release_gil(true);
  const bool good = device.synchronize(stream, *found.data());
  restore_gil(released);
  char text[512] = "synchronize failed";
  if (device.failed(text, sizeof text) || !good) throw std::runtime_error(text);
  for (int id = 0; id < kOperations; ++id)
    if (found[id].problem) {
      set_data_error(device.operations[id], found[id]);
      throw py::error_already_set();
    }
}

}  // namespace
}  // namespace fastnn

// For threadpoolctl, which finds libraries by their symbols.
extern "C" __attribute__((visibility("default"))) int fastnn_get_num_threads() {
  return fastnn::team().threads();
}
extern "C" __attribute__((visibility("default"))) void fastnn_set_num_threads(int n) {
  fastnn::team().set_threads(n);
}

PYBIND11_MODULE(_core, module) {
  using namespace fastnn;
  fusion_wanted();  // an import that fails says what is wrong with it
  module.attr("api") = py::reinterpret_steal<py::object>(
      PyCapsule_New(const_cast<CoreApi*>(&api), kApiCapsule, nullptr));
  module.def("make_empty", [](const char* name) {
    PyObject* self = PyCapsule_New(&device_named(name), nullptr, nullptr);
    auto function = py::reinterpret_steal<py::object>(PyCFunction_New(&empty_method, self));
    Py_XDECREF(self);
    return function;
  });
  module.def("set_line_function", [](py::object function) {
    PyObject* old = line_function;
    line_function = function.release().ptr();
    Py_XDECREF(old);
  });
  module.def("num_threads", [] { return team().threads(); });
  module.def("set_num_threads", [](int n) {
    if (n < 1 || n > kMaxThreads)
      throw py::value_error("set_num_threads: " + std::to_string(n) + " came; 1 .. " +
                            std::to_string(kMaxThreads) + " is wanted.");
    team().set_threads(n);
  });
  module.def("memory_info", [](const char* name) {
    Arena& arena = *device_named(name).arena;
    return py::make_tuple(arena.bytes_in_use(), arena.bytes_held());
  });
  module.def("trim_memory", [](const char* name) { device_named(name).arena->trim(); });
  module.def("synchronize", synchronize);
  module.def("recording", [] { return Recorder::current() != nullptr; });
  module.def("inside", [] { return inside; });
  module.def("run_inside", run_inside);
  module.def("record", record);
  module.def("made_inside", made_inside);
  module.def("set_label", [](int label) {
    if (Recorder* recorder = Recorder::current()) recorder->label = label;
  });
  module.def("shuffle", shuffle_array, py::arg("array"), py::arg("seed"), py::arg("stream"),
             py::arg("step"));

  py::class_<Slab, std::shared_ptr<Slab>>(module, "Slab").def(py::init([](const char* name) {
    return std::make_shared<Slab>(device_named(name));
  }));
  py::class_<Program>(module, "Program")
      .def("replay",
           [](Program& self, const py::tuple& arrays) {
             PyObject* outputs =
                 self.replay(&PyTuple_GET_ITEM(arrays.ptr(), 0), PyTuple_GET_SIZE(arrays.ptr()));
             if (!outputs) throw py::error_already_set();
             return py::reinterpret_steal<py::object>(outputs);
           })
      .def("dump", &Program::dump)
      .def("time_launches",
           [](Program& self, const py::tuple& arrays) {
             std::vector<int64_t> nanoseconds;
             if (!self.time_launches(&PyTuple_GET_ITEM(arrays.ptr(), 0),
                                     PyTuple_GET_SIZE(arrays.ptr()), nanoseconds))
               throw py::error_already_set();
             py::list list;
             for (const int64_t n : nanoseconds) list.append(n);
             return list;
           })
      .def("launches_of", launches_of)
      .def_property_readonly("launches", [](const Program& p) { return p.plan().order.size(); })
      .def_property_readonly("phases", [](const Program& p) { return p.plan().phases.size(); })
      .def_property_readonly("slab_bytes", [](const Program& p) { return p.plan().slab_bytes; })
      .def_property_readonly("lower_bound_bytes",
                             [](const Program& p) { return p.plan().lower_bound_bytes; })
      .def_property_readonly("sum_bytes", [](const Program& p) { return p.plan().sum_bytes; });
}
