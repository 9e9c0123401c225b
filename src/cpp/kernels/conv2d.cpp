// conv2d, its gradients, and the transposed convolution.
#include "activation.h"

namespace fastnn::FASTNN_ISA {
namespace {

// The taps that an element of y has within x.
struct Taps {
  int64_t begin, end;
  FASTNN_INLINE Taps(int64_t at, int64_t size, int64_t taps, int64_t dilation) {
    begin = at < 0 ? blocks_of(dilation, -at) : 0;
    end = at < size ? smaller(taps, blocks_of(dilation, size - at)) : 0;
  }
};

}  // namespace

void conv2d(OutAdd y, In x, In w, MaybeIn bias, Scratch, const Conv2dSettings& s,
            const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t OH = y.dim(1), OW = y.dim(2), F = y.dim(3), H = x.dim(1), W = x.dim(2);
    const int64_t C = x.dim(3), group_C = w.dim(2), group_F = F / s.groups;
    const Range rows = share(y.dim(0) * OH, part);
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      const int64_t n = row / OH, top = row % OH * s.stride_h - s.pad_top;
      for (int64_t ow = 0; ow < OW; ++ow) {
        const int64_t left = ow * s.stride_w - s.pad_left;
        const Taps R(top, H, w.dim(0), s.dilation_h), S(left, W, w.dim(1), s.dilation_w);
        T* const out = y.as<T>() + (row * OW + ow) * F;
        for (int64_t f = 0; f < F; ++f) {
          T sum = 0;
          for (int64_t r = R.begin; r < R.end; ++r) {
            for (int64_t t = S.begin; t < S.end; ++t) {
              const T* a = x.as<T>() +
                           ((n * H + top + r * s.dilation_h) * W + left + t * s.dilation_w) * C +
                           f / group_F * group_C;
              const T* b = w.as<T>() + (r * w.dim(1) + t) * group_C * F + f;
              for (int64_t c = 0; c < group_C; ++c) sum += a[c] * b[c * F];
            }
          }
          if (bias) sum += bias.as<T>()[f];
          out[f] = y.add() ? out[f] + sum : sum;
        }
        activate(out, F, s.activation);
      }
    }
  });
}

void conv2d_schedule(OutAdd y, In, In w, MaybeIn, Scratch, const Conv2dSettings&,
                     Schedule& schedule) noexcept {
  plan_stage(schedule, 0,
             static_cast<double>(y.size()) * static_cast<double>(w.dim(0) * w.dim(1) * w.dim(2)),
             y.dim(0) * y.dim(1));
}

void conv2d_transpose(OutAdd x, In y, In w, MaybeIn bias, Scratch, const Conv2dSettings& s,
                      const Part& part) noexcept {
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t OH = y.dim(1), OW = y.dim(2), F = y.dim(3), H = x.dim(1), W = x.dim(2);
    const int64_t C = x.dim(3), group_C = w.dim(2), group_F = F / s.groups;
    const Range rows = share(x.dim(0) * H, part);
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      const int64_t n = row / H, h = row % H;
      for (int64_t column = 0; column < W; ++column) {
        T* const out = x.as<T>() + (row * W + column) * C;
        for (int64_t c = 0; c < C; ++c) {
          T sum = 0;
          for (int64_t r = 0; r < w.dim(0); ++r) {
            const int64_t top = h + s.pad_top - r * s.dilation_h;
            if (top < 0 || top % s.stride_h != 0 || top / s.stride_h >= OH) continue;
            for (int64_t t = 0; t < w.dim(1); ++t) {
              const int64_t left = column + s.pad_left - t * s.dilation_w;
              if (left < 0 || left % s.stride_w != 0 || left / s.stride_w >= OW) continue;
              const int64_t first = c / group_C * group_F;
              const T* a =
                  y.as<T>() + ((n * OH + top / s.stride_h) * OW + left / s.stride_w) * F + first;
              const T* b = w.as<T>() + ((r * w.dim(1) + t) * group_C + c % group_C) * F + first;
              for (int64_t f = 0; f < group_F; ++f) sum += a[f] * b[f];
            }
          }
          if (bias) sum += bias.as<T>()[c];
          out[c] = x.add() ? out[c] + sum : sum;
        }
        activate(out, C, s.activation);
      }
    }
  });
}

void conv2d_transpose_schedule(OutAdd x, In, In w, MaybeIn, Scratch, const Conv2dSettings&,
                               Schedule& schedule) noexcept {
  plan_stage(schedule, 0,
             static_cast<double>(x.size()) * static_cast<double>(w.dim(0) * w.dim(1) * w.dim(2)),
             x.dim(0) * x.dim(1));
}

void conv2d_backward_w(OutAdd dw, In dy, In x, Scratch, const Conv2dSettings& s,
                       const Part& part) noexcept {
  with_float(dw.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t OH = dy.dim(1), OW = dy.dim(2), F = dy.dim(3), H = x.dim(1), W = x.dim(2);
    const int64_t C = x.dim(3), group_C = dw.dim(2), group_F = F / s.groups;
    const Range rows = share(dw.size() / F, part);
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      const int64_t c = row % group_C, t = row / group_C % dw.dim(1), r = row / group_C / dw.dim(1);
      for (int64_t f = 0; f < F; ++f) {
        T sum = 0;
        for (int64_t n = 0; n < dy.dim(0); ++n) {
          for (int64_t oh = 0; oh < OH; ++oh) {
            const int64_t h = oh * s.stride_h - s.pad_top + r * s.dilation_h;
            if (h < 0 || h >= H) continue;
            for (int64_t ow = 0; ow < OW; ++ow) {
              const int64_t column = ow * s.stride_w - s.pad_left + t * s.dilation_w;
              if (column < 0 || column >= W) continue;
              sum += x.as<T>()[((n * H + h) * W + column) * C + f / group_F * group_C + c] *
                     dy.as<T>()[((n * OH + oh) * OW + ow) * F + f];
            }
          }
        }
        T& out = dw.as<T>()[row * F + f];
        out = dw.add() ? out + sum : sum;
      }
    }
  });
}

void conv2d_backward_w_schedule(OutAdd dw, In dy, In, Scratch, const Conv2dSettings&,
                                Schedule& schedule) noexcept {
  plan_stage(schedule, 0,
             static_cast<double>(dw.size()) * static_cast<double>(dy.size() / larger(1, dw.dim(3))),
             dw.size() / dw.dim(3));
}

}  // namespace fastnn::FASTNN_ISA
