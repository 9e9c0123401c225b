#include "../check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <algorithm>
#include <vector>

namespace fastnn {

void Check::fail(bool type_error, const char* format, va_list arguments) {
  if (failed_) return;
  failed_ = true;
  type_error_ = type_error;
  const int n = snprintf(text_, sizeof text_, "%s: ", operation_.name);
  vsnprintf(text_ + n, sizeof text_ - n, format, arguments);
}

void Check::refuse(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fail(false, format, arguments);
  va_end(arguments);
}

void Check::refuse_type(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fail(true, format, arguments);
  va_end(arguments);
}

Check::Text Check::name(const Operand* operand) const {
  int k = 0;
  while (k + 1 < operation_.parameters && arguments_.operands + arguments_.first[k + 1] <= operand)
    ++k;
  // The k-th "Type name" of the comma-separated signature.
  const char* p = operation_.signature;
  for (int i = 0; i < k; ++i) p = strchr(p, ',') + 1;
  p = strchr(p + 1, ' ') + 1;
  const int length = static_cast<int>(strcspn(p, ","));
  Text text;
  const int segment = static_cast<int>(operand - (arguments_.operands + arguments_.first[k]));
  if (operation_.roles[k] == 'R' || operation_.roles[k] == 'M')
    snprintf(text.text, sizeof text.text, "%.*s[%d]", length, p, segment);
  else
    snprintf(text.text, sizeof text.text, "%.*s", length, p);
  return text;
}

Check::Text Check::shape_text(const Operand& x) {
  Text text;
  int n = snprintf(text.text, sizeof text.text, "(");
  for (int i = 0; i < x.rank && n < static_cast<int>(sizeof text.text) - 24; ++i)
    n += snprintf(text.text + n, sizeof text.text - n, i ? ", %lld" : "%lld",
                  static_cast<long long>(x.dims[i]));
  snprintf(text.text + n, sizeof text.text - n, x.rank == 1 ? ",)" : ")");
  return text;
}

const char* Check::dtype_text(Dtype dtype) {
  switch (dtype) {
    case Dtype::f32: return "float32";
    case Dtype::f64: return "float64";
    case Dtype::i32: return "int32";
    case Dtype::i64: return "int64";
    case Dtype::u8: return "uint8";
    case Dtype::bytes: break;
  }
  return "bytes";
}

void Check::floats(std::initializer_list<Ref> operands) {
  const Operand* first = nullptr;
  for (const Ref& x : operands) {
    if (!x) continue;
    if (x.dtype() != Dtype::f32 && x.dtype() != Dtype::f64)
      return refuse_type(
          "%s is %s; float32 or float64 is wanted. Convert it with .astype(\"float32\").",
          name(x).text, dtype_text(x.dtype()));
    if (!first) first = x.operand;
    if (x.dtype() != first->dtype)
      return refuse_type(
          "%s is %s but %s is %s; they must have one dtype. Convert one with .astype().",
          name(first).text, dtype_text(first->dtype), name(x).text, dtype_text(x.dtype()));
  }
}

void Check::dtype(Ref x, Dtype wanted) {
  if (x && x.dtype() != wanted)
    refuse_type("%s is %s; %s is wanted. Convert it with .astype(\"%s\").", name(x).text,
                dtype_text(x.dtype()), dtype_text(wanted), dtype_text(wanted));
}

void Check::rank(Ref x, int wanted) {
  if (x && x.rank() != wanted)
    refuse("%s has %d axes, shape %s; %d are wanted.", name(x).text, x.rank(), shape_text(x).text,
           wanted);
}

void Check::same_dtype(Ref x, Ref like) {
  if (x && like && x.dtype() != like.dtype())
    refuse_type("%s is %s but %s is %s; they must have one dtype. Convert one with .astype().",
                name(x).text, dtype_text(x.dtype()), name(like).text, dtype_text(like.dtype()));
}

void Check::same_shape(Ref x, Ref like) {
  if (!x || !like) return;
  bool same = x.rank() == like.rank();
  for (int i = 0; same && i < x.rank(); ++i) same = x.dim(i) == like.dim(i);
  if (!same)
    refuse("%s has shape %s but %s has shape %s; they must be equal.", name(x).text,
           shape_text(x).text, name(like).text, shape_text(like).text);
}

void Check::shape(Ref x, const Operand& wanted) {
  if (!x) return;
  bool same = x.rank() == wanted.rank;
  for (int i = 0; same && i < x.rank(); ++i) same = x.dim(i) == wanted.dims[i];
  if (!same)
    refuse("%s has shape %s; %s is wanted.", name(x).text, shape_text(x).text,
           shape_text(wanted).text);
}

void Check::shape(Ref x, std::initializer_list<int64_t> dims) {
  Operand wanted;
  for (int64_t d : dims) wanted.dims[wanted.rank++] = d;
  shape(x, wanted);
}

void Check::first_axes(Ref weights, Ref x) {
  if (!weights) return;
  bool fits = weights.rank() <= x.rank();
  for (int i = 0; fits && i < weights.rank(); ++i) fits = weights.dim(i) == x.dim(i);
  if (!fits)
    refuse(
        "%s have shape %s and %s %s; the first axes of %s are wanted: a weight a sample or an "
        "element. Reshape them.",
        name(weights).text, shape_text(weights).text, name(x).text, shape_text(x).text,
        name(x).text);
}

void Check::not_empty(Ref x) {
  if (x && x.size() == 0)
    refuse("%s is empty, shape %s; at least one element is wanted.", name(x).text,
           shape_text(x).text);
}

void Check::finite(const char* field, double value) {
  if (!isfinite(value)) refuse("%s is %g; a finite number is wanted.", field, value);
}

void Check::between(const char* field, double value, double low, double high) {
  if (!(value >= low && value < high))
    refuse("%s is %g; %g <= %s < %g is wanted.", field, value, low, field, high);
}

void Check::may_alias(Ref out, Ref in) {
  if (out && in && alias_count_ < 4) aliases_[alias_count_++] = {out.operand, in.operand};
}

// Whether any output overlaps anything, by one pass in the order of addresses: a thousand segments
// of an optimizer make eight million pairs.
bool Check::nothing_overlaps() const {
  struct Extent {
    const char *begin, *end;
    bool out;
  };
  std::vector<Extent> extents;
  for (int k = 0; k < operation_.parameters; ++k)
    for (int i = arguments_.first[k]; i < arguments_.first[k + 1]; ++i) {
      const Operand& x = arguments_.operands[i];
      const char* begin = static_cast<const char*>(x.data);
      if (begin && x.size)
        extents.push_back(
            {begin, begin + x.bytes(), strchr("wamM", operation_.roles[k]) != nullptr});
    }
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  const char *end = nullptr, *out_end = nullptr;  // of those before
  for (const Extent& x : extents) {
    if (out_end > x.begin || (x.out && end > x.begin)) return false;
    end = std::max(end, x.end);
    if (x.out) out_end = std::max(out_end, x.end);
  }
  return true;
}

void Check::refuse_overlaps() {
  const int count = arguments_.first[operation_.parameters];
  if (count > 32 && nothing_overlaps()) return;
  for (int k = 0; k < operation_.parameters; ++k) {
    if (!strchr("wamM", operation_.roles[k])) continue;
    for (int i = arguments_.first[k]; i < arguments_.first[k + 1]; ++i) {
      const Operand& out = arguments_.operands[i];
      const char* begin = static_cast<const char*>(out.data);
      if (!begin || !out.size) continue;
      for (int j = 0; j < count; ++j) {
        const Operand& other = arguments_.operands[j];
        const char* start = static_cast<const char*>(other.data);
        if (j == i || !start || !other.size || start >= begin + out.bytes() ||
            begin >= start + other.bytes())
          continue;
        bool allowed = false;
        for (int a = 0; a < alias_count_; ++a)
          allowed |= aliases_[a].out == &out && aliases_[a].in == &other && begin == start &&
                     out.bytes() == other.bytes();
        if (!allowed)
          return refuse("%s overlaps %s in memory; give the output an array of its own.",
                        name(&out).text, name(&other).text);
      }
    }
  }
}

}  // namespace fastnn
