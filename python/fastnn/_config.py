"""Configurations: the arguments that make an object, taken from its attributes.

What a constructor takes is an attribute of the same name; so get_config() can be read off the
signature, and no class has to write one. Where Keras's differ, `PECULIAR` says how.
"""

import functools
import inspect

# Of a class, of the names of its arguments in a configuration:
#   omit: not in Keras's; rare: Keras lacks it, so that it is there only if not the default;
#   always: there although it is rare in a class above; fixed: what Keras has and we do not take.
PECULIAR = {
    "layers.Layer": {
        "omit": ("autocast", "input_shape", "input_dim", "any_dtype"),
        "rare": ("activity_regularizer",),
    },
    "layers.ActivityRegularization": {"omit": ("activity_regularizer",)},
    "layers.Convolving": {"always": ("activity_regularizer",)},
    "layers.Dense": {"fixed": {"quantization_config": None}},
    "layers.InputLayer": {
        "omit": ("shape", "batch_size"),
        "fixed": {"sparse": False, "ragged": False, "optional": False},
    },
    "layers.Lambda": {"omit": ("mask",), "rare": ("output_shape",)},
    "layers.LayerNormalization": {"fixed": {"rms_scaling": False}},
    "layers.RandomGrayscale": {"rare": ("seed",)},
    "layers.SpatialDropout2D": {"omit": ("noise_shape", "trainable")},
    "models.Model": {"omit": ("inputs", "outputs")},
    "models.Sequential": {"omit": ("layers",)},
    "losses.Loss": {"rare": ("dtype",)},
    "losses.LossFunctionWrapper": {"rare": ("dtype",)},
    "losses.CosineSimilarity": {"rare": ("axis",)},
    "losses.Huber": {"rare": ("delta",)},
    "losses.SparseCategoricalCrossentropy": {"rare": ("axis",)},
    "metrics.AUC": {"rare": ("thresholds",)},
    "metrics.CosineSimilarity": {"rare": ("axis",)},
    "metrics.SparseTopKCategoricalAccuracy": {"rare": ("from_sorted_ids",)},
    "initializers.Identity": {"rare": ("gain",)},
    "initializers.VarianceScaling": {"fixed": {"input_axes": None, "output_axes": None}},
}


def dtype_policy(dtype):
    """A layer's dtype as Keras writes it."""
    kind = {"module": "keras", "class_name": "DTypePolicy"}
    return kind | {"config": {"name": dtype}, "registered_name": None}


def is_ours(kind):
    """Whether a class is of this library."""
    return kind.__module__.startswith("fastnn.")


def _path(kind):
    return f"{kind.__module__.split('.')[1]}.{kind.__name__}"


@functools.cache
def _arguments(kind):
    """{name: default} of what a class of ours takes, those of its bases first."""
    found = []
    for base in kind.__mro__:
        init = base.__dict__.get("__init__")
        if init is None or base is object:
            continue
        parameters = list(inspect.signature(init).parameters.values())[1:]
        found.append({p.name: p.default for p in parameters if p.kind not in _VARIABLE})
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    merged = {}
    for arguments in reversed(found):
        merged |= arguments
    return {name: merged[name] for name in (*(n for n in _FIRST if n in merged), *merged)}


_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@functools.cache
def _rules(kind):
    """(names left out, names there only if not the default, fixed ones) of a class of ours."""
    omit, rare, fixed = set(), set(), {}
    for base in reversed([one for one in kind.__mro__ if is_ours(one)]):
        rules = PECULIAR.get(_path(base), {})
        omit |= set(rules.get("omit", ()))
        rare = (rare | set(rules.get("rare", ()))) - set(rules.get("always", ()))
        fixed = fixed | rules.get("fixed", {})
    return omit, rare, fixed


class _Signature:
    """What inspect and help() say that a class takes: what its __init__ does."""

    def __get__(self, instance, owner):
        if instance is not None:  # of a callable object its own __call__ says it
            raise AttributeError("__signature__")
        parameters = inspect.signature(owner.__init__).parameters.values()
        return inspect.Signature(list(parameters)[1:])


class Configured:
    """What can be made again of its configuration. A class of one's own says what it takes besides
    in a get_config() of its own, or leaves it to the arguments that it was made with."""

    __signature__ = _Signature()  # else __new__ would be asked, where it comes before __init__

    def __new__(cls, *arguments, **keywords):
        self = object.__new__(cls)
        if not is_ours(cls):
            self.__dict__["_given"] = arguments, keywords
        return self

    def get_config(self):
        """The arguments that make another object like this one, as a dict that JSON can hold.

        Raises:
            NotImplementedError: a class of one's own has got an argument that is no number, text,
                list, dict or object with a configuration, and has no get_config().

        >>> import fastnn
        >>> fastnn.regularizers.L2(0.1).get_config()
        {'l2': 0.1}
        """
        kinds = type(self).__mro__
        own = [kind for kind in kinds if not is_ours(kind) and "get_config" in kind.__dict__]
        ours = kinds[kinds.index(own[-1]) :] if own else kinds
        first = next(kind for kind in ours if is_ours(kind))
        config = self._attributes(first)
        made = [k for k in kinds[: kinds.index(first)] if "__init__" in k.__dict__]
        return config if own or not made else _of_given(self, config)

    def _attributes(self, kind):
        """The configuration that a class of ours stands for."""
        from .saving.serialization import serialize_value

        omit, rare, fixed = _rules(kind)
        config = {}
        for name, default in _arguments(kind).items():
            if name not in omit:
                value = self._config_value(name)
                if name not in rare or value != default:
                    config[name] = serialize_value(value)
        return config | fixed

    def _config_value(self, name):
        """What get_config() says of an argument."""
        return getattr(self, name)

    @classmethod
    def from_config(cls, config):
        """An object of this class from what its get_config() gives, or Keras's.

        Raises:
            TypeError, ValueError: what is no dict, or holds what the class does not take.

        >>> import fastnn
        >>> fastnn.regularizers.L2.from_config({"l2": 0.1}).l2
        0.1
        """
        from .saving.deserialization import deserialize_value

        if not isinstance(config, dict):
            raise TypeError(
                f"{cls.__name__}.from_config: a {type(config).__name__} came; a dict is wanted, as "
                "get_config() gives it."
            )
        config = {name: deserialize_value(value) for name, value in config.items()}
        first = next(kind for kind in cls.__mro__ if is_ours(kind))
        for name, value in _rules(first)[2].items():
            if name in config and name not in _taken(cls) and config.pop(name) != value:
                raise ValueError(f"{cls.__name__}.from_config: {name} is given; {value} is wanted.")
        try:
            return cls(**config)
        except TypeError as error:
            if "argument" not in str(error):
                raise
            raise TypeError(
                f"{cls.__name__}.from_config: {error}. The keys came: {', '.join(config)}. A class "
                "whose get_config() gives other names than its constructor takes wants a "
                "from_config() of its own."
            ) from None


def _taken(kind):
    return inspect.signature(kind.__init__).parameters


def _of_given(self, config):
    """Of a class of the user's without a get_config(): what it was made with, and what every object
    of its kind has."""
    from .saving.serialization import serialize_value

    kind = type(self)
    signature = inspect.signature(kind.__init__)
    arguments, keywords = self.__dict__.get("_given", ((), {}))
    bound = signature.bind(self, *arguments, **keywords)
    bound.apply_defaults()
    values = list(bound.arguments.items())[1:]
    given = {}
    for name, value in values:
        variable = signature.parameters[name].kind
        if variable is inspect.Parameter.VAR_KEYWORD:
            given |= value
        elif variable is not inspect.Parameter.VAR_POSITIONAL:
            given[name] = value
        elif value:
            raise NotImplementedError(_no_config(kind, f"*{name} has no names"))
    given = {
        name: value for name, value in given.items() if name not in _FIRST or value is not None
    }
    try:
        given = {name: serialize_value(value) for name, value in given.items()}
    except TypeError as error:
        raise NotImplementedError(_no_config(kind, str(error).rstrip("."))) from None
    takes_all = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    taken = {
        name: config[name]
        for name in _FIRST
        if name in config and (takes_all or name in signature.parameters)
    }
    return taken | {name: value for name, value in given.items() if name not in taken}


_FIRST = ("name", "trainable", "dtype")


def _no_config(kind, reason):
    return (
        f"{kind.__name__}: there is no configuration: {reason}. Give the class a get_config() that "
        "adds its arguments to super().get_config()."
    )
