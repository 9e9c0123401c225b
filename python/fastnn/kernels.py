"""The raw kernels, out-first: what the library itself is built on.

Each function takes its outputs, then its inputs, then a tuple of settings, and writes into the
arrays that it is given: C-contiguous NumPy arrays, or the arrays of a GPU, all of one device.
``None`` stands for an operand that may be absent. ``add`` is a bit mask: output *i* adds to what is
there instead of overwriting it. ``help(fastnn.kernels.gemm)`` shows a call. Nothing is copied or
converted: what does not fit is refused with TypeError or ValueError.

>>> import numpy as np, fastnn
>>> x = np.array([-1.0, 2.0], "float32")
>>> y = np.empty_like(x)
>>> fastnn.kernels.unary_forward(y, x, ("relu", 0.0, 0.0))
>>> y
array([0., 2.], dtype=float32)
"""

from . import _cpu, devices
from ._names import unknown


def _dispatcher(name):
    on_cpu = getattr(_cpu, name)

    def kernel(*operands, add=0):
        for operand in operands:
            if isinstance(operand, (list, tuple)) and operand:
                operand = operand[0]
            device = devices.of(operand)
            if device is not None:
                return getattr(device.module, name)(*operands, add=add)
        return on_cpu(*operands, add=add)  # which says what is wrong

    kernel.__name__ = kernel.__qualname__ = name
    kernel.__doc__ = on_cpu.__doc__
    return kernel


def plan_of(kernel, *operands):
    """How the CPU would compute a call, which is not made.

    Args:
        kernel: its name.
        operands: as the kernel takes them.

    Returns:
        A dict: "algorithm", or None where there is one alone; "parts", of each of its launches;
        and "shared_bytes" and "slice_bytes" (the latter once a thread) of scratch memory.

    Convolutions go by "direct", "dots", "depthwise", "winograd" or its "adjoint", whichever is
    estimated to take less time; the environment variable FASTNN_CONV=direct rules the last two out.

    >>> import numpy as np, fastnn
    >>> x, w = np.ones((1, 32, 32, 64), "float32"), np.ones((3, 3, 64, 64), "float32")
    >>> settings = (1, 1, 1, 1, 1, 1, 1, 1, 1, "none")
    >>> fastnn.kernels.plan_of("conv2d", np.empty_like(x), x, w, None, settings)["algorithm"]
    'winograd'
    """
    if kernel not in _cpu.operations:
        raise unknown("plan_of", kernel, _cpu.operations, "another kernel")
    return getattr(_cpu, kernel)(*operands, plan=True)


__all__ = list(_cpu.operations)
globals().update({_name: _dispatcher(_name) for _name in __all__})
