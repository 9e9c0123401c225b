// conv2d and conv2d_transpose, which is its gradient to x, too: directly, channels last. The
// weights (KH, KW, C, F) are the right factor of a product as they lie, and the columns of a window
// are contiguous in x, so that nothing is rearranged but the edges: where windows look beyond a
// picture, a block's rows are copied with zeros around them, or the taps go over the outputs that
// have them, one after the other. Back to x the weights are turned, C and F exchanged and the taps
// reversed, by a first launch, and the same code runs over y.
#include "conv2d_depthwise.h"
#include "conv2d_direct.h"
#include "conv2d_turn.h"
#include "winograd.h"

namespace fastnn::FASTNN_ISA {
namespace {

// For dots columns become rows, and forward the taps stay as they are.
template <class T>
void turn_to_rows(const DirectPlan& p, T* turned, const T* w, Range taps) noexcept {
  const Convolution& c = p.c;
  const int64_t all = c.KH * c.KW;
  const int64_t step = p.group_in * all;  // from column to column
  for (int64_t tap = taps.begin; tap < taps.end; ++tap) {
    const int64_t place = p.back ? p.place_of(tap) : tap;
    T* const to = turned + place * p.group_in;
    const T* from = w + tap * c.C * c.F;
    for (int64_t k = 0; k < c.C; ++k) {
      for (int64_t f = 0; f < c.F; ++f) to[p.back ? k * step + f : f * step + k] = *from++;
    }
  }
}

template <class T>
void compute_part(const DirectPlan& p, const Direct<T>& d, Scratch scratch,
                  const Part& part) noexcept {
  const Range units = share(p.units, part);
  Packed<T> packed = {scratch.slice<T>(part.slot), nullptr, 0};
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    compute_unit(p, d, unit, packed);
  }
  if (p.past_caches) finish_stores_past();
}

void plan(Schedule& schedule, const DirectPlan& p, Ref w) {
  const int64_t bytes = size_of(w.dtype());
  int stage = 0;
  if (p.back || p.dots) {
    schedule.shared_bytes = blocks_of(128, w.operand->bytes()) * 128;
    plan_stage(schedule, stage++, static_cast<double>(w.operand->bytes()) / kTransposedBytes,
               p.c.groups * p.c.KH * p.c.KW);
  }
  plan_stage(schedule, stage, p.nanoseconds, p.units);
  schedule.mergeable = true;
  schedule.slice_bytes = blocks_of(128, p.packed_bytes() + p.frame_bytes(bytes)) * 128;
}

// The weights' rows follow one another by b_step, a group's weights come after those before it.
template <class T>
void run(const DirectPlan& p, Out out, In in, In w, MaybeIn bias, bool add, Scratch scratch,
         Activation activation, const Part& part) noexcept {
  const bool turned = p.back || p.dots;
  T* const room = scratch.shared<T>();
  if (turned && part.stage == 0) {
    const Range taps = share(p.c.groups * p.c.KH * p.c.KW, part);
    return p.dots ? turn_to_rows(p, room, w.as<T>(), taps) : turn_taps(p, room, w.as<T>(), taps);
  }
  const int64_t group_size = p.c.KH * p.c.KW * p.c.group_F * p.c.group_C;
  const Direct<T> d = {in.as<T>(),
                       turned ? room : w.as<T>(),
                       bias.as<T>(),
                       p.dots   ? 1
                       : turned ? p.group_out
                                : p.c.F,
                       turned ? group_size : p.c.group_F,
                       out.as<T>(),
                       add,
                       activation};
  compute_part(p, d, scratch, part);
}

}  // namespace

void conv2d(OutAdd y, In x, In w, MaybeIn bias, Scratch scratch, const Conv2dSettings& s,
            const Part& part) noexcept {
  if (y.size() == 0) return;
  const ConvAlgorithm algorithm = choose(x, w, s, Wanted::y);
  if (algorithm == ConvAlgorithm::depthwise) return depthwise(y, x, w, bias, scratch, s, part);
  if (algorithm == ConvAlgorithm::winograd) {
    return winograd(y, x, w, bias, scratch, s, false, part);
  }
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const DirectPlan p(Convolution(y, x, w, s), false, algorithm, sizeof(T));
    run<T>(p, y, x, w, bias, y.add(), scratch, s.activation, part);
  });
}

void conv2d_schedule(OutAdd y, In x, In w, MaybeIn, Scratch, const Conv2dSettings& s,
                     Schedule& schedule) noexcept {
  if (y.size() == 0) return;
  const ConvAlgorithm algorithm = choose(x, w, s, Wanted::y);
  schedule.algorithm = name_of(algorithm);
  if (algorithm == ConvAlgorithm::depthwise) return depthwise_schedule(y, x, w, s, schedule);
  if (algorithm == ConvAlgorithm::winograd) return winograd_schedule(y, x, w, s, false, schedule);
  plan(schedule, DirectPlan(Convolution(y, x, w, s), false, algorithm, size_of(y.dtype())), w);
}

void conv2d_transpose(OutAdd x, In y, In w, MaybeIn bias, Scratch scratch, const Conv2dSettings& s,
                      const Part& part) noexcept {
  if (x.size() == 0) return;
  const ConvAlgorithm algorithm = choose(x, w, s, Wanted::x);
  if (algorithm == ConvAlgorithm::depthwise) {
    return depthwise_transpose(x, y, w, bias, scratch, s, part);
  }
  if (algorithm == ConvAlgorithm::winograd) return winograd(x, y, w, bias, scratch, s, true, part);
  if (algorithm == ConvAlgorithm::adjoint) {
    return winograd_adjoint(x, y, w, bias, scratch, s, part);
  }
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const DirectPlan p(Convolution(y, x, w, s), true, algorithm, sizeof(T));
    run<T>(p, x, y, w, bias, x.add(), scratch, s.activation, part);
  });
}

void conv2d_transpose_schedule(OutAdd x, In y, In w, MaybeIn, Scratch, const Conv2dSettings& s,
                               Schedule& schedule) noexcept {
  if (x.size() == 0) return;
  const ConvAlgorithm algorithm = choose(x, w, s, Wanted::x);
  schedule.algorithm = name_of(algorithm);
  if (algorithm == ConvAlgorithm::depthwise) {
    return depthwise_transpose_schedule(x, y, w, s, schedule);
  }
  if (algorithm == ConvAlgorithm::winograd) return winograd_schedule(x, y, w, s, true, schedule);
  if (algorithm == ConvAlgorithm::adjoint) return winograd_adjoint_schedule(x, y, w, s, schedule);
  plan(schedule, DirectPlan(Convolution(y, x, w, s), true, algorithm, size_of(x.dtype())), w);
}

}  // namespace fastnn::FASTNN_ISA
