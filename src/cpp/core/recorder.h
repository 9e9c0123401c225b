// Notes the calls of one step while it runs. A buffer is known by (block, allocation serial), so
// that memory freed and reused during the recording is not confused. What was born before, or lies
// outside the arena, is one pseudo-buffer addressed by absolute address: two views of one array
// conflict there by their byte ranges, whatever objects they came from.
#pragma once
#include <Python.h>

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "../replay.h"
#include "api.h"

namespace fastnn {

struct RecordedBuffer {
  Block* block = nullptr;  // null: the outside world, or an input
  uint64_t serial = 0;
  int64_t bytes = 0;
  bool written = false;
  int output = -1;
};

class Recorder {
 public:
  static constexpr int kOutside = 0;  // then the inputs, then what is born inside

  // `inputs` are borrowed for the length of the recording.
  Recorder(Device& device, std::vector<Operand> inputs);
  ~Recorder();
  Recorder(const Recorder&) = delete;

  // The thread's own, or null. One recording at a time in a thread.
  static Recorder*& current();

  Device& device() const { return device_; }
  // Threads for which the launches have scratch, whatever is set while they are noted.
  const int slots;
  int label = 0;  // of the calls that are noted from now on
  // Called when memory is handed out while recording; `line` is the user's "file:line".
  void born(uint64_t serial, std::string line) { lines_[serial] = std::move(line); }

  // False with a Python error set: the call reads memory that nothing in the step wrote.
  bool note(const Call& call, const Schedule& schedule);

  // Everything noted, once the step's frame is gone. False with a Python error set: something born
  // inside outlives the step. `outputs` may.
  bool finish(const std::vector<Operand>& outputs);

  // Whether the memory was handed out during the recording: neither an input nor from before.
  bool made(const void* data) const;

  std::vector<RecordedCall> calls;
  std::vector<RecordedBuffer> buffers;
  std::vector<Operand> inputs;
  std::vector<RecordedCall::Place> output_places;
  std::vector<PyObject*> held;  // owners of outside memory: the program keeps them alive
  const std::string& line(uint64_t serial) const;

 private:
  RecordedCall::Place place(const Operand& operand, PyObject* array);
  bool alive(const RecordedBuffer& buffer) const;
  bool refuse_own_arrays();

  Device& device_;
  uint64_t start_;
  std::map<uint64_t, int> index_;  // allocation serial -> buffer
  std::unordered_map<uint64_t, std::string> lines_;
};

}  // namespace fastnn
