#include "../check.h"

namespace fastnn {

constexpr int64_t kFar = int64_t{1} << 60;

// `whole` is x padded.
static void check_pad(Ref whole, Ref x, const PadSettings& s, Check& check) {
  check.rank(whole, x.rank());
  if (check.failed()) return;
  if (s.before.count != x.rank())
    return check.refuse("before has %lld numbers; %s has %d axes.",
                        static_cast<long long>(s.before.count), check.name(x).text, x.rank());
  for (int i = 0; i < x.rank(); ++i) {
    if (s.before.at[i] < -kFar || s.before.at[i] > kFar)
      return check.refuse("along axis %d before is %lld; at most 2^60 is wanted.", i,
                          static_cast<long long>(s.before.at[i]));
  }
  if (x.size() == 0 && whole.size() != 0)
    check.refuse("%s is empty, shape %s; there is nothing to pad with.", check.name(x).text,
                 Check::shape_text(x).text);
}

void pad_check(OutAdd y, In x, const PadSettings& s, Check& check) {
  check.same_dtype(y, x);
  check_pad(y, x, s, check);
}

void pad_backward_check(OutAdd dx, In dy, const PadSettings& s, Check& check) {
  check.floats({dx, dy});
  check_pad(dy, dx, s, check);
}

}  // namespace fastnn
