// Fisher and Yates's shuffle, as Durstenfeld wrote it down (Algorithm 235, CACM 1964), with numbers
// from Philox: block i of the position draws the partner of number i. A 64-bit draw times the
// number of choices, of which the upper half is taken, errs from evenness by less than 2^-32.
#include "shuffle.h"

#define FASTNN_ISA core_formulas  // no instruction set's: this runs before and beside all of them
#include "../philox.h"

namespace fastnn {

void shuffle(int32_t* numbers, int64_t count, const int64_t* position, int64_t stream) {
  for (int64_t i = count - 1; i > 0; --i) {
    const auto words = FASTNN_ISA::philox(position, stream, i);
    const uint64_t draw = uint64_t{words.word[0]} << 32 | words.word[1];
    const auto choices = static_cast<unsigned __int128>(i + 1);
    const auto j = static_cast<int64_t>(draw * choices >> 64);
    const int32_t other = numbers[j];
    numbers[j] = numbers[i];
    numbers[i] = other;
  }
}

}  // namespace fastnn
