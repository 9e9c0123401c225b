"""Whatever comes: a kernel refuses it with TypeError or ValueError and its name, or it is right."""

import json
import subprocess
import sys

import bad_inputs
import cases
import numpy as np
import pytest
import support
from contract import OPERATIONS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize("name", OPERATIONS)
def test_wrong_calls_are_refused(device, name):
    """In a process of its own: a crash is the end of that one only."""
    if device.name == "cuda":
        pytest.skip("its binding is the emulated device's")
    command = [sys.executable, "-X", "faulthandler", bad_inputs.__file__, device.name, name]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, f"died of {lines[-1:]}:\n{run.stderr[-3000:]}"

    calls = [(line["call"], outcome) for line, outcome in zip(lines[::2], lines[1::2], strict=True)]
    (what, outcome), *wrong = calls
    assert what == "nothing" and outcome["error"] is None, outcome
    assert len(wrong) > 30
    accepted = [what for what, outcome in wrong if outcome["error"] is None]
    assert not accepted, f"{len(accepted)} wrong calls were accepted"
    kinds = {"TypeError", "ValueError"}
    odd = [(what, o) for what, o in wrong if o["error"] not in kinds or name not in o["text"]]
    assert not odd, f"{len(odd)} errors of another kind, or without the operation's name"


DIMS = st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 17]), max_size=4).map(tuple)
DTYPES = st.sampled_from(["float32", "float64", "int32", "int64", "uint8", ">f4"])
ARRAY = st.builds(np.ones, DIMS, DTYPES)
ANYTHING = st.one_of(ARRAY, st.sampled_from([None, "text", 7]), st.lists(ARRAY, max_size=3))
NUMBER = st.one_of(
    st.sampled_from([True, False, "none", "relu", "tanh", None]),
    st.floats(),
    st.integers(-(2**70), 2**70),
)


@st.composite
def mixtures(draw, right, numbers, replaced, settings):
    """Operands of a right call between anything at all, sometimes one of them in two places."""
    operands = list(right.values())
    for place in draw(replaced):
        operands[place] = draw(ANYTHING)
    source, target = draw(st.tuples(st.integers(0, 5), st.integers(0, 5)))
    if max(source, target) < len(operands):
        operands[target] = operands[source]
    return operands, [draw(settings)] if numbers else []


@pytest.mark.parametrize("name", OPERATIONS)
def test_any_mixture_is_run_or_refused(name):
    from fastnn import kernels

    case = cases.plain_cases()[name]
    right, numbers = case.make(), case.settings
    places = st.sets(st.integers(0, len(right) - 1), max_size=2)
    wrong = st.lists(NUMBER, max_size=len(numbers) + 1).map(tuple)

    @settings(
        max_examples=100,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(mixtures(right, numbers, places, st.one_of(st.just(numbers), wrong)), st.integers(0, 3))
    def run(mixture, add):
        operands, rest = mixture
        banded = {}

        def place(value):
            if isinstance(value, list):
                return [place(one) for one in value]
            if not isinstance(value, np.ndarray):
                return value
            if id(value) not in banded:
                banded[id(value)] = support.Placed(support.open_device("cpu"), value)
            return banded[id(value)].array

        try:
            getattr(kernels, name)(*[place(value) for value in operands], *rest, add=add)
        except (TypeError, ValueError) as error:
            assert name in str(error)
        assert all(one.bands_intact() for one in banded.values())

    run()


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_signature_is_the_contract(name):
    """help(fastnn.kernels.gemm) names the operands and the settings as operations.def does."""
    from fastnn import kernels

    operation = OPERATIONS[name]
    names = ", ".join(parameter.name for parameter in operation.parameters)
    if operation.settings:
        names += f", ({', '.join(operation.setting_names)})"
    assert getattr(kernels, name).__doc__.startswith(f"{name}({names}, *, add=0)")
