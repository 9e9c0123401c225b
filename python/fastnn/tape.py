"""The tape: what is needed to walk back from a loss to the variables.

An operation that has something to differentiate leaves a Node: where its inputs came from and a
function that turns the gradient of its output into those of its inputs. Nodes know the nodes before
them and never their output, so that a tape is free of cycles and dies with the loss; and of the
arrays in between it keeps alive only those that a gradient is computed from.
"""

import contextlib
import itertools
import threading
import warnings

from . import _core

_serials = itertools.count()
_local = threading.local()


class no_grad(contextlib.ContextDecorator):
    """Inside, nothing is noted for gradients (this thread only): of a `with`, or of a function
    that it decorates.

    >>> import fastnn
    >>> w = fastnn.Variable([1.0])
    >>> with fastnn.no_grad():
    ...     y = w + w
    >>> y.requires_grad
    False
    """

    def __enter__(self):
        _local.depth = getattr(_local, "depth", 0) + 1
        return self

    def __exit__(self, *exception):
        _local.depth -= 1


def enabled() -> bool:
    return not getattr(_local, "depth", 0)


class Node:
    """One operation on the tape. `inputs` are the nodes of its inputs, leaves that may want a
    gradient, and None for the others; device, dtype and shape are its output's."""

    __slots__ = ("backward", "device", "dtype", "inputs", "needed", "saved", "serial", "shape")

    def __init__(self, inputs, backward, saved, output):
        self.serial = next(_serials)
        self.inputs = [t._node or (t if t.requires_grad else None) for t in inputs]
        self.device, self.dtype, self.shape = output.device, output.dtype, output.array.shape
        self.backward = backward
        self.saved = [(t, t.version) for t in saved if t.version is not None]
        self.needed = False


class Gradients:
    """Where a node's backward puts the gradients of its inputs.

    ``out(i)`` gives ``(array, add)`` for input i: a fresh array and 0, or the array that already
    holds another branch's gradient and 1, or ``(None, 0)`` where nobody wants it.
    """

    __slots__ = ("node", "store", "wanted")

    def __init__(self, store, wanted):
        self.store = store
        self.wanted = wanted

    def out(self, i):
        source = self.node.inputs[i]
        if not _is_wanted(source, self.wanted):
            return None, 0
        array = self.store.get(source)
        if array is not None:
            return array, 1
        array = self.store[source] = source.device.empty(source.shape, source.dtype)
        return array, 0


def _is_wanted(source, wanted):
    """Whether a gradient goes to an input of a node."""
    return source.needed if type(source) is Node else source in wanted


def _nodes(loss):
    """All nodes under the loss, latest first."""
    seen = {loss._node}
    stack = [loss._node]
    while stack:
        node = stack.pop()
        if node.inputs is None:
            raise RuntimeError(
                "backward: this part of the tape was already walked and freed, and there is no "
                "double backward. Compute the loss again."
            )
        for source in node.inputs:
            if type(source) is Node and source not in seen:
                seen.add(source)
                stack.append(source)
    return sorted(seen, key=lambda node: node.serial, reverse=True)


@contextlib.contextmanager
def watched(watch):
    """Inside, this thread calls watch(node) before each node's backward, and watch(None) after the
    last."""
    _local.watch = watch
    try:
        yield
    finally:
        _local.watch = None


def next_serial():
    """A number between those of the nodes before and after."""
    return next(_serials)


def leaves(loss):
    """The tensors that a backward pass from the loss may end at."""
    sources = {source for node in _nodes(loss) for source in node.inputs if source is not None}
    return {source for source in sources if type(source) is not Node}


def backward(loss, wanted, store, upstream=None):
    """Walk back from `loss`; gradients of the `wanted` leaves end up in `store`, keyed by leaf."""
    if loss._node is None:
        return
    nodes = _nodes(loss)
    for node in reversed(nodes):
        node.needed = any(_is_wanted(source, wanted) for source in node.inputs)
        for tensor, version in node.saved:
            if tensor.version != version:
                raise RuntimeError(
                    f"backward: {tensor.name or 'a variable'} was written to after the forward "
                    "pass used it. Call backward() before the optimizer or assign()."
                )
    if upstream is None:
        upstream = loss.device.empty(loss.array.shape, loss.dtype)
        loss.device.module.fill(upstream, (1.0,))
    store[loss._node] = upstream
    gradients = Gradients(store, wanted)
    watch = getattr(_local, "watch", None)
    for node in nodes:
        dy = store.pop(node, None)
        if node.needed and dy is not None:
            gradients.node = node
            if watch is not None:
                watch(node)
            node.backward(dy, gradients.out)
        node.inputs = node.backward = None
        node.saved = ()
        del dy
    if watch is not None:
        watch(None)


def gradients(loss, variables):
    """Fresh gradients of a scalar `loss` for each of `variables`, as a list of tensors.

    A variable that the loss does not depend on gets zeros, with a warning. The tape is freed.

    >>> import fastnn
    >>> w = fastnn.Variable([3.0])
    >>> [g] = fastnn.gradients(fastnn.ops.mean_squared_error(w, [1.0]), [w])
    >>> g.numpy()
    array([4.], dtype=float32)
    """
    from ._checks import as_list
    from .tensor import Tensor

    variables = as_list(variables, "gradients", "variables")
    for variable in variables:
        if not isinstance(variable, Tensor):
            raise TypeError(f"gradients: a {type(variable).__name__} came among the variables.")
        if not variable.requires_grad:
            what = "is not trainable" if variable.version is not None else "is no variable"
            raise ValueError(
                f"gradients: {variable.name or f'a tensor of shape {variable.shape}'} {what}, so "
                "that no gradient is kept for it. Leave it out, or set trainable = True."
            )
        if variable._node is not None:
            raise ValueError(
                f"gradients: a computed tensor of shape {variable.shape} came among the variables; "
                "the tape keeps gradients of variables only."
            )
    if not isinstance(loss, Tensor):
        raise TypeError(f"gradients: loss is a {type(loss).__name__}; a Tensor is wanted.")
    if loss.array.size != 1:
        raise ValueError(
            f"gradients: loss has shape {loss.shape}; a single number is wanted. Take its mean."
        )
    if loss._node is None:
        raise RuntimeError(
            "gradients: the loss has no tape: it was computed under no_grad(), from nothing "
            "trainable, or its tape was already freed."
        )
    store = {}
    backward(loss, set(variables), store)
    results = []
    for variable in variables:
        array = store.get(variable)
        if array is None:
            warnings.warn(
                f"gradients: the loss does not depend on {variable.name or 'a variable'} of shape "
                f"{variable.shape}; its gradient is zero.",
                stacklevel=2,
            )
            array = variable.device.empty(variable.array.shape, variable.dtype)
            variable.device.module.fill(array, (0.0,))
        results.append(Tensor(array))
    return results


def recording() -> bool:
    """Whether this thread is recording a compiled step."""
    return _core.recording()
