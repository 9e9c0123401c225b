// The caching arena: memory that has been freed is handed out again, so that a warm training step
// never reaches the system's allocator (fresh memory costs 0.1 ms a MiB with huge pages, 0.4 ms
// without). Chunks of the system's memory are cut into blocks of fixed size classes; blocks never
// merge, so "which block is at this address" is an ordered map that only grows, except where memory
// is given back. Every allocation has a serial number: identity survives that an address is used
// again.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>

namespace fastnn {

// An arena destroys no Block: one whose memory was given back is blank, and serves again later. A
// stale pointer may therefore be read, and `serial` and `live` say that it is stale.
struct Block {
  char* data = nullptr;  // 64-byte aligned
  int64_t capacity = 0;  // bytes, at least those asked for
  uint64_t serial = 0;   // of the last allocation
  bool live = false;
  std::atomic<int> references{0};
  int size_class = 0;
  Block* next = nullptr;  // in the list of free blocks of its class
};

// Where chunks come from. Called with the arena's lock held: neither function may wait for Python.
struct Memory {
  void* (*allocate)(int64_t bytes);  // null when memory is out
  void (*release)(void* memory, int64_t bytes);
};

// Waits by yielding: it is held for 5 ns, or while the system maps a chunk.
class SpinLock {
 public:
  void lock();
  void unlock() { held_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> held_{false};
};

class Arena {
 public:
  explicit Arena(Memory memory);
  ~Arena();  // gives everything back, live or not
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // A block of at least `bytes` (zero: of its own all the same), with one reference and a new
  // serial; null when memory is out.
  Block* allocate(int64_t bytes) noexcept;
  void retain(Block* block) noexcept { block->references.fetch_add(1, std::memory_order_relaxed); }
  void release(Block* block) noexcept;
  // The block, live or not, whose memory contains p, or null.
  Block* find(const void* p) noexcept;

  int64_t bytes_in_use() const noexcept;  // capacity of live blocks
  int64_t bytes_held() const noexcept;    // taken from Memory
  uint64_t serial() const noexcept;       // the last one handed out
  void trim() noexcept;                   // gives back every chunk without a live block

  // While one lives, a large block goes back to the system when it is released: for what is done
  // once, which takes fresh memory for each of its arrays anyhow and leaves all of it behind. A
  // training step that runs in Python before it is recorded kept 476 MB, and so takes 258.
  class Frugal {
   public:
    explicit Frugal(Arena& arena) : arena_(arena) { ++arena_.frugal_; }
    ~Frugal() { --arena_.frugal_; }
    Frugal(const Frugal&) = delete;
    Frugal& operator=(const Frugal&) = delete;

   private:
    Arena& arena_;
  };

 private:
  static constexpr int kHuge = 64 + 14 * 4;  // the class of blocks that have a chunk of their own
  static int class_of(int64_t bytes);
  static int64_t capacity_of(int size_class);

  struct Chunk {
    int64_t bytes, used;
  };
  using Chunks = std::map<char*, Chunk>;

  Block* take_huge(int64_t bytes);
  Block* cut(int size_class, int64_t capacity);
  Chunks::iterator new_chunk(int64_t bytes);
  Chunks::iterator give_back(Chunks::iterator chunk);
  int64_t least_alone() const;
  bool give_back_alone(Block* block);
  void give_back_idle();
  void make_room(int64_t bytes);

  const Memory memory_;
  mutable SpinLock lock_;           // guards all below, and the blocks
  Block* free_[kHuge + 1] = {};     // lists, last released first
  std::map<char*, Block*> blocks_;  // by address
  Chunks chunks_;
  std::deque<Block> storage_;
  Block* blank_ = nullptr;
  uint64_t serial_ = 0;
  int64_t in_use_ = 0, held_ = 0;
  std::atomic<int> frugal_{0};  // how many Frugal there are
  int64_t huge_in_use_ = 0, huge_held_ = 0, huge_peak_ = 0;

  // A fork waits for the locks of all arenas, so that the child's copies are whole.
  Arena* next_ = nullptr;
  struct AtFork;
};

// Home of the arrays that fastnn makes: 2 MiB aligned, in huge pages where the system grants them.
Arena& host_arena();

}  // namespace fastnn
