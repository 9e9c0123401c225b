"""The names that weights have in files: paths that depend on a model's structure alone."""

from .._names import snake_case
from ..layers._weights import Weighted, once, parts_of
from ..variable import Variable


def layers_of(layer, path="", seen=None):
    """Yields (path, layer) of a layer and of those inside it, each once.

    The layers of a Sequential or functional model are layers/dense/, layers/dense_1/, ...: classes
    in snake case, counted within the model, as in Keras's files. Others bear the name of the
    attribute that holds them; several in a list, tuple or dict are counted by class again.

    >>> import fastnn
    >>> from fastnn.layers import Dense, Dropout
    >>> from fastnn.saving.weights_names import layers_of
    >>> inner = fastnn.Sequential([Dense(2), Dropout(0.5)])
    >>> [path for path, _ in layers_of(fastnn.Sequential([Dense(3), inner, Dense(1)]))][1:]
    ['layers/dense/', 'layers/sequential/', 'layers/sequential/layers/dense/',
     'layers/sequential/layers/dropout/', 'layers/dense_1/']
    """
    seen = set() if seen is None else seen
    if id(layer) in seen:
        return
    seen.add(id(layer))
    yield path, layer
    for name, inner in _inside(layer):
        yield from layers_of(inner, f"{path}{name}/", seen)


def named_weights(model):
    """A dict from names to variables, all weights of a model or layer: a layer's path, then the
    variable's own name, or that of the attribute which holds it.

    >>> import fastnn
    >>> from fastnn.saving.weights_names import named_weights
    >>> model = fastnn.Sequential([fastnn.Input((3,)), fastnn.layers.Dense(2, name="mine")])
    >>> list(named_weights(model))
    ['layers/dense/kernel', 'layers/dense/bias']
    """
    names, known = {}, set()

    def add(name, w):
        if id(w) not in known:
            known.add(id(w))
            names[_unused(name, names)] = w

    for path, layer in layers_of(model):
        holders = {id(w): attribute for attribute, w in _held(layer, Variable)}
        # Not in the order of trainable ones first: freezing one must change no name.
        for w in once((*layer._weights, *layer._parts(Variable))):
            own = (w.name or holders.get(id(w), "variable")).rpartition("/")[2]
            add(path + own.replace(":", "_"), w)  # names with a colon are not those of weights
    for w in model.weights:
        add("weights/variable", w)  # what a class of one's own adds to `weights`
    return names


def _inside(layer):
    """(name, layer) of the layers directly inside."""
    if getattr(layer, "_graph", None) is not None or hasattr(layer, "_layers"):
        yield from _counted("layers/", layer.layers)
    for attribute in layer._part_names:
        parts = [part for a, part in _held(layer, Weighted) if a == attribute]
        if parts and layer.__dict__[attribute] is parts[0]:
            yield attribute, parts[0]
        else:
            yield from _counted(f"{attribute}/", parts)


def _held(layer, kind):
    """(attribute, part) of the layers or variables that attributes hold."""
    for attribute in layer._part_names:
        for part in parts_of(layer.__dict__.get(attribute)):
            if isinstance(part, kind):
                yield attribute, part


def _counted(prefix, layers):
    names = {}
    for layer in layers:
        name = _unused(snake_case(type(layer).__name__), names)
        names[name] = None
        yield prefix + name, layer


def _unused(name, names):
    """The name, or with the first number that makes it a new one."""
    unused, n = name, 0
    while unused in names:
        n += 1
        unused = f"{name}_{n}"
    return unused
