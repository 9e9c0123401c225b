// The backward of broadcasting: y = x summed over the axes along which y has size 1 or no axis;
// shapes are aligned from the right. A sum is a block's tile of `wide` outputs with `deep` threads
// each, which run over neighbouring elements whether the innermost axis is kept or summed; where
// there are few outputs, the terms are cut into chunks whose sums go to scratch and are added up by
// a second launch of the same kernel.
#include "walk.h"

namespace fastnn::FASTNN_ISA {

constexpr int kTermsPerThread = 16;   // at least, before a sum is cut into chunks
constexpr int64_t kSumBlocks = 1024;  // and blocks at most: enough for 132 SMs of 8

struct SumPlan {
  Walk kept, summed;
  int64_t outputs, terms, chunks;
  int wide, deep;   // powers of two, kThreads together
  bool inner_kept;  // neighbouring threads take neighbouring outputs, not neighbouring terms
};

static int power_of_two(int64_t n, int most) {  // the first that is at least n
  int power = 1;
  while (power < most && power < n) power *= 2;
  return power;
}

static void arrange(SumPlan& plan) {
  if (plan.inner_kept) {
    plan.deep = power_of_two(plan.terms, kThreads / power_of_two(plan.outputs, kWarp));
  } else {
    plan.deep = power_of_two(plan.terms, kThreads);
  }
  plan.wide = kThreads / plan.deep;
  const int64_t tiles = blocks_of(plan.wide, plan.outputs);
  plan.chunks = larger(1, smaller(plan.terms / (plan.deep * kTermsPerThread), kSumBlocks / tiles));
}

static SumPlan plan_sum(Ref y, Ref x) {
  SumPlan plan{};
  for (int i = 0; i < x.rank(); ++i) {
    if (x.dim(i) == 1) continue;
    plan.inner_kept = aligned_dim(y, i, x.rank()) != 1;
    (plan.inner_kept ? plan.kept : plan.summed).push(x.dim(i), aligned_stride(x, i, x.rank()));
  }
  plan.outputs = y.size();
  plan.terms = y.size() > 0 ? x.size() / y.size() : 0;
  if (plan.outputs > 0) arrange(plan);
  return plan;
}

// The second launch: rows of partial sums, one a chunk.
static SumPlan plan_combine(const SumPlan& first) {
  SumPlan plan{};
  plan.kept.push(first.outputs, 1);
  plan.summed.push(first.chunks, first.outputs);
  plan.outputs = first.outputs;
  plan.terms = first.chunks;
  plan.inner_kept = first.outputs > 1;
  arrange(plan);
  plan.chunks = 1;
  return plan;
}

template <class T>
struct SumShared {
  T values[kThreads];
};

// y (chunks, outputs)
template <class T>
__global__ void __launch_bounds__(kThreads) sum_kernel(T* y, bool add, const T* x, SumPlan plan) {
  T(&values)[kThreads] = shared<SumShared<T>>().values;
  const int t = threadIdx.x;
  const int w = plan.inner_kept ? t % plan.wide : t / plan.deep;
  const int d = plan.inner_kept ? t / plan.wide : t % plan.deep;
  const int deep_step = plan.inner_kept ? plan.wide : 1;
  const int64_t tiles = blocks_of(plan.wide, plan.outputs);
  const int64_t each = blocks_of(plan.chunks, plan.terms);

  for (int64_t block = blockIdx.x; block < tiles * plan.chunks; block += gridDim.x) {
    const int64_t chunk = block / tiles, output = block % tiles * plan.wide + w;
    T sum = 0;
    if (output < plan.outputs) {
      const T* terms = x + plan.kept.offset(output);
      const int64_t end = smaller((chunk + 1) * each, plan.terms);
#pragma unroll 4
      for (int64_t r = chunk * each + d; r < end; r += plan.deep)
        sum += terms[plan.summed.offset(r)];
    }
    values[t] = sum;
    __syncthreads();
    for (int half = plan.deep / 2; half > 0; half /= 2) {
      if (d < half) values[t] += values[t + half * deep_step];
      __syncthreads();
    }
    if (d == 0 && output < plan.outputs) {
      T* to = y + chunk * plan.outputs + output;
      *to = add ? *to + values[t] : values[t];
    }
  }
}

template <class T>
static void launch_sum(T* y, bool add, const T* x, const SumPlan& plan, Stream& stream) {
  const int64_t blocks = blocks_of(plan.wide, plan.outputs) * plan.chunks;
  launch(sum_kernel<T>, grid_of(blocks), dim3(kThreads), sizeof(SumShared<T>), stream, y, add, x,
         plan);
}

void sum_to_schedule(OutAdd y, In x, Scratch, const NoSettings&, Schedule& schedule) noexcept {
  const SumPlan plan = plan_sum(y, x);
  if (plan.chunks > 1) schedule.shared_bytes = plan.chunks * plan.outputs * size_of(y.dtype());
}

void sum_to(OutAdd y, In x, Scratch scratch, const NoSettings&, Stream& stream) noexcept {
  const SumPlan plan = plan_sum(y, x);
  if (plan.outputs == 0) return;
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (plan.chunks == 1) return launch_sum(y.as<T>(), y.add(), x.as<T>(), plan, stream);
    T* partial = scratch.shared<T>();
    launch_sum(partial, false, x.as<T>(), plan, stream);
    launch_sum<T>(y.as<T>(), y.add(), partial, plan_combine(plan), stream);
  });
}

}  // namespace fastnn::FASTNN_ISA
