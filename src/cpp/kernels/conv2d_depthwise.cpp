// Depthwise convolution: vectors run along the channels, and a vector of weights meets several
// pixels in registers. The pixels at a picture's edge, where some taps are outside, are computed
// one at a time from the taps that are inside, so that x is read in place. Where a channel of x has
// several of y, a first launch repeats it as often, and back to x a last one adds those up.
#include "conv2d_depthwise.h"

#include "activation.h"

namespace fastnn::FASTNN_ISA {
namespace {

// `rows` times `taps` of one vector of channels, over pixels side by side.
template <class T>
struct DepthTile {
  const T* x;
  int64_t x_pixel, x_tap, x_row;
  const T* w;
  int64_t w_tap, w_row;
  int64_t rows, taps;
  T* y;
  int64_t y_pixel, last;  // last: lanes in use
  const T* bias;
  bool relu, add;
};

template <class T, int pixels>
__attribute__((noinline)) void multiply(const DepthTile<T>& t) noexcept {
  const int64_t last = t.last, x_pixel = t.x_pixel;
  Vec<T> sum[pixels] = {};
  for (int64_t r = 0; r < t.rows; ++r) {
    const T *x = t.x + r * t.x_row, *w = t.w + r * t.w_row;
    for (int64_t s = t.taps; s > 0; --s) {
      const Vec<T> v = load(w, last);
#pragma GCC unroll 8
      for (int i = 0; i < pixels; ++i) sum[i] = fma(load(x + i * x_pixel, last), v, sum[i]);
      x += t.x_tap;
      w += t.w_tap;
    }
  }
  const Vec<T> bias = t.bias ? load(t.bias, last) : Vec<T>{};
#pragma GCC unroll 8
  for (int i = 0; i < pixels; ++i) {
    T* const y = t.y + i * t.y_pixel;
    Vec<T> v = sum[i] + bias;
    if (t.add) v += load(y, last);
    if (t.relu) v = Relu::f(v);
    store(y, v, last);
  }
}

// Eight pixels side by side, or four, two or one.
template <class T>
FASTNN_INLINE int64_t multiply_some(const DepthTile<T>& tile, int64_t most) {
  if (most >= 8) return multiply<T, 8>(tile), 8;
  if (most >= 4) return multiply<T, 4>(tile), 4;
  if (most >= 2) return multiply<T, 2>(tile), 2;
  return multiply<T, 1>(tile), 1;
}

template <class T>
struct Depthwise {
  const T *in, *weights, *bias;
  T* out;
  bool add;
  Activation activation;
};

// Row i of one pair of phases of a picture.
template <class T>
void compute_row(const Walk& p, const Depthwise<T>& d, const Axis& h, const Axis& w,
                 int64_t i) noexcept {
  constexpr int64_t L = lanes<T>;
  const int64_t F = p.c.F;
  const Range R = h.valid(i), all = {0, w.count};
  Range inside = {0, 0};  // the outputs all of whose taps are
  if (w.taps > 0) {
    const int64_t begin = outputs_with(w, 0, all).begin;
    inside = {begin, larger(begin, outputs_with(w, w.taps - 1, all).end)};
  }
  const int64_t row = h.begin(i) + R.begin * h.dilation;
  const T* const weights = d.weights + (p.weights_before(h, w) + R.begin * w.taps) * F;
  T* const out = d.out + ((h.out_first + i * h.out_step) * p.out_W + w.out_first) * F;
  DepthTile<T> tile;
  tile.x_pixel = w.stride * F;
  tile.x_tap = w.dilation * F;
  tile.x_row = h.dilation * p.in_W * F;
  tile.w_tap = F;
  tile.w_row = w.taps * F;
  tile.rows = R.end - R.begin;
  tile.y_pixel = w.out_step * F;
  tile.relu = d.activation == Activation::relu;
  tile.add = d.add;
  // All channels of a few pixels, which lie together, before the next ones.
  for (int64_t j = 0, done = 0; j < w.count; j += done) {
    const bool whole = j >= inside.begin && j < inside.end;
    const Range S = whole ? Range{0, w.taps} : w.valid(j);
    const int64_t most = whole ? inside.end - j : 1;
    tile.taps = S.end - S.begin;
    const T* const x = d.in + (row * p.in_W + w.begin(j) + S.begin * w.dilation) * F;
    for (int64_t f = 0; f < F; f += L) {
      tile.last = smaller(L, F - f);
      tile.bias = d.bias ? d.bias + f : nullptr;
      tile.x = x + f;
      tile.w = weights + S.begin * F + f;
      tile.y = out + j * tile.y_pixel + f;
      done = multiply_some(tile, most);
    }
  }
  if (d.activation == Activation::none || tile.relu) return;
  if (w.out_step == 1) return activate(out, w.count * F, d.activation);
  for (int64_t j = 0; j < w.count; ++j) activate(out + j * tile.y_pixel, F, d.activation);
}

template <class T>
void compute(const Walk& p, const Depthwise<T>& d, const Part& part) noexcept {
  const Range rows = share(p.c.N * p.count_i, part);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t n = row / p.count_i, i = row % p.count_i;
    Depthwise<T> picture = d;
    picture.in += n * p.in_H * p.in_W * p.c.F;
    picture.out += n * p.out_H * p.out_W * p.c.F;
    for (int64_t a = 0; a < p.phase_count_h(); ++a) {
      const Axis h = p.axis_h(a);
      for (int64_t b = 0; b < p.phase_count_w() && i < h.count; ++b) {
        compute_row(p, picture, h, p.axis_w(b), i);
      }
    }
  }
}

// x, each channel of which is the sum of so many.
template <class T>
void add_channels(T* x, const T* sums, const T* bias, bool add, int64_t times, int64_t C,
                  Activation activation, Range pixels) noexcept {
  for (int64_t i = pixels.begin; i < pixels.end; ++i) {
    T* const to = x + i * C;
    for (int64_t c = 0; c < C; ++c) {
      T sum = sums[(i * C + c) * times];
      for (int64_t k = 1; k < times; ++k) sum += sums[(i * C + c) * times + k];
      if (bias) sum += bias[c];
      to[c] = add ? to[c] + sum : sum;
    }
    activate(to, C, activation);
  }
}

}  // namespace

void depthwise(OutAdd y, In x, In w, MaybeIn bias, Scratch scratch, const Conv2dSettings& s,
               const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t times = y.dim(3) / x.dim(3);
    T* const repeated = scratch.shared<T>();
    if (times > 1 && part.stage == 0) {
      return repeat(repeated, x.as<T>(), times, share_elements(x.size(), part));
    }
    const Walk p(expanded(Convolution(y, x, w, s)), false);
    compute(p,
            Depthwise<T>{times > 1 ? repeated : x.as<T>(), w.as<T>(), bias.as<T>(), y.as<T>(),
                         y.add(), s.activation},
            part);
  });
}

void depthwise_schedule(OutAdd y, In x, In w, const Conv2dSettings&, Schedule& schedule) noexcept {
  const int64_t times = y.dim(3) / x.dim(3);
  int stage = 0;
  if (times > 1) plan_repeat(schedule, stage++, x, times);
  plan_stage(schedule, stage, depthwise_work(y, w), y.size() / (y.dim(3) * y.dim(2)));
  schedule.mergeable = true;
  schedule.shared_bytes = expanded_bytes(x, times);
}

void depthwise_transpose(OutAdd x, In y, In w, MaybeIn bias, Scratch scratch,
                         const Conv2dSettings& s, const Part& part) noexcept {
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t C = x.dim(3), F = y.dim(3), times = F / C;
    const Walk p(expanded(Convolution(y, x, w, s)), true);
    T* const turned = scratch.shared<T>();
    T* const sums = turned + line_bytes(w.operand->bytes()) / static_cast<int64_t>(sizeof(T));
    if (part.stage == 0) {
      for (int64_t tap = 0; tap < p.c.KH * p.c.KW; ++tap) {
        __builtin_memcpy(turned + p.place_of(tap) * F, w.as<T>() + tap * F,
                         static_cast<size_t>(F) * sizeof(T));
      }
    } else if (part.stage == 2) {
      const Range pixels = share(x.size() / C, part);
      add_channels(x.as<T>(), sums, bias.as<T>(), x.add(), times, C, s.activation, pixels);
    } else if (times > 1) {
      compute(p, Depthwise<T>{y.as<T>(), turned, nullptr, sums, false, Activation::none}, part);
    } else {
      compute(p, Depthwise<T>{y.as<T>(), turned, bias.as<T>(), x.as<T>(), x.add(), s.activation},
              part);
    }
  });
}

void depthwise_transpose_schedule(OutAdd x, In y, In w, const Conv2dSettings&,
                                  Schedule& schedule) noexcept {
  const int64_t times = y.dim(3) / x.dim(3);
  plan_stage(schedule, 0, nanoseconds_of(w.operand->bytes()), 1);
  plan_stage(schedule, 1, depthwise_work(y, w), x.size() / (x.dim(3) * x.dim(2)));
  if (times > 1) plan_repeat(schedule, 2, x, times);
  schedule.mergeable = true;
  schedule.shared_bytes = line_bytes(w.operand->bytes()) + expanded_bytes(x, times);
}

}  // namespace fastnn::FASTNN_ISA
