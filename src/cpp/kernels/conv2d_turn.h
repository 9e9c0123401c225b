// The weights of a convolution, turned for the way back to x.
#pragma once
#include "conv2d_geometry.h"
#include "gemm_columns.h"

namespace fastnn::FASTNN_ISA {

// Of each tap and group the matrix (C, F) becomes (F, C); the taps in the order of the phases.
template <class T>
void turn_taps(const Walk& p, T* turned, const T* w, Range taps) noexcept {
  const Convolution& c = p.c;
  const int64_t all = c.KH * c.KW;
  for (int64_t at = taps.begin; at < taps.end; ++at) {
    const int64_t group = at / all, tap = at % all;
    transpose(turned + (group * all + p.place_of(tap)) * c.group_C * c.group_F, c.group_C,
              w + tap * c.group_C * c.F + group * c.group_F, c.F, c.group_F, c.group_C);
  }
}

}  // namespace fastnn::FASTNN_ISA
