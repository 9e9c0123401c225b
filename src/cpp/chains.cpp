#include "chains.h"

#include <utility>

#include "settings.h"

namespace fastnn {
namespace {

// Fewer elements than this are in the first cache anyway.
constexpr int64_t kLeastElements = 4096;

// One recorded call as a step, and how many operands it reads: none where it cannot be one.
struct Step {
  ChainKind kind = ChainKind::binary;
  int64_t function = 0;
  double alpha = 0, beta = 0;
  int reads = 0;
};

Step step_of(const RecordedCall& call) {
  switch (call.id) {
    case OperationId::unary_forward: {
      const auto s = call.settings_as<UnarySettings>();
      return {ChainKind::unary_forward, static_cast<int64_t>(s.function), s.alpha, s.beta, 1};
    }
    case OperationId::unary_backward: {
      const auto s = call.settings_as<UnarySettings>();
      return {ChainKind::unary_backward, static_cast<int64_t>(s.function), s.alpha, s.beta, 2};
    }
    case OperationId::binary: {
      const auto s = call.settings_as<BinarySettings>();
      return {ChainKind::binary, static_cast<int64_t>(s.function), 0, 0, 2};
    }
    case OperationId::binary_backward: {
      const auto s = call.settings_as<BinaryBackwardSettings>();
      return {s.side == Side::a ? ChainKind::gradient_a : ChainKind::gradient_b,
              static_cast<int64_t>(s.function), 0, 0, 3};
    }
    default: return {};
  }
}

// Calls that follow one another, as far as they have become one.
class Chain {
 public:
  // Takes the call in and says so, or leaves everything as it was.
  bool take(const RecordedCall& call) {
    Chain grown = *this;
    if (!grown.add(call)) return false;
    *this = std::move(grown);
    return true;
  }
  int calls() const { return calls_; }

  // The chain as one call; false where more than kChainOutputs of its results are wanted outside.
  // `accesses`: how many each buffer has in the whole step.
  bool finish(const std::vector<PlanBuffer>& buffers, const std::vector<int>& accesses,
              const Operation* operations, RecordedCall& out) const {
    std::vector<int> own(buffers.size());
    for (const int buffer : touched_) ++own[buffer];
    std::vector<int> wanted;
    for (int i = 0; i < static_cast<int>(results_.size()); ++i) {
      const int buffer = results_[i].place.buffer;
      bool last = true;  // at its place
      for (size_t later = i + 1; later < results_.size(); ++later)
        last &= !same_bytes(results_[later].place, results_[i].place);
      const bool inner =
          buffers[buffer].kind == BufferKind::planned && own[buffer] == accesses[buffer];
      if (last && !inner) wanted.push_back(i);
    }
    if (wanted.empty() || wanted.size() > kChainOutputs) return false;

    ChainSettings settings = settings_;
    settings.outputs.count = static_cast<int64_t>(wanted.size());
    const int inputs = static_cast<int>(inputs_.size());
    for (Integers* places : {&settings.first, &settings.second, &settings.third})
      for (int64_t i = 0; i < places->count; ++i)  // results are counted from the last input on
        if (places->at[i] >= kChainInputs) places->at[i] += inputs - kChainInputs;

    out.id = OperationId::chain;
    out.operation = &operations[static_cast<int>(out.id)];
    out.first = {0};
    for (int i = 0; i < kChainOutputs; ++i) {
      const bool given = i < static_cast<int>(wanted.size());
      out.operands.push_back(given ? results_[wanted[i]].operand : Operand{});
      out.places.push_back(given ? results_[wanted[i]].at : RecordedCall::Place{});
      if (given) settings.outputs.at[i] = wanted[i];
      out.first.push_back(static_cast<uint16_t>(i + 1));
    }
    for (const Value& x : inputs_) {
      out.operands.push_back(x.operand);
      out.places.push_back(x.at);
    }
    out.first.push_back(static_cast<uint16_t>(out.operands.size()));
    const char* bytes = reinterpret_cast<const char*>(&settings);
    out.settings.assign(bytes, bytes + sizeof settings);
    out.operation->schedule(out.arguments(), out.schedule);
    out.labels = labels_;
    return true;
  }

 private:
  struct Value {
    Access place;
    Operand operand;
    RecordedCall::Place at;
  };
  static Value value_at(const Operand& operand, RecordedCall::Place at) {
    return {{at.buffer, at.offset, at.offset + operand.bytes()}, operand, at};
  }

  // Which value an operand stands for: the newest result at its place, or an input. -1 where it
  // lies across others, is neither of the chain's size nor a single number, or inputs run out.
  int64_t find(const Operand& operand, RecordedCall::Place at) {
    if (at.buffer < 0 || operand.dtype != dtype_ || (operand.size != size_ && operand.size != 1))
      return -1;
    const Value value = value_at(operand, at);
    for (int i = static_cast<int>(results_.size()) - 1; i >= 0; --i) {
      if (same_bytes(results_[i].place, value.place)) return kChainInputs + i;
      if (meets(results_[i].place, value.place)) return -1;
    }
    for (size_t i = 0; i < inputs_.size(); ++i)
      if (same_bytes(inputs_[i].place, value.place)) return static_cast<int64_t>(i);
    if (inputs_.size() == kChainInputs) return -1;
    inputs_.push_back(value);
    return static_cast<int64_t>(inputs_.size()) - 1;
  }

  bool add(const RecordedCall& call) {
    const Step step = step_of(call);
    const Operand& y = call.operands[0];
    if (step.reads == 0 || y.size < kLeastElements || call.places[0].buffer < 0 ||
        static_cast<int>(results_.size()) + (y.add ? 2 : 1) > kChainSteps)
      return false;
    if (calls_ > 0 && (y.size != size_ || y.dtype != dtype_)) return false;
    size_ = y.size;
    dtype_ = y.dtype;
    const Value result = value_at(y, call.places[0]);

    int64_t values[3] = {};
    bool linked = calls_ == 0;
    for (int i = 0; i < step.reads; ++i) {
      values[i] = find(call.operands[1 + i], call.places[1 + i]);
      if (values[i] < 0) return false;
      linked |= values[i] >= kChainInputs;
      touched_.push_back(call.places[1 + i].buffer);
    }
    int64_t before = 0;
    if (y.add && (before = find(y, call.places[0])) < 0) return false;
    if (!linked) return false;
    // A step may write the very bytes that steps up to it have read: the same elements go first.
    for (const std::vector<Value>* values_there : {&inputs_, &results_})
      for (const Value& other : *values_there)
        if (meets(other.place, result.place) && !same_bytes(other.place, result.place))
          return false;
    push(step, values, result);
    if (y.add) {
      const int64_t sum[3] = {before, kChainInputs + static_cast<int64_t>(results_.size()) - 1, 0};
      push({ChainKind::binary, static_cast<int64_t>(Binary::add), 0, 0, 2}, sum, result);
    }
    touched_.push_back(result.place.buffer);
    labels_.insert(labels_.end(), call.labels.begin(), call.labels.end());
    ++calls_;
    return true;
  }

  void push(const Step& step, const int64_t* values, Value result) {
    const auto append = [](Integers& to, int64_t value) { to.at[to.count++] = value; };
    append(settings_.kinds, static_cast<int64_t>(step.kind));
    append(settings_.functions, step.function);
    append(settings_.first, values[0]);
    append(settings_.second, values[1]);
    append(settings_.third, values[2]);
    settings_.alphas.at[settings_.alphas.count++] = step.alpha;
    settings_.betas.at[settings_.betas.count++] = step.beta;
    result.operand.add = false;
    results_.push_back(result);
  }

  int calls_ = 0;
  int64_t size_ = 0;
  Dtype dtype_ = Dtype::f32;
  std::vector<Value> inputs_, results_;  // result i is value kChainInputs + i while it grows
  std::vector<int> touched_;             // buffers, once an access
  std::vector<int> labels_;
  ChainSettings settings_;
};

}  // namespace

void make_chains(std::vector<RecordedCall>& calls, const std::vector<PlanBuffer>& buffers,
                 const Operation* operations) {
  std::vector<int> accesses(buffers.size());
  for (const RecordedCall& call : calls)
    for (const Access& a : call.accesses(0)) ++accesses[a.buffer];

  std::vector<RecordedCall> left;
  for (size_t c = 0; c < calls.size();) {
    Chain chain;
    size_t end = c;
    while (end < calls.size() && chain.take(calls[end])) ++end;
    RecordedCall whole;
    if (chain.calls() > 1 && chain.finish(buffers, accesses, operations, whole)) {
      left.push_back(std::move(whole));
      c = end;
    } else {
      left.push_back(std::move(calls[c++]));
    }
  }
  calls = std::move(left);
}

}  // namespace fastnn
