// Elementwise functions over n numbers of arrays of one shape: what is left of unary and binary
// without broadcasting and parts, for chains as well. y may be one of the others.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
void map_unary(T* y, const Writing& how, const T* x, int64_t n, const UnarySettings& s);
template <class T>
void map_unary_backward(T* dx, const Writing& how, const T* dy, const T* saved, int64_t n,
                        const UnarySettings& s);
template <class T>
void map_binary(T* y, const Writing& how, const T* a, const T* b, int64_t n, Binary function);
template <class T>
void map_binary_backward(T* d, const Writing& how, const T* dy, const T* a, const T* b, int64_t n,
                         const BinaryBackwardSettings& s);

}  // namespace fastnn::FASTNN_ISA
