// The CUDA runtime's calls about errors, the device and launches, with the signatures of
// cuda_runtime_api.h. Errors are per OS thread. A failed launch is what calls that wait return,
// until cudaGetLastError() takes it away: in CUDA it would stay for ever, here the next test must
// run. The device has the narrowest limits of sm_80 to sm_90.
#include <string.h>

#include "machine.h"

namespace emulation {
namespace {

thread_local cudaError_t last_code = cudaSuccess;
thread_local std::string last_text;

}  // namespace

const char* last_error() { return last_text.c_str(); }

cudaError_t note(cudaError_t code, const std::string& text) {
  last_code = code;
  last_text = text;
  return code;
}

cudaError_t pending_error() {
  return last_code == cudaErrorLaunchFailure ? last_code : cudaSuccess;
}

void launch(const Launch& launch, const void* arguments, size_t bytes, cudaStream_t stream) {
  const dim3 grid = launch.grid, block = launch.block;
  const auto refuse = [&launch](cudaError_t code, const std::string& text) {
    note(code, describe_kernel(launch.kernel) + ": launch with " + text);
  };
  const uint64_t threads = uint64_t{block.x} * block.y * block.z;
  if (threads == 0 || threads > kMaxThreads || block.z > 64) {
    return refuse(cudaErrorInvalidConfiguration,
                  std::to_string(threads) + " threads a block; 1 to 1024 may be");
  }
  if (grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535) {
    return refuse(cudaErrorInvalidConfiguration, "a grid beyond 2147483647 x 65535 x 65535");
  }
  if (launch.shared_bytes > kSharedLimit) {
    return refuse(cudaErrorInvalidValue, std::to_string(launch.shared_bytes) +
                                             " bytes of shared memory; " +
                                             std::to_string(kSharedLimit) + " may be");
  }
  struct alignas(64) Line {
    char bytes[64];
  };
  std::vector<Line> copy((bytes + sizeof(Line) - 1) / sizeof(Line));
  memcpy(copy.data(), arguments, bytes);
  submit(stream, [launch, bytes, copy = std::move(copy), ranges = current_ranges()] {
    if (!read_schedule()) {
      return note(cudaErrorInvalidValue, "FASTNN_EMULATION_SCHEDULE is fifo, lifo or random:SEED");
    }
    if (run(launch, copy.data(), bytes, ranges)) return cudaSuccess;
    return note(cudaErrorLaunchFailure, describe_failure());
  });
}

}  // namespace emulation

using namespace emulation;

cudaError_t cudaGetLastError() {
  const cudaError_t code = last_code;
  last_code = cudaSuccess;
  return code;
}
cudaError_t cudaPeekAtLastError() { return last_code; }

const char* cudaGetErrorString(cudaError_t code) {
  switch (code) {
    case cudaSuccess: return "no error";
    case cudaErrorInvalidValue: return "invalid argument";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorInvalidConfiguration: return "invalid configuration argument";
    case cudaErrorInvalidResourceHandle: return "invalid resource handle";
    case cudaErrorIllegalState: return "the operation cannot be performed in the present state";
    case cudaErrorIllegalAddress: return "an illegal memory access was encountered";
    case cudaErrorLaunchFailure: return "unspecified launch failure";
    case cudaErrorStreamCaptureUnsupported:
      return "operation not permitted when stream is capturing";
    case cudaErrorStreamCaptureInvalidated:
      return "operation failed due to a previous error during capture";
    case cudaErrorStreamCaptureMerge:
      return "operation would result in a merge of separate capture sequences";
    case cudaErrorStreamCaptureIsolation:
      return "dependency created on uncaptured work in another stream";
    case cudaErrorStreamCaptureImplicit:
      return "operation would make the legacy stream depend on a capturing blocking stream";
    case cudaErrorStreamCaptureWrongThread:
      return "attempt to terminate a thread-local capture sequence from another thread";
    case cudaErrorCapturedEvent:
      return "operation not permitted on an event last recorded in a capturing stream";
    default: return "unrecognized error code";
  }
}

cudaError_t cudaGetDeviceCount(int* count) { return *count = 1, cudaSuccess; }
cudaError_t cudaGetDevice(int* device) { return *device = 0, cudaSuccess; }

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  switch (attribute) {
    case cudaDevAttrComputeCapabilityMajor: *value = 8; break;
    case cudaDevAttrComputeCapabilityMinor: *value = 6; break;
    case cudaDevAttrMultiProcessorCount: *value = 8; break;
    case cudaDevAttrMaxThreadsPerMultiProcessor: *value = 1536; break;
    case cudaDevAttrMaxThreadsPerBlock: *value = kMaxThreads; break;
    case cudaDevAttrWarpSize: *value = 32; break;
    case cudaDevAttrMaxSharedMemoryPerBlock: *value = 48 << 10; break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = kSharedLimit; break;
    default:
      return note(cudaErrorInvalidValue, "cudaDeviceGetAttribute: not known to the emulation");
  }
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  const auto get = [device](cudaDeviceAttr attribute) {
    int value = 0;
    cudaDeviceGetAttribute(&value, attribute, device);
    return value;
  };
  *properties = {};
  strcpy(properties->name, "CUDA emulation");
  properties->major = get(cudaDevAttrComputeCapabilityMajor);
  properties->minor = get(cudaDevAttrComputeCapabilityMinor);
  properties->multiProcessorCount = get(cudaDevAttrMultiProcessorCount);
  properties->maxThreadsPerMultiProcessor = get(cudaDevAttrMaxThreadsPerMultiProcessor);
  properties->maxThreadsPerBlock = get(cudaDevAttrMaxThreadsPerBlock);
  properties->warpSize = get(cudaDevAttrWarpSize);
  properties->sharedMemPerBlock = get(cudaDevAttrMaxSharedMemoryPerBlock);
  properties->sharedMemPerBlockOptin = get(cudaDevAttrMaxSharedMemoryPerBlockOptin);
  return cudaSuccess;
}
