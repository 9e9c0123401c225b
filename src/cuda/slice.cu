// slice: y[i] = x[(starts + steps i) / every] along each axis, where `every` divides and x has that
// place, and `value` elsewhere; any dtype. A thread finds its element's place axis by axis; axes of
// which nothing is left out are merged into the next one out.
#include "../cpp/formulas_index.h"
#include "common.h"

namespace fastnn::FASTNN_ISA {

struct Slicing {
  int count = 0;                // axes, innermost first
  Lattice axis[kMaxRank] = {};  // `offset` and `step` in elements of x
  bool nothing = false;         // y lies outside of x
};

static Slicing slicing(Ref y, Ref x, const SliceSettings& s) {
  Slicing all;
  int64_t volume = 1;
  for (int i = y.rank() - 1; i >= 0; --i) {
    const int64_t n = x.dim(i);
    Lattice a{y.dim(i), 0, 1, 0, 0, 0};
    if (n > 0) a = lattice(y.dim(i), n, s.starts.at[i], s.steps.at[i], s.every.at[i]);
    all.nothing |= a.count == 0;
    if (all.nothing) return all;
    const bool dense = a.every == 1 && (a.step == 1 || a.count == 1);
    a.offset *= volume;
    a.step *= volume;
    if (all.count > 0) {
      Lattice& inner = all.axis[all.count - 1];
      if (dense && inner.is_whole() && inner.step == 1 && inner.offset == 0 && inner.m == volume) {
        const int64_t w = inner.m;
        inner = Lattice{a.m * w, a.first * w, 1, a.count * w, a.offset, 1};
        volume *= n;
        continue;
      }
    }
    volume *= n;
    all.axis[all.count++] = a;
  }
  return all;
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    slice_kernel(T* y, bool add, const T* x, Slicing s, T value, int64_t n) {
  map(y, n, [&](int64_t at) {
    int64_t i = at, from = 0;
    bool inside = !s.nothing;
    for (int axis = 0; axis < s.count && inside; ++axis) {
      const Lattice& a = s.axis[axis];
      const bool outermost = axis == s.count - 1;
      int64_t t = (outermost ? i : i % a.m) - a.first;
      if (!outermost) i /= a.m;
      inside = t >= 0;
      if (a.every > 1) {
        inside &= t % a.every == 0;
        t /= a.every;
      }
      inside &= t < a.count;
      from += a.offset + a.step * t;
    }
    const T found = inside ? x[from] : value;
    return add ? static_cast<T>(y[at] + found) : found;
  });
}

void slice(OutAdd y, In x, const SliceSettings& settings, Stream& stream) noexcept {
  if (y.size() == 0) return;
  with_number(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(slice_kernel<T>, y.size(), stream, y.as<T>(), y.add(), x.as<T>(),
               slicing(y, x, settings), static_cast<T>(settings.value), y.size());
  });
}

}  // namespace fastnn::FASTNN_ISA
