// What a thread waits for: the block's barrier, the operations of its warp, and cp.async. The first
// two are strict where the hardware may forgive: all threads of the block come to the same barrier,
// and all lanes of the mask to the same operation, "the same" being a place in the source. When no
// fiber is ready and not all are done, the kernel is stuck, and the report says who waits where.
#include <stdio.h>
#include <string.h>

#include "machine.h"

namespace emulation {

namespace {

bool same(const Site& a, const Site& b) {
  return a.line == b.line && (a.file == b.file || !strcmp(a.file, b.file));
}

// Marks the target of a copy as under way, or as written by this thread now.
void mark(const Copy& copy, Kind kind) {
  const uintptr_t offset = address(copy.to) - machine.shared->begin;
  for (size_t i = 0; i < copy.bytes; i += 4) {
    Access& write = machine.shared->cells[(offset + i) / 4].write;
    write.time = machine.clock;
    write.kind = kind;
  }
}

}  // namespace

void stuck() {
  char text[400];
  size_t used = 0;
  const Fiber* last = nullptr;
  for (int i = 0; i < machine.threads; ++i) {
    Fiber& fiber = machine.fibers[i];
    const bool waits = fiber.state == State::barrier || fiber.state == State::warp;
    if (waits && (!last || fiber.what != last->what || fiber.site.line != last->site.line) &&
        used < sizeof text) {
      used += snprintf(text + used, sizeof text - used, "%s thread %d in %s at line %d",
                       last ? "," : "", i, fiber.what, fiber.site.line);
      if (!last) machine.self = &fiber;
    }
    if (waits) last = &fiber;
  }
  fail("%d of %d threads wait for ever:%s", machine.alive, machine.threads, text);
}

void barrier(Site site) {
  Fiber& self = *machine.self;
  self.site = site;
  self.what = "__syncthreads";
  self.state = State::barrier;
  if (machine.alive < machine.threads) {
    fail("barrier, but %d threads of the block have returned", machine.threads - machine.alive);
  }
  if (machine.waiting++ == 0) machine.first_waiting = &self;
  const Fiber& first = *machine.first_waiting;
  if (!same(first.site, site)) {
    fail("divergent barrier: thread %d waits at %s:%d", first.id, first.site.file, first.site.line);
  }
  if (machine.waiting == machine.threads) {
    machine.waiting = 0;
    machine.barrier_time = ++machine.clock;
    for (int i = 0; i < machine.threads; ++i) make_ready(machine.fibers[i]);
  }
  yield();
}

void together(unsigned mask, Act act, void* argument, const char* what, Site site, bool order) {
  Fiber& self = *machine.self;
  self.site = site;
  self.what = what;
  const int lane = self.id % 32, first = self.id - lane, lanes = machine.threads - first;
  const unsigned present = lanes < 32 ? (1u << lanes) - 1 : ~0u;
  if (mask == ~0u) mask = present;  // all that a partial last warp has
  if (!(mask >> lane & 1)) fail("%s: lane %d is not in its own mask %08x", what, lane, mask);
  if (mask & ~present) fail("%s: the mask %08x has lanes that the block has not", what, mask);

  Warp& warp = machine.warps[first / 32];
  const int slot = __builtin_ctz(mask);
  Gather& gather = warp.gathers[slot];
  if (!(warp.open >> slot & 1)) {
    warp.open |= 1u << slot;
    gather.mask = mask;
    gather.arrived = 0;
    gather.act = act;
    gather.what = what;
    gather.site = site;
  }
  if (gather.mask != mask) {
    fail("%s: mask %08x, but others of the warp wait with %08x", what, mask, gather.mask);
  }
  if (gather.act != act || !same(gather.site, site)) {
    fail("divergent warp: %s here, but others wait in %s at %s:%d", what, gather.what,
         gather.site.file, gather.site.line);
  }
  gather.arguments[lane] = argument;
  gather.arrived |= 1u << lane;
  if (gather.arrived != mask) {
    self.state = State::warp;
    yield();
    return;
  }
  act(gather.arguments, mask);
  if (order) warp.time = ++machine.clock;
  warp.open &= ~(1u << slot);
  for (unsigned rest = mask & ~(1u << lane); rest; rest &= rest - 1) {
    make_ready(machine.fibers[first + __builtin_ctz(rest)]);
  }
  if (machine.order != Order::fifo) {
    make_ready(self);
    yield();
  }
}

// cp.async: the bytes come as late as they may, at the wait; until then there are NaNs.
void async_copy(void* to, const void* from, size_t bytes, bool valid) {
  const void* instruction = __builtin_return_address(0);
  machine.place = address(instruction) - module_begin();
  if ((address(to) | (valid ? address(from) : 0)) % bytes) {
    fail("misaligned cp.async of %zu bytes from %p to %p", bytes, from, to);
  }
  if (!in_shared_zone(address(to))) fail("cp.async to %p, which is not shared memory", to);
  if (valid) check(from, bytes, kRead, instruction);
  check(to, bytes, kWrite, instruction);
  const Copy copy{
      to, from, bytes, machine.self->group, valid, address(instruction) - module_begin()};
  mark(copy, kPending);
  memset(to, 0xff, bytes);
  machine.self->copies.push_back(copy);
}
void async_commit() { ++machine.self->group; }
void async_wait(size_t groups) {
  Fiber& self = *machine.self;
  size_t left = 0;
  for (const Copy& copy : self.copies) {
    if (copy.group + groups >= self.group) {
      self.copies[left++] = copy;
    } else {
      mark(copy, kWrite);
      if (copy.valid) {
        memcpy(copy.to, copy.from, copy.bytes);
      } else {
        memset(copy.to, 0, copy.bytes);
      }
    }
  }
  self.copies.resize(left);
}

}  // namespace emulation
