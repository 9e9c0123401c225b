#include "fusions.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "fusion_rules.h"

namespace fastnn {
namespace {

// Parameters by their places in operations.def.
enum Gemm { kProduct, kA, kB, kBias, kActivated };

}  // namespace

Fusion fusion_wanted() {
  static const Fusion wanted = [] {
    const char* const value = std::getenv("FASTNN_FUSION");
    const std::string name = value ? value : "";
    if (name == "exact") return Fusion::exact;
    if (name.empty() || name == "all") return Fusion::all;
    throw std::runtime_error("FASTNN_FUSION=" + name +
                             ": no such choice. Known: exact (what changes no bit), all. Unset "
                             "FASTNN_FUSION for all.");
  }();
  return wanted;
}

// A gradient that goes on unchanged, as through a sum, is copied, since who receives it may add to
// it. Copy and source share their memory where from the copy on neither is written before the other
// was used last.
void drop_copy(CallList& calls, size_t c) {
  if (!calls.is(c, OperationId::sum_to)) return;
  const Access to = calls.access(c, kSum), from = calls.access(c, kSummed);
  if (!same_numbers(calls[c].at(kSummed), calls[c].at(kSum)) || !calls.planned(to) ||
      !calls.planned(from) || to.buffer == from.buffer || from.begin % kSlabAlignment != 0)
    return;
  if (to.begin != 0 || to.end != calls.bytes_of(to.buffer) || calls.users(to.buffer)[0] != c)
    return;
  const auto apart = [&](const Access& a, const Access& b) {  // once a is written, b is not used
    for (const size_t user : calls.users(a.buffer))
      if (user > c && calls.written(user, user + 1, a))
        return !calls.touched(user, calls.size(), b);
    return true;
  };
  if (!apart(from, to) || !apart(to, from)) return;
  calls.remove(c);
  calls.rename(to, from);
}

// unary_backward(dx, dy, y) of relu after gemm(dy, ..), if nobody else wants dy: gemm(dx, ..,
// activated = y). The gradient of a layer goes back through the activation below it while it is
// still in registers. The recorder refuses to read what nobody wrote, so that the first user of dy
// is the one that writes.
void relu_into_gemm(CallList& calls, size_t c) {
  if (!is_relu(calls, c, OperationId::unary_backward)) return;
  const Access dx = calls.access(c, kUnaryDx), dy = calls.access(c, kUnaryDy),
               y = calls.access(c, kUnarySaved);
  if (!calls.planned(dy) || dx.buffer < 0 || y.buffer < 0) return;
  const bool in_place = same_bytes(dx, dy);
  const std::vector<size_t>& users = calls.users(dy.buffer);
  if (users.size() < 2 || users[1] != c || (users.size() > 2 && !in_place)) return;
  const size_t g = users[0];
  if (!calls.is(g, OperationId::gemm) || !same_bytes(calls.access(g, kProduct), dy)) return;
  RecordedCall &gemm = calls[g], &relu = calls[c];
  auto settings = gemm.settings_as<GemmSettings>();
  if (settings.activation != Activation::none || gemm.at(kBias).data ||
      !same_numbers(gemm.at(kProduct), relu.at(kUnaryDx)))
    return;
  // dx is written earlier and y read earlier than it was.
  if (calls.touched(in_place ? g + 1 : g, c, dx) || calls.written(g, c, y)) return;

  settings.activation = Activation::relu;
  set(gemm, settings);
  const Operand product = gemm.at(kProduct);
  for (const auto& [to, from] : {std::pair{kProduct, kUnaryDx}, {kActivated, kUnarySaved}}) {
    Operand& operand = gemm.at(to);
    calls.give(g, to, c, from);
    operand.rank = product.rank;  // as many numbers, in the product's shape
    std::copy(product.dims, product.dims + product.rank, operand.dims);
  }
  gemm.at(kProduct).add = relu.at(kUnaryDx).add;
  gemm.labels.insert(gemm.labels.end(), relu.labels.begin(), relu.labels.end());
  calls.changed(g);
  calls.remove(c);
}

void fuse(std::vector<RecordedCall>& calls, std::vector<PlanBuffer>& buffers,
          const Operation* operations, Fusion wanted) {
  CallList list(calls, buffers, operations);
  const auto each = [&](void (*rule)(CallList&, size_t)) {
    for (size_t c = 0; c < list.size(); ++c) rule(list, c);
  };
  each(drop_copy);
  if (wanted == Fusion::all) {
    each(relu_before_pooling);
    each(bias_from_pooled);
  }
  each(relu_into_gemm);
  each(into_batch_norm);
  each(relu_into_batch_norm_backward);
  if (wanted == Fusion::all) each(fold_batch_norm);
  list.finish();
}

}  // namespace fastnn
