// Where a pixel of one picture lies in another, for resize and affine_transform, row by row and
// column by column: one text for the host and the GPU. Places are doubles whatever the pictures
// hold, so that a picture of floats is taken where its matrix says to a 2^-29th of a pixel, and so
// that CPU and GPU round to the same nearest pixel.
#pragma once
#include "formulas_index.h"

namespace fastnn::FASTNN_ISA {

// Between the pixels `lower` and `upper` of a side; `weight` is the upper one's share. -1: outside.
struct Taps {
  int64_t lower, upper;
  double weight;
};

// ---- resize: of n pixels m, each side's whole length the same ----------------------------------

// 2 m (place of the i-th pixel's centre): whole numbers, so that no pixel is missed by a rounding.
// The nearest pixel is the floor of (i + 1/2) n / m, the lower of two that of (i + 1/2) n / m -
// 1/2.
FASTNN_HD int64_t scaled_place(Interpolation how, int64_t n, int64_t m, int64_t i) {
  return (2 * i + 1) * n - (how == Interpolation::bilinear ? m : 0);
}
FASTNN_HD Taps resize_taps(Interpolation how, int64_t n, int64_t m, int64_t i) {
  const int64_t place = scaled_place(how, n, m, i);
  if (how == Interpolation::nearest) return {place / (2 * m), place / (2 * m), 0};
  if (place < 0) return {0, 0, 0};
  const int64_t lower = place / (2 * m), rest = place - lower * 2 * m;
  return {lower, lower + 1 < n ? lower + 1 : lower,
          static_cast<double>(rest) / static_cast<double>(2 * m)};
}
// The first i whose lower pixel is `lower` or behind it; m if there is none.
FASTNN_HD int64_t first_at(Interpolation how, int64_t n, int64_t m, int64_t lower) {
  const int64_t wanted = 2 * m * lower - scaled_place(how, n, m, 0);
  if (wanted <= 0) return 0;
  const int64_t i = (wanted + 2 * n - 1) / (2 * n);
  return i < m ? i : m;
}
// The pixels of m that are made of pixel j of n, begin .. end.
struct Users {
  int64_t begin, end;
};
FASTNN_HD Users users_of(Interpolation how, int64_t n, int64_t m, int64_t j) {
  const int64_t before = how == Interpolation::bilinear ? 1 : 0;
  return {j > 0 ? first_at(how, n, m, j - before) : 0, j + 1 < n ? first_at(how, n, m, j + 1) : m};
}

// ---- affine_transform --------------------------------------------------------------------------

// Also of numbers that no integer holds; NaN is the caller's.
FASTNN_HD double within_reach(double place) {
  constexpr double kReach = 1e12;
  return place < -kReach ? -kReach : place > kReach ? kReach : place;
}

FASTNN_HD int64_t index_at(FillMode mode, int64_t n, int64_t q) {
  if (q >= 0 && q < n) return q;
  switch (mode) {
    case FillMode::constant: return -1;
    case FillMode::nearest: return run_at(PadMode::edge, n, q).from;
    case FillMode::reflect: return run_at(PadMode::symmetric, n, q).from;
    case FillMode::wrap: return run_at(PadMode::wrap, n, q).from;
  }
  return -1;
}

FASTNN_HD Taps taps_at(Interpolation how, FillMode mode, int64_t n, double place) {
  const double reached = within_reach(place);
  int64_t lower = static_cast<int64_t>(reached);  // towards zero
  const double rest = reached - static_cast<double>(lower);
  if (how == Interpolation::nearest) {  // halves away from zero
    lower = index_at(mode, n, lower + (rest >= 0.5) - (rest <= -0.5));
    return {lower, lower, 0};
  }
  lower -= rest < 0;
  return {index_at(mode, n, lower), index_at(mode, n, lower + 1), rest < 0 ? rest + 1 : rest};
}

// One picture's matrix.
struct Projection {
  double a0, a1, a2, b0, b1, b2, c0, c1;
};
template <class T>
FASTNN_HD Projection projection(const T* m) {
  return {static_cast<double>(m[0]), static_cast<double>(m[1]), static_cast<double>(m[2]),
          static_cast<double>(m[3]), static_cast<double>(m[4]), static_cast<double>(m[5]),
          static_cast<double>(m[6]), static_cast<double>(m[7])};
}
struct Place {
  double column, row;
  FASTNN_HD bool is_nan() const { return column != column || row != row; }
};
FASTNN_HD Place place_of(const Projection& p, int64_t row, int64_t column) {
  const double i = static_cast<double>(row), j = static_cast<double>(column);
  const double k = p.c0 * j + (p.c1 * i + 1);
  const Place place{p.a0 * j + (p.a1 * i + p.a2), p.b0 * j + (p.b1 * i + p.b2)};
  return k == 1 ? place : Place{place.column / k, place.row / k};
}

}  // namespace fastnn::FASTNN_ISA
