"""Training on the emulated GPU, eager and as a captured graph, against training on the CPU.

The bound is derived. Each device computes each number of a step within C eps sqrt(terms) of the
exact one, relative to its magnitude; what a small difference grows to by the end of a training is a
property of the training, and is measured: the same training on the CPU from weights that are 2^-20
off, in float64, where nothing else is of that size.
"""

import contextlib

import fastnn
import numpy as np
import pytest
import support
from networks import batches, classification_step, mlp

STEPS = 8
SIZES = (20, 32, 16, 5)
LAUNCHES = 20  # of a step, each of which may add its own error
TERMS = 32  # of the longest sum, a row or column of the largest layer


@pytest.fixture(scope="module")
def gpu():
    return support.open_device("emulated").device


def train(device=None, compiled=False, dtype="float32", off=None, optimizer=None):
    """All weights after STEPS steps with dropout, in one array."""
    with device or contextlib.nullcontext():
        model = mlp(SIZES, dropout=0.2, dtype=dtype)
    if off is not None:
        model.set_weights([w * (1 + off(w.shape)) for w in model.get_weights()])
    step = classification_step(model, optimizer or fastnn.optimizers.Adam(0.01))
    if compiled:
        step = fastnn.compile(step)
    for x, y in batches(STEPS, dtype=dtype):
        step(*((device.upload(x), device.upload(y)) if device else (x, y)))
    fastnn.synchronize()
    if compiled:
        assert len(step.programs()) == 1
    return np.concatenate([w.ravel() for w in model.get_weights()]).astype("float64")


def growth():
    """The largest change of a weight at the end, for a relative change of 1 in the first
    weights."""
    rng = np.random.default_rng(3)
    step = 2.0**-20
    exact = train(dtype="float64")
    return max(
        np.abs(
            train(dtype="float64", off=lambda shape: rng.choice([-step, step], shape)) - exact
        ).max()
        / step
        for _ in range(8)
    )


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "graph"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_training_agrees_with_the_cpu(gpu, dtype, compiled):
    eps = np.finfo(dtype).eps
    bound = growth() * support.C * eps * np.sqrt(TERMS) * np.sqrt(STEPS * LAUNCHES)
    difference = np.abs(train(gpu, compiled, dtype) - train(dtype=dtype)).max()
    assert 0 < difference <= bound
    assert bound < 1e5 * eps  # else it would prove nothing


def test_eager_and_graph_give_the_same_bits(gpu):
    assert (train(gpu, False) == train(gpu, True)).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda: fastnn.optimizers.SGD(0.1, 0.9, nesterov=True, global_clipnorm=0.5),
        lambda: fastnn.optimizers.RMSprop(momentum=0.5, centered=True, clipnorm=0.1),
        lambda: fastnn.optimizers.Adagrad(clipvalue=0.01),
        lambda: fastnn.optimizers.Adadelta(1.0, weight_decay=0.1),
        lambda: fastnn.optimizers.AdamW(amsgrad=True),
        lambda: fastnn.optimizers.Nadam(
            fastnn.optimizers.schedules.CosineDecay(0.01, 5), use_ema=True, clipnorm=0.1
        ),
        lambda: fastnn.optimizers.Lamb(use_ema=True, ema_overwrite_frequency=3, weight_decay=0.1),
        lambda: fastnn.optimizers.Ftrl(lambda: 0.1, global_clipnorm=0.1),
    ],
)
def test_optimizers_on_the_gpu(gpu, make):
    eager = train(gpu, False, "float64", optimizer=make())
    assert (eager == train(gpu, True, "float64", optimizer=make())).all()
    # No more than what the test above takes for a bound at most.
    limit = 1e5 * np.finfo("float64").eps
    assert np.abs(eager - train(dtype="float64", optimizer=make())).max() < limit


def test_a_bad_label_is_reported_where_something_waits(gpu):
    x = gpu.upload(np.zeros((2, 3), "float32"))
    labels = gpu.upload(np.array([1, 3], "int32"))
    loss = fastnn.ops.sparse_categorical_crossentropy(labels, x, from_logits=True)
    with pytest.raises(
        ValueError, match=r"softmax_cross_entropy_forward: label 3 is outside 0 \.\. 2"
    ):
        loss.item()
    gpu.synchronize()  # reported once


def test_arrays_of_two_devices_do_not_mix(gpu):
    on_gpu = fastnn.Tensor(gpu.upload(np.zeros(3, "float32")))
    with pytest.raises(TypeError, match=r"add: .* is wanted"):
        fastnn.ops.add(on_gpu, np.zeros(3, "float32"))


def test_a_model_on_the_gpu_takes_numpy_arrays(gpu):
    with gpu:
        model = mlp()
    x, _ = batches(1)[0]
    assert model(x).device is gpu
    np.testing.assert_allclose(model(x).numpy(), mlp()(x).numpy(), rtol=0, atol=1e-5)
