// Planned programs on the thread team, without Python: for ThreadSanitizer above all. A program of
// real kernels (weakest instruction set) is planned and replayed with 1 to 8 threads, from several
// callers at once, and in a forked child: the same bits each time, and those of its launches run
// one by one with memory of their own.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "replay.h"
#include "settings.h"
#include "team.h"

namespace fastnn::FASTNN_ISA { const Operation* operations(); }

// The child of a fork starts threads of its own; ThreadSanitizer would stop there.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_options() {
  return "die_after_fork=0";
}

namespace {
using namespace fastnn;

int failures = 0;
void check(bool good, const char* what) {
  printf("%-60s %s\n", what, good ? "good" : "WRONG");
  fflush(stdout);
  failures += !good;
}

constexpr int kSize = 48, kDepth = 6;

Operand matrix(void* data) {
  Operand x;
  x.data = data;
  x.rank = 2;
  x.dims[0] = x.dims[1] = kSize;
  x.size = kSize * kSize;
  x.dtype = Dtype::f32;
  return x;
}

// y_i = relu(y_(i-1) w), z_i = y_(i-1) + y_i for two chains that do not depend on each other:
// phases with several launches. Buffer 0 is the outside (w and the results), the rest is planned.
class Program {
 public:
  Program() : outside_(3 * kSize * kSize) {
    for (int i = 0; i < kSize * kSize; ++i)
      outside_[i] = static_cast<float>((i * 37) % 19 - 9) / 64;
    for (int chain = 0; chain < 2; ++chain) {
      int y = outside(0);
      for (int i = 0; i < kDepth; ++i) {
        const int product = planned();
        call(OperationId::gemm, {product, y, outside(0), -1, -1},
             GemmSettings{false, false, Activation::relu});
        const int sum = i + 1 < kDepth ? planned() : outside(1 + chain);
        call(OperationId::binary, {sum, y, product}, BinarySettings{});
        y = sum;
      }
    }
    make();
  }

  std::vector<float> run(bool timed = false) {
    memset(outside_.data() + kSize * kSize, 0, 2 * kBytes);
    Status status;
    std::vector<int64_t> nanoseconds;
    if ((timed ? replay_.run_timed(status, nanoseconds) : replay_.run(status)) != -1) abort();
    if (timed && nanoseconds.size() != replay_.launches.size()) abort();
    return {outside_.begin() + kSize * kSize, outside_.end()};
  }

  // One launch after the other, every buffer apart: what the plan must reproduce.
  std::vector<float> reference() {
    std::vector<std::vector<char>> apart;
    for (const PlanBuffer& b : buffers_) apart.emplace_back(static_cast<size_t>(b.bytes));
    std::vector<RecordedCall> calls = replay_.calls;
    for (RecordedCall& c : calls) {
      for (size_t i = 0; i < c.operands.size(); ++i)
        if (c.places[i].buffer > 0) c.operands[i].data = apart[c.places[i].buffer].data();
      for (int stage = 0; stage < c.schedule.stages; ++stage)
        for (int64_t index = 0; index < c.schedule.parts[stage]; ++index) {
          Status status;
          Part part;
          part.stage = stage;
          part.index = index;
          part.count = c.schedule.parts[stage];
          part.status = &status;
          c.operation->run(c.arguments(), part);
        }
    }
    return {outside_.begin() + kSize * kSize, outside_.end()};
  }

  const Plan& plan() const { return replay_.plan; }

 private:
  static constexpr int64_t kBytes = kSize * kSize * sizeof(float);
  static constexpr int kOutside = -100;  // minus the index of the matrix
  static int outside(int i) { return kOutside - i; }
  int planned() {
    buffers_.push_back({BufferKind::planned, kBytes});
    return static_cast<int>(buffers_.size()) - 1;
  }

  template <class Settings>
  void call(OperationId id, std::vector<int> operands, const Settings& settings) {
    RecordedCall c;
    c.id = id;
    c.operation = FASTNN_ISA::operations() + static_cast<int>(id);
    c.settings.resize(sizeof settings);
    memcpy(c.settings.data(), &settings, sizeof settings);
    if (c.operation->roles[c.operation->parameters - 1] == 's') operands.push_back(-2);
    for (int x : operands) {
      c.first.push_back(static_cast<uint16_t>(c.operands.size()));
      if (x <= kOutside) {
        float* data = outside_.data() + (kOutside - x) * kSize * kSize;
        c.operands.push_back(matrix(data));
        c.places.push_back({0, static_cast<int64_t>((kOutside - x) * kBytes)});
      } else if (x >= 0) {
        c.operands.push_back(matrix(outside_.data()));  // until the slab is there
        c.places.push_back({x, 0});
      } else {
        c.operands.push_back({});
        c.places.push_back({});
      }
    }
    c.first.push_back(static_cast<uint16_t>(c.operands.size()));
    c.operation->schedule(c.arguments(), c.schedule);
    if (operands.back() == -2 && c.schedule.shared_bytes + c.schedule.slice_bytes) {
      Operand& scratch = c.operands.back();
      scratch.size = c.schedule.shared_bytes + kSlots * c.schedule.slice_bytes;
      scratch.rank = 2;
      scratch.dims[0] = c.schedule.shared_bytes;
      scratch.dims[1] = c.schedule.slice_bytes;
      buffers_.push_back({BufferKind::planned, scratch.size});
      c.places.back() = {static_cast<int>(buffers_.size()) - 1, 0};
    }
    replay_.calls.push_back(std::move(c));
  }

  void make() {
    std::vector<PlanLaunch> launches;
    for (size_t n = 0; n < replay_.calls.size(); ++n) {
      const RecordedCall& c = replay_.calls[n];
      for (int stage = 0; stage < c.schedule.stages; ++stage) {
        PlanLaunch launch;
        launch.name = c.operation->name;
        launch.stage = stage;
        launch.parts = c.schedule.parts[stage];
        launch.nanoseconds = 1e5;  // so that phases are shared
        launch.accesses = c.accesses(stage);
        launches.push_back(launch);
        replay_.launches.push_back({static_cast<int>(n), stage, launch.parts});
      }
    }
    replay_.plan = make_plan(buffers_, launches);
    std::vector<Replay::Launch> ordered;
    for (int i : replay_.plan.order) ordered.push_back(replay_.launches[i]);
    replay_.launches.swap(ordered);
    replay_.slots = kSlots;
    replay_.share_parts();
    slab_.reset(new (std::align_val_t(64)) char[replay_.plan.slab_bytes]);
    for (RecordedCall& c : replay_.calls)
      for (size_t i = 0; i < c.operands.size(); ++i)
        if (c.places[i].buffer > 0)
          c.operands[i].data = slab_.get() + replay_.plan.offset[c.places[i].buffer];
  }

  struct Free {
    void operator()(char* p) const { operator delete[](p, std::align_val_t(64)); }
  };
  static constexpr int kSlots = 8;
  std::vector<float> outside_;
  std::vector<PlanBuffer> buffers_{{BufferKind::variable, 3 * kBytes}};
  Replay replay_;
  std::unique_ptr<char[], Free> slab_;
};

}  // namespace

int main() {
  Program program;
  const std::vector<float> want = program.reference();
  bool nonzero = false;
  for (float x : want) nonzero |= x != 0;
  check(nonzero, "the program computes something");
  int shared = 0;
  for (const Phase& phase : program.plan().phases)
    shared += phase.parallel && phase.last - phase.first > 1;
  check(shared > 0, "phases hold several launches");
  check(program.plan().slab_bytes < program.plan().sum_bytes, "buffers share memory");

  for (int threads : {1, 2, 4, 8}) {
    team().set_threads(threads);
    bool same = true;
    for (int i = 0; i < 200; ++i) same &= program.run() == want;
    check(same, ("the same bits with threads: " + std::to_string(threads)).c_str());
  }

  team().set_threads(2);
  std::vector<std::thread> callers;
  bool good[3] = {true, true, true};
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&good, &want, i] {
      Program own;
      for (int n = 0; n < 100; ++n) good[i] &= own.run() == want;
    });
  for (std::thread& t : callers) t.join();
  check(good[0] && good[1] && good[2], "three callers at once");

  const pid_t child = fork();
  if (child == 0) _exit(program.run() == want ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  check(status == 0, "a forked child");
  check(program.run(true) == want, "timed launch by launch");
  check(program.run() == want, "the parent after the fork");
  return failures != 0;
}
