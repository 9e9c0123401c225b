// The operations as an enumeration: an operation's place in operations.def, the same on every
// device.
#pragma once
#include "contract.h"

namespace fastnn {

enum class OperationId : int {
#define FASTNN_OPERATION(name, Settings, ...) name,
#include "operations.def"
#undef FASTNN_OPERATION
  count
};
constexpr int kOperations = static_cast<int>(OperationId::count);

}  // namespace fastnn
