// The CPU: NumPy arrays, read without a copy through NumPy's own structures.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "../dispatch.h"
#include "device.h"

namespace py = pybind11;

namespace fastnn {
namespace {

// NumPy's array flags.
constexpr int kContiguous = 0x1, kOwnsData = 0x4, kAligned = 0x100, kWriteable = 0x400;

bool is_array(PyObject* o) { return py::detail::npy_api::get().PyArray_Check_(o); }

bool to_dtype(const py::detail::PyArrayDescr_Proxy& descr, Dtype& dtype) {
  using api = py::detail::npy_api;
  if (descr.byteorder == '>') return false;
  switch (descr.type_num) {
    case api::NPY_FLOAT_: dtype = Dtype::f32; return true;
    case api::NPY_DOUBLE_: dtype = Dtype::f64; return true;
    case api::NPY_INT_: dtype = Dtype::i32; return true;
    case api::NPY_LONG_: dtype = sizeof(long) == 8 ? Dtype::i64 : Dtype::i32; return true;
    case api::NPY_LONGLONG_: dtype = Dtype::i64; return true;
    case api::NPY_UBYTE_: dtype = Dtype::u8; return true;
    default: return false;
  }
}

int to_numpy(Dtype dtype) {
  using api = py::detail::npy_api;
  switch (dtype) {
    case Dtype::f32: return api::NPY_FLOAT_;
    case Dtype::f64: return api::NPY_DOUBLE_;
    case Dtype::i32: return api::NPY_INT_;
    case Dtype::i64: return sizeof(long) == 8 ? api::NPY_LONG_ : api::NPY_LONGLONG_;
    default: return api::NPY_UBYTE_;
  }
}

int64_t bytes_of(const py::detail::PyArray_Proxy* a) {
  int64_t size = py::reinterpret_borrow<py::dtype>(a->descr).itemsize();
  for (int i = 0; i < a->nd; ++i)
    if (__builtin_mul_overflow(size, static_cast<int64_t>(a->dimensions[i]), &size))
      return INT64_MAX;
  return size;
}

// Whether memory that the array claims is there. Slices are inside what they were cut from, but
// np.lib.stride_tricks.as_strided lets a view claim anything; NumPy itself crashes on such views.
bool inside_its_base(PyObject* array) {
  const auto* a = py::detail::array_proxy(array);
  if ((a->flags & kOwnsData) || !a->base || PyCapsule_CheckExact(a->base)) return true;
  PyObject* base = a->base;
  py::object held;
  if (!is_array(base)) {  // as_strided puts an object of its own between, whose `base` is the array
    if (strcmp(Py_TYPE(base)->tp_name, "DummyArray")) return true;
    held = py::reinterpret_steal<py::object>(PyObject_GetAttrString(base, "base"));
    forget_error();
    if (!held || !is_array(held.ptr())) return true;
    base = held.ptr();
  }
  while (const auto* next = py::detail::array_proxy(base)->base) {
    if (!is_array(const_cast<PyObject*>(next))) break;
    base = const_cast<PyObject*>(next);
  }
  const auto* root = py::detail::array_proxy(base);
  if (!(root->flags & (kContiguous | kOwnsData))) return true;
  return a->data >= root->data && bytes_of(a) <= bytes_of(root) - (a->data - root->data);
}

bool read(PyObject* array, bool writable, Operand& operand, Device::Why& why) {
  auto say = [&](bool type_error, const char* format, auto... values) {
    why.type_error = type_error;
    snprintf(why.text, sizeof why.text, format, values...);
    return false;
  };
  if (!is_array(array))
    return say(true, "is a %.100s; a NumPy array is wanted. Convert it with np.asarray().",
               Py_TYPE(array)->tp_name);
  auto* a = py::detail::array_proxy(array);
  auto* descr = py::detail::array_descriptor_proxy(a->descr);
  if (!to_dtype(*descr, operand.dtype))
    return say(
        true,
        "has a dtype of kind '%c'%s that no operation takes; float32, float64, int32, int64 or "
        "uint8 is wanted. Convert it with .astype().",
        descr->kind, descr->byteorder == '>' ? ", big-endian," : "");
  if (a->nd > kMaxRank)
    return say(false, "has %d axes; at most %d are supported. Merge some with .reshape().", a->nd,
               kMaxRank);
  if (!(a->flags & kContiguous))
    return say(false, "is not C-contiguous. Copy it with np.ascontiguousarray().");
  if (!(a->flags & kAligned)) return say(false, "is not aligned in memory. Copy it with .copy().");
  if (writable && !(a->flags & kWriteable))
    return say(false, "is read-only, but it is written. Give an array that owns its memory.");
  operand.rank = a->nd;
  operand.size = 1;
  for (int i = 0; i < a->nd; ++i) {
    operand.dims[i] = a->dimensions[i];
    // NumPy lets strided tricks claim more elements than memory has, but not contiguously.
    if (__builtin_mul_overflow(operand.size, operand.dims[i], &operand.size) ||
        operand.size > (int64_t{1} << 59))
      return say(false, "claims more than 2^59 elements.");
  }
  if (!inside_its_base(array))
    return say(false, "claims more memory than the array that it is a view of.");
  operand.data = a->data ? a->data : reinterpret_cast<char*>(64);  // null means absent
  return true;
}

PyObject* owner(PyObject* array) {
  PyObject* o = array;
  while (is_array(o) && py::detail::array_proxy(o)->base) o = py::detail::array_proxy(o)->base;
  Py_INCREF(o);
  return o;
}

PyObject* wrap(void* data, const Operand& like, PyObject* keeper) {
  auto& api = py::detail::npy_api::get();
  PyObject* descr = api.PyArray_DescrFromType_(to_numpy(like.dtype));
  py::ssize_t dims[kMaxRank];
  for (int i = 0; i < like.rank; ++i) dims[i] = like.dims[i];
  PyObject* array = api.PyArray_NewFromDescr_(api.PyArray_Type_, descr, like.rank, dims, nullptr,
                                              data, kWriteable, nullptr);
  if (!array) return nullptr;
  Py_INCREF(keeper);
  if (api.PyArray_SetBaseObject_(array, keeper) < 0) {
    Py_DECREF(array);
    return nullptr;
  }
  return array;
}

const InstructionSet* chosen = nullptr;

}  // namespace

Device& this_device() {
  static Device device;
  if (!chosen) {
    const char* wanted = std::getenv("FASTNN_ISA");
    chosen = &choose_instruction_set(wanted ? wanted : "");  // its exception becomes an ImportError
    device.name = "cpu";
    device.operations = chosen->operations();
    device.read = read;
    device.owner = owner;
    device.wrap = wrap;
  }
  return device;
}

void add_device_functions(py::module_& module) {
  // Fetched by running Python: here, and not in the first call, where a Ctrl-C would pass as a C++
  // exception through the interpreter.
  py::detail::npy_api::get();
  module.attr("instruction_set") = chosen->name;
  py::list supported;
  for (const InstructionSet& set : instruction_sets())
    if (set.supported) supported.append(set.name);
  module.attr("instruction_sets") = py::tuple(supported);
}

}  // namespace fastnn
