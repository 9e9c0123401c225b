#include "replay.h"

#include "denormals.h"
#include "team.h"

namespace fastnn {
namespace {

struct PhaseJob {
  const Replay* replay;
  const Phase* phase;
  Status* status;  // one a launch
};

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

void work(void* erased, int64_t index, int slot) noexcept {
  const PhaseJob& job = *static_cast<PhaseJob*>(erased);
  int i = job.phase->first;
  for (; index >= job.replay->launches[i].parts; ++i) index -= job.replay->launches[i].parts;
  run_part(*job.replay, job.replay->launches[i], index, slot, job.status[i - job.phase->first]);
}

}  // namespace

// Scratch is born in the first stage.
std::vector<Access> RecordedCall::accesses(int stage) const {
  std::vector<Access> accesses;
  for (int k = 0; k < operation->parameters; ++k)
    for (int i = first[k]; i < first[k + 1]; ++i) {
      const Place at = places[i];
      if (at.buffer < 0) continue;
      char role = operation->roles[k];
      if (role == 'R') role = 'r';
      if (role == 'M') role = 'm';
      if (role == 'a' && !operands[i].add) role = 'w';
      if (role == 's') role = stage == 0 ? 'w' : 'm';
      accesses.push_back({at.buffer, at.offset, at.offset + operands[i].bytes(), role});
    }
  return accesses;
}

int Replay::run(Status& found) const {
  FlushDenormals flush;
  std::vector<Status> status;
  for (const Phase& phase : plan.phases) {
    if (phase.parallel) {
      status.assign(phase.last - phase.first, Status{});
      PhaseJob job{this, &phase, status.data()};
      team().run(&job, work, phase.parts, slots);
      for (int i = phase.first; i < phase.last; ++i)
        if (status[i - phase.first].problem) {
          found = status[i - phase.first];
          return i;
        }
      continue;
    }
    for (int i = phase.first; i < phase.last; ++i) {
      for (int64_t part = 0; part < launches[i].parts; ++part)
        run_part(*this, launches[i], part, 0, found);
      if (found.problem) return i;
    }
  }
  return -1;
}

}  // namespace fastnn
