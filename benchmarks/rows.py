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

LENGTHS = (1_000, 30_000, 1_000_000, 16_000_000)  # float32: for L1, L2, L3, memory
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
    return importlib.import_module(f"benchmarks.{what}").rows()


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
    return [
        [library.array(one) for one in value] if isinstance(value, list) else library.array(value)
        for value in case.make().values()
    ]


def own(case, library):
    """The call of fastnn's kernel, and what it writes."""
    operands = arguments(case, library)
    settings = [case.settings] if case.settings else []
    kernel = getattr(library.module.kernels, case.operation)
    return partial(kernel, *operands, *settings), operands[0]


def others(case, function, library):
    operands = arguments(case, library)
    return function(library.module, *operands, *case.settings), operands[0]
