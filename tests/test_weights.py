"""save_weights and load_weights: names, formats, and files that do not fit."""

import fastnn
import numpy as np
import pytest
from fastnn.layers import BatchNormalization, Concatenate, Dense, Dropout
from fastnn.saving.weights_names import named_weights
from safetensors.numpy import load_file

BOTH = pytest.mark.parametrize("ending", [".npz", ".safetensors"])


def sequential(units=3, dtype=None):
    inner = fastnn.Sequential([Dense(4, dtype=dtype), BatchNormalization(dtype=dtype)])
    layers = [Dense(5, dtype=dtype), Dropout(0.5), inner, Dense(units, name="last", dtype=dtype)]
    return fastnn.Sequential([fastnn.Input((2,), dtype=dtype), *layers])


def functional():
    a, b = fastnn.Input((2,)), fastnn.Input((3,))
    shared = Dense(2)
    sides = [shared(a), Dense(3)(b), shared(shared(a))]
    return fastnn.Model([a, b], Dense(1, use_bias=False)(Concatenate()(sides)))


class Own(fastnn.Model):
    def __init__(self):
        super().__init__()
        self.scale = fastnn.Variable(np.ones(2, "float32"))
        self.pair = [fastnn.Variable([1.0], name="w"), fastnn.Variable([2.0], name="deep/w")]
        self.first = Dense(2)
        self.blocks = [Dense(2), BatchNormalization(), Dense(2), self.first]
        self.heads = {"a": Dense(1)}
        self.steps = fastnn.Variable(np.array(7), trainable=False, name="a:b")

    def call(self, x):
        x = self.first(x) * self.scale
        for layer in self.blocks:
            x = layer(x)
        return self.heads["a"](x)


def own():
    model = Own()
    model(np.ones((1, 2)))
    return model


NAMES = {
    sequential: "layers/dense/kernel layers/dense/bias layers/sequential/layers/dense/kernel "
    "layers/sequential/layers/dense/bias layers/sequential/layers/batch_normalization/gamma "
    "layers/sequential/layers/batch_normalization/beta "
    "layers/sequential/layers/batch_normalization/moving_mean "
    "layers/sequential/layers/batch_normalization/moving_variance "
    "layers/dense_1/kernel layers/dense_1/bias",
    functional: "layers/dense/kernel layers/dense/bias layers/dense_1/kernel layers/dense_1/bias "
    "layers/dense_2/kernel",
    own: "scale w w_1 a_b first/kernel first/bias blocks/dense/kernel blocks/dense/bias "
    "blocks/batch_normalization/gamma blocks/batch_normalization/beta "
    "blocks/batch_normalization/moving_mean blocks/batch_normalization/moving_variance "
    "blocks/dense_1/kernel blocks/dense_1/bias heads/dense/kernel heads/dense/bias",
}
MODELS = pytest.mark.parametrize("make", NAMES)


def changed(model):
    """The model with other values."""
    for i, w in enumerate(model.weights):
        w.assign(np.arange(w.size).reshape(w.shape) / 7 + i if w.dtype[0] == "f" else 9)
    return model


def same(a, b):
    a, b = (x if isinstance(x, list) else x.get_weights() for x in (a, b))
    return all(np.array_equal(v, w) and v.dtype == w.dtype for v, w in zip(a, b, strict=True))


@MODELS
def test_names_depend_on_the_structure_alone(make):
    for _ in range(2):  # default names count on
        model = make()
        named = named_weights(model)
        assert list(named) == NAMES[make].split()
        assert {id(w) for w in named.values()} == {id(w) for w in model.weights}
    model.weights[0].trainable = False
    assert list(named_weights(model)) == NAMES[make].split()


@BOTH
@MODELS
def test_what_is_saved_is_loaded(make, ending, tmp_path):
    a, b = changed(make()), make()
    a.save_weights(tmp_path / f"w{ending}")
    assert not same(a, b)
    b.load_weights(tmp_path / f"w{ending}")
    assert same(a, b)


def test_other_libraries_read_and_write_the_files(tmp_path):
    model = changed(sequential())
    paths = [str(tmp_path / name) for name in ("w.npz", "w.safetensors", "again.npz")]
    for path in paths:
        model.save_weights(path)
    found = [dict(np.load(paths[0], allow_pickle=False)), load_file(paths[1])]
    for arrays in found:
        assert arrays.keys() == named_weights(model).keys()
        assert same(list(arrays.values()), model) or arrays is found[1]  # which sorts its names
    assert (tmp_path / "w.npz").read_bytes() == (tmp_path / "again.npz").read_bytes()
    turned = {name: np.asfortranarray(array).astype(">f4") for name, array in found[0].items()}
    for write in (np.savez, np.savez_compressed):
        for arrays in (found[0], turned, {k: v.astype("f8") for k, v in found[0].items()}):
            write(paths[0], **arrays)
            other = sequential()
            other.load_weights(paths[0])
            assert same(model, other)


@BOTH
def test_floats_become_the_models(ending, tmp_path):
    path = tmp_path / f"w{ending}"
    single, double = sequential(), changed(sequential(dtype="float64"))
    double.save_weights(path)
    single.load_weights(path)
    assert same([w.astype("float32") for w in double.get_weights()], single)
    single.save_weights(path)
    double.load_weights(path)
    assert same([w.astype("float64") for w in single.get_weights()], double)


def arrays_of(model):
    return {name: w.numpy() for name, w in named_weights(model).items()}


def without(arrays, *names):
    return {name: array for name, array in arrays.items() if name not in names}


LAST = ("layers/dense_1/kernel", "layers/dense_1/bias")
WRONG = {
    r"missing: 'layers/dense_1/bias' \(3,\)\.": lambda a: without(a, LAST[1]),
    r"unexpected: 'more/w' \(2,\)\.": lambda a: a | {"more/w": np.ones(2)},
    r"missing: 'layers/dense_1/bias' \(3,\) \(or is it 'layers/dense_1/bais'\?\); unexpected": (
        lambda a: without(a, LAST[1]) | {"layers/dense_1/bais": a[LAST[1]]}
    ),
    r"of another shape: 'layers/dense_1/bias' is \(4,\), not \(3,\)\.": (
        lambda a: a | {LAST[1]: np.ones(4)}
    ),
    r"of another shape: 'layers/dense/kernel' is \(5, 2\), not \(2, 5\)\.": (
        lambda a: a | {"layers/dense/kernel": a["layers/dense/kernel"].T}
    ),
    "of another dtype: 'layers/dense_1/bias' is int64, not float32": (
        lambda a: a | {LAST[1]: np.ones(3, "int64")}
    ),
    "is float16, not float32": lambda a: a | {LAST[1]: np.ones(3, "float16")},
    "missing: .* and 5 more": lambda a: {},
}


@pytest.mark.parametrize("message", WRONG)
def test_what_does_not_fit_changes_nothing(message, tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, **WRONG[message](arrays_of(changed(sequential()))))
    model = sequential()
    before = model.get_weights()
    with pytest.raises(ValueError, match=f"load_weights: .*w.npz does not fit.*{message}"):
        model.load_weights(path)
    assert same(before, model)


def test_skip_mismatch_loads_the_layers_that_fit(tmp_path):
    saved, model = changed(sequential()), sequential(units=4)
    saved.save_weights(tmp_path / "w.npz")
    before = model.get_weights()
    with pytest.warns(UserWarning, match="layers that do not fit .* are: layers/dense_1"):
        model.load_weights(tmp_path / "w.npz", skip_mismatch=True)
    assert same(model.get_weights()[:-2], saved.get_weights()[:-2])
    assert same(model.get_weights()[-2:], before[-2:])


def test_integers_keep_their_dtype(tmp_path):
    model = own()
    arrays = arrays_of(model)
    np.savez(tmp_path / "w.npz", **arrays | {"a_b": np.float64(7)})
    with pytest.raises(ValueError, match="'a_b' is float64, not int64"):
        model.load_weights(tmp_path / "w.npz")


def test_wrong_arguments(tmp_path):
    model = sequential()
    for name in ("w.h5", "w.keras", "w.weights.h5", "w", "w.NPZ"):
        for function in (model.save_weights, model.load_weights):
            with pytest.raises(ValueError, match=r"'.*'; '.npz' or '.safetensors' is wanted"):
                function(tmp_path / name)
    for wrong in (None, 3, b"w.npz"):
        with pytest.raises(TypeError, match=r"save_weights: filepath is .*; a text is wanted"):
            model.save_weights(wrong)
    with pytest.raises(ValueError, match=r"save_weights: .* is not built"):
        fastnn.Sequential([Dense(2)]).save_weights(tmp_path / "w.npz")
    with pytest.raises(ValueError, match=r"load_weights: .* is not built"):
        fastnn.Sequential([Dense(2)]).load_weights(tmp_path / "w.npz")
    with pytest.raises(FileNotFoundError):
        model.load_weights(tmp_path / "w.npz")
    with pytest.raises(FileNotFoundError, match="is no folder; make it"):
        model.save_weights(tmp_path / "a/w.npz")
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder"):
        model.save_weights(tmp_path / "folder.npz")
    model.save_weights(tmp_path / "w.npz")
    with pytest.raises(FileExistsError, match="overwrite=True writes over it"):
        model.save_weights(tmp_path / "w.npz", overwrite=False)


def test_a_compiled_step_saves_nothing(tmp_path):
    model = sequential()

    @fastnn.compile
    def step(x):
        model.save_weights(tmp_path / "w.npz")
        return model(x)

    step(np.ones((1, 2), "float32"))
    with pytest.raises(RuntimeError, match="save_weights reads a value inside the step"):
        step(np.ones((1, 2), "float32"))
