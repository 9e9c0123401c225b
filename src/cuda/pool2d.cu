// Pooling over windows of pictures, channels last: x (N, H, W, C), y (N, OH, OW, C), a thread an
// element of the output. Neighbouring threads take neighbouring channels, so that loads and stores
// are coalesced. Backward an element of dx collects from the windows that hold it, in their order:
// nothing is scattered.
#include "common.h"

namespace fastnn::FASTNN_ISA {

// One axis: windows of `size` places, one every `stride`, the first `before` ahead of x.
struct Windows {
  int64_t cells, count, size, stride, before;

  __device__ int64_t start(int64_t window) const { return window * stride - before; }
  // The cells of x that a window holds: begin() to end().
  __device__ int64_t begin(int64_t window) const { return larger(start(window), 0); }
  __device__ int64_t end(int64_t window) const { return smaller(start(window) + size, cells); }
  // The windows that hold a cell: first() to behind().
  __device__ int64_t first(int64_t cell) const {
    return cell + before < size ? 0 : (cell + before - size) / stride + 1;
  }
  __device__ int64_t behind(int64_t cell) const {
    return smaller((cell + before) / stride + 1, count);
  }
};

struct Picture {
  Windows rows, columns;
  int64_t C;
  Pooling function;
};
static Picture picture(Ref x, Ref y, const Pool2dSettings& s) {
  return {{x.dim(1), y.dim(1), s.size_h, s.stride_h, s.pad_top},
          {x.dim(2), y.dim(2), s.size_w, s.stride_w, s.pad_left},
          x.dim(3),
          s.function};
}

__device__ int64_t cells_inside(const Picture& p, int64_t oh, int64_t ow) {
  return (p.rows.end(oh) - p.rows.begin(oh)) * (p.columns.end(ow) - p.columns.begin(ow));
}

// Calls f with a value of the type that argmax has, where there is one.
template <class F>
void with_place(Ref argmax, F f) {
  if (argmax && argmax.dtype() == Dtype::i32) {
    f(int32_t{});
  } else {
    f(uint8_t{});
  }
}

template <class T, class Place>
__global__ void __launch_bounds__(kThreads)
    pool2d_forward_kernel(T* y, Place* argmax, const T* x, Picture p, int64_t n) {
  map(y, n, [&](int64_t i) {
    const int64_t c = i % p.C, window = i / p.C, ow = window % p.columns.count;
    const int64_t row = window / p.columns.count, oh = row % p.rows.count;
    const T* from = x + row / p.rows.count * p.rows.cells * p.columns.cells * p.C + c;
    const bool max = p.function == Pooling::max;
    T result = max ? static_cast<T>(-INFINITY) : T{0};
    int64_t place = -1;
    for (int64_t h = p.rows.begin(oh); h < p.rows.end(oh); ++h)
      for (int64_t w = p.columns.begin(ow); w < p.columns.end(ow); ++w) {
        const T v = from[(h * p.columns.cells + w) * p.C];
        if (!max) {
          result += v;
        } else if (place < 0 || v > result || (v != v && result == result)) {
          result = v;
          place = (h - p.rows.start(oh)) * p.columns.size + w - p.columns.start(ow);
        }
      }
    if (argmax != nullptr) argmax[i] = static_cast<Place>(place);
    return p.function == Pooling::average ? result / static_cast<T>(cells_inside(p, oh, ow))
                                          : result;
  });
}

void pool2d_forward(Out y, MaybeOut argmax, In x, const Pool2dSettings& s,
                    Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_place(argmax, [&](auto place) {
      using Place = decltype(place);
      launch_map(pool2d_forward_kernel<T, Place>, y.size(), stream, y.as<T>(), argmax.as<Place>(),
                 x.as<T>(), picture(x, y, s), y.size());
    });
  });
}

// Unless one block an SM is asked for, the compiler saves registers and spills 16 bytes of doubles.
template <class T, class Place>
__global__ void __launch_bounds__(kThreads, 1)
    pool2d_backward_kernel(T* dx, bool add, const T* dy, const Place* argmax, Picture p,
                           int64_t n) {
  map(dx, add, n, [&](int64_t i) {
    const int64_t c = i % p.C, cell = i / p.C, w = cell % p.columns.cells;
    const int64_t row = cell / p.columns.cells, h = row % p.rows.cells;
    const int64_t before = row / p.rows.cells * p.rows.count;  // rows of windows
    T sum = 0;
    for (int64_t oh = p.rows.first(h); oh < p.rows.behind(h); ++oh)
      for (int64_t ow = p.columns.first(w); ow < p.columns.behind(w); ++ow) {
        const int64_t from = ((before + oh) * p.columns.count + ow) * p.C + c;
        const int64_t place = (h - p.rows.start(oh)) * p.columns.size + w - p.columns.start(ow);
        if (argmax != nullptr) {
          if (static_cast<int64_t>(argmax[from]) == place) sum += dy[from];
        } else if (p.function == Pooling::average) {
          sum += dy[from] / static_cast<T>(cells_inside(p, oh, ow));
        } else {
          sum += dy[from];
        }
      }
    return sum;
  });
}

void pool2d_backward(OutAdd dx, In dy, MaybeIn argmax, const Pool2dSettings& s,
                     Stream& stream) noexcept {
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_place(argmax, [&](auto place) {
      using Place = decltype(place);
      launch_map(pool2d_backward_kernel<T, Place>, dx.size(), stream, dx.as<T>(), dx.add(),
                 dy.as<T>(), argmax.as<Place>(), picture(dx, dy, s), dx.size());
    });
  });
}

}  // namespace fastnn::FASTNN_ISA
