// The functions that g++ calls from code compiled with -fsanitize=thread,alignment,bounds,
// signed-integer-overflow,shift,integer-divide-by-zero. No sanitizer runtime is linked: these are
// hidden, so they serve this module alone, and another runtime in the process is not disturbed. A
// hook that is missing here is a link error.
#include "machine.h"

#pragma GCC visibility push(hidden)
extern "C" {

#define FASTNN_HOOK(bytes)                                                      \
  void __tsan_read##bytes(void* p) {                                            \
    emulation::check(p, bytes, emulation::kRead, __builtin_return_address(0));  \
  }                                                                             \
  void __tsan_write##bytes(void* p) {                                           \
    emulation::check(p, bytes, emulation::kWrite, __builtin_return_address(0)); \
  }                                                                             \
  void __tsan_unaligned_read##bytes(void* p) {                                  \
    emulation::check(p, bytes, emulation::kRead, __builtin_return_address(0));  \
  }                                                                             \
  void __tsan_unaligned_write##bytes(void* p) {                                 \
    emulation::check(p, bytes, emulation::kWrite, __builtin_return_address(0)); \
  }
FASTNN_HOOK(1)
FASTNN_HOOK(2)
FASTNN_HOOK(4)
FASTNN_HOOK(8)
FASTNN_HOOK(16)
#undef FASTNN_HOOK
void __tsan_read_range(void* p, size_t bytes) {
  emulation::check(p, bytes, emulation::kRead, __builtin_return_address(0));
}
void __tsan_write_range(void* p, size_t bytes) {
  emulation::check(p, bytes, emulation::kWrite, __builtin_return_address(0));
}
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
// The guard of a launcher's static variable.
uint8_t __tsan_atomic8_load(const volatile uint8_t* p, int) {
  return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

}  // extern "C"

namespace {

struct Where {  // what the data of every handler begins with
  const char* file;
  unsigned line, column;
};

void undefined(const char* what, void* data) {
  const auto* where = static_cast<const Where*>(data);
  if (emulation::on_fiber()) {
    emulation::machine.self->site = {where->file, static_cast<int>(where->line)};
    emulation::fail("%s", what);
  }
  emulation::note(cudaErrorLaunchFailure, std::string("host code of kernels: ") + where->file +
                                              ":" + std::to_string(where->line) + ": " + what);
}

}  // namespace

extern "C" {
void __ubsan_handle_type_mismatch_v1(void* data, void*) { undefined("misaligned access", data); }
void __ubsan_handle_out_of_bounds(void* data, void*) {
  undefined("array index out of bounds", data);
}
void __ubsan_handle_add_overflow(void* data, void*, void*) {
  undefined("integer overflow in +", data);
}
void __ubsan_handle_sub_overflow(void* data, void*, void*) {
  undefined("integer overflow in -", data);
}
void __ubsan_handle_mul_overflow(void* data, void*, void*) {
  undefined("integer overflow in *", data);
}
void __ubsan_handle_negate_overflow(void* data, void*) { undefined("integer overflow in -", data); }
void __ubsan_handle_shift_out_of_bounds(void* data, void*, void*) {
  undefined("shift out of range", data);
}
void __ubsan_handle_divrem_overflow(void* data, void*, void*) {
  undefined("integer division by zero, or overflow in it", data);
}
}  // extern "C"
#pragma GCC visibility pop
