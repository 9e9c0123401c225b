"""What the optimizers' updates share: from segments to the lists that a kernel takes."""

import numbers

from .. import changes
from .._checks import as_list
from ..tensor import Tensor
from ..variable import as_variable


def moves(operation, momentum):
    """Whether there is a momentum, which needs a slot."""
    if not isinstance(momentum, numbers.Real):
        raise TypeError(f"{operation}: momentum is {momentum!r}; a number is wanted.")
    return momentum != 0


def launch(operation, segments, names, rate, iterations, norm, settings):
    """Run an update in place over segments: tuples of a weight, its slots and its gradient.

    Args:
        operation: the kernel's name.
        segments: a list of tuples.
        names: what a tuple holds, in the kernel's order; None for a slot that it does without.
        rate, iterations, norm: as the operations document them.
        settings: the kernel's.
    """
    held = [name for name in names if name]
    wanted = f"({', '.join(held)})"
    segments = as_list(segments, operation, f"tuples {wanted}")
    if not segments:
        return
    if any(not isinstance(s, (tuple, list)) or len(s) != len(held) for s in segments):
        raise TypeError(f"{operation}: each segment must be a tuple {wanted}.")
    lists = dict(zip(held, zip(*segments, strict=True), strict=True))
    gradients = lists["g"]
    written = [x for name in held if name != "g" for x in lists[name]]
    for variable in (*written, iterations):
        as_variable(variable, operation, "what is written to")
    for x in (*gradients, rate, *([] if norm is None else [norm])):
        if not isinstance(x, Tensor):
            raise TypeError(
                f"{operation}: a gradient, the rate or the norm is a {type(x).__name__}; a tensor "
                "is wanted."
            )
    getattr(iterations.device.module, operation)(
        *([t.array for t in lists.get(name, ())] for name in names),
        rate.array,
        iterations.array,
        None if norm is None else norm.array,
        settings,
    )
    for variable in (*written, iterations):
        changes.written(variable)
