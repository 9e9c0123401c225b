#include "../check.h"

namespace fastnn {

static void check_ranks(Ref x, Check& check) {
  if (x.rank() < 1 || x.dim(-1) > 0x7fffffff)
    check.refuse("%s has shape %s; a last axis of at most 2^31 - 1 is wanted.", check.name(x).text,
                 Check::shape_text(x).text);
}

// values and indices are the k of each row of x.
static void check_best(Ref values, Ref indices, Ref x, Check& check) {
  check.same_dtype(values, x);
  check.dtype(indices, Dtype::i32);
  check_ranks(x, check);
  check.rank(values, x.rank());
  check.same_shape(indices, values);
  if (check.failed()) return;
  Operand wanted = *x.operand;
  wanted.dims[wanted.rank - 1] = values.dim(-1);
  check.shape(values, wanted);
  if (values.dim(-1) > x.dim(-1))
    check.refuse("%s has shape %s and %s %s, which has not so many elements along its last axis.",
                 check.name(values).text, Check::shape_text(values).text, check.name(x).text,
                 Check::shape_text(x).text);
}

void top_k_check(Out values, Out indices, In x, const NoSettings&, Check& check) {
  if (x.dtype() != Dtype::f32 && x.dtype() != Dtype::f64 && x.dtype() != Dtype::i32)
    check.refuse_type("x is %s; float32, float64 or int32 is wanted.",
                      Check::dtype_text(x.dtype()));
  check_best(values, indices, x, check);
}

void top_k_backward_check(OutAdd dx, In dvalues, In indices, const NoSettings&, Check& check) {
  check.floats({dx, dvalues});
  check_best(dvalues, indices, dx, check);
}

void in_top_k_check(Out y, In targets, In x, const InTopKSettings& s, Check& check) {
  check.dtype(y, Dtype::u8);
  check.dtype(targets, Dtype::i32);
  check.floats({x});
  check.rank(x, 2);
  if (check.failed()) return;
  check_ranks(x, check);
  check.shape(y, {x.dim(0)});
  check.shape(targets, {x.dim(0)});
  if (s.k < 1) check.refuse("k is %lld; at least 1 is wanted.", static_cast<long long>(s.k));
}

static void check_counts(Ref counts, MaybeIn weights, Check& check) {
  if (weights) {
    check.floats({counts});
    return check.floats({weights});
  }
  if (counts.dtype() != Dtype::f32 && counts.dtype() != Dtype::f64 && counts.dtype() != Dtype::i32)
    check.refuse_type("counts is %s; int32, float32 or float64 is wanted.",
                      Check::dtype_text(counts.dtype()));
}

void bincount_check(Out counts, In labels, MaybeIn weights, Scratch, const NoSettings&,
                    Check& check) {
  check.rank(counts, 1);
  check.dtype(labels, Dtype::i32);
  check.same_shape(weights, labels);
  check_counts(counts, weights, check);
}

void confusion_matrix_check(InOut counts, In labels, In predictions, MaybeIn weights, Scratch,
                            const NoSettings&, Check& check) {
  check.rank(counts, 2);
  check.dtype(labels, Dtype::i32);
  check.dtype(predictions, Dtype::i32);
  check.same_shape(predictions, labels);
  check.same_shape(weights, labels);
  check_counts(counts, weights, check);
}

void threshold_histogram_check(InOut counts, In scores, In labels, MaybeIn weights,
                               MaybeIn thresholds, Scratch, const ThresholdSettings&,
                               Check& check) {
  check.floats({scores});
  check.same_shape(labels, scores);
  check.first_axes(weights, scores);
  check_counts(counts, weights, check);
  check.dtype(thresholds, Dtype::f64);
  check.rank(thresholds, 1);
  if (check.failed()) return;
  const bool of_columns = counts.rank() == 3;
  const int64_t least = thresholds ? 1 : 3;  // buckets; two even thresholds are 0 and 1
  if ((!of_columns && counts.rank() != 2) || counts.dim(-2) != 2 || counts.dim(-1) < least ||
      counts.dim(-1) > 0x7fffffff)
    return check.refuse(
        "counts has shape %s; (2, thresholds + 1) or (columns, 2, thresholds + 1) is wanted, with "
        "at least 2 thresholds unless they are given.",
        Check::shape_text(counts).text);
  if (thresholds && thresholds.dim(0) != counts.dim(-1) - 1)
    check.refuse(
        "thresholds has shape %s for counts %s; one less than counts' last axis is wanted.",
        Check::shape_text(thresholds).text, Check::shape_text(counts).text);
  if (of_columns && (scores.rank() < 1 || scores.dim(-1) != counts.dim(0)))
    check.refuse(
        "counts has shape %s for scores %s; a first axis as long as scores' last is wanted.",
        Check::shape_text(counts).text, Check::shape_text(scores).text);
}

}  // namespace fastnn
