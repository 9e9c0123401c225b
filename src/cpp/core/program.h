// A recorded step, planned and ready to be replayed: a list of launches in phases over one slab,
// with no Python in between. Programs of one compiled function share a slab and a lock.
#pragma once
#include <Python.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "../plan.h"
#include "../replay.h"
#include "lock.h"
#include "recorder.h"

namespace fastnn {

// The memory that all programs of a function use in turn, as large as the largest needs.
class Slab {
 public:
  explicit Slab(Device& device) : device_(device) {}
  ~Slab();
  Slab(const Slab&) = delete;
  // At least so many bytes; null with a MemoryError set. Growing moves it.
  char* reserve(int64_t bytes);
  ForkSafeLock lock;

 private:
  Device& device_;
  Block* block_ = nullptr;
  int64_t bytes_ = 0;
};

class Program {
 public:
  // Plans what the recorder noted. Null with a Python error set.
  static std::unique_ptr<Program> make(Recorder& recorder, const std::vector<Operand>& outputs,
                                       std::shared_ptr<Slab> slab);
  ~Program();

  // Runs the step on these arrays and returns a tuple of fresh output arrays, or null with an error
  // set. None where the program does not fit: other arguments than were recorded, or more threads
  // in use than it has scratch for.
  PyObject* replay(PyObject* const* arrays, Py_ssize_t count);
  std::string dump() const;

  // What each launch took in a replay that runs one after the other; false with an error set.
  bool time_launches(PyObject* const* arrays, Py_ssize_t count, std::vector<int64_t>& nanoseconds);

  const Plan& plan() const { return replay_.plan; }
  const Replay& launches() const { return replay_; }

 private:
  struct Patch {
    int call, operand;
    int64_t offset;
  };
  explicit Program(Device& device, std::shared_ptr<Slab> slab)
      : device_(device), slab_(std::move(slab)) {}
  bool build(Recorder& recorder, const std::vector<Operand>& outputs);
  void describe(const Recorder& recorder);
  bool bind_slab();
  bool fits(PyObject* const* arrays, Py_ssize_t count, std::vector<Operand>& given) const;
  bool bind_inputs(const std::vector<Operand>& given);
  bool capture();
  bool run_graph();
  bool time_on_stream(std::vector<int64_t>& nanoseconds);
  std::unique_lock<ForkSafeLock> locked();
  const Operation& operation_of(int launch) const {
    return *replay_.calls[replay_.launches[launch].call].operation;
  }
  PyObject* take_outputs();

  Device& device_;
  std::shared_ptr<Slab> slab_;
  char* base_ = nullptr;  // where the slab was when operands were last patched
  Replay replay_;
  std::vector<PlanLaunch> described_;
  std::vector<PlanBuffer> plan_buffers_;
  std::vector<Patch> slab_patches_;
  std::vector<std::vector<Patch>> input_patches_;
  std::vector<Operand> inputs_, outputs_;
  std::vector<int64_t> output_offsets_;
  struct Range {
    const char *begin, *end;
  };
  std::vector<Range> written_;  // outside memory that the step writes
  std::vector<PyObject*> held_;
  double nanoseconds_ = 0;
  void* graph_ = nullptr;
  std::vector<Block*> staging_;  // GPU: where a graph expects its inputs
};

}  // namespace fastnn
