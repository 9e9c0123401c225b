// Sum, mean, maximum, minimum, product and log of the sum of exponentials over any axes, and their
// gradients. A NaN goes through the maximum and the minimum. logsumexp passes over x twice: for the
// maximum, where it is finite, and for the exponentials below it. The gradient of a maximum or
// minimum goes in equal shares to all the elements that are equal to it, as JAX's does; they are
// counted first. That of a product is dy y / x and, at an element that is zero, dy times the
// product of the others.
#include "reduction.h"

namespace fastnn::FASTNN_ISA {

constexpr double kExpNanoseconds = 0.3;  // an element's exponential

template <class T, class Combine>
static void reduce_once(Out y, In x, Scratch scratch, const ReductionPlan& p, const Part& part) {
  const auto same = [](Vec<T> v, Vec<T>) { return v; };
  T* to = y.as<T>();
  reduce_pass<Combine, Itself>(to, x.as<T>(), to, to, scratch.shared<T>(), p, part.stage, part,
                               same);
}

template <class T>
static void reduce(Out y, In x, Scratch scratch, Reduction function, const Part& part) {
  const ReductionPlan p = plan_reduction(y, x);
  T *to = y.as<T>(), *partial = scratch.shared<T>(), *center = partial + partial_size(p);
  const T* from = x.as<T>();
  switch (function) {
    case Reduction::sum: return reduce_once<T, Total>(y, x, scratch, p, part);
    case Reduction::prod: return reduce_once<T, Product>(y, x, scratch, p, part);
    case Reduction::max: return reduce_once<T, Largest>(y, x, scratch, p, part);
    case Reduction::min: return reduce_once<T, Smallest>(y, x, scratch, p, part);
    case Reduction::mean: {
      const T n = static_cast<T>(x.size() / y.size());
      const auto divide = [&](Vec<T> v, Vec<T>) { return v / n; };
      return reduce_pass<Total, Itself>(to, from, to, to, partial, p, part.stage, part, divide);
    }
    case Reduction::logsumexp: {
      const auto finite = [](Vec<T> v, Vec<T>) {
        const Mask<T> good = less(abs(v), broadcast(static_cast<T>(INFINITY)));
        return select(good, v, Vec<T>{});
      };
      const auto log_of = [](Vec<T> sum, Vec<T> max) { return log(sum) + max; };
      if (part.stage < stages_of(p)) {
        reduce_pass<Largest, Itself>(center, from, center, center, partial, p, part.stage, part,
                                     finite);
      } else {
        reduce_pass<Total, ExpOfDifference>(to, from, center, center, partial, p,
                                            part.stage - stages_of(p), part, log_of);
      }
    }
  }
}

void reduce_forward(Out y, In x, Scratch scratch, const ReduceSettings& s,
                    const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    if (x.size() > 0) return reduce<T>(y, x, scratch, s.function, part);
    const T nothing = s.function == Reduction::prod ? T(1) : T(0);
    map<false>(y.as<T>(), share_elements(y.size(), part), [&] { return broadcast(nothing); });
  });
}

void reduce_forward_schedule(Out y, In x, Scratch, const ReduceSettings& s,
                             Schedule& schedule) noexcept {
  if (x.size() == 0) return plan_elements(schedule, y.size(), size_of(y.dtype()));
  const ReductionPlan p = plan_reduction(y, x);
  int64_t elements = partial_size(p);
  const int stage = plan_pass(schedule, 0, p, x, 0);
  if (s.function == Reduction::logsumexp) {
    plan_pass(schedule, stage, p, x, kExpNanoseconds);
    elements += p.outputs;
  }
  schedule.shared_bytes = elements * size_of(x.dtype());
}

// ---- backward ----------------------------------------------------------------------------------

// The products of the elements that are not zero: where exactly one is zero, its gradient's factor.
struct Nonzero {
  static constexpr bool kCentered = false;
  template <class V>
  static FASTNN_INLINE V of(V x, V) {
    return select(equal(x, V{}), broadcast(Scalar<V>(1)), x);
  }
};
struct IsZero {
  static constexpr bool kCentered = false;
  template <class V>
  static FASTNN_INLINE V of(V x, V) {
    return select(equal(x, V{}), broadcast(Scalar<V>(1)), V{});
  }
};

// The products are not cut into blocks: one so long is 0 or infinite.
static ReductionPlan plan_products(Ref y, Ref x) {
  ReductionPlan p = plan_reduction(y, x);
  p.block_rows = p.rows;
  p.blocks = 1;
  return p;
}

template <class T>
static void products_of_others(T* product, T* zeros, Ref y, MaybeIn x, const Part& part) {
  const ReductionPlan p = plan_products(y, x);
  const auto same = [](Vec<T> v, Vec<T>) { return v; };
  const auto only_one = [](Vec<T> v, Vec<T> count) {
    return select(equal(count, broadcast(T(1))), v, Vec<T>{});
  };
  const T* from = x.as<T>();
  reduce_pass<Total, IsZero>(zeros, from, zeros, zeros, zeros, p, 0, part, same);
  reduce_pass<Product, Nonzero>(product, from, product, zeros, zeros, p, 0, part, only_one);
}

template <class T>
static void reduce_back(OutAdd dx, In dy, MaybeIn x, MaybeIn y, Scratch scratch, Reduction function,
                        const Part& part) {
  const Range mine = share_elements(dx.size(), part);
  T* to = dx.as<T>();
  const T *d = dy.as<T>(), *from = x ? x.as<T>() : to, *result = y ? y.as<T>() : d;
  T* share = scratch.shared<T>();
  const auto write = [&](auto f, auto... operands) {
    spread(to, dx.add(), from, dx, dy, mine, f, operands...);
  };
  switch (function) {
    case Reduction::sum: return write([](Vec<T>, Vec<T> g) { return g; }, d);
    case Reduction::mean: {
      const T scale = static_cast<T>(dy.size()) / static_cast<T>(dx.size());
      return write([&](Vec<T>, Vec<T> g) { return g * scale; }, d);
    }
    case Reduction::logsumexp:
      return write([](Vec<T> v, Vec<T> g, Vec<T> r) { return g * exp(v - r); }, d, result);
    case Reduction::prod: {
      T* zeros = share + dy.size();
      if (part.stage == 0) return products_of_others(share, zeros, dy, x, part);
      return write([](Vec<T> v, Vec<T> g, Vec<T> r,
                      Vec<T> others) { return g * select(equal(v, Vec<T>{}), others, r / v); },
                   d, result, share);
    }
    case Reduction::max:
    case Reduction::min: {
      const ReductionPlan p = plan_reduction(dy, dx);
      if (part.stage < stages_of(p)) {
        const auto divide = [](Vec<T> count, Vec<T> g) { return g / count; };
        reduce_pass<Total, Equals>(share, from, result, d, share + p.outputs, p, part.stage, part,
                                   divide);
      } else {
        write([](Vec<T> v, Vec<T> g,
                 Vec<T> r) { return select(equal(v, r), g, select(is_nan(r), r, Vec<T>{})); },
              share, result);
      }
    }
  }
}

void reduce_backward(OutAdd dx, In dy, MaybeIn x, MaybeIn y, Scratch scratch,
                     const ReduceSettings& s, const Part& part) noexcept {
  if (dx.size() == 0) return;
  with_float(dx.dtype(), [&](auto tag) {
    reduce_back<decltype(tag)>(dx, dy, x, y, scratch, s.function, part);
  });
}

void reduce_backward_schedule(OutAdd dx, In dy, MaybeIn, MaybeIn, Scratch, const ReduceSettings& s,
                              Schedule& schedule) noexcept {
  const int64_t bytes = size_of(dx.dtype());
  if (dx.size() == 0) return plan_elements(schedule, 0, bytes);
  int stage = 0;
  if (s.function == Reduction::prod) {
    stage = plan_pass(schedule, 0, plan_products(dy, dx), dx, 0.1);
    schedule.shared_bytes = 2 * dy.size() * bytes;
  } else if (s.function == Reduction::max || s.function == Reduction::min) {
    const ReductionPlan p = plan_reduction(dy, dx);
    stage = plan_pass(schedule, 0, p, dx, 0);
    schedule.shared_bytes = (p.outputs + partial_size(p)) * bytes;
  }
  const double each = s.function == Reduction::logsumexp ? kExpNanoseconds : 0;
  plan_stage(schedule, stage,
             nanoseconds_of(2 * dx.size() * bytes) + each * static_cast<double>(dx.size()),
             blocks_of(kGrain, dx.size()));
}

}  // namespace fastnn::FASTNN_ISA
