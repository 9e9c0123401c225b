// Depthwise convolution, the gradient to w: a row of a window times vectors of channels stays in
// registers while the pixels of some rows pass by. The rows of dy fall into splits, each with a
// partial dw.
#include "conv2d_depthwise.h"

namespace fastnn::FASTNN_ISA {
namespace {

constexpr int kTaps = 3, kVectors = 4;
constexpr int64_t kMostSplits = 16, kPartials = 4 << 20;

template <class T>
struct DepthSums {
  const T* x;
  int64_t x_pixel, x_tap, x_row;
  const T* dy;
  int64_t dy_pixel, dy_row;
  int64_t rows, pixels;
  T* dw;
  int64_t w_tap, last;
};

template <class T, int taps, int vectors>
void accumulate(const DepthSums<T>& t) noexcept {
  constexpr int64_t L = lanes<T>;
  const int64_t last = t.last;
  Vec<T> sum[taps][vectors] = {};
  for (int64_t r = 0; r < t.rows; ++r) {
    const T *x = t.x + r * t.x_row, *dy = t.dy + r * t.dy_row;
    for (int64_t j = t.pixels; j > 0; --j) {
#pragma GCC unroll 4
      for (int n = 0; n < vectors; ++n) {
        const int64_t count = n + 1 < vectors ? L : last;
        const Vec<T> v = load(dy + n * L, count);
#pragma GCC unroll 4
        for (int s = 0; s < taps; ++s) {
          sum[s][n] = fma(load(x + s * t.x_tap + n * L, count), v, sum[s][n]);
        }
      }
      x += t.x_pixel;
      dy += t.dy_pixel;
    }
  }
#pragma GCC unroll 4
  for (int s = 0; s < taps; ++s) {
#pragma GCC unroll 4
    for (int n = 0; n < vectors; ++n) {
      const int64_t count = n + 1 < vectors ? L : last;
      T* const dw = t.dw + s * t.w_tap + n * L;
      store(dw, load(dw, count) + sum[s][n], count);
    }
  }
}

template <class T>
using SumsFunction = void (*)(const DepthSums<T>&) noexcept;
template <class T>
constexpr SumsFunction<T> kSums[kTaps][kVectors] = {
    {accumulate<T, 1, 1>, accumulate<T, 1, 2>, accumulate<T, 1, 3>, accumulate<T, 1, 4>},
    {accumulate<T, 2, 1>, accumulate<T, 2, 2>, accumulate<T, 2, 3>, accumulate<T, 2, 4>},
    {accumulate<T, 3, 1>, accumulate<T, 3, 2>, accumulate<T, 3, 3>, accumulate<T, 3, 4>}};

// dw += what so many rows of a picture add.
template <class T>
void add_rows(const Convolution& c, T* dw, const T* dy, const T* x, Range rows) noexcept {
  constexpr int64_t L = lanes<T>;
  const Axis h{c.OH, c.H, c.KH, -c.top, c.stride_h, c.dilation_h};
  const Axis w{c.OW, c.W, c.KW, -c.left, c.stride_w, c.dilation_w};
  const Range all = {0, c.OW};
  DepthSums<T> t;
  t.x_pixel = w.stride * c.F;
  t.x_tap = w.dilation * c.F;
  t.x_row = h.stride * c.W * c.F;
  t.dy_pixel = c.F;
  t.dy_row = c.OW * c.F;
  t.w_tap = c.F;
  for (int64_t f = 0; f < c.F; f += kVectors * L) {
    const int64_t vectors = smaller(kVectors, blocks_of(L, c.F - f));
    t.last = smaller(L, c.F - f - (vectors - 1) * L);
    for (int64_t r = 0; r < c.KH; ++r) {
      const Range i = outputs_with(h, r, rows);
      t.rows = i.end - i.begin;
      const auto add = [&](int64_t tap, int64_t taps, int64_t begin, int64_t end)
                           __attribute__((always_inline)) {
                             if (end <= begin) return;
                             t.pixels = end - begin;
                             const int64_t row = h.begin(i.begin) + r * h.dilation;
                             t.x = x + (row * c.W + w.begin(begin) + tap * w.dilation) * c.F + f;
                             t.dy = dy + (i.begin * c.OW + begin) * c.F + f;
                             t.dw = dw + (r * c.KW + tap) * c.F + f;
                             kSums<T>[taps - 1][vectors - 1](t);
                           };
      for (int64_t tap = 0; tap < c.KW && t.rows > 0; tap += kTaps) {
        const int64_t taps = smaller(kTaps, c.KW - tap);
        const int64_t begin = outputs_with(w, tap, all).begin;
        const int64_t end = larger(begin, outputs_with(w, tap + taps - 1, all).end);
        add(tap, taps, begin, end);
        for (int64_t s = tap; s < tap + taps; ++s) {  // the pixels that not all taps meet
          const Range j = outputs_with(w, s, all);
          add(s, 1, j.begin, smaller(begin, j.end));
          add(s, 1, larger(end, j.begin), j.end);
        }
      }
    }
  }
}

FASTNN_INLINE int64_t splits_of(const Convolution& c, double nanoseconds, int64_t bytes) {
  const int64_t wanted = static_cast<int64_t>(nanoseconds / (2 * kPartNanoseconds));
  const int64_t fit = kPartials / larger(1, c.KH * c.KW * c.F * bytes);
  return larger(1, smaller(smaller(kMostSplits, fit), smaller(wanted, c.N * c.OH)));
}

}  // namespace

void depthwise_backward_w(OutAdd dw, In dy, In x, Scratch scratch, const Conv2dSettings& s,
                          const Part& part) noexcept {
  with_float(dw.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t times = dy.dim(3) / x.dim(3), size = dw.size();
    const Convolution c = expanded(Convolution(dy, x, dw, s));
    const int64_t splits = splits_of(c, depthwise_work(dy, dw), sizeof(T));
    T* const partial = scratch.shared<T>();
    T* const repeated =
        partial + line_bytes(splits * dw.operand->bytes()) / static_cast<int64_t>(sizeof(T));
    const int stage = part.stage + (times > 1 ? 0 : 1);
    if (stage == 0) return repeat(repeated, x.as<T>(), times, share_elements(x.size(), part));
    if (stage == 2) return add_up(dw.as<T>(), dw.add(), partial, splits, size, part);
    T* const to = partial + part.index * size;
    __builtin_memset(to, 0, static_cast<size_t>(size) * sizeof(T));
    const Range rows = share(c.N * c.OH, part);
    for (int64_t row = rows.begin; row < rows.end;) {
      const int64_t n = row / c.OH, i = row % c.OH;
      const int64_t end = smaller(c.OH, i + rows.end - row);
      add_rows(c, to, dy.as<T>() + n * c.OH * c.OW * c.F,
               (times > 1 ? repeated : x.as<T>()) + n * c.H * c.W * c.F, Range{i, end});
      row += end - i;
    }
  });
}

void depthwise_backward_w_schedule(OutAdd dw, In dy, In x, const Conv2dSettings& s,
                                   Schedule& schedule) noexcept {
  const int64_t times = dy.dim(3) / x.dim(3);
  const Convolution c = expanded(Convolution(dy, x, dw, s));
  const double nanoseconds = depthwise_work(dy, dw);
  const int64_t splits = splits_of(c, nanoseconds, size_of(dw.dtype()));
  const int64_t partials = line_bytes(splits * dw.operand->bytes());
  int stage = 0;
  if (times > 1) plan_repeat(schedule, stage++, x, times);
  schedule.parts[stage] = splits;
  schedule.nanoseconds[stage++] = static_cast<float>(nanoseconds);
  plan_stage(schedule, stage, nanoseconds_of(partials), blocks_of(kGrain, dw.size()));
  schedule.shared_bytes = partials + expanded_bytes(x, times);
}

}  // namespace fastnn::FASTNN_ISA
