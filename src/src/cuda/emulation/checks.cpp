// What is wrong with an access: memory that the launch may not touch, bytes that nobody wrote, a
// race, the target of a cp.async that was not waited for. Runs on the kernel's fiber before each
// load and store, so it is plain code: an inline function of std:: could be linked as the kernels'
// instrumented copy.
#include <string.h>

#include "machine.h"

namespace emulation {

namespace {

const char* name_of(Kind kind) {
  return kind == kRead ? "read" : kind == kWrite ? "write" : "atomic";
}

bool is_defined(const Memory& memory, size_t offset, size_t n) {
  if (offset % 8 + n <= 8) {  // an aligned access of at most 8 bytes
    const unsigned wanted = (1u << n) - 1;
    return (memory.defined[offset / 8] >> offset % 8 & wanted) == wanted;
  }
  return memory.first_undefined(memory.begin + offset, n) < 0;
}

// Whether the access, of this launch, happened before what this thread does now.
inline bool ordered(const Access& a) {
  if (a.time < machine.block_time) return false;  // another block
  if (a.time < machine.barrier_time) return true;
  const int me = machine.self->id;
  if (a.thread == me) return true;
  const bool same_warp =
      a.thread < kMaxThreads ? a.thread / 32 == me / 32 : a.thread == kSeveralOfWarp + me / 32;
  return same_warp && a.time < machine.warps[me / 32].time;
}

// Where the accessed bytes lie, as the report puts it, and when accesses there began to matter:
// with the launch, in shared memory with the block.
struct Space {
  const char* name;
  uintptr_t origin;
  uint64_t since;
};

[[noreturn, gnu::noinline]] void race(const Space& space, uintptr_t p, Kind kind,
                                      const Access& other) {
  const char* memory = space.name;
  const size_t offset = p - space.origin;
  machine.other_place = other.place;
  const char* did = other.kind == kRead     ? "read"
                    : other.kind == kAtomic ? "changed atomically"
                                            : "written";
  if (other.time < machine.block_time) {
    size_t i = machine.block_times.size();
    while (machine.block_times[--i] > other.time) {
    }
    const uint64_t number = machine.block_numbers[i];
    const dim3 grid = machine.launch.grid;
    fail("race in %s, byte %zu: %s here, %s by block (%u,%u,%u) at @", memory, offset,
         name_of(kind), did, static_cast<unsigned>(number % grid.x),
         static_cast<unsigned>(number / grid.x % grid.y),
         static_cast<unsigned>(number / grid.x / grid.y));
  }
  if (other.thread >= kMaxThreads) {
    fail(
        "race in %s, byte %zu: %s here, %s by several threads, one of them at @, and no barrier "
        "between",
        memory, offset, name_of(kind), did);
  }
  const uint3 thread = machine.fibers[other.thread].index;
  fail("race in %s, byte %zu: %s here, %s by thread (%u,%u,%u) at @, and no barrier between",
       memory, offset, name_of(kind), did, thread.x, thread.y, thread.z);
}

// Older readers that this one does not follow stay part of the record, for the bytes that all of
// them read.
void record_read(Access& last, Access now) {
  if ((last.mask & now.mask) && !ordered(last)) {
    if (last.time < machine.block_time) return;  // another block: whoever writes here races with it
    if (last.thread == kSeveral && (last.mask & ~now.mask) == 0) return;
    const int warp = now.thread / 32;
    const bool same_warp =
        last.thread < kMaxThreads ? last.thread / 32 == warp : last.thread == kSeveralOfWarp + warp;
    now.thread = static_cast<uint16_t>(same_warp ? kSeveralOfWarp + warp : kSeveral);
    now.mask &= last.mask;
  }
  last = now;
}

void check_cells(Memory& memory, const Space& space, uintptr_t p, size_t n, Kind kind) {
  const size_t begin = p - memory.begin, end = begin + n;
  Access now{machine.clock, static_cast<uint32_t>(machine.place),
             static_cast<uint16_t>(machine.self->id), 15, kind};
  for (size_t at = begin; at < end; at = (at | 3) + 1) {
    Cell& cell = memory.cells[at / 4];
    if (at % 4 || end - at < 4) {
      now.mask = static_cast<uint8_t>((end - at < 4 ? (1 << (end - at)) - 1 : 15) << at % 4 & 15);
    } else {
      now.mask = 15;
    }
    const Access &write = cell.write, &read = cell.read;
    if (write.time >= space.since && (write.mask & now.mask)) {
      if (write.kind == kPending) {
        machine.other_place = write.place;
        fail("%s of byte %zu of %s, the target of the cp.async at @, which was not waited for",
             name_of(kind), memory.begin + at - space.origin, space.name);
      }
      if (!(kind == kAtomic && write.kind == kAtomic) && !ordered(write))
        race(space, memory.begin + at, kind, write);
    }
    if (kind == kRead) {
      if (read.time >= space.since) {
        record_read(cell.read, now);
      } else {
        cell.read = now;
      }
    } else {
      if (read.time >= space.since && (read.mask & now.mask) && !ordered(read))
        race(space, memory.begin + at, kind, read);
      cell.write = now;
    }
  }
  if (kind != kWrite && !is_defined(memory, begin, n)) {
    p += static_cast<uintptr_t>(memory.first_undefined(p, n));
    fail("%s of byte %zu of %s, which nobody has written%s", name_of(kind), p - space.origin,
         space.name, &memory == machine.shared ? " yet: a store or a barrier is missing" : "");
  }
  if (kind != kRead) memory.define(p, n, true);
}

[[noreturn, gnu::noinline]] void outside(uintptr_t p, size_t n, Kind kind) {
  if (p < 4096) fail("%s through a null pointer", name_of(kind));
  const Range* nearest = nullptr;
  uintptr_t least = ~uintptr_t{0};
  for (const Range* r = machine.ranges; r != machine.ranges + machine.range_count; ++r) {
    if (p >= r->begin && p + n <= r->end) {
      fail("%s of byte %zu of an operand that is only read", name_of(kind), p - r->begin);
    }
    const uintptr_t distance = p < r->begin ? r->begin - p : p - r->end + 1;
    if (distance < least) {
      least = distance;
      nearest = r;
    }
  }
  if (!nearest)
    fail("%s of %zu bytes of global memory, of which the launch has none", name_of(kind), n);
  fail("%s of %zu bytes out of bounds: byte %td of the nearest operand, which has %zu",
       name_of(kind), n, static_cast<ptrdiff_t>(p - nearest->begin),
       static_cast<size_t>(nearest->end - nearest->begin));
}

void check_global(uintptr_t p, size_t n, Kind kind) {
  const auto fits = [&](const Range& r) {
    return p >= r.begin && p + n <= r.end && (kind == kRead || r.writable);
  };
  // An instruction mostly stays in one array.
  uint16_t& guess = machine.guess[machine.place / 4 % 64];
  if (guess >= machine.range_count || !fits(machine.ranges[guess])) {
    size_t i = 0;
    while (i < machine.range_count && !fits(machine.ranges[i])) ++i;
    if (i == machine.range_count) {
      if (kind == kRead && p >= module_begin() && p < module_end()) return;  // a constant
      outside(p, n, kind);
    }
    guess = static_cast<uint16_t>(i);
  }
  const Range& range = machine.ranges[guess];
  if (range.memory->freed) fail("%s of memory that was freed", name_of(kind));
  check_cells(*range.memory, {"global memory", range.begin, machine.launch_time}, p, n, kind);
}

void check_shared(uintptr_t p, size_t n, Kind kind) {
  if (!machine.shared->contains(p, n)) {
    fail("%s of %zu bytes out of bounds: byte %td of shared memory, of which the launch gave %zu",
         name_of(kind), n, static_cast<ptrdiff_t>(p - machine.shared->begin),
         machine.shared->bytes);
  }
  check_cells(*machine.shared, {"shared memory", machine.shared->begin, machine.block_time}, p, n,
              kind);
}

}  // namespace

void check(const void* q, size_t n, Kind kind, const void* instruction) {
  if (!on_fiber()) return;  // a launcher, or a function that it shares with kernels
  const uintptr_t p = address(q);
  machine.place = address(instruction) - module_begin();
  if (in_shared_zone(p)) {
    check_shared(p, n, kind);
  } else if (p - address(machine.stacks) >= kMaxThreads * kStackBytes &&
             p - address(machine.arguments) >= machine.argument_bytes) {
    check_global(p, n, kind);
  }
  machine.place = 0;
}

void* shared_memory(size_t bytes) {
  if (bytes > machine.shared->bytes) {
    machine.place = address(__builtin_return_address(0)) - module_begin();
    fail("shared<T>() of %zu bytes, but the launch gave %zu", bytes, machine.shared->bytes);
  }
  return reinterpret_cast<void*>(machine.shared->begin);
}

void atomic_load(const void* from, void* value, size_t bytes) {
  const void* instruction = __builtin_return_address(0);
  machine.place = address(instruction) - module_begin();
  if (address(from) % bytes) fail("misaligned atomic of %zu bytes at %p", bytes, from);
  check(from, bytes, kAtomic, instruction);
  memcpy(value, from, bytes);
}
void atomic_store(void* to, const void* value, size_t bytes) { memcpy(to, value, bytes); }

}  // namespace emulation
