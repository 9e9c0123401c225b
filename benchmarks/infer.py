"""The workloads' forward pass as at inference: with a batch, and with one sample."""

from dataclasses import replace
from functools import partial

from benchmarks import networks
from benchmarks.train import network_rows
from benchmarks.workloads import WORKLOADS

HOW = {
    "fastnn": networks.infer_fastnn,
    "torch": networks.infer_torch,
    "torch compiled": partial(networks.infer_torch, compiled=True),
    "keras": networks.infer_keras,
}


def of_one(workload):
    name = workload.name.rsplit("_b", 1)[0]
    return replace(workload, name=f"{name}_b1", batch=1)


def rows():
    workloads = {w.name: w for given in WORKLOADS for w in (given, of_one(given))}
    return network_rows("infer", workloads.values(), HOW)
