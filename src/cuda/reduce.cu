// Sum, mean, maximum, minimum, product and log of the sum of exponentials over any axes, and their
// gradients. A NaN goes through the maximum and the minimum. logsumexp reduces twice: to the
// maximum, where it is finite, and to the sum of the exponentials below it. The gradient of a
// maximum or minimum goes in equal shares to all the elements that are equal to it, which are
// counted first; that of a product is dy y / x and, at an element that is zero, dy times the
// product of the others.
#include "reduction.h"

namespace fastnn::FASTNN_ISA {

// ---- forward ------------------------------------------------------------------------------------

struct IfFinite {
  static constexpr bool kBeside = false;
  template <class T>
  __device__ T operator()(T v, T) const {
    return v - v == 0 ? v : T{0};
  }
};
struct LogPlus {
  static constexpr bool kBeside = true;
  template <class T>
  __device__ T operator()(T sum, T max) const {
    return logarithm(sum) + max;
  }
};

void reduce_forward_schedule(Out y, In x, Scratch, const ReduceSettings& s,
                             Schedule& schedule) noexcept {
  const ReductionPlan p = plan_reduction(y, x);
  const int64_t centers = s.function == Reduction::logsumexp ? p.outputs : 0;
  schedule.shared_bytes = (partial_size(p) + centers) * size_of(y.dtype());
}

void reduce_forward(Out y, In x, Scratch scratch, const ReduceSettings& s,
                    Stream& stream) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const ReductionPlan p = plan_reduction(y, x);
    T *to = y.as<T>(), *partial = scratch.shared<T>(), *center = partial + partial_size(p);
    const T *from = x.as<T>(), *none = nullptr;
    const auto once = [&](auto combine, auto finish) {
      reduce_pass<decltype(combine), Itself>(to, false, from, none, none, partial, p, finish,
                                             stream);
    };
    switch (s.function) {
      case Reduction::sum: return once(Total{}, Unchanged{});
      case Reduction::mean: return once(Total{}, DividedBy{p.terms});
      case Reduction::max: return once(Largest{}, Unchanged{});
      case Reduction::min: return once(Smallest{}, Unchanged{});
      case Reduction::prod: return once(Product{}, Unchanged{});
      case Reduction::logsumexp:
        reduce_pass<Largest, Itself>(center, false, from, none, none, partial, p, IfFinite{},
                                     stream);
        reduce_pass<Total, ExpOfDifference, T>(to, false, from, center, center, partial, p,
                                               LogPlus{}, stream);
    }
  });
}

// ---- backward -----------------------------------------------------------------------------------

struct Nonzero {
  static constexpr bool kCentered = false;
  template <class T>
  __device__ static T of(T x, T) {
    return x == 0 ? T{1} : x;
  }
};
struct IsZero {
  static constexpr bool kCentered = false;
  template <class T>
  __device__ static T of(T x, T) {
    return x == 0 ? T{1} : T{0};
  }
};
struct IfOneZero {
  static constexpr bool kBeside = true;
  template <class T>
  __device__ T operator()(T product, T zeros) const {
    return zeros == 1 ? product : T{0};
  }
};
struct Share {
  static constexpr bool kBeside = true;
  template <class T>
  __device__ T operator()(T count, T dy) const {
    return dy / count;
  }
};

struct Gradient {
  Reduction function;
  int64_t terms;
  // Of an element x whose output is y; `extra`: its share, or the product of the others.
  template <class T>
  __device__ T of(T x, T y, T dy, T extra) const {
    switch (function) {
      case Reduction::sum: return dy;
      case Reduction::mean: return dy / static_cast<T>(terms);
      case Reduction::logsumexp: return dy * exponential(x - y);
      case Reduction::prod: return dy * (x == 0 ? extra : y / x);
      case Reduction::max:
      case Reduction::min: break;
    }
    return x == y ? extra : y != y ? y : T{0};
  }
};

// x, y and extra may be null, where the function does without.
template <class T>
__global__ void __launch_bounds__(kThreads)
    reduce_backward_kernel(T* dx, bool add, const T* dy, const T* x, const T* y, const T* extra,
                           Walk walk, Gradient gradient, int64_t n) {
  map(dx, add, n, [&](int64_t i) {
    const int64_t o = walk.offset(i);
    return gradient.of(x == nullptr ? T{0} : x[i], y == nullptr ? T{0} : y[o], dy[o],
                       extra == nullptr ? T{0} : extra[o]);
  });
}

void reduce_backward_schedule(OutAdd dx, In dy, MaybeIn, MaybeIn, Scratch, const ReduceSettings& s,
                              Schedule& schedule) noexcept {
  const ReductionPlan p = plan_reduction(dy, dx);
  const bool counted = s.function == Reduction::max || s.function == Reduction::min;
  const int64_t extras = s.function == Reduction::prod ? 2 : counted ? 1 : 0;
  if (extras > 0)
    schedule.shared_bytes = (partial_size(p) + extras * p.outputs) * size_of(dx.dtype());
}

void reduce_backward(OutAdd dx, In dy, MaybeIn x, MaybeIn y, Scratch scratch,
                     const ReduceSettings& s, Stream& stream) noexcept {
  if (dx.size() == 0) return;
  with_float(dx.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const ReductionPlan p = plan_reduction(dy, dx);
    T *extra = scratch.shared<T>(), *zeros = extra + p.outputs;
    const T *from = x.as<T>(), *result = y.as<T>(), *d = dy.as<T>(), *none = nullptr;
    if (s.function == Reduction::prod) {
      T* partial = zeros + p.outputs;
      reduce_pass<Total, IsZero>(zeros, false, from, none, none, partial, p, Unchanged{}, stream);
      reduce_pass<Product, Nonzero, T>(extra, false, from, none, zeros, partial, p, IfOneZero{},
                                       stream);
    } else if (s.function == Reduction::max || s.function == Reduction::min) {
      reduce_pass<Total, Equals>(extra, false, from, result, d, zeros, p, Share{}, stream);
    } else {
      extra = nullptr;
    }
    launch_map(reduce_backward_kernel<T>, dx.size(), stream, dx.as<T>(), dx.add(), d, from, result,
               static_cast<const T*>(extra), broadcast_walk(dy, dx), Gradient{s.function, p.terms},
               dx.size());
  });
}

}  // namespace fastnn::FASTNN_ISA
