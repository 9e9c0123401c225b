// transpose: y's axis i is x's axis axes[i]; any dtype. Axes that stay together are merged and
// those of size 1 dropped. Where the innermost axis stays innermost, rows are copied. Where it does
// not, y's innermost axis and x's span planes that are transposed: two cache lines of each row of x
// at a time, by squares of vector registers, so that every line of x is read once.
#include "gemm_columns.h"
#include "odometer.h"

namespace fastnn::FASTNN_ISA {

// y's axes, outermost first, and what a step along one moves in x and in y.
struct Turn {
  int count = 0;
  int64_t size[kMaxRank], from[kMaxRank], to[kMaxRank];
  int column = 0;           // the axis that is x's innermost
  Odometer rows_x, rows_y;  // all axes but the last, where that is x's innermost; else the planes
};

static Turn turn_of(Ref y, Ref x, const TransposeSettings& s) {
  int64_t stride[kMaxRank], volume = 1;
  for (int i = x.rank() - 1; i >= 0; --i) {
    stride[i] = volume;
    volume *= x.dim(i);
  }
  Turn t;
  for (int i = 0; i < y.rank(); ++i) {
    const int64_t n = y.dim(i), step = stride[s.axes.at[i]];
    if (n == 1) continue;
    if (t.count > 0 && t.from[t.count - 1] == n * step) {
      t.size[t.count - 1] *= n;
      t.from[t.count - 1] = step;
    } else {
      t.size[t.count] = n;
      t.from[t.count++] = step;
    }
  }
  if (t.count == 0) {
    t.size[0] = t.from[0] = 1;
    t.count = 1;
  }
  volume = 1;
  for (int i = t.count - 1; i >= 0; --i) {
    t.to[i] = volume;
    volume *= t.size[i];
    if (t.from[i] == 1) t.column = i;
  }
  for (int i = 0; i < t.count - 1; ++i) {
    if (i == t.column) continue;
    t.rows_x.push(t.size[i], t.from[i]);
    t.rows_y.push(t.size[i], t.to[i]);
  }
  return t;
}

// What one unit transposes of a plane: two cache lines of x by so many of its rows.
template <class T>
constexpr int64_t kTurnRows = 128 / static_cast<int64_t>(sizeof(T));
constexpr int64_t kTurnColumns = 512;

// y[j * y_row + i] = x[i * x_row + j], or += it, for j < rows, i < columns.
template <class T>
static void turn(T* y, bool add, int64_t y_row, const T* x, int64_t x_row, int64_t rows,
                 int64_t columns) {
  int64_t whole_rows = 0, whole_columns = 0;
  if constexpr (can_add<T>) {
    constexpr int64_t L = lanes<T>, S = kSquare<T>;
    whole_rows = rows / S * S;
    whole_columns = columns / L * L;
    for (int64_t i = 0; i < whole_columns; i += L) {
      for (int64_t j = 0; j < whole_rows; j += S) {
        Vec<T> v[S];
        load_columns(v, x + i * x_row + j, x_row);
#pragma GCC unroll 4
        for (int k = 0; k < S; ++k) {
          T* to = y + (j + k) * y_row + i;
          store(to, add ? load(to) + v[k] : v[k]);
        }
      }
    }
  }
  for (int64_t j = 0; j < rows; ++j) {
    const int64_t i = j < whole_rows ? whole_columns : 0;
    move_steps(y + j * y_row + i, add, 1, x + i * x_row + j, x_row, columns - i);
  }
}

template <class T>
static void transpose_part(T* y, bool add, const T* x, Turn& t, const Part& part) {
  const int last = t.count - 1;
  if (t.column == last) {
    return for_each_piece(t.rows_x, t.size[last], part, [&](int64_t begin, int64_t end) {
      int64_t at = begin;
      for (int i = 0; i < last; ++i) at += t.rows_x.index[i] * t.to[i];
      move_run(y + at, add, x + t.rows_x.offset + begin, end - begin);
    });
  }
  const int64_t rows = t.size[t.column], columns = t.size[last];
  const int64_t strips = blocks_of(kTurnRows<T>, rows), blocks = blocks_of(kTurnColumns, columns);
  const Range units = share(t.rows_x.total() * strips * blocks, part);
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t plane = unit / (strips * blocks);
    const int64_t i = unit % blocks * kTurnColumns, j = unit / blocks % strips * kTurnRows<T>;
    t.rows_x.go_to(plane);
    t.rows_y.go_to(plane);
    turn(y + t.rows_y.offset + j * t.to[t.column] + i, add, t.to[t.column],
         x + t.rows_x.offset + i * t.from[last] + j, t.from[last], smaller(kTurnRows<T>, rows - j),
         smaller(kTurnColumns, columns - i));
  }
}

void transpose(OutAdd y, In x, const TransposeSettings& s, const Part& part) noexcept {
  if (y.size() == 0) return;
  Turn t = turn_of(y, x, s);
  switch (size_of(y.dtype())) {  // integers move as floats of their size
    case 4: return transpose_part(y.as<float>(), y.add(), x.as<float>(), t, part);
    case 8: return transpose_part(y.as<double>(), y.add(), x.as<double>(), t, part);
    default: return transpose_part(y.as<uint8_t>(), false, x.as<uint8_t>(), t, part);
  }
}

// An element that is transposed costs about 0.3 ns in the second cache, one of a byte 1 ns.
void transpose_schedule(OutAdd y, In x, const TransposeSettings& s, Schedule& schedule) noexcept {
  if (y.size() == 0) return;
  const Turn t = turn_of(y, x, s);
  const int last = t.count - 1;
  if (t.column == last) {
    return plan_rows_moved(schedule, y.size() / t.size[last], t.size[last], 2 * size_of(y.dtype()));
  }
  const int64_t width = 128 / size_of(y.dtype());
  const double each = size_of(y.dtype()) == 1 ? 1 : 0.3;
  plan_stage(schedule, 0, each * static_cast<double>(y.size()),
             y.size() / (t.size[t.column] * t.size[last]) * blocks_of(width, t.size[t.column]) *
                 blocks_of(kTurnColumns, t.size[last]));
}

}  // namespace fastnn::FASTNN_ISA
