"""Configurations: Keras's keys and values for every class, and the way back.

Keras's are recorded by tests/config_cases.py; where Keras is installed it reads ours, too.
"""

import importlib.util
import json
import subprocess
import sys

import config_cases
import fastnn
import numpy as np
import pytest
from fastnn import _nest
from layer_cases import CASES

serialize = fastnn.utils.serialize_keras_object
deserialize = fastnn.utils.deserialize_keras_object
RECORDED = json.loads(config_cases.ANSWERS.read_text())
OBJECTS = {
    **{path: lambda k, path=path: config_cases.made(k, path) for path in config_cases.classes()},
    **{make.__name__: make for make in config_cases.OBJECTS},
}
MODELS = {make.__name__: make for make in config_cases.MODELS}
ONLY_OURS = {"layers.Maxout", "metrics.ConfusionMatrix"}
# Python's operators and stack() are other operations there, and a class of theirs more or less.
OF_ITS_OWN = {"operations"}


def assert_alike(ours, theirs, path=""):
    """Equal, but for three things: they keep some numbers in float32; layers that need no build
    have no build_config; and "auto" is decided when compile() is called."""
    if isinstance(theirs, dict):
        left = {"build_config", "jit_compile"} - set(theirs) | {"jit_compile"}
        assert set(ours) - left == set(theirs) - left, path
        for key in set(theirs) - left:
            assert_alike(ours[key], theirs[key], f"{path}/{key}")
    elif isinstance(theirs, list):
        assert isinstance(ours, list) and len(ours) == len(theirs), path
        for i, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            assert_alike(one, other, f"{path}[{i}]")
    elif isinstance(theirs, float) and ours != theirs:
        assert np.float32(ours) == np.float32(theirs), path
    else:
        assert ours == theirs and (type(ours) is bool) == (type(theirs) is bool), path


def made(make):
    fastnn.utils.clear_session(free_memory=False)
    return make(fastnn)


@pytest.mark.parametrize("name", [*OBJECTS, *MODELS])
def test_keys_and_values_are_keras_own(name):
    config = config_cases.plain(serialize(made((OBJECTS | MODELS)[name])))
    if name not in ONLY_OURS | OF_ITS_OWN:
        assert_alike(config, RECORDED[name], name)
    again = deserialize(config)
    assert config_cases.plain(serialize(again)) == config  # the way back, and there again
    assert type(again).__module__.startswith("fastnn.")


@pytest.mark.parametrize("name", [name for name in OBJECTS if name not in ONLY_OURS])
def test_keras_configurations_are_read(name):
    ours = made(OBJECTS[name])
    fastnn.utils.clear_session(free_memory=False)
    theirs = deserialize(RECORDED[name])
    assert type(theirs) is type(ours)
    assert_alike(config_cases.plain(serialize(theirs)), RECORDED[name], name)
    kind = type(ours)
    assert kind.from_config(RECORDED[name]["config"]).get_config() == theirs.get_config()


def outputs(model):
    """Of numbers that follow from the shapes."""
    shapes = [[4 if n is None else n for n in x.shape] for x in model.inputs]
    data = [np.random.RandomState(i).rand(*shape) for i, shape in enumerate(shapes)]
    return _nest.flatten(model(_nest.pack(model.input, data)))


@pytest.mark.parametrize("name", MODELS)
def test_models_give_the_same_with_the_same_weights(name):
    model = made(MODELS[name])
    if not model.built:
        model.build((None, 2, 3))
    want = [y.numpy() for y in outputs(model)]
    copies = [
        fastnn.models.model_from_json(model.to_json()),
        fastnn.models.model_from_json(json.dumps(RECORDED[name])),  # of Keras
        type(model).from_config(model.get_config()),
        fastnn.models.clone_model(model),
        fastnn.models.clone_model(
            model, clone_function=lambda layer: type(layer).from_config(layer.get_config())
        ),
    ]
    for copy in copies:
        if not copy.built:
            copy.build((None, 2, 3))
        assert copy.name == model.name
        assert [layer.name for layer in copy.layers] == [layer.name for layer in model.layers]
        assert not any(a is b for a in copy.weights for b in model.weights)
        copy.set_weights(model.get_weights())
        # A power is another one's square there: each within 2 ULP of the value, in a sum of few.
        off = 8 * np.finfo("float32").eps if name in OF_ITS_OWN else 0
        for y, wanted in zip(outputs(copy), want, strict=True):
            np.testing.assert_allclose(y.numpy(), wanted, rtol=off, atol=0)


@pytest.mark.parametrize("name", [name for name in CASES if "Lambda" not in name])
def test_layers_give_the_same_with_the_same_weights(name):
    make, shapes = CASES[name]
    layer = make()
    if "of a function" in name:
        with pytest.raises(TypeError, match="a lambda came"):
            layer.get_config()
        return
    copy = type(layer).from_config(config_cases.plain(layer.get_config()))
    assert copy.get_config() == layer.get_config()
    data = [np.random.RandomState(i).rand(*shape) for i, shape in enumerate(shapes)]
    data = data[0] if len(data) == 1 else data
    y = layer(data, training=False)
    copy(data)
    copy.set_weights(layer.get_weights())
    np.testing.assert_array_equal(copy(data, training=False).numpy(), y.numpy())


def test_compiled_models_train_on():
    """The optimizer, loss and metrics come back, without their state."""
    model = made(config_cases.compiled)
    copy = fastnn.models.model_from_json(model.to_json())
    copy.set_weights(model.get_weights())
    x, y = np.random.RandomState(0).rand(8, 6), np.eye(2)[np.arange(8) % 2]
    histories = []
    for one in (model, copy):
        for layer in one.layers:
            layer.rate = 0.0  # of the Dropout
        histories.append(one.fit(x, y, epochs=2, shuffle=False, verbose=0).history)
    assert histories[0] == histories[1] and len(histories[0]) == 3
    assert copy.optimizer is not model.optimizer and copy.run_eagerly


def test_the_learning_rate_is_that_of_now():
    optimizer = fastnn.optimizers.SGD(0.5)
    optimizer.build([fastnn.Variable([1.0])])
    optimizer.learning_rate = 0.25
    assert optimizer.get_config()["learning_rate"] == 0.25


def test_keras_reads_ours(tmp_path):
    """In a process of its own, since it takes its backend from the environment."""
    if not all(importlib.util.find_spec(name) for name in ("keras", "jax")):
        pytest.skip("keras and jax are not installed: pip install '.[oracles]'")
    makers = OBJECTS | MODELS
    ours = {name: serialize(made(makers[name])) for name in makers if name not in ONLY_OURS}
    (tmp_path / "ours.json").write_text(json.dumps(ours))
    script = config_cases.__file__
    command = [sys.executable, script, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr[-3000:]
    assert json.loads((tmp_path / "configs.json").read_text()) == RECORDED
    x, y = (np.random.RandomState(i).rand(4, 4) for i in (0, 1))
    want = made(config_cases.operations)([x, y]).numpy()
    np.testing.assert_allclose(np.load(tmp_path / "operations.npy"), want, rtol=1e-4)
