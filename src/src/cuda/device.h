// The one header beside the contract that a .cu file includes: CUDA under nvcc, the emulation under
// g++, with the same names. Kernels and launchers live in fastnn::FASTNN_ISA (cuda, or
// cuda_emulated), use what CUDA itself spells (threadIdx, __syncthreads, __shfl_xor_sync,
// atomicAdd, expf ...) and, from here,
//   shared<T>()                       the block's shared memory, as one struct
//   launch(kernel, grid, block, shared_bytes, stream, args...)
//   cp_async_16 / cp_async_4, cp_async_commit, cp_async_wait<N>
//   report(status, problem, value, limit)
// What one source must keep to, so that both compilers take it and every access can be checked: no
// `<<<>>>`, no `__shared__` variable, no inline assembly, no #ifdef on the architecture; no thread
// returns before the block's last barrier; full masks, outside branches.
#pragma once
#include <math.h>

#include "../cpp/contract.h"

#ifdef __CUDACC__
#include <cuda_runtime.h>
#else
#include "emulation/language.h"
#endif

namespace fastnn::FASTNN_ISA {

#ifdef __CUDACC__

// The block's shared memory; launch with sizeof(T). Contents are undefined at the start.
template <class T>
__device__ __forceinline__ T& shared() {
  extern __shared__ __align__(128) unsigned char bytes[];
  return *reinterpret_cast<T*>(bytes);
}

// Copies 16 (or 4) bytes of global memory into shared memory behind the thread's back; where
// `valid` is false writes zeros and reads nothing. Both addresses are aligned to the size. The
// bytes are there for the thread that asked once it has waited, for the others one barrier later.
__device__ __forceinline__ void cp_async_16(void* to, const void* from, bool valid = true) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(
                   static_cast<unsigned>(__cvta_generic_to_shared(to))),
               "l"(from), "r"(valid ? 16 : 0)
               : "memory");
}
__device__ __forceinline__ void cp_async_4(void* to, const void* from, bool valid = true) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(
                   static_cast<unsigned>(__cvta_generic_to_shared(to))),
               "l"(from), "r"(valid ? 4 : 0)
               : "memory");
}
// Closes the group of the copies asked for since the last commit.
__device__ __forceinline__ void cp_async_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}
// Waits until at most the N youngest groups of this thread are under way.
template <int N>
__device__ __forceinline__ void cp_async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}

#endif

// A problem found in the data. The first report since the host cleared the status is the one kept.
__device__ __forceinline__ void report(Status* status, Problem what, int64_t value, int64_t limit) {
  if (atomicCAS(&status->problem, 0, static_cast<int>(what)) == 0) {
    status->value = value;
    status->limit = limit;
  }
}

// Puts a kernel on a stream (a cudaStream_t, or anything that has one as its `handle`) and returns:
// it never waits. Arguments are copied. An empty grid launches nothing, so that empty arrays need
// no care. Errors are left where CUDA leaves them, in cudaGetLastError().
template <class... P, class S, class... A>
void launch(void (*kernel)(P...), dim3 grid, dim3 block, size_t shared_bytes, const S& stream,
            A... args) {
  static_assert(sizeof...(P) == sizeof...(A), "a kernel is launched with all its arguments");
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return;
  cudaStream_t handle;
  if constexpr (requires { stream.handle; }) {
    handle = stream.handle;
  } else {
    handle = stream;
  }
#ifdef __CUDACC__
  if (shared_bytes > 48 * 1024) {  // more must be asked for
    cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                         static_cast<int>(shared_bytes));
  }
  kernel<<<grid, block, shared_bytes, handle>>>(static_cast<P>(args)...);
#else
  auto call = [kernel, ... values = static_cast<P>(args)] { kernel(values...); };
  static_assert(__is_trivially_copyable(decltype(call)), "kernel arguments are copied bytewise");
  emulation::launch({grid, block, shared_bytes, reinterpret_cast<const void*>(kernel),
                     [](const void* c) { (*static_cast<const decltype(call)*>(c))(); }},
                    &call, sizeof call, handle);
#endif
}

}  // namespace fastnn::FASTNN_ISA
