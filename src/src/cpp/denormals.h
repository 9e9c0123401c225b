// Denormals are zero while kernels run. They cost 1.2 to 2 times the time of a training step that
// has converged, and the mode is the thread's own, so bits would depend on which thread ran a part:
// every thread that runs parts holds one of these, the caller included (9 ns).
#pragma once
#include <stdint.h>

namespace fastnn {

// Sets the whole floating-point mode, not two bits of it: rounding to nearest, no traps, whatever
// the program around us has chosen. Restoring it also drops the exception flags that kernels
// raised, which NumPy would otherwise report as warnings about an operation of its own.
class FlushDenormals {
 public:
  FlushDenormals() : saved_(mode()) { set_mode(kFlush); }
  ~FlushDenormals() { set_mode(saved_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__x86_64__)
  using Mode = uint32_t;
  static constexpr Mode kFlush = 0x9FC0;  // MXCSR: all six exceptions masked, flush to zero, DAZ
  static Mode mode() { return __builtin_ia32_stmxcsr(); }
  static void set_mode(Mode mode) { __builtin_ia32_ldmxcsr(mode); }
#elif defined(__aarch64__)
  struct Mode {
    uint64_t control, status;
  };
  static constexpr Mode kFlush = {1 << 24, 0};  // FPCR.FZ: inputs and results
  static Mode mode() {
    Mode mode;
    asm volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(mode.control), "=r"(mode.status)::"memory");
    return mode;
  }
  static void set_mode(Mode mode) {
    asm volatile("msr fpcr, %0\n\tmsr fpsr, %1" ::"r"(mode.control), "r"(mode.status) : "memory");
  }
#endif
  Mode saved_;
};

}  // namespace fastnn
