// Runs calls: at once, part by part on the team (CPU) or on the current stream (GPU).
#pragma once
#include "api.h"

namespace fastnn {

// Under this much work a launch runs on its caller: waking the team, and waiting for it on a busy
// machine, costs more (a contended team turned a step of 17 us into 155 us at a limit of 3 us).
constexpr double kSerialNanoseconds = 8000;
// Below this the GIL is kept: giving it up beside a busy Python thread costs its switch interval, 5
// ms.
constexpr double kKeepGilNanoseconds = 1e6;

bool launch(Device& device, Call& call);

// GPU: puts the whole call on a stream; failures show in device.failed().
void put_on_stream(Device& device, OperationId id, const Arguments& arguments, void* stream);

// Sets a ValueError that says what a kernel found in the data.
void set_data_error(const Operation& operation, const Status& status);

// A block of the device's arena, or null with a MemoryError set.
Block* allocate(Device& device, int64_t bytes);

// An array over a block; takes over the reference to it. Null with an error set.
PyObject* wrap_block(Device& device, Block* block, const Operand& like);

}  // namespace fastnn
