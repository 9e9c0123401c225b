#include "pictures.h"

namespace fastnn {

void affine_transform_check(Out y, In x, In transform, const AffineTransformSettings&,
                            Check& check) {
  check.floats({y, x, transform});
  check_pictures(y, x, check);
  if (!check.failed()) check.shape(transform, {x.dim(0), 8});
}

void affine_transform_backward_check(OutAdd dx, In dy, In transform, const AffineTransformSettings&,
                                     Check& check) {
  check.floats({dx, dy, transform});
  check_pictures(dy, dx, check);
  if (!check.failed()) check.shape(transform, {dx.dim(0), 8});
}

}  // namespace fastnn
