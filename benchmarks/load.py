"""Who else keeps the processors busy, from /proc."""

import os
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def busy_seconds():
    """Seconds that all processors together have worked: user, nice, system, irq, softirq, steal."""
    fields = Path("/proc/stat").read_text().split(None, 10)[1:9]
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields)
    return (user + nice + system + irq + softirq + steal) / TICK


def process(pid):
    """(name, seconds worked), or nothing where it has ended."""
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(") ")
    except OSError:
        return None
    user, system = rest.split()[11:13]
    return name, (int(user) + int(system)) / TICK


def processes():
    found = {pid: process(pid) for pid in os.listdir("/proc") if pid.isdigit()}
    return {int(pid): facts for pid, facts in found.items() if facts}


class Others:
    """How many processors work for others than this process and `pids`."""

    def __init__(self, pids):
        self.pids = [os.getpid(), *pids]
        self.began, self.before = time.monotonic(), self.foreign()

    def foreign(self):
        return busy_seconds() - sum((process(pid) or ("", 0))[1] for pid in self.pids)

    def cores(self):
        seconds = max(time.monotonic() - self.began, 1 / TICK)
        return round(max(self.foreign() - self.before, 0) / seconds, 2)


def foreign_seconds():
    """Seconds worked by all but this process and its children that have ended."""
    return busy_seconds() - sum(os.times()[:4])


class Watch:
    """The load over the whole run."""

    def __init__(self):
        self.began, self.before, self.load = time.monotonic(), processes(), os.getloadavg()
        self.foreign = foreign_seconds()

    def summary(self):
        """Load averages, cores that worked for others, and for which, if longer than a moment."""
        seconds = time.monotonic() - self.began
        mine = os.getpid()
        busy = []
        for pid, (name, worked) in processes().items():
            cores = (worked - self.before.get(pid, ("", 0))[1]) / seconds
            if cores > 0.05 and pid != mine:
                busy.append({"process": name, "cores": round(cores, 2)})
        return {
            "seconds": round(seconds),
            "load_average_before": self.load,
            "load_average_after": os.getloadavg(),
            "other_cores": round((foreign_seconds() - self.foreign) / seconds, 2),
            "others": sorted(busy, key=lambda one: -one["cores"]),
        }
