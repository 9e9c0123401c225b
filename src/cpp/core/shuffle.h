// The order in which a training loop takes its samples.
#pragma once
#include <stdint.h>

namespace fastnn {

// Permutes `count` numbers; the order follows from {seed, step} and the stream alone, the same on
// every machine.
void shuffle(int32_t* numbers, int64_t count, const int64_t* position, int64_t stream);

}  // namespace fastnn
