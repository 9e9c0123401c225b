// resize: y's pixel is the nearest of x, or lies between four. A part is some rows of y. Places are
// whole numbers over 2 OW, stepped along a row without a division. resize_backward: a row of dx
// collects from the rows of dy that were made of it, in their order.
#include "pictures.h"

namespace fastnn::FASTNN_ISA {

// The pixels of m along a side of n, one after the other.
class Columns {
 public:
  FASTNN_INLINE Columns(Interpolation how, int64_t n, int64_t m)
      : n_(n), whole_(n / m), part_(2 * (n % m)), scale_(2 * m) {
    const int64_t place = scaled_place(how, n, m, 0);
    lower_ = place < 0 ? -1 : place / scale_;
    rest_ = place - lower_ * scale_;
  }
  FASTNN_INLINE int64_t lower() const { return lower_ < 0 ? 0 : lower_; }
  FASTNN_INLINE int64_t upper() const { return lower_ + 1 < n_ ? lower_ + 1 : n_ - 1; }
  template <class T>
  FASTNN_INLINE T weight() const {  // below 0 both pixels are the first
    return lower_ < 0 ? T{} : static_cast<T>(rest_) / static_cast<T>(scale_);
  }
  FASTNN_INLINE void next() {
    lower_ += whole_;
    rest_ += part_;
    if (rest_ >= scale_) {
      rest_ -= scale_;
      ++lower_;
    }
  }

 private:
  int64_t n_, whole_, part_, scale_, lower_, rest_;
};

void resize(Out y, In x, const ResizeSettings& s, const Part& part) noexcept {
  if (y.size() == 0) return;
  const int64_t H = x.dim(1), W = x.dim(2), C = x.dim(3), OH = y.dim(1), OW = y.dim(2);
  const Range rows = share(y.dim(0) * OH, part);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_channels(C, [&](auto channels) {
      constexpr int count = decltype(channels)::value;
      for (int64_t row = rows.begin; row < rows.end; ++row) {
        const Taps at = resize_taps(s.interpolation, H, OH, row % OH);
        const T* picture = x.as<T>() + row / OH * H * W * C;
        const T *upper = picture + at.lower * W * C, *lower = picture + at.upper * W * C;
        const T wy = static_cast<T>(at.weight);
        T* to = y.as<T>() + row * OW * C;
        Columns columns(s.interpolation, W, OW);
        for (int64_t j = 0; j < OW; ++j, to += C, columns.next()) {
          if (s.interpolation == Interpolation::nearest) {
            copy_pixel<count>(to, upper + columns.lower() * C, C);
          } else {
            blend<count>(to, upper, lower, columns.lower() * C, columns.upper() * C,
                         columns.weight<T>(), wy, C);
          }
        }
      }
    });
  });
}

void resize_schedule(Out y, In x, const ResizeSettings&, Schedule& schedule) noexcept {
  if (y.size() == 0) return;
  const int64_t rows = y.dim(0) * y.dim(1);
  plan_stage(schedule, 0, pixel_nanoseconds(rows * y.dim(2), x.dim(3)), rows);
}

// The share that pixel j has in one that lies at `at`.
template <class T>
FASTNN_INLINE T share_of(const Taps& at, int64_t j) {
  const T weight = static_cast<T>(at.weight);
  return (at.lower == j ? 1 - weight : T{}) + (at.upper == j ? weight : T{});
}

void resize_backward(OutAdd dx, In dy, const ResizeSettings& s, const Part& part) noexcept {
  if (dx.size() == 0) return;
  const int64_t H = dx.dim(1), W = dx.dim(2), C = dx.dim(3), OH = dy.dim(1), OW = dy.dim(2);
  const Range rows = share(dx.dim(0) * H, part);
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_channels(C, [&](auto channels) {
      constexpr int count = decltype(channels)::value;
      for (int64_t row = rows.begin; row < rows.end; ++row) {
        T* to = dx.as<T>() + row * W * C;
        if (!dx.add()) map<false>(to, Range{0, W * C}, [] { return Vec<T>{}; });
        const Users made = OH > 0 ? users_of(s.interpolation, H, OH, row % H) : Users{0, 0};
        for (int64_t i = made.begin; i < made.end; ++i) {
          const T wy = share_of<T>(resize_taps(s.interpolation, H, OH, i), row % H);
          const T* from = dy.as<T>() + (row / H * OH + i) * OW * C;
          if (OW == 0) continue;
          Columns columns(s.interpolation, W, OW);
          for (int64_t j = 0; j < OW; ++j, from += C, columns.next()) {
            if (s.interpolation == Interpolation::nearest) {
              add_pixel<count>(to + columns.lower() * C, from, T{1}, C);
              continue;
            }
            const T wx = columns.weight<T>();
            add_pixel<count>(to + columns.lower() * C, from, wy * (1 - wx), C);
            add_pixel<count>(to + columns.upper() * C, from, wy * wx, C);
          }
        }
      }
    });
  });
}

void resize_backward_schedule(OutAdd dx, In dy, const ResizeSettings& s,
                              Schedule& schedule) noexcept {
  if (dx.size() == 0) return;
  const int64_t taps = s.interpolation == Interpolation::nearest ? 1 : 4;
  const double work = pixel_nanoseconds(taps * dy.dim(0) * dy.dim(1) * dy.dim(2), dx.dim(3));
  plan_stage(schedule, 0, work + nanoseconds_of(dx.operand->bytes()), dx.dim(0) * dx.dim(1));
}

}  // namespace fastnn::FASTNN_ISA
