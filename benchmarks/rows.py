"""What is measured: a Row is one computation that several libraries do, each in its own way.

A module of this folder gives rows(). Those of kernels are made from cases of tests/cases, and from
tables that say how NumPy and PyTorch do the same: {operation: function of the module, the operands
and the settings, giving the call to time}, with the operands in the order of operations.def.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from contract import OPERATIONS

from benchmarks import libraries, machine

LAST_CACHE = machine.caches()[-1][1]
FROM_MEMORY = LAST_CACHE  # float32 numbers: an array of four times the last cache
LENGTHS = (1_000, 30_000, 1_000_000, FROM_MEMORY)  # float32: for L1, L2, L3, memory
GAP = 4 << 20
SMALL = 25e6  # bytes, or twentieths of FLOPs, of a --quick row


@dataclass(frozen=True)
class Row:
    what: str  # the module
    name: str
    group: str  # whose rows share a geometric mean
    calls: dict[str, Callable]  # library, or library and variant -> function of a Library
    flops: float = 0
    read: int = 0  # bytes
    written: int = 0
    memory: int = 0  # bytes of all that one call touches
    comparable: bool = True  # do all get the same numbers?

    @property
    def is_small(self):
        return max(self.flops / 20, self.read + self.written) <= SMALL


def of(what):
    rows = importlib.import_module(f"benchmarks.{what}").rows()
    names = [row.name for row in rows]  # which is how a worker is told which row it is
    assert len(set(names)) == len(names), f"{what} has two rows of one name"
    return rows


def label_of(case):
    """The operation and the shapes of what it works on."""
    arrays = [a for a in case.arrays() if a.shape and a.dtype in ("float32", "uint8")]
    note = f" {case.note}" if case.note.startswith("from") else ""
    return " ".join(dict.fromkeys([case.operation, *map(str, arrays)])) + note


def traffic_of(case):
    """Bytes read and written where each operand is passed over once, as operations.def says."""
    read = written = 0
    for parameter in OPERATIONS[case.operation].parameters:
        value = case.operands[parameter.name]
        arrays = value if isinstance(value, list) else [value] if value else []
        size = sum(map(nbytes, arrays))
        read += size * parameter.read
        written += size * parameter.written
    return read, written


def kernel_rows(
    what, cases, numpy, torch, group="", label=label_of, flops=None, traffic=traffic_of, **facts
):
    """A row for each case. `label`, `flops` and `traffic` are functions of a case."""
    rows = []
    for case in cases:
        calls = {"fastnn": partial(own, case)}
        for library, table in (("numpy", numpy), ("torch", torch)):
            if case.operation in table:
                calls[library] = partial(others, case, table[case.operation])
        read, written = traffic(case)
        rows.append(
            Row(
                what,
                label(case),
                group or case.operation,
                calls,
                flops(case) if flops else 0,
                *((0, 0) if flops else (read, written)),
                memory=min(read + written, sum(map(nbytes, case.arrays()))),
                **facts,
            )
        )
    return rows


def nbytes(array):
    return int(np.prod(array.shape)) * np.dtype(array.dtype).itemsize


def arguments(case, library):
    """The operands as arrays of a library."""

    def array(host):
        return library.array(placed(host))

    return [
        [array(one) for one in value] if isinstance(value, list) else array(value)
        for value in case.make().values()
    ]


def placed(host):
    """Large arrays alike for every library: at a cache line's start, 4 MB behind the last one.

    Arrays that lie 64, 96, 128 or 256 MB and a few pages apart meet in the banks of the memory:
    Adam over four of them takes 1.5 to 5 times as long as with 4 MB between (Zen 4: 10 to 36 GB/s
    against 56), and where the system puts arrays of just that size is chance.
    """
    if host is None or host.nbytes < libraries.LARGE:
        return host
    memory = np.empty(host.nbytes + GAP, np.uint8)  # in huge pages, which zeros would not be
    begin = -memory.ctypes.data % 64
    array = memory[begin : begin + host.nbytes].view(host.dtype).reshape(host.shape)
    array[...] = host
    memory[host.nbytes + 64 :] = 1  # so that the gap has pages
    return array


def own(case, library):
    """The call of fastnn's kernel, and what it writes."""
    operands = arguments(case, library)
    settings = [case.settings] if case.settings else []
    kernel = getattr(library.module.kernels, case.operation)
    return partial(kernel, *operands, *settings), operands[0]


def others(case, function, library):
    operands = arguments(case, library)
    return function(library.module, *operands, *case.settings), operands[0]
