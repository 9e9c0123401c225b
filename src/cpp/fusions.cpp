#include "fusions.h"

#include <string.h>

#include <algorithm>
#include <utility>

#include "settings.h"

namespace fastnn {
namespace {

// Parameters by their places in operations.def.
enum Gemm { kProduct, kA, kB, kBias, kActivated };
enum UnaryBackward { kDx, kDy, kY };

bool same_shape(const Operand& a, const Operand& b) {
  return a.dtype == b.dtype && a.rank == b.rank && std::equal(a.dims, a.dims + a.rank, b.dims);
}

bool is_relu_backward(const RecordedCall& call) {
  return call.id == OperationId::unary_backward &&
         call.settings_as<UnarySettings>().function == Unary::relu;
}

class Fusions {
 public:
  Fusions(std::vector<RecordedCall>& calls, const std::vector<PlanBuffer>& buffers)
      : calls_(calls), buffers_(buffers), users_(buffers.size()), accesses_(calls.size()) {
    for (size_t c = 0; c < calls.size(); ++c) {
      accesses_[c] = calls[c].accesses(0);
      for (const Access& a : accesses_[c]) users_[a.buffer].push_back(c);
    }
  }

  void run() {
    std::vector<bool> gone(calls_.size(), false);
    for (size_t c = 0; c < calls_.size(); ++c)
      if (is_relu_backward(calls_[c])) gone[c] = into_gemm(c);
    size_t kept = 0;
    for (size_t c = 0; c < calls_.size(); ++c)
      if (!gone[c] && kept++ != c) calls_[kept - 1] = std::move(calls_[c]);
    calls_.resize(kept);
  }

 private:
  // The relu's backward at `c`, if its dy is the product of one gemm that nobody else wants. The
  // recorder refuses to read what nobody wrote, so that the first of two users is the one that
  // writes.
  bool into_gemm(size_t c) {
    RecordedCall& relu = calls_[c];
    if (accesses_[c].size() != 3) return false;  // empty arrays have no place
    const Access dx = accesses_[c][kDx], dy = accesses_[c][kDy], y = accesses_[c][kY];
    const std::vector<size_t>& users = users_[dy.buffer];
    if (buffers_[dy.buffer].kind != BufferKind::planned || users.size() != 2) return false;
    RecordedCall& gemm = calls_[users[0]];
    if (gemm.id != OperationId::gemm || !same_bytes(accesses_[users[0]][kProduct], dy))
      return false;
    auto settings = gemm.settings_as<GemmSettings>();
    if (settings.activation != Activation::none || gemm.at(kBias).data ||
        !same_shape(gemm.at(kProduct), relu.at(kDx)))
      return false;
    // dx is written earlier and y read earlier than it was.
    for (size_t between = users[0]; between < c; ++between)
      for (const Access& a : accesses_[between])
        if (meets(a, dx) || (a.role != 'r' && meets(a, y))) return false;

    settings.activation = Activation::relu;
    memcpy(gemm.settings.data(), &settings, sizeof settings);
    for (const auto& [to, from] : {std::pair{kProduct, kDx}, {kActivated, kY}}) {
      gemm.at(to) = relu.at(from);
      gemm.places[gemm.first[to]] = relu.places[relu.first[from]];
    }
    return true;
  }

  std::vector<RecordedCall>& calls_;
  const std::vector<PlanBuffer>& buffers_;
  std::vector<std::vector<size_t>> users_;  // of each buffer, in order, once an access
  std::vector<std::vector<Access>> accesses_;
};

}  // namespace

void fuse(std::vector<RecordedCall>& calls, const std::vector<PlanBuffer>& buffers) {
  Fusions(calls, buffers).run();
}

}  // namespace fastnn
