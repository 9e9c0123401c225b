"""What stands for an object: its name, its class, or the object itself."""


def unknown(operation, identifier, known, wanted):
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

    small = {name.lower(): name for name in reversed(known)}  # of two that differ by case the first
    return [small[name] for name in get_close_matches(identifier.lower(), small)]


def find(operation, identifier, known):
    """The object that a name of `known`, a class or a callable stands for; of a class, one made
    with its defaults."""
    found = identifier
    if isinstance(found, str):
        found = known.get(found)
    if isinstance(found, type):
        found = found()
    if not callable(found):
        raise unknown(operation, identifier, list(known), "a callable")
    return found
