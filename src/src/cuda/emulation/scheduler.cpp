// Fibers and the order in which they run. A fiber runs until it waits (waits.cpp), then one of
// those that are ready is taken: the first, the last or a random one; blocks follow one another
// likewise. An error leaves the fibers where they are and returns to run(): kernels own nothing
// that would need unwinding. Measured on one busy core: 35 ns to start and end a fiber, 15 ns for a
// switch at a barrier, 9 to 12 ns for a checked load or store.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "machine.h"

// Saves what a called function must preserve, and the stack; continues where `to` left off.
extern "C" void emulation_switch(void** from, void* to);
#ifndef __x86_64__
#error "the emulation switches fibers with x86-64 instructions"
#endif
asm(R"(
.text
.globl emulation_switch
.hidden emulation_switch
.type emulation_switch, @function
emulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulation_switch, . - emulation_switch
)");

namespace emulation {

Machine machine;

namespace {

[[noreturn]] void leave() {
  void* abandoned;
  emulation_switch(&abandoned, machine.main_stack_pointer);
  __builtin_unreachable();
}

uint64_t random_number() {  // xorshift64
  uint64_t& x = machine.random;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return x;
}

Fiber& take_ready() {
  int* ready = machine.ready;
  const int count = machine.ready_count--, first = machine.ready_first;
  if (machine.order == Order::lifo) return machine.fibers[ready[(first + count - 1) % kMaxThreads]];
  const int chosen = machine.order == Order::random ? static_cast<int>(random_number() % count) : 0;
  int& slot = ready[(first + chosen) % kMaxThreads];
  const int id = slot;
  slot = ready[first];
  machine.ready_first = (first + 1) % kMaxThreads;
  return machine.fibers[id];
}

void run_thread() {
  machine.launch.call(machine.arguments);
  Fiber& self = *machine.self;
  self.state = State::done;
  --machine.alive;
  if (!self.copies.empty()) {
    machine.place = self.copies[0].place;
    fail("the thread ends without having waited for this cp.async");
  }
  if (machine.waiting) {
    const Fiber& other = *machine.first_waiting;
    self.site = other.site;
    fail("the thread has returned while thread %d waits at the barrier of this line", other.id);
  }
  yield();
}

void start(int id) {
  Fiber& fiber = machine.fibers[id];
  const unsigned i = id, x = machine.launch.block.x, y = machine.launch.block.y;
  fiber.id = id;
  fiber.index = {i % x, i / x % y, i / (x * y)};
  fiber.site = {nullptr, 0};
  fiber.group = 0;
  fiber.copies.clear();
  // Tops of stacks 64 KB apart would all fall into the same few sets of the cache.
  char* top = machine.stacks + (id + 1) * kStackBytes - id % 61 * 64 - 128;
  void** stack = reinterpret_cast<void**>(address(top) & ~uintptr_t{15});
  *--stack = nullptr;  // a return address that nobody uses: the stack is aligned as after a call
  *--stack = reinterpret_cast<void*>(run_thread);
  for (int saved = 0; saved < 6; ++saved) *--stack = nullptr;
  fiber.stack_pointer = stack;
  make_ready(fiber);
}

void run_block(uint64_t number) {
  const dim3 grid = machine.launch.grid, size = machine.launch.block;
  machine.block = {static_cast<unsigned>(number % grid.x),
                   static_cast<unsigned>(number / grid.x % grid.y),
                   static_cast<unsigned>(number / grid.x / grid.y)};
  machine.block_time = machine.barrier_time = ++machine.clock;
  machine.block_numbers.push_back(number);
  machine.block_times.push_back(machine.block_time);
  machine.threads = machine.alive = static_cast<int>(size.x * size.y * size.z);
  machine.waiting = machine.ready_first = machine.ready_count = 0;
  memset(reinterpret_cast<void*>(machine.shared->begin), 0xff, machine.shared->bytes);
  machine.shared->define(machine.shared->begin, machine.shared->bytes, false);
  for (int i = 0; i < machine.threads; ++i) start(i);
  for (int i = 0; i < machine.threads; i += 32) machine.warps[i / 32].open = 0;
  machine.self = &take_ready();
  emulation_switch(&machine.main_stack_pointer, machine.self->stack_pointer);
}

void set_up() {
  const auto map = [](size_t bytes) {
    void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) abort();
    return static_cast<char*>(p);
  };
  char* stacks = map(kMaxThreads * kStackBytes);
  for (int i = 0; i < kMaxThreads; ++i) mprotect(stacks + i * kStackBytes, 4096, PROT_NONE);
  machine.shared =
      new Memory(map(kSharedLimit + 2 * kSharedMargin) + kSharedMargin, kSharedLimit, false);
  machine.stacks = stacks;
}

}  // namespace

void make_ready(Fiber& fiber) {
  fiber.state = State::ready;
  machine.ready[(machine.ready_first + machine.ready_count++) % kMaxThreads] = fiber.id;
}

void yield() {
  Fiber* from = machine.self;
  if (machine.ready_count == 0) {
    if (machine.alive) stuck();
    leave();
  }
  machine.self = &take_ready();
  if (machine.self != from) emulation_switch(&from->stack_pointer, machine.self->stack_pointer);
}

uint3 thread_index() { return machine.self->index; }
uint3 block_index() { return machine.block; }
uint3 block_size() {
  return {machine.launch.block.x, machine.launch.block.y, machine.launch.block.z};
}
uint3 grid_size() { return {machine.launch.grid.x, machine.launch.grid.y, machine.launch.grid.z}; }
int lane() { return machine.self->id % 32; }

void fail(const char* format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(machine.error, sizeof machine.error, format, list);
  va_end(list);
  machine.failed = true;
  machine.error_place = machine.place;
  machine.error_site = machine.self->site;
  leave();
}

bool read_schedule() {
  const char* schedule = getenv("FASTNN_EMULATION_SCHEDULE");
  machine.order = Order::fifo;
  if (!schedule || !*schedule || !strcmp(schedule, "fifo")) return true;
  machine.order = Order::lifo;
  if (!strcmp(schedule, "lifo")) return true;
  machine.order = Order::random;
  char* end = nullptr;
  if (strncmp(schedule, "random:", 7)) return false;
  machine.random =
      strtoull(schedule + 7, &end, 10) * 0x9e3779b97f4a7c15 | 1;  // never 0, which xorshift keeps
  return end != schedule + 7 && *end == 0;
}

bool run(const Launch& launch, const void* arguments, size_t argument_bytes, const Ranges& ranges) {
  if (!machine.stacks) set_up();
  machine.launch = launch;
  machine.arguments = arguments;
  machine.argument_bytes = argument_bytes;
  machine.ranges = ranges.data();
  machine.range_count = ranges.size();
  memset(machine.guess, 0, sizeof machine.guess);
  machine.block_times.clear();
  machine.block_numbers.clear();
  machine.place = machine.other_place = 0;
  machine.failed = false;
  machine.shared->bytes = launch.shared_bytes;
  machine.launch_time = ++machine.clock;

  const uint64_t blocks = uint64_t{launch.grid.x} * launch.grid.y * launch.grid.z;
  std::vector<uint64_t> shuffled(machine.order == Order::random ? blocks : 0);
  for (uint64_t i = 0; i < shuffled.size(); ++i) {  // inside out
    const uint64_t j = random_number() % (i + 1);
    shuffled[i] = shuffled[j];
    shuffled[j] = i;
  }
  for (uint64_t i = 0; i < blocks && !machine.failed; ++i) {
    run_block(machine.order == Order::fifo   ? i
              : machine.order == Order::lifo ? blocks - 1 - i
                                             : shuffled[i]);
  }
  return !machine.failed;
}

}  // namespace emulation
