// Layer normalisation along the last axis: y = gamma (x - mean) rstd + beta, with rstd = 1 /
// sqrt(variance + epsilon). A row is computed by itself in T, in an order that depends on its
// length alone: the mean, then the squares of what is left, then y, the last two out of the cache.
// dgamma and dbeta are sums over rows: a part adds up 64 rows in T and those sums in double; a
// second stage adds the parts in order.
#include <math.h>

#include "common.h"

namespace fastnn::FASTNN_ISA {

constexpr int64_t kChunk = 64;  // rows whose sums are kept in T
constexpr int kTogether = 4;    // of these at a time, so that a sum is loaded once for four terms
constexpr double kRow = 12;     // ns: a row's reductions

static int64_t row_count(Ref x) { return x.size() / x.dim(-1); }

static double row_nanoseconds(Ref x, int64_t times) {
  return kRow * static_cast<double>(row_count(x)) + nanoseconds_of(times * x.operand->bytes());
}

void layer_norm_forward(Out y, Out mean, Out rstd, In x, MaybeIn gamma, MaybeIn beta,
                        const EpsilonSettings& settings, const Part& part) noexcept {
  with_float(y.dtype(), [&](auto tag) {
    using T = decltype(tag);
    const int64_t C = x.dim(-1);
    const T *g = gamma.as<T>(), *b = beta.as<T>();
    const Range rows = share(row_count(x), part);
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const T* row = x.as<T>() + r * C;
      T* out = y.as<T>() + r * C;
      const T center = sum_row(row, C) / static_cast<T>(C);
      const T squares = sum_row<T>(C, [&](int64_t i, auto... count) {
        Vec<T> d = load(row + i, count...) - center;
        if constexpr (sizeof...(count) > 0) d = select(first_lanes<T>(count...), d, Vec<T>{});
        return d * d;
      });
      const double variance = static_cast<double>(squares) / static_cast<double>(C);
      const T scale = static_cast<T>(1 / ::sqrt(variance + settings.epsilon));
      mean.as<T>()[r] = center;
      rstd.as<T>()[r] = scale;
      const Range all = {0, C};
      if (g && b) {
        map<false>(
            out, all, [&](Vec<T> v, Vec<T> p, Vec<T> q) { return fma((v - center) * scale, p, q); },
            row, g, b);
      } else if (g) {
        map<false>(out, all, [&](Vec<T> v, Vec<T> p) { return (v - center) * scale * p; }, row, g);
      } else if (b) {
        map<false>(out, all, [&](Vec<T> v, Vec<T> q) { return (v - center) * scale + q; }, row, b);
      } else {
        map<false>(out, all, [&](Vec<T> v) { return (v - center) * scale; }, row);
      }
    }
  });
}

void layer_norm_forward_schedule(Out, Out, Out, In x, MaybeIn, MaybeIn, const EpsilonSettings&,
                                 Schedule& schedule) noexcept {
  plan_stage(schedule, 0, row_nanoseconds(x, 2), row_count(x));
}

// ---- backward ----------------------------------------------------------------------------------

// dx = rstd (g - mean(g) - n mean(g n)), g = gamma dy, n = (x - mean) rstd
template <class T, class G, class... P>
FASTNN_INLINE void backward_row(T* dx, bool add, const T* x, int64_t C, T center, T scale, G g,
                                const P*... terms) {
  constexpr int64_t L = lanes<T>;
  Vec<T> sums[2] = {}, products[2] = {};  // both in one pass
  const auto step = [&](int64_t i, int k, auto... count) {
    const Vec<T> v = g(load(terms + i, count...)...);
    Vec<T> d = load(x + i, count...) - center;
    if constexpr (sizeof...(count) > 0) d = select(first_lanes<T>(count...), d, Vec<T>{});
    sums[k] += v;
    products[k] = fma(v, d, products[k]);
  };
  int64_t i = 0;
  for (; i + 2 * L <= C; i += 2 * L) {
    step(i, 0);
    step(i + L, 1);
  }
  for (; i + L <= C; i += L) step(i, 0);
  if (i < C) step(i, 1, C - i);
  const T sum = reduce_add(sums[0] + sums[1]), product = reduce_add(products[0] + products[1]);
  const T shift = sum / static_cast<T>(C), slope = product / static_cast<T>(C) * scale * scale;
  const auto line = [&](Vec<T> v, auto... p) {
    return (g(p...) - shift - (v - center) * slope) * scale;
  };
  map(dx, add, Range{0, C}, line, x, terms...);
}

template <class T>
static void backward_rows(MaybeOutAdd dx, In dy, In x, In mean, In rstd, MaybeIn gamma,
                          Range rows) {
  const int64_t C = x.dim(-1);
  for (int64_t r = rows.begin; r < rows.end; ++r) {
    const T *d = dy.as<T>() + r * C, *g = gamma.as<T>(), *row = x.as<T>() + r * C;
    const T center = mean.as<T>()[r], scale = rstd.as<T>()[r];
    T* out = dx.as<T>() + r * C;
    if (g) {
      const auto product = [](Vec<T> u, Vec<T> v) { return u * v; };
      backward_row(out, dx.add(), row, C, center, scale, product, d, g);
    } else {
      backward_row(out, dx.add(), row, C, center, scale, [](Vec<T> u) { return u; }, d);
    }
  }
}

template <int n>
struct Together {
  static constexpr int count = n;
};

// Adds the terms of `count` rows, at most kTogether, to the sums of their columns.
template <int count, class T>
FASTNN_INLINE void add_rows(T* dgamma, T* dbeta, const T* dy, const T* x, const T* mean,
                            const T* rstd, int64_t C) {
  const auto step = [&](int64_t j, auto... tail) {
    Vec<T> g = load(dgamma + j, tail...), b = load(dbeta + j, tail...);
#pragma GCC unroll 8
    for (int k = 0; k < count; ++k) {
      const Vec<T> d = load(dy + k * C + j, tail...);
      g = fma(d, (load(x + k * C + j, tail...) - mean[k]) * rstd[k], g);
      b += d;
    }
    store(dgamma + j, g, tail...);
    store(dbeta + j, b, tail...);
  };
  int64_t j = 0;
  for (; j + lanes<T> <= C; j += lanes<T>) step(j);
  if (j < C) step(j, C - j);
}

// A part's rows: dx of some, then what they add to the sums, out of the cache. The sums, dgamma and
// dbeta, are kept in double, and of a chunk of rows in T.
template <class T>
static void backward_part(MaybeOutAdd dx, double* sums, In dy, In x, In mean, In rstd,
                          MaybeIn gamma, Range rows) {
  const int64_t C = x.dim(-1);
  if (!sums) return backward_rows<T>(dx, dy, x, mean, rstd, gamma, rows);
  T* some = reinterpret_cast<T*>(sums + 2 * C);
  for (int64_t i = 0; i < 2 * C; ++i) sums[i] = 0;
  for (int64_t first = rows.begin; first < rows.end; first += kChunk) {
    const int64_t end = smaller(first + kChunk, rows.end);
    for (int64_t i = 0; i < 2 * C; ++i) some[i] = 0;
    for (int64_t r = first; r < end; r += kTogether) {
      const int64_t last = smaller(r + kTogether, end);
      if (dx) backward_rows<T>(dx, dy, x, mean, rstd, gamma, Range{r, last});
      const auto add = [&](int64_t row, auto count) {
        add_rows<decltype(count)::count>(some, some + C, dy.as<T>() + row * C, x.as<T>() + row * C,
                                         mean.as<T>() + row, rstd.as<T>() + row, C);
      };
      if (last - r == kTogether) {
        add(r, Together<kTogether>{});
      } else {
        for (int64_t row = r; row < last; ++row) add(row, Together<1>{});
      }
    }
    for (int64_t i = 0; i < 2 * C; ++i) sums[i] += static_cast<double>(some[i]);
  }
}

// Sums cost a part as much as some ten rows do.
constexpr int64_t kLeastRows = 32;

static int64_t part_count_of(Ref x) {
  return part_count(row_nanoseconds(x, 3), larger(1, row_count(x) / kLeastRows));
}

// The sum of a column over the parts in order, a few columns at a time: those of a part lie far
// from the next part's, at the same place of a cache.
template <class T>
static void write_sums(MaybeOutAdd d, const double* sums, int64_t parts, int64_t C, Range columns) {
  constexpr int64_t kColumns = 64;
  for (int64_t first = columns.begin; first < columns.end; first += kColumns) {
    const int64_t n = smaller(kColumns, columns.end - first);
    double sum[kColumns] = {};
    for (int64_t p = 0; p < parts; ++p)
      for (int64_t i = 0; i < n; ++i) sum[i] += sums[p * 4 * C + first + i];
    T* to = d.as<T>() + first;
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(sum[i]) + (d.add() ? to[i] : T(0));
  }
}

void layer_norm_backward(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In dy, In x,
                         In mean, In rstd, MaybeIn gamma, Scratch scratch, const NoSettings&,
                         const Part& part) noexcept {
  const int64_t C = x.dim(-1);
  with_float(x.dtype(), [&](auto tag) {
    using T = decltype(tag);
    double* sums = scratch.shared<double>();
    if (part.stage == 0) {
      const Range rows = share(row_count(x), part);
      double* own = dgamma || dbeta ? sums + part.index * 4 * C : nullptr;
      return backward_part<T>(dx, own, dy, x, mean, rstd, gamma, rows);
    }
    const Range columns = share_elements(C, part);
    const int64_t parts = part_count_of(x);
    if (dgamma) write_sums<T>(dgamma, sums, parts, C, columns);
    if (dbeta) write_sums<T>(dbeta, sums + C, parts, C, columns);
  });
}

void layer_norm_backward_schedule(MaybeOutAdd dx, MaybeOutAdd dgamma, MaybeOutAdd dbeta, In, In x,
                                  In, In, MaybeIn, Scratch, const NoSettings&,
                                  Schedule& schedule) noexcept {
  const int64_t C = x.dim(-1), parts = part_count_of(x);
  plan_stage(schedule, 0, row_nanoseconds(x, dx ? 3 : 2), 1);
  schedule.parts[0] = parts;  // whatever is wanted: the sums are the same bits
  if (!dgamma && !dbeta) return;
  plan_stage(schedule, 1, static_cast<double>(parts * C), blocks_of(kGrain, C));
  schedule.shared_bytes = parts * 4 * C * static_cast<int64_t>(sizeof(double));
}

}  // namespace fastnn::FASTNN_ISA
