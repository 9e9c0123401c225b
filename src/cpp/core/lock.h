// A lock that a forked child finds open, whoever held it in the parent.
#pragma once
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace fastnn {

class ForkSafeLock {
 public:
  bool try_lock() {
    uint64_t holder = holder_.load(std::memory_order_relaxed);
    return holder != mine() &&
           holder_.compare_exchange_strong(holder, mine(), std::memory_order_acquire);
  }
  // By polling: a replay takes from 10 us to seconds, and waiting for one is rare.
  void lock() {
    while (!try_lock()) usleep(20);
  }
  void unlock() { holder_.store(0, std::memory_order_release); }

 private:
  // Any thread of this process: 1 here, 2 in a child, 3 in a child's child ...
  static uint64_t mine() {
    static std::atomic<uint64_t> generation{1};
    static const int registered = pthread_atfork(nullptr, nullptr, [] { ++generation; });
    (void)registered;
    return generation.load(std::memory_order_relaxed);
  }
  std::atomic<uint64_t> holder_{0};
};

}  // namespace fastnn
