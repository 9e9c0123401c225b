// The sums that batch normalisation takes over all but the last axis, on which batch_norm.cpp has
// more: rows of x and how a part walks them, its moments or sums, and how those of all parts become
// a channel's.
#pragma once
#include "common.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kNarrow = 64;   // columns that a row has at most if k > 1
constexpr int64_t kChunk = 64;    // rows
constexpr int64_t kStrip = 1024;  // columns whose tables are on the stack

struct Rows {
  int64_t C, copies, width, count, rest;
  double elements;  // of a channel
};

FASTNN_INLINE Rows rows_of(Ref x) {
  Rows s;
  s.C = x.dim(-1);
  s.copies = larger(1, kNarrow / s.C);
  s.width = s.C * s.copies;
  s.count = x.size() / s.width;
  s.rest = x.size() % s.width;
  s.elements = static_cast<double>(x.size() / s.C);
  return s;
}

// A column for each channel, repeated for the copies: itself, or in `local`.
template <class T>
FASTNN_INLINE const T* spread(const T* channels, T (&local)[kNarrow], const Rows& s) {
  if (s.copies == 1) return channels;
  for (int64_t j = 0; j < s.width; ++j) local[j] = channels[j % s.C];
  return local;
}

template <int n>
struct Group {
  static constexpr int count = n;
};
// Calls f(at, column, Group of rows, length of a tail...) for all vectors of `count` rows, which
// begin `stride` apart. Eight rows are taken side by side, so that a column's sum is loaded and
// stored once for eight terms.
template <class T, class F>
FASTNN_INLINE void for_rows(int64_t count, int64_t stride, int64_t width, F f) {
  constexpr int64_t L = lanes<T>;
  const auto group = [&](int64_t row, auto rows) {
    int64_t j = 0;
    for (; j + L <= width; j += L) f(row * stride + j, j, rows);
    if (j < width) f(row * stride + j, j, rows, width - j);
  };
  int64_t row = 0;
  for (; row + 8 <= count; row += 8) group(row, Group<8>{});
  for (; row < count; ++row) group(row, Group<1>{});
}

// Into the second cache, 16 rows ahead and in the order of memory, while vector j of row k of eight
// is summed: eight rows side by side are no stream that the processor sees (from memory, of 256
// columns, a Zen 4 core sums 11 GB/s without this and 23 with it).
template <class T>
FASTNN_INLINE void fetch_ahead(const T* column, int64_t j, int k, const Rows& s) {
  if (s.width <= kStrip) __builtin_prefetch(column + 7 * j + k * lanes<T> + 16 * s.width, 0, 2);
}

// Calls table(i, column, channel) for the columns of a strip, i from 0, then row(offset, width) for
// the strip of each row of this part.
template <class Table, class Row>
FASTNN_INLINE void for_strips(const Rows& s, const Part& part, Table table, Row row) {
  const Range rows = share(s.count, part);
  for (int64_t first = 0; first < s.width; first += kStrip) {
    const int64_t width = smaller(kStrip, s.width - first);
    for (int64_t i = 0; i < width; ++i) {
      table(i, s.copies == 1 ? first + i : (first + i) % s.C);
    }
    for (int64_t r = rows.begin; r < rows.end; ++r) row(r * s.width + first, width);
    const int64_t left = smaller(width, s.rest - first);
    if (part.index == part.count - 1 && left > 0) row(s.count * s.width + first, left);
  }
}

// Of stage 0, and of a stage of elements; so that stage 1 knows how many partial sums there are.
FASTNN_INLINE int64_t part_count_of(const Rows& s, int64_t bytes) {
  return part_count(nanoseconds_of(bytes), larger(1, s.count));
}

FASTNN_INLINE void plan_sums(Schedule& schedule, const Rows& s, int64_t bytes) {
  const int64_t parts = part_count_of(s, bytes);
  plan_stage(schedule, 0, nanoseconds_of(bytes), larger(1, s.count));
  const double work = 0.5 * static_cast<double>(parts * s.width);
  plan_stage(schedule, 1, work, s.copies == 1 ? blocks_of(kGrain, s.C) : 1);
  schedule.shared_bytes = 2 * (parts * s.width + s.C) * static_cast<int64_t>(sizeof(double));
}

// ---- statistics --------------------------------------------------------------------------------

// What is known of some elements: how many they are, and their mean and sum of squared deviations.
struct Moments {
  double count, mean, squares;
};

// Adds what is known of `more` elements of each of `width` columns to what is known of `count`.
FASTNN_INLINE void combine(double* mean, double* squares, double count, const double* their_mean,
                           const double* their_squares, double more, int64_t width) {
  if (more == 0) return;
  const double weight = more / (count + more), product = count * weight;
  for (int64_t j = 0; j < width; ++j) {
    const double delta = their_mean[j] - mean[j];
    mean[j] += delta * weight;
    squares[j] += their_squares[j] + delta * delta * product;
  }
}

template <class T>
static void part_moments(double* mean, double* squares, const T* x, const Rows& s, Range rows) {
  T local[kNarrow], guess[kStrip], sum[kStrip], square[kStrip];
  const T* origin = spread(x, local, s);
  for (int64_t j = 0; j < s.width; ++j) mean[j] = squares[j] = 0;
  for (int64_t r = rows.begin; r < rows.end; r += kChunk) {
    const int64_t count = smaller(kChunk, rows.end - r);
    const T share_of_one = T(1) / static_cast<T>(count);
    const double before = static_cast<double>(r - rows.begin), here = static_cast<double>(count);
    for (int64_t first = 0; first < s.width; first += kStrip) {
      const int64_t width = smaller(kStrip, s.width - first);
      const T* start = x + r * s.width + first;
      if (r == rows.begin) {
        for (int64_t j = 0; j < width; ++j) guess[j] = 0;
        for_rows<T>(count, s.width, width, [&](int64_t at, int64_t j, auto group, auto... tail) {
          Vec<T> total = load(guess + j, tail...);
#pragma GCC unroll 8
          for (int k = 0; k < group.count; ++k) total += load(start + at + k * s.width, tail...);
          store(guess + j, total, tail...);
        });
        for (int64_t j = 0; j < width; ++j) guess[j] *= share_of_one;
      } else {
        for (int64_t j = 0; j < width; ++j)
          guess[j] = origin[first + j] + static_cast<T>(mean[first + j]);
      }
      for (int64_t j = 0; j < width; ++j) sum[j] = square[j] = 0;
      for_rows<T>(count, s.width, width, [&](int64_t at, int64_t j, auto group, auto... tail) {
        const Vec<T> middle = load(guess + j, tail...);
        Vec<T> off = load(sum + j, tail...), off_square = load(square + j, tail...);
#pragma GCC unroll 8
        for (int k = 0; k < group.count; ++k) {
          fetch_ahead(start + at, j, k, s);
          const Vec<T> d = load(start + at + k * s.width, tail...) - middle;
          off += d;
          off_square = fma(d, d, off_square);
        }
        store(sum + j, off, tail...);
        store(square + j, off_square, tail...);
      });
      const double both = before + here, weight = here / both, product = before * weight;
      for (int64_t j = 0; j < width; ++j) {
        const double correction = static_cast<double>(sum[j]) / here;
        const double from = static_cast<double>(guess[j]) - static_cast<double>(origin[first + j]);
        const double delta = from + correction - mean[first + j];
        mean[first + j] += delta * weight;
        squares[first + j] += static_cast<double>(square[j]) -
                              correction * static_cast<double>(sum[j]) + delta * delta * product;
      }
    }
  }
}

// Calls finish(channel, Moments) for these channels; means are counted from x's first row.
template <class T, class Finish>
FASTNN_INLINE void combine_moments(const double* sums, int64_t parts, const T* x, const Rows& s,
                                   Range channels, Finish finish) {
  double mean[kStrip], squares[kStrip];
  for (int64_t c = channels.begin; c < channels.end; c += kStrip) {
    const int64_t some = smaller(kStrip, channels.end - c);
    const int64_t width = s.copies == 1 ? some : s.width;
    for (int64_t j = 0; j < width; ++j) mean[j] = squares[j] = 0;
    double count = 0;
    for (int64_t p = 0; p < parts; ++p) {
      const Range rows = share(s.count, Part{.index = p, .count = parts});
      const double more = static_cast<double>(rows.end - rows.begin);
      const double* theirs = sums + 2 * p * s.width + c;
      combine(mean, squares, count, theirs, theirs + s.width, more, width);
      count += more;
    }
    for (int64_t i = 0; i < some; ++i) {
      Moments all = {count, mean[i], squares[i]};
      const auto add = [&](double more, double their_mean, double their_squares) {
        combine(&all.mean, &all.squares, all.count, &their_mean, &their_squares, more, 1);
        all.count += more;
      };
      for (int64_t j = i + s.C; j < s.width && s.copies > 1; j += s.C) {
        add(count, mean[j], squares[j]);
      }
      for (int64_t j = c + i; j < s.rest; j += s.C) {
        const double last = static_cast<double>(x[s.count * s.width + j]);
        add(1, last - static_cast<double>(x[c + i]), 0);
      }
      finish(c + i, all);
    }
  }
}

// ---- sums of the backward ----------------------------------------------------------------------

// How dy comes to what was normalised: through nothing, or through a relu, whose result the forward
// had from the same formula. off: x - mean.
struct AsItIs {
  static constexpr bool kReads = false;
  template <class V, class... Line>
  FASTNN_INLINE V operator()(V dy, V, Line...) const {
    return dy;
  }
};
struct ThroughRelu {
  static constexpr bool kReads = true;  // scale and shift
  template <class V>
  FASTNN_INLINE V operator()(V dy, V off, V scale, V shift) const {
    return Relu::df(fma(off, scale, shift), dy);
  }
};

// The sums over some rows of dy, come through, and of that times x - mean. line(c, scale, shift):
// how a channel is normalised.
template <class T, class Line, class Through>
static void part_sums(double* sum, double* product, const T* dy, const T* x, const T* mean,
                      Line line, Through through, const Rows& s, Range rows) {
  T local[kNarrow], some[kStrip], some_products[kStrip], scale[kStrip], shift[kStrip];
  const T* center = spread(mean, local, s);
  const auto find_lines = [&](int64_t first, int64_t width) {
    for (int64_t j = 0; Through::kReads && j < width; ++j)
      line(s.copies == 1 ? first + j : j % s.C, scale[j], shift[j]);
  };
  if (s.width <= kStrip) find_lines(0, s.width);
  for (int64_t j = 0; j < s.width; ++j) sum[j] = product[j] = 0;
  for (int64_t r = rows.begin; r < rows.end; r += kChunk) {
    const int64_t count = smaller(kChunk, rows.end - r);
    for (int64_t first = 0; first < s.width; first += kStrip) {
      const int64_t width = smaller(kStrip, s.width - first), start = r * s.width + first;
      if (s.width > kStrip) find_lines(first, width);
      for (int64_t j = 0; j < width; ++j) some[j] = some_products[j] = 0;
      for_rows<T>(count, s.width, width, [&](int64_t at, int64_t j, auto group, auto... tail) {
        const Vec<T> middle = load(center + first + j, tail...);
        Vec<T> total = load(some + j, tail...), products = load(some_products + j, tail...);
#pragma GCC unroll 8
        for (int k = 0; k < group.count; ++k) {
          const int64_t i = start + at + k * s.width;
          fetch_ahead(dy + start + at, j, k, s);
          fetch_ahead(x + start + at, j, k, s);
          const Vec<T> off = load(x + i, tail...) - middle;
          Vec<T> d = load(dy + i, tail...);
          if constexpr (Through::kReads)
            d = through(d, off, load(scale + j, tail...), load(shift + j, tail...));
          total += d;
          products = fma(d, off, products);
        }
        store(some + j, total, tail...);
        store(some_products + j, products, tail...);
      });
      for (int64_t j = 0; j < width; ++j) {
        sum[first + j] += static_cast<double>(some[j]);
        product[first + j] += static_cast<double>(some_products[j]);
      }
    }
  }
}

// Calls finish(channel, sum, product) for these channels.
template <class T, class Line, class Through, class Finish>
FASTNN_INLINE void combine_sums(const double* sums, int64_t parts, const T* dy, const T* x,
                                const T* mean, Line line, Through through, const Rows& s,
                                Range channels, Finish finish) {
  double sum[kStrip], product[kStrip];
  for (int64_t c = channels.begin; c < channels.end; c += kStrip) {
    const int64_t some = smaller(kStrip, channels.end - c);
    const int64_t width = s.copies == 1 ? some : s.width;
    for (int64_t j = 0; j < width; ++j) sum[j] = product[j] = 0;
    for (int64_t p = 0; p < parts; ++p) {
      const double* theirs = sums + 2 * p * s.width + c;
      for (int64_t j = 0; j < width; ++j) {
        sum[j] += theirs[j];
        product[j] += theirs[s.width + j];
      }
    }
    for (int64_t i = 0; i < some; ++i) {
      double all = sum[i], products = product[i];
      for (int64_t j = i + s.C; j < s.width && s.copies > 1; j += s.C) {
        all += sum[j];
        products += product[j];
      }
      for (int64_t j = c + i; j < s.rest; j += s.C) {
        const int64_t at = s.count * s.width + j;
        const T off = x[at] - mean[c + i];
        T d = dy[at], scale, shift;
        if constexpr (Through::kReads) {
          line(c + i, scale, shift);
          d = through(broadcast(d), broadcast(off), broadcast(scale), broadcast(shift))[0];
        }
        all += static_cast<double>(d);
        products += static_cast<double>(d * off);
      }
      finish(c + i, all, products);
    }
  }
}

}  // namespace fastnn::FASTNN_ISA
