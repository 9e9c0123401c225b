// The innermost product of a convolution: `rows` rows by `vectors` vectors of the result stay in
// registers, while the depth is walked through. One element is one chain of fma from zero, in the
// order of the depth (which the shape alone decides), then the bias, so that its bits depend on
// what it is computed from alone.
#pragma once
#include "../simd.h"

namespace fastnn::FASTNN_ISA {

// The depth comes in three loops: `outer` times `runs` times `depth` steps. With x in rows of
// pixels these are a window's rows, its columns, and the channels; where a row of a window is
// contiguous the two inner loops are one. b's rows follow one another but for what is skipped
// after each run and each outer turn.
template <class T>
struct ConvTile {
  const T* a;  // element (i, k) is a[i * a_row], after the steps
  int64_t a_row, a_step, a_run, a_outer;
  const T* b;
  int64_t b_step, b_run_skip = 0, b_outer_skip = 0;
  int64_t depth, runs, outer;
  T* y;
  int64_t y_row;
  int64_t last;        // lanes in use of a row's last vector
  const T* bias;       // of the first column; null: none
  bool relu, add;      // add: y += the product
  bool half = false;   // half vectors, of floats and where the machine has them
  bool slide = false;  // a_row == a_step: what one row has read the row before it reads next
  // Where each row begins, instead of a_row; with neither bias nor relu.
  const int64_t* at = nullptr;

  // Dots: so many rows of so many columns, of weights b_column apart, whose b_step is 1. A run is a
  // tap; pixel p, counted from row 0's first tap on, is a[p * a_row], and only those inside count.
  int64_t rows, columns, b_column;
  Range inside;
  int64_t ahead;  // what is fetched while a window's last row is read: as far behind its pixels
};

#if defined(__AVX512F__)
constexpr int kConvVectors = 4, kConvRows[] = {0, 14, 14, 9, 7};
#elif defined(__aarch64__)
constexpr int kConvVectors = 4, kConvRows[] = {0, 12, 12, 8, 6};
#elif defined(__AVX2__)
constexpr int kConvVectors = 2, kConvRows[] = {0, 10, 6};
#else
constexpr int kConvVectors = 2, kConvRows[] = {0, 6, 4};
#endif

// Of tiles whose rows lie where `at` says; three vectors are half ones.
constexpr int kAtVectors = 2;
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kAtRows[] = {0, 10, 10, 6};
#elif defined(__AVX2__)
constexpr int kAtRows[] = {0, 9, 5};
#else
constexpr int kAtRows[] = {0, 6, 4};
#endif

constexpr int kMostTileVectors = 28;

// Of sliding tiles, which hold an element of each row too.
#if defined(__AVX512F__)
constexpr int kSlideVectors = 2, kSlideRows[] = {0, 14, 10};
#elif defined(__aarch64__)
constexpr int kSlideVectors = 2, kSlideRows[] = {0, 12, 10};
#else
constexpr int kSlideVectors = 1, kSlideRows[] = {0, 6};
#endif
#if defined(__AVX512F__)
constexpr int kHalfVectors = 3;  // or one: pairs are whole vectors, and more would waste little
#else
constexpr int kHalfVectors = 0;
#endif

// Of dots, for one column and more: the most rows, and taps that share their pixels.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kDotColumns = 4, kDotRows[] = {0, 14, 10, 6, 5}, kDotTaps[] = {0, 4, 4, 3, 2};
#elif defined(__AVX2__)
constexpr int kDotColumns = 2, kDotRows[] = {0, 10, 5}, kDotTaps[] = {0, 3, 2};
#else
constexpr int kDotColumns = 1, kDotRows[] = {0, 8}, kDotTaps[] = {0, 3};
#endif
constexpr int kMostDots = 20;  // rows times columns; a multiple of four

template <class T>
using ConvTileFunction = void (*)(const ConvTile<T>&) noexcept;

// For 1 <= rows <= kConvRows[vectors], 1 <= vectors <= kConvVectors, or what slides and halves
// have.
ConvTileFunction<float> conv_tile(const ConvTile<float>&, int64_t rows, int64_t vectors) noexcept;
ConvTileFunction<double> conv_tile(const ConvTile<double>&, int64_t rows, int64_t vectors) noexcept;
// The same for tiles of single columns, vectors along the depth: rows <= kDotRows[columns], columns
// <= kDotColumns.
void conv_dots(const ConvTile<float>&) noexcept;
void conv_dots(const ConvTile<double>&) noexcept;

}  // namespace fastnn::FASTNN_ISA
