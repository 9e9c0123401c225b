"""What training goes on from, beside the weights: optimizers, positions of random numbers, and
where a `fit` is. In a file its names have a colon, which those of weights have not:

    optimizer:iterations, optimizer:learning_rate, optimizer:layers/dense/kernel/m, ..
    random:layers/dropout       seed, step and stream of a layer that draws
    metrics:compiled/0/1        variable 1 of the first of compile's metrics
    training:json               a text: which weights the optimizers are for, and what `fit` says
    training:0, ..              arrays of the callbacks
"""

import json

import numpy as np

from ..layers._weights import Weighted
from ..optimizers import Optimizer
from .weights import differences, weights_from, weights_of
from .weights_file import opened
from .weights_names import _unused, layers_of

_JSON = "training:json"


def state_of(model, fit=None, metrics=False):
    """A dict of all that training goes on from; a file of it is one of weights, too.

    Args:
        model: built.
        fit: what `fit` is at, a nest of numbers, texts and arrays, or None.
        metrics: whether the metrics are in the midst of an epoch.

    >>> import fastnn
    >>> from fastnn.saving.training_state import state_of
    >>> model = fastnn.Sequential([fastnn.Input((3,)), fastnn.layers.Dense(1, use_bias=False)])
    >>> model.compile(fastnn.optimizers.SGD(momentum=0.9))
    >>> model.optimizer.build(model.trainable_weights)
    >>> list(state_of(model))
    ['layers/dense/kernel', 'optimizer:iterations', 'optimizer:learning_rate',
     'optimizer:layers/dense/kernel/velocity', 'training:json']
    """
    named = weights_of(model, "save")
    arrays = dict(named)
    info = {"optimizers": {}, "fit": None}
    paths = {id(w): name for name, w in named.items()}
    for attribute, optimizer in _optimizers(model):
        if optimizer.built:
            arrays |= _named_slots(attribute, optimizer, paths)
            info["optimizers"][attribute] = [paths.get(id(w)) for w in optimizer.variables_built]
    arrays |= {
        f"random:{path}": np.array(drawing.random_position, "int64")
        for path, drawing in _drawing(model)
    }
    if fit is not None:
        parts = []
        info["fit"] = _plain(fit, parts)
        arrays |= {f"training:{i}": part for i, part in enumerate(parts)}
    if metrics:
        arrays |= model._metric_variables()
    arrays[_JSON] = np.frombuffer(json.dumps(info).encode(), "uint8")
    return arrays


def read_state(model, path, operation):
    """(a list of (function, array) for weights.carry_out, what `state_of` got as `fit`, the
    metrics' values by name): of a file.

    Raises:
        OSError, ValueError: the file is not there, is damaged, or is that of another model.
    """
    named = weights_of(model, operation)
    where, notes = f"{operation}: {path}", []
    with opened(path) as entries:
        plan = weights_from(named, entries, where, model.name)
        info = _info(entries)
        plan += optimizers_from(model, named, entries, notes)
        plan += positions_from(model, entries)
        fit = _filled(info["fit"], entries)
        metrics = {key: e.read() for key, e in entries.items() if key.startswith("metrics:")}
    if notes:
        raise ValueError(f"{where}: {' '.join(notes)}")
    return plan, fit, metrics


def optimizers_from(model, named, entries, notes):
    """What loading optimizers is to write; of those that do not fit `notes` says why."""
    info, plan = _info(entries), []
    paths = {id(w): name for name, w in named.items()}
    for attribute, optimizer in _optimizers(model):
        names = info["optimizers"].get(attribute)
        if names is None:
            continue
        if not optimizer.built and all(name in named for name in names):
            optimizer.build([named[name] for name in names])
        slots = _named_slots(attribute, optimizer, paths)
        found = {key: e for key, e in entries.items() if key.startswith(f"{attribute}:")}
        wrong = [text for _, text in differences(slots, found)]
        if optimizer.built and names != [paths.get(id(w)) for w in optimizer.variables_built]:
            wrong.append("it updates other weights")
        if wrong:
            kind = type(optimizer).__name__
            notes.append(
                f"the state of {attribute} is not that of this {kind}: {'; '.join(wrong)}."
            )
            continue
        for key, variable in slots.items():
            value = found[key].read()
            if key == f"{attribute}:learning_rate":
                plan.append((optimizer._rate.set, optimizer._rate._checked(float(value))))
            else:
                plan.append((variable.assign, value))
    return plan


def positions_from(model, entries):
    """What loading the positions of random numbers is to write."""
    plan = []
    for path, drawing in _drawing(model):
        entry = entries.get(f"random:{path}")
        if entry is not None:
            if (entry.shape, entry.dtype) != ((3,), "int64"):
                raise ValueError(f"'random:{path}' is no position of random numbers")
            value = entry.read().tolist()
            if min(value) < 0 or value[2] >= 2**31:
                raise ValueError(f"'random:{path}' holds {value}")
            plan.append((lambda value, x=drawing: setattr(x, "random_position", value), value))
    return plan


def _optimizers(model):
    """(attribute, optimizer): compile's, and those of a model with a train_step of its own."""
    return [(name, x) for name, x in vars(model).items() if isinstance(x, Optimizer)]


def _drawing(model):
    """(path, what has a random_position): layers, and what else they hold as an attribute."""
    found = []
    for path, layer in layers_of(model):
        held = [(f"{path}{name}", x) for name, x in vars(layer).items() if not _is_layer(x)]
        found += [(name, x) for name, x in [(path[:-1], layer), *held] if _draws(x)]
    return found


def _is_layer(x):
    return isinstance(x, Weighted)


def _draws(x):
    return hasattr(type(x), "random_position")


def _named_slots(attribute, optimizer, paths):
    """The variables of an optimizer by name: what it keeps for a weight has the weight's path."""
    if not optimizer.built:
        return {}
    names = {}
    own = optimizer.variables[: -len(optimizer._made) or None]  # the step count and the rate
    for variable in own:
        names[f"{attribute}:{variable.name}"] = variable
    for variable, (w, name) in zip(optimizer._made, optimizer._made_for, strict=True):
        path = "" if w is None else f"{paths.get(id(w), 'variable')}/"
        names[_unused(f"{attribute}:{path}{name}", names)] = variable
    return names


def _info(entries):
    """The text of a file, as a dict; an empty one where there is none."""
    entry = entries.get(_JSON)
    if entry is None:
        return {"optimizers": {}, "fit": None}
    if entry.dtype != "uint8" or len(entry.shape) != 1:
        raise ValueError(f"{_JSON!r} is no text")
    info = json.loads(entry.read().tobytes())
    names = info["optimizers"]
    if not all(isinstance(x, (str, type(None))) for listed in names.values() for x in listed):
        raise ValueError(f"{_JSON!r} has names that are none")
    return {"optimizers": names, "fit": info["fit"]}


def _plain(x, parts):
    """A nest as JSON can hold it; its arrays go to the list of parts."""
    if isinstance(x, dict):
        return {"dict": [[key, _plain(value, parts)] for key, value in x.items()]}
    if isinstance(x, (list, tuple)):
        return [_plain(item, parts) for item in x]
    if isinstance(x, np.generic):
        return x.item()
    if isinstance(x, np.ndarray):
        parts.append(x)
        return {"array": len(parts) - 1}
    if x is None or isinstance(x, (bool, int, float, str)):
        return x
    raise TypeError(
        f"a callback has in its state_names a {type(x).__name__}; numbers, texts, None, "
        "NumPy arrays, and lists and dicts of them are wanted."
    )


def _filled(x, entries):
    """The nest that `_plain` was given; a tuple comes back as a list."""
    if isinstance(x, list):
        return [_filled(item, entries) for item in x]
    if isinstance(x, dict) and "array" in x:
        return entries[f"training:{int(x['array'])}"].read()
    if isinstance(x, dict):
        return {key: _filled(value, entries) for key, value in x["dict"]}
    return x
