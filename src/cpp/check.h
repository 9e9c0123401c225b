// Every call's gate: `name_check` sees a call's operands before anything runs, and refuses what the
// kernel could not stand. Memory safety rests on these functions alone. They compare shapes, ranks,
// dtypes and settings and never look at data. A message says the operation, what came, what was
// wanted and the cure.
#pragma once
#include <initializer_list>

#include "settings.h"

namespace fastnn {

class Check {
 public:
  Check(const Operation& operation, const Arguments& arguments)
      : operation_(operation), arguments_(arguments) {}

  bool failed() const { return failed_; }
  bool type_error() const { return type_error_; }
  const char* text() const { return text_; }

  // The first complaint is kept; the operation's name is put before it.
  void refuse(const char* format, ...) __attribute__((format(printf, 2, 3)));
  void refuse_type(const char* format, ...) __attribute__((format(printf, 2, 3)));

  // All present operands have one dtype, float32 or float64.
  void floats(std::initializer_list<Ref> operands);
  void dtype(Ref x, Dtype wanted);
  void rank(Ref x, int wanted);
  void same_shape(Ref x, Ref like);
  void same_dtype(Ref x, Ref like);
  // x has exactly these sizes.
  void shape(Ref x, std::initializer_list<int64_t> dims);
  void shape(Ref x, const Operand& wanted);
  // weights, if any, has the first axes of x: none of them, some, or all.
  void first_axes(Ref weights, Ref x);
  // Some mean or maximum is taken over x: it must have elements.
  void not_empty(Ref x);
  void finite(const char* field, double value);
  void between(const char* field, double value, double low, double high);  // low <= value < high

  // `out` may be the very array `in`; any other overlap of an output is refused.
  void may_alias(Ref out, Ref in);
  void refuse_overlaps();

  struct Text {
    char text[160];
  };
  Text name(const Operand* operand) const;  // as in the operation's signature
  Text name(Ref x) const { return name(x.operand); }
  static Text shape_text(const Operand& x);
  static Text shape_text(Ref x) { return shape_text(*x.operand); }
  static const char* dtype_text(Dtype dtype);

 private:
  bool nothing_overlaps() const;
  void fail(bool type_error, const char* format, __builtin_va_list arguments);

  const Operation& operation_;
  const Arguments& arguments_;
  struct Pair {
    const Operand *out, *in;
  } aliases_[4] = {};
  int alias_count_ = 0;
  bool failed_ = false, type_error_ = false;
  char text_[1024] = "";
};

#define FASTNN_OPERATION(name, Settings, ...) \
  void name##_check(__VA_ARGS__, const Settings& settings, Check& check);
#include "operations.def"
#undef FASTNN_OPERATION

}  // namespace fastnn
