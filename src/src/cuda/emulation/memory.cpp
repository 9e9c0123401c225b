// Device memory: what cudaMalloc gave, the operands that a caller declares, and which of their
// bytes are defined. Memory that is not cudaMalloc's (NumPy's, in the tests) gets its shadow when
// it is declared.
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "machine.h"

namespace emulation {

Memory::Memory(const void* data, size_t size, bool is_defined)
    : begin(address(data)),
      bytes(size),
      cells(static_cast<Cell*>(calloc(size / 4 + 1, sizeof(Cell)))),  // zeros: never touched
      defined(static_cast<uint8_t*>(malloc(size / 8 + 1))) {
  if (!cells || !defined) abort();
  memset(defined, is_defined ? 0xff : 0, size / 8 + 1);
}

Memory::~Memory() {
  free(cells);
  free(defined);
}

void Memory::define(uintptr_t p, size_t n, bool value) {
  for (size_t at = p - begin, end = at + n; at < end;) {
    if (at % 8 == 0 && end - at >= 8) {
      memset(defined + at / 8, value ? 0xff : 0, (end - at) / 8);
      at += (end - at) / 8 * 8;
    } else {  // bits of one byte
      const size_t stop = std::min(end, (at | 7) + 1);
      const unsigned bits = ((1u << (stop - at)) - 1) << at % 8;
      defined[at / 8] =
          static_cast<uint8_t>(value ? defined[at / 8] | bits : defined[at / 8] & ~bits);
      at = stop;
    }
  }
}

int64_t Memory::first_undefined(uintptr_t p, size_t n) const {
  const size_t start = p - begin;
  for (size_t at = start; at < start + n; ++at) {
    if (at % 8 == 0 && start + n - at >= 8 && defined[at / 8] == 0xff) {
      at += 7;
    } else if (!(defined[at / 8] >> at % 8 & 1)) {
      return static_cast<int64_t>(at - start);
    }
  }
  return -1;
}

namespace {

std::mutex mutex;
// By their ends. Never destroyed: an arena may give its blocks back when the process ends.
auto& allocations = *new std::map<uintptr_t, std::shared_ptr<Memory>>;
thread_local Ranges declared;

// A graph may outlive what it works on.
template <class... M>
bool any_freed(const M&... memory) {
  if (!((memory && memory->freed) || ...)) return false;
  note(cudaErrorIllegalAddress, "a graph works on memory that was freed");
  return true;
}

// The memory with these bytes, null where nothing is known of them.
std::shared_ptr<Memory> memory_of(const void* data, size_t bytes) {
  const uintptr_t p = address(data);
  {
    const std::lock_guard lock(mutex);
    const auto found = allocations.upper_bound(p);
    if (found != allocations.end() && found->second->contains(p, bytes)) return found->second;
  }
  for (const Range& range : declared) {
    if (range.memory->contains(p, bytes)) return range.memory;
  }
  return nullptr;
}

}  // namespace

void allow(const void* memory, size_t bytes, bool writable) {
  if (bytes == 0) return;
  std::shared_ptr<Memory> known = memory_of(memory, bytes);
  if (!known) known = std::make_shared<Memory>(memory, bytes, true);
  const uintptr_t begin = address(memory);
  declared.push_back({begin, begin + bytes, writable, std::move(known)});
}

void allow_clear() { declared.clear(); }

Ranges current_ranges() {
  if (!declared.empty()) return declared;
  Ranges all;
  const std::lock_guard lock(mutex);
  for (const auto& [end, memory] : allocations) all.push_back({memory->begin, end, true, memory});
  return all;
}

void poison(void* data, size_t bytes, cudaStream_t stream) {
  submit(stream, [data, bytes, memory = memory_of(data, bytes)] {
    if (any_freed(memory)) return cudaErrorIllegalAddress;
    memset(data, 0xff, bytes);
    if (memory) memory->define(address(data), bytes, false);
    return cudaSuccess;
  });
}

void written(const void* data, size_t bytes) {
  if (const auto memory = memory_of(data, bytes)) memory->define(address(data), bytes, true);
}

int64_t first_undefined(const void* data, size_t bytes) {
  const auto memory = memory_of(data, bytes);
  return memory ? memory->first_undefined(address(data), bytes) : -1;
}

namespace {

// A range that begins in an allocation must end in it.
bool beyond(const void* data, size_t bytes) {
  const std::lock_guard lock(mutex);
  const auto found = allocations.upper_bound(address(data));
  return found != allocations.end() && address(data) >= found->second->begin &&
         !found->second->contains(address(data), bytes);
}

cudaError_t copy(void* to, const void* from, size_t bytes, cudaStream_t stream) {
  if (beyond(to, bytes) || beyond(from, bytes))
    return note(cudaErrorInvalidValue, "copy out of bounds");
  const auto target = memory_of(to, bytes), source = memory_of(from, bytes);
  return submit(stream, [=] {
    if (any_freed(target, source)) return cudaErrorIllegalAddress;
    memmove(to, from, bytes);
    if (!target) return cudaSuccess;
    target->define(address(to), bytes, true);
    if (!source) return cudaSuccess;
    for (size_t at = 0; at < bytes; ++at) {  // what is undefined stays so
      const int64_t next = source->first_undefined(address(from) + at, bytes - at);
      if (next < 0) break;
      at += next;
      target->define(address(to) + at, 1, false);
    }
    return cudaSuccess;
  });
}

}  // namespace
}  // namespace emulation

using namespace emulation;

cudaError_t cudaMalloc(void** result, size_t bytes) {
  if (const cudaError_t error = refuse_in_capture("cudaMalloc")) return error;
  *result = nullptr;
  if (bytes == 0) return cudaSuccess;
  void* data = aligned_alloc(256, (bytes + 255) / 256 * 256);
  if (!data) return note(cudaErrorMemoryAllocation, "cudaMalloc: out of memory");
  memset(data, 0xff, bytes);
  const std::lock_guard lock(mutex);
  allocations[address(data) + bytes] = std::make_shared<Memory>(data, bytes, false);
  *result = data;
  return cudaSuccess;
}

cudaError_t cudaFree(void* data) {
  if (const cudaError_t error = refuse_in_capture("cudaFree")) return error;
  if (!data) return cudaSuccess;
  const std::lock_guard lock(mutex);
  const auto found = allocations.upper_bound(address(data));
  if (found == allocations.end() || found->second->begin != address(data)) {
    return note(cudaErrorInvalidValue, "cudaFree: not what cudaMalloc gave");
  }
  found->second->freed = true;  // a graph may still know it
  allocations.erase(found);
  free(data);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind,
                            cudaStream_t stream) {
  return copy(to, from, bytes, stream);
}

cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind) {
  if (const cudaError_t error = refuse_in_capture("cudaMemcpy")) return error;
  if (const cudaError_t error = pending_error()) return error;
  return copy(to, from, bytes, nullptr);
}

cudaError_t cudaMemsetAsync(void* data, int value, size_t bytes, cudaStream_t stream) {
  if (beyond(data, bytes)) return note(cudaErrorInvalidValue, "memset out of bounds");
  return submit(stream, [=, memory = memory_of(data, bytes)] {
    if (any_freed(memory)) return cudaErrorIllegalAddress;
    memset(data, value, bytes);
    if (memory) memory->define(address(data), bytes, true);
    return cudaSuccess;
  });
}

cudaError_t cudaMemset(void* data, int value, size_t bytes) {
  return cudaMemsetAsync(data, value, bytes, nullptr);
}
