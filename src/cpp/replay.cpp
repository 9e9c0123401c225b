#include "replay.h"

#include <chrono>

#include "denormals.h"
#include "team.h"

namespace fastnn {
namespace {

void run_part(const Replay& replay, const Replay::Launch& launch, int64_t index, int slot,
              Status& status) {
  const RecordedCall& call = replay.calls[launch.call];
  Part part;
  part.stage = launch.stage;
  part.slot = slot;
  part.index = index;
  part.count = launch.parts;
  part.status = &status;
  call.operation->run(call.arguments(), part);
}

void run_alone(const Replay& replay, const Replay::Launch& launch, Status& status) {
  for (int64_t part = 0; part < launch.parts; ++part) run_part(replay, launch, part, 0, status);
}

}  // namespace

// Scratch is born in the first stage, and so are outputs: a later stage may read what an earlier
// one has left there.
std::vector<Access> RecordedCall::accesses(int stage) const {
  std::vector<Access> accesses;
  for (int k = 0; k < operation->parameters; ++k)
    for (int i = first[k]; i < first[k + 1]; ++i) {
      const Place at = places[i];
      if (at.buffer < 0) continue;
      char role = operation->roles[k];
      if (role == 'R') role = 'r';
      if (role == 'M') role = 'm';
      if (role == 's' || (role == 'a' && !operands[i].add)) role = 'w';
      if (role == 'w' && stage > 0) role = 'm';
      accesses.push_back({at.buffer, at.offset, at.offset + operands[i].bytes(), role});
    }
  return accesses;
}

struct Replay::Job {
  const Replay* replay;
  const Step* steps;
  int first;
  Status* status;  // one a launch
};

void Replay::work(void* erased, int64_t index, int slot) noexcept {
  const Job& job = *static_cast<Job*>(erased);
  const auto [launch, part] = job.steps[index];
  run_part(*job.replay, job.replay->launches[launch], part, slot, job.status[launch - job.first]);
}

void Replay::share_parts() {
  for (const Phase& phase : plan.phases) {
    first_step_.push_back(steps_.size());
    for (int share = 0; phase.parallel && share < slots; ++share)
      for (int i = phase.first; i < phase.last; ++i)
        for (int64_t part = launches[i].parts * share / slots;
             part < launches[i].parts * (share + 1) / slots; ++part)
          steps_.push_back({i, part});
  }
}

int Replay::run(Status& found) const {
  FlushDenormals flush;
  std::vector<Status> status;
  for (size_t p = 0; p < plan.phases.size(); ++p) {
    const Phase& phase = plan.phases[p];
    if (phase.parallel) {
      status.assign(phase.last - phase.first, Status{});
      Job job{this, steps_.data() + first_step_[p], phase.first, status.data()};
      team().run(&job, work, phase.parts, slots);
      for (int i = phase.first; i < phase.last; ++i)
        if (status[i - phase.first].problem) {
          found = status[i - phase.first];
          return i;
        }
      continue;
    }
    for (int i = phase.first; i < phase.last; ++i) {
      run_alone(*this, launches[i], found);
      if (found.problem) return i;
    }
  }
  return -1;
}

int Replay::run_timed(Status& found, std::vector<int64_t>& nanoseconds) const {
  using Clock = std::chrono::steady_clock;
  FlushDenormals flush;
  nanoseconds.assign(launches.size(), 0);
  std::vector<Step> steps;
  for (const Phase& phase : plan.phases)
    for (int i = phase.first; i < phase.last; ++i) {
      steps.clear();
      for (int64_t part = 0; phase.parallel && part < launches[i].parts; ++part)
        steps.push_back({i, part});
      Job job{this, steps.data(), i, &found};
      const auto begin = Clock::now();
      if (phase.parallel)
        team().run(&job, work, launches[i].parts, slots);
      else
        run_alone(*this, launches[i], found);
      nanoseconds[i] =
          std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
      if (found.problem) return i;
    }
  return -1;
}

}  // namespace fastnn
