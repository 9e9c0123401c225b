// The planner: what a recorded step becomes before it is replayed. Pure data in, pure data out; no
// pointers, no threads, no kernels. In: launches in recorded order, each with the byte ranges that
// it reads and writes. Out: which of them live, in phases between which the replay waits, and an
// offset in one slab for every buffer that is born and dies inside. Four passes:
//   1. backwards: a launch is dead if nobody needs a byte that it writes;
//   2. forwards: a read of bytes that nothing wrote is an error, which the recorder reports;
//   3. forwards: a launch goes into the earliest phase that `lookback` and its dependences allow
//      (write/read, read/write, write/write). Phases with little work run serially, on the caller;
//   4. memory: buffer by buffer, at the lowest offset that is free for all of its life; in several
//      orders, of which the best is taken.
// Memory follows the phases and never the reverse, so sharing bytes costs no additional waiting.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace fastnn {

struct Access {
  int buffer = 0;
  int64_t begin = 0, end = 0;  // bytes of that buffer
  char role = 'r';             // r read, w written whole, a added to, m read and written
};
inline bool meets(const Access& a, const Access& b) {
  return a.buffer == b.buffer && a.begin < b.end && b.begin < a.end;
}
inline bool same_bytes(const Access& a, const Access& b) {
  return a.buffer == b.buffer && a.begin == b.begin && a.end == b.end;
}

struct PlanLaunch {
  const char* name = "";
  int stage = 0;
  int64_t parts = 1;
  double nanoseconds = 0;  // estimated work on one core
  std::vector<Access> accesses;
  bool keep = false;  // has an effect outside of its buffers: never removed, but free to move
  const char* algorithm = nullptr;  // where the operation has several
};

// input: bound at each replay; variable, constant: exist before and after; planned: born and dead
// inside; output: born inside, copied out after the replay.
enum class BufferKind { input, variable, constant, planned, output };

struct PlanBuffer {
  BufferKind kind = BufferKind::planned;
  int64_t bytes = 0;
};

// None of these may depend on the number of threads: a plan, and so the bits, are the same for any.
struct PlanOptions {
  double serial_nanoseconds = 8000;  // a phase with no more work than this wakes nobody
  bool remove_dead = true;
  // How many phases before the newest one a launch may still join. 0 is recorded order. 1 overlaps
  // a layer's independent gradients, whose stages are recorded one call after another: 62 instead
  // of 81 phases (20x512 MLP), 90 instead of 131 (4 transformer blocks), slab within 3 %. No limit
  // hardly saves another phase there, but lets whatever can start early do so and wait: where
  // weights are packed in a stage of its own, the MLP's slab doubles.
  int lookback = 1;
};

// Plan::order[first] .. order[last - 1]. Parallel: in any order, parts claimed by all threads, and
// the replay waits for the last part. Serial: in this order, on the caller.
struct Phase {
  int first = 0, last = 0;
  bool parallel = false;
  int64_t parts = 0;
  double nanoseconds = 0;
};

// The first byte that is read although nothing wrote it. launch = -1: an output that is never
// written.
struct UnwrittenRead {
  int launch = -1, access = -1, buffer = -1;
  int64_t byte = 0;
  explicit operator bool() const { return buffer >= 0; }
};

struct Plan {
  UnwrittenRead unwritten;    // where it is set, the rest is empty
  std::vector<int> order;     // the launches that live, as they are replayed
  std::vector<Phase> phases;  // no two neighbours are serial
  std::vector<int> time;      // of each launch: one a serial launch, one a parallel phase; dead: -1
  std::vector<int64_t> offset;  // of each buffer in the slab, 64-byte aligned; not in it: -1
  int64_t slab_bytes = 0;
  int64_t lower_bound_bytes = 0;  // the most that is alive at one time
  int64_t sum_bytes = 0;          // what separate buffers would take
};

constexpr int64_t kSlabAlignment = 64;  // a cache line, and the widest vector

Plan make_plan(const std::vector<PlanBuffer>& buffers, const std::vector<PlanLaunch>& launches,
               const PlanOptions& options = {});

// A table for people: phases, launches, operands, and the slab against its lower bound and the sum.
std::string dump(const std::vector<PlanBuffer>& buffers, const std::vector<PlanLaunch>& launches,
                 const Plan& plan);

}  // namespace fastnn
