// What a call has to do at least, for profiles: from its operands and settings alone.
#pragma once
#include "replay.h"

namespace fastnn {

struct Work {
  double flops = 0;  // multiplications and additions of products and convolutions; else 0
  double bytes = 0;  // of the operands, each read or written once
};

Work work_of(const RecordedCall& call);

}  // namespace fastnn
