"""What the tests of the kernels share: exact arguments, devices, one call, the bound.

The bound on an element's error is C eps sqrt(terms) magnitude + terms tiny, one C for all. A term
of a sum costs two roundings (its product, its addition) of at most eps / 2 each, relative to
partial sums that never exceed the magnitude, so n terms err by at most n eps magnitude: up to 16
terms C = 4 is a proof. Beyond, roundings are taken as independent (Higham and Mary 2019): it
exceeds C eps sqrt(n) magnitude with probability below 2 exp(-C^2) = 2e-7 even if every rounding
were as bad as it can be; real ones have a third of that variance, which makes it 3e-21. Kernels
flush what is below the smallest normal number to zero: `tiny`, once a term.
"""

import functools

import numpy as np
import pytest
import reference
from contract import OPERATIONS

C = 4.0
BAND = 13  # elements of canary on either side; odd: arrays begin off the vectors' alignment
CANARY = 0xA5


def bound(size, dtype):
    limits = np.finfo(dtype)
    spread = C * np.sqrt(size.terms) * limits.eps * np.asarray(size.magnitude)
    return spread + size.terms * limits.tiny


def assert_close(got, want, size, what):
    """Element by element, a NaN or an infinity only where it is wanted."""
    assert got.shape == np.shape(want), f"{what} has shape {got.shape}, not {np.shape(want)}"
    if got.dtype.kind == "f":
        with np.errstate(all="ignore"):
            same = (got == want) | (np.isnan(got) & np.isnan(want))
            error = np.abs(got - want)
            limit = np.broadcast_to(bound(size, got.dtype), got.shape)
            good = same | (error <= limit)
    else:
        good, error, limit = got == want, np.zeros(got.shape), np.zeros(got.shape)
    if not good.all():
        with np.errstate(all="ignore"):
            ratio = np.where(good, 0, error / limit)
        worst = np.unravel_index(np.where(np.isnan(ratio), np.inf, ratio).argmax(), got.shape)
        values = f"got {got[worst]!r}, want {np.asarray(want)[worst]!r}"
        pytest.fail(
            f"{what}{list(map(int, worst))}: {values}, error {error[worst]:.3g}, bound "
            f"{limit[worst]:.3g}; {(~good).sum()} of {good.size} elements are wrong",
            pytrace=False,
        )


def exact(value):
    """The same number in the type to check it in: float64 for float32, longdouble for float64."""
    if isinstance(value, list):
        return [exact(one) for one in value]
    wider = {"float32": np.float64, "float64": np.longdouble}
    return value if value is None else value.astype(wider.get(value.dtype.name, value.dtype))


def known(case, arguments):
    """All that a reference may ask for, by name."""
    operation = OPERATIONS[case.operation]
    names = dict(zip(operation.setting_names, case.settings, strict=True))
    for parameter in operation.parameters:
        value = arguments[parameter.name]
        if parameter.read:
            names[parameter.name] = exact(value)
        elif value is not None:
            names[f"{parameter.name}_shape"] = value.shape
            names[f"{parameter.name}_dtype"] = value.dtype
    float_dtypes = [a.dtype for a in case.arrays() if a.dtype in ("float32", "float64")]
    names["eps"] = np.finfo(float_dtypes[0]).eps if float_dtypes else 0.0
    return names


def algorithm(device, case, arguments):
    """By which the CPU computes the case, where there are several; elsewhere None."""
    if device is None or device.name != "cpu":
        return None
    import fastnn

    settings = (case.settings,) if case.settings else ()
    return fastnn.kernels.plan_of(case.operation, *arguments.values(), *settings)["algorithm"]


def expected(case, arguments, device=None):
    """(name, values, Size) of each written operand that the case wants, as it errs on a device."""
    operation = OPERATIONS[case.operation]
    names = known(case, arguments)
    names["algorithm"] = algorithm(device, case, arguments)
    with np.errstate(all="ignore"):
        values = reference.apply(reference.find(case.operation), names)
        sizes = reference.apply(reference.find(f"{case.operation}_magnitude"), names)
    written = zip(operation.written, values, sizes, strict=True)
    return [(p.name, v, s) for p, v, s in written if arguments[p.name] is not None]


class Placed:
    """A host array on a device, between two bands of canary bytes."""

    def __init__(self, device, host):
        self.device, self.host = device, np.ascontiguousarray(host).reshape(np.shape(host))
        band = BAND * self.host.itemsize
        self.inner = slice(band, band + self.host.nbytes)
        filled = np.full(self.inner.stop + band, CANARY, np.uint8)
        filled[self.inner] = np.frombuffer(self.host.tobytes(), np.uint8)
        self.buffer = device.upload(filled)
        self.array = device.view(self.buffer, self.inner, self.host.dtype, self.host.shape)

    def get(self):
        return self.device.download(self.array)

    def bands_intact(self):
        everything = self.device.download(self.buffer)
        everything[self.inner] = CANARY
        return (everything == CANARY).all()


def place(device, value):
    if isinstance(value, list):
        return [Placed(device, one) for one in value]
    return None if value is None else Placed(device, value)


def over(function, value):
    """`function` of one Placed, of each in a list, or of nothing."""
    if isinstance(value, list):
        return [function(one) for one in value]
    return None if value is None else function(value)


def call(device, case, arguments, add=0):
    """Runs the kernel on fresh copies of the arguments; what became of them, Placed, by name."""
    placed = {name: place(device, value) for name, value in arguments.items()}
    operands = [over(lambda p: p.array, value) for value in placed.values()]
    settings = (case.settings,) if case.settings else ()
    device.kernel(case.operation)(*operands, *settings, add=add)
    device.synchronize()
    return placed


def results(device, case, arguments, add=0):
    """The written operands after a call, as host arrays by name."""
    placed = call(device, case, arguments, add)
    written = OPERATIONS[case.operation].written
    return {p.name: over(Placed.get, placed[p.name]) for p in written}


def bits(results):
    return {name: over(lambda a: a.tobytes(), value) for name, value in results.items()}


def ruined(case, arguments):
    """The arguments with NaN, or a pattern, in all that a call must overwrite."""
    fresh = dict(arguments)
    for parameter in OPERATIONS[case.operation].parameters:
        if parameter.written and not parameter.read and arguments[parameter.name] is not None:
            value = arguments[parameter.name]
            filler = np.nan if value.dtype.kind == "f" else 77
            fresh[parameter.name] = np.full_like(value, filler)
    return fresh


def float_outputs(case):
    """What may be added to: (bit, name) of each float output that is there."""
    outputs = [p for p in OPERATIONS[case.operation].parameters if p.written and not p.read]
    present = [(bit, p.name) for bit, p in enumerate(outputs) if case.operands[p.name]]
    return [(bit, name) for bit, name in present if "float" in case.operands[name].dtype]


def check(device, case):
    """The kernel against the reference, with NaN in everything that it must overwrite."""
    arguments = case.make()
    got = results(device, case, ruined(case, arguments))
    for name, want, size in expected(case, arguments, device):
        compare(got[name], want, size, name)


def compare(got, want, size, name):
    if not isinstance(got, list):
        return assert_close(got, want, size, name)
    sizes = size.magnitude if isinstance(size.magnitude, list) else [size.magnitude] * len(got)
    for i, (one, wanted, magnitude) in enumerate(zip(got, want, sizes, strict=True)):
        assert_close(one, wanted, size._replace(magnitude=magnitude), f"{name}[{i}]")


class Cpu:
    """NumPy arrays."""

    name = "cpu"

    def kernel(self, name):
        import fastnn

        return getattr(fastnn.kernels, name)

    def upload(self, host):
        return host.copy()

    def view(self, buffer, inner, dtype, shape):
        return buffer[inner].view(dtype).reshape(shape)

    def download(self, array):
        return array.copy()

    def synchronize(self):
        pass


class Cuda(Cpu):
    """CuPy arrays."""

    name = "cuda"

    def __init__(self):
        from fastnn import devices

        try:
            devices.cuda()
        except RuntimeError as error:
            pytest.skip(str(error))
        import cupy

        self.upload, self.download = cupy.asarray, cupy.asnumpy

    def synchronize(self):
        import fastnn

        fastnn.synchronize()


class Emulated(Cpu):
    """The CUDA kernels on the host: arrays of emulated_array.py."""

    name = "emulated"

    def __init__(self):
        pytest.importorskip("fastnn._cuda_emulated", reason="the emulation is not built")
        import emulated_array

        self.device = emulated_array.connect()
        self.upload, self.download = self.device.upload, self.device.download
        self.synchronize = self.device.synchronize

    def view(self, buffer, inner, dtype, shape):
        return buffer.part(inner, dtype, shape)


DEVICES = {kind.name: kind for kind in (Cpu, Emulated, Cuda)}


@functools.cache
def open_device(name):
    return DEVICES[name]()
