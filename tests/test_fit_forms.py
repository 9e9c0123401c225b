"""The same numbers give the same results, in whatever form they come."""

import fastnn
import numpy as np
import pytest
from fastnn.layers import Dense, Flatten
from networks import digest
from training import ONE, TWO, A, B, X, Y, network, noisy, two_by_two


def fitted(x, y, **arguments):
    fastnn.utils.set_random_seed(2)
    model = network()
    history = model.fit(x, y, batch_size=16, epochs=2, verbose=0, **arguments).history
    measured = model.evaluate(x, y, verbose=0)
    return history, digest(model), measured, model.predict(x, verbose=0).tobytes()


def mapped(tmp_path):
    np.save(tmp_path / "x.npy", X)
    return np.load(tmp_path / "x.npy", mmap_mode="r")


def read_only():
    x = X.copy()
    x.flags.writeable = False
    return x


def strided():
    x = np.zeros((80, 12), "float32")
    x[::2, 1::2] = X
    return x[::2, 1::2]


FORMS = {
    "a list": lambda path: X.tolist(),
    "a tuple of rows": lambda path: tuple(X),
    "a list of lists of NumPy's numbers": lambda path: [list(row) for row in X],
    "a list of one array": lambda path: [X],
    "a view": lambda path: strided(),
    "reversed twice": lambda path: X[::-1][::-1],
    "in Fortran's order": lambda path: np.asfortranarray(X),
    "read only": lambda path: read_only(),
    "big-endian": lambda path: X.astype(">f4"),
    "mapped from a file": mapped,
    "a matrix": lambda path: X.view(np.recarray),
    "masked": lambda path: np.ma.masked_array(X),
    "a tensor": lambda path: fastnn.Tensor(X.copy()),
    "float64": lambda path: X.astype("float64"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shuffle", [False, True])
def test_one_result_from_all_forms_of_x(form, shuffle, tmp_path):
    assert fitted(FORMS[form](tmp_path), Y, shuffle=shuffle) == fitted(X, Y, shuffle=shuffle)


@pytest.mark.parametrize(
    "y",
    [
        Y.tolist(),
        list(Y),
        tuple(Y),
        Y[:, None],
        Y.astype(float),
        Y.astype("uint8"),
        Y.astype("int8"),
        Y.astype(">i4"),
        np.repeat(Y, 2)[::2],
        fastnn.Tensor(Y.astype("int32")),
        {"y": Y},
        {"y": Y.tolist()},
        [Y],
    ],
    ids=str,
)
def test_one_result_from_all_forms_of_y(y):
    assert fitted(X, y) == fitted(X, Y)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int16", "int64", "float16", ">f8"])
def test_dtypes_of_x(dtype):
    x = (np.abs(X) * 20).astype(dtype)
    assert fitted(x, Y) == fitted(x.astype("float32"), Y)


def test_pictures_as_bytes():
    pictures = np.random.default_rng(3).integers(0, 256, (12, 8, 8)).astype("uint8")
    results = []
    for x in (pictures, pictures[..., None].astype("float32")):  # the channel's axis may lack
        fastnn.utils.set_random_seed(4)
        layers = [fastnn.layers.Rescaling(1 / 255), fastnn.layers.Conv2D(2, 3), Flatten()]
        model = fastnn.Sequential([fastnn.Input((8, 8, 1)), *layers, Dense(4, "softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(x, Y[:12], epochs=2, verbose=0)
        results.append((digest(model), model.predict(x, verbose=0).tobytes()))
    assert results[0] == results[1]


def test_masked_values_are_refused_or_ignored_as_numpy_does():
    x = np.ma.masked_array(X, mask=X > 2)
    assert fitted(x, Y) == fitted(np.asarray(x), Y)


def test_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcdef"))
    labels = pandas.Series(Y)
    assert fitted(frame, labels) == fitted(X, Y)
    split = fitted(frame, labels, validation_split=0.25)
    assert split == fitted(X, Y, validation_split=0.25)
    mixed = frame.assign(a=np.arange(40), b=np.arange(40) % 2 == 0)
    assert fitted(mixed, labels) == fitted(mixed.to_numpy("float32"), Y)
    nullable = labels.astype("Int64")
    assert fitted(frame, nullable) == fitted(frame, nullable.to_frame()) == fitted(X, Y)
    with pytest.raises(TypeError, match=r"fit: x: .*real numbers are wanted"):
        fitted(frame.assign(a="text"), labels)


class Frame:
    """As much of a frame of pandas as fit uses, which need not be installed: columns by name."""

    def __init__(self, columns):
        self.parts, self.columns = columns, list(columns)
        self.dtypes = [column.dtype for column in columns.values()]
        self.shape = (len(next(iter(columns.values()))), len(columns))
        self.iloc = self

    def __getitem__(self, rows):
        return Frame({name: column[rows] for name, column in self.parts.items()})

    def to_numpy(self, dtype=object):
        return np.stack([column.astype(dtype) for column in self.parts.values()], axis=1)

    def __array__(self, dtype=None, copy=None):
        return self.to_numpy()


def test_columns_of_several_kinds():
    frame = Frame({str(i): X[:, i] for i in range(4)} | {"4": Y, "5": Y > 1})
    x = np.column_stack([X[:, :4], Y, Y > 1]).astype("float32")
    labels = Frame({"label": Y})
    assert fitted(frame, labels) == fitted(x, Y[:, None])
    split = fitted(frame, labels, validation_split=0.25)
    assert split == fitted(x, Y[:, None], validation_split=0.25)
    with pytest.raises(TypeError, match=r"fit: x: a Frame came, .*object; real numbers"):
        fitted(Frame({str(i): Y.astype(str) for i in range(6)}), labels)


def test_data_are_not_written_to():
    x, y, w = X.copy(), Y.copy(), np.ones(40)
    noisy().fit(x, y, sample_weight=w, epochs=3, verbose=0)
    assert (x == X).all() and (y == Y).all() and (w == 1).all()


def test_weights_of_one():
    assert fitted(X, Y, sample_weight=np.ones(40)) == fitted(X, Y)


def test_several_inputs_and_their_forms():
    results = []
    for x, y in (
        ([A, B], [ONE, TWO]),
        ((A, B), (ONE, TWO)),
        ({"b": B, "a": A}, {"two": TWO, "one": ONE}),
        ([A.astype("float64"), B.astype(">f4")], [ONE.astype("float64"), TWO[:, ::-1][:, ::-1]]),
    ):
        fastnn.utils.set_random_seed(9)
        model = two_by_two(metrics=[["mae"], ["mse"]])
        history = model.fit(x, y, epochs=3, batch_size=16, validation_split=0.2, verbose=0).history
        one, two = model.predict(x, verbose=0)
        results.append((str(history), digest(model), one.tobytes(), two.tobytes()))
    assert len(set(results)) == 1
