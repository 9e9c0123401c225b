#include "recorder.h"

#include <string.h>

#include <utility>

#include "../team.h"

namespace fastnn {

Recorder*& Recorder::current() {
  static thread_local Recorder* recorder = nullptr;
  return recorder;
}

Recorder::Recorder(Device& device, std::vector<Operand> given)
    : slots(device.host ? team().slots() : 1),
      inputs(std::move(given)),
      device_(device),
      start_(device.arena->serial()) {
  buffers.resize(1 + inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    buffers[1 + i].bytes = inputs[i].bytes();
    buffers[1 + i].written = true;
  }
}

Recorder::~Recorder() {
  for (PyObject* o : held) Py_DECREF(o);
}

const std::string& Recorder::line(uint64_t serial) const {
  static const std::string unknown = "an unknown line";
  const auto found = lines_.find(serial);
  return found == lines_.end() ? unknown : found->second;
}

bool Recorder::made(const void* data) const {
  const Block* block = device_.arena->find(data);
  return block && block->live && block->serial > start_;
}

RecordedCall::Place Recorder::place(const Operand& operand, PyObject* array) {
  const char* data = static_cast<const char*>(operand.data);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const char* base = static_cast<const char*>(inputs[i].data);
    if (data >= base && data + operand.bytes() <= base + inputs[i].bytes())
      return {static_cast<int>(1 + i), data - base};
  }
  if (made(data)) {
    Block* block = device_.arena->find(data);
    const auto [at, fresh] = index_.try_emplace(block->serial, static_cast<int>(buffers.size()));
    if (fresh) {
      RecordedBuffer buffer;
      buffer.block = block;
      buffer.serial = block->serial;
      buffers.push_back(buffer);
    }
    RecordedBuffer& buffer = buffers[at->second];
    const int64_t offset = data - block->data;
    if (offset + operand.bytes() > buffer.bytes) buffer.bytes = offset + operand.bytes();
    return {at->second, offset};
  }
  if (array) held.push_back(device_.owner(array));
  return {kOutside, reinterpret_cast<int64_t>(data)};
}

bool Recorder::note(const Call& call, const Schedule& schedule) {
  const Operation& op = device_.operations[static_cast<int>(call.id)];
  RecordedCall noted;
  noted.id = call.id;
  noted.operation = &op;
  noted.first.assign(call.first, call.first + op.parameters + 1);
  const int count = call.first[op.parameters];
  noted.operands.assign(call.operands, call.operands + count);
  noted.places.resize(count);
  const char* settings = static_cast<const char*>(call.settings);
  noted.settings.assign(settings, settings + op.settings_bytes);
  noted.schedule = schedule;
  noted.labels = {label};
  for (int k = 0; k < op.parameters; ++k) {
    const char role = op.roles[k];
    for (int i = call.first[k]; i < call.first[k + 1]; ++i) {
      const Operand& operand = call.operands[i];
      if (!operand.data || operand.size == 0) continue;
      noted.places[i] = place(operand, call.arrays ? call.arrays[i] : nullptr);
      RecordedBuffer& buffer = buffers[noted.places[i].buffer];
      const bool writes = role != 'r' && role != 'R';
      const bool reads = !writes || role == 'm' || role == 'M' || operand.add;
      if (reads && buffer.block && !buffer.written) {
        PyErr_Format(
            PyExc_RuntimeError,
            "%s: inside a compiled step it reads an array, made at %s, that no fastnn operation "
            "has written. NumPy's writes are not recorded: fill it with fastnn.ops, or make it "
            "outside and pass it as an argument.",
            op.name, line(buffer.serial).c_str());
        return false;
      }
      if (writes && noted.places[i].buffer >= 1 &&
          noted.places[i].buffer <= static_cast<int>(inputs.size())) {
        PyErr_Format(PyExc_RuntimeError, "%s: a compiled step may not write to its argument %d.",
                     op.name, noted.places[i].buffer - 1);
        return false;
      }
      buffer.written |= writes;
    }
  }
  calls.push_back(std::move(noted));
  return true;
}

bool Recorder::alive(const RecordedBuffer& buffer) const {
  return buffer.block && buffer.block->live && buffer.block->serial == buffer.serial;
}

// An outside array that only this recorder still refers to was made inside the step, by NumPy: its
// values would be frozen into the program.
bool Recorder::refuse_own_arrays() {
  std::map<PyObject*, Py_ssize_t> ours;
  for (PyObject* o : held) ++ours[o];
  for (const auto& [o, count] : ours)
    if (Py_REFCNT(o) == count) {
      PyErr_SetString(
          PyExc_RuntimeError,
          "fastnn.compile: the step uses an array that NumPy made inside it; a replay would "
          "use the same values for ever. Pass it as an argument, keep it outside, or make it "
          "with fastnn.ops.");
      return false;
    }
  return true;
}

bool Recorder::finish(const std::vector<Operand>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const RecordedCall::Place at = place(outputs[i], nullptr);
    output_places.push_back(at);
    if (at.buffer > static_cast<int>(inputs.size()))
      buffers[at.buffer].output = static_cast<int>(i);
  }
  for (const RecordedBuffer& buffer : buffers) {
    if (!alive(buffer) || buffer.output >= 0) continue;
    PyErr_Format(
        PyExc_RuntimeError,
        "fastnn.compile: an array made at %s outlives the step without being returned; a replay "
        "could not renew it. Return it (in tuples, lists, dicts), or drop it before the step ends; "
        "for .grad use zero_grad(), which keeps the array.",
        line(buffer.serial).c_str());
    return false;
  }
  return refuse_own_arrays();
}

}  // namespace fastnn
