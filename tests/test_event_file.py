"""Event files hold what was written, by a reader of the tests' own and by TensorBoard's."""

import gc
import warnings

import fastnn
import numpy as np
import pytest
from event_records import crc32c, events, picture
from fastnn.layers import Add, Conv2D, Dense, Flatten
from fastnn.utils import EventFile
from fastnn.utils._crc32c import crc32c as fast_crc32c

X = np.random.default_rng(0).standard_normal((3, 40))


@pytest.fixture
def written(tmp_path):
    """A function that lets a function write into a new file, and reads it."""

    def write(function):
        with EventFile(tmp_path / "a" / "b") as file:
            function(file)
        [path] = (tmp_path / "a" / "b").iterdir()
        assert str(path) == file.path and "tfevents" in path.name
        return events(path)

    return write


def test_check_sums():
    known = {  # RFC 3720, B.4
        bytes(32): 0x8A9136AA,
        b"\xff" * 32: 0x62A8AB43,
        bytes(range(32)): 0x46DD794E,
        b"123456789": 0xE3069283,
        b"": 0,
    }
    for crc in (crc32c, fast_crc32c):
        assert {data: crc(data) for data in known} == known
    data = np.random.default_rng(1).bytes(1003)
    for n in range(1000, 1004):
        assert fast_crc32c(data[:n]) == crc32c(data[:n])


@pytest.mark.parametrize(
    "value", [0.1, 3, True, np.float32(0.5), np.array([2.0]), fastnn.Tensor(np.array(7.0)), np.nan]
)
def test_scalars(written, value):
    [(plugin, name, step, number)] = written(lambda file: file.scalar("a/b", value, 5))
    assert (plugin, name, step, number.shape, number.dtype) == ("scalars", "a/b", 5, (), "f4")
    np.testing.assert_array_equal(number, np.float32(value))


def test_what_is_too_large_for_float32_is_infinite(written):
    [(*_, number)] = written(lambda file: file.scalar("a", -1e300, 0))
    assert number == -np.inf


def test_steps_and_names(written):
    steps = [0, 127, 128, 2**40 + 3, -1, 2**63 - 1, np.int32(7), 3.0, fastnn.Variable(np.array(9))]

    def write(file):
        for step in steps:
            file.scalar("ä" * 100, 1, step)

    found = [event[1:3] for event in written(write)]
    assert found == [("ä" * 100, int(step)) for step in steps]


def test_histograms(written):
    values = np.array([[0.0, 1.0, 1.0], [0.25, np.nan, np.inf]])
    [(plugin, _, step, rows)] = written(lambda file: file.histogram("h", values, 2, buckets=4))
    assert (plugin, step, rows.dtype) == ("histograms", 2, "f8")
    wanted = [[0, 0.25, 1], [0.25, 0.5, 1], [0.5, 0.75, 0], [0.75, 1, 2]]
    np.testing.assert_array_equal(rows, wanted)


@pytest.mark.parametrize(
    "values, wanted",
    [([], [[0, 0, 0]] * 3), ([2.0, 2.0], [[2, 2, 0], [2, 2, 0], [2, 2, 2]])],
)
def test_histograms_of_nothing_and_of_one_value(written, values, wanted):
    [(*_, rows)] = written(lambda file: file.histogram("h", values, 0, buckets=3))
    np.testing.assert_array_equal(rows, wanted)


def test_images(written):
    rng = np.random.default_rng(2)
    whole = rng.integers(0, 256, (5, 4, 3, 2), "uint8")
    share = np.array([[-1.0, 0.0, 0.2, 0.5, 0.999, 1.0, 7.0, np.nan]])

    def write(file):
        file.image("whole", whole, 1)
        file.image("colour", whole[0, :, :, :1].repeat(3, axis=2), 1)
        file.image("share", share, 1)

    several, one, grey = written(write)
    assert several[:3] == ("images", "whole", 1) and several[3][:2] == [b"3", b"4"]
    assert len(several[3]) == 2 + 3
    for data, pixels in zip(several[3][2:], whole, strict=False):
        np.testing.assert_array_equal(picture(data), pixels)
    assert picture(one[3][2]).shape == (4, 3, 3)
    cut = np.minimum(np.floor(np.nan_to_num(np.clip(share, 0, 1)) * 255.5), 255)
    np.testing.assert_array_equal(picture(grey[3][2])[..., 0], cut)


def test_the_graph(written):
    a, b = fastnn.Input((4, 4, 1), name="a"), fastnn.Input((3,), name="b")
    convolution = Conv2D(2, 3, name="convolution")
    layers = [fastnn.Input((4, 4, 1)), convolution, Flatten(name="flat")]
    inner = fastnn.Sequential(layers, name="inner")
    dense = Dense(3, name="dense")
    y = Add(name="sum")([dense(dense(b)), Dense(3, name="other")(inner(a))])
    model = fastnn.Model([a, b], fastnn.ops.relu(y))
    [(_, nodes)] = written(lambda file: file.graph(model))
    by_name = {name: (kind, inputs, shapes) for name, kind, inputs, shapes in nodes}
    assert len(by_name) == len(nodes) == 9
    assert by_name["a"] == ("InputLayer", [], [[-1, 4, 4, 1]])
    assert by_name["inner/convolution"] == ("Conv2D", ["a"], [[-1, 2, 2, 2]])
    assert by_name["inner/flat"][1] == ["inner/convolution"]
    assert by_name["other"][1] == ["inner/flat"]
    assert by_name["dense"][1] == ["b"] and by_name["dense_call_2"][1] == ["dense"]
    assert by_name["sum"] == ("Add", ["dense_call_2", "other"], [[-1, 3]])
    assert nodes[-1][1:3] == ("Relu", ["sum"])


# Files


def test_what_was_written_is_there_without_close(tmp_path):
    file = EventFile(tmp_path)
    file.scalar("a", 1, 0)
    file.flush()
    [path] = tmp_path.iterdir()
    assert len(events(path)) == 1
    file.scalar("a", 1, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del file
        gc.collect()
    assert len(events(path)) == 2


def test_two_files_of_one_folder(tmp_path):
    with EventFile(tmp_path), EventFile(tmp_path):
        assert len(list(tmp_path.iterdir())) == 2


def test_wrong_arguments(tmp_path):
    with EventFile(tmp_path) as file:
        for call, error, message in (
            (lambda: file.scalar("a", [1, 2], 0), ValueError, r"'a' has shape \(2,\); one number"),
            (lambda: file.scalar("a", "b", 0), TypeError, "scalar: .*real numbers are wanted"),
            (lambda: file.scalar("", 1, 0), TypeError, "name is ''; a text is wanted"),
            (lambda: file.scalar(3, 1, 0), TypeError, "name is 3; a text is wanted"),
            (lambda: file.scalar("a", 1, 0.5), TypeError, r"step is 0\.5; a whole number is"),
            (lambda: file.scalar("a", 1, None), TypeError, "step is None; a whole number is"),
            (lambda: file.scalar("a", 1, 2**63), TypeError, "step is 9223372036854775808"),
            (lambda: file.scalar("a", 1, np.inf), TypeError, "step is inf"),
            (
                lambda: file.histogram("a", X, 0, 0),
                ValueError,
                "buckets is 0; at least 1 is wanted",
            ),
            (lambda: file.histogram("a", ["x"], 0), TypeError, "histogram: .*real numbers"),
            (lambda: file.image("a", X[0], 0), ValueError, r"'a' has shape \(40,\); \(rows"),
            (lambda: file.image("a", np.ones((2, 2, 5)), 0), ValueError, r"has shape \(2, 2, 5\)"),
            (lambda: file.image("a", np.ones((0, 2)), 0), ValueError, r"has shape \(0, 2\)"),
            (lambda: file.image("a", [[1, 2]], 0), TypeError, "'a' is int64; uint8 from 0 to 255"),
            (lambda: file.image("a", X, 0, 0), ValueError, "max_outputs is 0; at least 1"),
            (lambda: file.graph(fastnn.Sequential()), ValueError, "is not built"),
        ):
            with pytest.raises(error, match=message):
                call()
    assert events(next(tmp_path.iterdir())) == []  # nothing half-written
    with pytest.raises(ValueError, match=r"EventFile: .* is closed\. Make another one"):
        file.scalar("a", 1, 0)
    file.close()
    with pytest.raises(TypeError, match="EventFile: folder is a int; a path is wanted"):
        EventFile(3)
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"EventFile: .* Give a path that can be written") as caught:
        EventFile(tmp_path / "file" / "logs")
    assert "file" in str(caught.value)


def test_tensorboard_reads_them(tmp_path):
    pytest.importorskip("tensorboard", reason="tensorboard is not installed: '.[oracles]'")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.histogram.summary_v2 import histogram_pb
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb
    from tensorboard.util.tensor_util import make_ndarray

    pixels = np.arange(12, dtype="uint8").reshape(1, 3, 4, 1)
    model = fastnn.Sequential([fastnn.Input((2,)), Dense(3, name="only")])
    with EventFile(tmp_path) as file:
        file.scalar("s", 0.1, 3)
        file.histogram("h", X, 4)
        file.image("i", pixels, 5)
        file.graph(model)
    read = EventAccumulator(str(tmp_path)).Reload()
    wanted = {"s": scalar_pb("s", 0.1), "h": histogram_pb("h", X)}
    for step, (name, summary) in enumerate(wanted.items(), 3):
        [event] = read.Tensors(name)
        assert event.step == step
        [value] = summary.value
        np.testing.assert_array_equal(make_ndarray(event.tensor_proto), make_ndarray(value.tensor))
        assert read.SummaryMetadata(name).plugin_data.plugin_name == (
            value.metadata.plugin_data.plugin_name
        )
    [event] = read.Tensors("i")
    width, height, data = make_ndarray(event.tensor_proto)
    assert (width, height) == (b"4", b"3")
    np.testing.assert_array_equal(picture(data), pixels[0])
    assert [node.op for node in read.Graph().node] == ["InputLayer", "Dense"]
