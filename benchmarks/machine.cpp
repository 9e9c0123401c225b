// What a processor can do at most: float32 multiply-adds a second, and bytes a second that go
// through arrays of given sizes, on a given number of threads.
//
//   machine THREADS SECONDS BYTES...       prints a line of JSON
//
// SECONDS: how long a figure is looked for at most. Each thread has arrays of its own, of so many
// bytes together. A figure is the best of many rounds, each begun by all threads at once and over
// when the last one is done.
#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64, kChains = 24;
#elif defined(__AVX__)
constexpr int kVectorBytes = 32, kChains = 12;
#else
constexpr int kVectorBytes = 16, kChains = 12;
#endif
// Independent chains of multiply-adds hide their latency of 4 cycles on two pipes; more than the
// registers would spill.
typedef float Vector __attribute__((vector_size(kVectorBytes)));
constexpr int kLanes = kVectorBytes / 4;
// A round is short, so that some go by undisturbed even on a busy machine. They go on until the
// best time was seen so often, for so many seconds.
constexpr double kRound = 0.00025;
constexpr int kEnough = 8;
constexpr double kLeast = 0.1;
double most_seconds = 1.5;

double seconds() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

volatile float sink;

void keep(Vector v) {
  float sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += v[i];
  sink = sum;
}

void multiply_add(long times) {
  Vector chain[kChains];
  const float one = 1 + sink * 0;  // the compiler must not know the numbers
  for (int c = 0; c < kChains; ++c) chain[c] = Vector{} + one * static_cast<float>(c);
  const Vector factor = Vector{} + one * 0.999f, term = Vector{} + one * 0.001f;
  for (long i = 0; i < times; ++i) {
#pragma GCC unroll 24
    for (int c = 0; c < kChains; ++c) chain[c] = chain[c] * factor + term;
  }
  Vector sum{};
  for (int c = 0; c < kChains; ++c) sum += chain[c];
  keep(sum);
}

void read(const Vector* x, long n, long times) {
  Vector sum[8] = {};
  for (long t = 0; t < times; ++t) {
    for (long i = 0; i < n; i += 8) {
#pragma GCC unroll 8
      for (int k = 0; k < 8; ++k) sum[k] += x[i + k];
    }
    asm volatile("" ::: "memory");  // each time anew
  }
  for (int k = 1; k < 8; ++k) sum[0] += sum[k];
  keep(sum[0]);
}

void write(Vector* y, long n, long times) {
  const Vector value = Vector{} + sink;
  for (long t = 0; t < times; ++t) {
    for (long i = 0; i < n; i += 8) {
#pragma GCC unroll 8
      for (int k = 0; k < 8; ++k) y[i + k] = value;
      asm volatile("" ::: "memory");  // no memset
    }
  }
}

void copy(Vector* y, const Vector* x, long n, long times) {
  for (long t = 0; t < times; ++t) {
    for (long i = 0; i < n; i += 8) {
#pragma GCC unroll 8
      for (int k = 0; k < 8; ++k) y[i + k] = x[i + k];
      asm volatile("" ::: "memory");  // no memcpy
    }
  }
}

// Past the caches: a plain store reads the line that it writes to first, so that a copy moves three
// bytes for two.
#if defined(__x86_64__)
void store_past(Vector* y, Vector v) {
#if defined(__AVX512F__)
  _mm512_stream_ps(reinterpret_cast<float*>(y), v);
#elif defined(__AVX__)
  _mm256_stream_ps(reinterpret_cast<float*>(y), v);
#else
  _mm_stream_ps(reinterpret_cast<float*>(y), v);
#endif
}
void finish() { _mm_sfence(); }
#else
void store_past(Vector* y, Vector v) { *y = v; }
void finish() {}
#endif

void write_past(Vector* y, long n, long times) {
  const Vector value =
      Vector{} + 1.5f;  // zeros go three times as fast on Zen 4, as nothing else does
  for (long t = 0; t < times; ++t) {
    for (long i = 0; i < n; ++i) store_past(y + i, value);
    asm volatile("" ::: "memory");
  }
  finish();
}

void copy_past(Vector* y, const Vector* x, long n, long times) {
  for (long t = 0; t < times; ++t) {
    for (long i = 0; i < n; i += 8) {
#pragma GCC unroll 8
      for (int k = 0; k < 8; ++k) store_past(y + i + k, x[i + k]);
    }
    asm volatile("" ::: "memory");  // each time anew
  }
  finish();
}

// The library's own, which pass by the caches for arrays that it thinks large.
void library_write(Vector* y, long n, long times) {
  for (long t = 0; t < times; ++t) {
    memset(static_cast<void*>(y), 1, n * sizeof(Vector));  // there is a faster way to zeros
    asm volatile("" ::: "memory");
  }
}

void library_copy(Vector* y, const Vector* x, long n, long times) {
  for (long t = 0; t < times; ++t) {
    memcpy(static_cast<void*>(y), x, n * sizeof(Vector));
    asm volatile("" ::: "memory");
  }
}

// On a busy machine the scheduler would put two threads on one processor for long.
void stay_on(int thread) {
  static const cpu_set_t allowed = [] {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    return set;
  }();
  int n = thread % std::max(CPU_COUNT(&allowed), 1);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed) || n-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    return;
  }
}

// The seconds that `work(thread, times)` takes on all threads.
double timed(int threads, long times, const std::function<void(int, long)>& work) {
  std::atomic<int> waiting{threads};
  std::vector<double> begin(threads), end(threads);
  auto run = [&](int thread) {
    stay_on(thread);
    waiting.fetch_sub(1);
    while (waiting.load() > 0) {
    }
    begin[thread] = seconds();
    work(thread, times);
    end[thread] = seconds();
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(run, i);
  run(0);
  for (std::thread& thread : others) thread.join();
  return *std::max_element(end.begin(), end.end()) - *std::min_element(begin.begin(), begin.end());
}

// The most of `amount` a second, over all threads.
double best(int threads, double amount, const std::function<void(int, long)>& work) {
  long times = 1;
  auto least_of_three = [&] {
    const double one = timed(threads, times, work), two = timed(threads, times, work);
    return std::min({one, two, timed(threads, times, work)});
  };
  while (least_of_three() < kRound) times *= 2;  // one alone may be long for being interrupted
  double least = least_of_three();
  const double begin = seconds();
  for (int seen = 0; seconds() < begin + (seen < kEnough ? most_seconds : kLeast);) {
    const double taken = timed(threads, times, work);
    if (taken < 0.99 * least) seen = 0;
    least = std::min(least, taken);
    seen += taken < 1.01 * least;
  }
  return amount * static_cast<double>(times) * threads / least;
}

Vector* array_of(long bytes) {
  constexpr long kPage = 2 << 20;  // huge pages, as NumPy and fastnn ask for
  const long whole = (bytes + kPage - 1) / kPage * kPage;
  void* array = aligned_alloc(kPage, whole);
  if (!array) exit(1);
  madvise(array, whole, MADV_HUGEPAGE);
  memset(array, 0, whole);
  return static_cast<Vector*>(array);
}

void print_bandwidth(int threads, long bytes) {
  const long n = bytes / static_cast<long>(sizeof(Vector)) / 16 * 16;
  std::vector<Vector*> arrays;
  for (int i = 0; i < threads; ++i) arrays.push_back(array_of(bytes));
  const double size = static_cast<double>(n * sizeof(Vector));
  auto over = [&](auto function) { return best(threads, size, function); };
  const double reads = over([&](int i, long times) { read(arrays[i], n, times); });
  const double writes = over([&](int i, long times) { write(arrays[i], n, times); });
  const double copies =
      over([&](int i, long times) { copy(arrays[i], arrays[i] + n / 2, n / 2, times); });
  const double set = over([&](int i, long times) { library_write(arrays[i], n, times); });
  const double moved =
      over([&](int i, long times) { library_copy(arrays[i], arrays[i] + n / 2, n / 2, times); });
  const double set_past = over([&](int i, long times) { write_past(arrays[i], n, times); });
  const double moved_past =
      over([&](int i, long times) { copy_past(arrays[i], arrays[i] + n / 2, n / 2, times); });
  printf("{\"bytes\": %ld, \"read\": %.4g, \"write\": %.4g, \"copy\": %.4g}", bytes, reads,
         std::max({writes, set, set_past}), std::max({copies, moved, moved_past}));
  for (Vector* array : arrays) free(array);
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 1;
  const int threads = atoi(words[1]);
  most_seconds = atof(words[2]);
  const double flops =
      best(threads, 2.0 * kChains * kLanes, [](int, long times) { multiply_add(times); });
  printf("{\"fma\": %.4g, \"levels\": [", flops);
  for (int i = 3; i < count; ++i) {
    if (i > 3) printf(", ");
    print_bandwidth(threads, atol(words[i]));
  }
  printf("]}\n");
}
