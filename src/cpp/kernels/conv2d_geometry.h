// The geometry of a convolution, from the shapes and settings alone: the windows along an axis, the
// phases of those that go back, and the frame of the input that a block of the output looks at.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

// The geometry of y = x * w, brought into a form that is cheap to walk through: of the same arrays,
// a single column of pixels is a row, and a kernel of one pixel knows only one long row.
struct Convolution {
  int64_t N, H, W, C, OH, OW, F, KH, KW;
  int64_t stride_h, stride_w, top, left, dilation_h, dilation_w;
  int64_t groups, group_C, group_F;

  __attribute__((noinline)) Convolution(Ref y, Ref x, Ref w, const Conv2dSettings& s)
      : N(x.dim(0)),
        H(x.dim(1)),
        W(x.dim(2)),
        C(x.dim(3)),
        OH(y.dim(1)),
        OW(y.dim(2)),
        F(y.dim(3)),
        KH(w.dim(0)),
        KW(w.dim(1)),
        stride_h(s.stride_h),
        stride_w(s.stride_w),
        top(s.pad_top),
        left(s.pad_left),
        dilation_h(s.dilation_h),
        dilation_w(s.dilation_w),
        groups(s.groups),
        group_C(C / groups),
        group_F(F / groups) {
    if (W == 1 && KW == 1 && OW == 1 && left == 0) {
      W = H, OW = OH, KW = KH, stride_w = stride_h, left = top, dilation_w = dilation_h;
      H = OH = KH = stride_h = dilation_h = 1, top = 0;
    }
    if (KW == 1) dilation_w = 1;
    if (KH == 1) dilation_h = 1;
    // No array has so many pixels that this overflows, unless it is empty.
    if (KW == 1 && left == 0 && stride_w == 1 && W == OW && N > 0) {
      if (KH == 1 && top == 0 && stride_h == 1 && H == OH) {
        W = OW = N * H * W;
        N = H = OH = 1;
      }
    }
  }
};

FASTNN_INLINE int64_t common_divisor(int64_t a, int64_t b) {
  while (b) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// The windows along one axis: output i looks at the inputs first + i * stride + t * dilation for
// 0 <= t < taps, of which those within 0 .. size - 1 count, and lies at out_first + i * out_step.
struct Axis {
  int64_t count, size, taps, first, stride, dilation;
  int64_t out_first = 0, out_step = 1;
  int64_t weights_before = 0;  // taps that lie before these in the weights

  FASTNN_INLINE int64_t begin(int64_t i) const { return first + i * stride; }
  FASTNN_INLINE Range valid(int64_t i) const {
    const int64_t at = begin(i);
    const int64_t from = at < 0 ? smaller(taps, blocks_of(dilation, -at)) : 0;
    const int64_t to = at < size ? smaller(taps, blocks_of(dilation, size - at)) : 0;
    return {from, larger(from, to)};
  }
  // Of the pixels begin(i), begin(i) + stride, ..: those within the input.
  FASTNN_INLINE Range pixels_from(int64_t i) const {
    const int64_t at = begin(i);
    return {at < 0 ? blocks_of(stride, -at) : 0, at < size ? blocks_of(stride, size - at) : 0};
  }
};

// Those of the outputs whose tap t is within the input.
FASTNN_INLINE Range outputs_with(const Axis& a, int64_t t, Range outputs) {
  const int64_t at = a.first + t * a.dilation;
  const int64_t from = at < 0 ? blocks_of(a.stride, -at) : 0;
  const int64_t to = at < a.size ? blocks_of(a.stride, a.size - at) : 0;
  const int64_t begin = larger(outputs.begin, smaller(outputs.end, from));
  return {begin, larger(begin, smaller(outputs.end, to))};
}

// Back through windows `stride` apart the inputs fall into `stride` phases, by where they lie
// between the windows. Those of one phase are met by every (stride / g)th tap alone, g the common
// divisor of stride and dilation, and are windows one apart, dilation / g wide, over the outputs,
// whose taps run backwards. So no zeros are multiplied.
struct Phases {
  int64_t inputs, outputs, taps, pad, stride, dilation;
  int64_t every, gap;  // stride / g, dilation / g

  FASTNN_INLINE Phases(int64_t inputs_, int64_t outputs_, int64_t taps_, int64_t pad_,
                       int64_t stride_, int64_t dilation_)
      : inputs(inputs_),
        outputs(outputs_),
        taps(taps_),
        pad(pad_),
        stride(stride_),
        dilation(dilation_) {
    const int64_t divisor = common_divisor(stride, dilation);
    every = stride / divisor;
    gap = dilation / divisor;
  }
  FASTNN_INLINE int64_t count() const { return smaller(stride, inputs); }
  // Of the taps residue, residue + every, ...: how many, and how many of lower residues.
  FASTNN_INLINE int64_t taps_of(int64_t residue) const {
    return residue < taps ? blocks_of(every, taps - residue) : 0;
  }
  FASTNN_INLINE int64_t taps_before(int64_t residue) const {
    return residue * (taps / every) + smaller(residue, taps % every);
  }
  // Where a tap's weights lie: by residues, each residue's taps backwards.
  FASTNN_INLINE int64_t residue_of(int64_t tap) const { return tap % every; }
  FASTNN_INLINE int64_t place_of(int64_t tap) const {
    return taps_of(tap % every) - 1 - tap / every;
  }
  __attribute__((noinline)) Axis axis(int64_t phase) const {
    const int64_t offset = phase + pad, most = smaller(every, taps);
    int64_t residue = 0;
    while (residue < most && (offset - residue * dilation) % stride != 0) ++residue;
    const int64_t met = residue < most ? taps_of(residue) : 0;
    Axis a;
    a.count = blocks_of(stride, inputs - phase);
    a.size = outputs;
    a.taps = met;
    a.first = met > 0 ? (offset - residue * dilation) / stride - (met - 1) * gap : 0;
    a.stride = 1;
    a.dilation = gap;
    a.out_first = phase;
    a.out_step = stride;
    a.weights_before = met > 0 ? taps_before(residue) : 0;
    return a;
  }
};

// What a convolution looks like from its output, forward, or from x, back: in each direction phases
// of windows over an input.
struct Walk {
  Convolution c;
  bool back;
  Phases phases_h, phases_w;  // back
  // The input, which forward is x, and the output: pixels and channels, all and of a group.
  int64_t in_H, in_W, in_C, group_in, out_H, out_W, out_C, group_out;
  int64_t count_i, count_j;  // outputs of a phase, the most
  int64_t step_h, step_w;

  __attribute__((noinline)) Walk(const Convolution& conv, bool to_x)
      : c(conv),
        back(to_x),
        phases_h(c.H, c.OH, c.KH, c.top, c.stride_h, c.dilation_h),
        phases_w(c.W, c.OW, c.KW, c.left, c.stride_w, c.dilation_w) {
    in_H = back ? c.OH : c.H, in_W = back ? c.OW : c.W;
    in_C = back ? c.F : c.C, group_in = back ? c.group_F : c.group_C;
    out_H = back ? c.H : c.OH, out_W = back ? c.W : c.OW;
    out_C = back ? c.C : c.F, group_out = back ? c.group_C : c.group_F;
    count_i = axis_h(0).count, count_j = axis_w(0).count;
    step_h = axis_h(0).stride, step_w = axis_w(0).stride;
  }
  FASTNN_INLINE int64_t phase_count_h() const { return back ? phases_h.count() : 1; }
  FASTNN_INLINE int64_t phase_count_w() const { return back ? phases_w.count() : 1; }
  FASTNN_INLINE Axis axis_h(int64_t phase) const {
    if (back) return phases_h.axis(phase);
    return {c.OH, c.H, c.KH, -c.top, c.stride_h, c.dilation_h};
  }
  FASTNN_INLINE Axis axis_w(int64_t phase) const {
    if (back) return phases_w.axis(phase);
    return {c.OW, c.W, c.KW, -c.left, c.stride_w, c.dilation_w};
  }
  // Taps whose weights lie before those of a pair of phases, and before a tap's, back.
  FASTNN_INLINE int64_t weights_before(const Axis& h, const Axis& w) const {
    return h.weights_before * c.KW + h.taps * w.weights_before;
  }
  FASTNN_INLINE int64_t place_of(int64_t tap) const {
    const int64_t r = tap / c.KW, t = tap % c.KW;
    const int64_t row = phases_h.residue_of(r), column = phases_w.residue_of(t);
    return phases_h.taps_before(row) * c.KW + phases_h.taps_of(row) * phases_w.taps_before(column) +
           phases_h.place_of(r) * phases_w.taps_of(column) + phases_w.place_of(t);
  }
};

// What the windows of all phases of an axis reach, those of output 0.
struct Reach {
  int64_t begin = 0, end = 0;
  FASTNN_INLINE void include(const Axis& a) {
    if (a.taps == 0) return;
    const int64_t to = a.first + (a.taps - 1) * a.dilation + 1;
    const bool empty = begin == end;
    begin = empty ? a.first : smaller(begin, a.first);
    end = empty ? to : larger(end, to);
  }
};

// From null: zeros. Rows are often so short that calls of memcpy and memset took 5 % of a layer.
template <class T>
FASTNN_INLINE void copy_row(T* to, const T* from, int64_t n) {
  constexpr int64_t L = lanes<T>;
  int64_t k = 0;
  for (; k + L <= n; k += L) store(to + k, from ? load(from + k) : Vec<T>{});
  if (k < n) store(to + k, from ? load(from + k, n - k) : Vec<T>{}, n - k);
}

// Rows of a picture of W columns of pixels, of each C channels of `pitch`, with zeros left and
// right of the picture: columns first .. first + width - 1. Rows above and below a picture are left
// out: no window reads them.
template <class T>
void copy_frame(T* frame, const T* picture, Range rows, int64_t first, int64_t width, int64_t W,
                int64_t pitch, int64_t C) noexcept {
  const int64_t before = smaller(width, larger(0, -first));
  const int64_t end = larger(before, smaller(width, W - first));
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const T* const in = picture + (row * W + first + before) * pitch;
    copy_row<T>(frame, nullptr, before * C);
    if (C == pitch) {
      copy_row(frame + before * C, in, (end - before) * C);
    } else {
      for (int64_t j = before; j < end; ++j) {
        for (int64_t c = 0; c < C; ++c) frame[j * C + c] = in[(j - before) * pitch + c];
      }
    }
    copy_row<T>(frame + end * C, nullptr, (width - end) * C);
    frame += width * C;
  }
}

// to = or += so many partial arrays of `size`, in order.
template <class T>
void add_up(T* to, bool add, const T* partial, int64_t count, int64_t size,
            const Part& part) noexcept {
  constexpr int64_t L = lanes<T>;
  const Range range = share_elements(size, part);
  for (int64_t i = range.begin; i < range.end; i += L) {
    const int64_t n = smaller(L, range.end - i);
    Vec<T> sum = load(partial + i, n);
    for (int64_t k = 1; k < count; ++k) sum += load(partial + k * size + i, n);
    store(to + i, add ? load(to + i, n) + sum : sum, n);
  }
}

}  // namespace fastnn::FASTNN_ISA
