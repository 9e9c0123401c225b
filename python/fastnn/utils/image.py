"""Pictures between files, Pillow and arrays."""

import contextlib
import io
import os

import numpy as np

from .._checks import as_dtype, as_numbers
from .._lines import warn
from ..ops._axes import as_bool
from ._write import replace

MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_DEEP = ("I;16", "I;16B", "I;16L", "I")  # grey in more than 8 bits


def pillow(operation):
    """The module PIL.Image."""
    try:
        from PIL import Image
    except ImportError:
        raise ImportError(
            f'{operation}: Pillow is not installed. pip install "fastnn[image]"'
        ) from None
    return Image


def choice(value, allowed, operation, name):
    """`value`, which must be one of a few."""
    if not isinstance(value, (str, type(None))) or value not in allowed:
        raise ValueError(
            f"{operation}: {name} is {value!r:.60}; one of {', '.join(map(repr, allowed))} is "
            "wanted."
        )
    return value


def as_size(value, operation, name):
    """(rows, columns) of one whole number or two."""
    pair = value if isinstance(value, (list, tuple)) else (value, value)
    whole = [isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in pair]
    if len(pair) != 2 or not all(whole) or min(pair) < 1:
        raise ValueError(
            f"{operation}: {name} is {value!r:.60}; (rows, columns), at least 1 each, are wanted."
        )
    return int(pair[0]), int(pair[1])


def is_channels_first(data_format, operation):
    """Whether channels come before rows and columns; None is after."""
    allowed = (None, "channels_last", "channels_first")
    return choice(data_format, allowed, operation, "data_format") == "channels_first"


@contextlib.contextmanager
def _named(operation, what):
    """Lets whatever Pillow says of a broken picture name the picture."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:  # Pillow's plugins raise OSError, SyntaxError, struct.error ...
        bomb = type(error).__name__ == "DecompressionBombError"
        cure = "PIL.Image.MAX_IMAGE_PIXELS is the limit" if bomb else "it may be broken or cut off"
        raise ValueError(
            f"{operation}: {what} is no picture that can be read ({cure}): {error}"
        ) from error


def decoded(path, mode, operation, formats=None):
    """A picture of Pillow, decoded and converted to a mode; grey of more than 8 bits stays."""
    if isinstance(path, io.BytesIO):
        source, what = path, "what came"
    elif isinstance(path, (str, bytes, os.PathLike)):
        what = os.fsdecode(path)
        with open(path, "rb") as file:
            source = io.BytesIO(file.read())
    else:
        raise TypeError(
            f"{operation}: path is a {type(path).__name__}; a path or an io.BytesIO is wanted."
        )
    Image = pillow(operation)
    with _named(operation, what):
        picture = Image.open(source, formats=formats)
        picture.load()
        if picture.mode != mode and not (mode == "L" and picture.mode in _DEEP):
            picture = picture.convert(mode)
    return picture


def load_img(
    path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False
):
    """A picture from a file.

    Args:
        path: a path, or an io.BytesIO that holds the file.
        color_mode: "rgb", "rgba" or "grayscale", to which it is converted; grey values of 16 or 32
            bits stay as they are.
        target_size: (rows, columns) to scale it to; None: as it is.
        interpolation: "nearest", "bilinear", "bicubic", "lanczos", "box" or "hamming", as Pillow
            names them.
        keep_aspect_ratio: whether the middle of the target's proportions is cut out before.

    Returns:
        A PIL.Image.Image. How a camera was held (EXIF) is not applied, as in Keras.

    Raises:
        ImportError: without Pillow, which the extra "image" brings: pip install "fastnn[image]".
        ValueError: the file is no picture, is broken, or has more pixels than Pillow allows.

    >>> import io, fastnn
    >>> file = io.BytesIO()
    >>> fastnn.utils.save_img(file, [[[0.0], [1.0]]], file_format="png")
    >>> fastnn.utils.load_img(file, target_size=(2, 4)).size
    (4, 2)
    """
    Image = pillow("load_img")
    choice(color_mode, MODES, "load_img", "color_mode")
    size = None if target_size is None else as_size(target_size, "load_img", "target_size")
    names = ("nearest", "bilinear", "bicubic", "lanczos", "box", "hamming")
    choice(interpolation, names, "load_img", "interpolation")
    crops = as_bool(keep_aspect_ratio, "load_img", "keep_aspect_ratio")
    picture = decoded(path, MODES[color_mode], "load_img")
    if size is None or picture.size == size[::-1]:
        return picture
    box = middle(picture.size, size) if crops else None
    return picture.resize(size[::-1], Image.Resampling[interpolation.upper()], box=box)


def middle(size, target):
    """(left, top, right, bottom) of the largest part in the middle that has the proportions of
    target, (rows, columns)."""
    width, height = size
    rows, columns = target
    crop_height = max(min(height, width * rows // columns), 1)
    crop_width = max(min(width, height * columns // rows), 1)
    left, top = (width - crop_width) // 2, (height - crop_height) // 2
    return left, top, left + crop_width, top + crop_height


def img_to_array(img, data_format=None, dtype=None):
    """A picture of Pillow as an array.

    Args:
        img: a PIL.Image.Image, or an array of one.
        data_format: None or "channels_last", or "channels_first".
        dtype: fastnn.config.floatx() if None.

    Returns:
        A NumPy array (rows, columns, channels), of pixels from 0 to 255.

    >>> import fastnn
    >>> img = fastnn.utils.array_to_img([[[0.0], [1.0]]])
    >>> fastnn.utils.img_to_array(img).tolist()
    [[[0.0], [255.0]]]
    """
    first = is_channels_first(data_format, "img_to_array")
    x = as_numbers(np.asarray(img), "img_to_array", as_dtype(dtype, "img_to_array"))
    if x.ndim not in (2, 3):
        raise ValueError(f"img_to_array: the picture has shape {x.shape}; 2 or 3 axes are wanted.")
    x = x.reshape(*x.shape, 1) if x.ndim == 2 else x
    return x.transpose(2, 0, 1) if first else x


def array_to_img(x, data_format=None, scale=True, dtype=None):
    """An array as a picture of Pillow.

    Args:
        x: (rows, columns, channels), of 1, 3 or 4 channels.
        data_format: None or "channels_last", or "channels_first".
        scale: whether the least of its numbers becomes 0, and the greatest 255. If not, they are
            cut off, not rounded; below 0 they become 0 and above 255 255, but for one channel,
            whose numbers beyond 255 make a picture of mode "I", with 32 bits.
        dtype: to compute in; fastnn.config.floatx() if None.

    Returns:
        A PIL.Image.Image.

    >>> import fastnn
    >>> fastnn.utils.array_to_img([[[0.0], [1.0]]]).getpixel((1, 0))
    255
    """
    Image = pillow("array_to_img")
    first = is_channels_first(data_format, "array_to_img")
    scale = as_bool(scale, "array_to_img", "scale")
    x = as_numbers(x, "array_to_img").astype(as_dtype(dtype, "array_to_img"))
    if x.ndim == 3 and first:
        x = x.transpose(1, 2, 0)
    if x.ndim != 3 or x.shape[2] not in (1, 3, 4) or x.size == 0:
        raise ValueError(
            f"array_to_img: x has shape {x.shape}, channels last; (rows, columns, channels) with "
            "1, 3 or 4 channels is wanted."
        )
    if not np.isfinite(x).all():
        raise ValueError("array_to_img: NaN or infinity is in x; finite numbers are wanted.")
    if scale:
        x = x - x.min()
        x = x / (x.max() or 1) * 255
    if x.shape[2] == 1:
        x = x[:, :, 0]
        if x.max() > 255:
            return Image.fromarray(np.clip(x, -(2.0**31), 2.0**31 - 256).astype("int32"))
    return Image.fromarray(np.clip(x, 0, 255).astype("uint8"))


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Write an array as a picture's file.

    Args:
        path: a path, or a file that is open for writing.
        x, data_format, scale: see `array_to_img`.
        file_format: such as "png" or "jpeg"; None: as the path ends.
        **kwargs: for PIL.Image.Image.save, such as quality=95.

    A file that was there is replaced once the whole picture is written.

    >>> import fastnn, os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     fastnn.utils.save_img(os.path.join(folder, "grey.png"), [[[0.0], [1.0]]])
    ...     os.listdir(folder)
    ['grey.png']
    """
    Image = pillow("save_img")
    is_path = isinstance(path, (str, bytes, os.PathLike))
    if file_format is None and is_path:
        file_format = os.path.splitext(os.fsdecode(path))[1][1:]
    kind = str(file_format or "").lower()
    kind = "jpeg" if kind == "jpg" else kind
    Image.init()
    if kind.upper() not in Image.SAVE:
        raise ValueError(
            f"save_img: the format is {file_format!r}, which Pillow cannot write; let the path end "
            'in .png or .jpg, or give file_format="png".'
        )
    picture = array_to_img(x, data_format, scale)
    if picture.mode == "RGBA" and kind == "jpeg":
        warn("save_img: JPEG has no transparency; the picture is saved as RGB.")
        picture = picture.convert("RGB")
    if not is_path:
        picture.save(path, format=kind, **kwargs)
        return
    whole = io.BytesIO()
    picture.save(whole, format=kind, **kwargs)
    replace(path, whole.getvalue())
