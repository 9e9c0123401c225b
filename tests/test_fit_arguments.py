"""Wrong arguments of fit, evaluate and predict: named, with what is wanted."""

import fastnn
import numpy as np
import pytest
from fastnn.callbacks import Callback, EarlyStopping
from training import ONE, TWO, A, B, X, Y, network, refused, two_by_two

COUNTS = [-1, 1.5, "3", True, [], (1,), float("nan"), None]


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message) as caught:
        function(*arguments, **keywords)
    return str(caught.value)


def refused_by_fit(error, message, model=None, x=X, y=Y, **arguments):
    call = {"verbose": 0} | arguments
    return refused(error, message, model or network(), lambda m: m.fit(x, y, **call))


@pytest.mark.parametrize("value", COUNTS)
@pytest.mark.parametrize(
    "name",
    [
        "epochs",
        "initial_epoch",
        "batch_size",
        "steps_per_epoch",
        "validation_steps",
        "validation_batch_size",
        "validation_freq",
    ],
)
def test_counts_of_fit(name, value):
    optional = name not in ("epochs", "initial_epoch", "validation_freq")
    if (optional and value is None) or (name == "validation_freq" and value in ([], (1,))):
        network().fit(X, Y, validation_data=(X, Y), verbose=0, **{name: value})
        return
    model = network()
    text = refused_by_fit(
        ValueError, "a whole number of at least", model, validation_data=(X, Y), **{name: value}
    )
    assert f"{name} is {value!r}" in text and text.startswith("fit: ")


@pytest.mark.parametrize("name", ["batch_size", "steps_per_epoch", "validation_freq"])
def test_none_of_something(name):
    refused_by_fit(ValueError, f"fit: {name} is 0; a whole", **{name: 0}, validation_data=(X, Y))
    for value in ([0], [1, "a"]):
        refused_by_fit(ValueError, "validation_freq is", validation_freq=value)
    model = network()
    assert model.fit(X, Y, epochs=0, verbose=0).history == {}
    assert model.fit(X, Y, epochs=3, initial_epoch=3, verbose=0).history == {}
    assert model.fit(X, Y, epochs=np.int64(2), batch_size=np.int32(8), verbose=0).epoch == [0, 1]


@pytest.mark.parametrize("name", ["batch_size", "steps"])
@pytest.mark.parametrize("value", [0, *[v for v in COUNTS if v is not None]])
def test_counts_of_evaluate_and_predict(name, value):
    for way, data in (("evaluate", (X, Y)), ("predict", (X,))):
        message = f"^{way}: {name} is .*; a whole number of at least 1 is wanted"
        raises(ValueError, message, getattr(network(), way), *data, **{name: value, "verbose": 0})


@pytest.mark.parametrize("verbose", [3, -1, "loud", 1.5, None, []])
def test_verbose(verbose):
    model = network()
    for way, data in (("fit", (X, Y)), ("evaluate", (X, Y)), ("predict", (X,))):
        message = "verbose is .*; 0 .* or 'auto' is wanted"
        refused(ValueError, message, model, lambda m: getattr(m, way)(*data, verbose=verbose))  # noqa: B023


@pytest.mark.parametrize("shuffle", [2, -1, "batches", [], 0.5])
def test_shuffle(shuffle):
    refused_by_fit(ValueError, "fit: shuffle is .*; True, False or 'batch' is wa", shuffle=shuffle)


# Validation


@pytest.mark.parametrize("share", [1, 1.0, -0.1, 1.5, "a", True, float("nan"), [0.5]])
def test_validation_split_out_of_range(share):
    message = "fit: validation_split is .*; a number between 0 and 1 is wanted"
    refused_by_fit(ValueError, message, validation_split=share)


def test_validation_split_that_leaves_nothing():
    message = "validation_split 0.999 of 40 samples leaves 0 to train on and 40 to validate"
    refused_by_fit(ValueError, message, validation_split=0.999)
    message = "of 1 samples leaves 0 to train on and 1 to"
    refused_by_fit(ValueError, message, x=X[:1], y=Y[:1], validation_split=0.5)
    for nothing in (0, 0.0, None):
        assert sorted(network().fit(X, Y, validation_split=nothing, verbose=0).history) == ["loss"]


def test_validation_split_with_something_else():
    batches = ((X, Y) for _ in range(2))
    message = "fit: validation_split came with a generator, .*splits arrays only. Give validation_d"
    refused_by_fit(ValueError, message, x=batches, y=None, validation_split=0.5)
    message = "validation_split and validation_data came; one of them is wanted"
    refused_by_fit(ValueError, message, validation_split=0.5, validation_data=(X, Y))
    refused_by_fit(ValueError, "x has 40, y has 5", y=Y[:5], validation_split=0.5)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (3, ValueError, "validation_data: x: a number came"),
        ((X, Y, X, Y), ValueError, r"validation_data has 4 parts; \(x, y\) or"),
        ((), ValueError, "validation_data has 0 parts"),
        ((X[:5], Y), ValueError, "validation_data: the numbers of samples differ: x has 5, y has"),
        ((X[:0], Y[:0]), ValueError, "validation_data: x is empty"),
        ((X[:, :3], Y), ValueError, r"validation_data: the input .* has shape \(40, 3\)"),
        ("text", TypeError, "validation_data: x: a str came"),
        ({"x": X}, ValueError, r"validation_data: a dict with \['x'\] came"),
        ((X, Y.astype(str)), TypeError, "validation_data: y: an array of <U"),
    ],
)
def test_validation_data(data, error, message):
    refused_by_fit(error, f"fit: {message}", validation_data=data)


@pytest.mark.parametrize("data", [X, (X,), (X, None)])
def test_validation_data_without_targets(data):
    message = "fit: validation_data, step 1 of 2: .* no targets y came"
    raises(ValueError, message, network().fit, X, Y, validation_data=data, verbose=0)


# Weights of classes


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ([1, 2, 3, 4], TypeError),
        ("balanced", TypeError),
        (3, TypeError),
        ({"a": 1.0}, ValueError),
        ({0: "b"}, ValueError),
        ({0.5: 1.0}, ValueError),
        ({0: None}, ValueError),
        ({0: float("nan")}, ValueError),
    ],
)
def test_class_weight(given, error):
    text = refused_by_fit(error, "fit: class_weight", class_weight=given)
    assert "class numbers" in text
    with pytest.raises(error, match="train_on_batch: class_weight"):
        network().train_on_batch(X, Y, class_weight=given)


def test_class_weight_with_something_else():
    both = {"class_weight": {0: 2.0}, "sample_weight": np.ones(40)}
    refused_by_fit(ValueError, "class_weight and sample_weight came; one of them is", **both)
    batches = [(X, Y, np.ones(40))]
    refused_by_fit(
        ValueError,
        "class_weight came, and the batches hold weights already",
        x=iter(batches),
        y=None,
        class_weight={0: 2.0},
    )
    refused_by_fit(TypeError, "fit: y: an array of <U", y=Y.astype(str), class_weight={0: 2.0})
    with pytest.raises(ValueError, match="class_weight is for models with one output"):
        two_by_two().fit([A, B], [ONE, TWO], class_weight={0: 2.0}, verbose=0)
    refused_by_fit(ValueError, "class_weight is for models with one", y=None, class_weight={0: 2.0})


# Callbacks


@pytest.mark.parametrize("odd", [3, [3], "text", {}, [None], len, EarlyStopping, [EarlyStopping]])
def test_what_is_no_callback(odd):
    model = network()
    for way, data in (("fit", (X, Y)), ("evaluate", (X, Y)), ("predict", (X,))):
        refused(
            TypeError,
            "callbacks: .* came; a Callback or a list of them is wanted",
            model,
            lambda m: getattr(m, way)(*data, callbacks=odd, verbose=0),  # noqa: B023
        )


HOOKS = [
    "on_train_begin",
    "on_epoch_begin",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_begin",
    "on_test_batch_begin",
    "on_test_batch_end",
    "on_test_end",
    "on_epoch_end",
    "on_train_end",
]


@pytest.mark.parametrize("hook", HOOKS)
def test_a_callback_that_raises(hook):
    class Broken(Callback):
        pass

    def fail(self, *arguments, **keywords):
        raise OSError("no room on the device")

    setattr(Broken, hook, fail)
    model = network(metrics=["accuracy"])
    raises(
        OSError,
        "no room on the device",
        model.fit,
        X,
        Y,
        validation_data=(X, Y),
        callbacks=[Broken()],
        verbose=0,
    )
    assert all(np.isfinite(w).all() for w in model.get_weights())
    history = model.fit(X, Y, validation_data=(X, Y), epochs=3, verbose=0).history
    assert len(history["val_accuracy"]) == 3 and np.isfinite(history["loss"]).all()
    assert model.fit(X, Y, verbose=0, callbacks=fastnn.callbacks.LambdaCallback()).epoch == [0]
