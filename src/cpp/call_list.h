// The calls of a recorded step while they are rewritten: who touches which bytes, and where in the
// order. What a rewriting asks before it moves a read or a write.
#pragma once
#include <utility>
#include <vector>

#include "plan.h"
#include "replay.h"

namespace fastnn {

class CallList {
 public:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  CallList(std::vector<RecordedCall>& calls, std::vector<PlanBuffer>& buffers,
           const Operation* operations);

  size_t size() const { return calls_.size(); }
  RecordedCall& operator[](size_t c) { return calls_[c]; }
  bool is(size_t c, OperationId id) const { return c < size() && !gone_[c] && calls_[c].id == id; }

  // The bytes of an operand that is no list; buffer -1 where it is absent or empty.
  Access access(size_t c, int parameter);
  bool same(size_t a, int of_a, size_t b, int of_b) {
    return same_bytes(access(a, of_a), access(b, of_b));
  }
  // Born and dead inside the step.
  bool planned(const Access& a) const {
    return a.buffer >= 0 && buffers_[a.buffer].kind == BufferKind::planned;
  }
  // Absent, or there before the step and never written in it.
  bool given(const Access& a) const;
  int64_t bytes_of(int buffer) const { return buffers_[buffer].bytes; }
  // The calls that touch a buffer, in order.
  const std::vector<size_t>& users(int buffer) const { return users_[buffer]; }

  // Whether calls from `first` up to `end`, exclusive, read or write any of the bytes.
  bool touched(size_t first, size_t end, const Access& a) const;
  bool written(size_t first, size_t end, const Access& a) const;
  // The last call before `end` that writes any of the bytes; or kNone.
  size_t writer(size_t end, const Access& a) const;
  // The call that reads, whole, what `c` writes, if nothing else touches its buffer; or kNone.
  size_t only_reader(size_t c, int parameter);

  // An operand becomes another one's memory: dtype, shape and place, not whether it is added to.
  static void give(RecordedCall& to, int parameter, RecordedCall& from, int of_from);
  void give(size_t to, int parameter, size_t from, int of_from) {
    give(calls_[to], parameter, calls_[from], of_from);
  }
  // Follows the last edit of a call; `replan` where its schedule may be another one.
  void changed(size_t c, bool replan = false);
  // In a call's place another one of the operation; false if the scratch there is too small for it.
  bool replace(size_t c, RecordedCall call);
  void remove(size_t c);
  void swap(size_t a, size_t b);
  // Two buffers become one: all that is at `from` is at `to`.
  void rename(const Access& from, const Access& to);
  // Calls before all others, of what the step does not write.
  void prepend(RecordedCall call);
  // Memory for a result of theirs; its data is to be patched, as all that is planned.
  void place_anew(RecordedCall& call, int parameter);
  // The list with what has been prepended and without what has been removed; of no use afterwards.
  void finish();

 private:
  void note(size_t c);
  void forget(size_t c);

  std::vector<RecordedCall>& calls_;
  std::vector<PlanBuffer>& buffers_;
  const Operation* operations_;
  std::vector<RecordedCall> first_;
  std::vector<bool> gone_;
  std::vector<std::vector<Access>> accesses_;  // of each call
  std::vector<std::vector<size_t>> users_;     // of each buffer
};

}  // namespace fastnn
