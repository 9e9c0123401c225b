// Tests the emulation itself, without Python. Every sound kernel must pass and be right, and every
// planted bug must be reported with its kernel and a marked line, under fifo, lifo and ten random
// schedules, all in one process: an error leaves nothing behind. Then the runtime: captures and
// what they forbid, use after free, the status that kernels report to.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <string>
#include <vector>

#include "emulation/emulation.h"
#include "planted_bugs.h"

namespace {

using namespace planted;

int failures = 0;

void expect(bool good, const std::string& what) {
  if (good) return;
  ++failures;
  printf("FAILED %s\n", what.c_str());
}
void expect(cudaError_t got, cudaError_t wanted, const char* what) {
  cudaGetLastError();
  expect(got == wanted, std::string(what) + ": " + cudaGetErrorString(got) + " in place of " +
                            cudaGetErrorString(wanted));
}

template <class T>
T* allocate(size_t n) {
  void* p = nullptr;
  if (cudaMalloc(&p, n * sizeof(T)) != cudaSuccess) abort();
  return static_cast<T*>(p);
}

struct Device {
  float *x = allocate<float>(kSize), *y = allocate<float>(kSize), *fresh = allocate<float>(kSize);
  unsigned* counters = allocate<unsigned>(8);
  Device() {
    std::vector<float> values(kSize);
    for (int i = 0; i < kSize; ++i) values[i] = static_cast<float>(i);
    cudaMemcpy(x, values.data(), kSize * sizeof(float), cudaMemcpyHostToDevice);
  }
  Arrays reset(cudaStream_t stream) {
    cudaMemsetAsync(y, 0, kSize * sizeof(float), stream);
    cudaMemsetAsync(counters, 0, 8 * sizeof(unsigned), stream);
    emulation::poison(fresh, kSize * sizeof(float), stream);
    emulation::allow_clear();
    emulation::allow(x, kSize * sizeof(float), false);
    emulation::allow(y, kSize * sizeof(float), true);
    emulation::allow(fresh, kSize * sizeof(float), true);
    emulation::allow(counters, 8 * sizeof(unsigned), true);
    return {x, y, fresh, counters, stream};
  }
  bool right(const Sound& sound) const {
    for (int i = 0; i < kSize; ++i) {
      if (y[i] != static_cast<float>(sound.expected(i))) {
        printf("%s: y[%d] is %g, not %g\n", sound.name, i, static_cast<double>(y[i]),
               sound.expected(i));
        return false;
      }
    }
    return true;
  }
};

// The lines marked in a kernel: from its head to the next one's.
std::vector<int> marked_lines(const std::string& kernel) {
  std::vector<int> lines;
  FILE* file = fopen(bug_source(), "r");
  if (!file) return lines;
  char text[256];
  bool inside = false;
  for (int line = 1; fgets(text, sizeof text, file); ++line) {
    if (const char* head = strstr(text, "void "); head && text[0] != ' ') {
      inside = !strncmp(head + 5, kernel.c_str(), kernel.size()) && head[5 + kernel.size()] == '(';
    }
    if (inside && strstr(text, "// bug")) lines.push_back(line);
  }
  fclose(file);
  return lines;
}

void test_bug(const Bug& bug, const Arrays& arrays, const char* schedule) {
  bug.run(arrays);
  const cudaError_t error = cudaGetLastError();
  const std::string report = error == cudaSuccess ? "nothing noticed" : emulation::last_error();
  const bool in_kernel = !strchr(bug.kernel, ' ');
  bool placed = false;
  for (const int line : marked_lines(in_kernel ? bug.kernel : "launcher")) {
    placed |= report.find("/planted_bugs.cu:" + std::to_string(line) + ": ") != std::string::npos &&
              report.find(std::string(bug.kernel) + ": ") == 0;
  }
  expect(placed && report.find(bug.says) != std::string::npos,
         std::string(bug.kernel) + " under " + schedule + ": " + report);
  if (!strcmp(schedule, "fifo")) printf("%s\n", report.c_str());
}

void test_kernels(Device& device, const char* schedule) {
  setenv("FASTNN_EMULATION_SCHEDULE", schedule, 1);
  for (int i = 0; i < kSoundCount; ++i) {
    kSounds[i].run(device.reset(nullptr));
    expect(cudaGetLastError() == cudaSuccess,
           std::string(kSounds[i].name) + " under " + schedule + ": " + emulation::last_error());
    expect(device.right(kSounds[i]),
           std::string(kSounds[i].name) + " under " + schedule + ": wrong");
  }
  for (int i = 0; i < kBugCount; ++i) test_bug(kBugs[i], device.reset(nullptr), schedule);
}

void test_graph(Device& device, cudaStream_t stream) {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t program = nullptr;
  cudaStreamCaptureStatus status;
  expect(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), cudaSuccess, "begin");
  for (int i = 0; i < kSoundCount; ++i) kSounds[i].run(device.reset(stream));
  expect(cudaStreamIsCapturing(stream, &status), cudaSuccess, "is capturing");
  expect(status == cudaStreamCaptureStatusActive, "the status of a capture");
  device.y[0] = -1;
  expect(cudaStreamEndCapture(stream, &graph), cudaSuccess, "end");
  expect(device.y[0] == -1, "a captured launch ran");
  expect(cudaGraphInstantiate(&program, graph, 0), cudaSuccess, "instantiate");
  expect(cudaGraphDestroy(graph), cudaSuccess, "destroy graph");
  emulation::allow_clear();
  for (int i = 0; i < 2; ++i) {
    expect(cudaGraphLaunch(program, nullptr), cudaSuccess, "launch graph");
    expect(device.right(kSounds[kSoundCount - 1]), "the result of a graph");
  }
  expect(cudaGraphExecDestroy(program), cudaSuccess, "destroy program");

  expect(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), cudaSuccess, "begin");
  kBugs[0].run(device.reset(stream));
  expect(cudaStreamEndCapture(stream, &graph), cudaSuccess, "end");
  expect(cudaGraphInstantiate(&program, graph, 0), cudaSuccess, "instantiate");
  cudaGraphDestroy(graph);
  expect(cudaGraphLaunch(program, stream), cudaErrorLaunchFailure, "a graph with a bug");
  cudaGraphExecDestroy(program);

  void* memory = allocate<char>(16);
  expect(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), cudaSuccess, "begin");
  expect(cudaMemsetAsync(memory, 0, 16, stream), cudaSuccess, "a captured memset");
  expect(cudaStreamEndCapture(stream, &graph), cudaSuccess, "end");
  expect(cudaGraphInstantiate(&program, graph, 0), cudaSuccess, "instantiate");
  cudaGraphDestroy(graph);
  cudaFree(memory);
  expect(cudaGraphLaunch(program, stream), cudaErrorIllegalAddress, "a graph on freed memory");
  cudaGraphExecDestroy(program);
}

// What a capture forbids returns CUDA's code, and the capture is lost.
void test_forbidden(cudaStream_t stream) {
  void* memory = nullptr;
  float word = 0;
  cudaEvent_t event;
  expect(cudaEventCreate(&event), cudaSuccess, "create event");
  const auto forbidden = [stream](const char* what, cudaError_t wanted, auto act) {
    cudaGraph_t graph;
    expect(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess, what);
    expect(act(), wanted, what);
    expect(cudaMemsetAsync(nullptr, 0, 0, stream), cudaErrorStreamCaptureInvalidated, what);
    expect(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureInvalidated, what);
    expect(graph == nullptr, what);
    expect(cudaStreamSynchronize(stream), cudaSuccess, what);
  };
  constexpr cudaError_t kNo = cudaErrorStreamCaptureUnsupported;
  forbidden("cudaMalloc", kNo, [&] { return cudaMalloc(&memory, 4); });
  forbidden("cudaFree", kNo, [&] { return cudaFree(memory); });
  forbidden("cudaMemcpy", kNo, [&] { return cudaMemcpy(&word, &word, 4, cudaMemcpyDefault); });
  forbidden("cudaStreamSynchronize", kNo, [&] { return cudaStreamSynchronize(stream); });
  forbidden("cudaDeviceSynchronize", kNo, [] { return cudaDeviceSynchronize(); });
  forbidden("cudaEventSynchronize", kNo, [&] { return cudaEventSynchronize(event); });
  expect(cudaEventRecord(event, nullptr), cudaSuccess, "record");
  forbidden("cudaStreamWaitEvent", cudaErrorStreamCaptureIsolation,
            [&] { return cudaStreamWaitEvent(stream, event, 0); });
  cudaStream_t blocking;
  cudaGraph_t graph;
  expect(cudaStreamCreateWithFlags(&blocking, cudaStreamDefault), cudaSuccess, "create stream");
  expect(cudaStreamBeginCapture(blocking, cudaStreamCaptureModeRelaxed), cudaSuccess, "begin");
  expect(cudaMemsetAsync(&word, 0, 4, nullptr), cudaErrorStreamCaptureImplicit,
         "the default stream");
  expect(cudaStreamEndCapture(blocking, &graph), cudaErrorStreamCaptureInvalidated, "end");
  expect(cudaStreamEndCapture(blocking, &graph), cudaErrorIllegalState, "end without a beginning");
  expect(cudaStreamBeginCapture(nullptr, cudaStreamCaptureModeRelaxed), kNo,
         "capture of the default stream");
  expect(cudaStreamDestroy(blocking), cudaSuccess, "destroy stream");
  expect(cudaStreamSynchronize(blocking), cudaErrorInvalidResourceHandle, "a destroyed stream");

  cudaEvent_t later;
  cudaEventCreate(&later);
  float milliseconds = -1;
  expect(cudaEventElapsedTime(&milliseconds, event, later), cudaErrorInvalidResourceHandle,
         "never recorded");
  expect(cudaEventRecord(later, stream), cudaSuccess, "record");
  expect(cudaEventElapsedTime(&milliseconds, event, later), cudaSuccess, "elapsed");
  expect(milliseconds >= 0, "the time between events");
  cudaEventDestroy(event);
  cudaEventDestroy(later);
}

void test_memory() {
  const auto noticed = [](const char* what, const char* says) {
    const bool failed = cudaGetLastError() == cudaErrorLaunchFailure;
    expect(failed && strstr(emulation::last_error(), says),
           std::string(what) + ": " + emulation::last_error());
  };
  const auto fill = [](float* y) { run_sound({nullptr, y, nullptr, nullptr, nullptr}); };
  emulation::allow_clear();
  float* y = allocate<float>(256);
  expect(emulation::first_undefined(y, 1024) == 0, "new memory is undefined");
  fill(y);
  expect(cudaDeviceSynchronize(), cudaSuccess, "a launch");
  expect(emulation::first_undefined(y, 1024) == -1, "what a kernel wrote is defined");
  emulation::poison(y + 1, 4, nullptr);
  expect(emulation::first_undefined(y, 1024) == 4 && y[1] != y[1], "poison");
  float* z = allocate<float>(256);
  expect(cudaMemcpyAsync(z, y, 1024, cudaMemcpyDeviceToDevice, nullptr), cudaSuccess, "copy");
  expect(emulation::first_undefined(z, 1024) == 4, "a copy of the undefined is undefined");
  emulation::written(z + 1, 4);
  expect(emulation::first_undefined(z, 1024) == -1, "what the host wrote is defined");
  expect(cudaMemcpyAsync(z + 1, y, 1024, cudaMemcpyDeviceToDevice, nullptr), cudaErrorInvalidValue,
         "bounds");

  fill(z + 1);
  noticed("beyond an allocation", "byte 1024 of the nearest operand, which has 1024");
  expect(cudaPeekAtLastError() == cudaSuccess, "an error is taken away");
  emulation::allow(y, 1024, true);
  fill(z);
  noticed("not declared", "out of bounds");
  emulation::allow_clear();
  expect(cudaFree(z), cudaSuccess, "free");
  expect(cudaFree(z), cudaErrorInvalidValue, "free twice");
  fill(z);
  noticed("use after free", "out of bounds");
  cudaFree(y);
  fill(y);
  noticed("memory of the host", "");
  std::vector<float> host(256);
  fill(host.data());
  noticed("memory of the host", "");
  emulation::allow(host.data(), 1024, true);
  fill(host.data());
  expect(cudaGetLastError() == cudaSuccess && host[255] == 1, "memory of the host, declared");
  emulation::allow_clear();

  setenv("FASTNN_EMULATION_SCHEDULE", "random", 1);
  fill(host.data());
  expect(cudaGetLastError() == cudaErrorInvalidValue, "a schedule without a seed");
  setenv("FASTNN_EMULATION_SCHEDULE", "fifo", 1);
}

void test_report() {
  auto* status = allocate<fastnn::Status>(1);
  cudaMemsetAsync(status, 0, sizeof *status, nullptr);
  run_report(status, nullptr);
  fastnn::Status got;
  expect(cudaMemcpy(&got, status, sizeof got, cudaMemcpyDeviceToHost), cudaSuccess, "status");
  expect(got.problem == 1 && got.value == 12 && got.limit == 10, "the first report is kept");
  cudaFree(status);
}

}  // namespace

int main() {
  Device device;
  test_kernels(device, "fifo");
  test_kernels(device, "lifo");
  for (int seed = 1; seed <= 10; ++seed) {
    test_kernels(device, ("random:" + std::to_string(seed)).c_str());
  }
  setenv("FASTNN_EMULATION_SCHEDULE", "fifo", 1);
  cudaStream_t stream;
  expect(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess, "create stream");
  test_graph(device, stream);
  test_forbidden(stream);
  test_memory();
  test_report();
  printf("%d bugs, %d sound kernels, 12 schedules: %d failures\n", kBugCount, kSoundCount,
         failures);
  return failures != 0;
}
