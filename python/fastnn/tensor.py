"""Tensor, an array with a tape."""

import operator

import numpy as np

from . import changes, devices, tape
from ._checks import as_numbers, refuse_while_recording
from ._floatx import floatx
from ._operators import Operators


class _Names(dict):
    """dtype.char -> name: a tenth of the microsecond and a half that dtype.name takes."""

    def __missing__(self, char):
        self[char] = np.dtype(char).name
        return self[char]


_NAMES = _Names()


class Tensor(Operators):
    """An array on a device, and how it was computed.

    Tensors are immutable and always C-contiguous. Arithmetic gives tensors; ``numpy()`` gives the
    array.

    >>> import numpy as np, fastnn
    >>> x = fastnn.Tensor(np.ones((2, 3), "float32"))
    >>> (x + 1).numpy().sum()
    np.float32(12.0)
    """

    __slots__ = ("__weakref__", "_node", "array", "device", "grad", "requires_grad")
    __array_ufunc__ = None  # NumPy's operators leave the work to ours
    version = None  # variables have one
    name = None

    def __init__(self, array):
        device = devices.of(array)
        if device is None:
            raise TypeError(
                f"Tensor: {type(array).__name__} is no array of a device; np.asarray() makes one."
            )
        self.array = array
        self.device = device
        self.requires_grad = False
        self._node = None
        self.grad = None

    shape = property(lambda self: self.array.shape)
    dtype = property(lambda self: _NAMES[self.array.dtype.char])
    ndim = property(lambda self: self.array.ndim)
    size = property(lambda self: self.array.size)

    def __repr__(self):
        if tape.recording():
            return f"<Tensor shape={self.shape} dtype={self.dtype}, inside a compiled step>"
        head = f"<Tensor shape={self.shape} dtype={self.dtype} device={self.device.name}>"
        return f"{head}\n{self.numpy()}"

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a tensor without axes")
        return self.shape[0]

    # Reading values

    def numpy(self):
        """The values as a NumPy array: without a copy on the CPU."""
        refuse_while_recording("numpy()")
        return self.array if self.device is devices.cpu else self.device.download(self.array)

    def item(self):
        """The single value as a Python number."""
        refuse_while_recording("item()")
        return self.device.download(self.array).item()

    def __float__(self):
        refuse_while_recording("float()")
        return float(self.item())

    def __int__(self):
        refuse_while_recording("int()")
        return int(self.item())

    def __index__(self):
        refuse_while_recording("index()")
        return operator.index(self.item())

    def __bool__(self):
        refuse_while_recording("bool(), as in `if tensor`,")
        return bool(self.item())

    def __array__(self, dtype=None, copy=None):
        if self.requires_grad and tape.enabled():
            raise RuntimeError(
                "a tensor whose gradient is needed was handed to NumPy, which would lose the "
                "tape. Say so: tensor.detach() or tensor.numpy()."
            )
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __dlpack__(self, **arguments):
        refuse_while_recording("DLPack")
        return self.array.__dlpack__(**arguments)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()

    @property
    def __cuda_array_interface__(self):
        refuse_while_recording("__cuda_array_interface__")
        return self.array.__cuda_array_interface__

    # Gradients

    def detach(self):
        """The same array without the tape; of a Variable, its memory."""
        return view(self.array, self)

    def zero_grad(self):
        """Set ``.grad``, if there is one, to zero, in place."""
        if self.grad is not None:
            self.grad.device.module.fill(self.grad.array, (0.0,))

    def backward(self):
        """Add the gradients of this scalar to ``.grad`` of every variable that it depends on."""
        if self.array.size != 1:
            raise ValueError(
                f"backward: the tensor has shape {self.shape}; a single number is wanted. Take "
                "its mean."
            )
        if self._node is None:
            raise RuntimeError(
                "backward: this tensor has no tape: it was computed under no_grad(), from nothing "
                "trainable, or its tape was already freed."
            )
        wanted = tape.leaves(self)
        store = {t: _gradient_of(t) for t in wanted if t.grad is not None}
        tape.backward(self, wanted, store)
        for tensor in wanted:
            if tensor in store:
                if tensor.grad is None or tensor.grad.array is not store[tensor]:
                    tensor.grad = Tensor(store[tensor])
                changes.graded(tensor)

    def __iter__(self):
        return (self[i] for i in range(len(self)))


class Argument(Tensor):
    """A plain array that was passed to a compiled step: layers convert it as they do arrays."""

    __slots__ = ()


class View(Tensor):
    """A tensor in a Variable's memory, whose values change with it."""

    __slots__ = ("of",)
    version = property(lambda self: self.of.version)
    name = property(lambda self: self.of.name)


def view(array, of):
    """The tensor of an array that lies in the memory of the tensor `of`."""
    if of.version is None:
        return Tensor(array)
    tensor = View(array)
    tensor.of = of.of if isinstance(of, View) else of
    return tensor


def _gradient_of(tensor):
    """The array of its .grad, which somebody may have set."""
    grad = tensor.grad
    if isinstance(grad, Tensor) and (grad.shape, grad.dtype) == (tensor.shape, tensor.dtype):
        return grad.array
    came = f"{grad.dtype} {grad.shape}" if isinstance(grad, Tensor) else type(grad).__name__
    raise TypeError(
        f"backward: the .grad of {tensor.name or 'a variable'} is {came}; a tensor, {tensor.dtype} "
        f"{tensor.shape}, or None is wanted."
    )


def as_tensor(x, operation, like=None, dtype=None):
    """`x` as a tensor: tensors and device arrays as they are, numbers and lists in the dtype of
    `like`."""
    if isinstance(x, Tensor):
        return x
    if devices.of(x) is not None:
        return Tensor(x)
    dtype = dtype or (like.dtype if like is not None else floatx())
    device = like.device if like is not None else devices.default()
    if isinstance(x, (bool, int, float)):
        array = device.empty((), dtype)
        device.module.fill(array, (x,))
        return Tensor(array)
    if isinstance(x, (list, tuple)) and any(isinstance(one, Tensor) for one in x):
        from .ops import stack

        return stack(x)
    if isinstance(x, (list, tuple, np.generic)):
        refuse_while_recording(f"{operation} of a {type(x).__name__}")
        return Tensor(device.upload(as_numbers(x, operation, dtype)))
    if (array := devices.adopt(x)) is not None:
        return Tensor(array)
    raise TypeError(
        f"{operation}: {type(x).__name__} is no tensor, array or number. np.asarray() makes an "
        "array."
    )


def result(array, inputs, backward, saved=(), of=None):
    """The tensor of an operation's output; `backward(dy, out)` is kept if an input needs a
    gradient. `of`: the tensor in whose memory the output lies."""
    tensor = Tensor(array) if of is None else view(array, of)
    if tape.enabled() and any(t.requires_grad for t in inputs):
        tensor.requires_grad = True
        tensor._node = tape.Node(inputs, backward, saved, tensor)
    return tensor
