#include "rows.h"

#include <algorithm>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../core/api.h"

#define FASTNN_ISA binding
#include "../parameters.h"

namespace fastnn {
namespace {

struct Reader {  // one field of a settings tuple after the other
  PyObject* tuple;
  Check& check;
  Py_ssize_t next = 0;

  PyObject* item() { return PyTuple_GET_ITEM(tuple, next++); }
  void wrong(const char* field, PyObject* got, const char* wanted) {
    forget_error();
    check.refuse_type("settings: %s is a %s; %s is wanted.", field, Py_TYPE(got)->tp_name, wanted);
  }
  void operator()(const char* field, bool& value) {
    PyObject* o = item();
    if (o != Py_True && o != Py_False) return wrong(field, o, "True or False");
    value = o == Py_True;
  }
  void operator()(const char* field, double& value) {
    PyObject* o = item();
    value = PyFloat_CheckExact(o) ? PyFloat_AS_DOUBLE(o)
            : PyUnicode_Check(o)  ? -1.0
                                  : PyFloat_AsDouble(o);
    if (PyUnicode_Check(o) || PyErr_Occurred()) wrong(field, o, "a number");
  }
  void operator()(const char* field, int64_t& value) {
    PyObject* o = item();
    value = PyLong_Check(o) ? PyLong_AsLongLong(o) : 0;
    if (!PyLong_Check(o) || PyErr_Occurred()) wrong(field, o, "an integer of 64 bits");
  }
  void operator()(const char* field, Integers& value) {
    read_list(field, value, "a tuple of integers of 64 bits", [](PyObject* o, int64_t& number) {
      number = PyLong_Check(o) ? PyLong_AsLongLong(o) : 0;
      return PyLong_Check(o) && !PyErr_Occurred();
    });
  }
  void operator()(const char* field, Numbers& value) {
    read_list(field, value, "a tuple of numbers", [](PyObject* o, double& number) {
      const bool is_number = PyFloat_Check(o) || PyLong_Check(o);
      number = is_number ? PyFloat_AsDouble(o) : 0;
      return is_number && !PyErr_Occurred();
    });
  }
  template <class List, class Read>
  void read_list(const char* field, List& value, const char* wanted, Read read) {
    PyObject* o = item();
    if (!PyTuple_Check(o)) return wrong(field, o, wanted);
    const Py_ssize_t count = PyTuple_GET_SIZE(o);
    if (count > kMaxRank)
      return check.refuse("settings: %s has %lld numbers; at most %d are wanted.", field,
                          static_cast<long long>(count), kMaxRank);
    value = {};
    value.count = count;
    for (Py_ssize_t i = 0; i < count; ++i) {
      PyObject* number = PyTuple_GET_ITEM(o, i);
      if (!read(number, value.at[i])) return wrong(field, number, wanted);
    }
  }
  template <class Choice>
    requires std::is_enum_v<Choice>
  void operator()(const char* field, Choice& value) {
    PyObject* o = item();
    const char* names = names_of(Choice{});
    if (!PyUnicode_Check(o)) return wrong(field, o, names);
    Py_ssize_t length = 0;
    const char* text = PyUnicode_AsUTF8AndSize(o, &length);
    const int chosen = text ? place_of({text, static_cast<size_t>(length)}, names) : -1;
    forget_error();  // text that is no UTF-8
    if (chosen < 0)
      return check.refuse("settings: %s is unknown; one of these is wanted: %s.", field, names);
    value = static_cast<Choice>(chosen);
  }
  // Which of the comma-separated names it is.
  static int place_of(std::string_view wanted, std::string_view names) {
    for (int i = 0;; ++i) {
      const size_t end = std::min(names.find(','), names.size());
      if (names.substr(0, end) == wanted) return i;
      if (end == names.size()) return -1;
      names.remove_prefix(end + 2);
    }
  }
};

struct Lister {
  std::string text;
  int count = 0;
  template <class T>
  void operator()(const char* field, T&) {
    text += std::string(count++ ? ", " : "") + field;
  }
};

template <class Settings, auto check, class F = decltype(check)>
struct Row;
template <class Settings, auto function, class... A>
struct Row<Settings, function, void (*)(A...)> {
  static constexpr int kParameters = sizeof...(A) - 2;
  static_assert(sizeof(Settings) <= kMaxSettings);
  template <int... I>
  static void call(const Arguments& a, Check& c, std::integer_sequence<int, I...>) {
    function(binding::parameter<typename binding::Nth<I, A...>::type>(a, I)...,
             *static_cast<const Settings*>(a.settings), c);
  }
  static void check(const Arguments& a, Check& c) {
    call(a, c, std::make_integer_sequence<int, kParameters>{});
  }
  static void read(PyObject* tuple, void* settings, Check& c) {
    Reader reader{tuple, c};
    static_cast<Settings*>(settings)->visit(reader);
  }
  // Zeroed first: settings are compared and recorded bytewise, padding included.
  static void make(void* settings) {
    __builtin_memset(settings, 0, sizeof(Settings));
    Settings fresh;
    copy_fields(*static_cast<Settings*>(settings), fresh);
  }
  static void copy_fields(Settings& to, Settings& from) {
    char* base = reinterpret_cast<char*>(&from);
    to.visit([&](const char*, auto& field) {
      const size_t at = reinterpret_cast<char*>(&field) - reinterpret_cast<char*>(&to);
      __builtin_memcpy(&field, base + at, sizeof field);
    });
  }
  static BindingRow row() {
    Lister lister;
    Settings settings;
    settings.visit(lister);
    return {&check, &read, &make, lister.count, lister.text};
  }
};

}  // namespace

const BindingRow& binding_row(int id) {
  static const BindingRow rows[] = {
#define FASTNN_OPERATION(name, Settings, ...) Row<Settings, &name##_check>::row(),
#include "../operations.def"
#undef FASTNN_OPERATION
  };
  return rows[id];
}

}  // namespace fastnn
