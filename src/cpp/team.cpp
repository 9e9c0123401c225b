// See team.h. The caller writes the job, then one cursor an owner, then rings `published_`; workers
// claim parts by compare-and-swap on a cursor. Its word is all that a claim depends on:
//
//     bits 0..20 end | 21..41 next | 42..63 slots
//
// Parts [next, end) are free, to slots below `slots`; the owner takes from the front, thieves from
// the back. 21 bits hold the numbers 0 .. 2^20. The word carries no epoch: a swap that succeeds has
// found a free part of the current launch, whichever launch the expected value was read in, and
// that launch cannot end before the part is done. So job and work are read only after a claim,
// nothing wraps, nothing is reset, and the caller waits for no worker that has claimed nothing.
#include "team.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <exception>
#include <new>
#include <thread>

#include "cpus.h"
#include "denormals.h"

namespace fastnn {
namespace {

// Two lines: x86 fetches them in pairs.
constexpr int kLine = 128;

// Longer than the gaps between the launches of a step, shorter than a scheduler's slice. By the
// clock, since a pause takes 10 to 140 cycles depending on the processor.
constexpr std::chrono::microseconds kSpin{50};

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  asm volatile("isb" ::: "memory");  // `yield` does nothing on most cores
#endif
}

// A counter that threads wait on: they spin, then sleep in the kernel. add() tells whether somebody
// sleeps, so that ringing costs a system call only then: of "add, then look for sleepers" and
// "announce the sleep, then look at the value" one must see the other, hence the sequential
// consistency.
class alignas(kLine) Signal {
 public:
  uint32_t value() const { return value_.load(std::memory_order_acquire); }

  bool add(uint32_t n) {
    value_.fetch_add(n, std::memory_order_seq_cst);
    return sleepers_.load(std::memory_order_seq_cst) != 0;
  }
  void wake(int most) { futex(FUTEX_WAKE_PRIVATE, static_cast<uint32_t>(most)); }

  // Returns once the value is not `old`.
  void wait(uint32_t old) {
    std::chrono::steady_clock::time_point limit{};
    for (int i = 1; value() == old; ++i) {
      pause();
      if (i % 64 != 0) continue;  // the clock takes as long as a pause
      const auto now = std::chrono::steady_clock::now();
      if (i == 64) limit = now + kSpin;
      if (now < limit) continue;
      sleepers_.fetch_add(1, std::memory_order_seq_cst);
      while (value_.load(std::memory_order_seq_cst) == old) futex(FUTEX_WAIT_PRIVATE, old);
      sleepers_.fetch_sub(1, std::memory_order_relaxed);
      return;
    }
  }

 private:
  void futex(int operation, uint32_t value) {
    syscall(SYS_futex, &value_, operation, value, nullptr, nullptr, 0);
  }
  std::atomic<uint32_t> value_{0}, sleepers_{0};
};

class alignas(kLine) Cursor {
 public:
  void open(int64_t begin, int64_t end, int slots) {
    word_.store(static_cast<uint64_t>(slots) << 42 | static_cast<uint64_t>(begin) << 21 |
                    static_cast<uint64_t>(end),
                std::memory_order_release);
  }
  // A part, or -1 where none is left for this slot.
  int64_t claim(int slot, bool owner) {
    uint64_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      const uint64_t end = word & kMask, next = word >> 21 & kMask;
      if (next == end || static_cast<uint64_t>(slot) >= word >> 42) return -1;
      if (word_.compare_exchange_weak(word, owner ? word + (1 << 21) : word - 1,
                                      std::memory_order_acquire, std::memory_order_relaxed))
        return static_cast<int64_t>(owner ? next : end - 1);
    }
  }

 private:
  static constexpr uint64_t kMask = (1 << 21) - 1;
  static_assert(kMaxParts <= static_cast<int64_t>(kMask) && kMaxThreads < 1 << 22);
  std::atomic<uint64_t> word_{0};
};

// The processors that a worker may use, without the one that it last left, and within those of the
// process's first thread, which the user may have confined meanwhile.
class Affinity {
 public:
  Affinity() { sched_getaffinity(0, sizeof allowed_, &allowed_); }

  // Does nothing where there is no other.
  void leave(int cpu) {
    cpu_set_t now, rest;
    if (sched_getaffinity(0, sizeof now, &now) != 0) return;
    if (!CPU_EQUAL(&now, &set_)) allowed_ = now;  // somebody else has set it since
    if (sched_getaffinity(getpid(), sizeof rest, &rest) != 0) return;
    CPU_AND(&rest, &rest, &allowed_);
    if (cpu < CPU_SETSIZE) CPU_CLR(cpu, &rest);
    if (CPU_COUNT(&rest) > 0 && sched_setaffinity(0, sizeof rest, &rest) == 0) set_ = rest;
  }

 private:
  cpu_set_t allowed_{}, set_{};
};

}  // namespace

// Whoever holds Team::busy_ may call; only serve() runs on the workers.
class Team::Pool {
 public:
  // Starts what is missing; those beyond n park on `size_`. Returns how many threads there are,
  // which is less than n where the system refuses to start more.
  int resize(int n) {
    try {
      for (; workers_ < n - 1; ++workers_) std::thread(&Pool::serve, this, workers_ + 1).detach();
    } catch (const std::exception&) {
      n = workers_ + 1;
    }
    if (const uint32_t change = static_cast<uint32_t>(n) - size_.value()) {
      if (size_.add(change)) size_.wake(INT_MAX);
      // Those to be parked leave the sleepers on published_, where they would swallow wake-ups.
      if (published_.add(1)) published_.wake(INT_MAX);
    }
    return n;
  }

  void run(void* job, Work work, int64_t parts, int slots) {
    job_ = job;
    work_ = work;
    const int64_t owners = std::min<int64_t>(slots, parts);
    owners_.store(static_cast<int>(owners), std::memory_order_relaxed);
    for (int64_t i = 0; i < owners; ++i)
      cursors_[i].open(parts * i / owners, parts * (i + 1) / owners, slots);
    caller_cpu_.store(sched_getcpu(), std::memory_order_relaxed);
    if (published_.add(1)) published_.wake(static_cast<int>(owners - 1));
    finished_ += static_cast<uint32_t>(parts) - work_off(0);
    for (uint32_t done; (done = done_.value()) != finished_;) done_.wait(done);
  }

 private:
  void serve(int slot) {
    const FlushDenormals flush;
    Affinity affinity;
    for (;;) {
      for (uint32_t size; (size = size_.value()) <= static_cast<uint32_t>(slot);) size_.wait(size);
      const uint32_t seen = published_.value();
      leave_caller(affinity);
      if (const uint32_t parts = work_off(slot); parts != 0 && done_.add(parts)) done_.wake(1);
      published_.wait(seen);
    }
  }

  // A woken thread is often put on the processor of the thread that woke it, since in a virtual
  // machine a halted processor looks taken, and a caller that has slept on that of a worker. The
  // two then run in turns for as long as the scheduler sees nothing wrong in that (20 launches of
  // 22 us after 5 ms of sleep: 910 us, on one thread 433, like this 245). So a worker that finds
  // itself there goes elsewhere and stays away until it meets the caller again.
  void leave_caller(Affinity& affinity) {
    const int cpu = sched_getcpu();  // 3 ns
    if (cpu >= 0 && cpu == caller_cpu_.load(std::memory_order_relaxed)) affinity.leave(cpu);
  }

  // Claims until nothing is left; returns the number of parts, which counts as done only once it
  // has been added to done_, so that all of them are of one launch. owners_ may be of an earlier
  // launch than a cursor: then published_ is about to change and serve() looks again.
  uint32_t work_off(int slot) {
    uint32_t parts = 0;
    const int owners = owners_.load(std::memory_order_relaxed);
    for (int i = 0; i < owners; ++i) {
      const int owner = (slot + i) % owners;
      for (int64_t part; (part = cursors_[owner].claim(slot, owner == slot)) >= 0; ++parts)
        work_(job_, part, slot);
    }
    return parts;
  }

  Signal published_;  // launches
  Signal done_;       // parts that workers have done, of all launches
  Signal size_;       // threads wanted, the caller included
  alignas(kLine) void* job_ = nullptr;
  Work work_ = nullptr;
  std::atomic<int> owners_{0};
  std::atomic<int> caller_cpu_{-1};  // at its last launch
  uint32_t finished_ = 0;            // what done_ will be when the launch is done
  int workers_ = 0;
  Cursor cursors_[kMaxThreads];
};

void Team::run(void* job, Work work, int64_t parts, int slots) noexcept {
  const FlushDenormals flush;
  int size = threads();
  if (parts > 1 && parts <= kMaxParts && size > 1 && slots > 1 &&
      !busy_.exchange(true, std::memory_order_acquire)) {
    if (!pool_) pool_ = new (std::nothrow) Pool;
    if (pool_) {
      const int started = pool_->resize(size);
      // What could not be started is not tried again at each launch.
      if (started != size) threads_.compare_exchange_strong(size, started);
      pool_->run(job, work, parts, std::min(started, slots));
      parts = 0;
    }
    busy_.store(false, std::memory_order_release);
  }
  for (int64_t part = 0; part < parts; ++part) work(job, part, 0);
}

void Team::set_threads(int n) { threads_.store(std::clamp(n, 1, kMaxThreads)); }

Team::Team()
    : threads_(std::min(kMaxThreads, default_threads(getenv("FASTNN_NUM_THREADS"),
                                                     getenv("OMP_NUM_THREADS"), usable_cpus()))) {
  // A forked child has none of the threads, and its copy of the pool may be of any moment of a
  // launch of a thread that is gone. It leaves the pool where it is and makes a new one at first
  // need.
  pthread_atfork(nullptr, nullptr, [] {
    team().pool_ = nullptr;
    team().busy_.store(false);
  });
}

Team& team() {
  static Team only;  // its destructor does nothing: workers may outlive main()
  return only;
}

}  // namespace fastnn
