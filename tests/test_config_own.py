"""Configurations of the user's own classes and functions, and of what is broken or hostile."""

import inspect
import json

import fastnn
import numpy as np
import pytest
from fastnn import layers, ops, utils

serialize, deserialize = utils.serialize_keras_object, utils.deserialize_keras_object


@utils.register_keras_serializable("tests")
class Linear(layers.Layer):
    """As Keras's guide writes it."""

    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1], self.units))

    def call(self, x):
        return ops.matmul(x, self.w)

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config


class Wrapper(layers.Layer):
    """A layer inside, which from_config() makes: the guide again."""

    def __init__(self, sublayer, **kwargs):
        super().__init__(**kwargs)
        self.sublayer = sublayer

    def call(self, x):
        return self.sublayer(x)

    def get_config(self):
        return {**super().get_config(), "sublayer": serialize(self.sublayer)}

    @classmethod
    def from_config(cls, config):
        sublayer = deserialize(config.pop("sublayer"))
        return cls(sublayer, **config)


class Silent(fastnn.Model):
    """No get_config(): what it was made with is its configuration."""

    def __init__(self, units, inner=None, initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        self.twice = 2 * units
        self.dense = inner or layers.Dense(units, kernel_initializer=initializer)

    def call(self, x):
        return self.dense(x)


@utils.register_keras_serializable("tests")
def doubled(x):
    return 2.0 * x


@utils.register_keras_serializable("tests", name="Power")
class PowerLoss(fastnn.losses.Loss):
    def __init__(self, exponent=2, name="power", **kwargs):
        super().__init__(name=name, **kwargs)
        self.exponent = exponent

    def call(self, y_true, y_pred):
        return ops.mean((y_true - y_pred) ** self.exponent, axis=-1)


def test_a_layer_with_get_config():
    layer = Linear(4, name="named", trainable=False)
    assert set(layer.get_config()) == {"name", "trainable", "dtype", "units"}
    copy = Linear.from_config(layer.get_config())
    assert (copy.units, copy.name, copy.trainable) == (4, "named", False)
    config = serialize(layer)
    assert config["registered_name"] == "tests>Linear" and config["class_name"] == "Linear"
    assert type(deserialize(json.loads(json.dumps(config)))) is Linear
    model = fastnn.Sequential([fastnn.Input((3,)), layer])
    assert fastnn.models.model_from_json(model.to_json()).layers[0].w.shape == (3, 4)


def test_a_wrapper():
    model = fastnn.Sequential([fastnn.Input((3,)), Wrapper(layers.Dense(2, "relu", name="d"))])
    text = model.to_json()
    with pytest.raises(TypeError, match=r"no class 'Wrapper'.*register_keras_serializable"):
        fastnn.models.model_from_json(text)
    for copy in (
        fastnn.models.model_from_json(text, {"Wrapper": Wrapper}),
        fastnn.models.clone_model(model),  # which has the class at hand
    ):
        assert type(copy.layers[0]) is Wrapper and copy.layers[0].sublayer.units == 2
        copy.set_weights(model.get_weights())
        x = np.ones((2, 3))
        np.testing.assert_array_equal(copy(x).numpy(), model(x).numpy())


def test_a_class_without_get_config():
    model = Silent(3, layers.Dense(5, name="in"), fastnn.initializers.HeNormal(), name="m")
    model(np.ones((2, 4)))
    config = json.loads(json.dumps(serialize(model)))
    assert config["config"]["units"] == 3 and config["build_config"] == {"input_shape": [None, 4]}
    copy = deserialize(config, {"Silent": Silent})
    assert (copy.twice, copy.dense.units, copy.dense.name, copy.name) == (6, 5, "in", "m")
    copy.set_weights(model.get_weights())  # it is built

    class Plain(layers.Layer):
        def __init__(self, units, *more):
            super().__init__()

    assert Plain(3).get_config() == {"units": 3}  # it takes no name
    with pytest.raises(NotImplementedError, match=r"\*more has no names"):
        Plain(3, 4).get_config()
    with pytest.raises(NotImplementedError, match=r"Plain.*an object with a get_config"):
        Plain(object()).get_config()

    class Wide(layers.Dense):
        def __init__(self, **kwargs):
            super().__init__(512, **kwargs)

    wide = Wide.from_config(Wide(activation="relu", name="w").get_config())
    assert (wide.units, wide.activation, wide.name) == (512, ops.relu, "w")

    class Chain(fastnn.Sequential):
        def __init__(self, units):
            super().__init__([layers.Dense(units)])

    assert Chain.from_config(Chain(3).get_config()).layers[0].units == 3

    class Graph(fastnn.Model):
        pass

    x = fastnn.Input((3,))
    assert type(deserialize(serialize(Graph(x, layers.Dense(2)(x))), {"Graph": Graph})) is Graph


def test_functions():
    layer = layers.Dense(3, activation=doubled, kernel_regularizer="l2")
    config = layer.get_config()
    assert config["activation"]["config"] == "tests>doubled"
    assert layers.Dense.from_config(config).activation is doubled
    assert fastnn.activations.get("tests>doubled") is doubled
    loss = fastnn.losses.mean_squared_error
    assert fastnn.losses.deserialize(fastnn.losses.serialize(loss)) is loss
    assert fastnn.losses.deserialize("mse") is loss
    assert fastnn.activations.serialize(ops.relu) == "relu"
    with pytest.raises(TypeError, match="a lambda came"):
        layers.Dense(3, activation=lambda x: x).get_config()
    with pytest.raises(TypeError, match="a lambda came"):
        layers.Lambda(lambda x: x).get_config()
    copy = layers.Lambda.from_config(layers.Lambda(doubled, output_shape=(2,)).get_config())
    assert copy.function is doubled and copy.compute_output_shape((None, 2)) == (None, 2)


def test_losses_metrics_and_others_of_ones_own():
    config = fastnn.losses.serialize(PowerLoss(4))
    assert config["registered_name"] == "tests>Power"
    assert fastnn.losses.deserialize(config).exponent == 4
    for wrapper in (fastnn.losses.LossFunctionWrapper, fastnn.metrics.MeanMetricWrapper):

        def off(y_true, y_pred, factor):
            return factor * ops.absolute(y_true - y_pred)

        made = wrapper(off, name="off", factor=3)
        with utils.custom_object_scope({"off": off}):
            copy = wrapper.from_config(json.loads(json.dumps(made.get_config())))
        assert (copy.fn, copy.factor, copy.name) == (off, 3, "off")
        with pytest.raises(TypeError, match="no function 'off'"):
            wrapper.from_config(made.get_config())
    model = fastnn.Sequential([fastnn.Input((3,)), layers.Dense(2, activation=doubled)])
    model.compile("adam", PowerLoss(4), metrics=["mae"])
    copy = fastnn.models.model_from_json(model.to_json())
    assert copy.loss.exponent == 4
    assert sorted(copy.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0).history) == ["loss", "mae"]
    seed = fastnn.random.SeedGenerator(3).get_config()
    assert seed == {"seed": 3, "name": seed["name"]}


def test_objects_from_dicts():
    """Where a name is taken, a dict is; that of Keras 2, without a module, too."""
    he = {"class_name": "HeNormal", "config": {"seed": 3}}
    assert fastnn.initializers.get(he).seed == 3
    layer = layers.Dense(2, kernel_initializer={**he, "module": "keras.initializers"})
    assert layer.kernel_initializer.seed == 3
    adam = {"class_name": "adam", "module": "keras.optimizers", "config": {"learning_rate": 0.5}}
    assert fastnn.optimizers.get(adam).learning_rate == 0.5
    numbers = layers.Dense(2, kernel_initializer=np.ones((3, 2)))
    copy = layers.Dense.from_config(json.loads(json.dumps(numbers.get_config())))
    assert (copy(np.ones((1, 3))).numpy() == 3).all()


def of(name, config, module="keras.layers", **more):
    return {"class_name": name, "config": config, "module": module, **more}


FUNCTIONAL = "keras.src.models.functional"
DENSE = {"units": 3}
BROKEN = {
    "None": None,
    "a list": [],
    "no name": {"config": {}},
    "a number as a name": of(3, {}),
    "another module": of("system", {}, "os"),
    "a function of another module": of("function", "system", "os"),
    "a tool of ours": of("function", "deserialize", "builtins"),
    "a class of ours that is none of these": of("no_grad", {}, "keras"),
    "code": of("__lambda__", {"code": "4wEAAAAAAAAA"}),
    "code in an argument": of("Dense", DENSE | {"activation": of("__lambda__", {"code": "4w"})}),
    "no dict": of("Dense", []),
    "a wrong argument": of("Dense", {"units": -1}),
    "an unknown argument": of("Dense", DENSE | {"unit": 1}),
    "what only Keras has": of("Dense", DENSE | {"quantization_config": {"a": 1}}),
    "a dtype": of("Dense", DENSE | {"dtype": of("DTypePolicy", {"name": "mixed"}, "keras")}),
    "no layer": of("Sequential", {"layers": [3]}, "keras"),
    "no layers": of("Functional", {"layers": 3, "input_layers": 0, "output_layers": 0}, FUNCTIONAL),
    "an array": of("Sequential", {"layers": [of("__numpy__", {"value": "x"})]}, "keras"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_refused(name):
    with pytest.raises((TypeError, ValueError), match=r"\w+: .*|wanted"):
        fastnn.models.model_from_json(json.dumps(BROKEN[name]))


def nodes(config):
    """Every dict and list within, with its parent and key."""
    for key, value in config.items() if isinstance(config, dict) else enumerate(config):
        yield config, key
        if isinstance(value, (dict, list)):
            yield from nodes(value)


def test_graphs_with_one_thing_changed():
    """Whatever is taken away or replaced: a model, or one of these errors."""
    x = fastnn.Input((4,), name="x")
    shared = layers.Dense(4, name="shared")
    model = fastnn.Model(x, ops.concatenate([shared(shared(x)), x[:, 1:]], axis=-1))
    text, refused = json.dumps(model.get_config()), 0
    count = sum(1 for _ in nodes(json.loads(text)))
    for i in range(count):
        for change in (None, "x", -1, []):
            config = json.loads(text)
            parent, key = list(nodes(config))[i]
            parent[key] = change
            try:
                fastnn.Model.from_config(config)
            except (TypeError, ValueError):
                refused += 1
    assert refused > count  # most are wrong


def test_a_circle_is_refused():
    x = fastnn.Input((4,), name="x")
    config = fastnn.Model(x, layers.Dense(4, name="d")(x)).get_config()
    history = config["layers"][1]["inbound_nodes"][0]["args"][0]["config"]["keras_history"]
    history[0] = "d"
    with pytest.raises(ValueError, match="the calls of 'd' form a circle"):
        fastnn.Model.from_config(config)
    history[0] = "nobody"
    with pytest.raises(ValueError, match="there is no layer 'nobody'"):
        fastnn.Model.from_config(config)


def test_the_registry():
    with pytest.raises(ValueError, match="has no get_config"):
        utils.register_keras_serializable()(type("Nothing", (), {}))
    with pytest.raises(TypeError, match="package is <class"):
        utils.register_keras_serializable(Linear)
    assert utils.get_custom_objects()["tests>Linear"] is Linear
    assert utils.get_registered_name(Linear) == "tests>Linear"
    with utils.custom_object_scope({"a": doubled}), utils.custom_object_scope({"b": Linear}):
        assert utils.get_registered_object("a") is doubled
        assert utils.get_registered_object("b") is Linear
    assert utils.get_registered_object("a") is None


def test_signatures_are_those_of_the_constructors():
    class Own(fastnn.layers.Dense):
        def __init__(self, units, factor=2.0):
            super().__init__(units)

    class Inheriting(Own):
        pass

    for kind in (Own, Inheriting):
        assert list(inspect.signature(kind).parameters) == ["units", "factor"]
    assert next(iter(inspect.signature(fastnn.optimizers.Nadam).parameters)) == "learning_rate"
    assert next(iter(inspect.signature(fastnn.Sequential).parameters)) == "layers"
    assert "args" not in inspect.signature(Own(3).call).parameters
