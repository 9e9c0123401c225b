"""The process of one library: `python -m benchmarks.worker CONTENDER THREADS DEVICE`.

A line of JSON in, a line of JSON out: open [what, row] prepares a row, burst [seconds] runs it for
about so long and gives the seconds of each group of calls, divided by their number.
"""

import json
import os
import sys
import time
import traceback
from itertools import repeat

import numpy as np

from benchmarks import libraries, rows

# Seconds that a group of calls takes at least, so that the clock, or the wait, counts little.
GROUP = {"cpu": 30e-6, "cuda": 2e-3}
WARM = 0.2  # of a burst goes by untimed: other processes had the caches


class Worker:
    def __init__(self, contender, threads, device):
        self.contender = contender
        self.group = GROUP[device]
        self.library = libraries.KINDS[contender.split()[0]](threads, device)

    def about(self):
        return self.library.about

    def open(self, what, name):
        """Prepares a row; gives the sum of the magnitudes that its first call computes."""
        self.call = None
        row = next(row for row in rows.of(what) if row.name == name)
        self.call, output = row.calls[self.contender](self.library)
        value = self.call()
        size = self.magnitude(output if value is None else value) if row.comparable else None
        for _ in range(4):  # what is compiled is compiled now
            self.call()
        self.count = 1
        while min(self.run() for _ in range(3)) < self.group:
            self.count *= 2
        return size

    def magnitude(self, value):
        values = value if isinstance(value, list | tuple) else [value]
        hosts = [np.asarray(self.library.host(one), np.float64) for one in values]
        return float(sum(np.abs(host).sum() for host in hosts))

    def run(self):
        """Seconds of one group of calls."""
        call, synchronize = self.call, self.library.synchronize
        began = time.perf_counter()
        for _ in repeat(None, self.count):
            call()
        if synchronize:
            synchronize()
        return time.perf_counter() - began

    def burst(self, seconds):
        warm, taken, times = 0.0, 0.0, []
        while warm < WARM * seconds:
            warm += self.run()
        while taken < seconds:
            times.append(self.run())
            taken += times[-1]
        return [t / self.count for t in times]

    def close(self):
        self.call = None


def main():
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not come between
    contender, threads, device = sys.argv[1:]
    worker = None
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            worker = worker or Worker(contender, int(threads), device)
            reply = {"value": getattr(worker, command)(*arguments)}
        except Exception:
            reply = {"error": traceback.format_exc()}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
