"""The filters of an image-processing course as convolutions: blur, sharpen, emboss, the edge
detectors of Sobel and Laplace, line detectors, Harris's corner detector.

    python examples/image_filters.py [--image PHOTO] [--output filters.png]

writes one picture of all results. Without --image it takes a photograph of a tulip from the folder
that the environment variable FASTNN_DATA names (shared/data in a full checkout). Needs Pillow:
pip install pillow.

A filter is a kernel of conv2d: the same small window slides over the photograph, and here its
weights are not learnt but known. Formulas: R. Gonzalez and R. Woods, Digital Image Processing;
C. Harris and M. Stephens, A combined corner and edge detector (1988).
"""

import argparse
import os
import sys
from pathlib import Path

import fastnn
import numpy as np
from fastnn import ops

PHOTO = "flowers/train/tulips/10128546863_8de70c610d.jpg"
SKIPPED = 77  # the exit status where something that the example needs is missing

BINOMIAL = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
EMBOSS = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
LAPLACE = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
LINE = np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]) / 6
DIAGONAL = np.array([[-1, -1, 2], [-1, 2, -1], [2, -1, -1]]) / 6
LINES = (LINE, LINE.T, DIAGONAL, DIAGONAL[:, ::-1])

LUMA = (0.299, 0.587, 0.114)  # what red, green and blue add to brightness (ITU-R BT.601)
HARRIS = 0.05  # Harris's k


def framed(x, kernel):
    """`x` with its border repeated outwards, so that a "valid" convolution keeps its size."""
    rows, columns = (k // 2 for k in kernel.shape[:2])
    return np.pad(x, ((0, 0), (rows, rows), (columns, columns), (0, 0)), mode="edge")


def each_channel(x, window):
    """The window on each channel of x (1, H, W, C) by itself: a depthwise convolution."""
    kernel = np.repeat(window[:, :, None, None], x.shape[3], axis=2).astype(x.dtype)
    return ops.depthwise_conv2d(framed(x, kernel), kernel).numpy()


def bank(x, windows):
    """Several windows on a picture of one channel (1, H, W, 1): a channel of the result each."""
    kernel = np.stack(windows, axis=-1)[:, :, None].astype(x.dtype)
    return ops.conv2d(framed(x, kernel), kernel).numpy()


def brightness(photo):
    """One channel from three: a convolution of 1 x 1."""
    return ops.conv2d(photo, np.array(LUMA, photo.dtype).reshape(1, 1, 3, 1)).numpy()


def harris(gray):
    """Harris's response, large where the brightness changes in two directions, and its peaks.

    With the gradient's products averaged over a neighbourhood, A = <gx gx>, B = <gy gy>,
    C = <gx gy>, the response is A B - C^2 - k (A + B)^2. A peak is the largest of its 3 x 3
    neighbours and above a hundredth of the largest of all.
    """
    gx, gy = np.moveaxis(bank(gray, (SOBEL, SOBEL.T)), -1, 0)
    products = np.stack((gx * gx, gy * gy, gx * gy), axis=-1)
    a, b, c = np.moveaxis(each_channel(products, BINOMIAL), -1, 0)
    response = (a * b - c * c - HARRIS * (a + b) ** 2)[0]
    around = np.pad(response, 1, constant_values=-np.inf)
    neighbours = np.lib.stride_tricks.sliding_window_view(around, (3, 3)).max(axis=(-1, -2))
    peaks = (response == neighbours) & (response > 0.01 * response.max())
    return response, np.argwhere(peaks)


def filtered(photo):
    """{name: picture (H, W) or (H, W, 3)} of a photograph (H, W, 3) from 0 to 1, and the corners
    as (row, column)."""
    photo = np.ascontiguousarray(photo[None], "float32")
    gray = brightness(photo)
    sobel = np.hypot(*np.moveaxis(bank(gray, (SOBEL, SOBEL.T)), -1, 0))
    response, corners = harris(gray)
    pictures = {
        "photograph": photo,
        "blur": each_channel(photo, BINOMIAL),
        "sharpen": each_channel(photo, SHARPEN),
        "emboss": 0.5 + bank(gray, (EMBOSS / 2 - np.pad([[0.5]], 1),))[..., 0],
        "edges: Sobel": 4 * sobel,
        "edges: Laplace": 0.5 + 2 * bank(gray, (LAPLACE,))[..., 0],
        "lines": 6 * bank(gray, LINES).max(axis=-1),
        "corners: Harris's response": np.sqrt(np.clip(response, 0, None) / response.max())[None],
        "corners": photo,
    }
    return {name: np.clip(picture[0], 0, 1) for name, picture in pictures.items()}, corners


def montage(pictures, corners, columns=3):
    """All pictures with their names, in a grid; corners are marked in the one of that name."""
    from PIL import Image, ImageDraw

    height, width = pictures["photograph"].shape[:2]
    rows, text = -(-len(pictures) // columns), 16
    grid = Image.new("RGB", (columns * width, rows * (height + text)), "white")
    draw = ImageDraw.Draw(grid)
    for i, (name, picture) in enumerate(pictures.items()):
        left, top = i % columns * width, i // columns * (height + text)
        draw.text((left + 4, top + 2), name, fill="black")
        shown = Image.fromarray(np.uint8(np.round(255 * picture))).convert("RGB")
        if name == "corners":
            marks = ImageDraw.Draw(shown)
            for row, column in corners:
                marks.ellipse((column - 2, row - 2, column + 2, row + 2), outline="red")
        grid.paste(shown, (left, top + text))
    return grid


def photograph(given):
    """The path of the photograph, or the reason why there is none."""
    if given:
        return given, None
    folder = os.environ.get("FASTNN_DATA")
    if not folder:
        return None, "FASTNN_DATA is not set to the folder of the data: give a picture by --image."
    path = Path(folder, PHOTO)
    return path, None if path.exists() else f"{path} is not there: give a picture by --image."


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--image", type=Path, help="a photograph")
    parser.add_argument("--output", type=Path, default=Path("image_filters.png"))
    given = parser.parse_args()
    path, missing = photograph(given.image)
    try:
        from PIL import Image
    except ImportError:
        missing = missing or "Pillow is not installed: pip install pillow."
    if missing:
        print(f"image_filters: skipped. {missing}")
        return SKIPPED
    with Image.open(path) as opened:
        photo = np.asarray(opened.convert("RGB"), "float32") / 255
    pictures, corners = filtered(photo)
    montage(pictures, corners).save(given.output)
    height, width = photo.shape[:2]
    print(f"{path.name}, {width} x {height}, fastnn {fastnn.__version__}")
    for name, picture in pictures.items():
        print(f"  {name:28} mean {picture.mean():.3f}, deviation {picture.std():.3f}")
    print(f"{len(corners)} corners; {len(pictures)} pictures in {given.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
