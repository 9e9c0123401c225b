// Settings of what works on pictures: a part of settings.h, which is what to include.
#pragma once
#include "settings.h"

namespace fastnn {

// Steps, zeros around x, gaps between the kernel's taps; groups of channels that do not meet.
struct Conv2dSettings {
  int64_t stride_h = 1, stride_w = 1;
  int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  int64_t dilation_h = 1, dilation_w = 1;
  int64_t groups = 1;
  Activation activation = Activation::none;
  template <class F>
  void visit(F&& f) {
    f("stride_h", stride_h), f("stride_w", stride_w), f("pad_top", pad_top);
    f("pad_bottom", pad_bottom), f("pad_left", pad_left), f("pad_right", pad_right);
    f("dilation_h", dilation_h), f("dilation_w", dilation_w), f("groups", groups);
    f("activation", activation);
  }
};

FASTNN_CHOICE(Pooling, max, average, sum)

// Windows of so many rows and columns, one every stride; cells outside of x do not count.
struct Pool2dSettings {
  Pooling function = Pooling::max;
  int64_t size_h = 1, size_w = 1;
  int64_t stride_h = 1, stride_w = 1;
  int64_t pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  template <class F>
  void visit(F&& f) {
    f("function", function), f("size_h", size_h), f("size_w", size_w);
    f("stride_h", stride_h), f("stride_w", stride_w), f("pad_top", pad_top);
    f("pad_bottom", pad_bottom), f("pad_left", pad_left), f("pad_right", pad_right);
  }
};

FASTNN_CHOICE(Interpolation, nearest, bilinear)

struct ResizeSettings {
  Interpolation interpolation = Interpolation::bilinear;
  template <class F>
  void visit(F&& f) {
    f("interpolation", interpolation);
  }
};

// Beyond a picture's edges: fill_value; its last pixel again; the picture mirrored behind that
// pixel; the picture from its other end.
FASTNN_CHOICE(FillMode, constant, nearest, reflect, wrap)

struct AffineTransformSettings {
  Interpolation interpolation = Interpolation::bilinear;
  FillMode fill_mode = FillMode::constant;
  double fill_value = 0;
  template <class F>
  void visit(F&& f) {
    f("interpolation", interpolation), f("fill_mode", fill_mode), f("fill_value", fill_value);
  }
};

}  // namespace fastnn
