"""Dense and its neighbours, activations; and what a case of a layer answers."""

import numpy as np

from . import case, numbers, set_weights, weights

ROWS, STEPS, PICTURES = (3, 4), (2, 3, 4), (2, 5, 6, 4)


def array(y):
    return y.numpy() if hasattr(y, "numpy") else np.asarray(y)


def known(shape):
    """A shape as numbers: -1 where the size is not known."""
    return np.array([-1 if n is None else n for n in shape])


def ask(layer, *inputs, training=None):
    """The output, its shape as foretold, how many weights there are, and their names. The weights
    are numbers of our own; what a call does to them comes along."""
    x = inputs[0] if len(inputs) == 1 else list(inputs)
    shapes = [(None, *one.shape[1:]) for one in inputs]
    layer(x)
    set_weights(layer)
    keywords = {} if training is None else {"training": training}
    y = layer(x, **keywords)
    names = ",".join(w.name.rpartition("/")[2] for w in layer.weights)
    return {
        "y": array(y),
        "shape": known(layer.compute_output_shape(shapes[0] if len(shapes) == 1 else shapes)),
        "parameters": layer.count_params(),
        "names": np.frombuffer(names.encode(), "uint8").astype("int32"),
        **weights(layer),
    }


@case(
    plain=(ROWS, {}),
    relu=(ROWS, {"activation": "relu"}),
    softmax=(ROWS, {"activation": "softmax"}),
    no_bias=(ROWS, {"use_bias": False, "activation": "tanh"}),
    steps=(STEPS, {"activation": "gelu"}),
    pictures=(PICTURES, {}),
)
def dense(k, shape, arguments):
    return ask(k.layers.Dense(5, **arguments), numbers(*shape))


NAMES = (
    "celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear "
    "log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus "
    "softsign sparse_plus sparse_sigmoid squareplus tanh tanh_shrink swish hard_swish"
).split()


@case(**{name: (name,) for name in NAMES})
def activation(k, name):
    return ask(k.layers.Activation(name), numbers(3, 4, low=-4, high=4))


@case(last=(-1,), first=(1,))
def activation_functions(k, axis):
    x = k.ops.reshape(numbers(2, 4, 6, low=-2, high=2), (2, 4, 6))
    names = ("glu", "softmax", "log_softmax")
    return {name: array(getattr(k.activations, name)(x, axis=axis)) for name in names}


@case(
    plain=("ReLU", {}),
    six=("ReLU", {"max_value": 6}),
    top=("ReLU", {"max_value": 1.5}),
    slope=("ReLU", {"negative_slope": 0.3}),
    threshold=("ReLU", {"threshold": 1.0}),
    threshold_slope=("ReLU", {"threshold": 1.0, "negative_slope": 0.3}),
    top_slope=("ReLU", {"max_value": 2.0, "negative_slope": 0.3}),
    all=("ReLU", {"max_value": 2.0, "negative_slope": 0.3, "threshold": 1.0}),
    leaky=("LeakyReLU", {}),
    leaky_half=("LeakyReLU", {"negative_slope": 0.5}),
    elu=("ELU", {}),
    elu_half=("ELU", {"alpha": 0.5}),
    prelu=("PReLU", {}),
    prelu_shared=("PReLU", {"shared_axes": [1, 2]}),
    prelu_one_axis=("PReLU", {"shared_axes": 2}),
    softmax=("Softmax", {}),
    softmax_first=("Softmax", {"axis": 1}),
    softmax_several=("Softmax", {"axis": (1, 2)}),
)
def activation_layer(k, kind, arguments):
    return ask(getattr(k.layers, kind)(**arguments), numbers(2, 3, 5, 4, low=-8, high=8))


@case(
    identity=("Identity", ()),
    regularization=("ActivityRegularization", (0.1, 0.2)),
    rescaling=("Rescaling", (1 / 255, -1.0)),
    rescaling_channels=("Rescaling", ([0.5, 0.25, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0])),
)
def other(k, kind, arguments):
    return ask(getattr(k.layers, kind)(*arguments), numbers(*PICTURES))


@case
def function(k):
    layer = k.layers.Lambda(lambda x, power: x**power, arguments={"power": 2.0})
    return ask(layer, numbers(*ROWS, low=0.0))


@case(
    dropout=("Dropout", (0.3,)),
    spatial=("SpatialDropout2D", (0.3,)),
    alpha=("AlphaDropout", (0.3,)),
    gaussian=("GaussianDropout", (0.3,)),
    noise=("GaussianNoise", (0.3,)),
)
def drawing_in_inference(k, kind, arguments):
    return ask(getattr(k.layers, kind)(*arguments), numbers(*PICTURES), training=False)
