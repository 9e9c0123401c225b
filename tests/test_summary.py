"""summary() prints what Keras's prints: keras_summaries.txt has what Keras 3.15.1 said of models of
these layers, after a line with the model's name and the arguments."""

import ast
import io
import re
import types
from pathlib import Path

import numpy as np
import pytest
from fastnn.utils import _console
from fastnn.utils.summary import summary

TEXTS = re.findall(
    r"## (\w+) (.*)\n((?:(?!##).*\n)+)", Path(__file__).with_name("keras_summaries.txt").read_text()
)


class Layer:
    """What summary() asks of a layer. A type is a class of that name."""

    def __init__(self, name, shapes, parameters=0, built=True, trainable=True, layers=None):
        self.name = name
        self.built = built
        self.trainable = trainable
        self.shapes = shapes if isinstance(shapes, list) else [shapes]
        self.parameters = parameters
        if layers is not None:
            self.layers = layers

    def output_shapes(self):
        return self.shapes

    def count_params(self):
        assert self.built
        return self.parameters


def layer(kind, name, *arguments, **more):
    return type(kind, (Layer,), {})(name, *arguments, **more)


class Model:
    optimizer = None
    is_chain = True

    def __init__(self, name, layers, trained=(), fixed=(), optimizer=None, connections=None):
        def weights(sizes):
            return [types.SimpleNamespace(shape=shape, dtype="float32") for shape in sizes]

        self.name = name
        self.layers = layers
        self.trainable_weights, self.non_trainable_weights = weights(trained), weights(fixed)
        if optimizer is not None:
            self.optimizer = types.SimpleNamespace(variables=weights(optimizer))
        if connections is not None:
            self.is_chain = False
            self.connections = lambda layer: connections.get(layer.name, [])


def lenet(**more):
    layers = [
        layer("Conv2D", "conv2d", (None, 28, 28, 6), 156),
        layer("BatchNormalization", "batch_normalization", (None, 28, 28, 6), 24),
        layer("MaxPooling2D", "max_pooling2d", (None, 14, 14, 6)),
        layer("Flatten", "flatten", (None, 1176)),
        layer("Dense", "a_name_that_is_longer_than_its_column", (None, 10), 11770),
    ]
    trained = [(5, 5, 1, 6), (6,), (6,), (6,), (1176, 10), (10,)]
    return Model("lenet", layers, trained, [(6,), (6,)], **more)


def compiled():
    return lenet(optimizer=[(), (), (11938,), (11938,)])


def unbuilt():
    return Model("unbuilt", [layer("Dense", name, [], built=False) for name in ("first", "second")])


def empty():
    return Model("empty", [])


def branches():
    layers = [
        layer("InputLayer", "input", (None, 32)),
        layer("Dense", "first", (None, 16), 528),
        layer("Dense", "second", (None, 16), 272),
        layer("Add", "add", (None, 16)),
        layer("Concatenate", "concatenate", (None, 48)),
        layer("Dense", "shared", (None, 48), 2352),
    ]
    connections = {
        "first": ["input[0][0]"],
        "second": ["first[0][0]"],
        "add": ["first[0][0]", "second[0][0]"],
        "concatenate": ["add[0][0]", "first[0][0]", "second[0][0]"],
        "shared": ["concatenate[0][0]", "shared[0][0]"],
    }
    return Model("branches", layers, [(3152,)], connections=connections)


def nested():
    deep = layer("Dense", "deep", (None, 4), 24, trainable=False)
    dropout = layer("Dropout", "dropout", (None, 4), trainable=False)
    inner = layer("Sequential", "inner", (None, 4), 24, trainable=False, layers=[deep, dropout])
    flat = layer("Dense", "flat", (None, 2), 10)
    layers = [
        layer("InputLayer", "input", (None, 5)),
        layer("Sequential", "middle", (None, 2), 34, layers=[inner, flat]),
        layer("Dense", "last", (None, 3), 9),
    ]
    return Model("nested", layers, [(19,)], [(24,)])


def mixed():
    deep = layer("Dense", "deep", (None, 5), 30)
    layers = [
        layer("InputLayer", "input", (None, 5)),
        layer("Sequential", "inner", (None, 5), 30, layers=[deep]),
        layer("Add", "add", (None, 5)),
    ]
    connections = {"inner": ["input[0][0]"], "add": ["inner[0][0]", "input[0][0]"]}
    return Model("mixed", layers, [(30,)], connections=connections)


def states():
    layers = [
        layer("InputLayer", "input", (None, 7, 3)),
        layer("LSTM", "lstm", [(None, 4)] * 3, 128),
    ]
    return Model("states", layers, [(128,)])


def text_of(model, **arguments):
    texts = []
    summary(model, print_fn=texts.append, **arguments)
    assert len(texts) == 1  # as Keras calls print_fn
    return texts[0]


@pytest.mark.parametrize("name, arguments, wanted", TEXTS)
def test_summaries_are_keras_ones(name, arguments, wanted, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert text_of(globals()[name](), **ast.literal_eval(arguments)) == wanted


def test_all_of_them_were_compared():
    assert len(TEXTS) == 14 and all(wanted.count("params:") >= 3 for *_, wanted in TEXTS)


@pytest.mark.parametrize("terminal, usual, more", [(200, (88, 108), 12), (60, (56, 56), 0)])
def test_the_width_of_the_terminal(monkeypatch, terminal, usual, more):
    monkeypatch.setenv("COLUMNS", str(terminal))
    for model, width in zip((lenet(), branches()), usual, strict=True):
        for trainable in (False, True):
            lines = text_of(model, show_trainable=trainable).splitlines()
            assert {len(line) for line in lines[1:-3]} == {width + more * trainable}


@pytest.mark.parametrize("length", range(40, 200))
def test_lines_have_the_length_that_is_asked_for(length):
    for model in (lenet(), branches()):
        for trainable in (False, True):
            lines = text_of(model, line_length=length, show_trainable=trainable).splitlines()
            assert {len(line) for line in lines[1:-3]} == {length}


def test_positions_may_be_characters():
    """Keras documents them, and takes them for fractions."""
    absolute, fractions = [20, 44, 60], [1 / 3, 44 / 60, 1.0]
    for trainable in (False, True):
        arguments = {"line_length": 60, "show_trainable": trainable}
        one = text_of(lenet(), positions=absolute, **arguments)
        assert one == text_of(lenet(), positions=fractions, **arguments)


def test_units_of_memory():
    sizes = {255: "1020.00 B", 256: "1.00 KB", 2**18: "1.00 MB", 2**28: "1.00 GB"}
    sizes |= {2**38: "1.00 TB", 2**48: "1.00 PB", 2**58: "1024.00 PB"}
    for size, said in sizes.items():
        assert f" Total params: {size:,} ({said})\n" in text_of(Model("m", [], [(size,)]))
    model = Model("m", [], [(3,)])
    model.trainable_weights[0].dtype = np.dtype("float64")
    assert "Total params: 3 (24.00 B)" in text_of(model)


@pytest.mark.parametrize(
    "names, shown",
    [
        (["conv2d", "flatten"], 4),
        (["flatten", "conv2d"], 4),
        (("batch", "max"), 2),
        ([".*d", ".*d"], 3),
        (["flatten", "flatten"], 1),
        (None, 5),
    ],
)
def test_a_range_of_layers(names, shown):
    text = text_of(lenet(), layer_range=names, line_length=100)
    assert len(re.findall(r"^[├┡]", text, re.M)) == shown


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"line_length": 12}, r"a line of 12 characters is too short .* give a larger line_length"),
        ({"positions": [0.5, 0.51, 1.0]}, "too short for columns that end at"),
        ({"positions": [0.5, 0.4, 1.0]}, "too short for columns that end at"),
        ({"positions": [0.1, 0.13, 0.2]}, "too short for columns that end at"),
        ({"positions": [0.5, 1.0]}, "3 are wanted, one a column"),
        ({"layer_range": ["conv2d"]}, "a pair of layers' names is wanted"),
        ({"layer_range": "ab"}, "a pair of layers' names is wanted"),
        ({"layer_range": [0, 1]}, "a pair of layers' names is wanted"),
        ({"layer_range": ["conv2d", "dense"]}, "there are conv2d, batch_normalization, "),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match="summary: .*" + message):
        text_of(lenet(), **{"line_length": 88} | arguments)


def test_it_is_printed(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    summary(lenet())
    assert capsys.readouterr().out == text_of(lenet())


def test_a_stdout_of_ascii(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), "ascii", write_through=True)
    monkeypatch.setattr(_console, "sys", types.SimpleNamespace(stdout=stream))
    summary(nested(), line_length=50, expand_nested=True)
    lines = stream.buffer.getvalue().decode("ascii").splitlines()
    assert lines[1] == "+=====================+================+=========+"
    assert lines[3] == lines[1] and lines[2].startswith("| Layer (type)  ")
    assert any("|    + inner" in line for line in lines)
