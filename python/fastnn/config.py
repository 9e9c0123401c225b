"""What this build is and what it runs on."""

import numbers
import os
import platform
import sys

import numpy as np

from . import _core, _cpu, devices
from ._floatx import epsilon, floatx, image_data_format, set_floatx

__all__ = [
    "config",
    "epsilon",
    "floatx",
    "get_num_threads",
    "image_data_format",
    "set_floatx",
    "set_num_threads",
    "show_config",
]


def set_num_threads(n: int) -> None:
    """Use `n` threads on the CPU, 1 .. 256. Results do not depend on it, bit for bit.

    >>> import fastnn
    >>> before = fastnn.get_num_threads()
    >>> fastnn.set_num_threads(1)
    >>> fastnn.get_num_threads()
    1
    >>> fastnn.set_num_threads(before)
    """
    if isinstance(n, bool) or not isinstance(n, numbers.Integral):
        raise TypeError(f"set_num_threads: {n!r} came; an integer is wanted.")
    if not 1 <= n <= 256:
        raise ValueError(f"set_num_threads: {n} came; 1 .. 256 is wanted.")
    _core.set_num_threads(n)


def get_num_threads() -> int:
    """How many threads the CPU's kernels use.

    >>> import fastnn
    >>> fastnn.get_num_threads() >= 1
    True
    """
    return _core.num_threads()


def config() -> dict:
    """What show_config() prints, as a dict.

    >>> import fastnn
    >>> "instruction set" in fastnn.config.config()
    True
    """
    from . import __version__
    from ._cuda_device import describe

    in_use, held = devices.cpu.memory_info()
    return {
        "fastnn": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
        "instruction set": _cpu.instruction_set,
        "instruction sets here": ", ".join(_cpu.instruction_sets),
        "threads": _core.num_threads(),
        "memory": f"{in_use} bytes in use, {held} held",
        "gpu": describe(),
        "environment": ", ".join(
            f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith("FASTNN_")
        )
        or "no FASTNN_ variable is set",
    }


def show_config(file=None) -> None:
    """Print versions, instruction set, threads, memory, GPU and environment.

    >>> import fastnn
    >>> fastnn.show_config()  # doctest: +ELLIPSIS
    fastnn ...
    """
    for key, value in config().items():
        print(f"{key:22s} {value}", file=file or sys.stdout)
