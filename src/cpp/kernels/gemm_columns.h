// What the product needs where the vectors of b are stored across: transposing loads, a
// transposition made of them, and the product with few rows, which would not repay a
// transposition.
#pragma once
#include "../simd.h"

namespace fastnn::FASTNN_ISA {

template <class T>
constexpr int kSquare = 16 / static_cast<int>(sizeof(T));

// So far ahead each row is fetched: many rows side by side are no stream that the processor sees.
template <class T>
constexpr int64_t kAhead = 512 / sizeof(T);

// 16 bytes of each of so many rows, kSquare rows apart.
template <class T>
FASTNN_INLINE Vec<T> load_pieces(const T* p, int64_t row) {
  VectorOf<double, 16>::type piece[kVectorBytes / 16];
#pragma GCC unroll 4
  for (int i = 0; i < kVectorBytes / 16; ++i) {
    __builtin_memcpy(&piece[i], p + i * kSquare<T> * row, sizeof piece[i]);
  }
#if defined(__AVX512F__)
  const auto lower = __builtin_shufflevector(piece[0], piece[1], 0, 1, 2, 3);
  const auto upper = __builtin_shufflevector(piece[2], piece[3], 0, 1, 2, 3);
  return reinterpret_cast<Vec<T>>(__builtin_shufflevector(lower, upper, 0, 1, 2, 3, 4, 5, 6, 7));
#elif defined(__AVX2__)
  return reinterpret_cast<Vec<T>>(__builtin_shufflevector(piece[0], piece[1], 0, 1, 2, 3));
#else
  return reinterpret_cast<Vec<T>>(piece[0]);
#endif
}

// v[k][j] = p[j * row + k]
FASTNN_INLINE void load_columns(Vecd (&v)[2], const double* p, int64_t row) {
  const Vecd a = load_pieces(p, row), b = load_pieces(p + row, row);
  v[0] = zip_lower(a, b);
  v[1] = zip_upper(a, b);
}
FASTNN_INLINE void load_columns(Vecf (&v)[4], const float* p, int64_t row) {
  const Vecf a = load_pieces(p, row), b = load_pieces(p + row, row);
  const Vecf c = load_pieces(p + 2 * row, row), d = load_pieces(p + 3 * row, row);
  const Vecd ab = reinterpret_cast<Vecd>(zip_lower(a, b));
  const Vecd cd = reinterpret_cast<Vecd>(zip_lower(c, d));
  const Vecd ef = reinterpret_cast<Vecd>(zip_upper(a, b));
  const Vecd gh = reinterpret_cast<Vecd>(zip_upper(c, d));
  v[0] = reinterpret_cast<Vecf>(zip_lower(ab, cd));
  v[1] = reinterpret_cast<Vecf>(zip_upper(ab, cd));
  v[2] = reinterpret_cast<Vecf>(zip_lower(ef, gh));
  v[3] = reinterpret_cast<Vecf>(zip_upper(ef, gh));
}

// out[i * out_row + j] = in[j * in_row + i] for i < rows, j < columns, and zero on to j = out_row.
// The last squares overlap those before them, so that none is ragged. About half a cycle an
// element, the traffic of the second cache; two cache lines of each row of `in` at a time.
template <class T>
void transpose(T* out, int64_t out_row, const T* in, int64_t in_row, int64_t rows,
               int64_t columns) noexcept {
  constexpr int64_t L = lanes<T>, S = kSquare<T>, kStrip = 128 / sizeof(T);
  const bool small = rows < S || columns < L;
  for (int64_t begin = 0; begin < rows; begin += kStrip) {
    const int64_t end = begin + kStrip < rows ? begin + kStrip : rows;
    for (int64_t j = 0; j < columns && !small; j += L) {
      const int64_t left = j + L < columns ? j : columns - L;
#pragma GCC unroll 4
      for (int n = 0; n < L; ++n) {
        __builtin_prefetch(in + (left + n) * in_row + begin + kAhead<T>, 0, 2);
        __builtin_prefetch(in + (left + n) * in_row + begin + kAhead<T> + kStrip / 2, 0, 2);
      }
      for (int64_t i = begin; i < end; i += S) {
        const int64_t top = i + S < rows ? i : rows - S;
        Vec<T> v[S];
        load_columns(v, in + left * in_row + top, in_row);
#pragma GCC unroll 4
        for (int k = 0; k < S; ++k) store(out + (top + k) * out_row + left, v[k]);
      }
    }
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t j = 0; j < columns && small; ++j) out[i * out_row + j] = in[j * in_row + i];
      for (int64_t j = columns; j < out_row; ++j) out[i * out_row + j] = 0;
    }
  }
}

// sums[i * kWidth + j] = the sum over k of a[i * a_row + k * a_step] b[j * b_row + k], k ascending,
// for 64 bytes of sums, a depth of kSquare at least and one to kColumnRows rows. More rows of b at
// a time would not do: where b_row is a power of two they meet in one or two sets of the first
// cache.
constexpr int kColumnBytes = 64;
#if defined(__AVX512F__)
constexpr int kColumnRows = 8;
#elif defined(__aarch64__)
constexpr int kColumnRows = 2;
#else
constexpr int kColumnRows = 1;  // of 16 registers the transposition takes what a second row needs
#endif
template <class T>
constexpr int kColumnWidth = kColumnBytes / static_cast<int>(sizeof(T));

template <class T, int rows>
void multiply_columns(T* sum, const T* a, int64_t a_row, int64_t a_step, const T* b, int64_t b_row,
                      int64_t depth) noexcept {
  constexpr int L = lanes<T>, S = kSquare<T>, kVectors = kColumnBytes / kVectorBytes;
  constexpr int kQuarter = kColumnWidth<T> / 4;  // a line of each row in four steps
  Vec<T> sums[rows][kVectors] = {};
  const auto add = [&](int64_t k, int64_t skipped) __attribute__((always_inline)) {
    const T* const ahead = b + k + kAhead<T> + k / S % 4 * kQuarter * b_row;
#pragma GCC unroll 4
    for (int n = 0; n < kQuarter; ++n) __builtin_prefetch(ahead + n * b_row, 0, 2);
#pragma GCC unroll 4
    for (int g = 0; g < kVectors; ++g) {
      Vec<T> v[S];
      load_columns(v, b + k + g * L * b_row, b_row);
#pragma GCC unroll 4
      for (int n = 0; n < S; ++n) {
        if (n < skipped) continue;
#pragma GCC unroll 8
        for (int i = 0; i < rows; ++i) {
          sums[i][g] = fma(broadcast(a[i * a_row + (k + n) * a_step]), v[n], sums[i][g]);
        }
      }
    }
  };
  int64_t k = 0;
  for (; k + S <= depth; k += S) add(k, 0);
  if (k < depth) add(depth - S, k - (depth - S));
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 4
    for (int g = 0; g < kVectors; ++g) store(sum + i * kColumnWidth<T> + g * L, sums[i][g]);
  }
}

template <class T>
struct ColumnsTable {
  void (*of[kColumnRows])(T*, const T*, int64_t, int64_t, const T*, int64_t, int64_t) noexcept = {};

  constexpr ColumnsTable() { fill<kColumnRows>(); }
  template <int rows>
  constexpr void fill() {
    of[rows - 1] = multiply_columns<T, rows>;
    if constexpr (rows > 1) fill<rows - 1>();
  }
};
template <class T>
constexpr ColumnsTable<T> kColumns;

}  // namespace fastnn::FASTNN_ISA
