// Random numbers: uniform fills an array; dropout keeps an element with probability 1 - rate and
// divides it by that. philox.h says which number an element gets, from its index, the position and
// the stream alone, so that dropout's backward draws its mask again instead of keeping it.
#include "draw.h"

namespace fastnn::FASTNN_ISA {

// ---- uniform -----------------------------------------------------------------------------------

// y = low + (high - low) u, u in [0, 1)
void uniform(Out y, InOut state, Scratch scratch, const UniformSettings& settings,
             const Part& part) noexcept {
  int64_t* position = scratch.shared<int64_t>();
  if (part.stage == 0) return take_position(position, state.as<int64_t>());
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    constexpr int64_t each = uniforms_per_block<T>(), n = kBlocks * each;
    const T low = static_cast<T>(settings.low), width = static_cast<T>(settings.high) - low;
    const Range range = share_elements(y.size(), part);
    uint32_t words[kWords];
    T values[n];
    for (int64_t i = range.begin; i < range.end; i += n) {
      draw(words, position, settings.stream, i / each);
      for (int block = 0; block < kBlocks; ++block) {
        PhiloxWords four;
        __builtin_memcpy(&four, words + 4 * block, sizeof four);
        for (int k = 0; k < each; ++k)
          values[block * each + k] = low + width * unit_uniform<T>(four, k);
      }
      __builtin_memcpy(y.as<T>() + i, values,
                       static_cast<size_t>(smaller(n, range.end - i)) * sizeof(T));
    }
  });
}

void uniform_schedule(Out y, InOut, Scratch, const UniformSettings&, Schedule& schedule) noexcept {
  plan_draw(schedule, y.size(), y.dtype() == Dtype::f64 ? 1.4 : 0.7);
  schedule.shared_bytes = 2 * static_cast<int64_t>(sizeof(int64_t));
}

// ---- dropout -----------------------------------------------------------------------------------

// y_i = word_i < threshold ? x_i / keep : 0, or y_i += it; y may be x.
template <class T>
static void drop(T* y, bool add, const T* x, Range range, const int64_t* position,
                 const DropoutSettings& settings) {
  const T keep = static_cast<T>(1 - settings.rate);
  const uint64_t threshold = dropout_threshold(settings.rate);
  // 2^32 does not fit in the 32-bit lanes of the comparison.
  const uint32_t below = static_cast<uint32_t>(threshold), all = threshold >> 32 ? 1 : 0;
  const auto f = [&](Vec<T> v, Vec<T> kept) {
    return select(greater(kept, Vec<T>{}), v / keep, Vec<T>{});
  };
  uint32_t words[kWords];
  T kept[kWords];
  for (int64_t i = range.begin; i < range.end; i += kWords) {
    draw(words, position, settings.stream, i / 4);
    for (int k = 0; k < kWords; ++k) kept[k] = (words[k] < below) | all ? T(1) : T(0);
    map(y + i, add, Range{0, smaller(kWords, range.end - i)}, f, x + i, kept);
  }
}

// The same with draws that elements share.
template <class T>
static void drop_shared(T* y, bool add, const T* x, Range range, const int64_t* position,
                        const DropoutSettings& settings, const MaskAxes& axes) {
  const T keep = static_cast<T>(1 - settings.rate);
  const uint64_t threshold = dropout_threshold(settings.rate);
  const int outer = axes.rank - 1;
  const int64_t row = axes.size[outer];
  uint32_t words[kWords];
  T kept[kWords];
  int64_t drawn = -1;  // which kWords words are there
  const auto at_hand = [&](int64_t word) {
    if (word / kWords != drawn) {
      drawn = word / kWords;
      draw(words, position, settings.stream, drawn * kBlocks);
    }
    return word % kWords;
  };
  for (int64_t i = range.begin; i < range.end;) {
    const int64_t column = i % row;
    int64_t count = smaller(row - column, range.end - i), word = axes.draw(i / row, outer);
    if (axes.shared(outer)) {
      const bool stays = words[at_hand(word)] < threshold;
      const auto f = [&](Vec<T> v) { return stays ? v / keep : Vec<T>{}; };
      map(y + i, add, Range{0, count}, f, x + i);
    } else {
      const int64_t at = at_hand(word + column);
      count = smaller(count, kWords - at);
      for (int64_t k = 0; k < count; ++k) kept[k] = words[at + k] < threshold ? T(1) : T(0);
      const auto f = [&](Vec<T> v, Vec<T> one) {
        return select(greater(one, Vec<T>{}), v / keep, Vec<T>{});
      };
      map(y + i, add, Range{0, count}, f, x + i, kept);
    }
    i += count;
  }
}

static void drop(Out y, bool add, In x, const int64_t* position, const DropoutSettings& settings,
                 const Part& part) {
  if (y.size() == 0) return;
  const MaskAxes axes = mask_axes(x, settings.mask_shape);
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const Range range = share_elements(y.size(), part);
    if (axes.rank == 1 && !axes.shared(0)) {
      drop(y.as<T>(), add, x.as<T>(), range, position, settings);
    } else {
      drop_shared(y.as<T>(), add, x.as<T>(), range, position, settings, axes);
    }
  });
}

void dropout_forward(Out y, Out position, InOut state, In x, const DropoutSettings& settings,
                     const Part& part) noexcept {
  if (part.stage == 0) return take_position(position.as<int64_t>(), state.as<int64_t>());
  drop(y, false, x, position.as<int64_t>(), settings, part);
}

void dropout_forward_schedule(Out y, Out, InOut, In, const DropoutSettings&,
                              Schedule& schedule) noexcept {
  plan_draw(schedule, y.size(), 0.7);
}

void dropout_backward(OutAdd dx, In dy, In position, const DropoutSettings& settings,
                      const Part& part) noexcept {
  drop(dx, dx.add(), dy, position.as<int64_t>(), settings, part);
}

void dropout_backward_schedule(OutAdd dx, In, In, const DropoutSettings&,
                               Schedule& schedule) noexcept {
  plan_stage(schedule, 0, 0.7 * static_cast<double>(dx.size()), blocks_of(kGrain, dx.size()));
}

}  // namespace fastnn::FASTNN_ISA
