// Kernels with one planted bug each, at the line that ends in "// bug", which the emulation must
// report with the kernel's name and that line whatever the schedule is. Where two lines make the
// mistake together (a write and a read with no barrier between) both are marked. Sound look-alikes:
// sound_kernels.cu.
#include "planted_bugs.h"

namespace fastnn::FASTNN_ISA {
namespace {

using namespace planted;

__global__ void missing_barrier(float* y) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  s.a[t] = static_cast<float>(t);  // bug
  y[t] = s.a[255 - t];             // bug
}
__global__ void missing_second_barrier(float* y) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  for (int i = 0; i < 2; ++i) {
    s.a[t] = static_cast<float>(t + i);  // bug
    __syncthreads();
    y[t] = s.a[255 - t];  // bug
  }
}
__global__ void missing_barrier_after_broadcast(float* y) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  if (t == 0) s.b[0] = 1;
  __syncthreads();
  y[t] = s.b[0];            // bug
  if (t == 77) s.b[0] = 2;  // bug
}
__global__ void missing_syncwarp(float* y) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  s.a[t] = 1;         // bug
  y[t] = s.a[t ^ 1];  // bug
}
__global__ void shuffle_for_a_fence(float* y) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  s.a[t] = 1;
  const float one = __shfl_sync(~0u, 1.0f, 0);
  y[t] = one + s.a[t ^ 1];  // bug
}
__global__ void barrier_of_some(float* y) {
  const int t = threadIdx.x;
  if (t < 100) __syncthreads();  // bug
  y[t] = 1;
}
__global__ void barriers_in_two_branches(float* y) {
  const int t = threadIdx.x;
  if (t < 128) {
    y[t] = 1;
    __syncthreads();  // bug
  } else {
    y[t] = 2;
    __syncthreads();  // bug
  }
}
__global__ void barriers_of_two_counts(float* y) {
  const int t = threadIdx.x;
  for (int i = 0; i < 1 + t / 128; ++i) __syncthreads();  // bug
  y[t] = 1;
}
__global__ void return_before_barrier(float* y) {
  const int t = threadIdx.x;
  if (t >= 200) return;
  __syncthreads();  // bug
  y[t] = 1;
}
__global__ void shuffle_in_a_branch(float* y) {
  const int t = threadIdx.x;
  float v = 1;
  if (t % 32 < 16) v = __shfl_xor_sync(~0u, v, 1);  // bug
  y[t] = v;
}
__global__ void shuffle_from_outside_the_mask(float* y) {
  const int t = threadIdx.x;
  float v = 1;
  if (t % 32 < 16) v = __shfl_xor_sync(0xffffu, v, 16);  // bug
  y[t] = v;
}
__global__ void shuffle_from_a_missing_lane(float* y) {  // of 40 threads
  y[threadIdx.x] = __shfl_sync(~0u, 1.0f, 20);           // bug
}
__global__ void shuffle_without_oneself(float* y) {
  y[threadIdx.x] = __shfl_sync(0x7fffffffu, 1.0f, 0);  // bug
}
__global__ void two_warp_operations(float* y) {
  const int t = threadIdx.x;
  float v = 1;
  if (t % 32 < 16) {
    v = __shfl_xor_sync(~0u, v, 1);  // bug
  } else {
    v = static_cast<float>(__ballot_sync(~0u, 1));  // bug
  }
  y[t] = v;
}

__global__ void shared_past_the_end(float* y) {
  float* p = shared<Tile>().b;
  if (threadIdx.x < 5) p[threadIdx.x] = 1;  // bug
  y[threadIdx.x] = 1;
}
__global__ void shared_before_the_start(float* y) {
  float* p = shared<Tile>().a;
  p[static_cast<int>(threadIdx.x) - 1] = 1;  // bug
  y[threadIdx.x] = 1;
}
__global__ void shared_past_a_member(float* y) {
  auto& s = shared<Tile>();
  s.a[threadIdx.x + gridDim.x] = 1;  // bug
  y[threadIdx.x] = 1;
}
__global__ void past_a_register_array(float* y) {
  const float a[4] = {1, 2, 3, 4};
  y[threadIdx.x] = a[threadIdx.x / 63];  // bug
}
__global__ void read_past_the_end(float* y, const float* x) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i] = x[i + 1];  // bug
}
__global__ void write_past_the_end(float* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i + 1] = 1;  // bug
}
__global__ void write_before_the_start(float* y) {
  y[static_cast<int>(threadIdx.x) - 1] = 1;  // bug
}
__global__ void write_to_an_input(float* y, const float* x) {
  y[threadIdx.x] = 1;
  const_cast<float*>(x)[threadIdx.x] = 2;  // bug
}
__global__ void null_pointer(float*, const float* x) {
  float* y = x ? nullptr : shared<Tile>().a;
  y[threadIdx.x] = 1;  // bug
}
__global__ void misaligned_float4(float* y, const float* x) {
  const int t = threadIdx.x;
  const float4 v = *reinterpret_cast<const float4*>(x + t);  // bug
  y[t] = v.x + v.w;
}
__global__ void misaligned_copy(float* y, const float* x) {
  auto& s = shared<Tile>();
  cp_async_16(s.a, x + 4 * threadIdx.x + 1);  // bug
  cp_async_commit();
  cp_async_wait<0>();
  y[threadIdx.x] = 1;
}
__global__ void uninitialised_shared(float* y) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  if (t < 255) s.a[t] = 1;
  __syncthreads();
  y[t] = s.a[t];  // bug
}
__global__ void uninitialised_global(float* y, float* fresh) {
  const int t = threadIdx.x;
  if (t != 13) fresh[t] = 1;
  y[t] = fresh[t];  // bug
}
__global__ void uninitialised_counter(float*, float* fresh) {
  atomicAdd(fresh, 1.0f);  // bug
}

__global__ void no_wait(float* y, const float* x) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  if (t < 64) cp_async_16(&s.a[4 * t], x + 4 * t);
  cp_async_commit();
  __syncthreads();
  y[t] = s.a[t];  // bug
}
__global__ void wait_without_barrier(float* y, const float* x) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  if (t < 64) cp_async_16(&s.a[4 * t], x + 4 * t);  // bug
  cp_async_commit();
  cp_async_wait<0>();
  y[t] = s.a[t];  // bug
}
__global__ void wait_for_one_too_few(float* y, const float* x) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  if (t < 64) cp_async_16(&s.a[4 * t], x + 4 * t);
  cp_async_commit();
  cp_async_wait<1>();
  __syncthreads();
  y[t] = s.a[t];  // bug
  cp_async_wait<0>();
}
__global__ void wait_without_commit(float* y, const float* x) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  if (t < 64) cp_async_16(&s.a[4 * t], x + 4 * t);
  cp_async_wait<0>();
  __syncthreads();
  y[t] = s.a[t];  // bug
}
__global__ void never_waited(float* y, const float* x) {
  auto& s = shared<Tile>();
  cp_async_4(&s.a[threadIdx.x], x);  // bug
  cp_async_commit();
  y[threadIdx.x] = 1;
}

__global__ void overlapping_tiles(float* y) {
  const int i = blockIdx.x * 200 + threadIdx.x;
  y[i] = 1;  // bug
}
__global__ void plain_addition(float* y) {
  y[threadIdx.x] += 1;  // bug
}
__global__ void atomic_and_plain(float* y) {
  atomicAdd(&y[0], 1.0f);             // bug
  if (threadIdx.x == 9) y[1] = y[0];  // bug
}
__global__ void read_of_another_block(float* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i] = 1;  // bug
  __syncthreads();
  if (blockIdx.x == 1) y[i] = y[i - 256];  // bug
}
__global__ void shift_in_place(float* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const float next = i + 1 < 512 ? y[i + 1] : 0;  // bug
  __syncthreads();
  y[i] = next;  // bug
}
__global__ void index_overflow(float* y, int n) {
  const int64_t i = n * n + static_cast<int>(threadIdx.x);  // bug
  y[i % 256] = 1;
}
__global__ void shift_too_far(float* y) {
  y[threadIdx.x] = static_cast<float>(1 << (threadIdx.x + 1));  // bug
}
__global__ void division_by_zero(float* y) {
  const int t = threadIdx.x;
  y[t] = static_cast<float>(7 / (t - 5));  // bug
}
__global__ void struct_beyond_the_launch(float* y) {
  y[threadIdx.x] = shared<Tile>().a[0];  // bug
}
__global__ void too_much_shared(float* y) { y[threadIdx.x] = 1; }   // bug
__global__ void too_many_threads(float* y) { y[threadIdx.x] = 1; }  // bug

__global__ void sound(float* y) { y[threadIdx.x] = 1; }
void launcher(const Arrays& a) {
  const int rows = a.y ? 65536 : 1;
  const int blocks = rows * rows;  // bug
  launch(sound, dim3(1 + (blocks > 0)), 96, 0, a.stream, a.y);
}

}  // namespace
}  // namespace fastnn::FASTNN_ISA

namespace planted {

using namespace fastnn::FASTNN_ISA;

const Bug kBugs[] = {
    {"missing_barrier", "shared memory", run<missing_barrier>},
    {"missing_second_barrier", "shared memory", run<missing_second_barrier>},
    {"missing_barrier_after_broadcast", "race in shared memory",
     run<missing_barrier_after_broadcast>},
    {"missing_syncwarp", "shared memory", run<missing_syncwarp>},
    {"shuffle_for_a_fence", "race in shared memory", run<shuffle_for_a_fence>},
    {"barrier_of_some", "", run<barrier_of_some>},
    {"barriers_in_two_branches", "divergent barrier", run<barriers_in_two_branches>},
    {"barriers_of_two_counts", "", run<barriers_of_two_counts>},
    {"return_before_barrier", "return", run<return_before_barrier>},
    {"shuffle_in_a_branch", "wait for ever", run<shuffle_in_a_branch>},
    {"shuffle_from_outside_the_mask", "lane 0 reads lane 16", run<shuffle_from_outside_the_mask>},
    {"shuffle_from_a_missing_lane", "lane 0 reads lane 20",
     run<shuffle_from_a_missing_lane, 1, 40>},
    {"shuffle_without_oneself", "not in its own mask", run<shuffle_without_oneself>},
    {"two_warp_operations", "divergent warp", run<two_warp_operations>},
    {"shared_past_the_end", "byte 1040 of shared memory", run<shared_past_the_end>},
    {"shared_before_the_start", "byte -4 of shared memory", run<shared_before_the_start>},
    {"shared_past_a_member", "array index", run<shared_past_a_member>},
    {"past_a_register_array", "array index", run<past_a_register_array>},
    {"read_past_the_end", "read of 4 bytes out of bounds: byte 4096", run<read_past_the_end, 4>},
    {"write_past_the_end", "write of 4 bytes out of bounds: byte 4096", run<write_past_the_end, 4>},
    {"write_before_the_start", "byte -4", run<write_before_the_start>},
    {"write_to_an_input", "only read", run<write_to_an_input>},
    {"null_pointer", "null pointer", run<null_pointer>},
    {"misaligned_float4", "misaligned", run<misaligned_float4>},
    {"misaligned_copy", "misaligned cp.async", run<misaligned_copy>},
    {"uninitialised_shared", "nobody has written", run<uninitialised_shared>},
    {"uninitialised_global", "nobody has written", run<uninitialised_global>},
    {"uninitialised_counter", "nobody has written", run<uninitialised_counter>},
    {"no_wait", "not waited for", run<no_wait>},
    {"wait_without_barrier", "shared memory", run<wait_without_barrier>},
    {"wait_for_one_too_few", "not waited for", run<wait_for_one_too_few>},
    {"wait_without_commit", "not waited for", run<wait_without_commit>},
    {"never_waited", "without having waited", run<never_waited>},
    {"overlapping_tiles", "race in global memory", run<overlapping_tiles, 2>},
    {"plain_addition", "race in global memory", run<plain_addition, 2>},
    {"atomic_and_plain", "race in global memory", run<atomic_and_plain>},
    {"read_of_another_block", "race in global memory", run<read_of_another_block, 2>},
    {"shift_in_place", "race in global memory", run<shift_in_place, 2>},
    {"index_overflow", "integer overflow in *",
     [](const Arrays& a) { launch(index_overflow, 1, 256, 0, a.stream, a.y, 65536); }},
    {"shift_too_far", "shift out of range", run<shift_too_far, 1, 64>},
    {"division_by_zero", "division by zero", run<division_by_zero>},
    {"struct_beyond_the_launch", "shared<T>() of 1040 bytes, but the launch gave 100",
     [](const Arrays& a) { launch(struct_beyond_the_launch, 1, 32, 100, a.stream, a.y); }},
    {"too_much_shared", "102400 bytes of shared memory",
     [](const Arrays& a) { launch(too_much_shared, 1, 32, 100 << 10, a.stream, a.y); }},
    {"too_many_threads", "1025 threads", run<too_many_threads, 1, 1025>},
    {"host code of kernels", "integer overflow in *", launcher},
};
const int kBugCount = sizeof kBugs / sizeof *kBugs;
const char* bug_source() { return __FILE__; }

}  // namespace planted
