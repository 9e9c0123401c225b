"""The user's own classes and functions, by the names that configurations have for them."""

import inspect
import threading

_objects = {}  # "package>name" -> a class or function
_names = {}  # the other way round
_local = threading.local()


class CustomObjectScope:
    """Within it, configurations find these classes and functions by name (this thread only).

    Args:
        custom_objects: a dict from names to classes and functions.

    >>> import fastnn
    >>> def doubled(x):
    ...     return 2 * x
    >>> config = fastnn.layers.Dense(1, activation=doubled).get_config()
    >>> with fastnn.utils.custom_object_scope({"doubled": doubled}):
    ...     layer = fastnn.layers.Dense.from_config(config)
    >>> layer.activation is doubled
    True
    """

    def __init__(self, custom_objects):
        if custom_objects is not None and not isinstance(custom_objects, dict):
            raise TypeError(
                f"custom_objects is {custom_objects!r}; a dict from names to classes and functions "
                "is wanted."
            )
        self.custom_objects = dict(custom_objects or {})

    def __enter__(self):
        if "scopes" not in _local.__dict__:
            _local.scopes = []
        _local.scopes.append(self.custom_objects)
        return self

    def __exit__(self, *exception):
        _local.scopes.pop()


custom_object_scope = CustomObjectScope


def get_custom_objects():
    """The dict of what `register_keras_serializable` has registered: itself, to be changed.

    >>> import fastnn
    >>> "nobody>nothing" in fastnn.utils.get_custom_objects()
    False
    """
    return _objects


def register_keras_serializable(package="Custom", name=None):
    """A decorator by which configurations find a class or function under the name "package>name".

    Args:
        package: where it belongs.
        name: its own by default.

    Raises:
        ValueError: a class has no get_config().

    >>> import fastnn
    >>> @fastnn.utils.register_keras_serializable("doctest")
    ... class Twice(fastnn.layers.Layer):
    ...     def call(self, x):
    ...         return 2 * x
    >>> fastnn.utils.get_registered_name(Twice)
    'doctest>Twice'
    """
    if not isinstance(package, str):
        raise TypeError(
            f"register_keras_serializable: package is {package!r}; a text is wanted, as in "
            '@register_keras_serializable("mine") or @register_keras_serializable().'
        )

    def decorator(registered):
        if inspect.isclass(registered) and not hasattr(registered, "get_config"):
            raise ValueError(
                f"register_keras_serializable: {registered.__name__} has no get_config(); one that "
                "gives the arguments of its constructor is wanted."
            )
        full = f"{package}>{name or registered.__name__}"
        _objects[full] = registered
        _names[registered] = full
        return registered

    return decorator


def get_registered_name(obj):
    """The name that a class or function is registered under; its own if it is not.

    >>> import fastnn
    >>> fastnn.utils.get_registered_name(len)
    'len'
    """
    try:
        return _names.get(obj) or obj.__name__
    except TypeError:  # it has no hash
        return obj.__name__


def get_registered_object(name, custom_objects=None, module_objects=None):
    """The class or function of a name, from the scopes, the dicts given, or what is registered;
    None if there is none.

    >>> import fastnn
    >>> fastnn.utils.get_registered_object("nobody>nothing") is None
    True
    """
    scopes = (*reversed(getattr(_local, "scopes", ())), custom_objects, _objects, module_objects)
    return next((known[name] for known in scopes if known and name in known), None)
