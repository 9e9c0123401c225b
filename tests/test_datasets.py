"""The digits that come with the package are the UCI ones, whole, split once. Of the data sets that
are downloaded, only the very originals are taken."""

import gzip
import hashlib
import os
import zlib

import numpy as np
import pytest
from fastnn.datasets import _idx, digits, fashion_mnist, mnist


def test_digits_are_the_ones_of_scikit_learn():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    images, labels = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    assert images.shape == (1797, 8, 8)
    assert images.dtype == labels.dtype == np.uint8
    assert images.max() == 16
    # load_digits() has these many of each class, and this sum of all pixels
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert images.sum(dtype=np.int64) == 561718
    assert len(np.unique(images.reshape(len(images), -1), axis=0)) == 1797


def test_split_never_changes():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert (len(x_train), len(y_train), len(x_test), len(y_test)) == (1437, 1437, 360, 360)
    assert y_test[:12].tolist() == [0, 8, 8, 9, 8, 3, 7, 5, 0, 6, 6, 3]
    assert hashlib.sha256(x_test.tobytes()).hexdigest() == (
        "fe6e2083756fdae81f16c5e5d75e3b22573ec192a46d4d9f7314883b9dd63848"
    )


def test_every_call_gives_arrays_of_its_own():
    first, second = digits.load_data()[0][0], digits.load_data()[0][0]
    first[:] = 0
    assert second.any()


# MNIST and Fashion-MNIST


def load_if_here(module, name):
    """From FASTNN_DATA alone: no test downloads."""
    folder = os.path.join(os.environ.get("FASTNN_DATA", ""), name)
    if not os.path.isdir(folder):
        pytest.skip(f"{name} is not here: FASTNN_DATA names no folder that has it")
    return module.load_data()


@pytest.mark.parametrize(
    "module, name, first, pixels",
    [
        (mnist, "mnist", [5, 0, 4, 1, 9, 2, 1, 3, 1, 4], (33.318421, 33.791224)),
        (fashion_mnist, "fashion_mnist", [9, 0, 0, 3, 0, 2, 7, 2, 5, 5], (72.940352, 73.146567)),
    ],
)
def test_the_originals(module, name, first, pixels):
    """The first labels and the mean pixels are the well-known ones."""
    (x_train, y_train), (x_test, y_test) = load_if_here(module, name)
    assert (x_train.shape, y_train.shape) == ((60000, 28, 28), (60000,))
    assert (x_test.shape, y_test.shape) == ((10000, 28, 28), (10000,))
    for array in (x_train, y_train, x_test, y_test):
        assert array.dtype == np.uint8 and array.flags.writeable and array.flags.c_contiguous
    assert y_train[:10].tolist() == first
    assert [round(float(x.mean()), 6) for x in (x_train, x_test)] == list(pixels)
    assert set(y_test.tolist()) == set(range(10))


# A data set of five pictures, to be damaged

X, Y = np.arange(5 * 2 * 3, dtype="uint8").reshape(5, 2, 3), np.arange(5, dtype="uint8")
CONTENTS = {
    "a-images": bytes([0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 3]) + X.tobytes(),
    "a-labels": bytes([0, 0, 8, 1, 0, 0, 0, 5]) + Y.tobytes(),
}
CONTENTS |= {name.replace("a", "b", 1): content for name, content in CONTENTS.items()}
PACKED = {name: gzip.compress(content) for name, content in CONTENTS.items()}
FILES = {
    name: (
        X.shape if "images" in name else Y.shape,
        hashlib.sha256(PACKED[name]).hexdigest(),
        zlib.crc32(content),
    )
    for name, content in CONTENTS.items()
}


def put(folder, files, suffix=""):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / (name + suffix)).write_bytes(content)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("FASTNN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FASTNN_HOME", str(tmp_path / "home"))
    return tmp_path / "data" / "toy"


def load(address="file:///nowhere/", folders=()):
    return _idx.load("toy", address, FILES, folders)


@pytest.mark.parametrize("files, suffix", [(PACKED, ".gz"), (CONTENTS, "")])
def test_files_with_and_without_gz(data, files, suffix):
    put(data, files, suffix)
    for x, y in load():
        np.testing.assert_array_equal(x, X, strict=True)
        np.testing.assert_array_equal(y, Y, strict=True)
        x[:], y[:] = 0, 0  # fresh, and writable
    assert load()[0][0].any()


def test_the_order_of_the_places(data, tmp_path, capsys):
    server, debian = tmp_path / "server", tmp_path / "debian"
    put(server, PACKED, ".gz")
    load(server.as_uri() + "/")
    assert capsys.readouterr().out.count("Downloading") == 4
    cache = tmp_path / "home/datasets/toy"
    assert sorted(path.name for path in cache.iterdir()) == sorted(n + ".gz" for n in FILES)
    load()  # what is in the cache now
    put(debian, {"a-images": b"not these"})
    with pytest.raises(ValueError, match="debian/a-images"):
        load(folders=(str(debian),))
    put(data, CONTENTS)
    load(folders=(str(debian),))
    assert capsys.readouterr().out == ""


def test_a_damaged_cache_is_downloaded_anew(data, tmp_path):
    put(tmp_path / "server", PACKED, ".gz")
    put(tmp_path / "home/datasets/toy", {name: b"" for name in FILES}, ".gz")
    assert load((tmp_path / "server").as_uri() + "/")[0][0].any()


def test_no_place_has_it(data, tmp_path):
    with pytest.raises(ConnectionError) as error:
        load(folders=("/usr/share/toy",))
    places = f"{data} or /usr/share/toy or {tmp_path}/home/datasets/toy"
    said = str(error.value)
    assert said.startswith(f"toy.load_data: a-images.gz is not in {places}. ")
    assert "get_file: file:///nowhere/a-images.gz could not be downloaded" in said
    assert "FASTNN_DATA" in said


images = CONTENTS["a-images"]
flipped = bytearray(images)
flipped[20] ^= 1


@pytest.mark.parametrize(
    "content, what",
    [
        (images[:-1], "holds 45 bytes, not 46"),
        (images + b"0", "holds 47 bytes, not 46"),
        (bytes(flipped), "has the CRC-32 [0-9a-f]{8}, not [0-9a-f]{8}"),
        (CONTENTS["a-labels"], "begins with 0000080100000005.*, not 0000080300000005"),
        (b"", "begins with nothing, not 00000803"),
        (b"<html>not found</html>", "begins with 3c68"),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_what_is_not_the_original_is_refused(data, content, what, suffix):
    put(data, CONTENTS)
    put(data, {"a-images": gzip.compress(content) if suffix else content}, suffix)
    with pytest.raises(
        ValueError, match=rf"toy\.load_data: .*toy/a-images{suffix} {what}.*: it was"
    ):
        load()


@pytest.mark.parametrize(
    "content",
    [
        PACKED["a-images"][:-1],
        PACKED["a-images"][:20],
        PACKED["a-images"][:-5] + b"00000",
        b"no gz",
        PACKED["a-images"][:10] + b"\xff" + PACKED["a-images"][11:],
    ],
)
def test_what_cannot_be_unpacked_is_refused(data, content):
    put(data, PACKED | {"a-images": content}, ".gz")
    message = r"a-images\.gz cannot be unpacked \(.+\): it was cut, .* Put the original there; or"
    with pytest.raises(ValueError, match=message):
        load()
