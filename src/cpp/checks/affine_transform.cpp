#include "pictures.h"

namespace fastnn {

static void check_transform(Ref y, Ref x, Ref transform, const AffineTransformSettings& s,
                            Check& check) {
  check.floats({y, x, transform});
  check_pictures(y, x, check);
  check.finite("fill_value", s.fill_value);
  if (!check.failed()) check.shape(transform, {x.dim(0), 8});
}

void affine_transform_check(Out y, In x, In transform, const AffineTransformSettings& s,
                            Check& check) {
  check_transform(y, x, transform, s, check);
}

void affine_transform_backward_check(OutAdd dx, In dy, In transform,
                                     const AffineTransformSettings& s, Check& check) {
  check_transform(dy, dx, transform, s, check);
}

}  // namespace fastnn
