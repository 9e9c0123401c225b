"""Ten steps on each loss: its gradients, through a layer whose weights they move."""

import numpy as np

from . import case, numbers, set_weights, train
from .losses import LOSSES, WEIGHTS

# What brings the layer's outputs to where the loss takes them; none is a plain number.
ACTIVATIONS = {
    "mean_squared_logarithmic_error": "softplus",
    "poisson": "softplus",
    "kl": "softmax",
    "kl_clipped": "softmax",
    "binary": "sigmoid",
    "binary_smoothed": "sigmoid",
    "focal": "sigmoid",
    "focal_balanced": "sigmoid",
    "categorical": "softmax",
    "categorical_soft": "softmax",
    "categorical_focal": "softmax",
    "sparse": "softmax",
    "sparse_column": "softmax",
    "sparse_ignore": "softmax",
    "generalized": "softmax",
    "generalized_q": "softmax",
    "dice": "sigmoid",
    "dice_axis": "sigmoid",
    "tversky": "sigmoid",
    "tversky_axis": "sigmoid",
}
# A mean over what is above 0 alone; and numbers in hundreds, whose steps leap.
RATES = {"circle": 1e-4, "mean_absolute_percentage_error": 1e-4}


def network(k, name):
    layer = k.layers.Dense(5, activation=ACTIVATIONS.get(name), use_bias=False)
    return set_weights(k.Sequential([k.Input((4,)), layer]))


@case(**{name: (name, *arguments) for name, arguments in LOSSES.items()})
def trained(k, name, kind, options, arrays):
    found = {}
    x = numbers(6, 4, seed=20)
    optimizer = k.optimizers.SGD
    for key, arguments in {"plain": {}, "weighted": {"sample_weight": WEIGHTS}}.items():
        model = network(k, name)
        of = getattr(k.losses, kind)(**options)
        model.compile(optimizer=optimizer(RATES.get(name, 0.05)), loss=of)
        found |= {f"{key}_{n}": v for n, v in train(model, x, arrays[0], **arguments).items()}
    return found


@case
def by_names(k):
    """Names, aliases, "crossentropy", and functions of the user."""

    def cubes(y_true, y_pred):
        return k.ops.abs(y_true - y_pred) ** 3

    found = {}
    x = numbers(6, 4, seed=20)
    y = np.round(numbers(6, 5, seed=5, low=0))
    for name, of in {"mse": "mse", "crossentropy": "crossentropy", "cubes": cubes}.items():
        model = network(k, "categorical" if name == "crossentropy" else name)
        model.compile(optimizer=k.optimizers.SGD(0.05), loss=of, metrics=["mae", "accuracy"])
        found |= {f"{name}_{key}": value for key, value in train(model, x, y).items()}
    return found
