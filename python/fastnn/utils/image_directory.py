"""The dataset of the pictures in a folder, and what may be said of it."""

import numbers
import os

import numpy as np

from .._checks import as_number
from ..ops._axes import as_bool
from . import _console, _image_folder, draw_seed
from .image import MODES, as_size, choice, is_channels_first
from .image_dataset import INTERPOLATIONS, NAME, ImageDataset, Load


def image_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    color_mode="rgb",
    batch_size=32,
    image_size=(256, 256),
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    interpolation="bilinear",
    follow_links=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    data_format=None,
    format=None,
    verbose=True,
    *,
    workers=None,
    max_queue_size=4,
    cache=False,
    dtype="float32",
):
    """Batches of the pictures in a folder, with a class for each folder inside.

    Args:
        directory: the folder. Read are .jpg, .jpeg, .png, .bmp and .gif, in folders at any depth.
        labels: "inferred": each folder directly inside is a class; None: no labels; or a list of
            whole numbers, one for each picture, in the order of their sorted paths.
        label_mode: "int": labels are (batch,) int32; "binary": (batch, 1) float32, 0 or 1, of two
            classes; "categorical": (batch, classes) float32, one-hot; None: no labels.
        class_names: the folders to take, in this order; None: all, sorted.
        color_mode: "rgb", "rgba" or "grayscale": 3, 4 or 1 channels.
        batch_size: pictures a batch; None: single pictures, without an axis for a batch.
        image_size: (rows, columns) to which each is scaled.
        shuffle: whether each pass has an order of its own, and validation a random share; else the
            order is that of the sorted paths.
        seed: of the orders. The same pictures are for validation as in Keras with this seed.
        validation_split: the share, 0 .. 1, that is for validation: the last files, once shuffled.
        subset: "training", "validation", or "both" for a list of the two; goes with
            validation_split, and with a seed if it shuffles.
        interpolation: "nearest", "bilinear", "bicubic", "area" or "lanczos3"; the last three take
            the mean where a picture becomes smaller.
        follow_links: whether folders that are links are entered.
        crop_to_aspect_ratio: whether the middle of image_size's proportions is cut out.
        pad_to_aspect_ratio: whether black is added at two sides instead.
        data_format: None or "channels_last", or "channels_first".
        format: taken for Keras's sake: None, "tf" or "grain".
        verbose: whether it prints how many files and classes there are.
        workers: threads that decode; None: as many as there are processors, at most 8; 0: none, the
            thread that trains does.
        max_queue_size: batches that they may be ahead: what bounds the memory.
        cache: whether the scaled pictures are kept in memory from the first pass on.
        dtype: "float32", as in Keras; or "uint8": pixels are rounded, and take a quarter of the
            memory.

    Returns:
        An `ImageDataset` that fit, evaluate and predict take: batches (pictures, labels), or of
        pictures alone. Pictures are (batch, rows, columns, channels), of pixels from 0 to 255.
        Their order depends on the seed alone, not on the number of workers.

    Raises:
        ImportError: without Pillow, which the extra "image" brings: pip install "fastnn[image]".
        ValueError: there is no picture; arguments do not fit; while going through it, a picture is
            broken, or has more pixels than Pillow allows: the message names the file.
        OSError: while going through it, a file is gone.

    >>> import fastnn, os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> for kind in ("cat", "dog"):
    ...     os.mkdir(os.path.join(folder.name, kind))
    ...     path = os.path.join(folder.name, kind, "1.png")
    ...     fastnn.utils.save_img(path, [[[0.0], [1.0]]])
    >>> dataset = fastnn.utils.image_dataset_from_directory(folder.name, image_size=(8, 8))
    Found 2 files belonging to 2 classes.
    >>> [(x.shape, sorted(y.tolist())) for x, y in dataset]
    [((2, 8, 8, 3), [0, 1])]
    >>> folder.cleanup()
    """
    choice(label_mode, ("int", "categorical", "binary", None), NAME, "label_mode")
    choice(color_mode, MODES, NAME, "color_mode")
    choice(format, (None, "tf", "grain"), NAME, "format")
    choice(dtype, ("float32", "uint8"), NAME, "dtype")
    how = interpolation.lower() if isinstance(interpolation, str) else interpolation
    choice(how, INTERPOLATIONS, NAME, "interpolation")
    shuffle, follow_links, crop, pad, verbose, cache = (
        as_bool(value, NAME, name)
        for name, value in (
            ("shuffle", shuffle),
            ("follow_links", follow_links),
            ("crop_to_aspect_ratio", crop_to_aspect_ratio),
            ("pad_to_aspect_ratio", pad_to_aspect_ratio),
            ("verbose", verbose),
            ("cache", cache),
        )
    )
    if crop and pad:
        raise ValueError(
            f"{NAME}: crop_to_aspect_ratio and pad_to_aspect_ratio came; one of them is wanted."
        )
    batch_size = None if batch_size is None else _as_count(batch_size, "batch_size")
    workers = min(len(os.sched_getaffinity(0)), 8) if workers is None else workers
    queue = {
        "workers": _as_count(workers, "workers", 0),
        "max_queue_size": _as_count(max_queue_size, "max_queue_size"),
    }
    share = _checked_split(validation_split, subset, shuffle, seed)
    seed = _as_seed(seed)
    directory = _as_folder(directory)
    labels = _as_labels(labels, label_mode)
    size = as_size(image_size, NAME, "image_size")
    fit = "crop" if crop else "pad" if pad else None
    load = Load(color_mode, size, how, fit, is_channels_first(data_format, NAME), dtype)

    paths, labels, names = _image_folder.index(directory, labels, class_names, follow_links)
    if not paths:
        raise ValueError(
            f"{NAME}: no picture is in {directory}; {', '.join(_image_folder.FORMATS)} are read."
        )
    if verbose:
        classes = "" if names is None else f" belonging to {len(names)} classes"
        _console.write(f"Found {len(paths)} files{classes}.\n")
    targets = _targets(labels, label_mode, names)
    order = _image_folder.shuffled(len(paths), seed) if shuffle else np.arange(len(paths))

    def part(subset):
        chosen = order[_image_folder.subset_of(len(paths), share, subset)]
        if verbose and share:
            _console.write(f"Using {len(chosen)} files for {subset}.\n")
        shuffles = shuffle and not (both and subset == "validation")
        return ImageDataset(
            [paths[i] for i in chosen],
            None if targets is None else targets[chosen],
            names,
            load,
            batch_size,
            (seed, 0) if shuffles else None,
            cache,
            **queue,
        )

    both = subset == "both"
    return [part("training"), part("validation")] if both else part(subset)


def _as_count(value, name, least=1):
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < least:
        raise ValueError(
            f"{NAME}: {name} is {value!r:.60}; a whole number of at least {least} is wanted."
        )
    return int(value)


def _as_seed(seed):
    """A number that NumPy takes for a seed."""
    if seed is None:
        drawn = draw_seed()
        return (drawn[0] + 7919 * drawn[1]) % 2**32
    if not isinstance(seed, numbers.Integral) or not 0 <= seed < 2**32:
        raise ValueError(f"{NAME}: seed is {seed!r:.60}; an integer 0 .. 2^32 - 1 is wanted.")
    return int(seed)


def _as_folder(directory):
    if not isinstance(directory, (str, os.PathLike)):
        raise TypeError(
            f"{NAME}: directory is a {type(directory).__name__}; the path of a folder is wanted."
        )
    directory = os.fspath(directory)
    if not os.path.isdir(directory):
        raise NotADirectoryError(f"{NAME}: {directory} is no folder.")
    return directory


def _checked_split(share, subset, shuffle, seed):
    choice(subset, ("training", "validation", "both", None), NAME, "subset")
    if share is not None and not 0 <= as_number(share, NAME, "validation_split") < 1:
        raise ValueError(f"{NAME}: validation_split is {share!r}; a number 0 .. 1 is wanted.")
    if bool(share) != bool(subset):
        raise ValueError(
            f"{NAME}: validation_split is {share!r} and subset {subset!r}; both or neither are "
            "wanted."
        )
    if share and shuffle and seed is None:
        raise ValueError(
            f"{NAME}: validation_split came without a seed; with one, calls for training and for "
            "validation split alike. Give a seed, or shuffle=False."
        )
    return share


def _as_labels(labels, label_mode):
    if labels is None or label_mode is None:
        return None
    if isinstance(labels, str) and labels == "inferred":
        return labels
    whole = isinstance(labels, (list, tuple, np.ndarray)) and all(
        isinstance(n, numbers.Integral) and not isinstance(n, bool) and -(2**31) <= n < 2**31
        for n in labels
    )
    if not whole:
        raise ValueError(
            f"{NAME}: labels is {labels!r:.60}; 'inferred', None, or a list of whole numbers, one "
            "for each picture, is wanted."
        )
    return list(labels)


def _targets(labels, label_mode, names):
    if labels is None or label_mode == "int":
        return labels
    count = len(names)
    if label_mode == "binary" and count != 2:
        raise ValueError(f"{NAME}: label_mode is 'binary', but there are {count} classes, not 2.")
    if labels.min() < 0 or labels.max() >= count:
        raise ValueError(
            f"{NAME}: label_mode is {label_mode!r}, and labels reach from {labels.min()} to "
            f"{labels.max()}; {count} classes have labels 0 .. {count - 1}."
        )
    if label_mode == "binary":
        return labels.astype("float32")[:, None]
    return np.eye(count, dtype="float32")[labels]
