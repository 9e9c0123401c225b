// What the binding knows of each operation beside its kernels: how to check a call and how to read
// its settings. One row a line of operations.def, made by one template.
#pragma once
#include <Python.h>

#include <string>

#include "../check.h"
#include "../operations.h"

namespace fastnn {

struct BindingRow {
  void (*check)(const Arguments&, Check&);
  // Reads the tuple into `settings`; complains to the check.
  void (*read_settings)(PyObject* tuple, void* settings, Check&);
  void (*make_default)(void* settings);
  int settings_count;
  std::string settings_text;  // "transpose_a, transpose_b, activation"
};

const BindingRow& binding_row(int id);

}  // namespace fastnn
