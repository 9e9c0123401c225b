// See arena.h. Classes: multiples of 64 bytes up to 4 KiB, then four to each power of two (at most
// a quarter is wasted) up to 64 MiB. Larger requests are rounded to 2 MiB and have a chunk of their
// own.
#include "arena.h"

#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

namespace fastnn {
namespace {

constexpr int64_t kFine = 64, kFineLimit = 4096;
constexpr int64_t kClassLimit = int64_t{64} << 20;
constexpr int64_t kLimit = int64_t{1} << 46;  // no machine has more; nothing below can overflow
constexpr int64_t kHugePage = int64_t{2} << 20;
constexpr int64_t kChunk = 4 * kHugePage;  // a class that fills half of it or more has chunks alone

constexpr int64_t round_up(int64_t bytes, int64_t unit) { return (bytes + unit - 1) / unit * unit; }

using Guard = std::lock_guard<SpinLock>;

// Touched by whoever uses it first: that costs 0.10 ms a MiB in huge pages whether early or late,
// and in small ones 0.42 against 0.36 with MADV_POPULATE_WRITE, for memory that may never be used.
void* map_host(int64_t bytes) {
  const size_t size = static_cast<size_t>(bytes), mapped = size + kHugePage;
  void* memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  char* const base = static_cast<char*>(memory);
  const size_t before = -reinterpret_cast<uintptr_t>(base) % kHugePage;
  if (before != 0) munmap(base, before);
  munmap(base + before + size, kHugePage - before);
  madvise(base + before, size, MADV_HUGEPAGE);
  return base + before;
}

void unmap_host(void* memory, int64_t bytes) { munmap(memory, static_cast<size_t>(bytes)); }

}  // namespace

void SpinLock::lock() {
  while (held_.exchange(true, std::memory_order_acquire))
    while (held_.load(std::memory_order_relaxed)) std::this_thread::yield();
}

struct Arena::AtFork {
  static inline SpinLock lock;
  static inline Arena* first = nullptr;
  static void before() {
    lock.lock();
    for (Arena* arena = first; arena; arena = arena->next_) arena->lock_.lock();
  }
  static void after() {  // in both processes
    for (Arena* arena = first; arena; arena = arena->next_) arena->lock_.unlock();
    lock.unlock();
  }
  static inline const int registered = pthread_atfork(before, after, after);
};

Arena::Arena(Memory memory) : memory_(memory) {
  const Guard guard(AtFork::lock);
  next_ = AtFork::first;
  AtFork::first = this;
}

Arena::~Arena() {
  {
    const Guard guard(AtFork::lock);
    Arena** link = &AtFork::first;
    while (*link != this) link = &(*link)->next_;
    *link = next_;
  }
  for (const auto& [data, chunk] : chunks_) memory_.release(data, chunk.bytes);
}

int Arena::class_of(int64_t bytes) {
  if (bytes <= kFineLimit) return static_cast<int>((std::max(bytes, int64_t{1}) - 1) / kFine);
  if (bytes > kClassLimit) return kHuge;
  const uint64_t last = static_cast<uint64_t>(bytes) - 1;
  const int exponent = std::bit_width(last) - 1;  // 12 .. 25
  return 64 + (exponent - 12) * 4 + static_cast<int>(last >> (exponent - 2) & 3);
}

int64_t Arena::capacity_of(int size_class) {
  if (size_class < 64) return (size_class + 1) * kFine;
  const int quarter = size_class - 64;
  return int64_t{5 + quarter % 4} << (10 + quarter / 4);
}

Block* Arena::allocate(int64_t bytes) noexcept {
  if (bytes < 0 || bytes > kLimit) return nullptr;
  const int size_class = class_of(bytes);
  const Guard guard(lock_);
  Block* block = free_[size_class];
  if (size_class == kHuge) {
    block = take_huge(bytes);
  } else if (block) {
    free_[size_class] = block->next;
  }
  if (!block) {
    const bool huge = size_class == kHuge;
    block = cut(size_class, huge ? round_up(bytes, kHugePage) : capacity_of(size_class));
    if (!block) return nullptr;
  }
  block->serial = ++serial_;
  block->live = true;
  block->references.store(1, std::memory_order_relaxed);
  in_use_ += block->capacity;
  if (size_class == kHuge) huge_peak_ = std::max(huge_peak_, huge_in_use_ += block->capacity);
  return block;
}

void Arena::release(Block* block) noexcept {
  // Whoever sees one reference holds it, and nobody else can add another.
  if (block->references.load(std::memory_order_acquire) != 1 &&
      block->references.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  const Guard guard(lock_);
  block->references.store(0, std::memory_order_relaxed);
  block->live = false;
  in_use_ -= block->capacity;
  if (block->size_class == kHuge) huge_in_use_ -= block->capacity;
  if (frugal_ > 0 && give_back_alone(block)) return;
  block->next = free_[block->size_class];
  free_[block->size_class] = block;
}

Block* Arena::find(const void* p) noexcept {
  char* const address = static_cast<char*>(const_cast<void*>(p));
  const Guard guard(lock_);
  auto block = blocks_.upper_bound(address);
  if (block == blocks_.begin()) return nullptr;
  --block;
  return address < block->first + block->second->capacity ? block->second : nullptr;
}

int64_t Arena::bytes_in_use() const noexcept {
  const Guard guard(lock_);
  return in_use_;
}
int64_t Arena::bytes_held() const noexcept {
  const Guard guard(lock_);
  return held_;
}
uint64_t Arena::serial() const noexcept {
  const Guard guard(lock_);
  return serial_;
}
void Arena::trim() noexcept {
  const Guard guard(lock_);
  give_back_idle();
}

// Blocks of so many bytes have a chunk alone; a frugal arena looks for room in none that is there.
int64_t Arena::least_alone() const { return frugal_ > 0 ? kHugePage : kChunk / 2; }

// The smallest free huge block that holds `bytes`, if no more than a quarter larger.
Block* Arena::take_huge(int64_t bytes) {
  Block** best = nullptr;
  for (Block** link = &free_[kHuge]; *link; link = &(*link)->next) {
    const int64_t capacity = (*link)->capacity;
    if (capacity < bytes || capacity > bytes + bytes / 4) continue;
    if (!best || capacity < (*best)->capacity) best = link;
  }
  if (!best) return nullptr;
  Block* const block = *best;
  *best = block->next;
  return block;
}

// A new block, from the chunk with the least sufficient rest.
Block* Arena::cut(int size_class, int64_t capacity) try {
  auto best = chunks_.end();
  const bool alone = frugal_ > 0 && capacity >= least_alone();
  for (auto chunk = chunks_.begin(); chunk != chunks_.end() && !alone; ++chunk) {
    const int64_t rest = chunk->second.bytes - chunk->second.used;
    if (rest >= capacity &&
        (best == chunks_.end() || rest < best->second.bytes - best->second.used))
      best = chunk;
  }
  if (best == chunks_.end()) {
    if (size_class == kHuge) make_room(capacity);
    best = new_chunk(capacity < least_alone() ? kChunk : round_up(capacity, kHugePage));
    if (best == chunks_.end()) return nullptr;
  }
  if (!blank_) blank_ = &storage_.emplace_back();
  char* const data = best->first + best->second.used;
  blocks_.emplace(data, blank_);
  Block* const block = blank_;
  blank_ = block->next;
  best->second.used += capacity;
  block->data = data;
  block->capacity = capacity;
  block->size_class = size_class;
  return block;
} catch (const std::bad_alloc&) {
  return nullptr;
}

Arena::Chunks::iterator Arena::new_chunk(int64_t bytes) {
  void* memory = memory_.allocate(bytes);
  if (!memory) {
    give_back_idle();
    memory = memory_.allocate(bytes);
  }
  if (!memory) return chunks_.end();
  Chunks::iterator chunk;
  try {
    chunk = chunks_.emplace(static_cast<char*>(memory), Chunk{bytes, 0}).first;
  } catch (const std::bad_alloc&) {
    memory_.release(memory, bytes);
    throw;
  }
  held_ += bytes;
  if (bytes > kClassLimit) huge_held_ += bytes;
  return chunk;
}

// Its blocks are free, and in no list that is used again.
Arena::Chunks::iterator Arena::give_back(Chunks::iterator chunk) {
  const auto [data, bytes] = std::pair(chunk->first, chunk->second.bytes);
  for (auto i = blocks_.lower_bound(data); i != blocks_.end() && i->first < data + bytes;) {
    Block* const block = i->second;
    block->data = nullptr;
    block->capacity = 0;
    block->serial = 0;
    block->next = blank_;
    blank_ = block;
    i = blocks_.erase(i);
  }
  memory_.release(data, bytes);
  held_ -= bytes;
  if (bytes > kClassLimit) huge_held_ -= bytes;
  return chunks_.erase(chunk);
}

// A free block in no list, if it is all that was cut from its chunk, and large.
bool Arena::give_back_alone(Block* block) {
  if (block->capacity < least_alone()) return false;
  const auto chunk = chunks_.find(block->data);
  if (chunk == chunks_.end() || chunk->second.used != block->capacity) return false;
  give_back(chunk);
  return true;
}

void Arena::give_back_idle() {
  for (auto chunk = chunks_.begin(); chunk != chunks_.end();) {
    const auto first = blocks_.lower_bound(chunk->first);
    const auto last = blocks_.lower_bound(chunk->first + chunk->second.bytes);
    const bool idle = std::none_of(first, last, [](const auto& b) { return b.second->live; });
    chunk = idle ? give_back(chunk) : std::next(chunk);
  }
  std::fill(std::begin(free_), std::end(free_), nullptr);
  for (const auto& [data, block] : blocks_) {
    if (block->live) continue;
    block->next = free_[block->size_class];
    free_[block->size_class] = block;
  }
  huge_peak_ = huge_in_use_;
}

// Before another huge chunk: gives back the huge blocks that were released longest ago, while more
// would be held than 5/4 of the most that was ever in use at a moment. A step may release all that
// it used and want it again, and a free block up to a quarter too large serves; what goes beyond
// that was never needed, and comes from sizes that change. (A fixed bound would make a step that
// uses more than the bound fetch the rest from the system each time, at 0.1 to 0.4 ms a MiB.)
void Arena::make_room(int64_t bytes) {
  const int64_t peak = std::max(huge_peak_, huge_in_use_ + bytes);
  while (free_[kHuge] && huge_held_ + bytes > peak + peak / 4) {
    Block** oldest = &free_[kHuge];
    while ((*oldest)->next) oldest = &(*oldest)->next;
    const auto chunk = chunks_.find((*oldest)->data);
    *oldest = nullptr;
    give_back(chunk);
  }
}

Arena& host_arena() {
  // Never destroyed: arrays may outlive every static object.
  static Arena* const arena = new Arena({map_host, unmap_host});
  return *arena;
}

}  // namespace fastnn
