// A replay whose launches are timed, apart from the one that is fast.
#include <algorithm>
#include <chrono>
#include <new>

#include "gil.h"
#include "launch.h"
#include "program.h"

namespace fastnn {

bool Program::time_launches(PyObject* const* arrays, Py_ssize_t count,
                            std::vector<int64_t>& nanoseconds) {
  const std::unique_lock<ForkSafeLock> lock = locked();
  std::vector<Operand> given;
  if (!fits(arrays, count, given)) {
    PyErr_SetString(PyExc_RuntimeError,
                    "profile: the step does not fit what it was recorded with: other arrays, or "
                    "more threads.");
    return false;
  }
  if (!bind_slab() || !bind_inputs(given)) return false;
  if (!device_.host) return time_on_stream(nanoseconds);
  Status status;
  int stopped = -1;
  bool memory = true;
  PyThreadState* const released = release_gil(nanoseconds_ > kKeepGilNanoseconds);
  try {
    stopped = replay_.run_timed(status, nanoseconds);
  } catch (const std::bad_alloc&) {
    memory = false;
  }
  restore_gil(released);
  if (!memory) return PyErr_NoMemory() != nullptr;
  if (stopped >= 0) set_data_error(operation_of(stopped), status);
  return stopped < 0;
}

// Each launch is waited for; what waiting for nothing takes is not part of its time.
bool Program::time_on_stream(std::vector<int64_t>& nanoseconds) {
  void* const stream = device_.stream();
  std::vector<Status> found(kOperations);
  const auto run = [&](const RecordedCall* call, int64_t& took) {
    const auto begin = std::chrono::steady_clock::now();
    if (call) put_on_stream(device_, call->id, call->arguments(), stream);
    const bool good = device_.synchronize(stream, *found.data());
    const std::chrono::nanoseconds passed = std::chrono::steady_clock::now() - begin;
    took = passed.count();
    char text[512] = "waiting for the device failed";
    if (device_.failed(text, sizeof text) || !good) {
      PyErr_Format(PyExc_RuntimeError, "profile: %s", text);
      return false;
    }
    for (int id = 0; id < kOperations; ++id)
      if (found[id].problem) {
        set_data_error(device_.operations[id], found[id]);
        return false;
      }
    return true;
  };
  int64_t waiting = 0;
  for (int i = 0; i < 2; ++i)  // the first waits for what was there before
    if (!run(nullptr, waiting)) return false;
  nanoseconds.clear();
  for (const Replay::Launch& launch : replay_.launches) {
    int64_t took = 0;
    if (!run(&replay_.calls[launch.call], took)) return false;
    nanoseconds.push_back(std::max<int64_t>(took - waiting, 0));
  }
  return true;
}

}  // namespace fastnn
