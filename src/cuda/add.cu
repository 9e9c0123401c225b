// y = a + b with NumPy's broadcasting.
#include "walk.h"

namespace fastnn::FASTNN_ISA {

template <class T>
__global__ void __launch_bounds__(kThreads)
    add_kernel(T* y, bool add, const T* a, const T* b, Walk walk_a, Walk walk_b, int64_t n) {
  map(y, add, n, [&](int64_t i) { return a[walk_a.offset(i)] + b[walk_b.offset(i)]; });
}

void add(OutAdd y, In a, In b, const NoSettings&, Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(add_kernel<T>, y.size(), stream, y.as<T>(), y.add(), a.as<T>(), b.as<T>(),
               broadcast_walk(a, y), broadcast_walk(b, y), y.size());
  });
}

}  // namespace fastnn::FASTNN_ISA
