"""Measures fastnn, and other libraries beside it in the same run.

    python benchmarks/run.py [what ...] [--threads 1,2] [--rounds N] [--quick]
                             [--peers numpy,torch,keras] [--device cuda] [--json FILE]

`what`: machine, overheads, algorithms, steps, train, infer, a family of kernels (gemm, unary ...),
or `ops` for all families; everything by default.
Of the peers those are measured that are installed. README.md says how to read the tables.
"""

import argparse
import datetime
import importlib.util
import json
import os
import sys
from pathlib import Path

CASES = Path(__file__).resolve().parent.parent / "tests/cases"
KERNELS = tuple(sorted(path.stem for path in CASES.glob("[a-z]*.py")))
WHAT = ("machine", "overheads", *KERNELS, "algorithms", "steps", "train", "infer")
PEERS = ("numpy", "torch", "keras")


def words(text):
    return text.split(",")


def numbers(text):
    return [int(word) for word in words(text)]


def read_arguments():
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(description="How fast fastnn is.")
    parser.add_argument(
        "what", nargs="*", help=f"{', '.join(WHAT)}; ops: all families of kernels; all by default"
    )
    parser.add_argument("--threads", type=numbers, default=sorted({1, cores}), help="such as 1,2")
    parser.add_argument("--rounds", type=int, help="bursts of each library for a row (10)")
    parser.add_argument("--quick", action="store_true", help="few short bursts, no large rows")
    parser.add_argument("--peers", type=words, default=list(PEERS), help=", ".join(PEERS))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    given = parser.parse_args()
    families = [KERNELS if word == "ops" else (word,) for word in given.what]
    given.what = list(dict.fromkeys(word for family in families for word in family))
    for word, known in [(w, WHAT) for w in given.what] + [(p, PEERS) for p in given.peers]:
        if word not in known:
            parser.error(f"'{word}' is none of {', '.join(known)}")
    if min(given.threads) < 1:
        parser.error("--threads must be at least 1")
    if given.device == "cuda" and not importlib.util.find_spec("cupy"):
        parser.error("--device cuda wants CuPy")
    given.what = given.what or list(WHAT)
    given.rounds = given.rounds or (3 if given.quick else 10)
    return given


def measure_all(given):
    from benchmarks import load, machine, report, rows, turns

    watch = load.Watch()
    threads = given.threads if given.device == "cpu" else given.threads[-1:]
    limits = {n: machine.measure(n, given.device) for n in threads}
    if "machine" in given.what:
        machine.show(limits)
    libraries, measured = {}, []
    chosen = {what: rows.of(what) for what in given.what if what != "machine"}
    names = dict.fromkeys(name for one in chosen.values() for row in one for name in row.calls)
    for n in threads if chosen else ():
        with turns.Workers(names, given.peers, n, given.device) as workers:
            libraries[n] = workers.about
            for what in chosen:
                kept = [row for row in chosen[what] if row.is_small or not given.quick]
                table = report.Table(what, kept, n, workers.names)
                for row in kept:
                    now = limits[n]
                    anew = given.device == "cpu" and now and report.is_from_memory(row, n, now)
                    before = machine.with_memory_now(now, n) if anew else now
                    figures = workers.measure(row, given.rounds, given.quick)
                    after = machine.with_memory_now(now, n) if anew else now
                    table.add(row, figures, machine.better_memory(before, after) if anew else now)
                table.finish()
                measured += table.rows
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": machine.describe(),
        "device": given.device,
        "libraries": libraries,
        "limits": limits,
        "load": watch.summary(),
        "rows": measured,
    }


def main():
    given = read_arguments()
    # Not this folder: its random.py would be taken for Python's.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    measured = measure_all(given)
    if given.json:
        given.json.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
