"""What a worker needs to know of each library: its arrays, its threads, how to wait for it.

Every library works on arrays of its own making, and fastnn's kernels on NumPy's.
"""

import os

LARGE = 16 << 20  # bytes, from which rows.py says where arrays lie


class Library:
    def array(self, host):
        """A NumPy array as the library's own; None stays None."""
        return host

    def host(self, value):
        """The library's array as a NumPy array."""
        return value

    synchronize = None  # a function, where calls return before they are done


class Fastnn(Library):
    def __init__(self, threads, device):
        import fastnn

        self.module = fastnn
        fastnn.set_num_threads(threads)
        self.device = fastnn.devices.cuda() if device == "cuda" else fastnn.devices.cpu
        if device == "cuda":
            self.array = lambda host: None if host is None else self.device.upload(host)
            self.synchronize = fastnn.synchronize
        self.about = fastnn.config.config()

    def host(self, value):
        return self.device.download(getattr(value, "array", value))


class Numpy(Library):
    """NumPy, or on a GPU CuPy, which has the same functions."""

    def __init__(self, threads, device):
        if device == "cuda":
            import cupy

            self.module = cupy
            self.array = lambda host: None if host is None else cupy.asarray(host)
            self.host = cupy.asnumpy
            self.synchronize = cupy.cuda.runtime.deviceSynchronize
            self.about = {"cupy": cupy.__version__}
            return
        import numpy

        self.module = numpy
        blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
        self.about = {"numpy": numpy.__version__, "blas": f"{blas['name']} {blas['version']}"}


class Torch(Library):
    def __init__(self, threads, device):
        import torch

        self.module = torch
        self.device = device
        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)  # as fastnn does
        if device == "cuda":
            self.synchronize = torch.cuda.synchronize
        self.about = {"torch": torch.__version__, "threads": torch.get_num_threads()}

    def array(self, host):
        if self.device == "cpu" and host is not None and host.nbytes >= LARGE:
            return self.module.from_numpy(host)  # which lies as the other libraries' does
        return None if host is None else self.module.tensor(host, device=self.device)

    def host(self, value):
        return value.detach().cpu().numpy()


class Keras(Library):
    """Keras on JAX, which compiles a step with XLA."""

    def __init__(self, threads, device):
        # The only thing that limits all of XLA's threads.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        os.environ["KERAS_BACKEND"] = "jax"
        import jax
        import keras

        self.module = keras
        self.about = {"keras": keras.__version__, "jax": jax.__version__}


KINDS = {"fastnn": Fastnn, "numpy": Numpy, "torch": Torch, "keras": Keras}


def environment(threads, device):
    """What sets the threads of the libraries that only ask at the start. No row reads a data set,
    and where it lies is of no interest in a file of results."""
    names = ("FASTNN", "OMP", "OPENBLAS", "MKL")
    variables = {f"{name}_NUM_THREADS": str(threads) for name in names}
    # XLA's thread pool, by its two names.
    variables |= {"NPROC": str(threads), "PJRT_NPROC": str(threads)}
    variables |= {"JAX_PLATFORMS": "cpu"} if device == "cpu" else {}
    return {k: v for k, v in (os.environ | variables).items() if k != "FASTNN_DATA"}
