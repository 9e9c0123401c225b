// What selftest_emulation.cpp asks of planted_bugs.cu and sound_kernels.cu: kernels with a bug
// each, and sound ones that look like them. The source line of a bug ends in "// bug".
#pragma once
#include "device.h"

namespace planted {

constexpr int kSize = 1024;  // elements of x, y and fresh

struct Arrays {
  const float* x;      // 0, 1, 2 ..; only read
  float* y;            // zeros
  float* fresh;        // undefined
  unsigned* counters;  // 8 zeros
  cudaStream_t stream;
};
struct Bug {
  const char* kernel;
  const char* says;  // a part of the report
  void (*run)(const Arrays&);
};
struct Sound {
  const char* name;
  void (*run)(const Arrays&);
  double (*expected)(int i);  // y[i] afterwards
};
extern const Bug kBugs[];
extern const int kBugCount;
const char* bug_source();  // the file with the marks
extern const Sound kSounds[];
extern const int kSoundCount;
void run_sound(const Arrays& arrays);                          // writes 256 elements of y
void run_report(fastnn::Status* status, cudaStream_t stream);  // of 10 .. 19, the limit being 10

struct Tile {
  float a[256];
  float b[4];
};

// One launch of a kernel, with the arrays that its parameters ask for.
template <void (*kernel)(float*), int blocks = 1, int threads = 256>
void run(const Arrays& a) {
  fastnn::FASTNN_ISA::launch(kernel, blocks, threads, sizeof(Tile), a.stream, a.y);
}
template <void (*kernel)(float*, const float*), int blocks = 1>
void run(const Arrays& a) {
  fastnn::FASTNN_ISA::launch(kernel, blocks, 256, sizeof(Tile), a.stream, a.y, a.x);
}
template <void (*kernel)(float*, float*)>
void run(const Arrays& a) {
  fastnn::FASTNN_ISA::launch(kernel, 1, 256, 0, a.stream, a.y, a.fresh);
}

}  // namespace planted
