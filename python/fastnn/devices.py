"""Devices: where arrays live and which module's kernels work on them.

The CPU is always there, with NumPy arrays. A GPU appears with CuPy: ``fastnn.devices.cuda()``. What
an operation runs on follows from its arrays, never from a global switch.
"""

import threading

import numpy as np

from . import _core, _cpu
from ._lines import user_line

_core.set_line_function(user_line)


_local = threading.local()


class Device:
    """One device: its kernels, its arrays, and the way from and to NumPy.

    ``with device:`` makes it the place of new variables and of models built inside (this thread
    only).
    """

    def __init__(self, module, array_type, upload, download, adopt=None):
        self.name = module.name
        self.module = module
        self.array_type = array_type
        self.empty = _core.make_empty(module.name)
        self.upload = upload  # NumPy array -> a new array of this device
        self.download = download  # array of this device -> a new NumPy array
        self.adopt = adopt  # another library's array -> an array of this device in its memory

    def __repr__(self):
        return f"<fastnn device {self.name}>"

    def __enter__(self):
        _local.stack = [*getattr(_local, "stack", ()), self]
        return self

    def __exit__(self, *exception):
        _local.stack = _local.stack[:-1]

    def synchronize(self):
        """Wait for everything launched; raises what kernels found in the data since the last
        time."""
        _core.synchronize(self.name)

    def memory_info(self):
        """Bytes in use and bytes held by the arena."""
        return _core.memory_info(self.name)


def _upload_to_cpu(array):
    out = cpu.empty(array.shape, array.dtype.name)
    out[...] = array
    return out


cpu = Device(_cpu, np.ndarray, _upload_to_cpu, np.array, np.from_dlpack)
_by_type = {np.ndarray: cpu}


def register(device: Device) -> Device:
    """Make a device known: arrays of its type are its own from now on."""
    _by_type[device.array_type] = device
    return device


def of(array) -> Device | None:
    """The device that an array belongs to, or None where it is no array of any device."""
    device = _by_type.get(type(array))
    if device is None and isinstance(array, np.ndarray):
        return cpu
    return device


# DLPack's numbers of the places where memory can be.
_ON_CPU, _ON_GPU = (1, 3), (2, 13)


def adopt(x):
    """Another library's array as an array of a device in the same memory: by DLPack, or by CUDA's
    array interface. None where it offers neither."""
    if hasattr(x, "__dlpack__") and hasattr(x, "__dlpack_device__"):
        place = x.__dlpack_device__()[0]
        if place in _ON_CPU:
            return cpu.adopt(x)
        if place not in _ON_GPU:
            raise TypeError(
                f"fastnn: a {type(x).__name__} came whose memory is neither the CPU's nor a CUDA "
                f"GPU's (DLPack device type {int(place)}). Copy it to one of them first."
            )
    elif not hasattr(x, "__cuda_array_interface__"):
        return None
    return cuda().adopt(x)


def default(device=None) -> Device:
    """Where new variables live: `device`, or if None the innermost ``with device:``, or the CPU.

    >>> import fastnn
    >>> fastnn.devices.default()
    <fastnn device cpu>
    """
    if device is not None and not isinstance(device, Device):
        raise TypeError(f"device: {device!r} came; such as fastnn.devices.cpu is wanted, or None.")
    stack = getattr(_local, "stack", ())
    return device or (stack[-1] if stack else cpu)


def cuda() -> Device:
    """The GPU, through CuPy. Raises RuntimeError, saying what is missing, where there is none."""
    from ._cuda_device import connect

    return connect()


def synchronize() -> None:
    """Wait for all devices. On a GPU this is where bad labels and indices are reported.

    >>> import fastnn
    >>> fastnn.synchronize()
    """
    for device in _by_type.values():
        device.synchronize()
