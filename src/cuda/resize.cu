// resize: an element of y is the nearest of x, or lies between four; a thread each.
// resize_backward: an element of dx collects from those of dy that were made of it, in their order.
#include "pictures.h"

namespace fastnn::FASTNN_ISA {

template <class T>
__global__ void __launch_bounds__(kThreads)
    resize_kernel(T* y, const T* x, Interpolation how, Sizes s, int64_t n) {
  map(y, n, [&](int64_t at) {
    const Element e = element_of(at, s.OH, s.OW, s.C);
    const Taps i = resize_taps(how, s.H, s.OH, e.row), j = resize_taps(how, s.W, s.OW, e.column);
    const T* upper = x + (e.n * s.H + i.lower) * s.W * s.C + e.c;
    if (how == Interpolation::nearest) return upper[j.lower * s.C];
    const T* lower = x + (e.n * s.H + i.upper) * s.W * s.C + e.c;
    return between(upper[j.lower * s.C], upper[j.upper * s.C], lower[j.lower * s.C],
                   lower[j.upper * s.C], static_cast<T>(j.weight), static_cast<T>(i.weight));
  });
}

void resize(Out y, In x, const ResizeSettings& s, Stream& stream) noexcept {
  if (y.size() == 0) return;
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(resize_kernel<T>, y.size(), stream, y.as<T>(), x.as<T>(), s.interpolation,
               sizes_of(y, x), y.size());
  });
}

// An element at a time: four at once, as map() has them, do not fit into the registers.
template <class T>
__global__ void __launch_bounds__(kThreads)
    resize_backward_kernel(T* dx, bool add, const T* dy, Interpolation how, Sizes s, int64_t n) {
  const int64_t step = int64_t{gridDim.x} * kThreads;
  for (int64_t at = blockIdx.x * int64_t{kThreads} + threadIdx.x; at < n; at += step) {
    const Element e = element_of(at, s.H, s.W, s.C);
    const bool none = s.OH == 0 || s.OW == 0;
    const Users rows = none ? Users{0, 0} : users_of(how, s.H, s.OH, e.row),
                columns = none ? Users{0, 0} : users_of(how, s.W, s.OW, e.column);
    T sum = 0;
    for (int64_t i = rows.begin; i < rows.end; ++i) {
      const T wy = share_of<T>(resize_taps(how, s.H, s.OH, i), e.row);
      const T* from = dy + (e.n * s.OH + i) * s.OW * s.C + e.c;
      for (int64_t j = columns.begin; j < columns.end; ++j)
        sum += wy * share_of<T>(resize_taps(how, s.W, s.OW, j), e.column) * from[j * s.C];
    }
    dx[at] = add ? dx[at] + sum : sum;
  }
}

void resize_backward(OutAdd dx, In dy, const ResizeSettings& s, Stream& stream) noexcept {
  if (dx.size() == 0) return;
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch(resize_backward_kernel<T>, grid_of(blocks_of(kThreads, dx.size())), dim3(kThreads), 0,
           stream, dx.as<T>(), dx.add(), dy.as<T>(), s.interpolation, sizes_of(dy, dx), dx.size());
  });
}

}  // namespace fastnn::FASTNN_ISA
