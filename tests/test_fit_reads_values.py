"""Steps that read values cannot be recorded: fit says so once and goes on in Python, with the
results of run_eagerly=True to the last bit."""

import warnings

import fastnn
import numpy as np
import pytest
from fastnn import ops
from training import X, Y, noisy, state

LOSS = "sparse_categorical_crossentropy"


def descend(model, data, after=lambda loss: None, between=lambda loss: None):
    """A step as users write it."""
    x, y = data[:2]
    y_pred = model(x, training=True)
    loss = model.compute_loss(x, y, y_pred)
    between(loss)
    model.optimizer.apply(fastnn.gradients(loss, model.trainable_weights), model.trainable_weights)
    after(loss)
    for metric in model.metrics:
        if metric.name == "loss":
            metric.update_state(loss)
        else:
            metric.update_state(y, y_pred)
    return {metric.name: metric.result() for metric in model.metrics}


class ReadsBefore(fastnn.Sequential):
    def train_step(self, data):
        return descend(self, data, between=float)


class ReadsAfter(fastnn.Sequential):
    """The weights have had their update already when the recording fails."""

    def train_step(self, data):
        return descend(self, data, after=float)


class ReadsLast(fastnn.Sequential):
    def train_step(self, data):
        return {name: float(value) for name, value in super().train_step(data).items()}


class Keeps(fastnn.Sequential):
    """What outlives a step cannot be recorded either."""

    def train_step(self, data):
        self.last = [*getattr(self, "last", []), self(data[0])]
        return super().train_step(data)


class Decides(fastnn.Sequential):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        return loss * 0.5 if loss > 1.5 else loss


class Counts(fastnn.Sequential):
    """With a variable of its own, which each step changes before it reads."""

    def train_step(self, data):
        if not hasattr(self, "steps"):
            self.steps = fastnn.Variable(0.0, "float64", trainable=False)
        self.steps.assign_add(1)
        logs = super().train_step(data)
        return logs | {"read": self.steps.item()}


class Draws(fastnn.Sequential):
    def train_step(self, data):
        noise = np.random.default_rng(0).standard_normal((1, 6)).astype("float32")
        return super().train_step((data[0] + noise, *data[1:]))


class Reading(fastnn.metrics.Metric):
    def __init__(self):
        super().__init__(name="reading")
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign(self.total.item() + float(ops.mean(y_pred)))

    def result(self):
        return self.total


class Clipping(fastnn.layers.Layer):
    def call(self, x):
        return x / 2.0 if float(ops.max(x)) > 2.0 else x


def read_metric(y_true, y_pred):
    return np.mean(y_pred.numpy(), axis=-1)


def read_loss(y_true, y_pred):
    loss = fastnn.losses.sparse_categorical_crossentropy(y_true, y_pred)
    return loss * 2.0 if bool(ops.max(loss) > 2.0) else loss


CASES = {
    **{kind.__name__: (kind, {}) for kind in (ReadsBefore, ReadsAfter, ReadsLast, Keeps)},
    **{kind.__name__: (kind, {}) for kind in (Decides, Counts, Draws)},
    "a metric": (fastnn.Sequential, {"metrics": ["accuracy", Reading]}),
    "a function as metric": (fastnn.Sequential, {"metrics": [read_metric, "accuracy"]}),
    "a loss": (fastnn.Sequential, {"loss": read_loss}),
}


def make(kind, eager, settings):
    fastnn.utils.set_random_seed(7)
    layers = noisy().layers
    settings = {"loss": LOSS, "metrics": ["accuracy"]} | settings
    settings["metrics"] = [m() if isinstance(m, type) else m for m in settings["metrics"]]
    model = kind([fastnn.Input((6,)), *layers])
    model.compile(fastnn.optimizers.Adam(0.02), run_eagerly=eager, **settings)
    return model


def learn(model, **arguments):
    """Three epochs of 5 batches, the last of them short; then one more fit."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        first = model.fit(X[:36], Y[:36], batch_size=8, epochs=3, verbose=0, **arguments).history
        second = model.fit(X, Y, batch_size=8, epochs=2, verbose=0, **arguments).history
    noise = [layer._state.numpy() for layer in model.layers if "dropout" in layer.name]
    return (first, second, state(model), repr(noise)), [str(w.message) for w in caught]


@pytest.mark.parametrize("case", CASES)
def test_training_is_that_of_run_eagerly(case):
    kind, settings = CASES[case]
    eager, said = learn(make(kind, True, settings))
    assert not said
    got, said = learn(make(kind, False, settings))
    assert got == eager
    [warning] = said
    assert "train step of" in warning and "runs in Python from now on" in warning
    assert "run_eagerly=True" in warning


@pytest.mark.parametrize("case", [case for case in CASES if case != "Draws"])
def test_the_line_is_named(case):
    kind, settings = CASES[case]
    _, [warning] = learn(make(kind, False, settings))
    line = int(warning.partition("test_fit_reads_values.py:")[2].partition(".")[0].split()[0])
    with open(__file__, encoding="utf-8") as file:
        code = file.read().splitlines()[line - 1]
    reads = ("float", "bool", "item()", "numpy()", "if loss", "self(data[0])", "between(", "after(")
    assert any(what in code for what in reads), code


def test_evaluation_and_prediction_that_read_values():
    class Reads(fastnn.Sequential):
        def test_step(self, data):
            logs = super().test_step(data)
            return logs | {"seen": float(logs["loss"])}

        def predict_step(self, data):
            y = super().predict_step(data)
            return y * 2.0 if float(ops.max(y)) < 2.0 else y

    found = []
    for eager in (True, False):
        model = make(Reads, eager, {})
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            history = model.fit(X, Y, epochs=3, validation_data=(X, Y), verbose=0).history
            measured = model.evaluate(X, Y, batch_size=8, verbose=0, return_dict=True)
            again = model.evaluate(X, Y, batch_size=8, verbose=0, return_dict=True)
            predicted = model.predict(X, batch_size=8, verbose=0)
        assert measured == again and measured["seen"] == measured["loss"]
        found.append((history, measured, predicted.tobytes()))
        messages = [str(w.message).partition(":")[0] for w in caught]
    assert found[0] == found[1]
    assert messages == [f"test step of {model.name}", f"predict step of {model.name}"]


def test_a_layer_that_reads_values():
    outputs = []
    for eager in (True, False):
        fastnn.utils.set_random_seed(3)
        model = fastnn.Sequential([fastnn.layers.Dense(4), Clipping(), fastnn.layers.Softmax()])
        model.compile("adam", LOSS, metrics=["accuracy"], run_eagerly=eager)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            history = model.fit(X, Y, epochs=3, batch_size=8, verbose=0).history
        outputs.append((history, state(model)))
    assert outputs[0] == outputs[1]
    assert len(caught) == 1 and "test_fit_reads_values.py:" in str(caught[0].message)


def test_single_batches_that_read_values():
    results = []
    for eager in (True, False):
        model = make(ReadsAfter, eager, {})
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            values = [model.train_on_batch(X[:8], Y[:8]) for _ in range(5)]
        results.append((values, state(model)))
    assert results[0] == results[1] and len(caught) == 1


def test_what_a_step_keeps_stays_as_it_was():
    """The batches lie in a buffer that the next one overwrites; what a step in Python keeps not."""

    class KeepsData(fastnn.Sequential):
        kept = ()

        def train_step(self, data):
            self.kept = (*self.kept, data[0])
            return super().train_step(data)

    model = make(KeepsData, True, {})
    model.fit(X, Y, batch_size=8, verbose=0)
    rows = np.concatenate([x.numpy() for x in model.kept])
    assert sorted(map(tuple, rows.tolist())) == sorted(map(tuple, X.tolist()))


def test_an_error_of_the_user_comes_out_as_it_is():
    class Fails(fastnn.Sequential):
        calls = 0

        def train_step(self, data):
            self.calls += 1
            logs = super().train_step(data)
            if self.calls == 2:
                raise KeyError("my own")
            return logs

    model = make(Fails, False, {})
    model.fit(X[:8], Y[:8], batch_size=8, verbose=0)
    before = state(model)
    with pytest.raises(KeyError, match="my own"):  # while the step is recorded
        model.fit(X[:8], Y[:8], batch_size=8, verbose=0)
    assert state(model) == before  # the update was taken back
    model.fit(X, Y, epochs=2, verbose=0)


def test_a_warning_that_is_an_error_leaves_the_weights():
    model = make(ReadsAfter, False, {})
    with pytest.raises(UserWarning, match="runs in Python from now on"):
        model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    got = state(model)
    eager = make(ReadsAfter, True, {})
    eager.fit(X[:8], Y[:8], batch_size=8, shuffle=False, verbose=0)
    assert got == state(eager)


@pytest.mark.parametrize(
    ("result", "came"), [(None, "NoneType"), (3.0, "float"), ([1.0], "list"), ({1: 2.0}, "dict")]
)
def test_a_step_that_gives_no_dict(result, came):
    class Odd(fastnn.Sequential):
        def train_step(self, data):
            return result

    with pytest.raises(TypeError, match=f"train_step of odd.*: gives a {came}; a dict of numbers"):
        make(Odd, False, {}).fit(X, Y, verbose=0)


@pytest.mark.parametrize("gives", [None, 1.0, "text", "array"])
def test_a_loss_without_a_gradient(gives):
    def odd(y_true, y_pred):
        return y_pred.numpy().mean(axis=-1) if gives == "array" else gives

    model = make(fastnn.Sequential, False, {"loss": odd})
    before = [w.tobytes() for w in model.get_weights()[:2]]
    with pytest.raises(TypeError, match=r"odd: gives a .*; a tensor is wanted, made of y_pred by"):
        model.fit(X, Y, verbose=0)
    assert [w.tobytes() for w in model.get_weights()[:2]] == before


def test_a_loss_of_another_shape():
    model = make(fastnn.Sequential, False, {"loss": lambda y, p: ops.mean(p)})  # Keras takes it
    model.fit(X, Y, verbose=0)
    model = make(fastnn.Sequential, False, {"loss": lambda y, p: p[:3, 0]})
    with pytest.raises(ValueError, match=r"sample_weight has shape \(32,\) where there are values"):
        model.fit(X, Y, sample_weight=np.ones(40), verbose=0)
