// concatenate: the arrays of x one after the other along an axis; any dtype. y is a run of elements
// from each array for each place of the outer axes. Many such places are shared among the parts,
// and some rows at a time taken from each array, so that y's stay in the first cache; of few places
// the bytes are shared, like those of any copy.
#include <string.h>

#include "odometer.h"

namespace fastnn::FASTNN_ISA {

static int64_t outer_places(Ref y, const ConcatenateSettings& s) {
  int64_t places = 1;
  for (int i = 0; i < s.axis; ++i) places *= y.dim(i);
  return places;
}

constexpr int64_t kBlockBytes = 16384;

static void place_rows(Out y, InList x, int64_t outer, const Part& part) {
  const Range rows = share(outer, part);
  const int64_t width = y.size() / outer;
  const int64_t block = larger(1, kBlockBytes / (width * size_of(y.dtype())));
  with_moved(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    for (int64_t begin = rows.begin; begin < rows.end; begin += block) {
      const int64_t end = smaller(begin + block, rows.end);
      int64_t column = 0;
      for (int k = 0; k < x.count; ++k) {
        const int64_t own = x[k].size() / outer;
        for (int64_t row = begin; row < end; ++row)
          move_run(y.as<T>() + row * width + column, false, x[k].as<T>() + row * own, own);
        column += own;
      }
    }
  });
}

static void place_bytes(Out y, InList x, int64_t outer, const Part& part) {
  const int64_t row_bytes = y.operand->bytes() / outer;
  const Range range = share_elements(y.operand->bytes(), part);
  for (int64_t at = range.begin; at < range.end;) {
    const int64_t row = at / row_bytes, end = smaller(range.end, (row + 1) * row_bytes);
    int64_t begin = row * row_bytes;
    for (int k = 0; k < x.count && begin < end; ++k) {
      const int64_t width = x[k].operand->bytes() / outer, stop = smaller(begin + width, end);
      if (at < stop) {
        memcpy(y.as<char>() + at, x[k].as<char>() + row * width + (at - begin),
               static_cast<size_t>(stop - at));
        at = stop;
      }
      begin += width;
    }
  }
}

void concatenate(Out y, InList x, const ConcatenateSettings& s, const Part& part) noexcept {
  if (y.size() == 0) return;
  const int64_t outer = outer_places(y, s);
  if (outer >= kMostParts) {
    place_rows(y, x, outer, part);
  } else {
    place_bytes(y, x, outer, part);
  }
}

// A run costs about 3 ns beside its bytes.
void concatenate_schedule(Out y, InList x, const ConcatenateSettings& s,
                          Schedule& schedule) noexcept {
  const int64_t outer = y.size() == 0 ? 0 : outer_places(y, s);
  plan_stage(schedule, 0,
             nanoseconds_of(2 * y.operand->bytes()) + 3 * static_cast<double>(outer * x.count),
             outer >= kMostParts ? outer : blocks_of(kGrain, y.operand->bytes()));
}

}  // namespace fastnn::FASTNN_ISA
