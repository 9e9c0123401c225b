"""Several elementwise functions in one pass over memory."""

import math
import numbers

from .. import tape
from .._checks import as_number
from ..symbolic import operation
from ..tensor import Tensor, as_tensor
from .binary import BINARY, binary
from .unary import UNARY, unary

_KINDS = {"unary": 0, "binary": 2}  # of the contract's ChainKind
_MOST = 8  # arrays, and steps, of a call of the kernel


@operation
def chain(steps, *x):
    """Elementwise functions one after the other in a single pass: between them nothing is written
    to memory. Worth it where the arrays are larger than the caches; the bits are those of one call
    a function. `fastnn.compile` makes such chains of the calls of a step by itself.

    Args:
        steps: a list of tuples: the name of a function of `unary` or `binary`, the place of each
            operand, and a unary's alpha and beta where it takes them. Places count x, then the
            steps before.
        x: float tensors, arrays or numbers; numbers take the dtype of the first tensor.

    Returns:
        A tensor, the last step's result. Where a gradient is needed, shapes broadcast, or more than
        8 arrays or steps come, there is one call a step.

    Raises:
        ValueError: a function is unknown, a place is none of what came before, the shapes do not
            broadcast.
        TypeError: steps is no list of tuples, or dtypes are mixed.

    >>> import fastnn
    >>> steps = [("subtract", 0, 1), ("square", 2), ("clip", 3, 0.0, 20.0)]
    >>> fastnn.ops.chain(steps, [1.0, -2.0], [3.0, 4.0]).numpy()
    array([ 4., 20.], dtype=float32)
    """
    like = next((one for one in x if isinstance(one, Tensor)), None)
    values = [as_tensor(one, "chain", like=like) for one in x]
    if not values:
        raise ValueError("chain: no array came; at least one is wanted.")
    read = _read(steps, len(values))
    shape = next((v.shape for v in values if v.size != 1), values[0].shape)
    needs_gradient = tape.enabled() and any(v.requires_grad for v in values)
    one_pass = (
        all(v.shape == shape or v.size == 1 for v in values)
        and max(len(values), len(read)) <= _MOST
    )
    if needs_gradient or not one_pass or math.prod(shape) == 1:
        return _one_by_one(read, values)
    like = next(v for v in values if v.shape == shape)
    y = like.device.empty(shape, like.dtype)
    kinds, functions, first, second, alphas, betas = zip(
        *(
            (
                _KINDS[kind],
                (UNARY if kind == "unary" else BINARY).index(function),
                places[0],
                places[-1] if kind == "binary" else 0,
                *given,
            )
            for kind, function, places, given in read
        ),
        strict=True,
    )
    none = (0,) * len(read)
    settings = (kinds, functions, first, second, none, alphas, betas, (len(read) - 1,))
    like.device.module.chain(y, None, None, None, [v.array for v in values], settings)
    return Tensor(y)


def _one_by_one(steps, values):
    for kind, function, places, given in steps:
        operands = [values[place] for place in places]
        step = (
            unary(*operands, function, *given) if kind == "unary" else binary(*operands, function)
        )
        values.append(step)
    return values[-1]


def _read(steps, count):
    """(kind, function, places, (alpha, beta)) of each step."""
    if not isinstance(steps, (list, tuple)) or not all(isinstance(s, (list, tuple)) for s in steps):
        raise TypeError(f"chain: steps is {steps!r}; a list of tuples is wanted.")
    if not steps:
        raise ValueError("chain: steps is empty; at least one is wanted.")
    read = []
    for k, (function, *rest) in enumerate(step or ("",) for step in steps):
        kind = "unary" if function in UNARY else "binary" if function in BINARY else None
        if kind is None:
            raise ValueError(
                f"chain: step {k} is {function!r}; one of these is wanted: "
                f"{', '.join((*UNARY, *BINARY))}."
            )
        wanted = 1 if kind == "unary" else 2
        places, given = rest[:wanted], rest[wanted:]
        if len(places) < wanted or len(given) > (2 if kind == "unary" else 0):
            raise ValueError(
                f"chain: step {k}, {function}, has {len(rest)} operands; {wanted} are wanted"
                f"{', then alpha and beta where it takes them' if kind == 'unary' else ''}."
            )
        for place in places:
            whole = isinstance(place, numbers.Integral) and not isinstance(place, bool)
            if not whole or not 0 <= place < count + k:
                raise ValueError(
                    f"chain: step {k}, {function}, reads {place!r}; a place from 0 to "
                    f"{count + k - 1} is wanted."
                )
        given = [as_number(number, "chain", f"step {k}'s number") for number in given]
        read.append((kind, function, list(map(int, places)), (*given, 0.0, 0.0)[:2]))
    return read
