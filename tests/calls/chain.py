"""Calls of ops/chain.py."""

from fastnn import ops

from . import call, x

STEPS = [("elu", 0, 1.0), ("add", 1, 0)]


def chain(steps, a):
    return ops.chain(steps, a)


CALLS = {"ops.chain": lambda: call(chain, steps=STEPS, a=x())}
