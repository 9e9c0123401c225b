"""The limits of the machine: multiply-adds and bytes a second, on so many threads.

The CPU's come from machine.cpp, compiled here and now for this processor. A GPU's are measured with
a kernel of CuPy's. Where there is neither compiler nor CuPy there are no limits, and no shares.
"""

import functools
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MOST = 1.5  # seconds that a figure is looked for
FLAGS = "-std=c++20 -O3 -ffp-contract=fast -pthread".split()
MULTIPLY_ADDS = r"""
extern "C" __global__ void multiply_adds(float* out, float factor, float term, int times) {
  float chain[8];
  for (int c = 0; c < 8; ++c) chain[c] = threadIdx.x + c;
  for (int i = 0; i < times; ++i)
    for (int c = 0; c < 8; ++c) chain[c] = fmaf(chain[c], factor, term);
  float sum = 0;
  for (int c = 0; c < 8; ++c) sum += chain[c];
  out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}
"""


def caches():
    """[(name, bytes, private to a core)] of the data caches."""
    found = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = ((index / w).read_text().strip() for w in ("type", "level", "size"))
        if kind != "Instruction":
            scale = {"K": 2**10, "M": 2**20}[size[-1]]
            found.append((f"L{level}", int(size[:-1]) * scale, int(level) < 3))
    return found or [("L1", 32 << 10, True), ("L2", 512 << 10, True), ("L3", 16 << 20, False)]


@functools.cache
def compiled():
    """The program, or None where it cannot be compiled, which is said once."""
    compiler = os.environ.get("CXX") or next(
        filter(None, map(shutil.which, ("c++", "g++", "clang++"))), None
    )
    if not compiler:
        print("No C++ compiler: the machine's limits are not measured.", file=sys.stderr)
        return None
    folder = tempfile.TemporaryDirectory(prefix="fastnn-benchmark-")
    program = Path(folder.name) / "machine"
    source = Path(__file__).with_name("machine.cpp")
    native = "-mcpu=native" if platform.machine() == "aarch64" else "-march=native"
    try:
        command = [*compiler.split(), *FLAGS, native, str(source), "-o", str(program)]
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", None) or error
        print(f"machine.cpp does not compile, so there are no limits: {reason}", file=sys.stderr)
        return None
    return program, folder  # the folder lives as long as this answer is kept


def measure(threads, device="cpu"):
    """{"fma": FLOP/s, "levels": [{name, holds, private, read, write, copy}]}, or None."""
    if device == "cuda":
        return measure_cuda()
    if not compiled():
        return None
    levels = [*caches(), ("memory", 1 << 62, False)]
    # Half of a core's own cache, a quarter of a shared one.
    sizes = [size // 2 if private else size // 4 // threads for _, size, private in levels[:-1]]
    measured = output_of(threads, MOST, *sizes, memory_bytes(threads))
    for (name, holds, private), level in zip(levels, measured["levels"], strict=True):
        level |= {"name": name, "holds": holds, "private": private}
    return measured


def memory_bytes(threads):
    """Four times the last cache on all threads together."""
    return 4 * caches()[-1][1] // threads


def output_of(threads, *arguments):
    command = [str(compiled()[0]), str(threads), *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def with_memory_now(limits, threads, seconds=0.2):
    """The same limits with those of memory as they are at this moment.

    Other tenants of a machine use its memory too: two cores copied 40 to 75 GB/s within an hour.
    """
    levels = limits["levels"]
    now = output_of(threads, seconds, memory_bytes(threads))["levels"][0]
    return limits | {"levels": [*levels[:-1], levels[-1] | now]}


def better_memory(one, two):
    """The limits whose memory was the faster."""
    last, other = one["levels"][-1], two["levels"][-1]
    best = last | {kind: max(last[kind], other[kind]) for kind in ("read", "write", "copy")}
    return one | {"levels": [*one["levels"][:-1], best]}


def measure_cuda():
    import cupy

    blocks, threads, times = 4096, 256, 4096
    kernel = cupy.RawKernel(MULTIPLY_ADDS, "multiply_adds")
    out = cupy.empty(blocks * threads, cupy.float32)
    arguments = (out, cupy.float32(0.999), cupy.float32(0.001), cupy.int32(times))
    seconds = least_on_gpu(lambda: kernel((blocks,), (threads,), arguments))
    x, y = cupy.zeros((2, 1 << 28), cupy.float32)  # a gigabyte each
    level = {
        "name": "memory",
        "holds": 1 << 62,
        "private": False,
        "read": x.nbytes / least_on_gpu(lambda: x.max()),
        "write": y.nbytes / least_on_gpu(lambda: y.fill(1)),
        "copy": 2 * x.nbytes / least_on_gpu(lambda: cupy.copyto(y, x)),
    }
    return {"fma": 16.0 * blocks * threads * times / seconds, "levels": [level]}


def least_on_gpu(call, rounds=20):
    import cupy

    seconds = []
    for _ in range(rounds):
        begin, end = cupy.cuda.Event(), cupy.cuda.Event()
        begin.record()
        call()
        end.record()
        end.synchronize()
        seconds.append(cupy.cuda.get_elapsed_time(begin, end) / 1e3)
    return min(seconds)


def show(limits):
    for threads, measured in limits.items():
        if measured:
            print(f"\nmachine, {threads} thread{'s' if threads > 1 else ''}")
            print(f"{'float32 multiply-adds':26}{measured['fma'] / 1e9:>8.4g} GFLOP/s")
            for level in measured["levels"]:
                cells = [f"{level[kind] / 1e9:8.4g} {kind}" for kind in ("read", "write", "copy")]
                print(f"{level['name']:24}{', '.join(cells)} GB/s")


def describe():
    """Which machine this is."""
    text = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)", text, re.M)
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "caches": {name: size for name, size, _ in caches()},
        "memory": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
