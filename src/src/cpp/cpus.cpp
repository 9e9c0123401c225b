#include "cpus.h"

#include <sched.h>

#include <algorithm>
#include <bit>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace fastnn {
namespace {

int affinity() {
  for (size_t words = 16; words <= 4096; words *= 2) {  // refused while too small for the kernel's
    std::vector<unsigned long> mask(words);
    if (sched_getaffinity(0, words * sizeof(long), reinterpret_cast<cpu_set_t*>(mask.data())))
      continue;
    int cpus = 0;
    for (const unsigned long word : mask) cpus += std::popcount(word);
    return cpus;
  }
  return 1;
}

// What one control group allows. Without a quota its files say "max 100000" (version 2) or -1
// (version 1), or do not exist.
double quota(const std::string& group, bool unified) {
  double microseconds = -1, period = -1;
  if (unified) {
    std::ifstream(group + "/cpu.max") >> microseconds >> period;
  } else {
    std::ifstream(group + "/cpu.cfs_quota_us") >> microseconds;
    std::ifstream(group + "/cpu.cfs_period_us") >> period;
  }
  return microseconds > 0 && period > 0 ? microseconds / period : INT_MAX;
}

}  // namespace

int default_threads(const char* fastnn_num_threads, const char* omp_num_threads, int cpus) {
  for (const char* text : {fastnn_num_threads, omp_num_threads}) {
    if (!text) continue;
    char* end;
    const long n = strtol(text, &end, 10);
    if (n > 0 && (*end == '\0' || *end == ',')) return static_cast<int>(std::min<long>(n, INT_MAX));
  }
  return std::max(1, cpus);
}

int usable_cpus(const char* membership, const char* mount) {
  double cpus = affinity();
  std::ifstream file(membership);
  for (std::string line; std::getline(file, line);) {  // "4:cpu,cpuacct:/path", "0::/path"
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    std::string controllers = ",";
    controllers.append(line, first + 1, second - first - 1) += ',';
    const bool unified = controllers == ",,";
    if (!unified && controllers.find(",cpu,") == std::string::npos) continue;
    // The group, then those around it. In a container the path may be the host's, of which only the
    // root is mounted: what does not exist says nothing.
    const std::string root = mount + std::string(unified ? "" : "/cpu");
    for (std::string path = line.substr(second + 1);;) {
      cpus = std::min(cpus, quota(root + path, unified));
      const size_t slash = path.rfind('/');
      if (slash == std::string::npos) break;
      path.resize(slash);
    }
  }
  return std::max(1, static_cast<int>(cpus));
}

}  // namespace fastnn
