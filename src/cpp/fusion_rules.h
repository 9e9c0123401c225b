// One rewriting each: of the call at `c`, if everything around it is as it must be.
#pragma once
#include <string.h>

#include <algorithm>
#include <utility>

#include "call_list.h"
#include "settings.h"

namespace fastnn {

// Parameters by their places in operations.def.
enum UnaryForward { kUnaryY, kUnaryX };
enum UnaryBackward { kUnaryDx, kUnaryDy, kUnarySaved };
enum SumTo { kSum, kSummed };

inline bool same_shape(const Operand& a, const Operand& b) {
  return a.dtype == b.dtype && a.rank == b.rank && std::equal(a.dims, a.dims + a.rank, b.dims);
}
// The same numbers one by one, whatever their shapes.
inline bool same_numbers(const Operand& a, const Operand& b) {
  return a.dtype == b.dtype && a.size == b.size;
}
inline bool is_relu(CallList& calls, size_t c, OperationId id) {
  return calls.is(c, id) && calls[c].settings_as<UnarySettings>().function == Unary::relu;
}
template <class Settings>
void set(RecordedCall& call, const Settings& settings) {
  memcpy(call.settings.data(), &settings, sizeof settings);
}

// fusions.cpp
void drop_copy(CallList& calls, size_t c);
void relu_into_gemm(CallList& calls, size_t c);

// fusions_pooling.cpp
void relu_before_pooling(CallList& calls, size_t c);
void bias_from_pooled(CallList& calls, size_t c);

// fusions_norm.cpp
void into_batch_norm(CallList& calls, size_t c);
void relu_into_batch_norm_backward(CallList& calls, size_t c);
void fold_batch_norm(CallList& calls, size_t c);

}  // namespace fastnn
