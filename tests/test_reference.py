"""The references themselves: Philox's known answers, and every backward against its forward.

A directional derivative: for a random direction d of the inputs and a random dy,
    sum(dy * (forward(x + h d) - forward(x - h d))) / 2h = sum(backward(dy) * d)
in longdouble (2^-63), where the central difference errs by h^2 and by 2^-63 / h: h = 1e-6 leaves
1e-12. Where longdouble is float64, step and bound are float64's. d is relative to x, so that a step
never crosses zero, where relu has its kink and log its pole.
"""

import cases
import numpy as np
import pytest
import reference
import support
from contract import OPERATIONS
from reference import gemm
from reference.random import philox

STEP = np.longdouble(1e-6 if np.finfo(np.longdouble).eps < 1e-18 else 1e-5)
# Inputs that no backward differentiates.
CONSTANT = {"weights", "moving_mean", "moving_variance", "transform"}
TOLERANCE = 1e3 * (STEP**2 + np.finfo(np.longdouble).eps / STEP)


@pytest.mark.parametrize(
    "counter, key, want",
    [
        ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_philox_known_answers(counter, key, want):
    got = philox([[word] for word in counter], key)
    assert " ".join(f"{int(word):08x}" for word in got[:, 0]) == want


def backward_name(case):
    """Of two: what gives the gradients of all inputs, where the kernel's backward gives one's."""
    name = case.operation.removesuffix("_forward")
    gradients = f"{name}_gradients"
    return gradients if gradients in reference.functions() else f"{name}_backward"


def differentiable_cases():
    """Small float64 cases of every forward that has a backward, special values left out."""

    def fits(case):
        arrays = list(case.arrays())
        rough = {"special", "far", "masked", "nan", "offset", "curve", "wild", "powers", "ternary"}
        smooth = not rough & {array.values for array in arrays if "float" in array.dtype}
        whole = all(case.operands.get(name, True) for name in ("gamma", "beta"))
        fused = "batch_norm_inference" in case.operation and case.settings[-1]  # what predict has
        alone = case.operands.get("residual") is None and not fused
        small = all(np.prod(array.shape) <= 200 for array in arrays)
        return (
            smooth and whole and alone and small and "float64" in {array.dtype for array in arrays}
        )

    known = reference.functions()
    kept = [case for case in cases.all_cases() if backward_name(case) in known and fits(case)]
    return [off_the_clip(case) for case in kept]


def off_the_clip(case):
    """A certain probability stands at the clip, where the loss has another kink."""
    if case.operation in ("cross_entropy_forward", "cross_entropy_soft_forward"):
        return case.changed("p", values="softmax")
    if case.operation == "loss_forward" and case.operands["prediction"].values == "unit":
        return case.changed("prediction", values="inside")
    return case


@pytest.mark.parametrize("case", differentiable_cases(), ids=str)
def test_backward_is_the_derivative(case):
    operation = OPERATIONS[case.operation]
    names = support.known(case, case.make())
    rng = np.random.default_rng(0)
    forward = reference.find(case.operation)
    backward = reference.find(backward_name(case))

    outputs = [p.name for p in operation.written]
    at = dict(zip(outputs, reference.apply(forward, names), strict=True))
    y = outputs[0]
    dy = rng.standard_normal(np.shape(at[y])).astype(np.longdouble)
    shapes = {f"d{name}_shape": np.shape(value) for name, value in names.items()}
    gradients = reference.apply(backward, {**shapes, **names, **at, f"d{y}": dy, "loss": dy})

    varied = [name for name in differentiated(case) if names[name] is not None]
    wanted = [gradient for gradient in gradients if gradient is not None]
    assert len(varied) == len(wanted)
    directions = {name: names[name] * rng.standard_normal(names[name].shape) for name in varied}

    def value(step):
        moved = {name: names[name] + step * d for name, d in directions.items()}
        return (dy * reference.apply(forward, {**names, **moved})[0]).sum()

    got = (value(STEP) - value(-STEP)) / (2 * STEP)
    terms = [g * directions[n] for n, g in zip(varied, wanted, strict=True)]
    scale = sum(np.abs(term).sum() for term in terms) + np.abs(dy * at[y]).sum() + 1
    assert abs(got - sum(term.sum() for term in terms)) <= TOLERANCE * scale


def differentiated(case):
    """The float inputs of a forward that its backward differentiates, in order."""
    backward = OPERATIONS.get(backward_name(case))
    gradients = {p.name for p in backward.written} if backward else {"dtarget"}
    described = case.operands
    names = [p.name for p in OPERATIONS[case.operation].parameters if p.read and not p.written]
    floats = [n for n in names if described[n] is None or "float" in described[n].dtype]
    return [n for n in floats if n not in CONSTANT and (n != "target" or "dtarget" in gradients)]


def test_gemm_backward_magnitude_holds_its_backward():
    case = next(c for c in cases.all_cases() if c.operation == "gemm" and c.operands["bias"])
    names = support.known(case, case.make())
    y = gemm.gemm(*(names[n] for n in ("a", "b", "bias", "activated")), *case.settings)
    names |= {"y": y, "dy": np.ones_like(y)}
    values = reference.apply(gemm.gemm_backward, names)[:3]
    sizes = reference.apply(gemm.gemm_backward_magnitude, names)
    assert [v.shape for v in values] == [s.magnitude.shape for s in sizes]
    assert all((np.abs(v) <= s.magnitude).all() for v, s in zip(values, sizes, strict=True))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_reference_and_a_plain_case(name):
    case = cases.plain_cases()[name]
    arguments = case.make()
    assert list(arguments) == [p.name for p in OPERATIONS[name].parameters]
    for key, value, size in support.expected(case, arguments):
        assert isinstance(value, list) or np.shape(value) == np.shape(arguments[key])
        assert size.terms >= 0
