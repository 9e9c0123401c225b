"""The kernels, one parametrised test a property, over all operations, cases and devices."""

import os
import subprocess
import sys

import cases
import numpy as np
import pytest
import reference
import support
from contract import OPERATIONS
from support import check, compare, over, results

ALL = cases.all_cases()
SMOKE = [str(case) for case in cases.plain_cases().values()]


def every(listed):
    """pytest's parameters: the cases, each operation's plain one marked `smoke`."""
    marks = {True: [pytest.mark.smoke], False: []}
    return [pytest.param(c, id=str(c), marks=marks[str(c) in SMOKE]) for c in listed]


def forward(listed):
    return [case for case in listed if not case.operation.endswith("_backward")]


def backward(listed):
    return [case for case in listed if case.operation.endswith("_backward")]


@pytest.mark.parametrize("name", support.DEVICES)
def test_device_is_here(name):
    support.open_device(name)


@pytest.mark.parametrize("case", every(forward(ALL)))
def test_forward(device, case):
    check(device, case)


@pytest.mark.parametrize("case", every(backward(ALL)))
def test_backward(device, case):
    check(device, case)


@pytest.mark.parametrize("case", every(c for c in ALL if support.float_outputs(c) and c.addable))
def test_add_is_write_plus_what_was_there(device, case):
    arguments = case.make()
    bits, names = zip(*support.float_outputs(case), strict=True)
    got = results(device, case, arguments, add=sum(1 << bit for bit in bits))
    for name, want, size in support.expected(case, arguments, device):
        if name in names:
            before = support.exact(arguments[name])
            with np.errstate(all="ignore"):
                finite = np.where(np.isfinite(want), np.abs(want), 0)
                magnitude = size.magnitude + np.abs(before) + finite
                want = before + want
            size = reference.Size(magnitude, size.terms + 1)
        compare(got[name], want, size, name)


@pytest.mark.parametrize("case", every(c for c in ALL if not c.addable))
def test_add_is_refused(device, case):
    with pytest.raises(ValueError, match=case.operation):
        results(device, case, case.make(), add=1)


@pytest.mark.parametrize("case", every(ALL))
def test_nothing_but_the_outputs_is_touched(device, case):
    arguments = case.make()
    placed = support.call(device, case, arguments)
    for parameter in OPERATIONS[case.operation].parameters:
        value = placed[parameter.name]
        for one in value if isinstance(value, list) else [value] if value else []:
            assert one.bands_intact(), f"{parameter.name}: written outside of the array"
            if not parameter.written:
                same = one.get().tobytes() == one.host.tobytes()
                assert same, f"{parameter.name}: an input has changed"


@pytest.mark.parametrize("case", every(ALL))
def test_bits_do_not_depend_on_threads_or_on_the_call(device, case, threads):
    arguments = case.make()
    seen = []
    for count in (1, 2, 4, 4) if device.name == "cpu" else (1, 1):
        threads(count)
        seen.append(support.bits(results(device, case, arguments)))
    assert all(one == seen[0] for one in seen)


@pytest.fixture
def threads():
    """Sets the number of threads; the first number is back afterwards."""
    import fastnn

    before = fastnn.get_num_threads()
    yield fastnn.set_num_threads
    fastnn.set_num_threads(before)


INDEPENDENT = [pair for stem in cases.stems() for pair in getattr(stem, "INDEPENDENT", [])]


@pytest.mark.parametrize(
    "case, axes", INDEPENDENT, ids=[f"{case}-{','.join(axes)}" for case, axes in INDEPENDENT]
)
def test_bits_do_not_depend_on_the_rest_of_the_batch(device, case, axes):
    """A call on the first elements along some axes: the first elements of the whole call."""
    arguments = case.make()
    whole = results(device, case, arguments)
    shape = arguments[next(iter(axes))].shape

    for count in range(1, shape[axes[next(iter(axes))]] + 1):
        part = {n: first(a, axes.get(n), count) for n, a in arguments.items()}
        got = results(device, case, part)
        for name in [p.name for p in OPERATIONS[case.operation].written if p.name in axes]:
            want = first(whole[name], axes[name], count)
            assert got[name].tobytes() == want.tobytes(), f"{name} differs for {count}"


def first(array, axis, count):
    if array is None or axis is None:
        return array
    return np.ascontiguousarray(np.take(array, range(count), axis))


@pytest.mark.parametrize("case", cases.all_cases("REFUSED"), ids=str)
def test_wrong_data_is_refused(device, case):
    """Labels and indices out of range, numbers that do not fit."""
    with pytest.raises(ValueError, match=case.operation):
        support.call(device, case, case.make())
    check(device, cases.plain_cases()[case.operation])  # and the next call knows nothing of it


@pytest.mark.parametrize("case", every(ALL))
def test_in_place_is_right_or_refused(device, case):
    """An output that is the very array of an input of its shape and dtype."""
    arguments = case.make()
    operation = OPERATIONS[case.operation]
    shared = [
        (out.name, read.name)
        for out in operation.written
        for read in operation.parameters
        if out is not read and alike(arguments[out.name], arguments[read.name])
    ]
    for out, read in shared:
        placed = {name: support.place(device, value) for name, value in arguments.items()}
        placed[out] = placed[read]
        operands = [over(lambda p: p.array, value) for value in placed.values()]
        try:
            device.kernel(case.operation)(*operands, *([case.settings] if case.settings else []))
        except ValueError as error:
            assert case.operation in str(error) and "overlap" in str(error)
            continue
        device.synchronize()
        want = results(device, case, arguments)[out]
        assert placed[out].get().tobytes() == want.tobytes(), f"{out} in place of {read}"


def alike(a, b):
    same = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
    return same and (a.shape, a.dtype) == (b.shape, b.dtype) and a.size > 0


@pytest.mark.parametrize("case", every(cases.plain_cases().values()))
def test_denormals_of_the_caller_survive(device, case, threads):
    """Kernels flush them, on the calling thread too; the caller's own arithmetic must not."""
    threads(1)
    results(device, case, case.make())
    assert np.float32(1e-40) * np.float32(1) != 0


def test_every_instruction_set_of_this_machine():
    """FASTNN_ISA runs the whole suite on one; this, a case an operation on each that is here."""
    from fastnn import _cpu

    assert _cpu.instruction_sets
    for name in _cpu.instruction_sets:
        smoke = ["-m", "pytest", "-q", "-x", "-m", "smoke", "-k", "cpu", "-p", "no:cacheprovider"]
        command = [sys.executable, *smoke, __file__]
        environment = os.environ | {"FASTNN_ISA": name}
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, f"FASTNN_ISA={name}:\n{run.stdout[-3000:]}{run.stderr[-1000:]}"


PAST = ["unary", "binary", "chain", "conv2d", "pool2d", "batch_norm"]
PAST_DIGESTS = """
import hashlib, sys, cases, support
device = support.open_device("cpu")
for case in cases.all_cases():
    if case.operation.startswith(tuple(sys.argv[1:])):
        bits = support.bits(support.results(device, case, case.make()))
        print(case, hashlib.sha256(repr(bits).encode()).hexdigest())
"""


def test_stores_past_the_caches_change_no_bit():
    """FASTNN_PAST_BYTES=0 has every array written so that may be."""
    digests = [
        subprocess.run(
            [sys.executable, "-c", PAST_DIGESTS, *PAST],
            env=os.environ | {"FASTNN_PAST_BYTES": size, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for size in ("0", str(1 << 60))
    ]
    assert digests[0].count("\n") > 100 and digests[0] == digests[1]
