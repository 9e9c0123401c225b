"""Memory that training takes: the peak over 20 steps, and what a thousand fits leave behind.

    python benchmarks/train_memory.py [--peers torch] [--fits 1000] [--json FILE]

Each library has a process of its own. Its peak (VmHWM) is reset through /proc/self/clear_refs just
before the model is built; what it held then is subtracted. Libraries are imported and batches made
before that. Linux only.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = 20


def resident(key="VmRSS"):
    """Bytes, from /proc/self/status."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith(key))
    return int(line.split()[1]) * 1024


def peak_over(action):
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = resident()
    kept = action()
    peak = resident("VmHWM")
    del kept
    return peak - before


def fastnn_peak(workload, threads):
    import fastnn

    from benchmarks.networks import fastnn_model

    fastnn.set_num_threads(threads)
    fastnn.Sequential()  # which loads the modules
    x, y = workload.data()

    def action():
        model = fastnn_model(workload, fastnn)
        for _ in range(STEPS):
            model.train_on_batch(x, y)
        return model

    return peak_over(action)


def torch_peak(workload, threads):
    import torch

    from benchmarks.networks import torch_step

    torch.set_num_threads(threads)

    def action():
        step, batch = torch_step(workload, torch)
        for _ in range(STEPS):
            step(*batch)
        return step

    return peak_over(action)


def growth(fits):
    """Bytes by which the process grows from the 20th to the last fit of a small model."""
    import fastnn
    import numpy as np

    x = np.random.default_rng(0).random((70, 6), "float32")
    y = np.arange(70) % 3
    model = fastnn.Sequential(
        [
            fastnn.Input((6,)),
            fastnn.layers.Dense(16, "relu"),
            fastnn.layers.Dropout(0.1),
            fastnn.layers.Dense(3, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    for i in range(fits):
        model.fit(x, y, epochs=2, batch_size=32, verbose=0, validation_split=0.2)
        if i == 19:
            before = resident()
    return resident() - before


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", default="torch", help="torch, or nothing")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--fits", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", nargs=2, metavar=("LIBRARY", "WORKLOAD"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.path[0] = str(ROOT)
    from benchmarks.workloads import WORKLOADS

    if given.one:
        library, name = given.one
        if library == "growth":
            print(growth(given.fits))
            return
        workload = next(w for w in WORKLOADS if w.name == name)
        peaks = {"fastnn": fastnn_peak, "torch": torch_peak}
        print(peaks[library](workload, given.threads))
        return

    def ask(*one):
        options = ["--threads", str(given.threads), "--fits", str(given.fits)]
        command = [sys.executable, __file__, "--one", *one, *options]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    found = {}
    for workload in WORKLOADS:
        libraries = ["fastnn", *(["torch"] if "torch" in given.peers else [])]
        found[workload.name] = {library: ask(library, workload.name) for library in libraries}
        shown = "  ".join(f"{name} {n / 1e6:.1f} MB" for name, n in found[workload.name].items())
        print(f"{workload.name}: peak over {STEPS} steps: {shown}")
    found["growth"] = ask("growth", "-")
    print(f"from fit 20 to fit {given.fits}: {found['growth'] / 1e6:+.3f} MB")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
