// The prototypes of every CUDA launcher: the twins of src/cpp/kernels/kernels.h. A launcher puts
// its kernels on the stream and returns; it never allocates and never synchronises. Only operations
// with scratch define a schedule, of which the GPU reads `shared_bytes` alone.
#pragma once
#include "../cpp/settings.h"
#include "device.h"

namespace fastnn::FASTNN_ISA {

struct Stream {
  cudaStream_t handle;
  Status*
      status;  // in device memory: the first problem that a kernel found, read when the host waits
};

#define FASTNN_OPERATION(name, Settings, ...)                                \
  void name(__VA_ARGS__, const Settings& settings, Stream& stream) noexcept; \
  void name##_schedule(__VA_ARGS__, const Settings& settings, Schedule& schedule) noexcept;
#include "../cpp/operations.def"
#undef FASTNN_OPERATION

}  // namespace fastnn::FASTNN_ISA
