"""What a step costs, layer by layer: fastnn.profile."""

import contextlib
import statistics
import time

from . import _core, devices, tape
from ._labels import Labels
from .layers import InputLayer
from .layers._weights import once
from .models import Model
from .profile_report import Launch, Owner, Profile
from .tensor import Tensor
from .training.arrays import Data, fill
from .training.results import say_where
from .training.sources import as_count
from .training.step import Step
from .utils.dataset import unpack_x_y_sample_weight
from .variable import Variable

_CALLS = 4  # the first ones may make what is not there yet; then one is plain, and one recorded


def profile(model, x, y=None, sample_weight=None, rounds=20):
    """Time, share, GFLOP/s and GB/s of each layer, forward and back, in a step of a model.

    The step is recorded as `fit` records it, and replayed launch by launch. What it changes -
    weights, moving averages, the optimizer, metrics - is put back.

    Args:
        model: a `fastnn.Model`. If it is not built, it is built.
        x: a batch: an array, or a list or dict of them for several inputs; or a tuple (x, y) or
            (x, y, sample_weight), such as a dataset gives.
        y: targets. With them, a training step is measured, and the model must be compiled; without,
            a step of `predict`.
        sample_weight: a factor of the loss for each sample.
        rounds: how often it is replayed, at least 1. Times are the shortest of so many: other work
            on the machine only adds to them.

    Returns:
        A `Profile`: print it, look at its `rows`, or `save("trace.json")` it for Perfetto.

    In a replay of fit, launches that do not depend on one another may run side by side, so that it
    takes less than their sum; `step` is what it took. Elementwise calls that have become one launch
    count for their layers in equal parts; what has become part of a product, for its layer. FLOPs
    are those of matrix products and convolutions, two a product, as if nothing were left out at
    borders; other operations count none. Bytes are those of the operands, each read or written
    once, whatever caches hold. On a GPU each launch is waited for, which adds a few microseconds to
    it.

    Raises:
        TypeError: it is no model.
        ValueError: the batch does not fit the model.
        RuntimeError: y came, and the model is not compiled; or the step cannot be recorded since it
            reads values.

    >>> import numpy as np, fastnn
    >>> from fastnn.layers import Dense
    >>> model = fastnn.Sequential([Dense(32, "relu", name="one"), Dense(4, name="two")])
    >>> model.compile("adam", "mse")
    >>> profile = fastnn.profile(model, np.ones((8, 16)), np.ones((8, 4)))
    >>> [row.name for row in profile.rows]
    ['one', 'two', 'loss', 'metrics', 'optimizer', 'other']
    >>> profile.rows[0].flops == 2 * 8 * 16 * 32 * 2  # forward, and back to the weights
    True
    """
    if not isinstance(model, Model):
        raise TypeError(f"profile: a {type(model).__name__} came; a fastnn.Model is wanted.")
    rounds = as_count("profile", "rounds", rounds, 1)
    if isinstance(x, tuple):
        if y is not None or sample_weight is not None:
            raise ValueError(
                "profile: x is a tuple, (x, y) or (x, y, sample_weight), and y or sample_weight "
                "came beside it. Give several inputs as a list."
            )
        x, y, sample_weight = unpack_x_y_sample_weight(x)
    kind = "predict" if y is None else "train"
    if kind == "train":
        model._wanted_compiled("profile: y came, so a training step is to be measured")
    elif sample_weight is not None:
        raise ValueError("profile: sample_weight came without y.")
    data = Data(model, x, y, sample_weight, "profile")
    arrays = data.converted()
    _build(model, data, arrays, kind)
    with _unchanged(model):
        program, labels = _recorded(model, data, arrays, kind)
        times = [program.time_launches(arrays) for _ in range(rounds)]
        step = min(_seconds(lambda: program.replay(arrays)) for _ in range(rounds))
    launches = [
        Launch(*described, min(nanoseconds) / 1e9, statistics.median(nanoseconds) / 1e9)
        for described, nanoseconds in zip(
            program.launches_of(), zip(*times, strict=True), strict=True
        )
    ]
    what = "training" if kind == "train" else "inference"
    device = devices.of(arrays[0])
    where = f"{_core.num_threads()} threads" if device is devices.cpu else device.name
    title = f"{what} step of {model.name}, batch of {data.size}, {where}"
    return Profile(title, labels.owners, launches, step, rounds)


def _build(model, data, arrays, kind):
    """Makes the weights, and the optimizer's variables, which a step then changes."""
    if not model.built:
        x, _, _ = fill(data.template, [Tensor(array) for array in arrays])
        with tape.no_grad():
            model(x, training=False)
    if kind == "train" and not model.optimizer.built and model.trainable_weights:
        model.optimizer.build(model.trainable_weights)


def _layers(layer, path=""):
    """(path, layer) of all layers inside, in order; one that is shared may come again."""
    for inner in layer._inner():
        yield path + inner.name, inner
        yield from _layers(inner, f"{path}{inner.name}/")


@contextlib.contextmanager
def _unchanged(model):
    """Afterwards all variables are as before; those that were made in between are forgotten, so
    that they begin anew."""
    holders = [model, *(layer for _, layer in _layers(model))]
    absent = [(h, name) for h in holders for name, value in vars(h).items() if value is None]
    found = [v for h in holders for v in vars(h).values() if isinstance(v, Variable)]
    found += model.weights
    if model.compiled:
        found += [*model.optimizer.variables, *model.optimizer._rate.variables]
        found += [v for metric in model.metrics for v in metric.variables]
    saved = [(v, v.numpy()) for v in once(found)]
    try:
        yield
    finally:
        for variable, values in saved:
            variable.assign(values)
        for holder, name in absent:
            if isinstance(vars(holder).get(name), Variable):
                holder.__dict__[name] = None
        known = {id(v) for v, _ in saved}
        for metric in model.metrics:
            if any(id(v) not in known for v in metric.variables):
                metric.reset_state()


def _recorded(model, data, arrays, kind):
    """The program of a step, and its labels."""
    step = Step(model, kind, data.template)
    labels = Labels(Owner("other", "", False))
    try:
        with labels.on(_labelled(model, kind)):
            for _ in range(_CALLS):
                step.function(*arrays)
                if step.function.programs():
                    return step.function.programs()[0], labels
    except (TypeError, ValueError) as error:
        say_where(error, "profile")
        raise
    except RuntimeError as error:
        if getattr(error, "recording", False):
            error.args = (f"profile: the step of {model.name} cannot be recorded: {error}",)
        raise
    raise RuntimeError(
        f"profile: the step of {model.name} changes layers or their settings each time, so that it "
        "cannot be recorded."
    )


def _labelled(model, kind):
    """(owner, object, name) of the methods whose launches have an owner."""
    parts = [(Owner(model.name, type(model).__name__, False), model, "call")]
    known = set()
    for path, layer in _layers(model):
        if id(layer) not in known:
            known.add(id(layer))
            shown = not layer._inner() and not isinstance(layer, InputLayer)
            parts.append((Owner(path, type(layer).__name__, shown), layer, "call"))
    if kind == "train":
        metrics = Owner("metrics", "", True)
        parts += [
            (Owner("loss", "", True), model, "compute_loss"),
            (metrics, model._loss_tracker, "update_state"),
            (metrics, model, "compute_metrics"),
            (Owner("optimizer", type(model.optimizer).__name__, True), model.optimizer, "apply"),
        ]
    return parts


def _seconds(function):
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin
