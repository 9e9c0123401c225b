// What a plan must be, the slow and obvious way: a small language to write programs in, and
// validate(), which repeats the planner's work byte by byte and launch against launch, and then
// runs the program twice: as recorded, each buffer in memory of its own, and as planned, in the
// slab, the launches of a parallel phase interleaved at random. A byte is a 64-bit integer here,
// and a launch mixes all it reads into all it writes, so a wrong order or a shared byte changes the
// result.
#pragma once
#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "plan.h"

namespace fastnn {

struct Program {
  std::vector<PlanBuffer> buffers;
  std::vector<PlanLaunch> launches;

  int input(int64_t bytes) { return buffer(BufferKind::input, bytes); }
  int variable(int64_t bytes) { return buffer(BufferKind::variable, bytes); }
  int planned(int64_t bytes) { return buffer(BufferKind::planned, bytes); }
  int output(int64_t bytes) { return buffer(BufferKind::output, bytes); }
  int buffer(BufferKind kind, int64_t bytes) {
    buffers.push_back({kind, bytes});
    return static_cast<int>(buffers.size()) - 1;
  }
  Access all(char role, int b) const { return {b, 0, buffers[b].bytes, role}; }
  // operands: a role letter and whole buffers, as in {{'w', y}, {'r', x}}
  void launch(const char* name, int stage, int64_t parts, double ns,
              const std::vector<std::pair<char, int>>& operands) {
    launches.push_back({name, stage, parts, ns, {}, false});
    for (auto [role, b] : operands) launches.back().accesses.push_back(all(role, b));
  }
  int find(const char* name, int nth = 0) const {
    for (size_t i = 0; i < launches.size(); ++i)
      if (std::string(name) == launches[i].name && nth-- == 0) return static_cast<int>(i);
    return -1;
  }
};

inline bool reads(const Access& a) { return a.role != 'w'; }
inline bool writes(const Access& a) { return a.role != 'r'; }
inline bool in_slab(const PlanBuffer& b) {
  return b.kind == BufferKind::planned || b.kind == BufferKind::output;
}
inline bool conflict(const PlanLaunch& x, const PlanLaunch& y) {
  for (const Access& a : x.accesses)
    for (const Access& b : y.accesses)
      if (a.buffer == b.buffer && std::max(a.begin, b.begin) < std::min(a.end, b.end) &&
          (writes(a) || writes(b)))
        return true;
  return false;
}

// ---- the interpreter

using Words = std::vector<uint64_t>;
inline uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
  return x ^ (x >> 29);
}

struct Memory {
  Words words;
  std::vector<int64_t> start;  // of each buffer
  Words effects;               // what launches saw, for those with `keep`
};

// One step of a launch: all reads, then one write. A launch is as many steps as it has accesses.
inline void step(const Program& p, int launch, size_t access, Memory& memory) {
  const PlanLaunch& l = p.launches[launch];
  uint64_t seen = mix(launch * 64 + access);
  for (const Access& a : l.accesses)
    for (int64_t i = a.begin; i < a.end && reads(a); ++i)
      seen = mix(seen + memory.words[memory.start[a.buffer] + i]);
  if (l.keep) memory.effects[launch] = seen;
  const Access& a = l.accesses[access];
  for (int64_t i = a.begin; i < a.end && writes(a); ++i) {
    uint64_t& word = memory.words[memory.start[a.buffer] + i];
    const uint64_t value = mix(seen + i);
    word = a.role == 'w' ? value : a.role == 'a' ? 3 * word + value : mix(word ^ value);
  }
}

inline void run_launch(const Program& p, int launch, Memory& memory) {
  for (size_t k = 0; k < p.launches[launch].accesses.size(); ++k) step(p, launch, k, memory);
}

// Garbage everywhere but in what exists before: the same in both runs.
inline Memory make_memory(const Program& p, const Plan* plan, uint64_t garbage) {
  Memory memory;
  int64_t size = plan ? plan->slab_bytes : 0;
  for (size_t b = 0; b < p.buffers.size(); ++b) {
    const bool placed = plan && in_slab(p.buffers[b]);
    memory.start.push_back(placed ? plan->offset[b] : size);
    if (!placed) size += p.buffers[b].bytes;
  }
  memory.words.resize(size);
  for (uint64_t& word : memory.words) word = garbage = mix(garbage + 1);
  for (size_t b = 0; b < p.buffers.size(); ++b)
    for (int64_t i = 0; i < p.buffers[b].bytes && !in_slab(p.buffers[b]); ++i)
      memory.words[memory.start[b] + i] = mix(b * 100000 + i);
  memory.effects.assign(p.launches.size(), 0);
  return memory;
}

inline void replay(const Program& p, const Plan& plan, Memory& memory, std::mt19937& random) {
  for (const Phase& phase : plan.phases) {
    if (!phase.parallel) {
      for (int k = phase.first; k < phase.last; ++k) run_launch(p, plan.order[k], memory);
      continue;
    }
    // Each launch once for each of its steps, shuffled: a random interleaving. Half of the times
    // whole launches, so that each also runs before and after all of the others.
    std::vector<int> turns(plan.order.begin() + phase.first, plan.order.begin() + phase.last);
    const bool whole = random() % 2;
    for (int k = phase.first; k < phase.last && !whole; ++k)
      turns.insert(turns.end(), p.launches[plan.order[k]].accesses.size(), plan.order[k]);
    std::shuffle(turns.begin(), turns.end(), random);
    std::vector<size_t> next(p.launches.size(), 0);
    for (int launch : turns) {
      const size_t steps = p.launches[launch].accesses.size();
      for (size_t n = whole ? steps : 1; n > 0 && next[launch] < steps; --n)
        step(p, launch, next[launch]++, memory);
    }
  }
}

// ---- the validator

// The launches that live and the first unwritten read among them, with one flag a byte.
inline std::vector<int> live_launches(const Program& p, bool remove_dead) {
  std::vector<std::vector<bool>> needed;
  for (const PlanBuffer& b : p.buffers) needed.emplace_back(b.bytes, b.kind != BufferKind::planned);
  std::vector<int> live;
  for (int i = static_cast<int>(p.launches.size()) - 1; i >= 0; --i) {
    bool lives = p.launches[i].keep || !remove_dead;
    for (const Access& a : p.launches[i].accesses)
      for (int64_t k = a.begin; k < a.end; ++k) lives |= writes(a) && needed[a.buffer][k];
    for (bool reading : {false, true})
      for (const Access& a : p.launches[i].accesses)
        for (int64_t k = a.begin; k < a.end && lives; ++k)
          if (reads(a) == reading) needed[a.buffer][k] = reading;
    if (lives) live.insert(live.begin(), i);
  }
  return live;
}

inline UnwrittenRead unwritten_read(const Program& p, const std::vector<int>& live) {
  std::vector<std::vector<bool>> written;
  for (const PlanBuffer& b : p.buffers) written.emplace_back(b.bytes, !in_slab(b));
  for (int i : live) {
    const std::vector<Access>& accesses = p.launches[i].accesses;
    for (size_t n = 0; n < accesses.size(); ++n)
      for (int64_t k = accesses[n].begin; k < accesses[n].end; ++k)
        if (reads(accesses[n]) && !written[accesses[n].buffer][k])
          return {i, static_cast<int>(n), accesses[n].buffer, k};
    for (const Access& a : accesses)
      for (int64_t k = a.begin; k < a.end && writes(a); ++k) written[a.buffer][k] = true;
  }
  for (size_t b = 0; b < p.buffers.size(); ++b)
    for (int64_t k = 0; k < p.buffers[b].bytes && p.buffers[b].kind == BufferKind::output; ++k)
      if (!written[b][k]) return {-1, -1, static_cast<int>(b), k};
  return {};
}

// What is wrong with a plan; empty: nothing.
inline std::string validate(const Program& p, const PlanOptions& options, std::mt19937& random) {
  const Plan plan = make_plan(p.buffers, p.launches, options);
  const std::vector<int> live = live_launches(p, options.remove_dead);
  const UnwrittenRead want = unwritten_read(p, live), got = plan.unwritten;
  if (want.launch != got.launch || want.access != got.access || want.buffer != got.buffer ||
      want.byte != got.byte)
    return "unwritten read not found, or a false one";
  if (got) return plan.order.empty() && plan.phases.empty() ? "" : "a plan in spite of an error";

  std::vector<int> order = plan.order;
  std::sort(order.begin(), order.end());
  if (order != live) return "not the launches that live";
  int time = 0, at = 0;
  for (size_t n = 0; n < plan.phases.size(); ++n) {
    const Phase& phase = plan.phases[n];
    if (phase.first != at || phase.last <= at) return "phases do not follow each other";
    if (n > 0 && !phase.parallel && !plan.phases[n - 1].parallel) return "neighbours both serial";
    double ns = 0;
    int64_t parts = 0;
    for (; at < phase.last; ++at) {
      ns += p.launches[plan.order[at]].nanoseconds;
      parts += p.launches[plan.order[at]].parts;
      if (plan.time[plan.order[at]] != time) return "wrong time";
      if (!phase.parallel || at + 1 == phase.last) ++time;
      if (at > phase.first && plan.order[at - 1] >= plan.order[at]) return "not in recorded order";
    }
    if (phase.parts != parts || std::abs(phase.nanoseconds - ns) > 1e-6) return "wrong sums";
    if (phase.parallel && (ns <= options.serial_nanoseconds || parts < 2))
      return "parallel without need";
  }
  if (at != static_cast<int>(live.size())) return "launches without a phase";
  for (size_t j = 0; j < live.size(); ++j)
    for (size_t i = 0; i < j; ++i)
      if (conflict(p.launches[live[i]], p.launches[live[j]]) &&
          plan.time[live[i]] >= plan.time[live[j]])
        return "a dependence is broken";

  // memory: bytes owned at each time
  std::vector<std::pair<int, int>> life(p.buffers.size(), {time, -1});
  for (int i : live)
    for (const Access& a : p.launches[i].accesses) {
      auto& [first, last] = life[a.buffer];
      first = std::min(first, plan.time[i]);
      last =
          p.buffers[a.buffer].kind == BufferKind::output ? time - 1 : std::max(last, plan.time[i]);
    }
  int64_t most = 0, sum = 0;
  for (int t = 0; t < time; ++t) {
    std::vector<bool> owned(plan.slab_bytes, false);
    int64_t alive = 0;
    for (size_t b = 0; b < p.buffers.size(); ++b) {
      if (!in_slab(p.buffers[b]) || t < life[b].first || life[b].second < t) continue;
      if (plan.offset[b] < 0 || plan.offset[b] % kSlabAlignment != 0) return "wrong offset";
      const int64_t end =
          (p.buffers[b].bytes + kSlabAlignment - 1) / kSlabAlignment * kSlabAlignment;
      if (plan.offset[b] + end > plan.slab_bytes) return "outside of the slab";
      for (int64_t k = 0; k < end; ++k) {
        if (owned[plan.offset[b] + k]) return "two buffers that live at one time share bytes";
        owned[plan.offset[b] + k] = true;
      }
      alive += end;
      if (t == life[b].first) sum += end;
    }
    most = std::max(most, alive);
  }
  if (most != plan.lower_bound_bytes || sum != plan.sum_bytes) return "wrong lower bound or sum";
  for (size_t b = 0; b < p.buffers.size(); ++b)
    if ((!in_slab(p.buffers[b]) || life[b].second < 0) && plan.offset[b] >= 0)
      return "memory for a buffer that needs none";

  Memory separate = make_memory(p, nullptr, random());
  for (size_t i = 0; i < p.launches.size(); ++i) run_launch(p, static_cast<int>(i), separate);
  for (int round = 0; round < 3; ++round) {
    Memory slab = make_memory(p, &plan, random());
    replay(p, plan, slab, random);
    for (size_t b = 0; b < p.buffers.size(); ++b)
      for (int64_t k = 0; k < p.buffers[b].bytes && p.buffers[b].kind != BufferKind::planned; ++k)
        if (separate.words[separate.start[b] + k] != slab.words[slab.start[b] + k])
          return "the replay gives another result";
    if (separate.effects != slab.effects) return "a kept launch saw something else";
  }
  return "";
}

}  // namespace fastnn
