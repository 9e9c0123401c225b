"""The GPU through CuPy, connected when it is first asked for: importing CuPy takes a second."""

import importlib.util

from . import devices

_device = None


def _why_not():
    if importlib.util.find_spec("fastnn._cuda") is None:
        return "this build has no CUDA kernels (build with FASTNN_CUDA=on where nvcc is)"
    if importlib.util.find_spec("cupy") is None:
        return "CuPy is not installed"
    return None


def describe():
    """One line for show_config()."""
    return _why_not() or (
        repr(_device) if _device else "CUDA kernels built; connect with devices.cuda()"
    )


def connect():
    """The CUDA device. Raises RuntimeError where something is missing."""
    global _device
    if _device is not None:
        return _device
    missing = _why_not()
    if missing:
        raise RuntimeError(f"fastnn: no GPU: {missing}.")
    import cupy
    import numpy as np

    from . import _cuda

    if cupy.cuda.runtime.getDeviceCount() == 0:
        raise RuntimeError("fastnn: no GPU: CuPy sees no device.")

    def wrap(address, nbytes, keeper, shape, dtype):
        memory = cupy.cuda.UnownedMemory(address, nbytes, keeper)
        return cupy.ndarray(shape, dtype, cupy.cuda.MemoryPointer(memory, 0))

    _cuda.connect(
        cupy.ndarray,
        wrap,
        lambda array: array.data.mem,
        lambda: cupy.cuda.get_current_stream().ptr,
    )

    def upload(array):
        out = _device.empty(array.shape, array.dtype.name)
        out.set(np.ascontiguousarray(array))
        return out

    def download(array):
        _device.synchronize()
        return array.get()

    def adopt(x):
        return cupy.from_dlpack(x) if hasattr(x, "__dlpack__") else cupy.asarray(x)

    _device = devices.register(devices.Device(_cuda, cupy.ndarray, upload, download, adopt))
    return _device
