// Inside the emulation. One block runs at a time, each of its threads a fiber with a stack of its
// own, on the OS thread that launched. Kernels are compiled with g++'s sanitizer instrumentation,
// but no sanitizer is linked: the functions it calls before every load and store are ours
// (hooks.cpp) and look the address up in shadow memory, a Cell for every 4 bytes (checks.cpp).
//
// Time is one counter, stepped at each launch, block, barrier and __syncwarp. Two accesses of a
// launch, not both reads and not both atomic, are ordered if the same thread made them, if a
// barrier of the block lies between, or a __syncwarp of the warp; else they are a race, whatever
// the schedule was. Blocks of a launch are never ordered. A cell keeps the last write and the last
// reader with the bytes they touched: sub-word accesses by turns may hide a race, as may a
// __syncwarp of some lanes, which counts for all; neither makes a false one.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "emulation.h"

extern "C" {  // by the linker
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));
}

namespace emulation {

constexpr int kMaxThreads = 1024;
constexpr size_t kStackBytes = 64 << 10;    // the lowest page of each is a guard
constexpr size_t kSharedLimit = 99 << 10;   // what every device from sm_80 on has: sm_86 and sm_89
constexpr size_t kSharedMargin = 64 << 10;  // on both sides: a near miss is known for what it is

// ---- shadow memory

enum Kind : uint8_t { kRead, kWrite, kAtomic, kPending };  // pending: the target of a cp.async

struct Access {
  uint64_t time;
  uint32_t place;  // the instruction, as an offset in this module
  uint16_t thread;
  uint8_t mask, kind;  // mask: which of the 4 bytes
};
// Readers may be many: `thread` is then this and the warp's number, or kSeveral where the warps
// differ.
constexpr unsigned kSeveralOfWarp = 0x8000, kSeveral = 0xffff;
struct Cell {
  Access write, read;
};

// A piece of memory with its shadow. `defined` has a bit for every byte.
struct Memory {
  Memory(const void* data, size_t bytes, bool defined);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  bool contains(uintptr_t p, size_t n) const {
    return p >= begin && n <= bytes && p - begin <= bytes - n;
  }
  void define(uintptr_t p, size_t n, bool value);
  int64_t first_undefined(uintptr_t p, size_t n) const;  // counted from p; -1: none

  uintptr_t begin;
  size_t bytes;
  Cell* cells;
  uint8_t* defined;
  bool freed = false;
};

struct Range {  // what a launch may touch
  uintptr_t begin, end;
  bool writable;
  std::shared_ptr<Memory> memory;
};
using Ranges = std::vector<Range>;
Ranges current_ranges();

// ---- the machine

struct Copy {
  void* to;
  const void* from;
  size_t bytes, group;
  bool valid;
  uintptr_t place;  // the instruction that asked
};
enum class State : uint8_t { ready, barrier, warp, done };
struct Fiber {
  void* stack_pointer;
  int id;
  uint3 index;
  State state;
  const char* what;  // the last thing that it waited in
  Site site;         // and where
  size_t group;      // of cp.async copies that is being filled
  std::vector<Copy> copies;
};
struct Gather {  // the lanes that have come to a warp operation
  unsigned mask, arrived;
  Act act;
  const char* what;
  Site site;
  void* arguments[32];
};
struct Warp {
  Gather gathers[32];  // at the mask's lowest lane
  unsigned open;       // the gathers in use
  uint64_t time;       // of the last __syncwarp
};
enum class Order { fifo, lifo, random };

struct Machine {
  Order order;
  uint64_t random;
  // the launch
  Launch launch;
  const void* arguments;
  size_t argument_bytes;
  const Range* ranges;
  size_t range_count;
  uint16_t guess[64];                                // the range that an instruction found last
  std::vector<uint64_t> block_numbers, block_times;  // in the order of starting
  // the block
  uint3 block;
  int threads, alive, waiting;  // waiting: at the barrier
  Fiber* self;
  Fiber* first_waiting;
  Fiber fibers[kMaxThreads];
  Warp warps[kMaxThreads / 32];
  int ready[kMaxThreads], ready_first, ready_count;  // a ring
  void* main_stack_pointer;
  char* stacks;
  Memory* shared;
  uint64_t clock, launch_time, block_time, barrier_time;
  // the error that ends the launch
  bool failed;
  char error[512];  // an @ stands for the other party's place
  Site error_site;
  // instructions: being checked, at fault, and the other party's
  uintptr_t place, error_place, other_place;
};
extern Machine machine;

inline uintptr_t address(const void* p) { return reinterpret_cast<uintptr_t>(p); }
// This module's first byte, from which the places of instructions count, and its end.
inline uintptr_t module_begin() { return address(__ehdr_start); }
inline uintptr_t module_end() { return address(_end); }
// True on a fiber, whatever other OS threads do: nothing else runs on these stacks.
inline bool on_fiber() {
  return address(__builtin_frame_address(0)) - address(machine.stacks) < kMaxThreads * kStackBytes;
}
inline bool in_shared_zone(uintptr_t p) {
  return p - (machine.shared->begin - kSharedMargin) < kSharedLimit + 2 * kSharedMargin;
}
void check(const void* p, size_t bytes, Kind kind, const void* instruction);
void make_ready(Fiber& fiber);
void yield();               // to a fiber that is ready
[[noreturn]] void stuck();  // none is
bool read_schedule();       // false: the environment variable is malformed
bool run(const Launch& launch, const void* arguments, size_t bytes, const Ranges& ranges);

// ---- reports, and the runtime's own

std::string describe_failure();                   // of the machine's last run
std::string describe_kernel(const void* kernel);  // its name and place
// Notes an error of this OS thread, as cudaGetLastError() and last_error() tell it, and returns it.
cudaError_t note(cudaError_t code, const std::string& text);
// Does the work now, or keeps it for the graph that the stream is capturing.
using Work = std::function<cudaError_t()>;
cudaError_t submit(cudaStream_t stream, const Work& work);
// What a capture forbids: to allocate, and to wait. The error is noted, and the capture is lost.
cudaError_t refuse_in_capture(const char* what);
cudaError_t pending_error();  // of an earlier launch, which calls that wait return

}  // namespace emulation
