#include "program.h"

#include <string.h>

#include <limits>
#include <new>

#include "../chains.h"
#include "../fusions.h"
#include "../team.h"
#include "gil.h"
#include "launch.h"

namespace fastnn {

Slab::~Slab() {
  if (block_) device_.arena->release(block_);
}

char* Slab::reserve(int64_t bytes) {
  if (!block_ || bytes > bytes_) {
    if (block_) device_.arena->release(block_);
    block_ = nullptr;
    bytes_ = 0;
    device_.arena->trim();  // of what the step took while it was recorded
    block_ = allocate(device_, bytes);
    if (!block_) return nullptr;
    bytes_ = bytes;
  }
  return block_->data;
}

std::unique_ptr<Program> Program::make(Recorder& recorder, const std::vector<Operand>& outputs,
                                       std::shared_ptr<Slab> slab) {
  if (!recorder.finish(outputs)) return nullptr;
  std::unique_ptr<Program> program(new Program(recorder.device(), std::move(slab)));
  if (!program->build(recorder, outputs)) return nullptr;
  return program;
}

Program::~Program() {
  if (graph_) device_.graph_destroy(graph_);
  for (Block* block : staging_) device_.arena->release(block);
  for (PyObject* o : held_) Py_DECREF(o);
}

// From recorded calls to fused ones and to the planner's launches: one a stage, each with all of
// its call's operands, so that stages follow one another.
void Program::describe(const Recorder& recorder) {
  const int inputs = static_cast<int>(recorder.inputs.size());
  for (size_t i = 0; i < recorder.buffers.size(); ++i) {
    PlanBuffer buffer;
    buffer.bytes = recorder.buffers[i].bytes;
    buffer.kind = i == Recorder::kOutside           ? BufferKind::variable
                  : static_cast<int>(i) <= inputs   ? BufferKind::input
                  : recorder.buffers[i].output >= 0 ? BufferKind::output
                                                    : BufferKind::planned;
    if (i == Recorder::kOutside) buffer.bytes = std::numeric_limits<int64_t>::max();
    plan_buffers_.push_back(buffer);
  }
  fuse(replay_.calls, plan_buffers_, device_.operations, fusion_wanted());
  make_chains(replay_.calls, plan_buffers_, device_.operations);
  for (size_t c = 0; c < replay_.calls.size(); ++c) {
    const RecordedCall& call = replay_.calls[c];
    const Operation& op = device_.operations[static_cast<int>(call.id)];
    const int stages = device_.host ? call.schedule.stages : 1;
    for (int stage = 0; stage < stages; ++stage) {
      PlanLaunch launch;
      launch.name = op.name;
      launch.algorithm = call.schedule.algorithm;
      launch.stage = stage;
      launch.parts = device_.host ? call.schedule.parts_for(stage, replay_.slots) : 1;
      launch.nanoseconds = call.schedule.nanoseconds[stage];
      launch.accesses = call.accesses(stage);
      described_.push_back(launch);
      replay_.launches.push_back({static_cast<int>(c), stage, launch.parts});
    }
  }
}

bool Program::build(Recorder& recorder, const std::vector<Operand>& outputs) {
  replay_.calls = std::move(recorder.calls);
  held_ = std::move(recorder.held);
  recorder.held.clear();
  inputs_ = recorder.inputs;
  outputs_ = outputs;
  replay_.slots = recorder.slots;
  describe(recorder);
  PlanOptions options;
  options.serial_nanoseconds = kSerialNanoseconds;
  replay_.plan = make_plan(plan_buffers_, described_, options);
  if (replay_.plan.unwritten) {
    PyErr_SetString(PyExc_RuntimeError,
                    "fastnn.compile: the step reads memory that nothing in it wrote.");
    return false;
  }
  std::vector<Replay::Launch> ordered;
  std::vector<bool> alive(replay_.calls.size(), false);
  for (int i : replay_.plan.order) {
    ordered.push_back(replay_.launches[i]);
    alive[replay_.launches[i].call] = true;
    nanoseconds_ += described_[i].nanoseconds;
  }
  replay_.launches.swap(ordered);
  replay_.share_parts();
  input_patches_.resize(inputs_.size());
  for (size_t c = 0; c < replay_.calls.size(); ++c) {
    if (!alive[c]) continue;
    const Operation& op = device_.operations[static_cast<int>(replay_.calls[c].id)];
    for (int k = 0; k < op.parameters; ++k)
      for (int i = replay_.calls[c].first[k]; i < replay_.calls[c].first[k + 1]; ++i) {
        const RecordedCall::Place at = replay_.calls[c].places[i];
        const Patch patch{static_cast<int>(c), i, at.offset};
        if (at.buffer > static_cast<int>(inputs_.size()))
          slab_patches_.push_back({patch.call, i, replay_.plan.offset[at.buffer] + at.offset});
        else if (at.buffer >= 1)
          input_patches_[at.buffer - 1].push_back(patch);
        else if (at.buffer == Recorder::kOutside && strchr("wamM", op.roles[k])) {
          const char* begin = static_cast<const char*>(replay_.calls[c].operands[i].data);
          written_.push_back({begin, begin + replay_.calls[c].operands[i].bytes()});
        }
      }
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const RecordedCall::Place at = recorder.output_places[i];
    if (at.buffer <= static_cast<int>(inputs_.size())) {
      PyErr_Format(
          PyExc_RuntimeError,
          "fastnn.compile: output %zu is not made by the step (an argument, or an array from "
          "outside); return it from the caller instead.",
          i);
      return false;
    }
    output_offsets_.push_back(replay_.plan.offset[at.buffer] + at.offset);
  }
  return device_.host || capture();
}

bool Program::bind_slab() {
  char* base = slab_->reserve(replay_.plan.slab_bytes);
  if (!base) return false;
  if (base != base_)
    for (const Patch& p : slab_patches_)
      replay_.calls[p.call].operands[p.operand].data = base + p.offset;
  base_ = base;
  return true;
}

bool Program::fits(PyObject* const* arrays, Py_ssize_t count, std::vector<Operand>& given) const {
  if (count != static_cast<Py_ssize_t>(inputs_.size()) ||
      (device_.host && team().slots() > replay_.slots))
    return false;
  given.resize(inputs_.size());
  Device::Why why;
  for (size_t i = 0; i < inputs_.size(); ++i)
    if (!device_.read(arrays[i], false, given[i], why) || given[i].dtype != inputs_[i].dtype ||
        given[i].rank != inputs_[i].rank ||
        memcmp(given[i].dims, inputs_[i].dims, sizeof(int64_t) * given[i].rank))
      return false;
  return true;
}

bool Program::bind_inputs(const std::vector<Operand>& given) {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    char* data = static_cast<char*>(given[i].data);
    for (const Range& w : written_)
      if (data < w.end && w.begin < data + given[i].bytes()) {
        PyErr_Format(
            PyExc_ValueError,
            "fastnn.compile: argument %zu overlaps memory that the step writes (a variable). "
            "Pass a copy.",
            i);
        return false;
      }
    for (const Patch& p : input_patches_[i])
      if (device_.host) replay_.calls[p.call].operands[p.operand].data = data + p.offset;
    if (!device_.host && given[i].size &&
        !device_.copy(staging_[i]->data, data, given[i].bytes(), device_.stream())) {
      PyErr_SetString(PyExc_RuntimeError, "fastnn.compile: copying an argument failed.");
      return false;
    }
  }
  return true;
}

// The planned list runs once under capture. A graph's addresses are fixed: the slab becomes the
// program's own, and inputs are copied to blocks of their own before each replay.
bool Program::capture() {
  slab_ = std::make_shared<Slab>(device_);
  if (!bind_slab()) return false;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    Block* block = allocate(device_, inputs_[i].bytes());
    if (!block) return false;
    staging_.push_back(block);
    for (const Patch& p : input_patches_[i])
      replay_.calls[p.call].operands[p.operand].data = block->data + p.offset;
  }
  void* stream = device_.capture_stream();
  bool good = stream && device_.capture_begin(stream);
  if (good) {
    for (const Replay::Launch& launch : replay_.launches) {
      const RecordedCall& call = replay_.calls[launch.call];
      put_on_stream(device_, call.id, call.arguments(), stream);
    }
    graph_ = device_.capture_end(stream);
  }
  char text[512] = "no graph";
  if (device_.failed(text, sizeof text) || !graph_) {
    PyErr_Format(PyExc_RuntimeError, "fastnn.compile: capture failed: %s", text);
    return false;
  }
  return true;
}

bool Program::run_graph() {
  char text[512] = "unknown error";
  if (device_.graph_launch(graph_, device_.stream()) && !device_.failed(text, sizeof text))
    return true;
  PyErr_Format(PyExc_RuntimeError, "replay: %s", text);
  return false;
}

PyObject* Program::take_outputs() {
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(outputs_.size()));
  if (!tuple) return nullptr;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    PyObject* array = nullptr;
    if (Block* block = allocate(device_, outputs_[i].bytes())) {
      if (device_.host)
        memcpy(block->data, base_ + output_offsets_[i], static_cast<size_t>(outputs_[i].bytes()));
      else if (outputs_[i].size)
        device_.copy(block->data, base_ + output_offsets_[i], outputs_[i].bytes(),
                     device_.stream());
      array = wrap_block(device_, block, outputs_[i]);
    }
    if (!array) {
      Py_DECREF(tuple);
      return nullptr;
    }
    PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), array);
  }
  return tuple;
}

std::unique_lock<ForkSafeLock> Program::locked() {
  std::unique_lock<ForkSafeLock> lock(slab_->lock, std::try_to_lock);
  if (!lock.owns_lock()) {  // another thread replays: it may need the GIL to finish
    PyThreadState* const released = release_gil(true);
    lock.lock();
    restore_gil(released);
  }
  return lock;
}

PyObject* Program::replay(PyObject* const* arrays, Py_ssize_t count) {
  const std::unique_lock<ForkSafeLock> lock = locked();
  std::vector<Operand> given;
  if (!fits(arrays, count, given)) Py_RETURN_NONE;
  if (!bind_slab() || !bind_inputs(given)) return nullptr;
  if (!device_.host) return run_graph() ? take_outputs() : nullptr;
  Status status;
  PyThreadState* const released = release_gil(nanoseconds_ > kKeepGilNanoseconds);
  int stopped = -1;
  bool memory = true;
  try {
    stopped = replay_.run(status);
  } catch (const std::bad_alloc&) {
    memory = false;
  }
  restore_gil(released);
  if (!memory) return PyErr_NoMemory();
  if (stopped >= 0) {
    set_data_error(operation_of(stopped), status);
    return nullptr;
  }
  return take_outputs();
}

std::string Program::dump() const { return fastnn::dump(plan_buffers_, described_, replay_.plan); }

}  // namespace fastnn
