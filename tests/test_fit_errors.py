"""Data that do not fit a model, or one another: an error that says so, and nothing has changed."""

import fastnn
import numpy as np
import pytest
from fastnn.layers import Conv2D, Dense, Flatten
from training import ONE, TWO, A, B, X, Y, network, refused, refused_twice, two_by_two

WAYS = {
    "fit": lambda model, x: model.fit(x, Y, verbose=0),
    "evaluate": lambda model, x: model.evaluate(x, Y, verbose=0),
    "predict": lambda model, x: model.predict(x, verbose=0),
    "train_on_batch": lambda model, x: model.train_on_batch(x, Y),
    "test_on_batch": lambda model, x: model.test_on_batch(x, Y),
    "predict_on_batch": lambda model, x: model.predict_on_batch(x),
    "sequential": lambda model, x: model(x),
}

OF_X = {
    "rank": (X[:, :, None] * [1.0, 2.0], ValueError, r"has shape \(40, 6, 2\); \(None, 6\) is"),
    "flat": (X[:, 0], ValueError, r"has shape \(40,\); \(None, 6\) is wanted, the batch first"),
    "columns": (X[:, :5], ValueError, r"has shape \(40, 5\); \(None, 6\) is wanted"),
    "texts": (X.astype(str), TypeError, "an array of <U.* came; real numbers are wanted"),
    "complex": (X * 1j, TypeError, "an array of complex.* came; real numbers are wanted"),
    "objects": (np.full((40, 6), None), TypeError, "an array of object came; real numbers"),
    "dates": (X.astype("datetime64[s]"), TypeError, "an array of datetime64.* came; real"),
    "text": ("pictures.npy", TypeError, "a str came, .*; real numbers are wanted"),
    "ragged": ([[1.0, 2.0], [3.0]], ValueError, "rows that differ in length .* Pad or cut"),
    "an empty list": ([], ValueError, r"has shape \(0,\); \(None, 6\) is wanted"),
    "an empty dict": ({}, ValueError, r"a dict with \[\] came; the inputs are \['in"),
    "other names": ({"y": X}, ValueError, r"a dict with \['y'\] came; .* one array for each name"),
    "two inputs": ([X, X], ValueError, r"has shape \(2, 40, 6\); \(None, 6\) is wanted"),
    "unequal inputs": ([X, X[:3]], ValueError, "rows that differ in length"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", OF_X)
def test_x_that_does_not_fit_the_model(way, case):
    x, error, message = OF_X[case]
    text = refused_twice(error, message, network, lambda model: WAYS[way](model, x))
    assert text.startswith(way)  # a model called directly says its own name


@pytest.mark.parametrize("way", [way for way in WAYS if way != "sequential"])
def test_no_data(way):
    refused(ValueError, rf"{way}: x is None; arrays, or", network(), lambda m: WAYS[way](m, None))
    refused(ValueError, rf"{way}: x: a number came; an", network(), lambda m: WAYS[way](m, 3.0))
    empty = "x is empty" if "predict" in way else "x has 0, y has 40"
    refused(ValueError, empty, network(), lambda m: WAYS[way](m, X[:0]))
    for call in (network().fit, network().evaluate):
        with pytest.raises(ValueError, match="x is empty; at least one sample is wanted"):
            call(X[:0], Y[:0])


def test_an_empty_batch_may_be_computed():
    assert network()(X[:0]).shape == (0, 4)


@pytest.mark.parametrize("built", [False, True])
def test_x_that_does_not_fit_a_layer(built):
    def layers():
        return Dense(3), Conv2D(2, 3), Flatten()

    wrong = {
        Dense: (np.ones((4, 7)), "built for 6 inputs"),
        Conv2D: (np.ones((4, 8, 8, 5)), "5|channels"),
        Flatten: (np.array(["a"]), "real numbers are wanted"),
    }
    for layer, right in zip(layers(), (X, np.ones((4, 8, 8, 2)), X), strict=True):
        if built:
            layer(right)
        bad, message = wrong[type(layer)]
        if built or type(layer) is Flatten:
            with pytest.raises((TypeError, ValueError), match=message) as caught:
                layer(bad)
            assert layer.name in str(caught.value) or "conv2d" in str(caught.value)
        for nothing in (None, "text", np.full((2, 6), None), 1j):
            with pytest.raises((TypeError, ValueError), match="real numbers are wanted"):
                layer(nothing)
        layer(right)


# Numbers of samples


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, Y[:30]), "the numbers of samples differ: x has 40, y has 30"),
        ((X[:30], Y), "the numbers of samples differ: x has 30, y has 40"),
        ((X, Y, None, np.ones(3)), ".*: x has 40, y has 40, sample_weight has 3"),
        ((X, Y, None, 1.0), "sample_weight: a number came"),
        ((X, 3), "y: a number came"),
    ],
)
def test_lengths_that_differ(arguments, message):
    x, y, _, weight = (*arguments, None, None)[:4]
    for way in ("fit", "evaluate"):
        refused_twice(
            ValueError,
            f"{way}: {message}",
            network,
            lambda m: getattr(m, way)(x, y, sample_weight=weight, verbose=0),  # noqa: B023
        )
    for way in ("train_on_batch", "test_on_batch"):
        refused(ValueError, f"{way}: {message}", network(), lambda m: getattr(m, way)(x, y, weight))  # noqa: B023


def learn_two(model):
    model.fit([A, B], [ONE, TWO], verbose=0)


@pytest.mark.parametrize(
    ("x", "y", "weight", "message"),
    [
        ([A, B[:39]], [ONE, TWO], None, "x 0 has 40, x 1 has 39, y 0 has 40, y 1 has 40"),
        ([A, B], [ONE, TWO[:5]], None, "y 1 has 5"),
        (A, [ONE, TWO], None, r"1 input came, \(40, 6\); the model has 2: 'a' \(None, 6\), 'b'"),
        (
            [A, B, B],
            [ONE, TWO],
            None,
            "3 inputs came, .* list of arrays, one for each, or",
        ),
        ({"a": A, "c": B}, [ONE, TWO], None, r"\['a', 'c'\] came; the inputs are \['a', 'b'\]"),
        ([B, A], [ONE, TWO], None, r"'a' has shape \(40, 3\); \(None, 6\) is wanted"),
        ([A, B], None, None, "a loss was compiled, but no targets y came"),
        ([A, B], [ONE], None, "1 targets came for 2 outputs; one for each is wanted"),
        ([A, B], [ONE, TWO, TWO], None, "3 targets came for 2 outputs"),
        ([A, B], ONE, None, "1 targets came for 2 outputs"),
        ([A, B], {"one": ONE, "tow": TWO}, None, r"\['one', 'tow'\]; one for 'two' is missing"),
        ([A, B], [TWO, ONE], None, r"y_true has shape \(32, 3\) and y_pred \(32, 2\)"),
        ([A, B], [ONE, TWO], [np.ones(40)] * 3, "3 sample_weights came for 2 outputs"),
        ([A, B], [ONE, TWO], {"three": np.ones(40)}, "sample_weight names the output 'three'"),
        ([A, B], [ONE, TWO], [np.ones(40), np.ones(39)], "sample_weight 1 has 39"),
    ],
)
def test_several_inputs_and_outputs(x, y, weight, message):
    for way in ("fit", "evaluate"):
        text = refused(
            ValueError,
            message,
            two_by_two(),
            lambda m: getattr(m, way)(x, y, sample_weight=weight, verbose=0),  # noqa: B023
            works=learn_two,
        )
        assert text.startswith(way)


# Targets


def learns(y):
    return lambda model: model.fit(X, y, verbose=0)


@pytest.mark.parametrize("label", [10, 4, -1, 2**31 - 1])
@pytest.mark.parametrize("activation", ["softmax", None])
def test_labels_outside_of_the_classes(label, activation):
    loss = fastnn.losses.SparseCategoricalCrossentropy(from_logits=activation is None)
    bad = Y.copy()
    bad[33] = label
    says = rf"label {label} is outside 0 \.\. 3; the model's outputs have 4 classes"
    cases = {
        r"fit, epoch 1, step 2 of 2: ": lambda m: m.fit(X, bad, shuffle=False, verbose=0),
        r"evaluate, step 2 of 2: ": lambda m: m.evaluate(X, bad, verbose=0),
    }
    for place, call in cases.items():
        model = network(loss, activation=activation)
        model.fit(X, Y, epochs=3, verbose=0)  # steps are recorded
        with pytest.raises(ValueError, match=f"{place}.*{says}"):
            call(model)
        learned = model.get_weights()
        assert all(np.isfinite(w).all() for w in learned)
        model.fit(X, Y, verbose=0)
        assert any((a != b).any() for a, b in zip(learned, model.get_weights(), strict=True))


def test_a_label_is_refused_before_its_step_changes_weights():
    bad = np.full(40, 10)
    refused_twice(
        ValueError, "label 10 is outside", network, lambda m: m.fit(X, bad, epochs=3, verbose=0)
    )
    text = refused_twice(ValueError, "4 classes", network, lambda m: m.train_on_batch(X, bad))
    assert text.startswith("train_on_batch: ")


def test_the_epoch_and_the_step_are_named():
    def batches():
        for i in range(10):
            yield X[:8], Y[:8] + (9 if i == 8 else 0)

    with pytest.raises(ValueError, match=r"fit, epoch 3, step 3 of 3: .* label 9 is outside"):
        network().fit(batches(), steps_per_epoch=3, epochs=5, verbose=0)
    with pytest.raises(ValueError, match=r"fit, epoch 1, step 9: .* label 9 is outside"):
        network().fit(batches(), epochs=5, verbose=0)
    with pytest.raises(ValueError, match=r"fit: validation_data, step 2 of 2: .* label 4 is"):
        network().fit(X, Y, validation_data=(X, Y + (np.arange(40) == 39)), verbose=0)


def test_labels_that_are_no_whole_numbers():
    for bad in (Y + 0.5, np.full(40, np.nan)):

        def call(model, y=bad):
            model.fit(X, y, verbose=0)

        refused_twice(ValueError, "a label is no whole number", network, call)
    network().fit(X, Y.astype(float), verbose=0)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (None, ValueError, "fit, epoch 1, step 1 of 2: .* a loss was compiled, but no targets y"),
        (Y.astype(str), TypeError, "fit: y: an array of <U"),
        (np.full(40, None), TypeError, "fit: y: an array of object came"),
        (Y * 1j, TypeError, "fit: y: an array of complex128 came"),
        ([[1], [1, 2]] * 20, ValueError, "fit: y: .* differ in length"),
        (np.eye(4)[Y], ValueError, r"y_true has shape \(32, 4\).*class numbers of shape \(32,\)"),
        (Y[:, None, None], ValueError, r"y_true has shape \(32, 1, 1\)"),
        ({"other": Y, "names": Y}, ValueError, "'other', 'names'.* for 'dense.* is missing"),
    ],
)
def test_targets_that_do_not_fit(y, error, message):
    refused_twice(error, message, network, lambda m: m.fit(X, y, verbose=0))


@pytest.mark.parametrize(
    ("loss", "y", "message"),
    [
        ("categorical_crossentropy", Y, "Class numbers are for the sparse"),
        ("mse", np.ones((40, 3)), r"y_true has shape \(32, 3\) and y_pred \(32, 4\)"),
        ("mse", np.ones(40), r"y_true has shape \(32,\) and y_pred \(32, 4\)"),
        ("binary_crossentropy", Y, r"y_true has shape \(32,\) and y_pred \(32, 4\)"),
    ],
)
def test_targets_of_another_shape(loss, y, message):
    right = learns(np.eye(4)[Y])
    refused_twice(
        ValueError, message, lambda: network(loss), lambda m: m.fit(X, y, verbose=0), works=right
    )


@pytest.mark.parametrize(
    ("weight", "error", "message"),
    [
        (np.ones((40, 3)), ValueError, r"sample_weight has shape \(32, 3\).*a weight a sample"),
        (["a"] * 40, TypeError, "fit: sample_weight: .*real numbers are wanted"),
    ],
)
def test_weights_that_do_not_fit(weight, error, message):
    refused_twice(error, message, network, lambda m: m.fit(X, Y, sample_weight=weight, verbose=0))


# NaN


def spoiled(where):
    x, y, w = X.copy(), ONE[:, :1].copy(), np.ones(40)
    {"x": x, "y": y, "sample_weight": w}[where][37] = np.nan
    return x, y, w


@pytest.mark.parametrize("where", ["x", "y", "sample_weight"])
@pytest.mark.parametrize("eager", [False, True])
def test_nan_in_the_data_is_found(where, eager):
    model = network("mse", units=1, activation=None, run_eagerly=eager)
    x, y, w = spoiled(where)
    model.fit(X, ONE[:, :1], epochs=3, verbose=0)
    with pytest.raises(FloatingPointError) as caught:
        model.fit(x, y, sample_weight=w, epochs=9, batch_size=8, shuffle=False, verbose=0)
    text = str(caught.value)
    assert text.startswith("fit, epoch 1, step 5 of 5: the loss became NaN")
    assert f"NaN or infinity is in {where}." in text and "learning_rate" in text
    assert any(np.isnan(w).any() for w in model.get_weights())


def test_nan_that_is_not_in_the_data():
    model = network("mse", units=1, activation=None, optimizer=fastnn.optimizers.SGD(1e10))
    with pytest.raises(FloatingPointError, match="None of the data is NaN") as caught:
        model.fit(X, ONE[:, :1], epochs=100, verbose=0)
    assert "the loss became NaN" in str(caught.value) and "epoch 100" not in str(caught.value)
    model.set_weights(network(units=1).get_weights())
    model.compile("sgd", "mse")
    model.fit(X, ONE[:, :1], verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_nan_in_evaluation_and_validation_is_a_number():
    x, y, _ = spoiled("x")
    model = network("mse", units=1, activation=None)
    assert np.isnan(model.evaluate(x, y, verbose=0))
    history = model.fit(X, y, validation_data=(x, y), verbose=0).history
    assert np.isnan(history["val_loss"][0]) and np.isfinite(history["loss"][0])
