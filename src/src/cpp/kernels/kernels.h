// The prototypes of every CPU kernel, in the namespace of the instruction set that this file is
// compiled for. `name` computes one part of one stage; `name_schedule` says into how many parts a
// call falls, what they cost and what scratch they need. A kernel runs on any thread, beside its
// sibling parts; nothing in it allocates, throws or waits.
#pragma once
#include "../settings.h"

namespace fastnn::FASTNN_ISA {

#define FASTNN_OPERATION(name, Settings, ...)                                  \
  void name(__VA_ARGS__, const Settings& settings, const Part& part) noexcept; \
  void name##_schedule(__VA_ARGS__, const Settings& settings, Schedule& schedule) noexcept;
#include "../operations.def"
#undef FASTNN_OPERATION

}  // namespace fastnn::FASTNN_ISA
