// The tiles of all sizes.
#include "conv2d_tile.h"

#include "../formulas.h"

namespace fastnn::FASTNN_ISA {
namespace {

// AVX2's masked loads take a register from the sums, which costs 5 to 10 %: there tiles of whole
// vectors are apart. AVX-512 has registers of masks, and the others ask for the count anyway.
enum Kind { kRagged, kWhole, kSlide, kAt };
#if defined(__AVX2__) && !defined(__AVX512F__)
constexpr bool kApart = true;
#else
constexpr bool kApart = false;
#endif

template <class T, int bytes>
struct Piece {
  using V = typename VectorOf<T, bytes>::type;
  FASTNN_INLINE static V load_all(const T* p) {
    V v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
  FASTNN_INLINE static V load_some(const T* p, int64_t count) {
    if constexpr (bytes == kVectorBytes) {
      return load(p, count);
    } else {
      return load_half(p, count);
    }
  }
  FASTNN_INLINE static void store_all(T* p, V v) { __builtin_memcpy(p, &v, sizeof v); }
};

template <class T, int bytes, int rows, int vectors, Kind kind>
void multiply(const ConvTile<T>& t) noexcept {
  using P = Piece<T, bytes>;
  using V = typename P::V;
  constexpr int L = bytes / static_cast<int>(sizeof(T));
  V sum[rows][vectors] = {};
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < vectors; ++j) __builtin_prefetch(t.y + i * t.y_row + j * L, 1);
  }
  const T *outer_a = t.a, *b = t.b;
  const int64_t a_row = t.a_row, a_step = t.a_step, b_step = t.b_step, last = t.last;
  int64_t at[rows];
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) at[i] = kind == kAt ? t.at[i] : i * a_row;
  const auto load_b = [&](V(&v)[vectors]) __attribute__((always_inline)) {
#pragma GCC unroll 4
    for (int j = 0; j < vectors; ++j) {
      v[j] = kind == kWhole || j + 1 < vectors ? P::load_all(b + j * L)
                                               : P::load_some(b + j * L, last);
    }
    b += b_step;
  };
  for (int64_t o = t.outer; o > 0; --o) {
    const T* run_a = outer_a;
    for (int64_t q = t.runs; q > 0; --q) {
      const T* a = run_a;
      if constexpr (kind == kSlide) {
        V x[rows];
#pragma GCC unroll 16
        for (int i = 0; i < rows; ++i, a += a_row) x[i] = *a - V{};
        for (int64_t k = t.depth;;) {
          V v[vectors];
          load_b(v);
#pragma GCC unroll 16
          for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
            for (int j = 0; j < vectors; ++j) sum[i][j] = fma(x[i], v[j], sum[i][j]);
          }
          if (--k <= 0) break;
#pragma GCC unroll 16
          for (int i = 0; i + 1 < rows; ++i) x[i] = x[i + 1];
          x[rows - 1] = *a - V{};
          a += a_row;
        }
      } else {
        for (int64_t k = t.depth; k > 0; --k) {
          V v[vectors];
          load_b(v);
#pragma GCC unroll 16
          for (int i = 0; i < rows; ++i) {
            const V x = a[kind == kAt ? at[i] : i * a_row] - V{};
#pragma GCC unroll 4
            for (int j = 0; j < vectors; ++j) sum[i][j] = fma(x, v[j], sum[i][j]);
          }
          a += a_step;
        }
      }
      run_a += t.a_run;
      b += t.b_run_skip;
    }
    outer_a += t.a_outer;
    b += t.b_outer_skip;
  }

  if (kind != kAt && t.bias) {
#pragma GCC unroll 4
    for (int j = 0; j < vectors; ++j) {
      const V v =
          j + 1 < vectors ? P::load_all(t.bias + j * L) : P::load_some(t.bias + j * L, last);
#pragma GCC unroll 16
      for (int i = 0; i < rows; ++i) sum[i][j] += v;
    }
  }
  T* const y = t.y;
  const int64_t y_row = t.y_row;
  if (t.add) {
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j + 1 < vectors; ++j) sum[i][j] += P::load_all(y + i * y_row + j * L);
      sum[i][vectors - 1] += P::load_some(y + i * y_row + (vectors - 1) * L, last);
    }
  }
  if (kind != kAt && t.relu) {
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < vectors; ++j) sum[i][j] = Relu::f(sum[i][j]);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j + 1 < vectors; ++j) P::store_all(y + i * y_row + j * L, sum[i][j]);
    store(y + i * y_row + (vectors - 1) * L, sum[i][vectors - 1], last);
  }
}

constexpr int kMostRows = kConvRows[1];

template <class T, int bytes, Kind kind>
struct Tiles {
  static constexpr bool kIsHalf = bytes < kVectorBytes;
  static constexpr const int* kRows = kind == kSlide ? kSlideRows
                                      : kind == kAt  ? kAtRows
                                                     : kConvRows;
  static constexpr int kVectors = kind == kSlide ? (kIsHalf ? 1 : kSlideVectors)
                                  : kIsHalf      ? kHalfVectors
                                  : kind == kAt  ? kAtVectors
                                                 : kConvVectors;
  ConvTileFunction<T> of[kVectors][kMostRows] = {};

  constexpr Tiles() { fill<kRows[kVectors], kVectors>(); }
  template <int rows, int vectors>
  constexpr void fill() {
    of[vectors - 1][rows - 1] = multiply<T, bytes, rows, vectors, kind>;
    if constexpr (rows > 1) {
      fill<rows - 1, vectors>();
    } else if constexpr (vectors > 1) {
      constexpr int kNext = kIsHalf ? 1 : vectors - 1;
      fill<kRows[kNext], kNext>();
    }
  }
};
template <class T, int bytes, Kind kind>
constexpr Tiles<T, bytes, kind> kTiles;

template <class T, int bytes>
ConvTileFunction<T> find(const ConvTile<T>& tile, int64_t i, int64_t j) noexcept {
  if (tile.slide) return kTiles<T, bytes, kSlide>.of[i][j];
  if (tile.at) return kTiles<T, bytes, kAt>.of[i][j];
  if constexpr (kApart) {
    if (tile.last == lanes<T>) return kTiles<T, bytes, kWhole>.of[i][j];
  }
  return kTiles<T, bytes, kRagged>.of[i][j];
}
template <class T>
ConvTileFunction<T> find(const ConvTile<T>& tile, int64_t rows, int64_t vectors) noexcept {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4) {
    if (tile.half) return find<T, kHalfBytes>(tile, vectors - 1, rows - 1);
  }
#endif
  return find<T, kVectorBytes>(tile, vectors - 1, rows - 1);
}

}  // namespace

ConvTileFunction<float> conv_tile(const ConvTile<float>& tile, int64_t rows,
                                  int64_t vectors) noexcept {
  return find(tile, rows, vectors);
}
ConvTileFunction<double> conv_tile(const ConvTile<double>& tile, int64_t rows,
                                   int64_t vectors) noexcept {
  return find(tile, rows, vectors);
}

}  // namespace fastnn::FASTNN_ISA
