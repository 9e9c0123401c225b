// Runs every operation of one instruction set (FASTNN_ISA) on small data, without Python: for
// sanitizers, and for a processor that is only emulated. Linking it is a test of its own: the table
// that it asks for takes the address of every kernel, so that a missing one is an error naming it.
// A line a case and float type gives a checksum of all outputs, to be compared with another
// instruction set's. Operands lie in blocks of their exact size, so that AddressSanitizer sees one
// element too many. Sizes are odd and lie around vectors of 2 to 16 lanes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <memory>
#include <utility>
#include <vector>

#include "check.h"
#include "operations.h"
#include "parameters.h"

namespace fastnn {
namespace FASTNN_ISA { const Operation* operations(); }
namespace {

struct Bytes {  // any settings
  std::vector<char> bytes;
  Bytes() : Bytes(NoSettings{}) {}
  template <class Settings>
  Bytes(const Settings& s) : bytes(sizeof s) {
    memcpy(bytes.data(), &s, sizeof s);
  }
};

// An operand is a letter and a shape: f the float type under test, from -1 to 1; p the same, from 0
// to 1; d float64, i int32, l int64, u uint8: 0, 1, 2 .. modulo what follows %. "-": None, "+": add
// to what is there, ( ): a list, () an empty one. Scratch is left out.
struct Case {
  OperationId id;
  const char* operands;
  Bytes settings;
};

const Case kCases[] = {
#include "contract_cases.inc"
};

struct Operands {
  std::vector<Operand> operands;
  std::vector<uint16_t> first{0};
  std::vector<std::unique_ptr<char[]>> memory;

  void* allocate(int64_t bytes) {
    memory.emplace_back(new char[bytes]);
    memset(memory.back().get(), 0x5a, bytes);
    return memory.back().get();
  }
};

void give_values(Operand& x, char letter, long modulus) {
  static uint32_t random = 1;
  for (int64_t i = 0; i < x.size; ++i) {
    random = random * 1664525u + 1013904223u;
    const double unit = (random >> 8) * 0x1p-24 + 0x1p-26;
    const double value = letter == 'f' ? 2 * unit - 1 : unit;
    const int64_t whole = modulus ? i % modulus : i + 1;
    switch (x.dtype) {
      case Dtype::f32: static_cast<float*>(x.data)[i] = static_cast<float>(value); break;
      case Dtype::f64: static_cast<double*>(x.data)[i] = value; break;
      case Dtype::i32: static_cast<int32_t*>(x.data)[i] = static_cast<int32_t>(whole); break;
      case Dtype::i64: static_cast<int64_t*>(x.data)[i] = whole; break;
      case Dtype::u8:
      case Dtype::bytes: static_cast<uint8_t*>(x.data)[i] = static_cast<uint8_t>(whole); break;
    }
  }
}

// One operand's text, as in "+f5x7"; `p` is left behind it.
Operand read_operand(const char*& p, Dtype under_test, Operands& all) {
  Operand x;
  if (*p == '-') return ++p, x;
  if (*p == '+') x.add = *p++ == '+';
  const char letter = *p++;
  x.dtype = letter == 'd'   ? Dtype::f64
            : letter == 'i' ? Dtype::i32
            : letter == 'l' ? Dtype::i64
            : letter == 'u' ? Dtype::u8
                            : under_test;
  x.size = 1;
  while ((*p >= '0' && *p <= '9') || *p == 'x') {
    char* end;
    x.size *= x.dims[x.rank++] = strtol(*p == 'x' ? p + 1 : p, &end, 10);
    p = end;
  }
  long modulus = 0;
  if (*p == '%') {
    char* end;
    modulus = strtol(p + 1, &end, 10);
    p = end;
  }
  x.data = all.allocate(x.bytes());
  give_values(x, letter, modulus);
  return x;
}

void read_operands(const Operation& operation, const char* p, Dtype under_test, Operands& all) {
  for (int k = 0; k < operation.parameters; ++k) {
    if (operation.roles[k] == 's') {
      all.operands.emplace_back();
    } else {
      while (*p == ' ') ++p;
      const bool list = *p == '(';
      const bool empty = list && p[1] == ')';
      p += empty;
      if (!empty) do {
          p += *p == '(' || *p == ' ';
          all.operands.push_back(read_operand(p, under_test, all));
        } while (list && *p == ' ');
      p += list;
    }
    all.first.push_back(static_cast<uint16_t>(all.operands.size()));
  }
}

template <class Settings, class... A, int... I>
void run_check(void (*function)(A...), const Arguments& a, Check& check,
               std::integer_sequence<int, I...>) {
  function(FASTNN_ISA::parameter<typename FASTNN_ISA::Nth<I, A...>::type>(a, I)...,
           *static_cast<const Settings*>(a.settings), check);
}
template <class Settings, class... A>
void run_check(void (*function)(A...), const Arguments& a, Check& check) {
  run_check<Settings>(function, a, check, std::make_integer_sequence<int, sizeof...(A) - 2>());
}
void run_check(OperationId id, const Arguments& a, Check& check) {
  switch (id) {
#define FASTNN_OPERATION(name, Settings, ...) \
  case OperationId::name: return run_check<Settings>(&name##_check, a, check);
#include "operations.def"
#undef FASTNN_OPERATION
    case OperationId::count: break;
  }
}

// Every element counts with a weight of its own, so that exchanged elements are seen.
double checksum(const Operation& operation, const Operands& all) {
  double sum = 0, weight = 1;
  for (int k = 0; k < operation.parameters; ++k) {
    if (!strchr("wamM", operation.roles[k])) continue;
    for (int o = all.first[k]; o < all.first[k + 1]; ++o) {
      const Operand& y = all.operands[o];
      for (int64_t i = 0; y.data && i < y.size; ++i, weight = weight < 2 ? weight + 0.0117 : 1)
        sum += weight * (y.dtype == Dtype::f32   ? static_cast<float*>(y.data)[i]
                         : y.dtype == Dtype::f64 ? static_cast<double*>(y.data)[i]
                         : y.dtype == Dtype::i32 ? static_cast<int32_t*>(y.data)[i]
                         : y.dtype == Dtype::i64 ? static_cast<int64_t*>(y.data)[i]
                                                 : static_cast<uint8_t*>(y.data)[i]);
    }
  }
  return sum;
}

bool run(const Case& c, Dtype under_test, int number) {
  constexpr int kSlots = 2;
  const Operation& operation = FASTNN_ISA::operations()[static_cast<int>(c.id)];
  Operands all;
  read_operands(operation, c.operands, under_test, all);
  const Arguments arguments{all.operands.data(), all.first.data(), c.settings.bytes.data()};

  Check check(operation, arguments);
  run_check(c.id, arguments, check);
  check.refuse_overlaps();
  Schedule schedule;
  if (!check.failed()) operation.schedule(arguments, schedule);
  for (int k = 0; k < operation.parameters; ++k) {
    if (operation.roles[k] != 's') continue;
    Operand& scratch = all.operands[all.first[k]];
    scratch.size = schedule.shared_bytes + kSlots * schedule.slice_bytes;
    scratch.rank = 2;
    scratch.dims[0] = schedule.shared_bytes;
    scratch.dims[1] = schedule.slice_bytes;
    scratch.data = all.allocate(scratch.size);
  }
  Status status;
  for (int stage = 0; stage < schedule.stages && !check.failed(); ++stage)
    for (int64_t i = 0; i < schedule.parts[stage]; ++i)
      operation.run(arguments, Part{stage, static_cast<int>(i % kSlots), i, schedule.parts[stage],
                                    &status, nullptr});
  const bool good = !check.failed() && status.problem == 0;
  printf("%2d %-32s %s %.15g %s\n", number, operation.name,
         under_test == Dtype::f32 ? "float32" : "float64", checksum(operation, all),
         good             ? "ok"
         : check.failed() ? check.text()
                          : "bad status");
  return good;
}

}  // namespace
}  // namespace fastnn

int main() {
  using namespace fastnn;
  int failures = 0, number = 0;
  bool seen[kOperations] = {};
  for (const Case& c : kCases) {
    seen[static_cast<int>(c.id)] = true;
    for (Dtype dtype : {Dtype::f32, Dtype::f64}) failures += !run(c, dtype, ++number);
  }
  for (int id = 0; id < kOperations; ++id) {
    if (seen[id]) continue;
    printf("%s has no case in contract_cases.inc\n", FASTNN_ISA::operations()[id].name);
    ++failures;
  }
  return failures != 0;
}
