#include "work.h"

#include <algorithm>

#include "settings.h"

namespace fastnn {
namespace {

int64_t dim(const Operand& x, int i) { return x.dims[i < 0 ? x.rank + i : i]; }

// Of a convolution whose output, or that output's gradient, is y: each of its elements is a sum of
// as many products as a filter has taps. Those with the zeros around x count.
double convolution(const Operand& y, const Operand& w) {
  return 2.0 * static_cast<double>(y.size * dim(w, 0) * dim(w, 1) * dim(w, 2));
}

// Parameters by their places in operations.def.
double flops_of(const RecordedCall& call) {
  const auto at = [&](int parameter) -> const Operand& {
    return call.operands[call.first[parameter]];
  };
  switch (call.id) {
    case OperationId::gemm: {
      const int64_t depth = dim(at(1), call.settings_as<GemmSettings>().transpose_a ? -2 : -1);
      return 2.0 * static_cast<double>(at(0).size * depth);
    }
    case OperationId::conv2d: return convolution(at(0), at(2));
    case OperationId::conv2d_transpose: return convolution(at(1), at(2));
    case OperationId::conv2d_backward_w: return convolution(at(1), at(0));
    default: return 0;
  }
}

}  // namespace

Work work_of(const RecordedCall& call) {
  const Operation& op = *call.operation;
  Work work;
  work.flops = flops_of(call);
  for (int k = 0; k < op.parameters; ++k)
    for (int i = call.first[k]; i < call.first[k + 1]; ++i) {
      const Operand& operand = call.operands[i];
      const char role = op.roles[k];
      if (role == 's' || !operand.data) continue;
      int64_t bytes = operand.bytes();
      const bool picks = call.id == OperationId::take || call.id == OperationId::gather;
      if (picks && k == 1) bytes = std::min(bytes, call.operands[call.first[0]].bytes());
      const bool twice = role == 'm' || role == 'M' || operand.add;
      work.bytes += static_cast<double>(twice ? 2 * bytes : bytes);
    }
  return work;
}

}  // namespace fastnn
