"""Names: of classes as Keras writes them, and of what somebody meant."""

import re


def snake_case(name):
    """MeanSquaredError -> mean_squared_error, as Keras names things.

    >>> from fastnn._names import snake_case
    >>> snake_case("KLDivergence"), snake_case("LogCosh")
    ('kl_divergence', 'log_cosh')
    """
    return re.sub(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def as_name(name, kind):
    """A given name, or for None the class's own."""
    if name is not None and not isinstance(name, str):
        raise TypeError(f"{kind.__name__}: name is {name!r}; a text is wanted.")
    return name or snake_case(kind.__name__)


def unknown(operation, identifier, known):
    """The error about a name that is none of the known ones: it says which are near."""
    from difflib import get_close_matches  # here, because the import of fastnn is to stay light

    near = []
    if isinstance(identifier, str):
        lower = {name.lower(): name for name in known}
        near = [lower[name] for name in get_close_matches(identifier.lower(), lower, n=3)]
    wanted = (
        f"Did you mean {' or '.join(map(repr, near))}?"
        if near
        else (f"{', '.join(map(repr, sorted(known)))}, or a function is wanted.")
    )
    return ValueError(f"{operation}: {identifier!r} is unknown. {wanted}")
