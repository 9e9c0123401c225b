// A few elementwise steps in one pass: a thread an element, whose values wait in the thread's own
// column of shared memory, since registers cannot be chosen at run time. The formulas are those of
// the steps' own kernels.
#include "../cpp/formulas_binary.h"
#include "../cpp/formulas_unary_x.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
struct ChainPointers {
  const T* x[kChainInputs] = {};
  bool single[kChainInputs] = {};
  T* y[kChainOutputs] = {};
  int inputs = 0;
};
template <class T>
struct ChainShared {
  T value[kChainInputs + kChainSteps][kThreads];
};

template <class T>
__device__ T run_step(const ChainSettings& s, int64_t k, T a, T b, T c) {
  T result = 0;
  const auto kind = static_cast<ChainKind>(s.kinds.at[k]);
  if (kind == ChainKind::unary_forward || kind == ChainKind::unary_backward) {
    const UnarySettings unary{static_cast<Unary>(s.functions.at[k]), s.alphas.at[k], s.betas.at[k]};
    with_unary<T>(unary, [&](auto formula) {
      result = kind == ChainKind::unary_forward ? formula.f(a) : formula.df(b, a);
    });
  } else {
    with_binary(static_cast<Binary>(s.functions.at[k]), [&](auto formula) {
      using F = decltype(formula);
      result = kind == ChainKind::binary       ? F::f(a, b)
               : kind == ChainKind::gradient_a ? F::da(b, c, a)
                                               : F::db(b, c, a);
    });
  }
  return result;
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    chain_kernel(ChainPointers<T> p, ChainSettings s, int64_t n) {
  auto& values = shared<ChainShared<T>>();
  const int t = static_cast<int>(threadIdx.x);
  const auto value = [&](int64_t place) -> T& { return values.value[place][t]; };
  for (int64_t i = blockIdx.x * int64_t{kThreads} + t; i < n; i += gridDim.x * int64_t{kThreads}) {
    for (int k = 0; k < p.inputs; ++k) value(k) = p.x[k][p.single[k] ? 0 : i];
    for (int64_t k = 0; k < s.kinds.count; ++k)
      value(p.inputs + k) =
          run_step<T>(s, k, value(s.first.at[k]), value(s.second.at[k]), value(s.third.at[k]));
    for (int64_t j = 0; j < s.outputs.count; ++j) p.y[j][i] = value(p.inputs + s.outputs.at[j]);
  }
}

void chain(Out y, MaybeOut y2, MaybeOut y3, MaybeOut y4, InList x, const ChainSettings& s,
           Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Out outputs[kChainOutputs] = {y, y2, y3, y4};
    ChainPointers<T> p;
    p.inputs = x.count;
    for (int i = 0; i < x.count; ++i) {
      p.x[i] = x[i].template as<T>();
      p.single[i] = x[i].size() != y.size();
    }
    for (int64_t j = 0; j < s.outputs.count; ++j) p.y[j] = outputs[j].template as<T>();
    launch(chain_kernel<T>, grid_of(blocks_of(kThreads, y.size())), dim3(kThreads),
           sizeof(ChainShared<T>), stream, p, s, y.size());
  });
}

}  // namespace fastnn::FASTNN_ISA
