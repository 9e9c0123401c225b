"""Normalisation, and layers of several inputs."""

from . import case, numbers, set_weights, weights
from .layers import array, ask, known


@case(
    plain=((6, 4), {}),
    pictures=((2, 3, 5, 4), {"momentum": 0.7, "epsilon": 0.01}),
    positive_axis=((2, 3, 4), {"axis": 2}),
    no_center=((6, 4), {"center": False}),
    no_scale=((6, 4), {"scale": False}),
    neither=((6, 4), {"scale": False, "center": False}),
    initializers=((6, 4), {"gamma_initializer": "zeros", "moving_mean_initializer": "ones"}),
)
def batch_normalization(k, shape, arguments):
    make = k.layers.BatchNormalization
    x = numbers(*shape, low=-1.0, high=3.0)
    answers = {}
    for name, training in (("inference", False), ("training", True)):
        found = ask(make(**arguments), x, training=training)
        answers |= {f"{name}_{key}": value for key, value in found.items()}
    frozen = make(trainable=False, **arguments)
    late = make(**arguments)
    late(x)
    late.trainable = False
    for name, layer in (("frozen", frozen), ("frozen_late", late)):
        found = ask(layer, x, training=True)
        answers |= {f"{name}_{key}": value for key, value in found.items()}
        answers[f"{name}_trained"] = len(layer.trainable_weights)
    return answers


@case
def moving_averages(k):
    """Of five batches, as they come."""
    layer = k.layers.BatchNormalization(momentum=0.6)
    x = numbers(5, 6, 3)
    outputs = [array(layer(one, training=True)) for one in x]
    return {"first": outputs[0], "last": outputs[4], "after": array(layer(x[0])), **weights(layer)}


@case
def batch_normalization_inside(k):
    """Of a model that is frozen, and trained again."""
    inner = k.Sequential([k.layers.Dense(3), k.layers.BatchNormalization()])
    x = numbers(6, 4)
    inner(x)
    set_weights(inner)
    inner.trainable = False
    frozen = array(inner(x, training=True))
    inner.trainable = True
    return {"frozen": frozen, "thawed": array(inner(x, training=True)), **weights(inner)}


@case(
    plain=((3, 4), {}),
    pictures=((2, 3, 4), {"epsilon": 0.1}),
    positive_axis=((2, 3, 4), {"axis": 2}),
    axes=((2, 3, 4), {"axis": [-2, -1]}),
    axes_turned=((2, 3, 4), {"axis": [2, 1]}),
    no_center=((3, 4), {"center": False}),
    no_scale=((3, 4), {"scale": False}),
    neither=((3, 4), {"scale": False, "center": False}),
)
def layer_normalization(k, shape, arguments):
    return ask(k.layers.LayerNormalization(**arguments), numbers(*shape))


SHAPES = {
    "two": [(2, 3), (2, 3)],
    "three": [(2, 3, 4)] * 3,
    "ones": [(2, 3, 1), (2, 1, 4)],
    "ranks": [(2, 3, 4), (2, 4)],
    "ranks_and_ones": [(2, 1), (2, 3, 4)],
}
MERGES = ("Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract")


@case(
    **{
        f"{kind}_{name}": (kind, shapes)
        for kind in MERGES
        for name, shapes in SHAPES.items()
        if kind != "Subtract" or len(shapes) == 2
    },
    one=("Add", [(2, 3)]),
)
def merge(k, kind, shapes):
    inputs = [numbers(*shape, seed=seed) for seed, shape in enumerate(shapes)]
    layer = getattr(k.layers, kind)()
    function = getattr(k.layers, kind.lower())
    shape = layer.compute_output_shape([(None, *shape[1:]) for shape in shapes])
    return {"y": array(layer(inputs)), "f": array(function(inputs)), "shape": known(shape)}


@case(
    rows=("Concatenate", {}, [(2, 3), (2, 4)]),
    three=("Concatenate", {}, [(2, 3, 1), (2, 3, 4), (2, 3, 2)]),
    middle=("Concatenate", {"axis": 1}, [(2, 3, 4), (2, 5, 4)]),
    middle_from_behind=("Concatenate", {"axis": -2}, [(2, 3, 4), (2, 5, 4)]),
    dot_rows=("Dot", {"axes": 1}, [(2, 3), (2, 3)]),
    dot_rows_from_behind=("Dot", {"axes": -1}, [(2, 3), (2, 3)]),
    dot_cosine=("Dot", {"axes": 1, "normalize": True}, [(2, 3), (2, 3)]),
    dot_matrices=("Dot", {"axes": (2, 1)}, [(2, 3, 4), (2, 4, 5)]),
    dot_other=("Dot", {"axes": 1}, [(2, 3, 4), (2, 3, 5)]),
    dot_last=("Dot", {"axes": -1}, [(2, 3, 4), (2, 5, 4)]),
    dot_vector=("Dot", {"axes": (2, 1)}, [(2, 3, 4), (2, 4)]),
    dot_vector_first=("Dot", {"axes": (1, 2), "normalize": True}, [(2, 4), (2, 3, 4)]),
    dot_four=("Dot", {"axes": (3, 1)}, [(2, 3, 5, 4), (2, 4, 6)]),
    dot_four_first=("Dot", {"axes": (1, 2), "normalize": True}, [(2, 4, 5, 3), (2, 3, 4, 2)]),
)
def combine(k, kind, arguments, shapes):
    inputs = [numbers(*shape, seed=seed) for seed, shape in enumerate(shapes)]
    layer = getattr(k.layers, kind)(**arguments)
    function = getattr(k.layers, kind.lower())
    shape = layer.compute_output_shape([(None, *shape[1:]) for shape in shapes])
    return {
        "y": array(layer(inputs)),
        "f": array(function(inputs, **arguments)),
        "shape": known(shape),
    }


@case
def cosine_of_nothing(k):
    x = numbers(3, 4)
    x[1] = 0
    return {"y": array(k.layers.Dot(axes=1, normalize=True)([x, x[::-1].copy()]))}
