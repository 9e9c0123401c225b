// chain: a few elementwise steps over blocks that stay in the first cache, each by its own kernel's
// loop. What a step makes goes to a block on the stack, or right to the output that wants it. An
// output may be an x (a compiled step's are, where its calls worked in place): the steps read x as
// it is when their turn comes.
#include "elementwise.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kChainBytes =
    4096;  // of a block: a few of them and the x fill a first cache of 32 KB

template <class T>
static void run_step(T* to, const Writing& how, T* const* values, int64_t n, const ChainSettings& s,
                     int64_t k) {
  const T *a = values[s.first.at[k]], *b = values[s.second.at[k]], *c = values[s.third.at[k]];
  const UnarySettings unary{static_cast<Unary>(s.functions.at[k]), s.alphas.at[k], s.betas.at[k]};
  const Binary function = static_cast<Binary>(s.functions.at[k]);
  switch (static_cast<ChainKind>(s.kinds.at[k])) {
    case ChainKind::unary_forward: return map_unary(to, how, a, n, unary);
    case ChainKind::unary_backward: return map_unary_backward(to, how, a, b, n, unary);
    case ChainKind::binary: return map_binary(to, how, a, b, n, function);
    case ChainKind::gradient_a:
      return map_binary_backward(to, how, a, b, c, n, {function, Side::a});
    case ChainKind::gradient_b:
      return map_binary_backward(to, how, a, b, c, n, {function, Side::b});
  }
}

// Does a step read that value? Then it belongs into the caches.
static bool reads(const ChainSettings& s, int64_t value) {
  for (int64_t k = 0; k < s.kinds.count; ++k)
    if (s.first.at[k] == value || s.second.at[k] == value || s.third.at[k] == value) return true;
  return false;
}

template <class T>
static void run_steps(const Out* outputs, InList x, const ChainSettings& s, Range range) {
  constexpr int64_t kBlock = kChainBytes / static_cast<int64_t>(sizeof(T));
  alignas(64) T made[kChainInputs + kChainSteps][kBlock];
  const int64_t inputs = x.count, steps = s.kinds.count, size = outputs[0].size();

  T* to[kChainSteps] = {};
  const Writing plain(false),
      past[kChainOutputs] = {{outputs[0], x}, {outputs[1], x}, {outputs[2], x}, {outputs[3], x}};
  const Writing* how[kChainSteps];
  for (int64_t k = 0; k < steps; ++k) how[k] = &plain;
  for (int64_t j = 0; j < s.outputs.count; ++j) {
    const int64_t k = s.outputs.at[j];
    to[k] = outputs[j].as<T>();
    if (!reads(s, inputs + k)) how[k] = &past[j];
  }
  // A single number as a row of it: steps know rows alone.
  for (int i = 0; i < x.count; ++i)
    for (int64_t e = 0; x[i].size() != size && e < kBlock; ++e) made[i][e] = *x[i].as<T>();

  T* values[kChainInputs + kChainSteps];
  for (int64_t begin = range.begin; begin < range.end; begin += kBlock) {
    const int64_t n = smaller(kBlock, range.end - begin);
    for (int i = 0; i < x.count; ++i)
      values[i] = x[i].size() == size ? static_cast<T*>(x[i].operand->data) + begin : made[i];
    for (int64_t k = 0; k < steps; ++k) {
      values[inputs + k] = to[k] ? to[k] + begin : made[inputs + k];
      run_step<T>(values[inputs + k], *how[k], values, n, s, k);
    }
  }
}

void chain(Out y, MaybeOut y2, MaybeOut y3, MaybeOut y4, InList x, const ChainSettings& s,
           const Part& part) noexcept {
  const Out outputs[kChainOutputs] = {y, y2, y3, y4};
  const Range range = share_elements(y.size(), part);
  with_float(y.dtype(), [&](auto tag) { run_steps<decltype(tag)>(outputs, x, s, range); });
}

void chain_schedule(Out y, MaybeOut, MaybeOut, MaybeOut, InList, const ChainSettings& s,
                    Schedule& schedule) noexcept {
  Operand one = *y.operand;
  one.add = false;
  double nanoseconds = 0;
  for (int64_t k = 0; k < s.kinds.count; ++k) {
    Schedule step;
    if (s.kinds.at[k] <= static_cast<int64_t>(ChainKind::unary_backward)) {
      unary_forward_schedule(Out{{&one}}, In{{&one}},
                             UnarySettings{static_cast<Unary>(s.functions.at[k]), 0, 0}, step);
    } else {
      binary_schedule(OutAdd{{{&one}}}, In{{&one}}, In{{&one}},
                      BinarySettings{static_cast<Binary>(s.functions.at[k])}, step);
    }
    nanoseconds += static_cast<double>(step.nanoseconds[0]);
  }
  // What the steps cost by themselves, though most of what they move is near.
  plan_stage(schedule, 0, nanoseconds, blocks_of(kGrain, y.size()));
}

}  // namespace fastnn::FASTNN_ISA
