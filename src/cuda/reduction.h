// What reductions over axes share: y, which has size 1 along the reduced axes, from the terms of x.
// A term may depend on a number of its output, its center: x - mean, or exp(x - max). A block makes
// a tile of `wide` outputs with `deep` threads each, which run over neighbouring elements whether
// the innermost axis is kept or reduced. The terms of an output are cut into chunks of a size that
// depends on nothing but what is reduced and on the innermost axis, so that the bits of an output
// depend on its own terms alone, however many samples there are; where there is more than one
// chunk, they go to scratch and a second launch of the same kernel combines them in order.
#pragma once
#include "walk.h"

namespace fastnn::FASTNN_ISA {

// ---- how two terms are combined -----------------------------------------------------------------

struct Total {
  template <class T>
  __device__ static T of(T a, T b) {
    return a + b;
  }
  static constexpr double kNone = 0;  // the combination of no terms
};
struct Product {
  template <class T>
  __device__ static T of(T a, T b) {
    return a * b;
  }
  static constexpr double kNone = 1;
};
struct Largest {  // a NaN wins
  template <class T>
  __device__ static T of(T a, T b) {
    return a > b || a != a ? a : b;
  }
  static constexpr double kNone = -INFINITY;
};
struct Smallest {
  template <class T>
  __device__ static T of(T a, T b) {
    return a < b || a != a ? a : b;
  }
  static constexpr double kNone = INFINITY;
};

// ---- what an element contributes, beside its output's center
// -------------------------------------

struct Itself {
  static constexpr bool kCentered = false;
  template <class T>
  __device__ static T of(T x, T) {
    return x;
  }
};
struct ExpOfDifference {
  static constexpr bool kCentered = true;
  template <class T>
  __device__ static T of(T x, T center) {
    return exponential(x - center);
  }
};
struct SquareOfDifference {
  static constexpr bool kCentered = true;
  template <class T>
  __device__ static T of(T x, T center) {
    return (x - center) * (x - center);
  }
};
struct Equals {
  static constexpr bool kCentered = true;
  template <class T>
  __device__ static T of(T x, T center) {
    return x == center ? T{1} : T{0};
  }
};

// ---- what becomes of a combination, beside another number of its output
// ---------------------------

struct Unchanged {
  static constexpr bool kBeside = false;
  template <class T>
  __device__ T operator()(T v, T) const {
    return v;
  }
};
struct DividedBy {
  static constexpr bool kBeside = false;
  int64_t n;
  template <class T>
  __device__ T operator()(T v, T) const {
    return v / static_cast<T>(n);
  }
};

// ---- how a reduction is cut
// ----------------------------------------------------------------------

constexpr int64_t kChunkSteps = 128;  // terms of a thread

struct ReductionPlan {
  Walk kept, reduced;
  int64_t outputs, terms, chunk, chunks;
  int wide, deep;   // powers of two, kThreads together
  bool inner_kept;  // neighbouring threads take neighbouring outputs, not neighbouring terms
};

static int power_of_two(int64_t n, int most) {  // the first that is at least n
  int power = 1;
  while (power < most && power < n) power *= 2;
  return power;
}

static void arrange(ReductionPlan& p, int64_t inner) {
  const int beside = p.inner_kept ? power_of_two(inner, kWarp) : 1;
  p.deep = power_of_two(p.terms, kThreads / beside);
  p.wide = kThreads / p.deep;
  p.chunk = p.deep * kChunkSteps;
  p.chunks = blocks_of(p.chunk, p.terms);
}

static ReductionPlan plan_reduction(Ref y, Ref x) {
  ReductionPlan p{};
  int64_t inner = 1;
  for (int i = 0; i < x.rank(); ++i) {
    if (x.dim(i) == 1) continue;
    p.inner_kept = y.dim(i) != 1;
    inner = x.dim(i);
    (p.inner_kept ? p.kept : p.reduced).push(x.dim(i), aligned_stride(x, i, x.rank()));
  }
  p.outputs = y.size();
  p.terms = y.size() > 0 ? x.size() / y.size() : 0;
  arrange(p, inner);
  return p;
}

// The second launch: rows of partial results, one a chunk.
static ReductionPlan plan_combination(const ReductionPlan& first) {
  ReductionPlan p{};
  p.kept.push(first.outputs, 1);
  p.reduced.push(first.chunks, first.outputs);
  p.outputs = first.outputs;
  p.terms = first.chunks;
  p.inner_kept = first.inner_kept;
  arrange(p, kWarp);
  p.chunk = p.terms;
  p.chunks = 1;
  return p;
}

// Elements of scratch that a reduction needs, behind which others may keep theirs.
static int64_t partial_size(const ReductionPlan& p) {
  return p.chunks > 1 ? p.chunks * p.outputs : 0;
}

// ---- the kernel
// ----------------------------------------------------------------------------------

template <class T>
struct ReductionShared {
  T values[kThreads];
};

// y (chunks, outputs) = finish(the combination of the terms, beside)
template <class Combine, class Term, class T, class Finish>
__global__ void __launch_bounds__(kThreads)
    reduction_kernel(T* y, bool add, const T* x, const T* center, const T* beside, ReductionPlan p,
                     Finish finish) {
  T(&values)[kThreads] = shared<ReductionShared<T>>().values;
  const int t = threadIdx.x;
  const int w = p.inner_kept ? t % p.wide : t / p.deep;
  const int d = p.inner_kept ? t / p.wide : t % p.deep;
  const int deep_step = p.inner_kept ? p.wide : 1;
  const int64_t tiles = blocks_of(p.wide, p.outputs);

  for (int64_t block = blockIdx.x; block < tiles * p.chunks; block += gridDim.x) {
    const int64_t chunk = block / tiles, output = block % tiles * p.wide + w;
    T sum = static_cast<T>(Combine::kNone);
    if (output < p.outputs) {
      const T* terms = x + p.kept.offset(output);
      const T c = Term::kCentered ? center[output] : T{0};
      const int64_t end = smaller((chunk + 1) * p.chunk, p.terms);
#pragma unroll 4
      for (int64_t r = chunk * p.chunk + d; r < end; r += p.deep)
        sum = Combine::of(sum, Term::of(terms[p.reduced.offset(r)], c));
    }
    values[t] = sum;
    __syncthreads();
    for (int half = p.deep / 2; half > 0; half /= 2) {
      if (d < half) values[t] = Combine::of(values[t], values[t + half * deep_step]);
      __syncthreads();
    }
    if (d == 0 && output < p.outputs) {
      T* to = y + chunk * p.outputs + output;
      const T value = finish(values[t], Finish::kBeside ? beside[output] : T{0});
      *to = add ? *to + value : value;
    }
  }
}

template <class Combine, class Term, class T, class Finish>
static void launch_reduction(T* y, bool add, const T* x, const T* center, const T* beside,
                             const ReductionPlan& p, Finish finish, const Stream& stream) {
  const int64_t blocks = blocks_of(p.wide, p.outputs) * p.chunks;
  launch(reduction_kernel<Combine, Term, T, Finish>, grid_of(blocks), dim3(kThreads),
         sizeof(ReductionShared<T>), stream, y, add, x, center, beside, p, finish);
}

// y = finish(the combination of x's terms, beside), or y += it; `center` and `beside` are like y,
// or null, where Term and Finish do without. The scratch is partial_size() long.
template <class Combine, class Term, class T, class Finish>
static void reduce_pass(T* y, bool add, const T* x, const T* center, const T* beside, T* partial,
                        const ReductionPlan& p, Finish finish, const Stream& stream) {
  if (p.chunks == 1) {
    launch_reduction<Combine, Term>(y, add, x, center, beside, p, finish, stream);
  } else {
    launch_reduction<Combine, Term>(partial, false, x, center, beside, p, Unchanged{}, stream);
    launch_reduction<Combine, Itself>(y, add, static_cast<const T*>(partial), center, beside,
                                      plan_combination(p), finish, stream);
  }
}

}  // namespace fastnn::FASTNN_ISA
