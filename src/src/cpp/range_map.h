// A value for each byte of a buffer, held as the pieces between which it differs. Pieces are cut
// where a range begins or ends and never joined again: a buffer is accessed whole or in a few fixed
// slices.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace fastnn {

template <class Value>
class RangeMap {
 public:
  explicit RangeMap(Value value = {}) : pieces_{{0, value}} {}

  // Calls f(value, first byte) for each piece of the range; f may change the value.
  template <class F>
  void each(int64_t begin, int64_t end, F f) {
    if (begin >= end) return;
    const size_t first = cut(begin), last = cut(end);
    for (size_t i = first; i < last; ++i) f(pieces_[i].value, pieces_[i].begin);
  }

 private:
  struct Piece {  // until the next one begins; the last one is endless
    int64_t begin;
    Value value;
  };
  size_t cut(int64_t at) {  // the piece that begins here
    const auto before = [](const Piece& piece, int64_t byte) { return piece.begin < byte; };
    auto next = std::lower_bound(pieces_.begin(), pieces_.end(), at, before);
    if (next == pieces_.end() || next->begin != at)
      next = pieces_.insert(next, {at, (next - 1)->value});
    return static_cast<size_t>(next - pieces_.begin());
  }
  std::vector<Piece> pieces_;
};

}  // namespace fastnn
