"""Pictures: what Pillow makes of strange files, wrong arguments, and folders as data sets. What
Keras gives for the same pictures is in tests/parity/images.py."""

import builtins
import io
import os
import struct
import threading
import zlib

import fastnn
import numpy as np
import pytest
from fastnn.layers import Conv2D, Dense, GlobalAveragePooling2D
from fastnn.utils import array_to_img, img_to_array, load_img, save_img
from fastnn.utils import image_dataset_from_directory as dataset_of

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
RNG = np.random.default_rng(0)
SIZE = (9, 7)


def picture(rows=12, columns=10, channels=3):
    return RNG.integers(0, 256, (rows, columns, channels)).astype("uint8")


@pytest.fixture
def folder(tmp_path):
    """Three classes of 6, 5 and 4 pictures, in several formats, one folder deeper, and others."""
    for kind, count in (("cat", 6), ("ape", 5), ("dog", 4)):
        (tmp_path / kind / "more").mkdir(parents=True)
        for i in range(count):
            name = f"more/{i}.BMP" if i == 3 else f"{i}.png"
            save_img(tmp_path / kind / name, picture(8 + i, 9), scale=False)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "cat" / "notes.txt").write_text("no picture")
    return tmp_path


def quiet(directory, **arguments):
    return dataset_of(directory, **{"verbose": False, "image_size": SIZE} | arguments)


def whole(dataset):
    """Pictures and labels of a pass."""
    return tuple(np.concatenate(parts) for parts in zip(*dataset, strict=True))


# Files


def test_modes_are_converted(tmp_path):
    rgb = Image.fromarray(picture())
    for mode, name in (("P", "p.png"), ("CMYK", "cmyk.jpg"), ("1", "1.png"), ("LA", "la.png")):
        rgb.convert(mode).save(tmp_path / name)
        for color, channels in (("rgb", 3), ("rgba", 4), ("grayscale", 1)):
            assert img_to_array(load_img(tmp_path / name, color)).shape == (12, 10, channels)
    x = (RNG.integers(0, 65536, (4, 5))).astype("uint16")
    Image.fromarray(x).save(tmp_path / "deep.png")
    deep = load_img(str(tmp_path / "deep.png"), "grayscale")
    np.testing.assert_array_equal(img_to_array(deep)[..., 0], x)
    (tmp_path / "kind").mkdir()
    os.rename(tmp_path / "deep.png", tmp_path / "kind" / "deep.png")
    grey = {"color_mode": "grayscale", "image_size": (4, 5)}
    np.testing.assert_array_equal(next(iter(quiet(tmp_path, **grey)))[0][0, ..., 0], x)
    small = next(iter(quiet(tmp_path, **grey, dtype="uint8")))[0]
    assert small.dtype == np.uint8


def test_how_a_camera_was_held_is_left_alone(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    Image.fromarray(picture()).save(tmp_path / "held.jpg", exif=exif)
    assert load_img(tmp_path / "held.jpg").size == (10, 12)


def png_of_size(columns, rows):
    """A valid head of a picture, without its pixels."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def broken_files():
    jpeg = io.BytesIO()
    save_img(jpeg, picture(60, 60), file_format="jpeg")
    whole = jpeg.getvalue()
    return {
        "cut": (whole[: len(whole) // 2], "truncated"),
        "empty": (b"", "cannot identify"),
        "text": (b"this is no picture", "cannot identify"),
        "bomb": (png_of_size(30000, 30000), "MAX_IMAGE_PIXELS is the limit"),
        "head": (png_of_size(8, 8), "broken or cut off"),
    }


@pytest.mark.parametrize("kind", ["cut", "empty", "text", "bomb", "head"])
@pytest.mark.parametrize("workers", [0, 3])
def test_broken_pictures_are_named(folder, kind, workers):
    contents, message = broken_files()[kind]
    path = folder / "dog" / "1.png"
    path.write_bytes(contents)
    with pytest.raises(ValueError, match=message) as said:
        load_img(path)
    assert str(said.value).startswith(f"load_img: {path} is no picture that can be read")
    model = classifier()
    with pytest.raises(ValueError, match=message) as said:
        model.fit(quiet(folder, batch_size=4, workers=workers), verbose=0)
    assert f"image_dataset_from_directory: {path}" in str(said.value)
    assert not [t for t in threading.enumerate() if "prefetch" in t.name]


def test_a_file_that_vanishes(folder):
    data = quiet(folder)
    os.remove(folder / "ape" / "2.png")
    with pytest.raises(FileNotFoundError, match=r"ape/2\.png"):
        whole(data)


def test_without_pillow(monkeypatch, folder):
    def refusing(name, *arguments, known=builtins.__import__):
        if name.startswith("PIL"):
            raise ImportError("No module named 'PIL'")
        return known(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", refusing)
    for call in (
        lambda: load_img("a.png"),
        lambda: array_to_img(picture()),
        lambda: save_img("a.png", picture()),
        lambda: quiet(folder),
    ):
        with pytest.raises(ImportError, match=r'pip install "fastnn\[image\]"'):
            call()


def test_saving_is_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.png"
    save_img(path, picture(), scale=False)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"shape \(2, 2, 2\)"):
        save_img(path, np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="Pillow cannot write"):
        save_img(tmp_path / "a.txt", picture())
    with pytest.raises(ValueError, match="Pillow cannot write"):
        save_img(io.BytesIO(), picture())
    with pytest.warns(UserWarning, match="JPEG has no transparency"):
        save_img(tmp_path / "b.jpg", picture(channels=4))
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "b.jpg"]


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: load_img(3), TypeError, "path is a int"),
        (lambda: load_img("none.png"), FileNotFoundError, "none.png"),
        (lambda: load_img("a.png", "cmyk"), ValueError, "color_mode is 'cmyk'"),
        (lambda: load_img("a.png", target_size=(0, 3)), ValueError, r"target_size is \(0, 3\)"),
        (lambda: load_img("a.png", interpolation="area"), ValueError, "interpolation is 'area'"),
        (lambda: array_to_img(np.zeros((3, 3))), ValueError, r"shape \(3, 3\)"),
        (lambda: array_to_img(np.zeros((0, 3, 1))), ValueError, r"shape \(0, 3, 1\)"),
        (lambda: array_to_img([[[np.nan]]]), ValueError, "NaN or infinity"),
        (lambda: array_to_img("text"), TypeError, "real numbers are wanted"),
        (lambda: img_to_array(np.zeros(3)), ValueError, r"shape \(3,\)"),
        (lambda: img_to_array(picture(), "last"), ValueError, "data_format is 'last'"),
    ],
)
def test_wrong_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


# Folders


def test_classes_files_and_order_are_keras(folder, capsys):
    data = dataset_of(folder, shuffle=False, image_size=SIZE, batch_size=4)
    assert capsys.readouterr().out == "Found 15 files belonging to 3 classes.\n"
    assert data.class_names == ["ape", "cat", "dog"]
    names = [os.path.relpath(p, folder) for p in data.file_paths]
    apes = [f"ape/{i}.png" for i in (0, 1, 2, 4)] + ["ape/more/3.BMP"]
    assert names[:5] == apes
    x, y = whole(data)
    assert x.shape == (15, *SIZE, 3) and x.dtype == np.float32 and y.dtype == np.int32
    assert y.tolist() == 5 * [0] + 6 * [1] + 4 * [2]
    assert len(data) == 4 and [len(x) for x, _ in data] == [4, 4, 4, 3]
    some = quiet(folder, class_names=["dog", "ape"], shuffle=False)
    assert some.class_names == ["dog", "ape"] and whole(some)[1].tolist() == 4 * [0] + 5 * [1]
    # As Keras shuffles: a list of paths and the labels, each by RandomState(seed).
    for seed in (0, 12345):
        paths = list(data.file_paths)
        np.random.RandomState(seed).shuffle(paths)
        both = quiet(folder, seed=seed, validation_split=0.3, subset="both")
        assert both[0].file_paths == paths[:-4] and both[1].file_paths == paths[-4:]
        for subset, part in zip(("training", "validation"), both, strict=True):
            alone = quiet(folder, seed=seed, validation_split=0.3, subset=subset)
            assert alone.file_paths == part.file_paths
        labels = [both[1].class_names[n] for n in whole(both[1])[1]]
        assert labels == [p.split(os.sep)[-3 if "more" in p else -2] for p in paths[-4:]]


def test_labels(folder):
    expected = np.repeat([0, 1, 2], [5, 6, 4])
    y = whole(quiet(folder, label_mode="categorical", shuffle=False))[1]
    np.testing.assert_array_equal(y, np.eye(3, dtype="float32")[expected], strict=True)
    two = quiet(folder, label_mode="binary", class_names=["cat", "dog"], shuffle=False)
    np.testing.assert_array_equal(
        whole(two)[1], np.repeat([[0.0], [1]], [6, 4], 0).astype("float32"), strict=True
    )
    own = quiet(folder, labels=[7, *range(14)], shuffle=False)
    assert own.class_names == [str(n) for n in range(14)]
    assert whole(own)[1].tolist() == [7, *range(14)]
    for nothing in ({"labels": None}, {"label_mode": None}):
        data = quiet(folder, **nothing, batch_size=15)
        assert next(iter(data)).shape == (15, *SIZE, 3) and data.class_names is None
    x, y = quiet(folder, batch_size=None, shuffle=False)[14]
    assert x.shape == (*SIZE, 3) and y == 2


def bilinear(x, rows, columns):
    """Half-pixel centres, the nearest two pixels each way, no average: tf.image.resize."""

    def weights(n, m):
        at = np.clip((np.arange(m) + 0.5) * n / m - 0.5, 0, n - 1)
        low = np.minimum(at.astype(int), n - 1)
        w = np.zeros((m, n))
        np.add.at(w, (np.arange(m), low), 1 - (at - low))
        np.add.at(w, (np.arange(m), np.minimum(low + 1, n - 1)), at - low)
        return w

    return np.einsum(
        "ir,jc,rck->ijk", weights(len(x), rows), weights(x.shape[1], columns), x, optimize=True
    )


BOUND = 255 * 2.0**-23  # Pillow computes in double and stores a float


@pytest.mark.parametrize("size", [(9, 7), (5, 20), (30, 31), (12, 10)])
def test_pixels(tmp_path, size):
    x = picture(12, 10)
    (tmp_path / "one").mkdir()
    save_img(tmp_path / "one" / "x.png", x, scale=False)

    def scaled(**arguments):
        return next(iter(quiet(tmp_path, image_size=size, **arguments)))[0][0]

    wanted = bilinear(x.astype(float), *size)
    np.testing.assert_allclose(scaled(), wanted, rtol=0, atol=BOUND)
    first = scaled(data_format="channels_first")
    np.testing.assert_array_equal(first.transpose(1, 2, 0), scaled())
    np.testing.assert_allclose(scaled(dtype="uint8"), wanted, rtol=0, atol=0.5 + BOUND)
    rows, columns = [
        ((np.arange(m) + 0.5) * n / m).astype(int) for m, n in zip(size, (12, 10), strict=True)
    ]
    np.testing.assert_array_equal(scaled(interpolation="nearest"), x[rows][:, columns])
    crop_rows = min(12, 10 * size[0] // size[1])
    crop_columns = min(10, 12 * size[1] // size[0])
    top, left = (12 - crop_rows) // 2, (10 - crop_columns) // 2
    part = x[top : top + crop_rows, left : left + crop_columns].astype(float)
    np.testing.assert_allclose(
        scaled(crop_to_aspect_ratio=True), bilinear(part, *size), rtol=0, atol=BOUND
    )
    ratio = max(12 / size[0], 10 / size[1])
    inner = int(12 / ratio), int(10 / ratio)
    top, left = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    padded = np.zeros((*size, 3))
    padded[top : top + inner[0], left : left + inner[1]] = bilinear(x.astype(float), *inner)
    np.testing.assert_allclose(scaled(pad_to_aspect_ratio=True), padded, rtol=0, atol=BOUND)
    for how in ("bicubic", "area", "lanczos3"):
        close = abs(scaled(interpolation=how) - wanted).mean()
        assert close < 60, how


def test_a_pass_has_an_order_of_its_own_whoever_decodes(folder):
    def passes(**arguments):
        data = quiet(folder, batch_size=4, seed=5, **arguments)
        return [whole(data) for _ in range(3)]

    first = passes(workers=1)
    for other in (passes(workers=0), passes(workers=3, max_queue_size=1), passes(cache=True)):
        for a, b in zip(first, other, strict=True):
            np.testing.assert_array_equal(a[0], b[0])
            np.testing.assert_array_equal(a[1], b[1])
    assert len({x.tobytes() for x, _ in first}) == 3
    fixed = quiet(folder, shuffle=False, workers=2)
    assert whole(fixed)[0].tobytes() == whole(fixed)[0].tobytes()
    np.testing.assert_array_equal(fixed[0][0], whole(fixed)[0])
    with pytest.raises(IndexError):
        fixed[1]
    assert sum(len(y) for _, y in quiet(folder, batch_size=4).take(2)) == 8


def test_what_is_kept_needs_no_file(folder):
    data = quiet(folder, cache=True, shuffle=False, batch_size=4)
    before = whole(data)[0]
    os.remove(folder / "ape" / "0.png")
    np.testing.assert_array_equal(whole(data)[0], before)


def classifier(classes=3):
    layers = [Conv2D(4, 3, activation="relu"), GlobalAveragePooling2D(), Dense(classes)]
    model = fastnn.Sequential([fastnn.Input((*SIZE, 3)), fastnn.layers.Rescaling(1 / 255), *layers])
    loss = fastnn.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def test_a_model_takes_it(folder):
    train, validate = quiet(folder, seed=1, validation_split=0.2, subset="both", batch_size=4)
    model = classifier()
    history = model.fit(train, validation_data=validate, epochs=2, verbose=0).history
    assert len(history["val_accuracy"]) == 2
    x, y = whole(validate)
    measured = model.evaluate(validate, verbose=0)
    assert measured == pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-5)
    np.testing.assert_allclose(
        model.predict(validate, verbose=0), model.predict(x, verbose=0), rtol=1e-4, atol=1e-5
    )
    quarter = quiet(folder, dtype="uint8", batch_size=4)
    assert len(model.fit(quarter, epochs=1, verbose=0).history["loss"]) == 1


def test_links(folder):
    os.symlink(folder, folder / "dog" / "back")  # leads back to itself
    assert len(quiet(folder / "dog", labels=None).file_paths) == 4
    found = quiet(folder / "dog", labels=None, follow_links=True).file_paths
    assert len(found) == 15


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"labels": [1, 2]}, ValueError, "2 labels came for 15 pictures"),
        ({"labels": "cat"}, ValueError, "labels is 'cat'"),
        ({"labels": 14 * [0] + [1.5]}, ValueError, "a list of whole numbers"),
        ({"labels": None, "class_names": ["cat"]}, ValueError, "class_names came beside labels"),
        ({"label_mode": "one_hot"}, ValueError, "label_mode is 'one_hot'"),
        ({"label_mode": "binary"}, ValueError, "there are 3 classes, not 2"),
        ({"labels": 15 * [4], "label_mode": "categorical"}, ValueError, "labels 0 .. 0"),
        ({"class_names": ["cow"]}, ValueError, "has 'cow', which is no folder"),
        ({"class_names": ["cat", "cat"]}, ValueError, "has a name twice"),
        ({"class_names": "cat"}, TypeError, "a list of names"),
        ({"color_mode": "bgr"}, ValueError, "color_mode is 'bgr'"),
        ({"image_size": (3,)}, ValueError, "image_size is"),
        ({"image_size": 0}, ValueError, "image_size is 0"),
        ({"batch_size": 0}, ValueError, "batch_size is 0"),
        ({"workers": -1}, ValueError, "workers is -1"),
        ({"max_queue_size": 0}, ValueError, "max_queue_size is 0"),
        ({"interpolation": "gaussian"}, ValueError, "interpolation is 'gaussian'"),
        ({"interpolation": 3}, ValueError, "interpolation is 3"),
        ({"seed": -1}, ValueError, "seed is -1"),
        ({"shuffle": "yes"}, (TypeError, ValueError), "shuffle"),
        ({"validation_split": 0.2}, ValueError, "both or neither"),
        ({"subset": "validation"}, ValueError, "both or neither"),
        ({"validation_split": 1.2, "subset": "both", "seed": 1}, ValueError, r"split is 1\.2"),
        ({"validation_split": 0.2, "subset": "test"}, ValueError, "subset is 'test'"),
        ({"validation_split": 0.2, "subset": "both"}, ValueError, "without a seed"),
        ({"validation_split": 0.01, "subset": "both", "seed": 1}, ValueError, "at least one"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, ValueError, "one of them"),
        ({"data_format": "first"}, ValueError, "data_format is 'first'"),
        ({"dtype": "float16"}, ValueError, "dtype is 'float16'"),
        ({"directory": 3}, TypeError, "directory is a int"),
        ({"directory": "nowhere"}, NotADirectoryError, "nowhere is no folder"),
    ],
)
def test_wrong_arguments_of_folders(folder, arguments, error, message):
    with pytest.raises(error, match="image_dataset_from_directory: .*" + message):
        quiet(**{"directory": folder} | arguments)


def test_empty_folders(tmp_path):
    with pytest.raises(ValueError, match="holds no folders; one for each class"):
        quiet(tmp_path)
    (tmp_path / "one").mkdir()
    with pytest.raises(ValueError, match=r"no picture is in .*; \.bmp, \.gif"):
        quiet(tmp_path)
    (tmp_path / "two").mkdir()
    save_img(tmp_path / "two" / "a.png", picture())
    with pytest.warns(UserWarning, match="no picture is in one"):
        assert quiet(tmp_path).class_names == ["one", "two"]


def test_flowers():
    """500 photographs, where FASTNN_DATA has them."""
    flowers = os.path.join(os.environ.get("FASTNN_DATA", ""), "flowers", "val")
    if not os.path.isdir(flowers):
        pytest.skip("FASTNN_DATA names no folder that has flowers")
    data = quiet(flowers, image_size=(48, 64), shuffle=False, workers=0)
    assert data.class_names == ["daisy", "dandelion", "roses", "sunflowers", "tulips"]
    assert len(data.file_paths) == 100
    [(x, y)] = data.take(1)
    assert x.shape == (32, 48, 64, 3) and y.tolist() == 20 * [0] + 12 * [1]
    one = img_to_array(load_img(data.file_paths[3])).astype(float)
    np.testing.assert_allclose(x[3], bilinear(one, 48, 64), rtol=0, atol=BOUND)
