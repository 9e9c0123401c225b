"""What the figures show."""

import subprocess
import sys

import fastnn
import numpy as np
import pytest
from fastnn import visualize
from fastnn.callbacks import History
from fastnn.layers import Conv2D, Dense, Flatten, MaxPooling2D, Rescaling
from training import X, Y, network

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed: '.[plot]'")
RNG = np.random.default_rng(0)
IMAGE = RNG.random((8, 8))


def model(channels=1, filters=5):
    return fastnn.Sequential(
        [
            fastnn.Input((8, 8, channels)),
            Rescaling(2.0, name="doubled"),
            Conv2D(filters, 3, name="conv"),
            MaxPooling2D(name="pool"),
            Flatten(name="flat"),
            Dense(3, name="dense"),
        ]
    )


def drawn(figure):
    """The figure was made without pyplot, can be saved, and its axes that show pictures."""
    figure.canvas.draw()
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()
    return [axes for axes in figure.axes if axes.images]


def pixels(axes):
    return np.asarray(axes.images[0].get_array())


# Curves


def lines(figure):
    """label of the axes -> {label of the line: (epochs, values)}"""
    figure.canvas.draw()
    return {
        axes.get_ylabel(): {
            line.get_label(): (list(line.get_xdata()), list(line.get_ydata()))
            for line in axes.lines
        }
        for axes in figure.axes
    }


def test_curves_of_a_training():
    trained = network(metrics=["accuracy"])
    data = {"validation_data": (X, Y), "validation_freq": 2, "verbose": 0}
    history = trained.fit(X, Y, epochs=5, **data)
    known, at = history.history, [1, 2, 3, 4, 5]
    wanted = {
        "training": (at, known["loss"]),
        "validation": ([2, 4], known["val_loss"]),
    }
    found = lines(history.plot())
    assert list(found) == ["loss", "accuracy"]
    assert found["loss"] == wanted
    assert list(lines(history.plot("accuracy"))) == ["accuracy"]
    assert list(lines(visualize.curves(history, ["accuracy", "loss"]))) == ["accuracy", "loss"]
    assert lines(visualize.curves(known, "loss"))["loss"]["training"] == wanted["training"]


def test_curves_go_on_where_fit_is_called_again():
    trained, history = network(), History()
    for initial_epoch, epochs in ((3, 5), (0, 2)):
        trained.fit(X, Y, initial_epoch=initial_epoch, epochs=epochs, verbose=0, callbacks=history)
    assert lines(history.plot())["loss"]["training"][0] == [4, 5, 6, 7]


def test_curves_of_nothing():
    with pytest.raises(ValueError, match="curves: an empty one came as the history"):
        History().plot()
    with pytest.raises(ValueError, match="curves: a NoneType came as the history"):
        visualize.curves(None)
    for wrong in ("auc", ["loss", "val_loss"], []):
        with pytest.raises(ValueError, match=r"curves: names is .*; of loss at least one"):
            visualize.curves({"loss": [1.0], "val_loss": [2.0]}, wrong)


# Filters and maps


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_first_layer_filters(channels):
    small = model(channels)
    kernel = small.get_layer("conv").kernel.numpy()
    axes = drawn(visualize.first_layer_filters(small))
    assert len(axes) == 5
    for i, one in enumerate(axes):
        window = kernel[..., i]
        if channels == 3:
            window = 0.5 + 0.5 * window / np.abs(window).max()
        else:
            window = window.mean(axis=2)
            assert one.images[0].get_clim() == (-np.abs(window).max(), np.abs(window).max())
        np.testing.assert_array_equal(pixels(one), window)


def test_filters_of_a_model_within_a_model_and_of_many():
    inner = model(filters=70)
    outer = fastnn.Sequential([inner, Dense(2)])
    figure = visualize.first_layer_filters(outer)
    assert len(drawn(figure)) == 64 and "64 of 70 filters of conv" in figure.get_suptitle()
    assert len(drawn(visualize.first_layer_filters(outer, most=3))) == 3


def test_filters_that_are_not_there():
    with pytest.raises(ValueError, match=r"first_layer_filters: .* has no Conv2D, whose kernel"):
        visualize.first_layer_filters(network())
    with pytest.raises(ValueError, match=r"is not built\. Begin it with fastnn\.Input"):
        visualize.first_layer_filters(fastnn.Sequential([Conv2D(3, 3)]))
    with pytest.raises(ValueError, match="first_layer_filters: most is 0; at least 1 is wanted"):
        visualize.first_layer_filters(model(), most=0)


@pytest.mark.parametrize("layer, name", [(None, "conv"), ("pool", "pool"), ("doubled", "doubled")])
def test_activation_maps(layer, name):
    small = model()
    wanted = fastnn.Model(small.input, small.get_layer(name).output)(IMAGE[None, ..., None])
    wanted = wanted.numpy()[0]
    for image in (IMAGE, IMAGE[..., None], IMAGE[None, ..., None]):
        axes = drawn(visualize.activation_maps(small, image, layer))
        assert len(axes) == wanted.shape[2]
        for i, one in enumerate(axes):
            np.testing.assert_array_equal(pixels(one), wanted[..., i])


def test_maps_that_are_not_there():
    for layer, message in (
        ("flat", r"'flat' gives \(None, 45\); a layer that gives maps"),
        ("conv9", "no layer 'conv9'; there are 'doubled', 'conv'"),
    ):
        with pytest.raises(ValueError, match=message):
            visualize.activation_maps(model(), IMAGE, layer)
    with pytest.raises(ValueError, match=r"has shape \(8,\); one picture \(8, 8, 1\) is wanted"):
        visualize.activation_maps(model(), IMAGE[0])


# Answers


def test_confusion_matrix():
    true, predicted = [0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0]
    counts = [["1", "1", "."], [".", "1", "."], ["1", ".", "2"]]
    scores = np.eye(3)[predicted]
    for y_pred in (predicted, np.array(predicted, "uint8"), scores, np.array(predicted)[:, None]):
        figure = visualize.confusion_matrix(true, y_pred, ["a", "b", "c"])
        [axes] = drawn(figure)
        texts = {text.get_position()[::-1]: text.get_text() for text in axes.texts}
        assert [[texts[i, j] for j in range(3)] for i in range(3)] == counts
        np.testing.assert_allclose(pixels(axes)[2], [1 / 3, 0, 2 / 3])
        assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]
    [axes] = drawn(visualize.confusion_matrix([0], np.array([[0.5, 0.2, 0.3]])))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "1", "2"]


@pytest.mark.parametrize(
    "true, predicted, names, message",
    [
        ([0, 1], [0], None, "y_true has 2 classes and y_pred 1; as many"),
        ([], [], None, "y_true has 0 classes"),
        ([0, -1], [0, 1], None, r"y_true has shape \(2,\); class numbers, \(n,\), from 0"),
        ([0, 1], [0.5, 1], None, r"y_pred .* or scores \(n, classes\)"),
        ([0, 2], [0, 1], ["a", "b"], "2 names came for 3 classes"),
    ],
)
def test_wrong_classes(true, predicted, names, message):
    with pytest.raises(ValueError, match=f"confusion_matrix: {message}"):
        visualize.confusion_matrix(true, predicted, names)


def test_mistakes():
    images = RNG.random((5, 4, 4, 3))
    scores = np.array([[0.6, 0.4], [0.1, 0.9], [0.3, 0.7], [0.9, 0.1], [0.5, 0.5]])
    figure = visualize.mistakes(images, [1, 1, 0, 1, 1], scores, ["cat", "dog"])
    axes = drawn(figure)
    assert axes[0].get_title() == "dog\n→ cat" and len(axes) == 4
    for one, i in zip(axes, (3, 2, 0, 4), strict=True):
        np.testing.assert_array_equal(pixels(one), images[i])
    assert len(drawn(visualize.mistakes(images, [1, 1, 0, 1, 1], scores, most=2))) == 2
    assert drawn(visualize.mistakes(images, [0, 1, 1, 0, 0], scores)) == []
    for x, y in ((images[:2], [1] * 5), (images, [1] * 4)):
        with pytest.raises(ValueError, match=r"mistakes: x has shape .* and \(n, classes\) are"):
            visualize.mistakes(x, y, scores)


def test_overlay():
    heat = RNG.random((8, 8))
    for image in (IMAGE, IMAGE[..., None], RNG.random((8, 8, 3)), np.zeros((8, 8, 3), "uint8")):
        [axes] = drawn(visualize.overlay(image, heat))
        below, above = axes.images
        np.testing.assert_array_equal(below.get_array(), np.squeeze(image))
        np.testing.assert_allclose(above.get_array(), heat / heat.max())
        assert above.get_alpha() == 0.5
    drawn(visualize.overlay(RNG.normal(size=(8, 8, 3)), np.zeros((8, 8))))
    for image, wrong, alpha, message in (
        (IMAGE, heat[:4], 0.5, r"the map has shape \(4, 8\), the image \(8, 8\) pixels"),
        (IMAGE, heat, 2, r"alpha is 2\.0; a number from 0 to 1"),
        (IMAGE[0], heat, 0.5, r"the image has shape \(8,\); \(rows, columns\), or"),
        (np.ones((8, 8, 2)), heat, 0.5, r"the image has shape \(8, 8, 2\)"),
    ):
        with pytest.raises(ValueError, match=f"overlay: {message}"):
            visualize.overlay(image, wrong, alpha)


def test_drawing_into_a_figure():
    from matplotlib.figure import Figure

    figure = Figure()
    left, right = figure.subfigures(1, 2)
    assert visualize.curves({"loss": [1.0]}, figure=left) is left
    assert visualize.confusion_matrix([0, 1], [0, 1], figure=right) is right
    assert len(figure.axes) == 2


def test_without_matplotlib_it_says_what_to_install():
    code = """
import sys
sys.modules["matplotlib"] = sys.modules["matplotlib.figure"] = None
import fastnn, numpy
model = fastnn.Sequential([fastnn.Input((8, 8, 1)), fastnn.layers.Flatten()])
fastnn.visualize.saliency(model, numpy.ones((8, 8)))
history = fastnn.callbacks.History()
history.on_epoch_end(0, {"loss": 1.0})
history.plot()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.splitlines()[-1] == (
        "ImportError: fastnn.visualize draws with matplotlib, which is not here: "
        'pip install "fastnn[plot]"'
    )
