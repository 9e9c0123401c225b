"""Several processes take turns at the same row, so that whatever else the machine does hits all.

A round gives each a short burst; the next round begins with another one. After a burst all wait:
the threads of OpenMP and of OpenBLAS spin for some milliseconds before they sleep.
"""

import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections import deque

from benchmarks import ROOT, libraries, load

BURST = {False: 0.05, True: 0.005}  # seconds; True: quick
PAUSE = 0.03
FORCED = ("fastnn direct", "fastnn winograd")
MODULES = {"numpy": ("numpy",), "torch": ("torch",), "keras": ("keras", "jax")}


class Failed(Exception):
    """A worker could not do what it was asked; the text says why."""


class Contender:
    def __init__(self, name, threads, device):
        forced = {"FASTNN_CONV": name.removeprefix("fastnn ")} if name in FORCED else {}
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", name, str(threads), device],
            cwd=ROOT,
            env=libraries.environment(threads, device) | forced,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *command):
        try:
            print(json.dumps(command), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # the answer will be missing too

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"the process ended with status {self.process.wait()}")
        reply = json.loads(line)
        if "error" in reply:
            raise Failed(reply["error"])
        return reply["value"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Workers:
    """One process for each library that is installed, and each variant of one: those of `names`."""

    def __init__(self, names, peers, threads, device):
        here = [p for p in peers if all(map(importlib.util.find_spec, MODULES[p]))]
        chosen = [name for name in names if name.split()[0] in ("fastnn", *here)]
        started = [Contender(name, threads, device) for name in chosen]
        self.contenders, self.about = [], {}
        for contender in started:
            contender.ask("about")
        for contender in started:
            try:
                self.about[contender.name] = contender.answer()
                self.contenders.append(contender)
            except Failed as failure:
                print(f"{contender.name} does not work: {failure}", file=sys.stderr)
                contender.end()
        self.names = list(self.about)
        if "fastnn" not in self.names:
            raise SystemExit("fastnn itself is missing: pip install .")
        self.pause = PAUSE if threads > 1 and device == "cpu" else 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for contender in self.contenders:
            contender.end()

    def measure(self, row, rounds, quick):
        """{"results": {contender: minimum, median ..}, "others": cores that work for others}."""
        turns = deque(contender for contender in self.contenders if contender.name in row.calls)
        results = {contender.name: {} for contender in turns}
        times = {contender.name: [] for contender in turns}

        def answers(contender):
            """Its answer, or None; then it takes no further part in this row."""
            try:
                return contender.answer()
            except Failed as failure:
                results[contender.name]["error"] = str(failure)
                turns.remove(contender)

        for contender in turns:
            contender.ask("open", row.what, row.name)
        for contender in list(turns):
            results[contender.name]["sum"] = answers(contender)
        others = load.Others([contender.process.pid for contender in self.contenders])
        for _ in range(rounds):
            for contender in list(turns):
                contender.ask("burst", BURST[quick])
                times[contender.name] += answers(contender) or []
                time.sleep(self.pause)
            turns.rotate()
        others = others.cores()
        for contender in list(turns):
            seconds = times[contender.name]
            results[contender.name] |= {
                "minimum": min(seconds),
                "median": statistics.median(seconds),
                "samples": len(seconds),
            }
            contender.ask("close")
            answers(contender)
        return {"results": results, "others": others}
