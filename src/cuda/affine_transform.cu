// affine_transform: an element of y lies where its picture's matrix says; a thread each.
// affine_transform_backward: which pixels of dy were made of one of dx no formula tells for all
// modes, and floats never meet in an atomic. So a thread has a row of dx in one channel, goes
// through all places of dy, and adds those that lie in its row, in their order.
#include "pictures.h"

namespace fastnn::FASTNN_ISA {

template <class T>
__global__ void __launch_bounds__(kThreads)
    affine_transform_kernel(T* y, const T* x, const T* transform, AffineTransformSettings how,
                            Sizes s, int64_t n) {
  const T fill = static_cast<T>(how.fill_value);
  map(y, n, [&](int64_t index) {
    const Element e = element_of(index, s.OH, s.OW, s.C);
    const Place at = place_of(projection(transform + 8 * e.n), e.row, e.column);
    if (at.is_nan()) return static_cast<T>(at.row + at.column);
    const Taps i = taps_at(how.interpolation, how.fill_mode, s.H, at.row),
               j = taps_at(how.interpolation, how.fill_mode, s.W, at.column);
    const auto pixel = [&](int64_t row, int64_t column) {
      return row < 0 || column < 0 ? fill : x[((e.n * s.H + row) * s.W + column) * s.C + e.c];
    };
    if (how.interpolation == Interpolation::nearest) return pixel(i.lower, j.lower);
    return between(pixel(i.lower, j.lower), pixel(i.lower, j.upper), pixel(i.upper, j.lower),
                   pixel(i.upper, j.upper), static_cast<T>(j.weight), static_cast<T>(i.weight));
  });
}

void affine_transform(Out y, In x, In transform, const AffineTransformSettings& s,
                      Stream& stream) noexcept {
  if (y.size() == 0) return;
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(affine_transform_kernel<T>, y.size(), stream, y.as<T>(), x.as<T>(),
               transform.as<T>(), s, sizes_of(y, x), y.size());
  });
}

constexpr int kScatterThreads = 64;  // few rows: more blocks, more multiprocessors

template <class T>
__global__ void __launch_bounds__(kScatterThreads)
    affine_transform_backward_kernel(T* dx, bool add, const T* dy, const T* transform,
                                     AffineTransformSettings how, Sizes s, int64_t rows) {
  const int64_t step = int64_t{gridDim.x} * kScatterThreads;
  for (int64_t index = blockIdx.x * int64_t{kScatterThreads} + threadIdx.x; index < rows;
       index += step) {
    const Element e = element_of(index, s.H, 1, s.C);  // of (N, H, 1, C)
    T* to = dx + (e.n * s.H + e.row) * s.W * s.C + e.c;
    if (!add)
      for (int64_t column = 0; column < s.W; ++column) to[column * s.C] = 0;
    const Projection matrix = projection(transform + 8 * e.n);
    const T* from = dy + e.n * s.OH * s.OW * s.C + e.c;
    for (int64_t row = 0; row < s.OH; ++row) {
      for (int64_t column = 0; column < s.OW; ++column, from += s.C) {
        const Place at = place_of(matrix, row, column);
        if (at.is_nan()) continue;
        const Taps i = taps_at(how.interpolation, how.fill_mode, s.H, at.row);
        if (i.lower != e.row && i.upper != e.row) continue;
        const Taps j = taps_at(how.interpolation, how.fill_mode, s.W, at.column);
        if (how.interpolation == Interpolation::nearest) {
          if (j.lower >= 0) to[j.lower * s.C] += *from;
          continue;
        }
        const T wx = static_cast<T>(j.weight), wy = share_of<T>(i, e.row);
        if (j.lower >= 0) to[j.lower * s.C] += wy * (1 - wx) * *from;
        if (j.upper >= 0) to[j.upper * s.C] += wy * wx * *from;
      }
    }
  }
}

void affine_transform_backward(OutAdd dx, In dy, In transform, const AffineTransformSettings& s,
                               Stream& stream) noexcept {
  if (dx.size() == 0) return;
  const int64_t rows = dx.dim(0) * dx.dim(1) * dx.dim(3);
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch(affine_transform_backward_kernel<T>, grid_of(blocks_of(kScatterThreads, rows)),
           dim3(kScatterThreads), 0, stream, dx.as<T>(), dx.add(), dy.as<T>(), transform.as<T>(), s,
           sizes_of(dy, dx), rows);
  });
}

}  // namespace fastnn::FASTNN_ISA
