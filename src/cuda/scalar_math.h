// What the formulas call, for one float or double: CUDA's functions under the names that
// vector_math.h and its companions give to vectors. lower_of and upper_of are the
// minimum and the maximum, which let a NaN through.
#pragma once
#include <math.h>

#include "../cpp/contract.h"

namespace fastnn::FASTNN_ISA {

#define FASTNN_SCALAR(name)                              \
  FASTNN_HD float name(float x) { return ::name##f(x); } \
  FASTNN_HD double name(double x) { return ::name(x); }
FASTNN_SCALAR(exp)
FASTNN_SCALAR(expm1)
FASTNN_SCALAR(log)
FASTNN_SCALAR(log1p)
FASTNN_SCALAR(tanh)
FASTNN_SCALAR(erf)
FASTNN_SCALAR(sin)
FASTNN_SCALAR(cos)
FASTNN_SCALAR(sqrt)
FASTNN_SCALAR(floor)
#undef FASTNN_SCALAR

FASTNN_HD float abs(float x) { return ::fabsf(x); }
FASTNN_HD double abs(double x) { return ::fabs(x); }
FASTNN_HD float pow(float x, float y) { return ::powf(x, y); }
FASTNN_HD double pow(double x, double y) { return ::pow(x, y); }

template <class T>
FASTNN_HD T number(double x) {
  return static_cast<T>(x);
}
template <class T>
FASTNN_HD T lower_of(T a, T b) {
  return a < b || a != a ? a : b;
}
template <class T>
FASTNN_HD T upper_of(T a, T b) {
  return a > b || a != a ? a : b;
}
template <class T>
FASTNN_HD T limited(T x, T limit) {
  return lower_of(upper_of(x, -limit), limit);
}
template <class T>
FASTNN_HD T log1p_unit(T t) {
  return log1p(t);
}
template <class T>
FASTNN_HD T sigmoid(T x) {
  return T(1) / (T(1) + exp(-x));
}

}  // namespace fastnn::FASTNN_ISA
