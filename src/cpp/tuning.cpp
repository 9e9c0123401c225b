// What kernels take from the machine and from the environment. C names, because no instruction set
// has a copy; set once, before any schedule is made, since a schedule and its run must agree.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>

extern "C" {
extern int64_t fastnn_past_bytes;
extern int fastnn_winograd;
}

// From how many bytes on a call writes past the caches (kernels/common.h says why): three times the
// last cache. Of the system, not of sysconf, which glibc answers with 320 MB on a virtual machine
// whose processors share 32. FASTNN_PAST_BYTES=0 is for tests.
int64_t fastnn_past_bytes = [] {
  if (const char* wanted = std::getenv("FASTNN_PAST_BYTES")) {
    char* end = nullptr;
    const int64_t bytes = std::strtoll(wanted, &end, 10);
    if (end != wanted && !*end && bytes >= 0) return bytes;
  }
  int64_t kilobytes = 0;
  std::ifstream("/sys/devices/system/cpu/cpu0/cache/index3/size") >> kilobytes;
  return 3 * (kilobytes > 0 ? kilobytes << 10 : int64_t{32} << 20);
}();

// Of convolutions that can be computed by Winograd's algorithm: 1: those for which it is faster;
// FASTNN_CONV=direct: none (0), FASTNN_CONV=winograd: all (2).
int fastnn_winograd = [] {
  const char* const wanted = std::getenv("FASTNN_CONV");
  if (wanted && std::strcmp(wanted, "direct") == 0) return 0;
  return wanted && std::strcmp(wanted, "winograd") == 0 ? 2 : 1;
}();
