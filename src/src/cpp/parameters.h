// From the erased Arguments back to typed parameters, and what a parameter's type says of its role.
// Lives in the namespace of whoever includes it, so that no instantiation is shared between
// instruction sets.
#pragma once
#include "contract.h"

namespace fastnn::FASTNN_ISA {

template <class P>
struct Role;
#define FASTNN_ROLE(Type, letter_, optional_)   \
  template <>                                   \
  struct Role<Type> {                           \
    static constexpr char letter = letter_;     \
    static constexpr bool optional = optional_; \
  };
FASTNN_ROLE(In, 'r', false)
FASTNN_ROLE(MaybeIn, 'r', true)
FASTNN_ROLE(Out, 'w', false)
FASTNN_ROLE(MaybeOut, 'w', true)
FASTNN_ROLE(OutAdd, 'a', false)
FASTNN_ROLE(MaybeOutAdd, 'a', true)
FASTNN_ROLE(InOut, 'm', false)
FASTNN_ROLE(InList, 'R', false)
FASTNN_ROLE(InOutList, 'M', false)
FASTNN_ROLE(Scratch, 's', false)
#undef FASTNN_ROLE

template <class P>
FASTNN_INLINE P parameter(const Arguments& a, int k) {
  P p{};
  if constexpr (Role<P>::letter == 'R' || Role<P>::letter == 'M') {
    p.items = a.operands + a.first[k];
    p.count = a.first[k + 1] - a.first[k];
  } else {
    p.operand = a.operands + a.first[k];
  }
  return p;
}

template <int I, class Head, class... Tail>
struct Nth {
  using type = typename Nth<I - 1, Tail...>::type;
};
template <class Head, class... Tail>
struct Nth<0, Head, Tail...> {
  using type = Head;
};

}  // namespace fastnn::FASTNN_ISA
