// What moves data: fill with one value, copy of bytes, cast from any dtype to any, and gather,
// which takes rows y[i, ...] = x[indices[i], ...] and converts them on the way. Conversions are
// C's, but a float that becomes an integer is cut towards zero and stays within the integer's
// range, a NaN becomes 0, an int64 beyond int32 is reported and becomes 0. A row that x does not
// have is reported and becomes zeros.
#include "common.h"

namespace fastnn::FASTNN_ISA {

template <class T>
constexpr bool kIsFloat = static_cast<T>(0.5) != 0;

template <class T>
struct Limits;
template <>
struct Limits<uint8_t> {
  static constexpr uint8_t least = 0, most = UINT8_MAX;
};
template <>
struct Limits<int32_t> {
  static constexpr int32_t least = INT32_MIN, most = INT32_MAX;
};
template <>
struct Limits<int64_t> {
  static constexpr int64_t least = INT64_MIN, most = INT64_MAX;
};

// As a float `most` may round up to a power of two; what is equal to it is then out of range.
template <class To, class From>
FASTNN_HD To convert(From x) {
  if constexpr (kIsFloat<From> && !kIsFloat<To>) {
    using L = Limits<To>;
    if (x != x) return 0;
    return x >= static_cast<From>(L::most)    ? L::most
           : x <= static_cast<From>(L::least) ? L::least
                                              : static_cast<To>(x);
  } else {
    return static_cast<To>(x);
  }
}
template <class To, class From>
__device__ To convert_checked(From x, Status* status) {
  if constexpr (!kIsFloat<From> && sizeof(From) == 8 && !kIsFloat<To> && sizeof(To) == 4) {
    if (x < Limits<To>::least || x > Limits<To>::most) {
      report(status, Problem::index_out_of_range, x, Limits<To>::most);
      return 0;
    }
  }
  return convert<To>(x);
}

// ---- fill, copy -------------------------------------------------------------------------------

template <class T>
__global__ void __launch_bounds__(kThreads) fill_kernel(T* y, int64_t n, T value) {
  map(y, n, [&](int64_t) { return value; });
}

void fill(Out y, const FillSettings& settings, Stream& stream) noexcept {
  with_number(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    launch_map(fill_kernel<T>, y.size(), stream, y.as<T>(), y.size(), convert<T>(settings.value));
  });
}

template <class Word>
__global__ void __launch_bounds__(kThreads) copy_kernel(Word* y, const Word* x, int64_t n) {
  map(y, n, [&](int64_t i) { return x[i]; });
}

// In the widest words that both addresses and the size allow.
void copy(Out y, In x, const NoSettings&, Stream& stream) noexcept {
  const int64_t bytes = y.operand->bytes();
  const uint64_t all = reinterpret_cast<uintptr_t>(y.operand->data) |
                       reinterpret_cast<uintptr_t>(x.operand->data) | static_cast<uint64_t>(bytes);
  const auto copy_words = [&](auto tag) {
    using Word = decltype(tag);
    const int64_t n = bytes / static_cast<int64_t>(sizeof(Word));
    launch_map(copy_kernel<Word>, n, stream, y.as<Word>(), x.as<Word>(), n);
  };
  if (all % sizeof(uint4) == 0) {
    copy_words(uint4{});
  } else if (all % sizeof(uint32_t) == 0) {
    copy_words(uint32_t{});
  } else {
    copy_words(uint8_t{});
  }
}

// ---- cast, gather -----------------------------------------------------------------------------

template <class To, class From>
__global__ void __launch_bounds__(kThreads)
    cast_kernel(To* y, const From* x, int64_t n, Status* status) {
  map(y, n, [&](int64_t i) { return convert_checked<To>(x[i], status); });
}

void cast(Out y, In x, const NoSettings&, Stream& stream) noexcept {
  with_number(y.dtype(), [&](auto to) {
    with_number(x.dtype(), [&](auto from) {
      using To = decltype(to);
      using From = decltype(from);
      launch_map(cast_kernel<To, From>, y.size(), stream, y.as<To>(), x.as<From>(), y.size(),
                 stream.status);
    });
  });
}

// x (rows, width), y (n / width, width)
template <class To, class From>
__global__ void __launch_bounds__(kThreads)
    gather_kernel(To* y, const From* x, const int32_t* indices, int64_t n, int64_t width,
                  int64_t rows, Status* status) {
  map(y, n, [&](int64_t i) {
    const int64_t row = i / width, column = i - row * width, index = indices[row];
    if (index >= 0 && index < rows) return convert_checked<To>(x[index * width + column], status);
    if (column == 0) report(status, Problem::index_out_of_range, index, rows);
    return To{0};
  });
}

void gather(Out y, In x, In indices, const NoSettings&, Stream& stream) noexcept {
  if (y.size() == 0) return;
  const int64_t width = y.size() / indices.size();
  with_number(y.dtype(), [&](auto to) {
    with_number(x.dtype(), [&](auto from) {
      using To = decltype(to);
      using From = decltype(from);
      launch_map(gather_kernel<To, From>, y.size(), stream, y.as<To>(), x.as<From>(),
                 indices.as<int32_t>(), y.size(), width, x.dim(0), stream.status);
    });
  });
}

}  // namespace fastnn::FASTNN_ISA
