// What follows batch normalisation, in its own store, and what comes before its backward, as it
// reads. No bit changes: the same formulas, of which the backward repeats the forward's for relu.
#include "fusion_rules.h"

namespace fastnn {
namespace {

enum NormForward { kY, kMean, kRstd, kMovingMean, kMovingVariance, kX, kGamma, kBeta, kResidual };
enum NormInference { kOut, kIn, kInGamma, kInBeta, kAverage, kVariance, kResidualInInference };
enum Convolution { kConvolved, kPicture, kWeights, kBias };
enum NormBackward { kDx, kDgamma, kDbeta, kDy, kOfX, kOfMean, kOfRstd, kOfGamma, kOfBeta };

// y is written earlier than the call at `r` wrote it: at `c`.
void take_result(CallList& calls, size_t c, size_t r) {
  calls.give(c, kY, r, 0);
  calls[c].labels.insert(calls[c].labels.end(), calls[r].labels.begin(), calls[r].labels.end());
  calls.changed(c, true);
  calls.remove(r);
}

// binary(z, y, other), a sum of equal shapes, where y is c's result and r its only reader.
bool take_sum(CallList& calls, size_t c, size_t r, int residual) {
  RecordedCall& sum = calls[r];
  if (sum.settings_as<BinarySettings>().function != Binary::add || sum.at(0).add) return false;
  const int other = calls.same(r, 1, c, kY) ? 2 : 1;
  const Access z = calls.access(r, 0), from = calls.access(r, other);
  if (!same_shape(sum.at(other), calls[c].at(kY)) || !same_shape(sum.at(0), calls[c].at(kY)) ||
      meets(z, from) || calls.touched(c, r, z) || calls.written(c, r, from))
    return false;
  calls.give(c, residual, r, other);
  take_result(calls, c, r);
  return true;
}

template <class Settings>
void take_all(CallList& calls, size_t c, int residual) {
  for (size_t r; (r = calls.only_reader(c, kY)) != CallList::kNone;) {
    auto settings = calls[c].settings_as<Settings>();
    if (settings.relu) return;
    if (calls.is(r, OperationId::binary) && !calls[c].at(residual).data) {
      if (!take_sum(calls, c, r, residual)) return;
    } else {
      if (!is_relu(calls, r, OperationId::unary_forward) ||
          !same_shape(calls[r].at(kUnaryY), calls[c].at(kY)) ||
          calls.touched(c, r, calls.access(r, kUnaryY)))
        return;
      settings.relu = true;
      set(calls[c], settings);
      take_result(calls, c, r);
    }
  }
}

}  // namespace

// A sum with a residual and a relu that follow, each the only reader of what is before.
void into_batch_norm(CallList& calls, size_t c) {
  if (calls.is(c, OperationId::batch_norm_forward))
    take_all<BatchNormSettings>(calls, c, kResidual);
  else if (calls.is(c, OperationId::batch_norm_inference_forward))
    take_all<BatchNormInferenceSettings>(calls, c, kResidualInInference);
}

// unary_backward(d, dy, y) of the relu that has become part of the forward, before
// batch_norm_backward(dx, d): the backward reads x anyway, and makes y of it anew.
void relu_into_batch_norm_backward(CallList& calls, size_t c) {
  if (!calls.is(c, OperationId::batch_norm_backward)) return;
  const Access d = calls.access(c, kDy);
  if (!calls.planned(d)) return;
  const size_t u = calls.writer(c, d);
  if (u == CallList::kNone || !is_relu(calls, u, OperationId::unary_backward) ||
      calls[u].at(kUnaryDx).add || calls.only_reader(u, kUnaryDx) != c ||
      !same_shape(calls[u].at(kUnaryDy), calls[c].at(kDy)))
    return;
  const Access y = calls.access(u, kUnarySaved), dy = calls.access(u, kUnaryDy);
  const size_t f = calls.writer(u, y);
  if (!calls.is(f, OperationId::batch_norm_forward) || !calls.same(f, kY, u, kUnarySaved) ||
      !calls[f].settings_as<BatchNormSettings>().relu || calls[f].at(kResidual).data)
    return;
  for (const auto& [of_f, of_c] :
       {std::pair{kX, kOfX}, {kMean, kOfMean}, {kRstd, kOfRstd}, {kGamma, kOfGamma}})
    if (!calls.same(f, of_f, c, of_c)) return;
  for (const int read : {kX, kMean, kRstd, kGamma, kBeta}) {
    const Access a = calls.access(f, read);
    if (a.buffer >= 0 && calls.written(f + 1, c, a)) return;
  }
  if (calls.written(u, c, dy) || meets(calls.access(c, kDx), dy)) return;
  calls.give(c, kDy, u, kUnaryDy);
  calls.give(c, kOfBeta, f, kBeta);
  set(calls[c], BatchNormBackwardSettings{true});
  calls.changed(c, true);
  calls.remove(u);
}

// batch_norm_inference_forward behind a convolution: its scale goes into the weights and its shift
// into the bias, which two calls of the same operation make of them at each replay, so that weights
// may change in between; and its relu behind the convolution. Only of weights fewer than twice a
// picture's outputs, that this costs less than what it saves with a single picture: how many
// pictures there are may not decide, or a sample's bits would depend on its batch.
void fold_batch_norm(CallList& calls, size_t c) {
  if (!calls.is(c, OperationId::batch_norm_inference_forward) ||
      calls[c].at(kResidualInInference).data)
    return;
  const Access x = calls.access(c, kIn);
  const size_t v = x.buffer < 0 ? CallList::kNone : calls.writer(c, x);
  if (!calls.is(v, OperationId::conv2d) || calls.only_reader(v, kConvolved) != c ||
      calls.touched(v, c, calls.access(c, kOut)))
    return;
  RecordedCall conv = calls[v], norm = calls[c];
  const Operand &y = conv.at(kConvolved), &w = conv.at(kWeights);
  if (!same_shape(y, norm.at(kIn)) || w.size > 2 * (y.size / y.dims[0])) return;
  for (const int read : {kInGamma, kInBeta, kAverage, kVariance})
    if (!calls.given(calls.access(c, read))) return;
  for (const int read : {kWeights, kBias})
    if (!calls.given(calls.access(v, read))) return;
  auto settings = conv.settings_as<Conv2dSettings>();
  auto normalised = norm.settings_as<BatchNormInferenceSettings>();
  if (settings.activation != Activation::none) return;
  if (normalised.relu) settings.activation = Activation::relu;
  set(conv, settings);
  CallList::give(conv, kConvolved, norm, kOut);

  RecordedCall zeros;
  zeros.id = OperationId::fill;
  zeros.operands = {norm.at(kAverage)};
  zeros.places = {{}};
  zeros.first = {0, 1};
  zeros.settings.resize(sizeof(FillSettings));
  set(zeros, FillSettings{});
  zeros.labels = norm.labels;
  calls.place_anew(zeros, 0);

  normalised.relu = false;
  set(norm, normalised);
  const auto folded = [&](int of_conv, RecordedCall& from, int of_from) {
    RecordedCall call = norm;
    CallList::give(call, kIn, from, of_from);
    CallList::give(call, kOut, from, of_from);
    calls.place_anew(call, kOut);
    CallList::give(conv, of_conv, call, kOut);
    return call;
  };
  const bool biased = conv.at(kBias).data;
  RecordedCall bias = folded(kBias, biased ? conv : zeros, biased ? int{kBias} : 0);
  RecordedCall weights = folded(kWeights, conv, kWeights);
  CallList::give(weights, kAverage, zeros, 0);  // scaled, not shifted
  weights.at(kInBeta) = {};
  weights.places[weights.first[kInBeta]] = {};

  conv.labels.insert(conv.labels.end(), norm.labels.begin(), norm.labels.end());
  if (!calls.replace(v, std::move(conv))) return;
  calls.remove(c);
  for (RecordedCall* call : {&zeros, &weights, &bias}) calls.prepend(std::move(*call));
}

}  // namespace fastnn
