// Turns typed kernels into the erased table that the core calls: for each line of operations.def a
// row of {name, signature, roles, schedule, run}. Included by one file a device and instruction
// set, after kernels.h; all of it lives in that namespace, so no instantiation is shared between
// instruction sets.
#pragma once
#include <utility>

#include "parameters.h"

namespace fastnn::FASTNN_ISA {

// F = void(P..., const Settings&, Last) noexcept; Last: const Part& on the CPU, Stream& on a GPU.
template <class Settings, auto kernel, auto plan, class F = decltype(kernel)>
struct Row;
template <class Settings, auto kernel, auto plan, class... A>
struct Row<Settings, kernel, plan, void (*)(A...) noexcept> {
  static constexpr int kParameters = sizeof...(A) - 2;
  static_assert(kParameters <= kMaxParameters, "raise kMaxParameters");
  using Indices = std::make_integer_sequence<int, kParameters>;
  using Last = typename Nth<sizeof...(A) - 1, A...>::type;
  template <int I>
  using Parameter = typename Nth<I, A...>::type;

  template <int... I>
  static constexpr bool has_scratch(std::integer_sequence<int, I...>) {
    return ((Role<Parameter<I>>::letter == 's') || ...);
  }
  template <int... I>
  static void call(const Arguments& a, Last last, std::integer_sequence<int, I...>) {
    kernel(parameter<Parameter<I>>(a, I)..., *static_cast<const Settings*>(a.settings), last);
  }
  template <int... I>
  static void ask(const Arguments& a, Schedule& s, std::integer_sequence<int, I...>) {
    plan(parameter<Parameter<I>>(a, I)..., *static_cast<const Settings*>(a.settings), s);
  }
  static void run(const Arguments& a, const Part& part) {
#ifdef FASTNN_GPU
    Stream stream{static_cast<cudaStream_t>(part.stream), part.status};
    call(a, stream, Indices{});
#else
    call(a, part, Indices{});
#endif
  }
  static void schedule(const Arguments& a, Schedule& s) {
#ifdef FASTNN_GPU
    if constexpr (has_scratch(Indices{})) ask(a, s, Indices{});
#else
    ask(a, s, Indices{});
#endif
  }
  template <int... I>
  static constexpr Operation row(const char* name, const char* signature,
                                 std::integer_sequence<int, I...>) {
    return {name,
            signature,
            kParameters,
            {Role<Parameter<I>>::letter..., '\0'},
            {Role<Parameter<I>>::optional...},
            static_cast<int>(sizeof(Settings)),
            &schedule,
            &run};
  }
};

const Operation* operations() {
  static constexpr Operation table[] = {
#define FASTNN_OPERATION(name, Settings, ...)                          \
  Row<Settings, &FASTNN_ISA::name, &FASTNN_ISA::name##_schedule>::row( \
      #name, #__VA_ARGS__,                                             \
      typename Row<Settings, &FASTNN_ISA::name, &FASTNN_ISA::name##_schedule>::Indices{}),
#include "operations.def"
#undef FASTNN_OPERATION
  };
  return table;
}

}  // namespace fastnn::FASTNN_ISA
