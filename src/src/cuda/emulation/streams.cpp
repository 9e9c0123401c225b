// Streams, events, captures and graphs. Work runs at once, in the order of the calls, whatever its
// stream; on a capturing stream it is kept, arguments by value, and a graph is that list. What CUDA
// forbids in a capture is refused with CUDA's codes, and loses the capture. A capture has one
// stream: an event that would draw a second one in is refused as unsupported, which CUDA would
// allow.
#include <time.h>

#include <mutex>
#include <set>
#include <thread>

#include "machine.h"

struct CUgraph_st {
  std::vector<emulation::Work> work;
};
struct CUgraphExec_st {
  std::vector<emulation::Work> work;
};
struct CUstream_st {
  bool blocking = true;  // the default stream waits for it, and it for the default stream
  std::unique_ptr<CUgraph_st> capture;
  uint64_t capture_number = 0;
  bool lost = false;  // what it captured
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  std::thread::id owner;
};
struct CUevent_st {
  bool timed;
  double milliseconds = -1;     // when it was recorded; never: -1
  uint64_t capture_number = 0;  // recorded in this capture
};

namespace emulation {
namespace {

std::recursive_mutex mutex;                   // also of the machine: all work runs under it
auto& streams = *new std::set<cudaStream_t>;  // never destroyed, as the allocations
CUstream_st default_stream;
uint64_t captures = 0;

cudaStream_t find(cudaStream_t handle) {
  if (!handle || handle == cudaStreamLegacy || handle == cudaStreamPerThread)
    return &default_stream;
  if (streams.count(handle)) return handle;
  note(cudaErrorInvalidResourceHandle, "not a stream");
  return nullptr;
}

cudaError_t lose(cudaStream_t stream, cudaError_t code, const std::string& text) {
  stream->lost = true;
  return note(code, text);
}

cudaError_t wait_for(cudaStream_t stream, const char* what) {
  if (const cudaError_t error = refuse_in_capture(what)) return error;
  if (stream && stream->capture) {  // of a mode that leaves the rest to the caller
    return lose(stream, cudaErrorStreamCaptureUnsupported,
                std::string(what) + " of a stream that is capturing");
  }
  return pending_error();
}

}  // namespace

cudaError_t refuse_in_capture(const char* what) {
  const std::lock_guard lock(mutex);
  cudaError_t error = cudaSuccess;
  for (const cudaStream_t stream : streams) {
    const bool here = stream->owner == std::this_thread::get_id();
    if (stream->capture && (stream->mode == cudaStreamCaptureModeGlobal ||
                            (stream->mode == cudaStreamCaptureModeThreadLocal && here))) {
      error = lose(stream, cudaErrorStreamCaptureUnsupported,
                   std::string(what) + " while a stream is capturing");
    }
  }
  return error;
}

cudaError_t submit(cudaStream_t handle, const Work& work) {
  const std::lock_guard lock(mutex);
  const cudaStream_t stream = find(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  if (stream->lost)
    return note(cudaErrorStreamCaptureInvalidated, "the capture was lost to an earlier error");
  if (stream->capture) {
    stream->capture->work.push_back(work);
    return cudaSuccess;
  }
  if (stream == &default_stream) {
    for (const cudaStream_t other : streams) {
      if (other->capture && other->blocking) {
        return lose(other, cudaErrorStreamCaptureImplicit,
                    "the default stream waits for one that is capturing");
      }
    }
  }
  return work();
}

}  // namespace emulation

using namespace emulation;
using Lock = std::lock_guard<std::recursive_mutex>;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  const Lock lock(emulation::mutex);
  *stream = new CUstream_st;
  (*stream)->blocking = !(flags & cudaStreamNonBlocking);
  streams.insert(*stream);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  const Lock lock(emulation::mutex);
  if (!streams.erase(handle))
    return note(cudaErrorInvalidResourceHandle, "cudaStreamDestroy: not a stream");
  delete handle;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  const Lock lock(emulation::mutex);
  const cudaStream_t stream = find(handle);
  return stream ? wait_for(stream, "cudaStreamSynchronize") : cudaErrorInvalidResourceHandle;
}
cudaError_t cudaDeviceSynchronize() {
  const Lock lock(emulation::mutex);
  return wait_for(nullptr, "cudaDeviceSynchronize");
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  *event = new CUevent_st{!(flags & cudaEventDisableTiming)};
  return cudaSuccess;
}
cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return cudaEventCreateWithFlags(event, cudaEventDefault);
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle) {
  const Lock lock(emulation::mutex);
  const cudaStream_t stream = find(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  event->capture_number = stream->capture ? stream->capture_number : 0;
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  event->milliseconds =
      static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const Lock lock(emulation::mutex);
  if (event->capture_number)
    return note(cudaErrorCapturedEvent, "cudaEventSynchronize: recorded in a capture");
  return wait_for(nullptr, "cudaEventSynchronize");
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  if (!start->timed || !end->timed || start->milliseconds < 0 || end->milliseconds < 0) {
    return note(cudaErrorInvalidResourceHandle, "cudaEventElapsedTime: an event without a time");
  }
  *milliseconds = static_cast<float>(end->milliseconds - start->milliseconds);
  return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  const Lock lock(emulation::mutex);
  const cudaStream_t stream = find(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  const uint64_t number = stream->capture ? stream->capture_number : 0;
  if (event->capture_number == number || event->milliseconds < 0) return cudaSuccess;
  if (!number) {
    return note(cudaErrorStreamCaptureUnsupported,
                "cudaStreamWaitEvent: the emulation captures one stream only");
  }
  return lose(stream,
              event->capture_number ? cudaErrorStreamCaptureMerge : cudaErrorStreamCaptureIsolation,
              "cudaStreamWaitEvent: a capture may not wait for an event from outside");
}

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  const Lock lock(emulation::mutex);
  const cudaStream_t stream = find(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  if (stream == &default_stream) {
    return note(cudaErrorStreamCaptureUnsupported,
                "cudaStreamBeginCapture: the default stream cannot capture");
  }
  if (stream->capture)
    return note(cudaErrorIllegalState, "cudaStreamBeginCapture: the stream is capturing");
  stream->capture = std::make_unique<CUgraph_st>();
  stream->capture_number = ++captures;
  stream->mode = mode;
  stream->owner = std::this_thread::get_id();
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
  const Lock lock(emulation::mutex);
  *graph = nullptr;
  const cudaStream_t stream = find(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  if (!stream->capture)
    return note(cudaErrorIllegalState, "cudaStreamEndCapture: the stream is not capturing");
  if (stream->mode != cudaStreamCaptureModeRelaxed && stream->owner != std::this_thread::get_id()) {
    return note(cudaErrorStreamCaptureWrongThread,
                "cudaStreamEndCapture: another thread began the capture");
  }
  const std::unique_ptr<CUgraph_st> captured = std::move(stream->capture);
  if (stream->lost) {
    stream->lost = false;
    return note(cudaErrorStreamCaptureInvalidated, "the capture was lost to an earlier error");
  }
  *graph = new CUgraph_st(*captured);
  return cudaSuccess;
}
cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* status) {
  const Lock lock(emulation::mutex);
  const cudaStream_t stream = find(handle);
  if (!stream) return cudaErrorInvalidResourceHandle;
  *status = stream->lost      ? cudaStreamCaptureStatusInvalidated
            : stream->capture ? cudaStreamCaptureStatusActive
                              : cudaStreamCaptureStatusNone;
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  *exec = new CUgraphExec_st{graph->work};
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  for (const Work& work : exec->work) {
    if (const cudaError_t error = submit(stream, work)) return error;
  }
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  delete exec;
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
