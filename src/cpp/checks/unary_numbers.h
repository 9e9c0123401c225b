// What alpha and beta may be; chains have steps with them.
#pragma once
#include "../check.h"

namespace fastnn { void check_numbers(const UnarySettings& s, Check& check); }  // namespace fastnn
