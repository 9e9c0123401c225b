#include "../check.h"

namespace fastnn {

// The arithmetic on places stays far within int64.
constexpr int64_t kFar = int64_t{1} << 60;

void slice_check(OutAdd y, In x, const SliceSettings& s, Check& check) {
  check.same_dtype(y, x);
  check.rank(y, x.rank());
  if (check.failed()) return;
  if (s.starts.count != x.rank() || s.steps.count != x.rank() || s.every.count != x.rank())
    return check.refuse("starts, steps and every have %lld, %lld and %lld numbers; x has %d axes.",
                        static_cast<long long>(s.starts.count),
                        static_cast<long long>(s.steps.count),
                        static_cast<long long>(s.every.count), x.rank());
  for (int i = 0; i < x.rank(); ++i) {
    const int64_t start = s.starts.at[i], step = s.steps.at[i], every = s.every.at[i];
    int64_t reach = 0;
    if (start < -kFar || start > kFar || __builtin_mul_overflow(step, y.dim(i), &reach) ||
        reach < -kFar || reach > kFar || step < -kFar || step > kFar)
      return check.refuse(
          "along axis %d starts is %lld and steps %lld; places within 2^60 of x "
          "are wanted.",
          i, static_cast<long long>(start), static_cast<long long>(step));
    if (every < 1 || every > kFar || (every > 1 && step != 1 && step != -1))
      return check.refuse(
          "along axis %d every is %lld and steps %lld; every must be 1 or, where "
          "the step is 1 or -1, more.",
          i, static_cast<long long>(every), static_cast<long long>(step));
  }
  const double low = y.dtype() == Dtype::u8 ? 0 : y.dtype() == Dtype::i32 ? -0x1p31 : -0x1p63;
  const double end = y.dtype() == Dtype::u8 ? 256 : y.dtype() == Dtype::i32 ? 0x1p31 : 0x1p63;
  if (y.dtype() != Dtype::f32 && y.dtype() != Dtype::f64) check.between("value", s.value, low, end);
}

}  // namespace fastnn
