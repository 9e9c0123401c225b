"""A training step of the workloads with Adam, from a batch in memory to changed weights."""

from functools import partial

from benchmarks import networks
from benchmarks.rows import Row
from benchmarks.workloads import WORKLOADS

HOW = {
    "fastnn": networks.train_fastnn,
    "torch": networks.train_torch,
    "torch compiled": partial(networks.train_torch, compiled=True),
    "keras": networks.train_keras,
}


def without_output(how, workload, library):
    return how(workload, library), None


def network_rows(what, workloads, how):
    rows = []
    for workload in workloads:
        calls = {name: partial(without_output, one, workload) for name, one in how.items()}
        flops = workload.flops_of(what)
        rows.append(Row(what, workload.name, what, calls, flops, comparable=False))
    return rows


def rows():
    return network_rows("train", [w for w in WORKLOADS if w.trains], HOW)
