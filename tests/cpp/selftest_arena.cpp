// Tests the arena (arena.h). One line a check; exit code 1 if any of them fails. Since an arena
// never looks at its memory, most checks use a Memory that hands out numbers as addresses, and
// counts.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "arena.h"

namespace {

using namespace fastnn;

constexpr int64_t kMiB = 1 << 20;

int failures = 0;
void check(bool good, const std::string& what, const std::string& detail = "") {
  std::printf("%-6s  %s%s%s\n", good ? "ok" : "FAILED", what.c_str(), detail.empty() ? "" : ": ",
              detail.c_str());
  std::fflush(stdout);
  failures += !good;
}

// Memory that does not exist: what is out, how much there may be, how often it was asked.
std::map<char*, int64_t> chunks;
int64_t held, limit = INT64_MAX;
int calls, bad_releases;
char* next_address = reinterpret_cast<char*>(int64_t{1} << 50);

const Memory kCounting = {[](int64_t bytes) -> void* {
                            ++calls;
                            if (bytes > limit - held) return nullptr;
                            char* const address = next_address;
                            next_address += bytes;  // chunks without a gap between them
                            chunks[address] = bytes;
                            held += bytes;
                            return address;
                          },
                          [](void* address, int64_t bytes) {
                            const auto chunk = chunks.find(static_cast<char*>(address));
                            if (chunk == chunks.end() || chunk->second != bytes) {
                              ++bad_releases;
                              return;
                            }
                            held -= bytes;
                            chunks.erase(chunk);
                          }};

void test_sizes() {
  Arena arena(kCounting);
  bool good = true;
  std::vector<int64_t> sizes;
  for (int64_t bytes = 0; bytes < 20000; ++bytes) sizes.push_back(bytes);
  for (int64_t power = 1 << 12; power <= int64_t{1} << 40; power *= 2)
    for (int64_t quarter = 4; quarter < 8; ++quarter)
      for (int64_t more : {-1, 0, 1}) sizes.push_back(power / 4 * quarter + more);
  std::map<char*, Block*> blocks;
  int64_t in_use = 0;
  for (const int64_t bytes : sizes) {
    Block* const block = arena.allocate(bytes);
    const int64_t most = bytes <= 4096        ? std::max(bytes + 63, int64_t{64})
                         : bytes <= 64 * kMiB ? bytes + bytes / 4
                                              : bytes + 2 * kMiB;
    good = good && block && block->capacity >= bytes && block->capacity <= most && block->live &&
           reinterpret_cast<uintptr_t>(block->data) % 64 == 0 && block->references == 1;
    blocks[block->data] = block;
    in_use += block->capacity;
  }
  check(good, "capacity and alignment of every size");
  char* end = nullptr;
  for (const auto& [data, block] : blocks) {
    good = good && data >= end;
    end = data + block->capacity;
    const auto chunk = std::prev(chunks.upper_bound(data));
    good = good && end <= chunk->first + chunk->second;
  }
  check(good && blocks.size() == sizes.size(), "blocks do not overlap, and lie within chunks");
  good = arena.bytes_in_use() == in_use && arena.bytes_held() == held && held >= in_use;
  check(good, "bytes in use and held");

  good = true;
  for (const int64_t bytes : {int64_t{-1}, INT64_MIN, INT64_MAX, INT64_MAX - 63,
                              INT64_MAX - 2 * kMiB, INT64_MAX / 4 * 3, (int64_t{1} << 46) + 1})
    good = good && !arena.allocate(bytes);
  check(good && arena.bytes_in_use() == in_use, "absurd sizes are refused");

  good = true;
  for (const auto& [data, block] : blocks) {
    const int64_t capacity = block->capacity;
    for (const int64_t offset : {int64_t{0}, capacity / 2, capacity - 1})
      good = good && arena.find(data + offset) == block;
    arena.release(block);
    good = good && !block->live && arena.find(data + capacity - 1) == block;
    Block* const after = arena.find(data + capacity);
    good = good && after != block && (!after || after->data == data + capacity);
  }
  good = good && !arena.find(nullptr) && !arena.find(next_address) && !arena.find(&arena);
  check(good && arena.bytes_in_use() == 0, "find: inside, at both ends, outside, live or not");
  char* const somewhere = blocks.begin()->first;
  arena.trim();
  check(arena.bytes_held() == 0 && held == 0 && chunks.empty() && !arena.find(somewhere),
        "trim gives everything back");
}

void test_reuse() {
  Arena arena(kCounting);
  Block* const zero = arena.allocate(0);
  Block* const other = arena.allocate(0);
  check(zero != other && zero->data != other->data && arena.find(other->data) == other,
        "blocks of zero bytes are distinct");

  Block* block = arena.allocate(5000);
  char* const data = block->data;
  const uint64_t serial = block->serial;
  bool good = serial == 3 && arena.serial() == 3 && other->serial == 2;
  arena.release(block);
  good = good && block->serial == serial && !block->live;
  const int before = calls;
  block = arena.allocate(4999);
  good = good && block->data == data && block->serial == 4 && arena.serial() == 4;
  check(good && calls == before, "released memory is used again, with a new serial");

  arena.retain(block);
  arena.retain(block);
  arena.release(block);
  arena.release(block);
  good = block->live && block->references == 1 && arena.allocate(5000) != block;
  arena.release(block);
  check(good && !block->live && block->references == 0, "a block lives as long as its references");

  Block* const kept = arena.allocate(6 * kMiB);
  Block* const gone = arena.allocate(10 * kMiB);
  const Block* const stale = gone;
  arena.release(gone);
  arena.trim();
  good = kept->live && arena.find(kept->data + 5) == kept && !stale->live && stale->serial == 0;
  good = good && arena.find(block->data) == block;  // a chunk with a live block stays whole
  Block* const again = arena.allocate(5000);
  check(good && again == block, "trim keeps chunks with a live block, and their free blocks");
}

void test_frugal() {
  Arena arena(kCounting);
  Block* const small = arena.allocate(5000);
  const int64_t before = held;
  {
    const Arena::Frugal frugal(arena), nested(arena);
    bool good = true;
    for (const int64_t size : {2 * kMiB, 5 * kMiB, 70 * kMiB}) {
      Block* const block = arena.allocate(size);
      good = good && held >= before + size;
      char* const data = block->data;
      arena.release(block);
      good = good && held == before && !arena.find(data) && block->serial == 0;
    }
    check(good, "frugal: large blocks go back when they are released");
    arena.release(arena.allocate(6000));
    check(held == before && small->live, "frugal: small ones do not");
  }
  Block* const block = arena.allocate(9 * kMiB);
  arena.release(block);
  check(held > before && arena.allocate(9 * kMiB) == block, "afterwards they are kept again");
  arena.release(block);
  arena.release(small);
}

void test_huge() {
  Arena arena(kCounting);
  const auto step = [&](int64_t bytes) {
    std::vector<Block*> blocks;
    for (int i = 0; i < 5; ++i) blocks.push_back(arena.allocate(bytes + i * 8 * kMiB));
    for (Block* block : blocks) arena.release(block);
  };
  step(700 * kMiB);
  arena.release(arena.allocate(300 * kMiB));
  const int before = calls;
  for (int i = 0; i < 10; ++i) {
    step(700 * kMiB);
    arena.release(arena.allocate(300 * kMiB));
  }
  check(calls == before && arena.bytes_held() == (5 * 716 + 300) * kMiB,
        "huge blocks: a warm step asks nobody");

  bool good = true;
  std::mt19937 random(1);
  int64_t peak = 0;
  Arena other(kCounting);
  for (int round = 0; round < 300; ++round) {
    std::vector<Block*> blocks;
    for (int i = 0; i < 3; ++i)
      blocks.push_back(other.allocate(static_cast<int64_t>(65 + random() % 1000) * kMiB));
    peak = std::max(peak, other.bytes_in_use());
    good = good && other.bytes_held() <= peak + peak / 4;
    for (Block* block : blocks) other.release(block);
  }
  check(good, "huge blocks of changing size: at most a quarter beyond the most ever used is held");
}

void test_out_of_memory() {
  Arena arena(kCounting);
  limit = held + 40 * kMiB;
  std::vector<Block*> blocks;
  while (Block* const block = arena.allocate(kMiB)) blocks.push_back(block);
  bool good = blocks.size() == 40 && !arena.allocate(100 * kMiB);
  arena.release(blocks.back());
  blocks.pop_back();
  Block* block = arena.allocate(kMiB);
  check(good && block, "out of memory: null, and what is released serves again");
  blocks.push_back(block);
  for (Block* used : blocks) arena.release(used);
  block = arena.allocate(30 * kMiB);
  check(block && arena.bytes_in_use() >= 30 * kMiB, "idle chunks are given back before giving up");
  limit = INT64_MAX;
}

// Allocates, writes, checks and releases, in memory that other threads use as well.
bool churn(unsigned seed, int rounds, const std::atomic<bool>* stop = nullptr) {
  Arena& arena = host_arena();
  std::mt19937 random(seed);
  std::vector<std::pair<Block*, int64_t>> mine;
  bool good = true;
  const auto drop = [&](size_t i) {
    auto& [block, bytes] = mine[i];
    const char mark = static_cast<char>(block->serial);
    for (const int64_t at : {int64_t{0}, bytes / 2, bytes - 1})
      good = good && block->data[at] == mark;
    good = good && arena.find(block->data + bytes - 1) == block && block->live;
    arena.release(block);
    mine[i] = mine.back();
    mine.pop_back();
  };
  for (int i = 0; i < rounds && !(stop && *stop); ++i) {
    const int64_t bytes = 1 + static_cast<int64_t>(random() % (random() % 50 ? 3000 : 300000));
    Block* const block = arena.allocate(bytes);
    if (!block) return false;
    for (const int64_t at : {int64_t{0}, bytes / 2, bytes - 1})
      block->data[at] = static_cast<char>(block->serial);
    mine.emplace_back(block, bytes);
    if (mine.size() > 100) drop(random() % mine.size());
  }
  while (!mine.empty()) drop(mine.size() - 1);
  return good;
}

void test_threads() {
  const auto before = host_arena().bytes_in_use();
  std::atomic<bool> good{true};
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; ++seed)
    threads.emplace_back([&, seed] {
      if (!churn(seed, 50000)) good = false;
    });
  for (int i = 0; i < 200; ++i) host_arena().trim();
  for (std::thread& thread : threads) thread.join();
  check(good && host_arena().bytes_in_use() == before, "four threads and a trimmer");

  Block* const block = host_arena().allocate(100);
  threads.clear();
  std::atomic<int> ready{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (++ready; ready < 4;) std::this_thread::yield();
      for (int round = 0; round < 1000000; ++round) {
        host_arena().retain(block);
        if (!block->live) good = false;
        host_arena().release(block);
      }
    });
  for (std::thread& thread : threads) thread.join();
  check(good && block->live && block->references == 1, "references counted by four threads");

  bool once = true;
  for (int round = 0; round < 300; ++round) {
    for (int i = 0; i < 2; ++i) host_arena().retain(block);
    threads.clear();
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([&, i] {
        block->data[i] = 1;
        host_arena().release(block);
      });
    for (std::thread& thread : threads) thread.join();
    // Released twice, it would be in the list twice and handed out twice.
    Block* const again = host_arena().allocate(100);
    Block* const other = host_arena().allocate(100);
    once = once && again == block && other != block;
    std::memset(block->data, 2, 100);  // after everything that the others wrote
    host_arena().release(other);
  }
  host_arena().release(block);
  check(once && host_arena().bytes_in_use() == before,
        "references dropped by three threads: released once, by the last");
}

void test_fork() {
  std::atomic<bool> stop{false}, good{true};
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 3; ++seed)
    threads.emplace_back([&, seed] {
      if (!churn(seed, INT_MAX, &stop)) good = false;
    });
  int children = 0;
  for (int i = 0; i < 100; ++i) {
    usleep(300);
    const pid_t child = fork();
    if (child == 0) {
      alarm(10);
      const bool fine = churn(9, 300);
      host_arena().trim();
      _exit(fine && churn(8, 300) ? 0 : 1);
    }
    int status = -1;
    children +=
        waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  check(good && children == 100, "fork while other threads allocate",
        std::to_string(children) + " of 100 children");
}

void test_host() {
  Arena& arena = host_arena();
  bool good = true;
  for (const int64_t bytes : {int64_t{1}, kMiB, 9 * kMiB, 70 * kMiB}) {
    Block* const block = arena.allocate(bytes);
    std::memset(block->data, 1, static_cast<size_t>(block->capacity));
    if (bytes > 8 * kMiB) good = good && reinterpret_cast<uintptr_t>(block->data) % (2 * kMiB) == 0;
    arena.release(block);
  }
  arena.trim();
  check(good && arena.bytes_held() == 0, "host memory: writable, and large blocks at huge pages");
  check(!arena.allocate(int64_t{1} << 46), "host memory: more than the machine has");
}

}  // namespace

int main() {
  alarm(300);
  test_sizes();
  test_reuse();
  test_frugal();
  test_huge();
  test_out_of_memory();
  check(bad_releases == 0 && held == 0, "what an arena took is given back when it ends");
  test_host();
  test_threads();
  test_fork();
  std::printf(failures ? "%d FAILED\n" : "all good\n", failures);
  return failures != 0;
}
