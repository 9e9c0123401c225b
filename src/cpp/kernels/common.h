// What the kernel files share: from a dtype tag to a type, the elementwise loop, the sum along a
// row, and how a launch falls into parts. A loop runs over whole vectors and ends in one short load
// and store, so that the tail is computed by the same instructions and gives the same bits.
#pragma once
#include "../formulas.h"
#include "../vector_math.h"
#include "kernels.h"

// Calls that move so many bytes write past the caches; dispatch.cpp knows this machine's. A C name,
// because no instruction set has a copy.
extern "C" int64_t fastnn_past_bytes;

namespace fastnn::FASTNN_ISA {

// Calls f with a value of the type that `dtype` names. check() has seen to it that it is a float
// type.
template <class F>
FASTNN_INLINE void with_float(Dtype dtype, F f) {
  if (dtype == Dtype::f32) {
    f(float{});
  } else {
    f(double{});
  }
}
template <class F>
FASTNN_INLINE void with_number(Dtype dtype, F f) {
  switch (dtype) {
    case Dtype::f32: return f(float{});
    case Dtype::f64: return f(double{});
    case Dtype::i32: return f(int32_t{});
    case Dtype::i64: return f(int64_t{});
    case Dtype::bytes:
    case Dtype::u8: return f(uint8_t{});
  }
}

FASTNN_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
FASTNN_INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
FASTNN_INLINE int64_t blocks_of(int64_t size, int64_t n) { return (n + size - 1) / size; }

// Elementwise kernels cut at multiples of this, so that two parts never write one cache line, only
// the last has a tail, and a part that draws random numbers begins with a whole draw.
constexpr int64_t kGrain = 256;

FASTNN_INLINE Range share_elements(int64_t n, const Part& part) {
  const Range grains = share(blocks_of(kGrain, n), part);
  return {smaller(grains.begin * kGrain, n), smaller(grains.end * kGrain, n)};
}

// One core moves 80 to 110 bytes a ns between its registers and its second or third cache (Zen 4,
// any instruction set), and 20 beyond.
constexpr double kBytesPerNanosecond = 80;
// A part is worth 6 to 12 us of work, since waking a thread costs 5 to 10. 64 parts keep any team
// that we know busy.
constexpr double kPartNanoseconds = 6000;
constexpr int64_t kMostParts = 64;

// Into how many parts so much work is cut, of which `units` are the smallest pieces: a power of
// two, which 2, 4 or 8 threads share evenly.
FASTNN_INLINE int64_t part_count(double nanoseconds, int64_t units) {
  int64_t parts = 1;
  while (2 * parts <= smaller(units, kMostParts) &&
         static_cast<double>(2 * parts) * kPartNanoseconds <= nanoseconds) {
    parts *= 2;
  }
  return parts;
}

// Plans the schedule's next stage.
FASTNN_INLINE void plan_stage(Schedule& schedule, int stage, double nanoseconds, int64_t units) {
  schedule.stages = stage + 1;
  schedule.parts[stage] = part_count(nanoseconds, units);
  schedule.nanoseconds[stage] = static_cast<float>(nanoseconds);
}
FASTNN_INLINE double nanoseconds_of(int64_t bytes) {
  return static_cast<double>(bytes) / kBytesPerNanosecond;
}
// An exp, or a function as dear, of as many elements as fill a vector.
constexpr double kFunctionNanoseconds = 6;
FASTNN_INLINE void plan_functions(Schedule& schedule, int64_t n, int functions, Dtype dtype,
                                  int64_t bytes_per_element) {
  const int64_t lanes_ = kVectorBytes / size_of(dtype);
  const double work = functions * kFunctionNanoseconds * static_cast<double>(n / lanes_);
  const double moved = nanoseconds_of(n * bytes_per_element);
  plan_stage(schedule, 0, work > moved ? work : moved, blocks_of(kGrain, n));
}
FASTNN_INLINE void plan_elements(Schedule& schedule, int64_t n, int64_t bytes_per_element) {
  plan_stage(schedule, 0, nanoseconds_of(n * bytes_per_element), blocks_of(kGrain, n));
}

// How an array is written: added to, over what is there, or past the caches, if the call moves so
// much that nothing of it will be there when it is next read. A plain store first reads the line
// that it writes, so that y = f(x) moves three bytes for two: relu of 128 MB takes 9.8 ms, past the
// caches 7.0 (Zen 4, one core). Of use only for whole lines that nobody else writes to, in order;
// `row`: the elements of y that are written one after the other.
class Writing {
 public:
  FASTNN_INLINE explicit Writing(bool add) : add_(add), past_(false) {}
  template <class... X>
  FASTNN_INLINE Writing(Out y, bool add, int64_t row, X... x) : add_(add) {
    const int64_t moved = y.operand->bytes() + (x.operand->bytes() + ...);
    past_ = !((x.operand->data == y.operand->data) || ...) && may_pass(y, row, moved);
  }
  FASTNN_INLINE Writing(Out y, InList x) : add_(false) {
    int64_t moved = y.operand->bytes();
    bool in_place = false;
    for (int i = 0; i < x.count; ++i) {
      moved += x[i].operand->bytes();
      in_place |= x[i].operand->data == y.operand->data;
    }
    past_ = !in_place && may_pass(y, y.size(), moved);
  }
  FASTNN_INLINE ~Writing() {
    if (past_) finish_stores_past();
  }
  Writing(const Writing&) = delete;
  FASTNN_INLINE bool add() const { return add_; }
  FASTNN_INLINE bool past() const { return past_; }

 private:
  FASTNN_INLINE bool may_pass(Out y, int64_t row, int64_t moved) const {
    const bool whole = row * size_of(y.dtype()) % 64 == 0 || row == y.size();
    const bool aligned = reinterpret_cast<uintptr_t>(y.operand->data) % 16 == 0;
    return !add_ && whole && aligned && moved >= fastnn_past_bytes;
  }
  bool add_, past_;
};

template <class T>
FASTNN_INLINE void store(const Writing& how, T* p, Vec<T> v) {
  if (how.past()) {
    store_past(p, v);
  } else {
    store(p, v);
  }
}
template <class T>
FASTNN_INLINE void store(const Writing&, T* p, Vec<T> v, int64_t count) {
  store(p, v, count);
}

// y[i] = f(x[i]...), or y[i] += it. y may be one of the x. Four vectors are loaded before any is
// stored: a load that meets a store to the same place of another page waits for it, a third longer
// where the arrays lie badly. past: whole groups of four are stored past the caches.
template <bool add, bool past = false, class T, class F, class... X>
FASTNN_INLINE void map(T* y, Range range, F f, const X*... x) {
  constexpr int64_t L = lanes<T>;
  int64_t i = range.begin;
  for (; i + 4 * L <= range.end; i += 4 * L) {
    Vec<T> v[4];
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      v[k] = f(load(x + i + k * L)...);
      if (add) v[k] = load(y + i + k * L) + v[k];
    }
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      if constexpr (past) {
        store_past(y + i + k * L, v[k]);
      } else {
        store(y + i + k * L, v[k]);
      }
    }
  }
  for (; i + L <= range.end; i += L) {
    const Vec<T> v = f(load(x + i)...);
    store(y + i, add ? load(y + i) + v : v);
  }
  if (const int64_t rest = range.end - i; rest > 0) {
    const Vec<T> v = f(load(x + i, rest)...);
    store(y + i, add ? load(y + i, rest) + v : v, rest);
  }
}
template <class T, class F, class... X>
FASTNN_INLINE void map(T* y, bool add, Range range, F f, const X*... x) {
  if (add) {
    map<true>(y, range, f, x...);
  } else {
    map<false>(y, range, f, x...);
  }
}

template <class T, class F, class... X>
FASTNN_INLINE void map(T* y, const Writing& how, Range range, F f, const X*... x) {
  if (how.past()) {
    map<false, true>(y, range, f, x...);
  } else {
    map(y, how.add(), range, f, x...);
  }
}

// The same a vector at a time, for an f so long that its own steps overlap with the next vector's.
template <class T, class F, class... X>
FASTNN_INLINE void map_slow(T* y, const Writing& how, Range range, F f, const X*... x) {
  constexpr int64_t L = lanes<T>;
  int64_t i = range.begin;
  for (; i + L <= range.end; i += L) {
    const Vec<T> v = f(load(x + i)...);
    store(how, y + i, how.add() ? load(y + i) + v : v);
  }
  if (const int64_t rest = range.end - i; rest > 0) {
    const Vec<T> v = f(load(x + i, rest)...);
    store(y + i, how.add() ? load(y + i, rest) + v : v, rest);
  }
}

// The sum over i < n of f, where f(i) is a vector of terms and f(i, count) a short one, zero beyond
// its count. Four accumulators hide the adder's latency; the order depends on n alone.
template <class T, class F>
FASTNN_INLINE T sum_row(int64_t n, F f) {
  constexpr int64_t L = lanes<T>;
  Vec<T> a{}, b{}, c{}, d{};
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L) {
    a += f(i);
    b += f(i + L);
    c += f(i + 2 * L);
    d += f(i + 3 * L);
  }
  for (; i + L <= n; i += L) a += f(i);
  if (i < n) b += f(i, n - i);
  return reduce_add((a + b) + (c + d));
}

template <class T>
FASTNN_INLINE T sum_row(const T* x, int64_t n) {
  return sum_row<T>(n, [&](int64_t i, auto... count) { return load(x + i, count...); });
}

}  // namespace fastnn::FASTNN_ISA
