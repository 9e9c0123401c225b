"""train_on_batch, test_on_batch, predict_on_batch: what the last batch's program is taken for."""

import fastnn
import numpy as np
import pytest
from fastnn.layers import Dense

RNG = np.random.default_rng(5)


def made(metrics=("accuracy",), seed=3):
    fastnn.utils.set_random_seed(seed)
    model = fastnn.Sequential([fastnn.Input((6,)), Dense(8, "tanh"), Dense(4)])
    loss = fastnn.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(fastnn.optimizers.Adam(0.01), loss, metrics=list(metrics))
    return model


def batch(n=10, labels="int32"):
    return RNG.standard_normal((n, 6), dtype="float32"), RNG.integers(0, 4, n).astype(labels)


def variants():
    """Batches that are and are not like the one before."""
    x, y = batch()
    wide = RNG.standard_normal((10, 12), dtype="float32")
    given = [(x, y)] * 4
    given += [(x, y.astype("int64")), (x.astype("float64"), y), (wide[:, ::2], y), (x, y)]
    given += [batch(7), (x, y), batch(7), (x.tolist(), y), (x, y, np.ones(10, "float32"))]
    return [*given, (x[::-1], y), (np.asfortranarray(x), y), (x, y)]


def test_same_as_in_python():
    replayed, plain = made(), made()
    plain.run_eagerly = True
    for given in variants():
        assert replayed.train_on_batch(*given) == plain.train_on_batch(*given)
        assert replayed.test_on_batch(*given) == plain.test_on_batch(*given)
        a, b = replayed.predict_on_batch(given[0]), plain.predict_on_batch(given[0])
        np.testing.assert_array_equal(a, b)


def test_a_batch_alone_is_measured():
    model, (x, y) = made(), batch()
    model.optimizer.learning_rate = 0.0
    found = [model.train_on_batch(x, y) for _ in range(5)]
    assert found == [found[0]] * 5
    other = batch()
    assert model.train_on_batch(*other) != found[0]
    assert model.train_on_batch(x, y, return_dict=True) == dict(
        zip(("loss", "accuracy"), found[0], strict=True)
    )
    assert model.test_on_batch(x, y) == found[0]


class Counted(fastnn.metrics.Mean):
    """Counts in Python how often it begins anew."""

    begun = 0

    def reset_state(self):
        Counted.begun += 1
        super().reset_state()


def test_a_metric_with_a_reset_of_its_own_is_asked():
    model, (x, y) = made(metrics=()), batch()
    model.counted = Counted(name="counted")
    model.train_on_batch(x, y)
    before = Counted.begun
    for _ in range(6):
        model.train_on_batch(x, y)
    assert Counted.begun == before + 6


class Seen(Dense):
    """Notes that Python has called it."""

    calls = 0

    def call(self, x):
        Seen.calls += 1
        return super().call(x)


def test_run_eagerly_is_heeded():
    model, (x, y) = fastnn.Sequential([Seen(4)]), batch()
    model.compile("sgd", fastnn.losses.SparseCategoricalCrossentropy(from_logits=True))
    for _ in range(5):
        model.train_on_batch(x, y)
    recorded = Seen.calls
    model.train_on_batch(x, y)
    assert Seen.calls == recorded
    model.run_eagerly = True
    model.train_on_batch(x, y)
    assert Seen.calls == recorded + 1


def test_what_changes_between_batches_counts():
    model, (x, y) = made(), batch()
    for _ in range(4):
        model.train_on_batch(x, y)
    weights = model.get_weights()
    model.layers[0].trainable = False
    model.train_on_batch(x, y)
    np.testing.assert_array_equal(model.get_weights()[0], weights[0])
    assert not np.array_equal(model.get_weights()[2], weights[2])
    model.compile("sgd", fastnn.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert isinstance(model.train_on_batch(x, y), float)


@pytest.mark.parametrize("name", ["train_on_batch", "test_on_batch"])
def test_errors_name_the_call(name):
    model, (x, y) = made(), batch()
    call = getattr(model, name)
    for _ in range(4):
        call(x, y)
    with pytest.raises(ValueError, match=f"^{name}: .*4 classes"):
        call(x, y + 4)
    with pytest.raises(ValueError, match=f"^{name}: the input .* has shape"):
        call(x[:, :5], y)
    assert np.isfinite(call(x, y)[0])


def test_outputs_are_the_callers():
    model, (x, _) = made(), batch()
    first = [model.predict_on_batch(x) for _ in range(4)]
    kept = first[-1].copy()
    model.predict_on_batch(x + 1)
    np.testing.assert_array_equal(first[-1], kept)
