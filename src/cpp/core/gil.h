// Giving the GIL up for long work, and taking it back.
#pragma once
#include <Python.h>
#include <unistd.h>

namespace fastnn {

// Null where it is kept.
inline PyThreadState* release_gil(bool release) { return release ? PyEval_SaveThread() : nullptr; }

// Where the interpreter has ended meanwhile, Python ends the thread by unwinding its stack: that
// would run destructors which need the GIL. The thread waits for the end of the process instead.
inline void restore_gil(PyThreadState* released) {
  if (!released) return;
  try {
    PyEval_RestoreThread(released);
  } catch (...) {
    for (;;) pause();
  }
}

}  // namespace fastnn
