// Norms of the arrays of a list: of each, or of all together. Blocks of a fixed number of elements
// are summed in double, in which no square of a float overflows, and leave their sums in the
// scratch; a second stage of one part adds these up, array by array.
#include <math.h>
#include <string.h>

#include "common.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kBlock = 4096;

// Elements p .. p + lanes<double> as doubles; of a tail so many, and zeros.
template <class T>
FASTNN_INLINE Vecd load_doubles(const T* p, int64_t count = lanes<double>) {
  typename VectorOf<T, lanes<double>* static_cast<int>(sizeof(T))>::type v{};
  if (count == lanes<double>) {
    __builtin_memcpy(&v, p, sizeof v);
  } else {
    memcpy(&v, p, static_cast<size_t>(count) * sizeof(T));
  }
  return __builtin_convertvector(v, Vecd);
}

template <class T>
static double sum_of_squares(const T* x, int64_t n) {
  return sum_row<double>(n, [&](int64_t i, auto... count) {
    const Vecd v = load_doubles(x + i, count...);
    return v * v;
  });
}

static int64_t block_count(InList x) {
  int64_t blocks = 0;
  for (int i = 0; i < x.count; ++i) blocks += blocks_of(kBlock, x[i].size());
  return blocks;
}

void norms(Out norm, InList x, Scratch scratch, const NoSettings&, const Part& part) noexcept {
  double* sums = scratch.shared<double>();
  if (part.stage == 1) {
    double all = 0;
    for (int i = 0; i < x.count; ++i) {
      const int64_t blocks = blocks_of(kBlock, x[i].size());
      const double sum = sum_row(sums, blocks);
      sums += blocks;
      all += sum;
      if (norm.rank() > 0) norm.as<double>()[i] = ::sqrt(sum);
    }
    if (norm.rank() == 0) *norm.as<double>() = ::sqrt(all);
    return;
  }
  Range rest = share(block_count(x), part);  // relative to the array's first block
  for (int i = 0; i < x.count && rest.end > 0; ++i) {
    const int64_t n = x[i].size(), blocks = blocks_of(kBlock, n);
    for (int64_t b = larger(rest.begin, 0); b < smaller(rest.end, blocks); ++b) {
      with_float(x[i].dtype(), [&](auto tag) {
        sums[b] =
            sum_of_squares(x[i].as<decltype(tag)>() + b * kBlock, smaller(kBlock, n - b * kBlock));
      });
    }
    sums += blocks;
    rest = {rest.begin - blocks, rest.end - blocks};
  }
}

void norms_schedule(Out, InList x, Scratch, const NoSettings&, Schedule& schedule) noexcept {
  const int64_t blocks = block_count(x);
  int64_t bytes = 0;
  for (int i = 0; i < x.count; ++i) bytes += x[i].operand->bytes();
  plan_stage(schedule, 0, 2 * nanoseconds_of(bytes), blocks);
  plan_stage(schedule, 1, 0.3 * static_cast<double>(blocks) + 10 * x.count, 1);
  schedule.shared_bytes = blocks * static_cast<int64_t>(sizeof(double));
}

}  // namespace fastnn::FASTNN_ISA
