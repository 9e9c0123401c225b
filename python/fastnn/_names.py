"""Names: of classes as Keras writes them, and of objects that they stand for."""

import re


def snake_case(name):
    """MeanSquaredError -> mean_squared_error, as Keras names things.

    >>> from fastnn._names import snake_case
    >>> snake_case("KLDivergence"), snake_case("Conv2DTranspose")
    ('kl_divergence', 'conv2d_transpose')
    """
    return re.sub(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", name).lower()


def name_of(function):
    """What a function or another callable is called: its own name, or its class's.

    >>> from fastnn._names import name_of
    >>> name_of(lambda: None), name_of(dict.fromkeys)
    ('lambda', 'fromkeys')
    """
    own = getattr(function, "name", None) or getattr(function, "__name__", None)
    return snake_case(re.sub(r"\W", "", own or type(function).__name__))


def as_name(name, kind):
    """A given name, or for None the class's own."""
    if name is not None and not isinstance(name, str):
        raise TypeError(f"{kind.__name__}: name is {name!r}; a text is wanted.")
    return name or snake_case(kind.__name__)


def unknown(operation, identifier, known, wanted="a function"):
    """The error for what is none of the `known` names; it suggests the nearest of them."""
    near = " or ".join(map(repr, _nearest(identifier, known)))
    return ValueError(
        f"{operation}: {identifier!r} is unknown; {', '.join(map(repr, known))} or {wanted} is "
        f"wanted.{f' Did you mean {near}?' if near else ''}"
    )


def _nearest(identifier, known):
    if not isinstance(identifier, str):
        return []
    from difflib import get_close_matches  # 5 ms, which only an error is worth

    small = {name.lower(): name for name in reversed(list(known))}  # of two that differ by case
    return [small[name] for name in get_close_matches(identifier.lower(), small)]  # the first


def configured(identifier):
    """What a dict of `serialize` stands for, or a name that the user has registered; else None."""
    from .saving import deserialize_keras_object, get_registered_object

    if isinstance(identifier, dict):
        return deserialize_keras_object(identifier)
    return get_registered_object(identifier)


def find(operation, identifier, known):
    """The object that a name of `known`, a class, a callable or a dict of `serialize` stands for;
    of a class, one made with its defaults."""
    found = identifier
    if isinstance(found, (str, dict)):
        plain = isinstance(found, dict) and {"class_name", "config"} == set(found)  # of Keras 2
        if plain and isinstance(known.get(str(found["class_name"])), type):
            found = known[found["class_name"]].from_config(found["config"])
        else:
            found = known.get(found) if isinstance(found, str) else None
            found = found or configured(identifier)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise unknown(operation, identifier, list(known), "a callable")
    return found
