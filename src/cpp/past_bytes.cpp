// From how many bytes on a call writes past the caches: kernels/common.h says why.
#include <cstdint>
#include <cstdlib>
#include <fstream>

// Three times the last cache. Of the system, not of sysconf, which glibc answers with
// 320 MB on a virtual machine whose processors share 32. FASTNN_PAST_BYTES=0 is for tests.
extern "C" int64_t fastnn_past_bytes;
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
