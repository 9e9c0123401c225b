#include "../check.h"

namespace fastnn {

void gemm_check(OutAdd y, In a, In b, MaybeIn bias, MaybeIn activated, Scratch,
                const GemmSettings& s, Check& check) {
  check.floats({y, a, b, bias, activated});
  if (a.rank() < 2 || b.rank() < 2)
    return check.refuse("a has shape %s and b %s; at least 2 axes are wanted of each.",
                        Check::shape_text(a).text, Check::shape_text(b).text);
  if (b.rank() != 2 && b.rank() != a.rank())
    return check.refuse("b has shape %s; 2 axes, or as many as a of shape %s, are wanted.",
                        Check::shape_text(b).text, Check::shape_text(a).text);
  const int64_t M = a.dim(s.transpose_a ? -1 : -2), K = a.dim(s.transpose_a ? -2 : -1);
  const int64_t KB = b.dim(s.transpose_b ? -1 : -2), N = b.dim(s.transpose_b ? -2 : -1);
  if (K != KB)
    return check.refuse("a has shape %s%s and b %s%s: the inner sizes %lld and %lld must be equal.",
                        Check::shape_text(a).text, s.transpose_a ? " (transposed)" : "",
                        Check::shape_text(b).text, s.transpose_b ? " (transposed)" : "",
                        static_cast<long long>(K), static_cast<long long>(KB));
  Operand wanted = *a.operand;  // the batch, then (M, N)
  for (int i = 0; i < a.rank() - 2; ++i)
    if (b.rank() != 2 && b.dim(i) != a.dim(i))
      return check.refuse("a has shape %s and b %s: the leading axes, the batch, must be equal.",
                          Check::shape_text(a).text, Check::shape_text(b).text);
  wanted.dims[a.rank() - 2] = M;
  wanted.dims[a.rank() - 1] = N;
  check.shape(y, wanted);
  check.shape(bias, {N});
  check.shape(activated, wanted);
  if (activated && s.activation != Activation::relu)
    return check.refuse(
        "activated is given: the activation that it came from is wanted, \"relu\".");
  if (y.add() && (bias || (s.activation != Activation::none && !activated)))
    check.refuse("y adds to what is there: bias and activation do not go with that.");
}

}  // namespace fastnn
