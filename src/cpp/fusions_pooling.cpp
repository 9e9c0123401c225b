// Gradients that come through max pooling: most of them are zeros, and what follows is the same of
// the pooled gradient, a fourth as large.
#include "fusion_rules.h"

namespace fastnn {
namespace {

enum PoolForward { kPooled, kPlaces, kPicture };
enum PoolBackward { kPoolDx, kPoolDy, kPlacesGiven };

// The pool2d_backward before `c` that wrote these bytes, whole, from each window's maximum.
size_t max_pool_backward(CallList& calls, size_t c, const Access& dx) {
  const size_t p = calls.writer(c, dx);
  return calls.is(p, OperationId::pool2d_backward) && calls[p].at(kPlacesGiven).data &&
                 !calls[p].at(kPoolDx).add && same_bytes(calls.access(p, kPoolDx), dx)
             ? p
             : CallList::kNone;
}

}  // namespace

// unary_backward(dx, dy, y) of relu where dy is what pool2d_backward made of a pooled gradient g,
// for the maximum m of y: unary_backward(g, g, m) in place, then pool2d_backward(dx, g). A chosen
// element of y is m, bit for bit, and all others get zero either way, unless they are NaN: relu
// hands a NaN's own bits back, chosen or not.
void relu_before_pooling(CallList& calls, size_t c) {
  if (!is_relu(calls, c, OperationId::unary_backward)) return;
  const Access dy = calls.access(c, kUnaryDy), y = calls.access(c, kUnarySaved);
  if (!calls.planned(dy) || y.buffer < 0) return;
  const size_t p = max_pool_backward(calls, c, dy);
  if (p == CallList::kNone || calls.only_reader(p, kPoolDx) != c) return;
  const Access g = calls.access(p, kPoolDy), places = calls.access(p, kPlacesGiven);
  const size_t f = calls.writer(p, places);
  if (!calls.is(f, OperationId::pool2d_forward) || !calls.same(f, kPlaces, p, kPlacesGiven) ||
      !same_bytes(calls.access(f, kPicture), y) || calls[f].settings != calls[p].settings ||
      !same_shape(calls[f].at(kPicture), calls[p].at(kPoolDx)) ||
      !same_shape(calls[f].at(kPooled), calls[p].at(kPoolDy)))
    return;
  // What is read later than it was, the pooled gradient above all, which nobody else may want.
  if (!calls.planned(g) || calls.touched(p + 1, calls.size(), g) ||
      calls.written(f + 1, c, places) || calls.written(f + 1, c, y) ||
      calls.written(f + 1, p, calls.access(f, kPooled)))
    return;

  Operand dx = calls[c].at(kUnaryDx);
  const Operand shape = calls[p].at(kPoolDx);
  dx.rank = shape.rank;
  std::copy(shape.dims, shape.dims + shape.rank, dx.dims);
  const RecordedCall::Place at = calls[c].places[kUnaryDx];
  calls.swap(p, c);
  calls[c].at(kPoolDx) = dx;
  calls[c].places[kPoolDx] = at;
  calls[p].at(kUnaryDx).add = false;
  calls.give(p, kUnaryDx, c, kPoolDy);
  calls.give(p, kUnaryDy, c, kPoolDy);
  calls.give(p, kUnarySaved, f, kPooled);
  calls.changed(c, true);
  calls.changed(p, true);
}

// sum_to(b, dx) over all but the channels, where dx is what pool2d_backward made of a pooled
// gradient g: sum_to(b, g). Each number of g stands in dx once, among zeros.
void bias_from_pooled(CallList& calls, size_t c) {
  if (!calls.is(c, OperationId::sum_to)) return;
  const Operand &b = calls[c].at(kSum), &x = calls[c].at(kSummed);
  const Access dx = calls.access(c, kSummed);
  if (dx.buffer < 0 || b.rank < 1 || b.size != b.dims[b.rank - 1] || b.size != x.dims[x.rank - 1] ||
      x.rank < b.rank)
    return;
  const size_t p = max_pool_backward(calls, c, dx);
  if (p == CallList::kNone || !same_shape(calls[p].at(kPoolDx), x)) return;
  const Access g = calls.access(p, kPoolDy);
  if (g.buffer < 0 || calls.written(p, c, g)) return;
  RecordedCall smaller = calls[c];
  CallList::give(smaller, kSummed, calls[p], kPoolDy);
  calls.replace(c, std::move(smaller));
}

}  // namespace fastnn
