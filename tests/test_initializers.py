"""Initializers by name, class, array and function. What they draw: test_random.py."""

import fastnn
import numpy as np
import pytest
from fastnn import initializers, layers, ops
from fastnn.initializers import Initializer


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message):
        function(*arguments, **keywords)


def made(initializer, shape=(2, 3), dtype="float32"):
    weight = layers.Layer(dtype=dtype).add_weight(shape, initializer)
    assert (weight.shape, weight.dtype) == (shape, dtype)
    return weight.numpy()


# Keras's names, without its STFT.
NAMES = """
Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer Initializer
LecunNormal LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal RandomUniform
TruncatedNormal VarianceScaling Zeros constant get glorot_normal glorot_uniform he_normal he_uniform
identity lecun_normal lecun_uniform ones orthogonal random_normal random_uniform truncated_normal
variance_scaling zeros
""".split()


def test_names():
    assert sorted(initializers.__all__) == sorted([*NAMES, "deserialize", "fans", "serialize"])
    for name in set(NAMES) - {"Initializer", "get"}:
        kind = getattr(initializers, name)
        assert issubclass(kind, Initializer)
        assert type(initializers.get(name)) is type(initializers.get(kind)) is kind
        assert made(kind()).shape == (2, 3)
    assert initializers.he_normal is initializers.HeNormal
    for name, kind in (("normal", "RandomNormal"), ("uniform", "RandomUniform"), ("one", "Ones")):
        assert type(initializers.get(name)).__name__ == kind


def test_the_nearest_names_are_suggested():
    for wrong, near in (
        ("glorot", "'glorot_normal'"),
        ("HENORMAL", "'HeNormal'"),
        ("zeroes", "'zeros'"),
    ):
        raises(
            ValueError, f"initializers: '{wrong}'.*Did you mean .*{near}", initializers.get, wrong
        )
    with pytest.raises(ValueError) as caught:
        initializers.get("wxyz")
    assert "Did you mean" not in str(caught.value)
    raises(ValueError, "activation: .*Did you mean 'relu'", fastnn.activations.get, "reluu")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_functions_classes_and_arrays(dtype):
    wanted = np.arange(6.0).reshape(2, 3).astype(dtype)

    class Ramp(Initializer):
        def __call__(self, shape, dtype=None):
            seen.append((shape, dtype))
            return ops.reshape(ops.cumsum(ops.ones((6,), dtype)) - 1, shape)

    seen = []
    for initializer in (
        Ramp(),
        Ramp,
        lambda shape, dtype: np.arange(6.0).reshape(shape),
        lambda shape, dtype=None: fastnn.Tensor(wanted),
        wanted,
        wanted.astype("int32"),
        fastnn.Tensor(wanted),
        fastnn.Variable(wanted),
    ):
        assert (made(initializer, dtype=dtype) == wanted).all()
    assert seen == [((2, 3), dtype)] * 2


def test_what_is_refused():
    raises(TypeError, "Initializer defines no __call__", Initializer(), (2, 3))
    raises(ValueError, r"array has shape \(2,\), the weight \(2, 3\)", made, np.ones(2))
    raises(ValueError, "assign: the value has shape", made, lambda shape, dtype: np.ones(2))
    for wrong in (None, 5, [1.0], {"class_name": "Zeros"}, int):
        raises(ValueError, "initializers: .* is unknown", initializers.get, wrong)
