"""Augmentation with what is drawn given to both, and layers that give pictures of one size."""

import numpy as np

from . import case, numbers
from .layers import array, known

SHAPE = (2, 7, 6, 3)
PICTURES = numbers(*SHAPE, low=0, high=255)
FILLS = ("constant", "nearest", "reflect", "wrap")
MODES = {
    f"{interpolation}_{fill}": ({"interpolation": interpolation, "fill_mode": fill},)
    for interpolation in ("nearest", "bilinear")
    for fill in FILLS
}
VALUE = {"fill_value": 17.0}


def transformed(k, layer, transformation, images=PICTURES):
    """The pictures, changed as if `transformation` had been drawn."""
    if isinstance(transformation, dict):
        transformation = {
            name: k.ops.convert_to_tensor(value) for name, value in transformation.items()
        }
    y = layer.transform_images(k.ops.convert_to_tensor(images), transformation)
    return {"y": array(y), "shape": known(layer.compute_output_shape(SHAPE))}


@case(**MODES, value=({**VALUE, "fill_mode": "constant"},), default=({},))
def rotation(k, arguments):
    layer, angle = k.layers.RandomRotation(0.5, **arguments), np.array([33.0, -109.0])
    if hasattr(layer, "_compute_affine_matrix"):  # Keras's own; it names what it has drawn so
        zero, one = np.zeros(2), np.ones(2)
        matrix = layer._compute_affine_matrix(
            0.5, 0.5, k.ops.convert_to_tensor(angle), zero, zero, one, zero, zero, *SHAPE[1:3]
        )
        return transformed(k, layer, {"rotation_matrix": matrix})
    return transformed(k, layer, {"angle": angle})


@case(**MODES, value=({**VALUE, "fill_mode": "constant"},), default=({},))
def zoom(k, arguments):
    # Keras's matrices are float32: numbers that float32 holds.
    layer = k.layers.RandomZoom(0.5, 0.5, **arguments)
    zooms = {"height_zoom": [[0.6875], [1.4375]], "width_zoom": [[1.3125], [0.5625]]}
    return transformed(k, layer, {name: np.array(z) for name, z in zooms.items()})


@case(**MODES, value=({**VALUE, "fill_mode": "constant"},), default=({},))
def translation(k, arguments):
    layer = k.layers.RandomTranslation(0.5, 0.5, **arguments)
    return transformed(k, layer, {"translations": np.array([[1.3125, -2.625], [-9.25, 4.75]])})


@case(**MODES, value=({**VALUE, "fill_mode": "constant"},), default=({},))
def shear(k, arguments):
    layer = k.layers.RandomShear(0.5, 0.5, **arguments)
    return transformed(k, layer, {"shear_factor": np.array([[0.3125, -0.125], [-0.7, 0.43]])})


@case(**{mode: (mode,) for mode in ("horizontal", "vertical", "horizontal_and_vertical")})
def flip(k, mode):
    flips = np.array([1, 0], "uint8").reshape(2, 1, 1, 1)
    return transformed(k, k.layers.RandomFlip(mode), {"flips": flips})


@case
def crop(k):
    layer, (h, w) = k.layers.RandomCrop(4, 5), (2, 1)
    if k.__name__ == "keras":
        return transformed(k, layer, (h, w))
    return transformed(k, layer, {"h_start": np.array([h * 1.0]), "w_start": np.array([w * 1.0])})


def each(*values):
    return np.array(values).reshape(2, 1, 1, 1)


@case(default=({},), unit=({"value_range": (-1, 1)},), turned=({"value_range": (200, 50)},))
def brightness(k, arguments):
    layer = k.layers.RandomBrightness(0.2, **arguments)
    return transformed(k, layer, {"rgb_delta": each(0.3, -40.0)})


@case(default=({},), unit=({"value_range": (0, 200)},))
def contrast(k, arguments):
    layer = k.layers.RandomContrast(0.2, **arguments)
    return transformed(k, layer, {"contrast_factor": each(0.3, 1.9)})


@case(colours=(PICTURES,), gray=(PICTURES[..., :1],))
def grayscale(k, images):
    apply = k.ops.convert_to_tensor(np.array([1, 0], "uint8").reshape(2, 1, 1, 1))
    return transformed(k, k.layers.RandomGrayscale(), apply, images)


@case(default=({},), unit=({"value_range": (-1, 300)},))
def solarization(k, arguments):
    layer = k.layers.Solarization(0.3, 0.5, **arguments)
    return transformed(k, layer, {"additions": each(0.0, 61.5), "thresholds": each(100.0, 40.5)})


@case
def erasing(k):
    transformation = {
        "apply_erasing": np.array([0, 1], "uint8"),
        "batch_masks": (numbers(*SHAPE[:3], 1) > 0).astype("uint8"),
        "fill_value": numbers(*SHAPE, seed=1),
    }
    return transformed(k, k.layers.RandomErasing(), transformation)


@case(default=({},), oblong=({"kernel_size": (5, 3)},), clipped=({"value_range": (50, 100)},))
def blur(k, arguments):
    apply, sigma = np.array([1, 0], "uint8"), np.array([0.7, 0.4])
    layer = k.layers.RandomGaussianBlur(1.0, **arguments)
    return transformed(k, layer, {"should_apply_blur": apply, "blur_factor": sigma})


@case(default=({},), clipped=({"value_range": (50, 100)},))
def sharpness(k, arguments):
    layer = k.layers.RandomSharpness(0.5, **arguments)
    return transformed(k, layer, {"factor": np.array([0.2, 0.9])})


@case
def factors(k):
    """What a number, or a pair in any order, stands for."""
    made = {
        "rotation": k.layers.RandomRotation(-0.2),
        "rotation_pair": k.layers.RandomRotation((0.3, -0.1)),
        "brightness": k.layers.RandomBrightness(0.4),
        "contrast": k.layers.RandomContrast(0.4),
        "contrast_pair": k.layers.RandomContrast((0.4, 0.1)),
        "erasing": k.layers.RandomErasing(0.5),
        "blur": k.layers.RandomGaussianBlur(0.5),
        "sharpness": k.layers.RandomSharpness(0.5),
    }
    ranges = {"scale": k.layers.RandomErasing().scale}
    ranges |= {"sigma": k.layers.RandomGaussianBlur(sigma=0.3).sigma}
    ranges |= {"addition": k.layers.Solarization(0.3).addition_factor}
    return {name: np.array(layer.factor) for name, layer in made.items()} | ranges


SIZES = {"smaller": (3, 4), "larger": (11, 13), "wide": (4, 9), "high": (10, 3), "one": (1, 1)}


@case(
    **{
        f"{name}_{way}": (size, arguments)
        for name, size in SIZES.items()
        for way, arguments in {
            "default": {},
            "nearest": {"interpolation": "nearest"},
            "cropped": {"crop_to_aspect_ratio": True},
            "padded": {"pad_to_aspect_ratio": True, "fill_value": 3.0},
        }.items()
    }
)
def resizing(k, size, arguments):
    layer = k.layers.Resizing(*size, **arguments)
    one = layer(PICTURES[0])
    return {"y": array(layer(PICTURES)), "one": array(one), "shape": np.array(one.shape)}


@case(**{name: (size,) for name, size in {**SIZES, "odd": (4, 3), "same": (7, 6)}.items()})
def center_crop(k, size):
    layer = k.layers.CenterCrop(*size)
    return {"y": array(layer(PICTURES)), "one": array(layer(PICTURES[0]))}


@case
def up(k):
    return {"y": array(k.layers.UpSampling2D((2, 3), interpolation="bilinear")(PICTURES))}
