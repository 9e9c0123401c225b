#include "call.h"

#include <string.h>

#include <new>
#include <string>
#include <vector>

#include "rows.h"

namespace fastnn {
namespace {

struct Bound {
  int id;
  const Operation* operation;
  const BindingRow* row;
  Device* device;
  const CoreApi* core;
  int operands;  // parameters that Python gives: all but the scratch
  std::string doc;
  PyMethodDef method;
};

// Holds what one call needs until it is over. Up to kInline operands live on the stack; only calls
// with lists have more.
class Gathered {
 public:
  static constexpr int kInline = 12;
  ~Gathered() {
    for (PyObject* o : held_) Py_DECREF(o);
  }
  void reserve(int n) {
    if (n <= kInline) return;
    many_.resize(n);
    many_arrays_.resize(n);
    operands = many_.data();
    arrays = many_arrays_.data();
  }
  void hold(PyObject* o) { held_.push_back(o); }

  Operand inline_operands[kInline];
  PyObject* inline_arrays[kInline] = {};
  Operand* operands = inline_operands;
  PyObject** arrays = inline_arrays;
  uint16_t first[kMaxParameters + 1] = {};

 private:
  std::vector<Operand> many_;
  std::vector<PyObject*> many_arrays_;
  std::vector<PyObject*> held_;
};

std::string parameter_name(const Operation& operation, int k) {
  std::string text = operation.signature;
  size_t begin = 0;
  for (int i = 0; i < k; ++i) begin = text.find(',', begin) + 1;
  begin = text.find(' ', begin + 1) + 1;
  return text.substr(begin, text.find(',', begin) - begin);
}

bool is_list(char role) { return role == 'R' || role == 'M'; }
bool is_written(char role) { return role != 'r' && role != 'R'; }

PyObject* wrong(PyObject* type, const std::string& text) {
  PyErr_SetString(type, text.c_str());
  return nullptr;
}

PyObject* fail(const Check& check) {
  PyErr_SetString(check.type_error() ? PyExc_TypeError : PyExc_ValueError, check.text());
  return nullptr;
}

bool read_one(const Bound& b, int k, PyObject* array, Operand& operand) {
  const Operation& op = *b.operation;
  Device::Why why;
  if (b.device->read(array, is_written(op.roles[k]), operand, why)) return true;
  wrong(why.type_error ? PyExc_TypeError : PyExc_ValueError,
        std::string(op.name) + ": " + parameter_name(op, k) + " " + why.text);
  return false;
}

// Fills `call`; false with a Python error set.
bool gather(const Bound& b, PyObject* const* args, Gathered& call) {
  const Operation& op = *b.operation;
  PyObject* sequences[kMaxParameters] = {};
  int total = 0;
  for (int k = 0; k < op.parameters; ++k) {
    call.first[k] = static_cast<uint16_t>(total);
    if (is_list(op.roles[k])) {
      if (!PyList_Check(args[k]) && !PyTuple_Check(args[k])) {
        wrong(PyExc_TypeError, std::string(op.name) + ": " + parameter_name(op, k) + " is a " +
                                   Py_TYPE(args[k])->tp_name + "; a list of arrays is wanted.");
        return false;
      }
      sequences[k] = PySequence_Tuple(args[k]);  // its own: a list may change while the call runs
      if (!sequences[k]) return false;
      call.hold(sequences[k]);
      if (PyTuple_GET_SIZE(sequences[k]) > 10000) {
        wrong(PyExc_ValueError, std::string(op.name) + ": " + parameter_name(op, k) +
                                    " has more than 10000 arrays. Split the call.");
        return false;
      }
      total += static_cast<int>(PyTuple_GET_SIZE(sequences[k]));
    } else {
      ++total;
    }
  }
  call.first[op.parameters] = static_cast<uint16_t>(total);
  call.reserve(total);
  for (int k = 0; k < op.parameters; ++k) {
    if (op.roles[k] == 's') continue;
    const int begin = call.first[k], count = call.first[k + 1] - begin;
    for (int i = 0; i < count; ++i) {
      PyObject* array = sequences[k] ? PyTuple_GET_ITEM(sequences[k], i) : args[k];
      if (array == Py_None && op.optional[k]) continue;
      if (!read_one(b, k, array, call.operands[begin + i])) return false;
      call.arrays[begin + i] = array;
    }
  }
  return true;
}

// The keyword `add`: bit i lets the i-th output add to what is there.
bool read_add(const Bound& b, PyObject* value, Gathered& call) {
  const Operation& op = *b.operation;
  const long bits = PyLong_Check(value) ? PyLong_AsLong(value) : -1;
  forget_error();
  int outputs = 0;
  for (int k = 0; k < op.parameters; ++k)
    if (op.roles[k] == 'w' || op.roles[k] == 'a') {
      Operand& out = call.operands[call.first[k]];
      out.add = bits >= 0 && (bits >> outputs & 1);
      if (out.add && out.data && out.dtype != Dtype::f32 && out.dtype != Dtype::f64) {
        wrong(PyExc_TypeError, std::string(op.name) + ": add: output " + parameter_name(op, k) +
                                   " is " + Check::dtype_text(out.dtype) +
                                   "; only float outputs can be added to.");
        return false;
      }
      ++outputs;
    }
  if (bits < 0 || bits >> outputs) {
    wrong(PyLong_Check(value) ? PyExc_ValueError : PyExc_TypeError,
          std::string(op.name) + ": add: an integer with one bit an output, 0 .. " +
              std::to_string((1L << outputs) - 1) + ", is wanted.");
    return false;
  }
  return true;
}

// What the keyword `plan` asks for instead of the call: how it would be computed.
PyObject* describe(const Operation& op, const Arguments& arguments) {
  Schedule schedule;
  op.schedule(arguments, schedule);
  PyObject* parts = PyTuple_New(schedule.stages);
  for (int s = 0; parts && s < schedule.stages; ++s)
    PyTuple_SET_ITEM(parts, s, PyLong_FromLongLong(schedule.parts[s]));
  return Py_BuildValue("{s:z,s:N,s:L,s:L}", "algorithm", schedule.algorithm, "parts", parts,
                       "shared_bytes", static_cast<long long>(schedule.shared_bytes), "slice_bytes",
                       static_cast<long long>(schedule.slice_bytes));
}

PyObject* invoke_or_throw(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                          PyObject* names) {
  const Bound& b = *static_cast<Bound*>(PyCapsule_GetPointer(self, nullptr));
  const Operation& op = *b.operation;
  const int wanted = b.operands + (b.row->settings_count > 0);
  const Py_ssize_t keywords = names ? PyTuple_GET_SIZE(names) : 0;
  const auto has = [&](const char* keyword) {
    return keywords == 1 && !PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), keyword);
  };
  const bool has_add = has("add"), has_plan = has("plan");
  if (nargs != wanted || (keywords && !has_add && !has_plan))
    return wrong(PyExc_TypeError, std::string(op.name) + ": " + std::to_string(nargs) +
                                      " positional arguments came; the call is " + b.doc);
  Gathered call;
  alignas(16) char settings[kMaxSettings];
  b.row->make_default(settings);
  Arguments arguments{call.operands, call.first, settings};
  Check check(op, arguments);
  // Settings first: reading a number may run Python code, which could free an array already read.
  if (b.row->settings_count) {
    PyObject* tuple = args[b.operands];
    if (!PyTuple_Check(tuple) || PyTuple_GET_SIZE(tuple) != b.row->settings_count)
      check.refuse_type("settings: a tuple (%s) is wanted.", b.row->settings_text.c_str());
    else
      b.row->read_settings(tuple, settings, check);
    if (check.failed()) return fail(check);
  }
  if (!gather(b, args, call)) return nullptr;
  arguments.operands = call.operands;  // a call with lists has moved them
  if (has_add && !read_add(b, args[nargs], call)) return nullptr;
  b.row->check(arguments, check);
  if (!check.failed()) check.refuse_overlaps();
  if (check.failed()) return fail(check);
  if (has_plan) return describe(op, arguments);

  Call launch{static_cast<OperationId>(b.id), call.operands, call.first, settings, call.arrays};
  if (!b.core->launch(*b.device, launch)) return nullptr;
  Py_RETURN_NONE;
}

PyObject* invoke(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* names) {
  try {
    return invoke_or_throw(self, args, nargs, names);
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

}  // namespace

bool add_operations(PyObject* module, Device& device, const CoreApi& core) {
  for (int id = 0; id < kOperations; ++id) {
    auto* b = new Bound{id, device.operations + id, &binding_row(id), &device, &core, 0, {}, {}};
    const Operation& op = *b->operation;
    std::string parameters;
    for (int k = 0; k < op.parameters; ++k) {
      if (op.roles[k] == 's') continue;
      ++b->operands;
      parameters += (k ? ", " : "") + parameter_name(op, k);
    }
    if (b->row->settings_count) parameters += ", (" + b->row->settings_text + ")";
    b->doc = std::string(op.name) + "(" + parameters + ", *, add=0)";
    b->method = {op.name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(invoke)),
                 METH_FASTCALL | METH_KEYWORDS, b->doc.c_str()};
    PyObject* self = PyCapsule_New(b, nullptr, nullptr);
    PyObject* function = self ? PyCFunction_New(&b->method, self) : nullptr;
    Py_XDECREF(self);
    if (!function || PyModule_AddObject(module, op.name, function) < 0) return false;
  }
  return true;
}

}  // namespace fastnn
