"""save_weights and load_weights: the weights of a model in a file, each by its name."""

import os

from .._checks import refuse_while_recording
from .._lines import warn
from .._names import _nearest
from .weights_file import Refusal, checked_path, opened, write
from .weights_names import named_weights

_SHOWN = 5  # names in an error
_FLOATS = ("float32", "float64")


def save_weights(model, filepath, overwrite=True):
    """Write the weights of a model into a file: see `Model.save_weights`."""
    path = checked_path(filepath, "save_weights")
    if not overwrite and os.path.exists(path):
        raise FileExistsError(
            f"save_weights: {path} is there already; overwrite=True writes over it."
        )
    write(path, weights_of(model, "save_weights"))


def load_weights(model, filepath, skip_mismatch=False):
    """Read the weights of a model from a file: see `Model.load_weights`."""
    from .training_state import optimizers_from, positions_from

    path = checked_path(filepath, "load_weights")
    named = weights_of(model, "load_weights")
    notes = []
    with opened(path) as entries:
        plan = weights_from(
            named, entries, f"load_weights: {path}", model.name, skip_mismatch, notes
        )
        plan += positions_from(model, entries)
        if model.compiled:
            plan += optimizers_from(model, named, entries, notes)
    carry_out(plan)
    for note in notes:
        warn(f"load_weights: {path}: {note}")


def weights_of(model, operation):
    """The weights by name, of a model that has them."""
    refuse_while_recording(operation)
    if not model.built:
        raise ValueError(
            f"{operation}: {model.name} is not built, and has no weights yet: call it once, or "
            "begin with fastnn.Input."
        )
    return named_weights(model)


def weights_from(named, entries, where, name, skip_mismatch=False, notes=None):
    """What loading is to write: a list of (function, array). Nothing is written before all of it is
    read.

    Args:
        named: variables by name.
        entries: of a file; those whose name has a colon are no weights.
        where, name: of the file, and of what it is for: for errors.
        skip_mismatch: whether layers that do not fit are left out; `notes` says which.
        notes: a list, for warnings.
    """
    found = {key: entry for key, entry in entries.items() if ":" not in key}
    wrong = differences(named, found)
    if wrong and not skip_mismatch:
        raise Refusal(
            f"{where} does not fit {name}: {'; '.join(text for _, text in wrong)}. A model built "
            "in the same way is wanted; skip_mismatch=True loads the layers that fit."
        )
    skipped = sorted({_layer(key) for keys, _ in wrong for key in keys})
    if skipped:
        layers = ", ".join(skipped[:_SHOWN]) + " ..." * (len(skipped) > _SHOWN)
        notes.append(f"layers that do not fit are left as they are: {layers}.")
    return [(w.assign, found[key].read()) for key, w in named.items() if _layer(key) not in skipped]


def differences(named, found):
    """What does not fit: a list of (names, words about them), empty if all does."""
    both = [key for key in named if key in found]
    unexpected = [key for key in found if key not in named]

    def near(key):
        close = _nearest(key, unexpected[:1000])
        return f" (or is it {close[0]!r:.100}?)" if close else ""

    kinds = [
        (
            "missing",
            [key for key in named if key not in found],
            lambda key: f"{key!r} {named[key].shape}{near(key)}",
        ),
        (
            "unexpected",
            unexpected,
            lambda key: f"{key!r:.100} {found[key].shape!s:.100}",
        ),
        (
            "of another shape",
            [key for key in both if named[key].shape != found[key].shape],
            lambda key: f"{key!r} is {found[key].shape!s:.100}, not {named[key].shape}",
        ),
        (
            "of another dtype",
            [key for key in both if not _converts(found[key].dtype, named[key].dtype)],
            lambda key: f"{key!r} is {found[key].dtype:.20}, not {named[key].dtype}",
        ),
    ]
    return [
        (
            keys,
            f"{title}: {', '.join(map(text, keys[:_SHOWN]))}"
            + f" and {len(keys) - _SHOWN} more" * (len(keys) > _SHOWN),
        )
        for title, keys, text in kinds
        if keys
    ]


def carry_out(plan):
    """Write what was read."""
    for function, value in plan:
        function(value)


def _layer(key):
    return key.rpartition("/")[0]


def _converts(found, wanted):
    """float32 and float64 become one another, as in Keras; nothing else is converted."""
    return found == wanted or (found in _FLOATS and wanted in _FLOATS)
