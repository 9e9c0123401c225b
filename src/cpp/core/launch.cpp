#include "launch.h"

#include <string.h>

#include <vector>

#include "../denormals.h"
#include "../settings.h"
#include "../team.h"
#include "gil.h"
#include "recorder.h"

namespace fastnn {
namespace {

struct Job {
  const Operation& operation;
  const Arguments& arguments;
  Part part;
};

void work(void* erased, int64_t index, int slot) noexcept {
  const Job& job = *static_cast<Job*>(erased);
  Part part = job.part;
  part.index = index;
  part.slot = slot;
  job.operation.run(job.arguments, part);
}

// All parts of one stage. Threads beyond `slots` have no scratch and stay away.
void run_stage(const Operation& operation, const Arguments& arguments, int stage,
               const Schedule& schedule, int slots, Status& status) {
  Job job{operation, arguments, {}};
  job.part.stage = stage;
  job.part.count = schedule.parts_for(stage, slots);
  job.part.status = &status;
  if (schedule.nanoseconds[stage] > kSerialNanoseconds && job.part.count > 1) {
    team().run(&job, work, job.part.count, slots);
    return;
  }
  FlushDenormals flush;
  for (int64_t i = 0; i < job.part.count; ++i) work(&job, i, 0);
}

// Blocks that live until the end of a call.
struct Borrowed {
  Arena& arena;
  std::vector<Block*> blocks;
  ~Borrowed() {
    for (Block* block : blocks) arena.release(block);
  }
};

bool nothing_to_do(const Operation& op, const Call& call) {
  bool written = false;
  for (int k = 0; k < op.parameters; ++k)
    for (int i = call.first[k]; i < call.first[k + 1]; ++i)
      if (strchr("wamM", op.roles[k]))
        written |= call.operands[i].size > 0 && call.operands[i].data;
  return !written;
}

bool run_on_current_stream(Device& device, OperationId id, const Arguments& arguments) {
  const Operation& op = device.operations[static_cast<int>(id)];
  put_on_stream(device, id, arguments, device.stream());
  char text[512];
  if (!device.failed(text, sizeof text)) return true;
  PyErr_Format(PyExc_RuntimeError, "%s: %s", op.name, text);
  return false;
}

bool run_on_team(const Operation& op, const Arguments& arguments, const Schedule& schedule,
                 int slots) {
  double total = 0;
  for (int s = 0; s < schedule.stages; ++s) total += schedule.nanoseconds[s];
  PyThreadState* const released = release_gil(total > kKeepGilNanoseconds);
  Status status;
  for (int s = 0; s < schedule.stages; ++s) run_stage(op, arguments, s, schedule, slots, status);
  restore_gil(released);
  if (!status.problem) return true;
  set_data_error(op, status);
  return false;
}

// y = y + result, for an operation whose kernel can only write: its result went to a buffer of its
// own.
bool add_result(Device& device, const Operand& y, const Operand& result, PyObject* array) {
  Operand operands[3] = {y, y, result};
  operands[0].add = operands[1].add = false;
  const uint16_t first[4] = {0, 1, 2, 3};
  const BinarySettings addition;
  PyObject* arrays[3] = {array, array, nullptr};
  Call add{OperationId::binary, operands, first, &addition, arrays};
  return launch(device, add);
}

}  // namespace

Block* allocate(Device& device, int64_t bytes) {
  Block* block = device.arena->allocate(bytes);
  if (!block)
    PyErr_Format(PyExc_MemoryError, "fastnn: no memory for %lld bytes on %s",
                 static_cast<long long>(bytes), device.name);
  return block;
}

void put_on_stream(Device& device, OperationId id, const Arguments& arguments, void* stream) {
  const Operation& op = device.operations[static_cast<int>(id)];
  if (device.before_run) device.before_run(op, arguments, stream);
  Part part;
  part.stream = stream;
  part.status = device.status() + static_cast<int>(id);
  op.run(arguments, part);
}

PyObject* wrap_block(Device& device, Block* block, const Operand& like) {
  struct Keeper {
    Arena* arena;
    Block* block;
  };
  auto release = [](PyObject* capsule) {
    auto* keeper = static_cast<Keeper*>(PyCapsule_GetPointer(capsule, nullptr));
    keeper->arena->release(keeper->block);
    delete keeper;
  };
  auto* keeper = new Keeper{device.arena, block};
  PyObject* capsule = PyCapsule_New(keeper, nullptr, release);
  if (!capsule) {
    device.arena->release(block);
    delete keeper;
    return nullptr;
  }
  PyObject* array = device.wrap(block->data, like, capsule);
  Py_DECREF(capsule);
  return array;
}

void set_data_error(const Operation& operation, const Status& status) {
  const char* name = operation.name;
  const auto value = static_cast<long long>(status.value),
             limit = static_cast<long long>(status.limit);
  if (!strcmp(name, "cast"))
    PyErr_Format(PyExc_ValueError, "%s: the value %lld does not fit int32, whose largest is %lld.",
                 name, value, limit);
  else
    PyErr_Format(PyExc_ValueError, "%s: %s %lld is outside 0 .. %lld.", name,
                 strstr(name, "cross_entropy") ? "label" : "index", value, limit - 1);
}

bool launch(Device& device, Call& call) {
  const Operation& op = device.operations[static_cast<int>(call.id)];
  if (nothing_to_do(op, call)) return true;
  const Arguments arguments{call.operands, call.first, call.settings};
  Borrowed borrowed{*device.arena, {}};

  struct Redirected {
    Operand y;
    int index;
  };
  std::vector<Redirected> redirected;
  Schedule schedule;
  for (int k = 0; k < op.parameters; ++k) {
    Operand& operand = call.operands[call.first[k]];
    if (op.roles[k] == 'w' && operand.add && operand.data && operand.size) {
      Block* block = allocate(device, operand.bytes());
      if (!block) return false;
      borrowed.blocks.push_back(block);
      redirected.push_back({operand, call.first[k]});
      operand.data = block->data;
      operand.add = false;
    }
  }
  op.schedule(arguments, schedule);
  Recorder* const recorder = Recorder::current();
  const int slots = !device.host ? 0 : recorder ? recorder->slots : team().slots();
  for (int k = 0; k < op.parameters; ++k) {
    if (op.roles[k] != 's') continue;
    const int64_t bytes = schedule.shared_bytes + slots * schedule.slice_bytes;
    Operand& scratch = call.operands[call.first[k]];
    if (bytes == 0) continue;
    Block* block = allocate(device, bytes);
    if (!block) return false;
    borrowed.blocks.push_back(block);
    scratch.data = block->data;
    scratch.dtype = Dtype::bytes;
    scratch.size = bytes;
    scratch.rank = 2;
    scratch.dims[0] = schedule.shared_bytes;
    scratch.dims[1] = schedule.slice_bytes;
  }
  if (recorder) {
    if (&recorder->device() != &device) {
      PyErr_Format(PyExc_RuntimeError, "%s: a compiled step on %s may not run operations on %s.",
                   op.name, recorder->device().name, device.name);
      return false;
    }
    if (!recorder->note(call, schedule)) return false;
  }
  if (!(device.host ? run_on_team(op, arguments, schedule, slots)
                    : run_on_current_stream(device, call.id, arguments)))
    return false;
  for (Redirected& r : redirected) {
    Operand result = call.operands[r.index];
    call.operands[r.index] = r.y;
    if (!add_result(device, r.y, result, call.arrays[r.index])) return false;
  }
  return true;
}

}  // namespace fastnn
