"""The pictures in a folder, their classes, and which of them are for validation."""

import os

import numpy as np

from .._lines import warn
from .image_dataset import NAME

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


def files_in(folder, follow_links):
    """Paths of pictures, sorted: folder by folder, as Keras does."""
    visited = set()  # a link may lead back
    found = []
    for root, folders, files in os.walk(folder, followlinks=follow_links):
        real = os.path.realpath(root)
        if real in visited:
            folders.clear()
            continue
        visited.add(real)
        found.append((root, sorted(f for f in files if f.lower().endswith(FORMATS))))
    return [os.path.join(root, f) for root, files in sorted(found) for f in files]


def classes_in(directory, class_names):
    """The names of the classes: the folders in it, sorted, or as they are given."""
    folders = [
        name
        for name in sorted(os.listdir(directory))
        if name[0] != "." and os.path.isdir(os.path.join(directory, name))
    ]
    if class_names is None:
        if not folders:
            raise ValueError(
                f"{NAME}: {directory} holds no folders; one for each class is wanted. Give "
                "labels=None for pictures without classes."
            )
        return folders
    if isinstance(class_names, str) or not all(isinstance(name, str) for name in class_names):
        raise TypeError(f"{NAME}: class_names is {class_names!r:.60}; a list of names is wanted.")
    absent = [name for name in class_names if name not in folders]
    if absent or len(set(class_names)) < len(class_names):
        what = f"has {absent[0]!r}, which is no folder" if absent else "has a name twice"
        raise ValueError(
            f"{NAME}: class_names {what}; {directory} has {', '.join(folders) or 'none'}."
        )
    return list(class_names)


def index(directory, labels, class_names, follow_links):
    """(paths, labels or None, names of the classes or None), in the order of the folders."""
    if labels != "inferred":
        if class_names is not None:
            raise ValueError(
                f"{NAME}: class_names came beside labels; they go with labels='inferred'."
            )
        paths = files_in(directory, follow_links)
        if labels is None:
            return paths, None, None
        if len(labels) != len(paths):
            raise ValueError(
                f"{NAME}: {len(labels)} labels came for {len(paths)} pictures in {directory}; one "
                "for each is wanted, in the order of their sorted paths."
            )
        return paths, np.array(labels, "int32"), [str(n) for n in sorted(set(labels))]
    names = classes_in(directory, class_names)
    found = [files_in(os.path.join(directory, name), follow_links) for name in names]
    empty = [name for name, paths in zip(names, found, strict=True) if not paths]
    if empty and any(found):
        warn(f"{NAME}: no picture is in {', '.join(empty)}; {', '.join(FORMATS)} are read.")
    paths = [path for paths in found for path in paths]
    return paths, np.repeat(np.arange(len(names), dtype="int32"), [len(f) for f in found]), names


def shuffled(count, seed):
    """The order that Keras gives so many files for a seed."""
    order = np.arange(count)
    np.random.RandomState(seed).shuffle(order)
    return order


def subset_of(count, validation_split, subset):
    """The slice of the files that a subset has: validation is the last share."""
    if not validation_split:
        return slice(None)
    at = count - int(validation_split * count)
    if at in (0, count):
        raise ValueError(
            f"{NAME}: validation_split {validation_split} of {count} pictures leaves {at} to "
            f"train on and {count - at} to validate; both need at least one."
        )
    return slice(at) if subset == "training" else slice(at, None)
