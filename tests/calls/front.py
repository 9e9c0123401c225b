"""Tensors, models, layers, losses, optimizers and settings."""

import fastnn
import numpy as np
from fastnn import (
    Tensor,
    Variable,
    activations,
    callbacks,
    devices,
    initializers,
    layers,
    losses,
    ops,
    optimizers,
    utils,
)
from fastnn.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop

from . import call, w, x


def loss():
    return ops.mean_squared_error(Variable(x()), x())


def apply(grads, variables, **arguments):
    Adam(**arguments).apply(grads, variables)


def adam_arguments():
    return {"beta_1": 0.9, "beta_2": 0.9, "epsilon": 0.1}


def limits():
    return {"weight_decay": 0.1, "clipnorm": 1.0}


def dense(x, **arguments):
    return layers.Dense(**arguments)(x)


def dropout(x, **arguments):
    return layers.Dropout(**arguments)(x, training=True)


def huber(y_true, y_pred, **arguments):
    return losses.Huber(**arguments)(y_true, y_pred)


def orthogonal(gain, **arguments):
    return initializers.Orthogonal(gain)(**arguments)


def identity(gain, **arguments):
    return initializers.Identity(gain)(**arguments)


def random_normal(mean, stddev, **arguments):
    return initializers.RandomNormal(mean, stddev)(**arguments)


def glorot(seed, **arguments):
    return initializers.GlorotUniform(seed)(**arguments)


def empty(shape, dtype):
    return devices.cpu.empty(shape, dtype)


def model():
    return fastnn.Sequential([fastnn.Input((3,)), layers.Dense(2)])


def unbuilt():
    return fastnn.Sequential([layers.Dense(2)])


def graph():
    inputs = fastnn.Input((3,))
    return {"inputs": inputs, "outputs": layers.Dense(2)(inputs)}


def call_model(x):
    return fastnn.Model(**graph())(x)


def compiled():
    trained = model()
    trained.compile("sgd", "mse")
    return trained


def data():
    return {"x": x(), "y": w()[:2], "sample_weight": np.ones(2, "float32")}


def options():
    return {"batch_size": 2, "verbose": 0, "callbacks": []}


# Without epochs and steps: 2^31 of them are right.
CALLS = {
    "Tensor": lambda: call(Tensor, array=x()),
    "Variable": lambda: call(Variable, value=x(), dtype="float32", device=None),
    "Variable.empty": lambda: call(Variable.empty, shape=(2,), dtype="float32", device=None),
    "Variable.assign": lambda: call(Variable(x()).assign, value=x()),
    "rate.assign": lambda: call(Variable(0.0).assign, value=1.0),
    "Input": lambda: call(fastnn.Input, shape=(2,), dtype="float32", batch_size=2),
    "Sequential": lambda: call(fastnn.Sequential, layers=[]),
    "Sequential()": lambda: call(model(), x=x()),
    "set_weights": lambda: call(model().set_weights, weights=[np.ones((3, 2)), np.ones(2)]),
    "Model": lambda: call(fastnn.Model, **graph(), name="m", trainable=True),
    "Model()": lambda: call(call_model, x=x()),
    "get_layer": lambda: call(model().get_layer, index=0),
    "Sequential.add": lambda: call(model().add, layer=layers.Dense(2)),
    "Sequential.build": lambda: call(unbuilt().build, input_shape=(None, 3)),
    "Model.compile": lambda: call(
        model().compile,
        optimizer="sgd",
        loss="mse",
        loss_weights=[1.0],
        metrics=["mae"],
        weighted_metrics=["mse"],
    ),
    "fit": lambda: call(compiled().fit, **data(), **options(), shuffle=True),
    "fit more": lambda: call(
        compiled().fit,
        **data(),
        **options(),
        validation_split=0.5,
        initial_epoch=0,
        validation_freq=1,
    ),
    "fit with validation": lambda: call(
        compiled().fit,
        **data(),
        **options(),
        validation_data=(x(), w()[:2]),
        validation_batch_size=2,
    ),
    "fit by class": lambda: call(
        compiled().fit, x=x(), y=w()[:2], class_weight={0: 1.0}, **options()
    ),
    "evaluate": lambda: call(compiled().evaluate, **data(), **options(), return_dict=True),
    "predict": lambda: call(model().predict, x=x(), **options()),
    "train_on_batch": lambda: call(compiled().train_on_batch, **data(), return_dict=True),
    "train_on_batch by class": lambda: call(
        compiled().train_on_batch, x=x(), y=w()[:2], class_weight={0: 1.0}
    ),
    "test_on_batch": lambda: call(compiled().test_on_batch, **data()),
    "predict_on_batch": lambda: call(model().predict_on_batch, x=x()),
    "EarlyStopping": lambda: call(
        callbacks.EarlyStopping,
        monitor="loss",
        min_delta=0.1,
        patience=1,
        mode="auto",
        baseline=0.5,
        start_from_epoch=0,
    ),
    "LearningRateScheduler": lambda: call(
        callbacks.LearningRateScheduler, schedule=lambda epoch, rate: rate
    ),
    "to_categorical": lambda: call(utils.to_categorical, x=[0, 1], num_classes=2),
    "normalize": lambda: call(utils.normalize, x=x(), axis=-1, order=2),
    "gradients": lambda: call(fastnn.gradients, loss=loss(), variables=[]),
    "compile": lambda: call(fastnn.compile, function=ops.relu),
    "compile()": lambda: call(fastnn.compile(ops.relu), x=x()),
    "set_num_threads": lambda: call(fastnn.set_num_threads, n=1),
    "set_random_seed": lambda: call(utils.set_random_seed, seed=1),
    "devices.cpu.empty": lambda: call(empty, shape=(2,), dtype="float32"),
    "activations.get": lambda: call(activations.get, identifier="relu"),
    "initializers.get": lambda: call(initializers.get, identifier="zeros"),
    "GlorotUniform": lambda: call(glorot, seed=1, shape=(2, 3), dtype="float32", device=None),
    "Dense": lambda: call(dense, x=x(), units=2, activation=None, dtype="float32"),
    "Dense of": lambda: call(dense, x=x(), units=2, kernel_initializer="zeros"),
    "Dropout": lambda: call(dropout, x=x(), rate=0.5, noise_shape=(1, 3), seed=1),
    "SpatialDropout2D": lambda: call(layers.SpatialDropout2D, rate=0.5, seed=1),
    "GaussianNoise": lambda: call(layers.GaussianNoise, stddev=0.5, seed=1),
    "Orthogonal": lambda: call(orthogonal, gain=1.0, shape=(2, 3), dtype="float32"),
    "Identity": lambda: call(identity, gain=1.0, shape=(2, 3), dtype="float32"),
    "RandomNormal": lambda: call(random_normal, mean=0.0, stddev=1.0, shape=(2,), dtype="float32"),
    "VarianceScaling": lambda: call(
        initializers.VarianceScaling, scale=1.0, mode="fan_in", distribution="uniform"
    ),
    "Activation": lambda: call(layers.Activation, activation="relu"),
    "Adam": lambda: call(Adam, learning_rate=0.1, **adam_arguments(), **limits()),
    "AdamW": lambda: call(AdamW, learning_rate=0.1, weight_decay=0.1, global_clipnorm=1.0),
    "SGD": lambda: call(SGD, learning_rate=0.1, momentum=0.5, clipvalue=1.0),
    "RMSprop": lambda: call(RMSprop, learning_rate=0.1, rho=0.5, momentum=0.5, epsilon=0.1),
    "Adagrad": lambda: call(Adagrad, initial_accumulator_value=0.1, epsilon=0.1),
    "Adadelta": lambda: call(Adadelta, learning_rate=0.1, rho=0.5, epsilon=0.1),
    "optimizers.get": lambda: call(optimizers.get, identifier="adam"),
    "Adam.apply": lambda: call(apply, grads=[Tensor(x())], variables=[Variable(x())]),
    "MeanSquaredError": lambda: call(losses.MeanSquaredError(), y_true=x(), y_pred=x()),
    "MeanAbsoluteError": lambda: call(losses.MeanAbsoluteError(), y_true=x(), y_pred=x()),
    "Huber": lambda: call(huber, y_true=x(), y_pred=x(), delta=0.5),
    "BinaryCrossentropy": lambda: call(
        losses.BinaryCrossentropy(), y_true=x(), y_pred=x(), sample_weight=[1.0, 2.0]
    ),
    "SparseCategoricalCrossentropy": lambda: call(
        losses.SparseCategoricalCrossentropy(), y_true=[0, 1], y_pred=x(), sample_weight=[1.0, 2.0]
    ),
    "CategoricalCrossentropy": lambda: call(
        losses.CategoricalCrossentropy(), y_true=x(), y_pred=x(), sample_weight=[1.0, 2.0]
    ),
}
