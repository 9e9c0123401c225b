// Tests the thread pool (team.h) and how many threads it gets (cpus.h). One line a check; exit code
// 1 if any of them fails. Parts write plain memory: under ThreadSanitizer that tests the ordering
// as well.
#include <fenv.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cfloat>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "cpus.h"
#include "team.h"

namespace {

using namespace fastnn;
using Clock = std::chrono::steady_clock;

// ThreadSanitizer, where present, and qemu end a forked child that starts threads.
extern "C" __attribute__((weak)) void __tsan_init();

int failures = 0;
void check(bool good, const std::string& what, const std::string& detail = "") {
  std::printf("%-6s  %s%s%s\n", good ? "ok" : "FAILED", what.c_str(), detail.empty() ? "" : ": ",
              detail.c_str());
  std::fflush(stdout);
  failures += !good;
}

template <class F>
void run(int64_t parts, F&& part, int slots = kMaxThreads) {
  const auto work = [](void* job, int64_t i, int slot) noexcept {
    (*static_cast<std::remove_reference_t<F>*>(job))(i, slot);
  };
  team().run(&part, work, parts, slots);
}

void nap(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

// Runs a launch and tells whether each part ran exactly once, all of them before run() returned,
// with no two at a time in one slot and no slot beyond the limit.
bool exact(int64_t parts, int slots = kMaxThreads) {
  std::vector<int> ran(static_cast<size_t>(parts));
  std::vector<std::atomic<bool>> taken(kMaxThreads);
  std::atomic<int> wrong{0};
  std::atomic<bool> running{true};
  run(
      parts,
      [&](int64_t part, int slot) {
        if (!running || slot < 0 || slot >= slots ||
            taken[static_cast<size_t>(slot)].exchange(true))
          ++wrong;
        ++ran[static_cast<size_t>(part)];
        if (part % 7 == 0) sched_yield();
        taken[static_cast<size_t>(slot)] = false;
      },
      slots);
  running = false;
  for (const int times : ran) wrong += times != 1;
  return wrong == 0;
}

// A launch whose parts wait for each other: needs that many threads at the same time, each in a
// slot of its own. Which part a slot gets is open: a worker that still looks around after the last
// launch may take the caller's before its own is there.
bool meet(int n) {
  team().set_threads(n);
  std::vector<int> ran(static_cast<size_t>(n));  // by slot
  std::atomic<int> arrived{0};
  const auto limit = Clock::now() + std::chrono::seconds(5);
  run(n, [&](int64_t, int slot) {
    ++ran.at(static_cast<size_t>(slot));
    ++arrived;
    while (arrived < n && Clock::now() < limit) sched_yield();
  });
  return Clock::now() < limit && ran == std::vector<int>(ran.size(), 1);
}

int tasks() {
  int n = 0;
  for ([[maybe_unused]] const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
    ++n;
  return n;
}

template <class F>
bool in_child(F&& good) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(15);
    _exit(good() ? 0 : 1);
  }
  int status = -1;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool works() { return meet(4) && exact(1000) && meet(2); }

void test_start() {
  std::thread([] {}).join();  // ThreadSanitizer has started its own by now
  int before = tasks();
  for (int i = 0; i < 20; ++i) {  // a joined thread is listed a little longer
    nap(10);
    before = std::min(before, tasks());
  }
  team().set_threads(4);
  run(1, [](int64_t, int) {});
  check(tasks() == before, "no thread before a launch of several parts");
  bool good = meet(4) && tasks() == before + 3;
  good = meet(2) && meet(8) && meet(3) && good;
  check(good && tasks() == before + 7, "threads are started once, and kept");
}

void test_parts() {
  for (const int threads : {1, 2, 4, 8}) {
    team().set_threads(threads);
    bool good = true;
    for (const int64_t parts : {0, 1, 2, 3, 7, 8, 9, 64, 1000, 1 << 16})
      good = exact(parts) && good;
    check(good, "each part once, " + std::to_string(threads) + " threads");
  }
  team().set_threads(4);
  check(exact(kMaxParts) && exact(kMaxParts + 1),
        "each part once, at the limit of parts and beyond");

  std::mt19937 random(1);
  bool good = true;
  for (int round = 0; round < 20000; ++round) {
    if (round % 1000 == 0) team().set_threads(static_cast<int>(random() % 8 + 1));
    if (round % 500 == 0) nap(1);
    good = exact(random() % 20) && good;
  }
  check(good, "20000 launches of changing size");

  team().set_threads(8);
  for (int round = 0; round < 2000; ++round) good = exact(20, 1 + round % 4) && good;
  check(good, "no slot beyond the caller's limit");
}

void test_sleep() {
  bool good = true;
  for (int round = 0; round < 50; ++round) {
    nap(2);
    good = meet(4) && good;
  }
  check(good, "sleeping threads are woken");
  nap(5);
  const auto cpu_ms = [] { return clock() * 1000 / CLOCKS_PER_SEC; };
  const auto before = cpu_ms();
  nap(200);
  check(cpu_ms() - before < 100, "idle threads sleep");
}

void test_callers() {
  team().set_threads(4);
  std::atomic<bool> held{false}, free{false}, good{true};
  std::thread holder([&] {
    run(2, [&](int64_t, int) {
      held = true;
      while (!free) sched_yield();
    });
  });
  while (!held) sched_yield();
  int most = 0;
  run(100, [&](int64_t, int slot) { most = std::max(most, slot); });
  check(most == 0, "a busy team: the second caller works alone and waits for nobody");
  free = true;
  holder.join();

  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&] {
      for (int round = 0; round < 3000; ++round)
        if (!exact(1 + round % 17)) good = false;
    });
  for (std::thread& caller : callers) caller.join();
  check(good, "three callers at once");

  std::atomic<int> inner{0}, alone{0};
  for (int round = 0; round < 200; ++round)
    run(8, [&](int64_t, int) {
      run(5, [&](int64_t, int slot) {
        ++inner;
        alone += slot == 0;
      });
    });
  check(inner == 8000 && alone == 8000, "nested launches run alone");

  std::atomic<bool> stop{false};
  std::thread changer([&] {
    for (int n = 0; !stop; n = (n + 3) % 9) team().set_threads(n);
  });
  for (int round = 0; round < 5000; ++round)
    if (!exact(round % 30, 3)) good = false;
  stop = true;
  changer.join();
  check(good, "set_threads while launches run");
  team().set_threads(0);
  good = team().threads() == 1 && team().slots() == 1;
  team().set_threads(INT_MAX);
  check(good && team().threads() == kMaxThreads, "set_threads keeps within its range");
}

void test_fork_before_use() { check(in_child(works), "fork before first use"); }

void test_forks() {
  check(meet(4) && in_child(works) && meet(4), "fork after use: child and parent go on");
  team().set_threads(4);
  std::atomic<bool> stop{false}, good{true};
  std::thread runner([&] {
    while (!stop)
      if (!exact(50)) good = false;
  });
  int children = 0;
  for (int i = 0; i < 10; ++i) {
    nap(3);
    children += in_child(works);
    team().set_threads(4);
  }
  stop = true;
  runner.join();
  check(children == 10 && good, "fork while another thread runs a launch",
        std::to_string(children) + " of 10 children");
}

void test_floating_point() {
  const auto flushed = [] {
    volatile double tiny = DBL_MIN, one = 1, three = 3;
    const double denormal = tiny / 2;
    tiny = 5e-324;  // read as zero
    return denormal == 0 && tiny * 1e300 == 0 && one / three == 0x1.5555555555555p-2;
  };
  bool good = true;
  fesetround(FE_UPWARD);  // no thread takes it over
  for (const int threads : {1, 4}) {
    team().set_threads(threads);
    for (int round = 0; round < 100; ++round)
      for (const int64_t parts : {1, 16}) {
        std::vector<int> flags(16);
        run(parts, [&](int64_t part, int) {
          flags[static_cast<size_t>(part)] = flushed();
          sched_yield();
        });
        for (int64_t i = 0; i < parts; ++i) good = flags[static_cast<size_t>(i)] && good;
      }
  }
  check(good, "parts flush denormals and round to nearest, on every thread");
  feclearexcept(FE_ALL_EXCEPT);
  run(4, [&](int64_t, int) { flushed(); });
  volatile double tiny = DBL_MIN, one = 1;
  check(fetestexcept(FE_ALL_EXCEPT) == 0, "parts leave no exception flags");
  check(tiny / 2 != 0 && one / 3 == 0x1.5555555555556p-2, "the caller's mode is restored");
  fesetround(FE_TONEAREST);
}

void test_cpus() {
  struct {
    const char *fastnn, *omp;
    int want;
  } const table[] = {{nullptr, nullptr, 6}, {"3", nullptr, 3},  {"3", "4", 3},   {nullptr, "4", 4},
                     {nullptr, "4,2", 4},   {"", "4", 4},       {"abc", "4", 4}, {"4x", nullptr, 6},
                     {"0", nullptr, 6},     {"-2", nullptr, 6}, {"2.5", "5", 5}, {" 7", nullptr, 7},
                     {"100", nullptr, 100}, {nullptr, "all", 6}};
  bool good = true;
  for (const auto& row : table) good = default_threads(row.fastnn, row.omp, 6) == row.want && good;
  check(good, "FASTNN_NUM_THREADS and OMP_NUM_THREADS");

  // 8 processors' worth of affinity cannot be faked; quotas of 1 can.
  char folder[] = "/tmp/fastnn_cpus_XXXXXX";
  const std::string root = mkdtemp(folder);
  const auto write = [&](const std::string& path, const char* text) {
    std::filesystem::create_directories(std::filesystem::path(root + path).parent_path());
    std::ofstream(root + path) << text;
  };
  const auto cpus = [&](const char* membership) {
    write("/membership", membership);
    return usable_cpus((root + "/membership").c_str(), root.c_str());
  };
  const int all = usable_cpus("/nowhere", "/nowhere");
  write("/a/b/cpu.max", "max 100000\n");
  good = cpus("0::/a/b\n") == all;
  write("/a/cpu.max", "150000 100000\n");
  good = cpus("0::/a/b\n") == 1 && good;
  good = cpus("0::/a\n") == 1 && good;
  good = cpus("0::/elsewhere\n") == all && good;
  write("/cpu/c/cpu.cfs_quota_us", "-1\n");
  write("/cpu/c/cpu.cfs_period_us", "100000\n");
  good = cpus("4:memory:/a\n2:cpuacct,cpu:/c\n") == all && good;
  write("/cpu/c/cpu.cfs_quota_us", "30000\n");
  good = cpus("4:memory:/a\n2:cpuacct,cpu:/c\n") == 1 && good;
  good = cpus("4:cpuset:/c\ngarbage\n3:cpu\n5:cpu:relative\n") == all && good;
  write("/cpu.max", "50000 100000\n");
  good = cpus("0::/\n") == 1 && cpus("0::/../of/the/host\n") == 1 && good;
  std::filesystem::remove_all(root);
  check(good, "the quota of a control group, versions 1 and 2");

  std::thread([&] {
    cpu_set_t mask, one;
    sched_getaffinity(0, sizeof mask, &mask);
    good = all == CPU_COUNT(&mask);
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    good = usable_cpus() == 1 && good;
  }).join();
  check(good, "the affinity");
}

}  // namespace

int main(int count, char** arguments) {
  alarm(300);
  const bool forks = !__tsan_init && !(count > 1 && std::string(arguments[1]) == "nofork");
  if (forks) test_fork_before_use();
  test_start();
  test_parts();
  test_sleep();
  test_callers();
  if (forks) test_forks();
  test_floating_point();
  test_cpus();
  std::printf(failures ? "%d FAILED\n" : "all good\n", failures);
  return failures != 0;
}
