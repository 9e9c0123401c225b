// The vocabulary of the contract between Python and the kernels: operands, parts, schedules. Free
// of Python, of devices and of the standard library, because kernel files are compiled once per
// instruction set and may not emit a shared inline function (the linker could hand an AVX-512 copy
// to a machine without it). Hence FASTNN_INLINE on every function here.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define FASTNN_INLINE inline __attribute__((always_inline))
#ifdef __CUDACC__  // formulas that the host and the GPU share
#define FASTNN_HD __host__ __device__ __forceinline__
// Before a template that calls what it is given, which may be of either side.
#define FASTNN_HD_CALLS _Pragma("nv_exec_check_disable")
#else
#define FASTNN_HD FASTNN_INLINE
#define FASTNN_HD_CALLS
#endif

namespace fastnn {

enum class Dtype : uint8_t { bytes, f32, f64, i32, i64, u8 };

constexpr int kMaxRank = 8;
constexpr int kMaxStages = 4;
constexpr int kMaxParameters = 12;

FASTNN_INLINE constexpr int64_t size_of(Dtype dtype) {
  return dtype == Dtype::f64 || dtype == Dtype::i64   ? 8
         : dtype == Dtype::f32 || dtype == Dtype::i32 ? 4
                                                      : 1;
}

// A C-contiguous array. `data` is null where the caller passed None.
struct Operand {
  void* data = nullptr;
  int64_t size = 0;  // elements
  int64_t dims[kMaxRank] = {};
  int32_t rank = 0;
  Dtype dtype = Dtype::bytes;
  bool add = false;  // outputs: add to what is there instead of overwriting it
  FASTNN_INLINE int64_t bytes() const { return size * size_of(dtype); }
};

// What the kernels see of an operand: a pointer's worth of handle, passed by value. The type states
// the operand's role; the binding, the recorder and the planner derive everything from it.
struct Ref {
  const Operand* operand;
  FASTNN_INLINE explicit operator bool() const { return operand->data != nullptr; }
  FASTNN_INLINE int64_t size() const { return operand->size; }
  FASTNN_INLINE int rank() const { return operand->rank; }
  FASTNN_INLINE Dtype dtype() const { return operand->dtype; }
  FASTNN_INLINE int64_t dim(int i) const {  // negative: from the end
    return operand->dims[i < 0 ? operand->rank + i : i];
  }
};
struct In : Ref {
  template <class T>
  FASTNN_INLINE const T* as() const {
    return static_cast<const T*>(operand->data);
  }
};
struct MaybeIn : In {};  // may be None
struct Out : Ref {       // written, whole
  template <class T>
  FASTNN_INLINE T* as() const {
    return static_cast<T*>(operand->data);
  }
};
struct MaybeOut : Out {};  // may be None: the kernel computes only what is present
struct OutAdd : Out {      // written or, where add() says so, added to
  FASTNN_INLINE bool add() const { return operand->add; }
};
struct MaybeOutAdd : OutAdd {};
struct InOut : Out {};  // read and written in place
struct InList {         // one array a segment
  const Operand* items;
  int count;
  FASTNN_INLINE In operator[](int i) const { return In{{items + i}}; }
};
struct InOutList {
  const Operand* items;
  int count;
  FASTNN_INLINE InOut operator[](int i) const { return InOut{{{items + i}}}; }
};
// Memory that lives for one call: `shared` bytes for all its launches, then one slice for each
// thread.
struct Scratch {
  const Operand* operand;  // dims[0] = bytes of the shared part, dims[1] = bytes of a slice
  template <class T>
  FASTNN_INLINE T* shared() const {
    return static_cast<T*>(operand->data);
  }
  template <class T>
  FASTNN_INLINE T* slice(int slot) const {
    return reinterpret_cast<T*>(static_cast<char*>(operand->data) + operand->dims[0] +
                                slot * operand->dims[1]);
  }
};

// What a kernel found in the data that check() could not see. The first report of a launch is kept.
enum class Problem : int32_t { none, index_out_of_range, launch_failed };
struct Status {
  int32_t problem = 0;
  int64_t value = 0, limit = 0;
  FASTNN_INLINE void report(Problem what, int64_t v, int64_t l) {
    int32_t expected = 0;
    if (__atomic_compare_exchange_n(&problem, &expected, static_cast<int32_t>(what), false,
                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      value = v;
      limit = l;
    }
  }
};

// One part of one launch. Parts of a launch may run in any order, on any thread, at the same time.
struct Part {
  int stage = 0;
  int slot = 0;  // which slice of the scratch is this part's while it runs
  int64_t index = 0, count = 1;
  Status* status = nullptr;
  void* stream = nullptr;  // GPU only
};

struct Range {
  int64_t begin, end;
};
// This part's share of n units: contiguous, sizes differing by at most one.
FASTNN_INLINE Range share(int64_t n, const Part& part) {
  const int64_t each = n / part.count, rest = n % part.count;
  const int64_t begin = part.index * each + (part.index < rest ? part.index : rest);
  return {begin, begin + each + (part.index < rest ? 1 : 0)};
}

// How a call is to be run: launches in order, each of so many parts. A function of the shapes
// alone, never of the number of threads, since partial sums combine by part and bits must not
// depend on it. Only where they do not are parts merged for few threads.
struct Schedule {
  int stages = 1;
  int64_t parts[kMaxStages] = {1, 1, 1, 1};
  bool mergeable = false;              // the number of parts changes no bit, and fewer cost less
  float nanoseconds[kMaxStages] = {};  // estimated work of a stage on one core
  int64_t shared_bytes = 0, slice_bytes = 0;
  const char* algorithm = nullptr;  // where there are several; for whoever asks

  // Four parts a thread are enough for all to end at about the same time.
  FASTNN_INLINE int64_t parts_for(int stage, int threads) const {
    int64_t count = parts[stage];
    while (mergeable && count % 2 == 0 && count / 2 >= 4 * threads) count /= 2;
    return count;
  }
};

// The erased form in which calls are stored, recorded and replayed.
struct Arguments {
  const Operand* operands;
  const uint16_t* first;  // parameter k is operands[first[k]] .. operands[first[k + 1] - 1]
  const void* settings;
};

struct Operation {
  const char* name;
  const char* signature;  // as written in operations.def
  int parameters;
  // one letter a parameter: r read, w write, a write or add, m read and write; R, M: lists; s:
  // scratch
  char roles[kMaxParameters + 1];
  bool optional[kMaxParameters];
  int settings_bytes;
  void (*schedule)(const Arguments&, Schedule&);
  void (*run)(const Arguments&, const Part&);
};

}  // namespace fastnn
