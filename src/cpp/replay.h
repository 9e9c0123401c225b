// A planned list of calls and how it runs on the CPU: phase after phase, the parts of a parallel
// phase's launches numbered one launch after the other and claimed as one job. Knows nothing of
// Python.
#pragma once
#include <cstdint>
#include <cstring>
#include <vector>

#include "contract.h"
#include "operations.h"
#include "plan.h"

namespace fastnn {

struct RecordedCall {
  OperationId id;
  const Operation* operation = nullptr;
  struct Place {
    int buffer = -1;  // -1: absent
    int64_t offset = 0;
  };
  std::vector<Operand> operands;
  std::vector<Place> places;  // what the operands were when they were recorded
  std::vector<uint16_t> first;
  std::vector<char> settings;
  Schedule schedule;
  std::vector<int> labels;  // for whom it was made: of each call that has become part of it

  Arguments arguments() const { return {operands.data(), first.data(), settings.data()}; }
  template <class Settings>
  Settings settings_as() const {
    Settings read;
    std::memcpy(&read, settings.data(), sizeof read);
    return read;
  }
  Operand& at(int parameter) { return operands[first[parameter]]; }  // but for lists
  // What a launch of it reads and writes, operand by operand but for those without a place.
  std::vector<Access> accesses(int stage) const;
};

struct Replay {
  struct Launch {
    int call, stage;
    int64_t parts;
  };
  std::vector<RecordedCall> calls;
  std::vector<Launch> launches;  // in the order of plan.order
  Plan plan;
  int slots = 1;  // threads for which there is scratch

  // Puts the parts of every parallel phase into the order in which they are claimed; to be called
  // once all of the above is set. A thread owns a contiguous share: one of each launch, not one
  // launch as a whole, which leaves the other's operands out of its caches (a step of 1.99 ms with
  // two large products in a phase takes 1.97).
  void share_parts();

  // Runs all phases. Stops after the phase in which a kernel found a problem in the data, and gives
  // the index of that launch; -1 where all went well.
  int run(Status& found) const;
  // The same launch by launch, with what each of them took.
  int run_timed(Status& found, std::vector<int64_t>& nanoseconds) const;

 private:
  struct Step {
    int launch;
    int64_t part;
  };
  std::vector<Step> steps_;
  std::vector<size_t> first_step_;  // of each phase
  struct Job;
  static void work(void* job, int64_t index, int slot) noexcept;
};

}  // namespace fastnn
