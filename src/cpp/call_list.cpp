#include "call_list.h"

#include <string.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace fastnn {

CallList::CallList(std::vector<RecordedCall>& calls, std::vector<PlanBuffer>& buffers,
                   const Operation* operations)
    : calls_(calls),
      buffers_(buffers),
      operations_(operations),
      gone_(calls.size(), false),
      accesses_(calls.size()),
      users_(buffers.size()) {
  for (size_t c = 0; c < calls.size(); ++c) note(c);
}

Access CallList::access(size_t c, int parameter) {
  const RecordedCall& call = calls_[c];
  const int i = call.first[parameter];
  const RecordedCall::Place at = call.places[i];
  return {at.buffer, at.offset, at.offset + call.operands[i].bytes()};
}

bool CallList::given(const Access& a) const {
  if (a.buffer < 0) return true;
  const BufferKind kind = buffers_[a.buffer].kind;
  return kind != BufferKind::planned && kind != BufferKind::output && !written(0, size(), a);
}

bool CallList::touched(size_t first, size_t end, const Access& a) const {
  for (const size_t c : users_[a.buffer])
    if (c >= first && c < end)
      for (const Access& other : accesses_[c])
        if (meets(other, a)) return true;
  return false;
}

size_t CallList::writer(size_t end, const Access& a) const {
  size_t last = kNone;
  for (const size_t c : users_[a.buffer])
    if (c < end)
      for (const Access& other : accesses_[c])
        if (other.role != 'r' && meets(other, a)) last = c;
  return last;
}

bool CallList::written(size_t first, size_t end, const Access& a) const {
  const size_t last = writer(end, a);
  return last != kNone && last >= first;
}

size_t CallList::only_reader(size_t c, int parameter) {
  const Access made = access(c, parameter);
  if (!planned(made) || users_[made.buffer].size() != 2 || users_[made.buffer][0] != c)
    return kNone;
  const size_t reader = users_[made.buffer][1];
  int times = 0;
  for (const Access& a : accesses_[reader])
    if (a.buffer == made.buffer) times += a.role == 'r' && same_bytes(a, made) ? 1 : 2;
  return times == 1 ? reader : kNone;
}

void CallList::give(RecordedCall& to, int parameter, RecordedCall& from, int of_from) {
  const bool add = to.at(parameter).add;
  to.at(parameter) = from.at(of_from);
  to.at(parameter).add = add;
  to.places[to.first[parameter]] = from.places[from.first[of_from]];
}

void CallList::changed(size_t c, bool replan) {
  forget(c);
  note(c);
  if (!replan) return;
  RecordedCall& call = calls_[c];
  call.schedule = {};
  call.operation->schedule(call.arguments(), call.schedule);
}

bool CallList::replace(size_t c, RecordedCall call) {
  call.schedule = {};
  call.operation->schedule(call.arguments(), call.schedule);
  const char* const scratch = strchr(call.operation->roles, 's');
  const Operand* given =
      scratch ? &call.at(static_cast<int>(scratch - call.operation->roles)) : nullptr;
  const int64_t shared = given && given->data ? given->dims[0] : 0;
  const int64_t slice = given && given->data ? given->dims[1] : 0;
  if (call.schedule.shared_bytes > shared || call.schedule.slice_bytes > slice) return false;
  forget(c);
  calls_[c] = std::move(call);
  note(c);
  return true;
}

void CallList::prepend(RecordedCall call) {
  call.operation = &operations_[static_cast<int>(call.id)];
  call.schedule = {};
  call.operation->schedule(call.arguments(), call.schedule);
  first_.push_back(std::move(call));
}

void CallList::place_anew(RecordedCall& call, int parameter) {
  PlanBuffer buffer;
  buffer.bytes = call.at(parameter).bytes();
  call.places[call.first[parameter]] = {static_cast<int>(buffers_.size()), 0};
  buffers_.push_back(buffer);
  users_.emplace_back();
}

void CallList::remove(size_t c) {
  forget(c);
  gone_[c] = true;
}

void CallList::swap(size_t a, size_t b) {
  forget(a), forget(b);
  std::swap(calls_[a], calls_[b]);
  note(a), note(b);
}

void CallList::rename(const Access& from, const Access& to) {
  const std::vector<size_t> users = users_[from.buffer];
  for (const size_t c : users) {
    for (RecordedCall::Place& at : calls_[c].places)
      if (at.buffer == from.buffer) at = {to.buffer, at.offset - from.begin + to.begin};
    changed(c);
  }
}

void CallList::finish() {
  size_t kept = 0;
  for (size_t c = 0; c < calls_.size(); ++c)
    if (!gone_[c] && kept++ != c) calls_[kept - 1] = std::move(calls_[c]);
  calls_.resize(kept);
  calls_.insert(calls_.begin(), std::make_move_iterator(first_.begin()),
                std::make_move_iterator(first_.end()));
}

void CallList::note(size_t c) {
  accesses_[c] = calls_[c].accesses(0);
  for (const Access& a : accesses_[c]) {
    std::vector<size_t>& users = users_[a.buffer];
    const auto at = std::lower_bound(users.begin(), users.end(), c);
    if (at == users.end() || *at != c) users.insert(at, c);
  }
}

void CallList::forget(size_t c) {
  for (const Access& a : accesses_[c]) {
    std::vector<size_t>& users = users_[a.buffer];
    const auto at = std::lower_bound(users.begin(), users.end(), c);
    if (at != users.end() && *at == c) users.erase(at);
  }
  accesses_[c].clear();
}

}  // namespace fastnn
