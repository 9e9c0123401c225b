// affine_transform: y's pixel lies where its picture's matrix says. A part is some rows of y.
// Almost every pixel has its four neighbours inside of x and takes them as resize does; at the
// edges each neighbour is looked up as fill_mode says. affine_transform_backward: a part is some
// pictures, into which the pixels of dy are scattered in their order.
#include "pictures.h"

namespace fastnn::FASTNN_ISA {

// The pixel of x that taps name, or null where it is outside.
template <class T>
FASTNN_INLINE T* pixel_at(T* picture, int64_t row, int64_t column, int64_t W, int64_t C) {
  return row < 0 || column < 0 ? nullptr : picture + (row * W + column) * C;
}

// One pixel with neighbours that may be outside, where `fill` is.
template <class T>
static void blend_at_edge(T* y, const T* picture, const Taps& i, const Taps& j, T fill, int64_t W,
                          int64_t C) {
  const T *p00 = pixel_at(picture, i.lower, j.lower, W, C),
          *p01 = pixel_at(picture, i.lower, j.upper, W, C),
          *p10 = pixel_at(picture, i.upper, j.lower, W, C),
          *p11 = pixel_at(picture, i.upper, j.upper, W, C);
  const T wx = static_cast<T>(j.weight), wy = static_cast<T>(i.weight);
  for (int64_t c = 0; c < C; ++c)
    y[c] = between(p00 ? p00[c] : fill, p01 ? p01[c] : fill, p10 ? p10[c] : fill,
                   p11 ? p11[c] : fill, wx, wy);
}

template <int count, class T>
FASTNN_INLINE void transform_row(T* y, const T* picture, const Projection& matrix, int64_t row,
                                 int64_t OW, int64_t H, int64_t W, int64_t C,
                                 const AffineTransformSettings& s) {
  const T fill = static_cast<T>(s.fill_value);
  const double last_row = static_cast<double>(H - 1), last_column = static_cast<double>(W - 1);
  const bool bilinear = s.interpolation == Interpolation::bilinear;
  for (int64_t column = 0; column < OW; ++column, y += C) {
    const Place at = place_of(matrix, row, column);
    if (bilinear && at.row >= 0 && at.row < last_row && at.column >= 0 && at.column < last_column) {
      const int64_t i = static_cast<int64_t>(at.row), j = static_cast<int64_t>(at.column);
      const T* upper = picture + i * W * C;
      blend<count>(y, upper, upper + W * C, j * C, (j + 1) * C,
                   static_cast<T>(at.column - static_cast<double>(j)),
                   static_cast<T>(at.row - static_cast<double>(i)), C);
      continue;
    }
    if (at.is_nan()) {
      for (int64_t c = 0; c < C; ++c) y[c] = static_cast<T>(at.row + at.column);
      continue;
    }
    const Taps i = taps_at(s.interpolation, s.fill_mode, H, at.row),
               j = taps_at(s.interpolation, s.fill_mode, W, at.column);
    if (bilinear) {
      blend_at_edge(y, picture, i, j, fill, W, C);
    } else if (const T* from = pixel_at(picture, i.lower, j.lower, W, C)) {
      copy_pixel<count>(y, from, C);
    } else {
      for (int64_t c = 0; c < C; ++c) y[c] = fill;
    }
  }
}

void affine_transform(Out y, In x, In transform, const AffineTransformSettings& s,
                      const Part& part) noexcept {
  if (y.size() == 0) return;
  const int64_t H = x.dim(1), W = x.dim(2), C = x.dim(3), OH = y.dim(1), OW = y.dim(2);
  const Range rows = share(y.dim(0) * OH, part);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_channels(C, [&](auto channels) {
      for (int64_t row = rows.begin; row < rows.end; ++row) {
        const int64_t n = row / OH;
        transform_row<decltype(channels)::value>(
            y.as<T>() + row * OW * C, x.as<T>() + n * H * W * C,
            projection(transform.as<T>() + 8 * n), row % OH, OW, H, W, C, s);
      }
    });
  });
}

void affine_transform_schedule(Out y, In x, In, const AffineTransformSettings&,
                               Schedule& schedule) noexcept {
  if (y.size() == 0) return;
  const int64_t rows = y.dim(0) * y.dim(1);
  plan_stage(schedule, 0, 2 * pixel_nanoseconds(rows * y.dim(2), x.dim(3)), rows);
}

void affine_transform_backward(OutAdd dx, In dy, In transform, const AffineTransformSettings& s,
                               const Part& part) noexcept {
  if (dx.size() == 0) return;
  const int64_t H = dx.dim(1), W = dx.dim(2), C = dx.dim(3), OH = dy.dim(1), OW = dy.dim(2);
  const Range pictures = share(dx.dim(0), part);
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_channels(C, [&](auto channels) {
      constexpr int count = decltype(channels)::value;
      for (int64_t n = pictures.begin; n < pictures.end; ++n) {
        T* picture = dx.as<T>() + n * H * W * C;
        if (!dx.add()) map<false>(picture, Range{0, H * W * C}, [] { return Vec<T>{}; });
        const Projection matrix = projection(transform.as<T>() + 8 * n);
        const auto add = [&](int64_t row, int64_t column, const T* from, T weight) {
          T* to = pixel_at(picture, row, column, W, C);
          if (to != nullptr) add_pixel<count>(to, from, weight, C);
        };
        const T* from = dy.as<T>() + n * OH * OW * C;
        for (int64_t k = 0; k < OH * OW; ++k, from += C) {
          const Place at = place_of(matrix, k / OW, k % OW);
          if (at.is_nan()) continue;
          const Taps i = taps_at(s.interpolation, s.fill_mode, H, at.row),
                     j = taps_at(s.interpolation, s.fill_mode, W, at.column);
          if (s.interpolation == Interpolation::nearest) {
            add(i.lower, j.lower, from, T{1});
            continue;
          }
          const T wx = static_cast<T>(j.weight), wy = static_cast<T>(i.weight);
          add(i.lower, j.lower, from, (1 - wy) * (1 - wx));
          add(i.lower, j.upper, from, (1 - wy) * wx);
          add(i.upper, j.lower, from, wy * (1 - wx));
          add(i.upper, j.upper, from, wy * wx);
        }
      }
    });
  });
}

void affine_transform_backward_schedule(OutAdd dx, In dy, In, const AffineTransformSettings&,
                                        Schedule& schedule) noexcept {
  if (dx.size() == 0) return;
  const double work = pixel_nanoseconds(4 * dy.dim(0) * dy.dim(1) * dy.dim(2), dx.dim(3));
  plan_stage(schedule, 0, work + nanoseconds_of(dx.operand->bytes()), dx.dim(0));
}

}  // namespace fastnn::FASTNN_ISA
