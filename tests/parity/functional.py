"""Functional models: branches, shared layers, several inputs and outputs, models as layers."""

import numpy as np

from parity import case, labels, numbers, set_weights, weights

A, B = numbers(20, 5, seed=11), numbers(20, 3, seed=12)
IMAGES = numbers(6, 8, 8, 2, seed=13)
VALUES, CLASSES = numbers(20, 2, seed=14), labels(20, classes=3, seed=15)
WEIGHTS = numbers(20, seed=16, low=0.0, high=2.0)


def trained(k, model, x, y, loss="mse", optimizer=None, **arguments):
    settings = {
        name: arguments.pop(name)
        for name in ("metrics", "weighted_metrics", "loss_weights")
        if name in arguments
    }
    model.compile(optimizer or k.optimizers.SGD(0.1), loss, **settings)
    arguments = {"epochs": 4, "batch_size": 8} | arguments
    history = model.fit(x, y, shuffle=False, verbose=0, **arguments)
    found = {f"history_{name}": np.array(values) for name, values in history.history.items()}
    return found | weights(model) | {"params": model.count_params()}


def two_by_two(k, as_dict=False):
    a, b = k.Input((5,), name="a"), k.Input((3,), name="b")
    x = k.layers.Concatenate()([k.layers.Dense(4, activation="relu")(a), b])
    x = k.layers.Dense(6, activation="tanh")(x)
    one = k.layers.Dense(2, name="one")(x)
    two = k.layers.Dense(3, activation="softmax", name="two")(x)
    inputs = {"a": a, "b": b} if as_dict else [a, b]
    outputs = {"one": one, "two": two} if as_dict else [one, two]
    return set_weights(k.Model(inputs, outputs))


LOSSES = {"one": "mse", "two": "sparse_categorical_crossentropy"}


@case(
    lists=(list(LOSSES.values()), {}),
    weighted=(list(LOSSES.values()), {"loss_weights": [0.3, 2.0]}),
    names=(LOSSES, {"loss_weights": {"one": 0.3, "two": 2.0}}),
    metrics=(LOSSES, {"metrics": {"one": "mae", "two": ["accuracy"]}}),
    metric_lists=(LOSSES, {"metrics": [["mae", "mse"], ["accuracy"]]}),
    weighted_metrics=(LOSSES, {"weighted_metrics": {"two": ["accuracy"]}}),
    sample_weight=(LOSSES, {"sample_weight": [WEIGHTS, WEIGHTS[::-1].copy()]}),
    validation=(LOSSES, {"validation_split": 0.25, "metrics": {"two": "accuracy"}}),
)
def lists(k, loss, arguments):
    return trained(k, two_by_two(k), [A, B], [VALUES, CLASSES], loss, **arguments)


@case(
    plain=({},),
    weighted=({"loss_weights": {"one": 0.3, "two": 2.0}, "metrics": {"two": ["accuracy"]}},),
)
def dicts(k, arguments):
    x, y = {"a": A, "b": B}, {"one": VALUES, "two": CLASSES}
    return trained(k, two_by_two(k, as_dict=True), x, y, LOSSES, **arguments)


@case
def dicts_for_lists(k):
    x, y = {"b": B, "a": A}, {"two": CLASSES, "one": VALUES}
    return trained(k, two_by_two(k), x, y, LOSSES)


@case
def measured(k):
    model = two_by_two(k)
    model.compile("sgd", LOSSES, metrics={"one": ["mae"], "two": ["accuracy"]})
    y = [VALUES, CLASSES]
    one, two = model.predict([A, B], verbose=0)
    named = model.evaluate([A, B], y, verbose=0, return_dict=True)
    listed = model.evaluate([A, B], y, batch_size=7, verbose=0)
    batch = model.train_on_batch([A, B], y)
    return {
        "one": one,
        "two": two,
        "named": [named[name] for name in sorted(named)],
        "listed": np.array(listed),
        "batch": np.array(batch),
    }


@case
def predicted_by_name(k):
    model = two_by_two(k, as_dict=True)
    return model.predict({"a": A, "b": B}, batch_size=6, verbose=0)


@case
def shared_layers(k):
    shared = k.layers.Dense(4, activation="tanh")
    a, b = k.Input((3,)), k.Input((3,))
    difference = k.layers.Subtract()([shared(a), shared(b)])
    y = k.layers.Dense(2)(k.layers.Multiply()([difference, shared(a)]))
    model = set_weights(k.Model([a, b], y))
    return trained(k, model, [B, -B], VALUES)


@case
def operators(k):
    a = k.Input((5,))
    x = k.layers.Dense(5)(a)
    y = k.ops.tanh(x * 2.0 + a) - a / 4.0
    model = set_weights(k.Model(a, k.layers.Dense(2)(k.ops.concatenate([y, -x], axis=-1))))
    return trained(k, model, A, VALUES)


@case
def models_as_layers(k):
    inner = k.Sequential([k.Input((5,)), k.layers.Dense(4, activation="relu"), k.layers.Dense(3)])
    a = k.Input((3,))
    branch = k.Model(a, [k.layers.Dense(2)(a), k.layers.Dense(3)(a)])
    x, b = k.Input((5,)), k.Input((3,))
    one, two = branch(k.layers.add([inner(x), b]))
    y = k.layers.Dense(2)(k.layers.concatenate([one, two, inner(-x)]))
    model = set_weights(k.Model([x, b], y))
    return trained(k, model, [A, B], VALUES)


@case
def features_of_a_model(k):
    """A model between tensors of another, and one that ends at a hidden layer."""
    model = set_weights(
        k.Sequential([k.Input((5,)), k.layers.Dense(4, activation="tanh"), k.layers.Dense(2)])
    )
    hidden = k.Model(model.inputs, model.layers[0].output)
    rest = k.Model(model.layers[0].output, model.outputs)
    h = hidden.predict(A, verbose=0)
    return {"hidden": h, "rest": np.asarray(rest.predict(h, verbose=0)).reshape(20, 2)}


@case
def frozen_base(k):
    """Transfer: a base that infers, though what is above it trains."""
    base = k.Sequential(
        [k.Input((5,)), k.layers.Dense(4), k.layers.BatchNormalization(momentum=0.5)]
    )
    set_weights(base)
    base.trainable = False
    a = k.Input((5,))
    model = k.Model(a, k.layers.Dense(2)(base(a, training=False)))
    set_weights(model)
    return trained(k, model, A, VALUES, validation_data=(A[:7], VALUES[:7]))


def residual(k):
    a = k.Input((8, 8, 2))
    x = k.layers.Conv2D(4, 3, padding="same", use_bias=False)(a)
    x = k.layers.BatchNormalization(momentum=0.9)(x)
    y = k.layers.ReLU()(x)
    y = k.layers.Conv2D(4, 3, padding="same")(y)
    x = k.layers.ReLU()(k.layers.add([x, y]))
    x = k.layers.MaxPooling2D()(x)
    x = k.layers.Conv2D(6, 3, strides=2, activation="relu")(x)
    x = k.layers.Dropout(0.0)(k.layers.Flatten()(x))
    return set_weights(k.Model(a, k.layers.Dense(3, activation="softmax")(x)))


@case(
    sgd=(lambda k: k.optimizers.SGD(0.05, momentum=0.9),),
    adam=(lambda k: k.optimizers.Adam(0.01),),
    rmsprop=(lambda k: k.optimizers.RMSprop(0.01),),
)
def residual_network(k, optimizer):
    loss = "sparse_categorical_crossentropy"
    arguments = {"batch_size": 3, "epochs": 5, "metrics": ["accuracy"]}
    return trained(k, residual(k), IMAGES, CLASSES[:6], loss, optimizer(k), **arguments)


@case
def a_layer_of_ones_own(k):
    class Scale(k.layers.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

        def call(self, inputs):
            self.add_loss(0.01 * k.ops.sum(k.ops.square(inputs)))
            return inputs * self.scale

    model = k.Sequential([k.Input((5,)), Scale(), k.layers.Dense(2)])
    return trained(k, set_weights(model), A, VALUES)


@case
def several_losses_on_one_output(k):
    a = k.Input((5,))
    x = k.layers.Dense(2, name="d")(a)
    model = set_weights(k.Model(a, [x, k.layers.Lambda(lambda t: t * 2.0, name="twice")(x)]))
    return trained(k, model, A, [VALUES, VALUES], ["mse", None])
