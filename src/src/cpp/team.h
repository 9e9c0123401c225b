// The thread pool. A launch has parts; threads claim them, each from its own contiguous range first
// (what a launch wrote is still in that core's L2 when the next one reads it), then from the
// others' ranges. A launch is done when its parts are done, not when all threads have come, so that
// a slow, busy or missing thread delays nobody and the caller can finish alone. Idle threads spin
// for 50 us, then sleep; none is ever joined, so a process may exit or fork at any moment.
#pragma once
#include <atomic>
#include <cstdint>

namespace fastnn {

constexpr int kMaxThreads = 256;
constexpr int64_t kMaxParts =
    1 << 20;  // of a launch that is shared; a larger one runs on the caller

class Team {
 public:
  // Runs one part. `slot` is the claimer's number: parts of one launch that run at the same time
  // have different ones, so that a slot may own a slice of scratch memory. The caller is slot 0.
  using Work = void (*)(void* job, int64_t part, int slot) noexcept;

  // Runs parts 0 .. parts - 1, each once, and returns when all are done; every thread flushes
  // denormals meanwhile. Uses slots below `slots` only: pass what scratch was sized for, since
  // set_threads() may come in between. Where the team is busy with another caller's launch, or with
  // the launch that this call is nested in, the caller runs all parts itself and waits for nobody.
  void run(void* job, Work work, int64_t parts, int slots = kMaxThreads) noexcept;

  int slots() const { return threads(); }
  int threads() const { return threads_.load(std::memory_order_relaxed); }
  // At any time; launches that are running keep their threads. Kept within 1 .. kMaxThreads.
  void set_threads(int n);

 private:
  class Pool;
  Team();
  friend Team& team();

  std::atomic<int> threads_;
  std::atomic<bool> busy_{false};
  Pool* pool_ = nullptr;  // whoever holds busy_ owns it; made at first need
};

// The process's only team. The module asks for it at import; its threads start with the first
// launch.
Team& team();

}  // namespace fastnn
