"""Memory that the workloads take: the peak over 20 steps, of training and of inference, and what a
thousand fits leave behind.

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
from functools import partial
from pathlib import Path
from types import SimpleNamespace

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


def fastnn_call(workload, what):
    import fastnn

    from benchmarks import networks

    fastnn.Sequential()  # which loads the modules
    x, y = workload.data()

    def make():
        if what == "train":
            return partial(networks.fastnn_model(workload, fastnn).train_on_batch, x, y)
        return partial(workload.keras(fastnn).predict_on_batch, x)

    return fastnn, make


def torch_call(workload, what):
    import torch

    from benchmarks import networks

    library = SimpleNamespace(module=torch, device="cpu")
    how = networks.train_torch if what == "train" else networks.infer_torch
    return torch, partial(how, workload, library)


def peak(library, workload, what, threads):
    """Bytes: model, batch's copies, and all that so many steps need at once."""
    module, make = {"fastnn": fastnn_call, "torch": torch_call}[library](workload, what)
    module.set_num_threads(threads)

    def action():
        call = make()
        for _ in range(STEPS):
            call()
        return call

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
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)  # library, workload, what
    given = parser.parse_args()
    sys.path[0] = str(ROOT)
    from benchmarks.workloads import WORKLOADS

    if given.one:
        library, name, what = given.one
        if library == "growth":
            print(growth(given.fits))
            return
        workload = next(w for w in WORKLOADS if w.name == name)
        print(peak(library, workload, what, given.threads))
        return

    def ask(*one):
        options = ["--threads", str(given.threads), "--fits", str(given.fits)]
        command = [sys.executable, __file__, "--one", *one, *options]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    found = {}
    libraries = ["fastnn", *(["torch"] if "torch" in given.peers else [])]
    for workload in WORKLOADS:
        for what in ("train", "infer") if workload.trains else ("infer",):
            name = f"{what} {workload.name}"
            peaks = {library: ask(library, workload.name, what) for library in libraries}
            found[name] = peaks
            shown = "  ".join(f"{library} {n / 1e6:7.1f} MB" for library, n in peaks.items())
            ratio = f"  {peaks['fastnn'] / peaks['torch']:.2f}" if "torch" in peaks else ""
            print(f"{name:24} {shown}{ratio}", flush=True)
    found["growth"] = ask("growth", "-", "-")
    print(f"from fit 20 to fit {given.fits}: {found['growth'] / 1e6:+.3f} MB")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
