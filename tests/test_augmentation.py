"""Augmentation in distribution, in training alone, and with matrices of any numbers. The pictures
that follow from given draws are compared with Keras's in tests/parity."""

import math

import fastnn
import numpy as np
import pytest
import support
from cases.affine_transform import FILLS
from fastnn import layers

Z = 7.2  # standard deviations: beyond them lies 6e-13 of a normal distribution
N = 20_000
PICTURES = np.random.default_rng(0).uniform(0, 255, (6, 9, 8, 3)).astype("float32")
KINDS = {
    "flip": lambda **a: layers.RandomFlip(**a),
    "rotation": lambda **a: layers.RandomRotation(0.3, **a),
    "zoom": lambda **a: layers.RandomZoom(0.3, **a),
    "translation": lambda **a: layers.RandomTranslation(0.3, 0.3, **a),
    "shear": lambda **a: layers.RandomShear(0.3, 0.3, **a),
    "brightness": lambda **a: layers.RandomBrightness(0.3, **a),
    "contrast": lambda **a: layers.RandomContrast(0.3, **a),
    "grayscale": lambda **a: layers.RandomGrayscale(0.5, **a),
    "solarization": lambda **a: layers.Solarization(0.3, 0.9, **a),
    "erasing": lambda **a: layers.RandomErasing((1, 1), **a),
    "blur": lambda **a: layers.RandomGaussianBlur((0.5, 0.5), **a),
    "sharpness": lambda **a: layers.RandomSharpness(1.0, **a),
}
every = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def seed():
    fastnn.utils.set_random_seed(1)


# Distribution


def assert_uniform(drawn, low, high):
    """Mean and variance: of squares about the middle, which have a variance of width^4 / 180."""
    drawn, width = np.asarray(drawn, "float64").ravel(), high - low
    assert low <= drawn.min() < drawn.max() <= high
    assert abs(drawn.mean() - (low + high) / 2) < Z * width / math.sqrt(12 * drawn.size)
    squares = (drawn - (low + high) / 2) ** 2
    assert abs(squares.mean() - width**2 / 12) < Z * width**2 / math.sqrt(180 * drawn.size)


@pytest.mark.parametrize(
    "layer, limits",
    [
        (lambda: layers.RandomRotation((-0.1, 0.3)), {"angle": (-36, 108)}),
        (
            lambda: layers.RandomZoom((-0.2, 0.3), (-0.5, 0.0)),
            {"height_zoom": (0.8, 1.3), "width_zoom": (0.5, 1.0)},
        ),
        (lambda: layers.RandomShear((0.3, 0.3), 0.2), {}),
        (lambda: layers.RandomBrightness((-0.1, 0.5), (100, 300)), {"rgb_delta": (-20, 100)}),
        (lambda: layers.RandomContrast((0.4, 0.1)), {"contrast_factor": (0.9, 1.4)}),
        (
            lambda: layers.Solarization(0.2, (0.1, 0.9)),
            {"additions": (0, 51), "thresholds": (0.1, 229.5)},
        ),
        (lambda: layers.RandomSharpness((0.2, 0.7)), {"factor": (0.2, 0.7)}),
    ],
)
def test_draws_are_uniform(layer, limits):
    images = fastnn.Tensor(np.zeros((N, 2, 4, 3), "float32"))
    drawn = layer().get_random_transformation(images)
    for name, (low, high) in limits.items():
        assert_uniform(drawn[name].numpy(), low - 1e-4, high + 1e-4)


def test_translations_are_parts_of_each_side():
    images = fastnn.Tensor(np.zeros((N, 2, 4, 3), "float32"))
    layer = layers.RandomTranslation((-0.5, 0.25), (0.0, 1.0))
    width, height = layer.get_random_transformation(images)["translations"].numpy().T
    assert_uniform(width, 0, 4)
    assert_uniform(height, -1, 0.5)
    assert abs(np.corrcoef(width, height)[0, 1]) < Z / math.sqrt(N)


def test_shears_go_both_ways():
    images = fastnn.Tensor(np.zeros((N, 1, 1, 1), "float32"))
    drawn = layers.RandomShear((0.3, 0.3), (0.1, 0.5)).get_random_transformation(images)
    x, y = drawn["shear_factor"].numpy().T
    assert_fraction(x > 0, 0.5)
    assert ((x > 0) == (y > 0)).all()
    assert_uniform(np.abs(y), 0.1 - 1e-6, 0.5 + 1e-6)


def assert_fraction(happened, probability):
    spread = math.sqrt(probability * (1 - probability) / np.size(happened))
    assert abs(np.mean(happened) - probability) <= Z * spread


@pytest.mark.parametrize("mode", ["horizontal", "vertical", "horizontal_and_vertical"])
def test_half_of_the_pictures_are_flipped(mode):
    x = np.broadcast_to(np.arange(6.0).reshape(2, 3, 1), (N, 2, 3, 1))
    y = layers.RandomFlip(mode)(x, training=True).numpy()
    axes = {"horizontal": (2,), "vertical": (1,)}.get(mode, (1, 2))
    flipped = (y == np.flip(x, axes)).all(axis=(1, 2, 3))
    assert (flipped | (y == x).all(axis=(1, 2, 3))).all()
    assert_fraction(flipped, 0.5)


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_so_many_pictures_are_changed(probability):
    x = np.random.default_rng(0).uniform(0, 255, (N // 4, 3, 3, 3))
    limits = (probability, probability)
    for layer in (
        layers.RandomGrayscale(probability),
        layers.RandomErasing(limits, (1, 1), fill_value=7),
        layers.RandomGaussianBlur(limits, sigma=(1, 1)),
    ):
        y = layer(x, training=True).numpy()
        assert_fraction(np.abs(y - x).max(axis=(1, 2, 3)) > 1e-3, probability)


def test_crops_are_windows_at_every_place_alike_often():
    x = np.arange(30.0).reshape(1, 5, 6, 1)
    layer, count = layers.RandomCrop(3, 2), 3000
    corners = np.array([layer(x, training=True).numpy()[0] for _ in range(count)])
    first = corners[:, 0, 0, 0]
    offsets = np.array([[0, 1], [6, 7], [12, 13]])[..., None]
    assert (corners == first[:, None, None, None] + offsets).all()
    for row in range(3):
        for column in range(5):
            assert_fraction(first == 6 * row + column, 1 / 15)


def test_a_crop_is_of_one_place_in_a_batch():
    x = np.repeat(PICTURES[:1], 5, axis=0)
    y = layers.RandomCrop(4, 4)(x, training=True).numpy()
    assert (y == y[:1]).all()


def test_erased_are_rectangles_of_the_wanted_sizes():
    images = fastnn.Tensor(np.zeros((2000, 40, 30, 2), "float32"))
    layer = layers.RandomErasing((1, 1), (0.25, 0.36))
    masks = layer.get_random_transformation(images)["batch_masks"].numpy()[..., 0] > 0
    rows, columns = masks.any(axis=2), masks.any(axis=1)
    assert (masks == rows[:, :, None] & columns[:, None, :]).all()
    for side, n in ((rows, 40), (columns, 30)):
        length = side.sum(axis=1)
        assert (np.abs(np.diff(side, axis=1)).sum(axis=1) <= 2).all(), "in one piece"
        # A length of 0.5 to 0.6 times n covers as many pixels, less or more by one.
        assert 0.5 * n - 1 <= length.min() < length.max() <= 0.6 * n + 1
        middle = (side * np.arange(n)).sum(axis=1) / length - (n - 1) / 2
        assert abs(middle.mean()) < Z * n / math.sqrt(12 * len(side))


def test_what_is_erased_is_noise_in_the_range():
    y = layers.RandomErasing((1, 1), (1, 1), value_range=(-1, 2))(
        np.full((10, 30, 30, 3), 9.0), training=True
    ).numpy()
    assert y.min() == -1 and y.max() == 2
    # Normal numbers of deviation 2, clipped: below -1 lies Phi(-1/2), above 2 Phi(-1).
    assert_fraction(y == -1, 0.30853753872598694)
    assert_fraction(y == 2, 0.15865525393145707)


# In training alone, from a seed


@every
def test_pictures_change_in_training_alone(kind):
    layer = KINDS[kind]()
    assert (layer(PICTURES, training=False).numpy() == PICTURES).all()
    assert (layer(PICTURES, training=True).numpy() != PICTURES).any()
    assert (layer(PICTURES).numpy() != PICTURES).any(), "alone, as Keras's"
    model = fastnn.Sequential([fastnn.Input(PICTURES.shape[1:]), layer])
    assert (model(PICTURES).numpy() == PICTURES).all()
    assert (model.predict(PICTURES, verbose=0) == PICTURES).all()
    assert (model(PICTURES, training=True).numpy() != PICTURES).any()


@every
def test_a_seed_gives_the_same_pictures_and_each_call_others(kind):
    def calls(seed):
        layer = KINDS[kind](seed=seed)
        return [layer(PICTURES, training=True).numpy().tobytes() for _ in range(8)]

    assert calls(5) == calls(5) != calls(6)
    assert len(set(calls(5))) > 1


@every
def test_one_picture_is_a_batch_of_one(kind):
    one, batch = KINDS[kind](seed=5), KINDS[kind](seed=5)
    for _ in range(4):
        y = one(PICTURES[0], training=True).numpy()
        assert (y == batch(PICTURES[:1], training=True).numpy()[0]).all()


@every
def test_bytes_are_taken_as_numbers(kind):
    x = PICTURES.astype("uint8")
    y = KINDS[kind](seed=5)(x, training=True)
    assert y.dtype == "float32"
    assert (y.numpy() == KINDS[kind](seed=5)(x.astype("float32"), training=True).numpy()).all()


def test_fit_records_what_it_draws():
    """A warning would say that it does not; replays draw what eager steps draw."""
    y, trained = np.arange(6) % 2, []
    for eagerly in (True, False):
        fastnn.utils.set_random_seed(1)
        first = [make() for make in KINDS.values()]
        model = fastnn.Sequential(
            [
                fastnn.Input(PICTURES.shape[1:]),
                *first,
                layers.RandomCrop(7, 7),
                layers.Resizing(6, 5),
                layers.CenterCrop(4, 4),
                layers.Rescaling(1 / 255),
                layers.Flatten(),
                layers.Dense(2, "softmax"),
            ]
        )
        model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=eagerly)
        history = model.fit(PICTURES, y, batch_size=3, epochs=4, verbose=0)
        trained.append([np.array(history.history["loss"]), *model.get_weights()])
    for eager, recorded in zip(*trained, strict=True):
        assert eager.tobytes() == recorded.tobytes()


def test_pictures_of_several_sizes_go_through_one_layer():
    rotation, crop = layers.RandomRotation(0.3), layers.RandomCrop(3, 3)
    for size in ((5, 6), (8, 3), (5, 6), (2, 2)):
        x = np.full((2, *size, 3), 5.0)
        np.testing.assert_allclose(rotation(x, training=True).numpy(), x, rtol=1e-6)
        assert crop(x, training=True).shape == crop(x, training=False).shape == (2, 3, 3, 3)


# Refused


@pytest.mark.parametrize(
    "kind, arguments, match",
    [
        ("RandomFlip", {"mode": "sideways"}, "mode is 'sideways'; one of horizontal"),
        ("RandomFlip", {"data_format": "channels_first"}, "channels_last"),
        ("RandomRotation", {"factor": 1.5}, "factor is 1.5; a finite number from -1.0 to 1.0"),
        ("RandomRotation", {"factor": (0.1, math.nan)}, "factor is nan"),
        ("RandomRotation", {"factor": (0.1, 0.2, 0.3)}, "two from -1.0 to 1.0"),
        ("RandomRotation", {"factor": 0.1, "fill_mode": "edge"}, "fill_mode is 'edge'"),
        ("RandomRotation", {"factor": 0.1, "interpolation": "cubic"}, "is 'cubic'"),
        ("RandomRotation", {"factor": 0.1, "fill_value": math.inf}, "fill_value is inf"),
        ("RandomZoom", {"height_factor": -1}, "height_factor is -1; more than -1"),
        ("RandomZoom", {"height_factor": 0.1, "width_factor": 1.1}, "width_factor is 1.1"),
        ("RandomTranslation", {"height_factor": 0, "width_factor": "0"}, "width_factor is '0'"),
        ("RandomShear", {"x_factor": -0.1}, "x_factor is -0.1"),
        ("RandomCrop", {"height": 0, "width": 3}, "height is 0; a positive integer"),
        ("RandomBrightness", {"factor": 0.1, "value_range": (1, 1)}, "two different numbers"),
        ("RandomBrightness", {"factor": 0.1, "value_range": 255}, "value_range is 255"),
        ("RandomContrast", {"factor": -0.1}, "factor is -0.1; a finite number from 0.0"),
        ("RandomGrayscale", {"factor": 2}, "factor is 2"),
        ("Solarization", {"threshold_factor": 7}, "threshold_factor is 7"),
        ("RandomErasing", {"fill_value": (1, 2)}, "a number, three numbers or None"),
        ("RandomErasing", {"scale": 2}, "scale is 2"),
        ("RandomGaussianBlur", {"kernel_size": 4}, "kernel_size is 4; a positive odd number"),
        ("RandomGaussianBlur", {"kernel_size": (3, -1)}, "positive odd"),
        ("RandomSharpness", {"factor": None}, "factor is None"),
        ("Resizing", {"height": 3, "width": -1}, "width is -1"),
        ("Resizing", {"height": 3, "width": 3, "interpolation": "bicubic"}, "'bicubic'"),
        ("Resizing", {"height": 3, "width": 3, "antialias": True}, "AveragePooling2D"),
        ("Resizing", {"height": 3, "width": 3, "fill_mode": "wrap"}, '"constant"'),
        (
            "Resizing",
            {"height": 3, "width": 3, "crop_to_aspect_ratio": 1, "pad_to_aspect_ratio": 1},
            "both true",
        ),
        ("CenterCrop", {"height": 3, "width": 2.5}, "width is 2.5"),
    ],
)
def test_wrong_arguments_are_refused(kind, arguments, match):
    with pytest.raises(ValueError, match=f"{kind}.*{match}"):
        getattr(layers, kind)(**arguments)


@pytest.mark.parametrize("kind", [*KINDS, "crop", "resizing", "center"])
def test_what_is_no_picture_is_refused(kind):
    sized = {"crop": layers.RandomCrop, "resizing": layers.Resizing, "center": layers.CenterCrop}
    layer = KINDS[kind]() if kind in KINDS else sized[kind](3, 3)
    with pytest.raises(ValueError, match="for one picture, is wanted"):
        layer(np.ones((4, 5)))


def test_gray_needs_colours():
    with pytest.raises(ValueError, match="2 channels; 1 or 3 are wanted"):
        layers.RandomGrayscale()(np.ones((4, 5, 5, 2)), training=True)
    with pytest.raises(ValueError, match="2 channels; 3 are wanted"):
        layers.RandomErasing(fill_value=(1, 2, 3))(np.ones((4, 5, 5, 2)), training=True)


def test_a_matrix_has_no_gradient():
    matrix = fastnn.Variable(np.eye(3, dtype="float32").reshape(1, 9)[:, :8].copy())
    x = np.ones((1, 2, 2, 1), "float32")
    with pytest.raises(ValueError, match=r"transform needs a gradient.*detach"):
        fastnn.ops.affine_transform(x, matrix)
    assert fastnn.ops.affine_transform(x, matrix.detach()).shape == x.shape
    with pytest.raises(ValueError, match=r"shape \(2, 8\); \(8,\) or \(1, 8\)"):
        fastnn.ops.affine_transform(x, np.ones((2, 8), "float32"))


# Matrices of any numbers


def wild_matrices(rng, count):
    """Every magnitude, NaN, infinities, and divisions by zero."""
    m = rng.standard_normal((count, 8)) * 10.0 ** rng.integers(-30, 30, (count, 8))
    odd = rng.choice([0.0, 1.0, -1.0, 2.0**31, -(2.0**63), np.nan, np.inf, -np.inf], m.shape)
    return np.where(rng.random(m.shape) < 0.4, odd, m).astype("float32")


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_any_matrix_stays_in_the_picture(device, interpolation, fill):
    """Nothing outside of it is read or written: results are between its values, or NaN."""
    rng = np.random.default_rng(0)
    x = rng.uniform(1, 2, (40, 5, 4, 3)).astype("float32")
    y, matrices = np.zeros((40, 4, 6, 3), "float32"), wild_matrices(rng, 40)
    placed = [support.place(device, one) for one in (y, x, matrices)]
    settings = (interpolation, fill, 1.5)
    device.kernel("affine_transform")(*(one.array for one in placed), settings)
    device.synchronize()
    got = placed[0].get()
    assert placed[0].bands_intact()
    lost = np.isnan(got)
    assert 0 < lost.mean() < 1 and (np.abs(got[~lost] - 1.5) <= 0.500001).all()

    back = [support.place(device, one) for one in (x, np.ones_like(y), matrices)]
    device.kernel("affine_transform_backward")(*(one.array for one in back), settings)
    device.synchronize()
    assert back[0].bands_intact()
    sums = back[0].get().sum(axis=(1, 2))
    assert np.isfinite(sums).all()
    if fill != "constant":  # each pixel whose place is a number has given its gradient to x
        np.testing.assert_allclose(sums, (~lost).sum(axis=(1, 2)), rtol=1e-5)
