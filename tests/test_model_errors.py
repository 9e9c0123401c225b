"""Model and Sequential made of what cannot be one; what is refused leaves the model as it was."""

import fastnn
import numpy as np
import pytest
from fastnn import Input, Model, Sequential
from fastnn.layers import Add, Concatenate, Conv2D, Dense, Flatten, MaxPooling2D
from training import X, Y, network, two_by_two


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message) as caught:
        function(*arguments, **keywords)
    return str(caught.value)


def inputs():
    return Input((6,), name="a"), Input((3,), name="b")


GRAPHS = {
    "arrays": (
        lambda a, b: (X, X),
        TypeError,
        "inputs hold a ndarray; symbolic tensors are",
    ),
    "a layer": (lambda a, b: (a, Dense(3)), TypeError, "outputs hold a Dense; symbolic tensors"),
    "a tensor": (lambda a, b: (a, Dense(3)(X)), TypeError, "outputs hold a Tensor; symbolic"),
    "texts": (
        lambda a, b: ("a", "b"),
        TypeError,
        "inputs hold a str; .*as fastnn.Input and",
    ),
    "None inside": (lambda a, b: ([a, None], Dense(2)(a)), TypeError, "inputs hold a NoneType"),
    "no outputs": (lambda a, b: (a, None), TypeError, "inputs and outputs are wanted, both or nei"),
    "no inputs": (lambda a, b: (None, a), TypeError, "inputs and outputs are wanted, both"),
    "[] outputs": (lambda a, b: (a, []), ValueError, "no outputs came; at least one"),
    "[] inputs": (
        lambda a, b: ([], Dense(2)(a)),
        ValueError,
        r"not among the model's inputs, \[\]",
    ),
    "disconnected": (
        lambda a, b: (a, Dense(2)(b)),
        ValueError,
        r"depend on the input 'b' \(None, 3\), which is not among the model's inputs, \['a'\]. Add",
    ),
    "one is missing": (
        lambda a, b: (a, Concatenate()([a, b])),
        ValueError,
        "depend on the input 'b'",
    ),
    "twice": (lambda a, b: ([a, a], Dense(2)(a)), ValueError, "an input came twice"),
    "names": (
        lambda a, b: (a, Dense(2, name="d")(Dense(3, name="d")(a))),
        ValueError,
        "the name 'd' belongs to 2 layers; names within a model must differ",
    ),
    "inputs' names": (
        lambda a, b: ([a, c := Input((2,), name="a")], Concatenate()([a, c])),
        ValueError,
        "the name 'a' belongs to 2 layers",
    ),
}


@pytest.mark.parametrize("case", GRAPHS)
def test_graphs_that_are_none(case):
    make, error, message = GRAPHS[case]
    raises(error, message, lambda: Model(*make(*inputs())))


def test_names_of_models():
    a, _ = inputs()
    raises(ValueError, "name is 3; a text without / is wanted", Model, a, Dense(2)(a), 3)
    raises(ValueError, "name is 'x/y'; a text without /", Model, a, Dense(2)(a), name="x/y")
    raises(TypeError, "unexpected keyword argument 'output'", Model, inputs=a, output=a)


def test_symbolic_tensors_have_no_values():
    a, b = inputs()
    for read in (float, int, bool, np.asarray, np.array, len, lambda t: t.numpy()):
        raises(TypeError, "has no values; build a model and call it", read, a)
    raises(TypeError, "has no values", lambda: "yes" if a > 0 else "no")
    for iterate in (list, lambda t: [*t], lambda t: 1 in t):
        raises(TypeError, "iter", iterate, a)
    message = r"do not broadcast\. \(2 stands for the None of a symbolic tensor's shape\.\)"
    raises(ValueError, message, lambda: a * X)
    for way in ("fit", "evaluate", "predict"):
        data = (a,) if way == "predict" else (a, Y)
        raises(TypeError, "has no values", getattr(network(), way), *data, verbose=0)
    raises(TypeError, "has no values", network().fit, X, a, verbose=0)
    raises(ValueError, "they may differ along axis", Concatenate(axis=0), [a, b])
    raises(ValueError, "sizes that are equal", Add(), [a, b])
    raises(ValueError, r"has shape \(None, 6\); \(batch, height", Conv2D(3, 3), a)


def test_models_called_with_other_inputs():
    model = two_by_two()
    raises(ValueError, "1 input came", model, X)
    raises(ValueError, "3 inputs came", model, [X, X, X])
    raises(ValueError, "'b' has shape", model, [X, X])
    raises(ValueError, "one size of the batch is wanted", model, [X, X[:5, :3]])
    raises(ValueError, "1 input came", model, Input((6,)))
    raises(ValueError, "'b' has shape|'b'.*wanted|built for", model, [Input((6,)), Input((4,))])
    assert [y.shape for y in model([X, X[:, :3]])] == [(40, 2), (40, 3)]


def test_subclasses():
    class Forgets(Model):
        def __init__(self):
            self.dense = Dense(2)

    class Empty(Model):
        pass

    raises(RuntimeError, r"Forgets: call super\(\).__init__\(\) before setting dense", Forgets)
    raises(TypeError, r"Empty defines no call\(\)", Empty(), X)
    model = Empty()
    model.compile("sgd", "mse")
    raises(TypeError, "step 1 of 2: Empty defines no call", model.fit, X, Y, verbose=0)
    raises(ValueError, "is not built: call it once", lambda: Empty().outputs)


def test_get_layer():
    model = network()
    raises(ValueError, "there is no layer 'conv'; there are 'dense", model.get_layer, "conv")
    for index in (2, -3, "a", 1.0, None):
        message = "get_layer wants a name or an index" if index is None else "there is no layer"
        raises(ValueError, message, model.get_layer, index=index)
    raises(ValueError, "one of them", model.get_layer, "dense", 1)
    raises(ValueError, "there is no layer 1; there are", model.get_layer, 1)
    assert model.get_layer(index=-1) is model.layers[-1]
    assert model.get_layer(model.layers[0].name) is model.layers[0]


def test_weights_of_another_model():
    model = network()
    before = model.get_weights()
    other = network(units=3).get_weights()
    text = raises(ValueError, "set_weights: .* has 4 weights of shapes", model.set_weights, other)
    assert r"/kernel is (5, 4) and not (5, 3)" in text and "from the same layers in" in text
    raises(ValueError, "3 arrays of", model.set_weights, before[:3])
    message = "0 weights .*It is not built yet: call it once first"
    raises(ValueError, message, Sequential([Dense(3)]).set_weights, before)
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


# Sequential


def test_what_cannot_be_added():
    raises(TypeError, r"3 is no layer; one is wanted, such as layers.Dense\(10\)", Sequential, [3])
    raises(TypeError, r"is no layer; one is wanted, such as Dense\(..\)", Sequential, [Dense])
    raises(TypeError, "a Dense came; a list of layers is wanted", Sequential, Dense(2))
    raises(TypeError, "a int came; a list of layers", Sequential, 3)
    raises(TypeError, "no layer", Sequential, [Dense(3)(Input((6,)))])
    raises(ValueError, "an Input can only come first", Sequential, [Dense(2), Input((3,))])
    raises(ValueError, "an Input can only", Sequential, [Input((3,)), Input((3,))])
    twice = [Dense(2, name="a"), Dense(2, name="a")]
    raises(ValueError, "there is a layer named 'a' already; give one", Sequential, twice)


def test_a_model_within_itself():
    inner = Sequential([Input((6,)), Dense(6)])
    outer = Sequential([inner])
    around = Model(outer.inputs, Dense(6)(outer.outputs[0]))
    for whole in (inner, outer):
        for part in (whole, outer):
            raises(ValueError, "a model cannot contain itself", whole.add, part)
    assert (len(inner.layers), len(outer.layers)) == (1, 1)
    assert around(X).shape == (40, 6)


@pytest.mark.parametrize(
    ("shape", "layer", "message"),
    [
        ((6,), lambda: Conv2D(2, 3), r"has shape \(None, 6\); \(batch, height, width, channels\)"),
        ((28, 28), lambda: Conv2D(2, 3), r"Reshape\(\(28, 28, 1\)\) adds the axis of channels"),
        ((4, 4, 1), lambda: Conv2D(2, 5), r"smaller than a window of \(5, 5\)"),
        ((3, 3, 1), lambda: MaxPooling2D(4), r"smaller than a window of \(4, 4\)"),
    ],
)
def test_a_layer_that_does_not_fit_is_not_added(shape, layer, message):
    model = Sequential([Input(shape)])
    raises(ValueError, message, model.add, layer())
    assert model.layers == []
    model.add(Flatten())
    model.add(Dense(4, "softmax"))
    raises(ValueError, "wanted|smaller", model.add, Conv2D(2, 3))
    assert len(model.layers) == 2
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(np.ones((4, *shape)), [0, 1, 2, 3], verbose=0)


def test_build():
    raises(TypeError, "shape is 6; a tuple is wanted", Sequential([Dense(2)]).build, 6)
    model = Sequential([Dense(2)])
    raises(ValueError, r"has shape \(6,\); \(batch, .., inputs\) is wanted", model.build, (6,))
    model.build((None, 6))
    model.build((None, 6))
    message = r"build got \(None, 7\); the model's input has shape \(None, 6\) already"
    raises(ValueError, message, model.build, (None, 7))
    assert model.predict(X, verbose=0).shape == (40, 2)


def test_a_sequential_of_nothing():
    model = Sequential()
    raises(ValueError, "there is no layer to pop", model.pop)
    assert (model.predict(X, verbose=0) == X).all() and model.summary(print_fn=len) is None
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="there is nothing to train"):
        model.fit(X, X, verbose=0)
    raises(ValueError, "not built: call it once, or begin with fastnn.Input", lambda: model.output)
    raises(AttributeError, "layers", setattr, model, "layers", [])


def test_several_inputs_do_not_fit_into_a_sequential():
    model = Sequential([two_by_two()])
    raises(ValueError, "1 input came", model, X)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, TypeError, "shape or batch_shape is wanted; neither came"),
        ({"shape": 6}, TypeError, r"shape is 6; a tuple is wanted, such as \(28, 28\)"),
        ({"shape": "a"}, TypeError, "shape is 'a'; a tuple is wanted"),
        ({"shape": (-1,)}, ValueError, "has a negative size"),
        ({"shape": (2.5,)}, TypeError, "a tuple of integers is wanted"),
        ({"shape": (2,), "batch_shape": (1, 2)}, TypeError, "both came"),
        ({"shape": (2,), "batch_size": "a"}, TypeError, "a tuple of integers is wanted"),
        ({"shape": (2,), "dtype": "bool"}, TypeError, "dtype is 'bool'; one of float32"),
        ({"shape": (2,), "name": "a/b"}, ValueError, "name is 'a/b'; a text without /"),
        ({"shape": (2,), "name": 3}, ValueError, "name is 3; a text without /"),
    ],
)
def test_input(arguments, error, message):
    raises(error, message, fastnn.Input, **arguments)
