#include "pictures.h"

namespace fastnn {

void resize_check(Out y, In x, const ResizeSettings&, Check& check) {
  check.floats({y, x});
  check_pictures(y, x, check);
}

void resize_backward_check(OutAdd dx, In dy, const ResizeSettings&, Check& check) {
  check.floats({dx, dy});
  check_pictures(dy, dx, check);
}

}  // namespace fastnn
