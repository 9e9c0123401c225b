// How many threads a team gets where nobody has said: what the process is allowed to use, not what
// the machine has. More threads than that spin against each other (80 times slower, llama.cpp PR
// 13079).
#pragma once

namespace fastnn {

// FASTNN_NUM_THREADS, else OMP_NUM_THREADS (of a list "4,2" the first number), else `cpus`. A value
// that is no positive number counts as absent; one above `cpus` is granted.
int default_threads(const char* fastnn_num_threads, const char* omp_num_threads, int cpus);

// The processors that this thread may use: its affinity, and the CPU quota of its control group and
// of those around it, rounded down: a team that outruns its quota is stopped for the rest of a
// period. The arguments are where Linux tells of control groups, versions 1 and 2.
int usable_cpus(const char* membership = "/proc/self/cgroup", const char* mount = "/sys/fs/cgroup");

}  // namespace fastnn
