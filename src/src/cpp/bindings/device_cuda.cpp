// A GPU: arrays that show __cuda_array_interface__ (CuPy's, or the tests' own on the emulated
// device), and the CUDA runtime behind the core's streams, copies and graphs.
#include <cuda_runtime_api.h>
#include <pybind11/stl.h>
#include <stdio.h>
#include <string.h>

#include "../operations.h"
#include "device.h"
#ifdef FASTNN_DEVICE_CUDA_EMULATED
#include "emulation/emulation.h"
#define FASTNN_GPU_NAMESPACE cuda_emulated
#else
#define FASTNN_GPU_NAMESPACE cuda
#endif

namespace py = pybind11;

namespace fastnn {
namespace FASTNN_GPU_NAMESPACE { const Operation* operations(); }
namespace {

// What Python connects: the arrays' type, wrap(address, nbytes, keeper, shape, dtype), owner(array)
// and current_stream(). Never freed: they live as long as the process.
PyObject *array_type, *wrap_function, *owner_function, *stream_function;

const char* dtype_name(Dtype dtype) {
  switch (dtype) {
    case Dtype::f32: return "float32";
    case Dtype::f64: return "float64";
    case Dtype::i32: return "int32";
    case Dtype::i64: return "int64";
    default: return "uint8";
  }
}

bool parse_typestr(const char* text, Dtype& dtype) {
  static const struct {
    const char* text;
    Dtype dtype;
  } known[] = {{"<f4", Dtype::f32},
               {"<f8", Dtype::f64},
               {"<i4", Dtype::i32},
               {"<i8", Dtype::i64},
               {"|u1", Dtype::u8}};
  for (const auto& k : known)
    if (!strcmp(k.text, text)) {
      dtype = k.dtype;
      return true;
    }
  return false;
}

bool parse(const py::dict& face, bool writable, Operand& operand, Device::Why& why) {
  auto say = [&](bool type_error, const std::string& text) {
    why.type_error = type_error;
    snprintf(why.text, sizeof why.text, "%s", text.c_str());
    return false;
  };
  const auto typestr = face["typestr"].cast<std::string>();
  if (!parse_typestr(typestr.c_str(), operand.dtype))
    return say(true, "has dtype " + typestr +
                         "; float32, float64, int32, int64 or uint8 is wanted. "
                         "Convert it with .astype().");
  const py::tuple shape = face["shape"], data = face["data"];
  if (shape.size() > kMaxRank)
    return say(false, "has " + std::to_string(shape.size()) + " axes; at most " +
                          std::to_string(kMaxRank) + " are supported. Merge some with .reshape().");
  operand.rank = static_cast<int>(shape.size());
  operand.size = 1;
  for (int i = 0; i < operand.rank; ++i) {
    operand.dims[i] = shape[i].cast<int64_t>();
    if (operand.dims[i] < 0 ||
        __builtin_mul_overflow(operand.size, operand.dims[i], &operand.size) ||
        operand.size > (int64_t{1} << 59))
      return say(false, "has an impossible shape.");
  }
  if (face.contains("strides") && !face["strides"].is_none()) {
    const py::tuple strides = face["strides"];
    int64_t step = size_of(operand.dtype);
    for (int i = operand.rank - 1; i >= 0; --i) {
      if (operand.dims[i] > 1 && operand.size && strides[i].cast<int64_t>() != step)
        return say(false, "is not C-contiguous. Copy it with ascontiguousarray().");
      step *= operand.dims[i];
    }
  }
  if (writable && data[1].cast<bool>())
    return say(false, "is read-only, but it is written. Give an array that owns its memory.");
  const auto address = data[0].cast<uintptr_t>();
  if (address % size_of(operand.dtype)) return say(false, "is not aligned in memory. Copy it.");
  operand.data =
      reinterpret_cast<void*>(address && operand.size ? address : 64);  // null means absent
  return true;
}

bool read(PyObject* array, bool writable, Operand& operand, Device::Why& why) {
  if (!array_type || !PyObject_TypeCheck(array, reinterpret_cast<PyTypeObject*>(array_type))) {
    snprintf(
        why.text, sizeof why.text, "is a %.100s; an array of this GPU (%.100s) is wanted.",
        Py_TYPE(array)->tp_name,
        array_type ? reinterpret_cast<PyTypeObject*>(array_type)->tp_name : "none is connected");
    return false;
  }
  try {
    return parse(py::reinterpret_borrow<py::object>(array).attr("__cuda_array_interface__"),
                 writable, operand, why);
  } catch (const std::exception& error) {
    snprintf(why.text, sizeof why.text, "has a broken __cuda_array_interface__: %.200s",
             error.what());
    return false;
  }
}

PyObject* owner(PyObject* array) {
  PyObject* found = PyObject_CallOneArg(owner_function, array);
  if (found) return found;
  forget_error();
  Py_INCREF(array);
  return array;
}

PyObject* wrap(void* data, const Operand& like, PyObject* keeper) {
  if (!wrap_function) {
    PyErr_SetString(PyExc_RuntimeError, "this GPU is not connected; use fastnn.devices.cuda()");
    return nullptr;
  }
  PyObject* shape = PyTuple_New(like.rank);
  if (!shape) return nullptr;
  for (int i = 0; i < like.rank; ++i) PyTuple_SET_ITEM(shape, i, PyLong_FromLongLong(like.dims[i]));
  PyObject* array = PyObject_CallFunction(
      wrap_function, "KLONs", static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(data)),
      static_cast<long long>(like.bytes()), keeper, shape, dtype_name(like.dtype));
  return array;
}

void* current_stream() {
  PyObject* number = stream_function ? PyObject_CallNoArgs(stream_function) : nullptr;
  void* stream = number ? PyLong_AsVoidPtr(number) : nullptr;
  Py_XDECREF(number);
  forget_error();
  return stream;
}

cudaStream_t as_stream(void* stream) { return static_cast<cudaStream_t>(stream); }

void* allocate_memory(int64_t bytes) {
  void* memory = nullptr;
  if (cudaMalloc(&memory, static_cast<size_t>(bytes)) == cudaSuccess) return memory;
  cudaGetLastError();
  return nullptr;
}
void release_memory(void* memory, int64_t) { cudaFree(memory); }

bool failed(char* text, size_t size) {
  const cudaError_t error = cudaGetLastError();
  if (error == cudaSuccess) return false;
#ifdef FASTNN_DEVICE_CUDA_EMULATED
  snprintf(text, size, "%s", emulation::last_error());
#else
  snprintf(text, size, "%s", cudaGetErrorString(error));
#endif
  return true;
}

Status* statuses() {
  static Status* device_memory = [] {
    void* memory = allocate_memory(sizeof(Status) * kOperations);
    if (memory) cudaMemset(memory, 0, sizeof(Status) * kOperations);
    return static_cast<Status*>(memory);
  }();
  return device_memory;
}

bool synchronize(void* stream, Status& found) {
  bool good = cudaStreamSynchronize(as_stream(stream)) == cudaSuccess;
  const size_t bytes = sizeof(Status) * kOperations;
  good = good && cudaMemcpy(&found, statuses(), bytes, cudaMemcpyDeviceToHost) == cudaSuccess;
  bool any = false;
  for (int i = 0; good && i < kOperations; ++i) any |= (&found)[i].problem != 0;
  return good && (!any || cudaMemset(statuses(), 0, bytes) == cudaSuccess);
}

bool copy(void* to, const void* from, int64_t bytes, void* stream) {
  return cudaMemcpyAsync(to, from, static_cast<size_t>(bytes), cudaMemcpyDeviceToDevice,
                         as_stream(stream)) == cudaSuccess;
}

void* capture_stream() {
  static cudaStream_t stream = [] {
    cudaStream_t made = nullptr;
    cudaStreamCreateWithFlags(&made, cudaStreamNonBlocking);
    return made;
  }();
  return stream;
}
bool capture_begin(void* stream) {
  return cudaStreamBeginCapture(as_stream(stream), cudaStreamCaptureModeThreadLocal) == cudaSuccess;
}
void* capture_end(void* stream) {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t program = nullptr;
  if (cudaStreamEndCapture(as_stream(stream), &graph) == cudaSuccess && graph) {
    if (cudaGraphInstantiate(&program, graph, 0) != cudaSuccess) program = nullptr;
    cudaGraphDestroy(graph);
  }
  return program;
}
bool graph_launch(void* graph, void* stream) {
  return cudaGraphLaunch(static_cast<cudaGraphExec_t>(graph), as_stream(stream)) == cudaSuccess;
}
void graph_destroy(void* graph) { cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(graph)); }

#ifdef FASTNN_DEVICE_CUDA_EMULATED
// Tells the emulation what a call may touch, and that what it must write is undefined until then.
void before_run(const Operation& op, const Arguments& a, void* stream) {
  emulation::allow_clear();
  emulation::allow(statuses(), sizeof(Status) * kOperations, true);
  const int count = a.first[op.parameters];
  for (int k = 0; k < op.parameters; ++k)
    for (int i = a.first[k]; i < a.first[k + 1]; ++i) {
      const Operand& x = a.operands[i];
      if (!x.data || !x.size) continue;
      const bool writes = op.roles[k] != 'r' && op.roles[k] != 'R';
      emulation::allow(x.data, static_cast<size_t>(x.bytes()), writes);
      bool fresh = op.roles[k] == 's' || ((op.roles[k] == 'w' || op.roles[k] == 'a') && !x.add);
      for (int j = 0; j < count; ++j)
        fresh &= j == i || a.operands[j].data != x.data;  // not in place
      if (fresh) emulation::poison(x.data, static_cast<size_t>(x.bytes()), as_stream(stream));
    }
}
#endif

}  // namespace

Device& this_device() {
  static Device device = [] {
    Device d;
#ifdef FASTNN_DEVICE_CUDA_EMULATED
    d.name = "cuda_emulated";
    d.before_run = before_run;
#else
    d.name = "cuda";
#endif
    d.operations = FASTNN_GPU_NAMESPACE::operations();
    d.host = false;
    d.memory = {allocate_memory, release_memory};
    d.read = read;
    d.owner = owner;
    d.wrap = wrap;
    d.stream = current_stream;
    d.status = statuses;
    d.failed = failed;
    d.synchronize = synchronize;
    d.copy = copy;
    d.capture_stream = capture_stream;
    d.capture_begin = capture_begin;
    d.capture_end = capture_end;
    d.graph_launch = graph_launch;
    d.graph_destroy = graph_destroy;
    return d;
  }();
  return device;
}

void add_device_functions(py::module_& module) {
  module.def("connect",
             [](py::type type, py::object wrapper, py::object owner_of, py::object stream) {
               array_type = type.release().ptr();
               wrap_function = wrapper.release().ptr();
               owner_function = owner_of.release().ptr();
               stream_function = stream.release().ptr();
             });
  module.def("device_name", [] {
#ifdef FASTNN_DEVICE_CUDA_EMULATED
    return std::string("the host, emulating");
#else
    cudaDeviceProp properties;
    int id = 0;
    if (cudaGetDevice(&id) != cudaSuccess || cudaGetDeviceProperties(&properties, id) != cudaSuccess)
      return std::string("none");
    return std::string(properties.name);
#endif
  });
#ifdef FASTNN_DEVICE_CUDA_EMULATED
  module.def("written", [](uintptr_t address, size_t bytes) {
    emulation::written(reinterpret_cast<void*>(address), bytes);
  });
#endif
}

}  // namespace fastnn
