// fill, copy, cast and gather move numbers of any dtype. gather takes rows of x, counted along its
// first axis: y[i, ...] = x[indices[i], ...], converted to y's dtype as cast does it. Conversions
// are C's, but for floats that become integers: they are truncated and saturated, and a NaN becomes
// 0, on every machine. An int64 that int32 cannot hold and an index that x does not have are
// reported, and leave zeros.
#include <string.h>

#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
constexpr bool is_float = static_cast<T>(0.5) != 0;

// The range of an integer type. low <= x < end are powers of two (or 0), which a float type holds.
template <class T>
struct Bounds {
  static constexpr bool is_signed = static_cast<T>(-1) < T(0);
  static constexpr int bits = 8 * static_cast<int>(sizeof(T)) - (is_signed ? 1 : 0);
  static constexpr T greatest = static_cast<T>(~uint64_t{0} >> (64 - bits));
  static constexpr T least = is_signed ? static_cast<T>(-greatest - 1) : T(0);
  static constexpr double low = static_cast<double>(least);
  static constexpr double end = 2.0 * static_cast<double>(uint64_t{1} << (bits - 1));
};

template <class Y, class X>
FASTNN_INLINE Y convert(X x) {
  if constexpr (is_float<X> && !is_float<Y>) {
    using B = Bounds<Y>;
    if (x != x) return Y(0);
    if (x < static_cast<X>(B::low)) return B::least;
    return x >= static_cast<X>(B::end) ? B::greatest : static_cast<Y>(x);
  } else {
    return static_cast<Y>(x);
  }
}

template <class Y, class X>
static void convert_range(Y* __restrict__ y, const X* __restrict__ x, int64_t n, const Part& part) {
  if constexpr (sizeof(Y) == 4 && sizeof(X) == 8 && !is_float<X> && !is_float<Y>) {
    for (int64_t i = 0; i < n; ++i) {
      const bool fits = x[i] == static_cast<Y>(x[i]);
      if (!fits) part.status->report(Problem::index_out_of_range, x[i], Bounds<Y>::greatest);
      y[i] = fits ? static_cast<Y>(x[i]) : Y(0);
    }
  } else {
    for (int64_t i = 0; i < n; ++i) y[i] = convert<Y>(x[i]);
  }
}

void fill(Out y, const FillSettings& settings, const Part& part) noexcept {
  with_number(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const T value = convert<T>(settings.value);
    const Range range = share_elements(y.size(), part);
    T* to = y.as<T>();
    for (int64_t i = range.begin; i < range.end; ++i) to[i] = value;
  });
}

void fill_schedule(Out y, const FillSettings&, Schedule& schedule) noexcept {
  plan_elements(schedule, y.size(), size_of(y.dtype()));
}

void copy(Out y, In x, const NoSettings&, const Part& part) noexcept {
  const Range range = share_elements(y.operand->bytes(), part);
  if (range.begin < range.end) {
    memcpy(y.as<char>() + range.begin, x.as<char>() + range.begin,
           static_cast<size_t>(range.end - range.begin));
  }
}

void copy_schedule(Out y, In, const NoSettings&, Schedule& schedule) noexcept {
  plan_elements(schedule, y.operand->bytes(), 2);
}

void cast(Out y, In x, const NoSettings&, const Part& part) noexcept {
  const Range range = share_elements(y.size(), part);
  with_number(y.dtype(), [&](auto y_tag) {
    with_number(x.dtype(), [&](auto x_tag) {
      convert_range(y.as<decltype(y_tag)>() + range.begin, x.as<decltype(x_tag)>() + range.begin,
                    range.end - range.begin, part);
    });
  });
}

void cast_schedule(Out y, In x, const NoSettings&, Schedule& schedule) noexcept {
  plan_elements(schedule, y.size(), size_of(y.dtype()) + size_of(x.dtype()));
}

void gather(Out y, In x, In indices, const NoSettings&, const Part& part) noexcept {
  const Range rows = share(indices.size(), part);
  const int64_t row = indices.size() == 0 ? 0 : y.size() / indices.size();
  with_number(y.dtype(), [&](auto y_tag) {
    with_number(x.dtype(), [&](auto x_tag) {
      using Y = decltype(y_tag);
      using X = decltype(x_tag);
      for (int64_t i = rows.begin; i < rows.end; ++i) {
        const int64_t index = indices.as<int32_t>()[i];
        Y* to = y.as<Y>() + i * row;
        if (index < 0 || index >= x.dim(0)) {
          part.status->report(Problem::index_out_of_range, index, x.dim(0));
          for (int64_t j = 0; j < row; ++j) to[j] = Y(0);
        } else {
          convert_range(to, x.as<X>() + index * row, row, part);
        }
      }
    });
  });
}

// A row costs a miss or two, about 5 ns.
void gather_schedule(Out y, In x, In indices, const NoSettings&, Schedule& schedule) noexcept {
  const double moving = nanoseconds_of(y.size() * (size_of(y.dtype()) + size_of(x.dtype())));
  plan_stage(schedule, 0, moving + 5 * static_cast<double>(indices.size()), indices.size());
}

}  // namespace fastnn::FASTNN_ISA
