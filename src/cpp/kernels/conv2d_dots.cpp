// Tiles of few columns, which would leave most lanes of a vector of columns empty: the vectors run
// along the depth instead, and their lanes are added up at the end. A vector of a pixel is read
// once for several neighbouring taps of a window's row, each of which takes it to another output:
// of a single column each product would else want a load of its own. Pixels beside the picture are
// left out, so that nothing is copied and no zeros are multiplied.
#include "../formulas.h"
#include "conv2d_tile.h"

namespace fastnn::FASTNN_ISA {
namespace {

// The sums of the lanes of as many vectors as 16 bytes have lanes, side by side: a third of the
// instructions of so many reduce_add.
template <class T>
FASTNN_INLINE typename VectorOf<T, 16>::type sums_of_lanes(const Vec<T>* v) {
  Vec<T> sums;
  if constexpr (sizeof(T) == 4) {
    const Vecd ab = reinterpret_cast<Vecd>(zip_lower(v[0], v[1]) + zip_upper(v[0], v[1]));
    const Vecd cd = reinterpret_cast<Vecd>(zip_lower(v[2], v[3]) + zip_upper(v[2], v[3]));
    sums =
        reinterpret_cast<Vec<T>>(zip_lower(ab, cd)) + reinterpret_cast<Vec<T>>(zip_upper(ab, cd));
  } else {
    sums = zip_lower(v[0], v[1]) + zip_upper(v[0], v[1]);
  }
  typename VectorOf<T, 16>::type parts[kVectorBytes / 16];
  __builtin_memcpy(parts, &sums, sizeof sums);
  for (int n = kVectorBytes / 32; n > 0; n /= 2) {
    for (int i = 0; i < n; ++i) parts[i] += parts[n + i];
  }
  return parts[0];
}

// Of so many sums at a time.
template <class T>
constexpr int kAtOnce = 16 / static_cast<int>(sizeof(T));

// Apart from the tiles, since the compiler would make a copy of it for each of them.
template <class T>
__attribute__((noinline)) void finish(const ConvTile<T>& t, const Vec<T>* sums) noexcept {
  const int64_t count = t.rows * t.columns;
  T of[kMostDots];
  for (int64_t k = 0; k < count; k += kAtOnce<T>) {
    const auto some = sums_of_lanes<T>(sums + k);
    __builtin_memcpy(of + k, &some, sizeof some);
  }
  T* y = t.y;
  for (int64_t k = 0, j = 0; k < count; ++k) {
    T v = of[k];
    if (t.bias) v += t.bias[j];
    if (t.add) v += y[j];
    y[j] = t.relu ? Relu::f(v) : v;
    if (++j < t.columns) continue;
    j = 0;
    y += t.y_row;
  }
}

// The lowest `count` bits, if there are so many.
FASTNN_INLINE uint32_t bits_below(int64_t count) {
  return count <= 0 ? 0 : count < 32 ? (1u << count) - 1 : ~0u;
}

template <class T, int columns>
void multiply(const ConvTile<T>& t) noexcept {
  constexpr int64_t L = lanes<T>;
  constexpr int rows = kDotRows[columns], most_taps = kDotTaps[columns];
  Vec<T> sum[rows][columns] = {};
  const int64_t pixel = t.a_row, depth = t.depth, tail = depth % L, b_column = t.b_column;
  const T *outer_a = t.a, *b = t.b;

  // A vector of the depth of `taps` taps; `there` says which pixels count.
  const auto step = [&]<int taps>(const T* a, const T* w, uint32_t there, int64_t ahead,
                                  auto... count) __attribute__((always_inline)) {
    Vec<T> v[taps][columns];
#pragma GCC unroll 4
    for (int s = 0; s < taps; ++s) {
#pragma GCC unroll 4
      for (int j = 0; j < columns; ++j) v[s][j] = load(w + s * depth + j * b_column, count...);
    }
#pragma GCC unroll 32
    for (int p = 0; p < rows + taps - 1; ++p, a += pixel) {
      if ((there >> p & 1) == 0) continue;
      __builtin_prefetch(a + ahead, 0, 2);
      const Vec<T> x = load(a, count...);
#pragma GCC unroll 4
      for (int s = 0; s < taps; ++s) {
        if (p < s || p - s >= rows) continue;
#pragma GCC unroll 4
        for (int j = 0; j < columns; ++j) sum[p - s][j] = fma(x, v[s][j], sum[p - s][j]);
      }
    }
  };
  const auto walk = [&]<int taps>(const T* a, uint32_t there, int64_t ahead)
                        __attribute__((always_inline)) {
                          if constexpr (taps <= most_taps) {
                            const T* w = b;
                            for (int64_t k = depth - tail; k > 0; k -= L, a += L, w += L) {
                              step.template operator()<taps>(a, w, there, ahead);
                            }
                            if (tail > 0) step.template operator()<taps>(a, w, there, ahead, tail);
                          }
                        };
  for (int64_t o = t.outer; o > 0; --o) {
    const T* a = outer_a;
    const int64_t ahead = o == 1 ? t.ahead : 0;
    for (int64_t first = 0, taps; first < t.runs; first += taps) {
      const int64_t left = t.runs - first, groups = (left + most_taps - 1) / most_taps;
      taps = t.a_run == pixel ? (left + groups - 1) / groups : 1;
      const int64_t last = t.rows + taps - 1, end = t.inside.end - first;
      const uint32_t there =
          bits_below(end < last ? end : last) & ~bits_below(t.inside.begin - first);
      switch (taps) {
        case 1: walk.template operator()<1>(a, there, ahead); break;
        case 2: walk.template operator()<2>(a, there, ahead); break;
        case 3: walk.template operator()<3>(a, there, ahead); break;
        default: walk.template operator()<4>(a, there, ahead);
      }
      a += taps * t.a_run;
      b += taps * depth;
    }
    outer_a += t.a_outer;
    b += t.b_outer_skip;
  }
  constexpr int all = rows * columns;
  Vec<T> sums[(all + kAtOnce<T> - 1) / kAtOnce<T> * kAtOnce<T>];
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < columns; ++j) sums[i * columns + j] = sum[i][j];
  }
  for (int k = all; k % kAtOnce<T> != 0; ++k) sums[k] = Vec<T>{};
  finish(t, sums);
}

template <class T, int columns = kDotColumns>
void run(const ConvTile<T>& tile) noexcept {
  if constexpr (columns > 1) {
    if (tile.columns < columns) return run<T, columns - 1>(tile);
  }
  multiply<T, columns>(tile);
}

}  // namespace

void conv_dots(const ConvTile<float>& tile) noexcept { run(tile); }
void conv_dots(const ConvTile<double>& tile) noexcept { run(tile); }

}  // namespace fastnn::FASTNN_ISA
