#include "unary_numbers.h"

namespace fastnn {

static int count_of(const char* names) {
  int count = 1;
  for (; *names; ++names) count += *names == ',';
  return count;
}

static long long wide(int64_t n) { return n; }

static void check_step(const ChainSettings& s, int64_t k, int64_t inputs, Check& check) {
  const int64_t kind = s.kinds.at[k], function = s.functions.at[k];
  if (kind < 0 || kind > static_cast<int64_t>(ChainKind::gradient_b))
    return check.refuse("settings: step %lld is of kind %lld; 0 to 4 are wanted.", wide(k),
                        wide(kind));
  const bool unary = kind <= static_cast<int64_t>(ChainKind::unary_backward);
  const int functions = count_of(unary ? names_of(Unary{}) : names_of(Binary{}));
  if (function < 0 || function >= functions)
    return check.refuse("settings: step %lld has function %lld; 0 to %d are wanted.", wide(k),
                        wide(function), functions - 1);
  for (const Integers* places : {&s.first, &s.second, &s.third})
    if (places->at[k] < 0 || places->at[k] >= inputs + k)
      return check.refuse("settings: step %lld reads value %lld; there are %lld before it.",
                          wide(k), wide(places->at[k]), wide(inputs + k));
  if (unary) check_numbers({static_cast<Unary>(function), s.alphas.at[k], s.betas.at[k]}, check);
}

void chain_check(Out y, MaybeOut y2, MaybeOut y3, MaybeOut y4, InList x, const ChainSettings& s,
                 Check& check) {
  const int64_t steps = s.kinds.count;
  for (const Integers* list : {&s.functions, &s.first, &s.second, &s.third})
    if (list->count != steps) return check.refuse("settings: one number a step is wanted of each.");
  if (s.alphas.count != steps || s.betas.count != steps)
    return check.refuse("settings: one number a step is wanted of alphas and betas.");
  if (x.count < 1 || x.count > kChainInputs || steps < 1)
    return check.refuse("%d arrays and %lld steps came; 1 to %d arrays and some steps are wanted.",
                        x.count, wide(steps), kChainInputs);
  for (int64_t k = 0; k < steps && !check.failed(); ++k) check_step(s, k, x.count, check);

  const MaybeOut more[] = {y2, y3, y4};
  int64_t wanted = 1;
  for (int i = 0; i < 3; ++i)
    if (more[i]) {
      if (wanted++ != i + 1) return check.refuse("y2 to y4 must come one after the other.");
      check.floats({more[i], y});
      check.same_shape(more[i], y);
    }
  if (s.outputs.count != wanted)
    return check.refuse("settings: outputs has %lld numbers, one for each of %lld y is wanted.",
                        wide(s.outputs.count), wide(wanted));
  for (int64_t j = 0; j < wanted; ++j) {
    if (s.outputs.at[j] < 0 || s.outputs.at[j] >= steps)
      return check.refuse("settings: output %lld is step %lld; there are %lld.", wide(j),
                          wide(s.outputs.at[j]), wide(steps));
    for (int64_t i = 0; i < j; ++i)
      if (s.outputs.at[i] == s.outputs.at[j])
        return check.refuse("settings: step %lld is wanted twice.", wide(s.outputs.at[j]));
  }
  for (int i = 0; i < x.count; ++i) {
    check.floats({x[i], y});
    if (x[i].size() != 1) check.same_shape(x[i], y);
  }
}

}  // namespace fastnn
