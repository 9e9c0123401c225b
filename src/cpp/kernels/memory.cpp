// fill, copy, cast and gather: moving numbers about, of any dtype. gather takes rows of x, whose first axis
// the indices count: y[i, ...] = x[indices[i], ...], converted to y's dtype as cast does. Conversions are
// C's, but a float that is to become an integer is truncated and saturated and a NaN becomes 0, on every
// machine; an int64 beyond int32 and an index beyond x are reported and leave zeros.
#include <string.h>

#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
constexpr bool is_float = static_cast<T>(0.5) != 0;

// The bounds of an integer type as powers of two, which every float type holds: low <= x < end.
template <class T>
struct Bounds {
  static constexpr bool is_signed = static_cast<T>(-1) < T(0);
  static constexpr int bits = 8 * static_cast<int>(sizeof(T)) - (is_signed ? 1 : 0);
  static constexpr T greatest =
      static_cast<T>((static_cast<uint64_t>(1) << (bits - 1)) - 1 + (static_cast<uint64_t>(1) << (bits - 1)));
  static constexpr T least = is_signed ? static_cast<T>(-greatest - 1) : T(0);
  static constexpr double low = static_cast<double>(least);
  static constexpr double end = 2 * static_cast<double>(static_cast<uint64_t>(1) << (bits - 1));
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

static void plan_bytes(Schedule& schedule, int64_t bytes, int64_t units) {
  plan_stage(schedule, 0, static_cast<double>(bytes) / kBytesPerNanosecond, units);
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
  plan_bytes(schedule, y.operand->bytes(), blocks_of(kGrain, y.size()));
}

void copy(Out y, In x, const NoSettings&, const Part& part) noexcept {
  const Range range = share_elements(y.operand->bytes(), part);
  if (range.begin < range.end) {
    memcpy(y.as<char>() + range.begin, x.as<char>() + range.begin,
           static_cast<size_t>(range.end - range.begin));
  }
}

void copy_schedule(Out y, In, const NoSettings&, Schedule& schedule) noexcept {
  plan_bytes(schedule, 2 * y.operand->bytes(), blocks_of(kGrain, y.operand->bytes()));
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
  plan_bytes(schedule, y.operand->bytes() + x.operand->bytes(), blocks_of(kGrain, y.size()));
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
          memset(to, 0, static_cast<size_t>(row) * sizeof(Y));
        } else {
          convert_range(to, x.as<X>() + index * row, row, part);
        }
      }
    });
  });
}

// A row costs a miss or two, about 5 ns.
void gather_schedule(Out y, In x, In indices, const NoSettings&, Schedule& schedule) noexcept {
  const double bytes = static_cast<double>(y.size() * (size_of(y.dtype()) + size_of(x.dtype())));
  plan_stage(schedule, 0, bytes / kBytesPerNanosecond + 5 * static_cast<double>(indices.size()),
             indices.size());
}

}  // namespace fastnn::FASTNN_ISA
