// What the three extension modules know of each other. `_core` owns the arena, the team, the
// recorder and the programs; `_cpu` and `_cuda` own an operation table and know how to read their
// arrays. They share no symbol: at import a device module takes CoreApi from a capsule and hands
// back its Device. No C++ exception crosses either table.
#pragma once
#include <Python.h>

#include "../arena.h"
#include "../contract.h"
#include "../operations.h"

namespace fastnn {

// Clears an error that does not matter to us. Ctrl-C does: it is put back, to be raised by the
// interpreter at its next instruction.
inline void forget_error() {
  if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) PyErr_SetInterrupt();
  PyErr_Clear();
}

struct Device {
  const char* name;  // "cpu", "cuda", "cuda_emulated"
  const Operation* operations = nullptr;
  bool host = true;  // parts run on the team; else a call is put on a stream, whole
  Memory memory{};
  Arena* arena = nullptr;  // filled in by the core

  // Reads a Python array as an operand; false with a reason in `why` (what came, what is wanted,
  // the cure) where it is not one. `writable`: it will be written.
  struct Why {
    bool type_error = true;
    char text[512] = "";
  };
  bool (*read)(PyObject* array, bool writable, Operand& operand, Why& why) = nullptr;
  // The object whose lifetime is that of the array's memory (a new reference).
  PyObject* (*owner)(PyObject* array) = nullptr;
  // A new array over `bytes` at `data`, kept alive by `keeper` (a new reference, or null with an
  // error).
  PyObject* (*wrap)(void* data, const Operand& like, PyObject* keeper) = nullptr;

  // GPU only.
  void* (*stream)() = nullptr;    // the calling thread's current stream
  Status* (*status)() = nullptr;  // in device memory, one an operation
  // Before each call; the emulation learns here what the call may touch.
  void (*before_run)(const Operation&, const Arguments&, void* stream) = nullptr;
  bool (*failed)(char* text, size_t size) = nullptr;           // and why, after launches
  bool (*synchronize)(void* stream, Status& found) = nullptr;  // `found`: one an operation
  bool (*copy)(void* to, const void* from, int64_t bytes, void* stream) = nullptr;
  void* (*capture_stream)() = nullptr;
  bool (*capture_begin)(void* stream) = nullptr;
  void* (*capture_end)(void* stream) = nullptr;  // an executable graph
  bool (*graph_launch)(void* graph, void* stream) = nullptr;
  void (*graph_destroy)(void* graph) = nullptr;
};

// One call: operands of all parameters, those of scratch parameters empty until the core fills them
// in.
struct Call {
  OperationId id;
  Operand* operands;
  const uint16_t* first;
  const void* settings;
  PyObject* const* arrays;  // one an operand, null where absent
};

constexpr int kApiVersion = 1;
constexpr const char* kApiCapsule = "fastnn._core.api";

struct CoreApi {
  int version;
  void (*register_device)(Device*);
  // Runs, and while this thread records also notes, a call that check() has passed. False with a
  // Python error set.
  bool (*launch)(Device&, Call&);
};

}  // namespace fastnn
