"""Calls of ops/binary.py."""

import numpy as np
from fastnn import ops

from . import call, x

TWO_ARGUMENTS = """
add subtract multiply divide power minimum maximum equal not_equal less less_equal greater
greater_equal
""".split()

CALLS = {
    "ops.binary": lambda: call(ops.binary, a=x(), b=x(), function="add"),
    "ops.compare": lambda: call(ops.compare, a=x(), b=x(), function="less"),
    "ops.where": lambda: call(ops.where, condition=np.ones(3, "uint8"), x1=x(), x2=x()),
}
CALLS |= {f"ops.{n}": lambda n=n: call(getattr(ops, n), a=x(), b=x()) for n in TWO_ARGUMENTS}
