// What a convolution is made of, from the shapes and settings alone: its geometry, the windows
// along an axis, the frame of the input that a block of the output looks at, and which algorithm
// computes it.
#pragma once
#include "common.h"
#include "conv2d_tile.h"

namespace fastnn::FASTNN_ISA {

// Bytes of weights that a core multiplies with one pixel in a nanosecond (Zen 4; its peak is 236).
#if defined(__AVX2__)
constexpr double kConvBytes = 210;
#elif defined(__aarch64__)
constexpr double kConvBytes = 100;
#else
constexpr double kConvBytes = 60;
#endif

// The geometry of y = x * w, brought into a form that is cheap to walk through: of the same arrays,
// a single column of pixels is a row, and a kernel of one pixel knows only one long row.
struct Convolution {
  int64_t N, H, W, C, OH, OW, F, KH, KW;
  int64_t stride_h, stride_w, top, left, dilation_h, dilation_w;
  int64_t groups, group_C, group_F;

  FASTNN_INLINE Convolution(Ref y, Ref x, Ref w, const Conv2dSettings& s)
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
};

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
  FASTNN_INLINE Axis axis(int64_t phase) const {
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

enum class ConvAlgorithm {
  tiles,   // direct: tiles of pixels times channels, the edges from a copy with zeros around it
  pixels,  // direct, a pixel at a time, in place, whatever the windows
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

constexpr int64_t kFrameBytes = 96 << 10;     // of the input that a block looks at, if it can be
constexpr int64_t kMostFrameBytes = 4 << 20;  // beyond this no frame is made
constexpr int64_t kWeightBytes = 640 << 10;   // of weights that stay in the second cache
constexpr int64_t kBlockPixels = 128;         // of a row
constexpr int64_t kPackStride = 1 << 10;      // bytes from row to row of the weights
constexpr int64_t kPackBytes = 96 << 10;      // fewer find room in the second cache anyway
constexpr int64_t kPackTiles = 4;             // fewer do not repay a copy
constexpr int64_t kWantedUnits = 16;

// A direct convolution, forward or back to x: how its output falls into blocks. A unit is a block
// of rows and columns of one picture's output, times a group of columns of the weights.
struct DirectPlan {
  Convolution c;
  bool back;
  Phases phases_h, phases_w;  // back
  // The input, forward x, and the output: pixels and channels, all and of a group.
  int64_t in_H, in_W, in_C, group_in, out_H, out_W, out_C, group_out;
  int64_t count_i, count_j;  // outputs of a phase, the most
  int64_t step_h, step_w;
  Reach reach_h, reach_w;
  int64_t block_i, block_j, blocks_i, blocks_j;
  int64_t vectors, tiles, tiles_each, column_groups;  // of a group's outputs
  // So many rows of a window at a time: the weights of a tile's columns stay in the second cache.
  int64_t slice_rows;
  bool pack;  // their copy does, since as they lie they would meet in a few of its sets
  int64_t units;
  ConvAlgorithm algorithm;
  double nanoseconds;

  FASTNN_INLINE DirectPlan(const Convolution& conv, bool to_x, int64_t bytes)
      : c(conv),
        back(to_x),
        phases_h(c.H, c.OH, c.KH, c.top, c.stride_h, c.dilation_h),
        phases_w(c.W, c.OW, c.KW, c.left, c.stride_w, c.dilation_w) {
    in_H = back ? c.OH : c.H, in_W = back ? c.OW : c.W;
    in_C = back ? c.F : c.C, group_in = back ? c.group_F : c.group_C;
    out_H = back ? c.H : c.OH, out_W = back ? c.W : c.OW;
    out_C = back ? c.C : c.F, group_out = back ? c.group_C : c.group_F;
    for (int64_t p = 0; p < phase_count_h(); ++p) reach_h.include(axis_h(p));
    for (int64_t p = 0; p < phase_count_w(); ++p) reach_w.include(axis_w(p));
    count_i = axis_h(0).count, count_j = axis_w(0).count;
    step_h = axis_h(0).stride, step_w = axis_w(0).stride;
    cut(bytes);
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

  FASTNN_INLINE int64_t frame_width(int64_t columns) const {
    return reach_w.end - reach_w.begin + (columns - 1) * step_w;
  }
  FASTNN_INLINE int64_t frame_height(int64_t rows) const {
    return smaller(in_H, reach_h.end - reach_h.begin + (rows - 1) * step_h);
  }
  FASTNN_INLINE bool in_place(int64_t first_column, int64_t columns) const {
    const int64_t begin = reach_w.begin + first_column * step_w;
    return begin >= 0 && begin + frame_width(columns) <= in_W;
  }

  // For elements of so many bytes.
  FASTNN_INLINE void cut(int64_t bytes) {
    vectors = blocks_of(kVectorBytes / bytes, group_out);
    tiles = blocks_of(kConvVectors, vectors);
    const double pixels = static_cast<double>(c.N * c.OH * c.OW);
    const double outputs = static_cast<double>(c.N * out_H * out_W * out_C * bytes);
    const double vector_bytes = static_cast<double>(c.groups * vectors * kVectorBytes);
    const double taps = static_cast<double>(c.KH * c.KW) * static_cast<double>(group_in);
    nanoseconds = pixels * taps * vector_bytes / kConvBytes + outputs / kBytesPerNanosecond;

    const int64_t width_bytes = smaller(kConvVectors, vectors) * kVectorBytes;
    const double row_of_taps = static_cast<double>(c.KW * group_in * width_bytes);
    slice_rows = smaller(c.KH, larger(1, static_cast<int64_t>(kWeightBytes / row_of_taps)));
    const double slice_bytes = row_of_taps * static_cast<double>(slice_rows);
    pack = group_out * bytes >= kPackStride && slice_bytes >= kPackBytes &&
           slice_bytes <= kWeightBytes;
    const double tile_bytes = row_of_taps * static_cast<double>(c.KH);
    tiles_each =
        pack || tile_bytes > kWeightBytes ? 1 : static_cast<int64_t>(kWeightBytes / tile_bytes);
    tiles_each = smaller(tiles, larger(1, tiles_each));
    column_groups = blocks_of(tiles_each, tiles);

    blocks_j = blocks_of(kBlockPixels, count_j);
    block_j = blocks_of(blocks_j, count_j);
    const int64_t pixel_bytes = group_in * bytes;
    const int64_t width = smaller(kMostFrameBytes + 1, frame_width(block_j));
    const int64_t row_bytes = width * smaller(kMostFrameBytes + 1, pixel_bytes);
    const int64_t fit = kFrameBytes / larger(1, row_bytes) - (reach_h.end - reach_h.begin);
    block_i = larger(1, smaller(count_i, fit / step_h));
    const double wanted = nanoseconds / (kPartNanoseconds * 1.5);
    const int64_t others = c.N * c.groups * column_groups * blocks_j;
    if (others < kWantedUnits) {
      const int64_t want = wanted < kWantedUnits ? static_cast<int64_t>(wanted) : kWantedUnits;
      block_i = smaller(block_i, blocks_of(larger(1, blocks_of(others, want)), count_i));
    }
    blocks_i = blocks_of(block_i, count_i);
    units = others * blocks_i;
    const bool fits = row_bytes <= kMostFrameBytes &&
                      frame_height(block_i) <= kMostFrameBytes / larger(1, row_bytes);
    algorithm = fits || in_place(0, count_j) ? ConvAlgorithm::tiles : ConvAlgorithm::pixels;
  }
  FASTNN_INLINE int64_t packed_bytes() const {
    if (!pack) return 0;
    return slice_rows * c.KW * group_in * smaller(kConvVectors, vectors) * kVectorBytes;
  }
  FASTNN_INLINE int64_t frame_bytes(int64_t bytes) const {
    if (algorithm != ConvAlgorithm::tiles || in_place(0, count_j)) return 0;
    return frame_width(block_j) * frame_height(block_i) * group_in * bytes;
  }
};

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
    __builtin_memset(frame, 0, static_cast<size_t>(before * C) * sizeof(T));
    if (C == pitch) {
      __builtin_memcpy(frame + before * C, in, static_cast<size_t>((end - before) * C) * sizeof(T));
    } else {
      for (int64_t j = before; j < end; ++j) {
        for (int64_t c = 0; c < C; ++c) frame[j * C + c] = in[(j - before) * pitch + c];
      }
    }
    __builtin_memset(frame + end * C, 0, static_cast<size_t>((width - end) * C) * sizeof(T));
    frame += width * C;
  }
}

}  // namespace fastnn::FASTNN_ISA
