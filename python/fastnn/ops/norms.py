"""Norms of lists of tensors, such as gradients."""

from .. import devices
from .._checks import as_list
from ..tensor import Tensor, as_tensor


def global_norm(tensors):
    """The root of the sum of all squares of a list of tensors, taken in float64.

    Args:
        tensors: float tensors or arrays of one dtype and any shapes.

    Returns:
        A float64 tensor (). No gradient goes through it.

    >>> import fastnn
    >>> fastnn.ops.global_norm([[3.0, 0.0], [[4.0]]]).item()
    5.0
    """
    return _norms(tensors, "global_norm", False)


def norms(tensors):
    """The norm of each of a list of tensors: the root of the sum of its squares, in float64.

    Args:
        tensors: float tensors or arrays of one dtype and any shapes.

    Returns:
        A float64 tensor (number of tensors,). No gradient goes through it.

    >>> import fastnn
    >>> fastnn.ops.norms([[3.0, 4.0], [[2.0]]]).numpy()
    array([5., 2.])
    """
    return _norms(tensors, "norms", True)


def _norms(tensors, operation, each):
    if isinstance(tensors, (str, bytes)):
        raise TypeError(f"{operation}: {tensors!r} came; a list of tensors is wanted.")
    tensors = [as_tensor(x, operation) for x in as_list(tensors, operation, "tensors")]
    device = tensors[0].device if tensors else devices.default()
    norm = device.empty((len(tensors),) if each else (), "float64")
    device.module.norms(norm, [x.array for x in tensors])
    return Tensor(norm)
