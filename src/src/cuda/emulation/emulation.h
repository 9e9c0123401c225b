// CUDA without a GPU, for tests: a block's threads are fibers on one OS thread, and every load and
// store of an unchanged kernel is checked (see machine.h for how). This header is what the binding
// and the tests say to the emulation, and what the device language (language.h) is made of.
//
// An error ends its launch: cudaGetLastError() returns cudaErrorLaunchFailure and last_error() says
// "kernel: file:line: block (x,y,z) thread (x,y,z): what". The next launch starts clean.
// FASTNN_EMULATION_SCHEDULE = fifo (default) | lifo | random:SEED is the order of threads and
// blocks; it is read at every launch.
#pragma once
#include <cuda_runtime_api.h>
#include <stddef.h>
#include <stdint.h>

namespace emulation {

// ---- for the binding

// Declares an operand of the launches to come. While any is declared, a kernel may touch nothing
// else; with none, all of what cudaMalloc gave. Memory that is not cudaMalloc's may be declared too
// (it counts as initialised). A captured launch keeps the declarations that it was captured with.
void allow(const void* memory, size_t bytes, bool writable);
void allow_clear();

// From here on, in the stream's order, the bytes are undefined: reading them before they are
// written is an error, and they are filled with 0xff (NaN). What cudaMalloc gives starts so. For
// Out operands that are not added to, scratch, and the planned buffers of a program.
void poison(void* memory, size_t bytes, cudaStream_t stream);
// The host wrote these bytes of device memory directly, not by cudaMemcpy.
void written(const void* memory, size_t bytes);
// The first byte of the range that is still undefined; -1 where there is none.
int64_t first_undefined(const void* memory, size_t bytes);

// What the last failed launch or runtime call of this OS thread met; "" before the first failure.
const char* last_error();

// ---- for language.h and device.h

// A place in the source, known without debug information: the default argument of what waits.
struct Site {
  const char* file;
  int line;
  static constexpr Site here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

struct Launch {
  dim3 grid, block;
  size_t shared_bytes;
  const void* kernel;  // its address, for its name
  void (*call)(const void* arguments);
};
void launch(const Launch& launch, const void* arguments, size_t bytes, cudaStream_t stream);

// Constant within a fiber, whose frames never see another thread: the compiler may keep them.
uint3 thread_index() __attribute__((const));
uint3 block_index() __attribute__((const));
uint3 block_size() __attribute__((const));
uint3 grid_size() __attribute__((const));
int lane() __attribute__((const));

void* shared_memory(size_t bytes);
void barrier(Site site);
// All warp operations are this one: each lane of the mask leaves a pointer, the last one to arrive
// runs `act` for the whole warp, all go on. `order` makes it a fence for memory, as __syncwarp is.
using Act = void (*)(void** arguments, unsigned mask);
void together(unsigned mask, Act act, void* argument, const char* what, Site site,
              bool order = false);

// The two halves of an atomic; the first is where it is checked.
void atomic_load(const void* from, void* value, size_t bytes);
void atomic_store(void* to, const void* value, size_t bytes);
void async_copy(void* to, const void* from, size_t bytes, bool valid);
void async_commit();
void async_wait(size_t groups);
[[noreturn]] void fail(const char* format, ...) __attribute__((format(printf, 1, 2)));

}  // namespace emulation
