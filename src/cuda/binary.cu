// Functions of two numbers, their gradients, comparisons and a choice, with NumPy's broadcasting.
// The formulas are the CPU's.
#include "../cpp/formulas_binary.h"
#include "walk.h"

namespace fastnn::FASTNN_ISA {

template <class T, class F>
__global__ void __launch_bounds__(kThreads)
    binary_kernel(T* y, bool add, const T* a, const T* b, Walk walk_a, Walk walk_b, int64_t n) {
  map(y, add, n, [&](int64_t i) { return F::f(a[walk_a.offset(i)], b[walk_b.offset(i)]); });
}

void binary(OutAdd y, In a, In b, const BinarySettings& settings, Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_binary(settings.function, [&](auto formula) {
      launch_map(binary_kernel<T, decltype(formula)>, y.size(), stream, y.as<T>(), y.add(),
                 a.as<T>(), b.as<T>(), broadcast_walk(a, y), broadcast_walk(b, y), y.size());
    });
  });
}

template <class T, class F, Side side>
__global__ void __launch_bounds__(kThreads)
    binary_backward_kernel(T* d, bool add, const T* dy, const T* a, const T* b, Walk walk_a,
                           Walk walk_b, int64_t n) {
  map(d, add, n, [&](int64_t i) {
    const T u = a[walk_a.offset(i)], v = b[walk_b.offset(i)];
    return side == Side::a ? F::da(u, v, dy[i]) : F::db(u, v, dy[i]);
  });
}

void binary_backward(OutAdd d, In dy, In a, In b, const BinaryBackwardSettings& settings,
                     Stream& stream) noexcept {
  with_float(d.dtype(), [&](auto tag) {
    using T = decltype(tag);
    with_binary(settings.function, [&](auto formula) {
      using F = decltype(formula);
      auto* const kernel = settings.side == Side::a ? &binary_backward_kernel<T, F, Side::a>
                                                    : &binary_backward_kernel<T, F, Side::b>;
      launch_map(kernel, d.size(), stream, d.as<T>(), d.add(), dy.as<T>(), a.as<T>(), b.as<T>(),
                 broadcast_walk(a, d), broadcast_walk(b, d), d.size());
    });
  });
}

template <class T, class F>
__global__ void __launch_bounds__(kThreads)
    compare_kernel(uint8_t* y, const T* a, const T* b, Walk walk_a, Walk walk_b, int64_t n) {
  map(y, n, [&](int64_t i) {
    return static_cast<uint8_t>(F::f(a[walk_a.offset(i)], b[walk_b.offset(i)]));
  });
}

void compare(Out y, In a, In b, const CompareSettings& settings, Stream& stream) noexcept {
  with_comparison(settings.function, [&](auto formula, bool swapped) {
    const In first = swapped ? b : a, second = swapped ? a : b;
    with_number(a.dtype(), [&](auto tag) {
      using T = decltype(tag);
      launch_map(compare_kernel<T, decltype(formula)>, y.size(), stream, y.as<uint8_t>(),
                 first.as<T>(), second.as<T>(), broadcast_walk(first, y), broadcast_walk(second, y),
                 y.size());
    });
  });
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    where_kernel(T* y, bool add, const uint8_t* condition, const T* a, const T* b, Walk walk_c,
                 Walk walk_a, Walk walk_b, int64_t n) {
  map(y, add, n, [&](int64_t i) {
    return condition[walk_c.offset(i)] ? a[walk_a.offset(i)] : b[walk_b.offset(i)];
  });
}

void where(OutAdd y, In condition, In a, In b, const NoSettings&, Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(where_kernel<T>, y.size(), stream, y.as<T>(), y.add(), condition.as<uint8_t>(),
               a.as<T>(), b.as<T>(), broadcast_walk(condition, y), broadcast_walk(a, y),
               broadcast_walk(b, y), y.size());
  });
}

}  // namespace fastnn::FASTNN_ISA
