"""Pictures from folders, batch by batch, decoded and scaled by threads while a model trains."""

import itertools
import math

import numpy as np

from .. import _core, devices
from .dataset import PyDataset
from .image import MODES, decoded, middle, pillow

NAME = "image_dataset_from_directory"
_READ = ("BMP", "GIF", "JPEG", "PNG", "WEBP")  # and none of the formats that run programs
_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
# Those of Keras that Pillow has.
INTERPOLATIONS = {
    "nearest": "NEAREST",
    "bilinear": "BILINEAR",
    "bicubic": "BICUBIC",
    "area": "BOX",
    "lanczos3": "LANCZOS",
}


class ImageDataset(PyDataset):
    """What `image_dataset_from_directory` gives: batches of pictures, for fit, evaluate, predict.

    Attributes:
        file_paths: of the pictures.
        class_names: of the labels; None without labels.

    Going through it gives the batches of a pass, in an order of the pass's own if it shuffles;
    `dataset[i]` is the batch i in the order of `file_paths`; `len(dataset)` is their number.
    """

    def __init__(self, paths, labels, class_names, load, batch_size, seed, cache, **queue):
        super().__init__(use_multiprocessing=True, **queue)  # one worker is a thread too
        self.file_paths, self.class_names = paths, class_names
        self._labels, self._load, self._batch_size = labels, load, batch_size
        self._seed, self._passes = seed, 0  # seed: (seed, stream), or None: no shuffling
        self._kept = [None] * len(paths) if cache else None

    def __len__(self):
        return math.ceil(len(self.file_paths) / (self._batch_size or 1))

    def __getitem__(self, i):
        i = range(len(self))[i]
        return self._batch(np.arange(len(self.file_paths)), i)

    def __iter__(self):
        return self._batches()

    def take(self, count):
        """An iterator over the first `count` batches of a pass."""
        return itertools.islice(iter(self), count)

    def _batches(self, shuffled=None):
        """Of one pass: whether it shuffles the dataset was told, and fit's argument does not."""
        order = np.arange(len(self.file_paths), dtype="int32")
        if self._seed is not None:
            self._passes += 1
            _core.shuffle(order, *self._seed, self._passes)
        return self._made(lambda i: self._batch(order, i), range(len(self)))

    def _batch(self, order, i):
        size = self._batch_size or 1
        chosen = order[i * size : (i + 1) * size]
        x = devices.cpu.empty((len(chosen), *self._load.shape), self._load.dtype)
        for row, k in zip(x, chosen, strict=True):
            kept = self._kept[k] if self._kept is not None else None
            if kept is not None:
                row[...] = kept
                continue
            self._load(self.file_paths[k], row)
            if self._kept is not None:
                self._kept[k] = row.copy()
        parts = (x,) if self._labels is None else (x, self._labels[chosen])
        if self._batch_size is None:
            parts = tuple(part[0] for part in parts)
        return parts if len(parts) > 1 else parts[0]

    def __repr__(self):
        return f"<ImageDataset of {len(self.file_paths)} pictures in {len(self)} batches>"


class Load:
    """Reads a picture into a row of a batch."""

    def __init__(self, color_mode, size, interpolation, fit, channels_first, dtype):
        self.Image = pillow(NAME)
        self.mode, self.size, self.fit = MODES[color_mode], size, fit  # fit: None, crop or pad
        self.channels_first, self.dtype = channels_first, dtype
        self.how = self.Image.Resampling[INTERPOLATIONS[interpolation]]
        channels = _CHANNELS[color_mode]
        self.shape = (channels, *size) if channels_first else (*size, channels)

    def __call__(self, path, row):
        picture = decoded(path, self.mode, NAME, _READ)
        if self.dtype == "uint8" and picture.mode != self.mode:
            picture = picture.convert(self.mode)
        row = np.moveaxis(row, 0, -1) if self.channels_first else row
        rows, columns = self.size
        if self.fit == "crop":
            picture = picture.crop(middle(picture.size, self.size))
        elif self.fit == "pad":
            width, height = picture.size
            ratio = max(width / columns, height / rows)
            inner = max(int(height / ratio), 1), max(int(width / ratio), 1)
            top, left = (rows - inner[0]) // 2, (columns - inner[1]) // 2
            row[...] = 0
            row = row[top : top + inner[0], left : left + inner[1]]
            rows, columns = inner
        Filter = self.Image.Resampling
        if picture.size == (columns, rows):
            row[...] = np.asarray(picture).reshape(row.shape)
            return
        if self.how == Filter.NEAREST:
            i, j = _centres(picture.height, rows), _centres(picture.width, columns)
            row[...] = np.asarray(picture)[i.astype(int)[:, None], j.astype(int)].reshape(row.shape)
            return
        for c, band in enumerate(picture.split()):  # Pillow has no colours in floats
            band = band.convert("F")
            if self.how == Filter.BILINEAR:  # between four pixels, as Keras; resize takes the mean
                step = (band.width / columns, 0, 0, 0, band.height / rows, 0)
                affine = self.Image.Transform.AFFINE
                band = band.transform((columns, rows), affine, step, self.how)
            else:
                band = band.resize((columns, rows), self.how)
            x = np.asarray(band)
            row[..., c] = x if self.dtype == "float32" else np.clip(np.rint(x), 0, 255)


def _centres(size, wanted):
    """Where, among so many pixels, the middles of the wanted ones lie."""
    return (np.arange(wanted) + 0.5) * size / wanted
