"""Sizes and parameters of four small networks, by hand and from summary()."""

import re

import fastnn
import pytest
from fastnn.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D


def lenet(shape, first):
    """Five layers with weights, after LeCun's: two convolutions and three dense ones."""
    return fastnn.Sequential(
        [
            fastnn.Input(shape),
            first,
            MaxPooling2D(2),
            Conv2D(16, 5, activation="relu"),
            MaxPooling2D(2),
            Flatten(),
            Dense(120, "relu"),
            Dense(84, "relu"),
            Dense(10, "softmax"),
        ]
    )


def digits():
    return lenet((28, 28, 1), Conv2D(8, 3, padding="same", activation="relu"))


def pictures():
    return lenet((32, 32, 3), Conv2D(8, 5, activation="relu"))


def rows(model, **arguments):
    """What summary() says: (layer, shape, parameters) a row, and the totals by name."""
    text = []
    model.summary(print_fn=text.append, **arguments)
    cells = (re.split(r"\s*│\s*", line)[1:4] for line in text[0].splitlines() if "│" in line)
    totals = re.findall(r"(\S+) params: ([\d,]+) \(([\d.]+ \w+)\)", text[0])
    return list(cells), {name: (int(n.replace(",", "")), size) for name, n, size in totals}


def sizes(model):
    """The number of elements that each layer gives for a sample, and how many weights it has."""
    listed, _ = rows(model)
    shapes = [[int(n) for n in re.findall(r"\d+", shape)] for _, shape, _ in listed]
    products = [1] * len(shapes)
    for i, shape in enumerate(shapes):
        for n in shape:
            products[i] *= n
    return products, [int(parameters.replace(",", "")) for _, _, parameters in listed]


def test_digits():
    activations, parameters = sizes(digits())
    assert activations == [6272, 1568, 1600, 400, 400, 120, 84, 10]
    assert parameters == [80, 0, 3216, 0, 0, 48120, 10164, 850]
    assert digits().count_params() == 62430
    _, totals = rows(digits())
    assert totals == {
        "Total": (62430, "243.87 KB"),
        "Trainable": (62430, "243.87 KB"),
        "Non-trainable": (0, "0.00 B"),
    }


def test_pictures():
    activations, parameters = sizes(pictures())
    assert activations == [6272, 1568, 1600, 400, 400, 120, 84, 10]
    assert parameters == [608, 0, 3216, 0, 0, 48120, 10164, 850]
    assert pictures().count_params() == 608 + 3216 + 48120 + 10164 + 850


def test_one_convolution():
    model = fastnn.Sequential(
        [
            fastnn.Input((32, 32, 1)),
            Conv2D(4, 5, padding="same", activation="relu"),
            MaxPooling2D(2),
            Flatten(),
            Dense(32, "relu"),
            Dropout(0.5),
            Dense(5, "softmax"),
        ]
    )
    assert sizes(model)[1] == [104, 0, 0, 32800, 0, 165]
    assert model.count_params() == 33069


def test_dense():
    model = fastnn.Sequential([fastnn.Input((1296,)), *map(Dense, (128, 32, 5))])
    assert sizes(model)[1] == [166016, 4128, 165]
    assert model.count_params() == 170309


@pytest.mark.parametrize("frozen", [0, 1, 2])
def test_frozen_layers_are_counted_apart(frozen):
    model = digits()
    for layer in model.layers[:frozen]:
        layer.trainable = False
    _, totals = rows(model)
    fixed = 80 if frozen else 0  # the pooling after the convolution has no weights
    assert totals["Trainable"][0] == 62430 - fixed and totals["Non-trainable"][0] == fixed


def test_the_optimizer_is_counted_once_it_has_its_slots():
    model = fastnn.Sequential([fastnn.Input((3,)), Dense(2)])
    model.compile("adam", "mse")
    model.fit([[1.0, 2.0, 3.0]], [[1.0, 2.0]], verbose=0)
    _, totals = rows(model)
    assert totals["Optimizer"][0] == 2 + 2 * 8  # its rate and step count; two slots a weight
    assert totals["Total"][0] == 8 + 18
