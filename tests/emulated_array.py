"""CuPy's place in tests of fastnn._cuda_emulated: the host's memory, presented as a GPU's.

The library reads an array through `__cuda_array_interface__`, as it reads CuPy's.
"""

import ctypes
import functools

import numpy as np

ALIGNMENT = 256  # as the GPU's allocator


class EmulatedArray:
    def __init__(self, memory, owner):
        self.memory = memory  # a C-contiguous NumPy array over what `owner` keeps alive
        self.owner = owner
        self.__cuda_array_interface__ = {
            "shape": memory.shape,
            "typestr": memory.dtype.str,
            "data": (memory.ctypes.data, not memory.flags.writeable),
            "strides": None,
            "version": 3,
            "stream": None,
        }

    @classmethod
    def from_host(cls, host):
        """A copy in memory of its own."""
        from fastnn import _cuda_emulated

        raw = np.empty(host.nbytes + ALIGNMENT, np.uint8)
        start = -raw.ctypes.data % ALIGNMENT
        memory = raw[start : start + host.nbytes].view(host.dtype).reshape(host.shape)
        memory[...] = host
        # The emulation remembers which memory a kernel has left undefined; this is new.
        _cuda_emulated.written(memory.ctypes.data, memory.nbytes)
        return cls(memory, raw)

    @property
    def shape(self):
        return self.memory.shape

    @property
    def ndim(self):
        return self.memory.ndim

    @property
    def size(self):
        return self.memory.size

    @property
    def nbytes(self):
        return self.memory.nbytes

    @property
    def dtype(self):
        return self.memory.dtype

    def part(self, inner, dtype, shape):
        """Bytes `inner` (a slice) of an array of bytes, as another dtype and shape."""
        return EmulatedArray(self.memory[inner].view(dtype).reshape(shape), self.owner)

    def reshape(self, *shape):
        return EmulatedArray(self.memory.reshape(*shape), self.owner)

    def get(self):
        """A NumPy copy."""
        return self.memory.copy()


def wrap(address, nbytes, keeper, shape, dtype):
    memory = (ctypes.c_ubyte * nbytes).from_address(address)
    return EmulatedArray(np.ndarray(shape, dtype, memory), keeper)


@functools.cache
def connect():
    """Makes the emulated device known to fastnn."""
    from fastnn import _cuda_emulated, devices

    def download(array):
        device.synchronize()
        return array.get()

    _cuda_emulated.connect(EmulatedArray, wrap, lambda array: array.owner, lambda: 0)
    device = devices.Device(_cuda_emulated, EmulatedArray, EmulatedArray.from_host, download)
    return devices.register(device)
