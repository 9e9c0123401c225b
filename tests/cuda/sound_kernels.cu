// Kernels without a fault that resemble the planted bugs: the emulation must let them pass, and
// their results must be right, whatever the schedule is. y[i] is what `expected` of kSounds says.
#include "planted_bugs.h"

namespace fastnn::FASTNN_ISA {
namespace {

using namespace planted;

__constant__ float odd_numbers[4] = {1, 3, 5, 7};

__global__ void __launch_bounds__(96)
    scale(float* __restrict__ y, const float* __restrict__ x, int n) {
  const int first = blockIdx.x * blockDim.x + threadIdx.x, step = gridDim.x * blockDim.x;
  for (int i = first; i < n / 4; i += step) {
    const float4 v = reinterpret_cast<const float4*>(x)[i];
    reinterpret_cast<float4*>(y)[i] = make_float4(2 * v.x, 2 * v.y, 2 * v.z, 2 * v.w);
  }
  for (int i = n / 4 * 4 + first; i < n; i += step) y[i] = 2 * x[i];
}

__global__ void reverse_twice(float* y, const float* x) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  y[t] = x[t];
  for (int i = 0; i < 2; ++i) {
    s.a[t] = y[t];
    __syncthreads();
    y[t] = s.a[255 - t];
    __syncthreads();
  }
}

__global__ void broadcast(float* y) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  if (t == 0) s.b[0] = 1;
  __syncthreads();
  y[t] = s.b[0];
  __syncthreads();
  if (t == 77) s.b[0] = 2;
  __syncthreads();
  y[t] += s.b[0];
}

__global__ void exchange_in_a_warp(float* y) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  for (int i = 0; i < 3; ++i) {
    s.a[t] = static_cast<float>(t);
    __syncwarp();
    y[t] = s.a[t ^ 1] + s.a[t ^ 2] + s.a[t ^ 3] + s.a[t];
    __syncwarp();
  }
}

__global__ void shuffles(float* y) {
  const int t = threadIdx.x, lane = t % 32;
  double sum = 1;
  for (int d = 8; d; d /= 2) sum += __shfl_xor_sync(~0u, sum, d, 16);  // 16
  const int above = __shfl_down_sync(~0u, lane, 1, 16), below = __shfl_up_sync(~0u, lane, 1);
  const bool right = above == (lane % 16 < 15 ? lane + 1 : lane) && below == (lane ? lane - 1 : 0);
  int half;
  if (lane < 16) {
    half = __shfl_sync(0x0000ffffu, lane, 3);
  } else {
    half = __shfl_sync(0xffff0000u, lane, 19);
  }
  y[t] = right && half % 16 == 3 ? static_cast<float>(sum) : -1;
}

__global__ void votes(float* y) {  // of 72 threads: the last warp has 8
  const int t = threadIdx.x, lane = t % 32;
  const unsigned odd = __ballot_sync(~0u, t % 2);
  bool good =
      odd == (t < 64 ? 0xaaaaaaaau : 0xaau) && __any_sync(~0u, lane == 5) && !__all_sync(~0u, lane);
  good =
      good && __reduce_add_sync(~0u, 1u) == (t < 64 ? 32 : 8) && __reduce_max_sync(~0u, -lane) == 0;
  y[t] = good;
}

__global__ void warps_return_early(float* y) {
  if (threadIdx.x >= 64) return;
  y[threadIdx.x] = static_cast<float>(__shfl_xor_sync(~0u, threadIdx.x, 1) ^ 1);
}

__global__ void atomics(float* y, unsigned* counters) {
  atomicAdd(&y[0], 1.0f);
  atomicAdd(&counters[0], 1u);
  atomicMax(reinterpret_cast<int*>(&counters[1]), static_cast<int>(threadIdx.x));
  atomicAdd(reinterpret_cast<double*>(&counters[2]), 0.5);
  if (atomicCAS(&counters[4], 0u, 1u) == 0) y[1] = 1;
  atomicAdd(reinterpret_cast<unsigned long long*>(&counters[6]), 3ull);
}
__global__ void read_counters(float* y, const unsigned* counters) {
  y[2] = static_cast<float>(counters[0]);
  y[3] = static_cast<float>(counters[1]);
  y[4] = static_cast<float>(*reinterpret_cast<const double*>(&counters[2]));
  y[5] = static_cast<float>(counters[6]);
}

struct Bytes {
  uint8_t b[256];
};
__global__ void copy_bytes(float* y, const float* x) {
  auto& s = shared<Bytes>();
  const int t = threadIdx.x;
  for (int i = 0; i < 4; ++i) {
    const int at = i * 256 + t;
    s.b[t] = reinterpret_cast<const uint8_t*>(x)[at];
    __syncthreads();
    reinterpret_cast<uint8_t*>(y)[at] = s.b[t];
    __syncthreads();
  }
}

struct Product {
  float a[2][16][4], b[2][4][16];
};
__global__ void product(float* y,
                        const float* x) {  // 16 x 16, both factors are x; 16 threads a copy
  auto& s = shared<Product>();
  const int t = threadIdx.x, row = t / 16, column = t % 16;
  const auto load = [&](int k) {
    if (t < 16) cp_async_16(s.a[k % 2][t], x + t * 16 + 4 * k);
    if (t < 64) cp_async_4(&s.b[k % 2][t / 16][t % 16], x + 4 * k * 16 + t);
    cp_async_commit();
  };
  float sum = 0;
  load(0);
  for (int k = 0; k < 4; ++k) {
    if (k < 3) {
      load(k + 1);
      cp_async_wait<1>();
    } else {
      cp_async_wait<0>();
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < 4; ++i) sum = fmaf(s.a[k % 2][row][i], s.b[k % 2][i][column], sum);
    __syncthreads();
  }
  y[t] = sum;
}

__global__ void zero_fill(float* y, const float* x) {
  auto& s = shared<Tile>();
  const int t = threadIdx.x;
  cp_async_4(&s.a[t], x + t, t % 2 == 0);
  cp_async_commit();
  cp_async_wait<0>();
  __syncthreads();
  y[t] = s.a[t ^ 1];
}

__global__ void in_place(float* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  y[i] = static_cast<float>(i);
  __syncthreads();
  const float other = y[i ^ 255];
  __syncthreads();
  y[i] += other;
}
__global__ void swap_blocks(float* z, const float* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  z[i] = y[kSize - 1 - i] + 1;
}

union Phases {
  float f[256];
  int i[256];
};
__global__ void use_twice(float* y) {
  auto& s = shared<Phases>();
  const int t = threadIdx.x;
  s.f[t] = static_cast<float>(t);
  __syncthreads();
  const float v = s.f[255 - t];
  __syncthreads();
  s.i[t] = t;
  __syncthreads();
  y[t] = v + static_cast<float>(s.i[t ^ 31]) + odd_numbers[t % 4];
}

__global__ void three_dimensions(float* y) {
  const int t = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  const int b = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  y[b * 24 + t] = static_cast<float>(b);
}

__global__ void write_ones(float* y) { y[threadIdx.x] = 1; }
__global__ void report_all(Status* status) {
  if (threadIdx.x >= 2) report(status, Problem::index_out_of_range, 10 + threadIdx.x, 10);
}

// y[i] where all is well

double first_256(int i) { return i < 256 ? i : 0; }
double product_of_x(int i) {
  double sum = 0;
  for (int k = 0; i < 256 && k < 16; ++k) sum += (i / 16 * 16 + k) * (k * 16 + i % 16);
  return sum;
}

}  // namespace
}  // namespace fastnn::FASTNN_ISA

namespace planted {

using namespace fastnn::FASTNN_ISA;

const Sound kSounds[] = {
    {"scale", [](const Arrays& a) { launch(scale, 2, 96, 0, a.stream, a.y, a.x, 1023); },
     [](int i) { return i < 1023 ? 2.0 * i : 0; }},
    {"nothing", [](const Arrays& a) { launch(scale, 0, 96, 0, a.stream, a.y, a.x, 0); },
     [](int) { return 0.0; }},
    {"reverse_twice", run<reverse_twice>, first_256},
    {"broadcast", run<broadcast>, [](int i) { return i < 256 ? 3.0 : 0; }},
    {"exchange_in_a_warp", run<exchange_in_a_warp>,
     [](int i) { return i < 256 ? 4.0 * (i / 4 * 4) + 6 : 0; }},
    {"shuffles", run<shuffles>, [](int i) { return i < 256 ? 16.0 : 0; }},
    {"votes", run<votes, 1, 72>, [](int i) { return i < 72 ? 1.0 : 0; }},
    {"warps_return_early", run<warps_return_early>, [](int i) { return i < 64 ? 1.0 * i : 0; }},
    {"atomics",
     [](const Arrays& a) {
       launch(atomics, 2, 256, 0, a.stream, a.y, a.counters);
       launch(read_counters, 1, 1, 0, a.stream, a.y, a.counters);
     },
     [](int i) {
       const double y[] = {512, 1, 512, 255, 256, 1536};
       return i < 6 ? y[i] : 0;
     }},
    {"copy_bytes", run<copy_bytes>, first_256},
    {"product",
     [](const Arrays& a) { launch(product, 1, 256, sizeof(Product), a.stream, a.y, a.x); },
     product_of_x},
    {"zero_fill", run<zero_fill>, [](int i) { return i < 256 && i % 2 ? i - 1.0 : 0; }},
    {"in_place", run<in_place, 4>, [](int i) { return 2.0 * (i / 256 * 256) + 255; }},
    {"swap_blocks",
     [](const Arrays& a) {
       launch(in_place, 4, 256, 0, a.stream, a.fresh);
       launch(swap_blocks, 4, 256, 0, a.stream, a.y, a.fresh);
     },
     [](int i) { return 2.0 * ((1023 - i) / 256 * 256) + 256; }},
    {"use_twice", run<use_twice>,
     [](int i) { return i < 256 ? 255.0 - i + (i ^ 31) + 2 * (i % 4) + 1 : 0; }},
    {"three_dimensions",
     [](const Arrays& a) {
       launch(three_dimensions, dim3(2, 3, 2), dim3(4, 3, 2), 0, a.stream, a.y);
     },
     [](int i) { return i < 288 ? 1.0 * (i / 24) : 0; }},
};
const int kSoundCount = sizeof kSounds / sizeof *kSounds;

void run_sound(const Arrays& arrays) { run<write_ones>(arrays); }
void run_report(fastnn::Status* status, cudaStream_t stream) {
  launch(report_all, 2, 10, 0, stream, status);
}

}  // namespace planted
