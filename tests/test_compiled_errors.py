"""What a compiled step cannot do is an error that names the line."""

import fastnn
import numpy as np
import pytest
from networks import batches, classification_step, digest, mlp


def expect(message, step, *arguments, calls=2):
    """The plain first call works; while recording, the error says `message`."""
    compiled = fastnn.compile(step)
    for _ in range(calls - 1):
        compiled(*arguments)
    with pytest.raises(RuntimeError, match=message) as caught:
        compiled(*arguments)
    return str(caught.value)


X = np.arange(6, dtype="float32").reshape(2, 3)


@pytest.mark.parametrize(
    "read",
    [
        lambda t: float(t),
        lambda t: t.item(),
        lambda t: t.numpy(),
        lambda t: bool(t),
        lambda t: np.asarray(t),
        lambda t: int(t),
    ],
)
def test_reading_a_value_inside_names_the_line(read):
    def step(x):
        loss = fastnn.ops.mean_squared_error(x, x)
        read(loss)
        return loss

    assert "test_compiled_errors.py:" in expect("reads a value inside the step", step, X)


def test_a_tensor_that_escapes_names_the_line():
    kept = []

    def step(x):
        kept.append(fastnn.ops.relu(x))
        return fastnn.ops.relu(x)

    text = expect("outlives the step", step, X)
    assert "test_compiled_errors.py:" in text
    kept.clear()


def test_gradients_that_stay_escape_too():
    w = fastnn.Variable([1.0, 2.0, 3.0])

    def step(x):
        w.grad = None
        loss = fastnn.ops.mean_squared_error(fastnn.ops.add(x, w), x)
        loss.backward()
        return loss

    assert "test_compiled_errors.py:" in expect("outlives the step", step, X)


def test_an_array_that_numpy_filled_inside_names_the_line():
    def step(x):
        inner = fastnn.devices.cpu.empty((2, 3), "float32")
        inner[:] = 1.0
        return fastnn.ops.add(x, fastnn.Tensor(inner))

    text = expect("no fastnn operation\nhas written|no fastnn operation has written", step, X)
    assert "test_compiled_errors.py:" in text


def test_an_array_that_numpy_made_inside():
    def step(x):
        return fastnn.ops.add(x, np.random.default_rng(0).random((2, 3), dtype="float32"))

    expect("NumPy made inside", step, X)


def test_an_array_from_outside_is_fine():
    outside = np.ones((2, 3), "float32")
    f = fastnn.compile(lambda x: fastnn.ops.add(x, outside))
    for _ in range(4):
        assert (f(X).numpy() == X + 1).all()


def test_after_an_error_the_next_call_records():
    bad = [True]

    def step(x):
        y = fastnn.ops.relu(x)
        if bad[0] and fastnn.tape.recording():
            float(fastnn.ops.mean_squared_error(y, y))
        return y

    f = fastnn.compile(step)
    f(X)
    with pytest.raises(RuntimeError):
        f(X)
    bad[0] = False
    for _ in range(3):
        assert (f(X).numpy() == X).all()
    assert f.programs()


def test_an_argument_that_overlaps_a_written_variable_is_refused():
    w = fastnn.Variable(np.ones(3, "float32"))

    def step(x):
        w.assign(fastnn.ops.add(w, x))
        return fastnn.ops.relu(x)

    f = fastnn.compile(step)
    for _ in range(3):
        f(np.ones(3, "float32"))
    with pytest.raises(ValueError, match="overlaps"):
        f(w.array)


def test_a_bad_label_stops_the_replay_before_the_weights():
    model, optimizer = mlp(), fastnn.optimizers.Adam(0.01)
    step = fastnn.compile(classification_step(model, optimizer))
    x, y = batches(1)[0]
    for _ in range(4):
        step(x, y)
    before = digest(model)
    bad = y.copy()
    bad[3] = 5
    with pytest.raises(
        ValueError, match=r"softmax_cross_entropy_forward: label 5 is outside 0 \.\. 4"
    ):
        step(x, bad)
    assert digest(model) == before
    step(x, y)
    assert digest(model) != before


def test_a_tape_from_before_a_replay_notices_that_the_weights_changed():
    model, optimizer = mlp(), fastnn.optimizers.Adam(0.01)
    step = fastnn.compile(classification_step(model, optimizer))
    x, y = batches(1)[0]
    for _ in range(3):
        step(x, y)
    loss = fastnn.ops.sparse_categorical_crossentropy(y, model(x), from_logits=True)
    step(x, y)
    with pytest.raises(RuntimeError, match="was written to after the forward pass"):
        fastnn.gradients(loss, model.trainable_weights)
