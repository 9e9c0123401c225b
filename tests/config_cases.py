"""Objects whose configuration Keras and fastnn must give alike: functions of the module `k`.

    python tests/config_cases.py [folder]

where Keras is installed writes Keras's answers to configs.json, in tests/parity; and lets Keras
read an ours.json, if there is one in the folder.
"""

import json
import os
import sys
import warnings
from pathlib import Path

import numpy as np

ANSWERS = Path(__file__).with_name("parity") / "configs.json"
PATHS = ("layers", "losses", "metrics", "optimizers", "optimizers.schedules", "initializers")
PATHS += ("regularizers", "constraints")
# What classes are made of that take something, or that are to be made otherwise as well.
ARGUMENTS = {
    "layers.Activation": ("relu",),
    "layers.AlphaDropout": (0.5,),
    "layers.AveragePooling2D": (2,),
    "layers.CenterCrop": (8, 6),
    "layers.Conv2D": (4, 3),
    "layers.Conv2DTranspose": (4, 3),
    "layers.Dense": (3,),
    "layers.DepthwiseConv2D": (3,),
    "layers.Dot": (1,),
    "layers.Dropout": (0.5,),
    "layers.GaussianDropout": (0.5,),
    "layers.GaussianNoise": (0.5,),
    "layers.InputLayer": ((4,),),
    "layers.Maxout": (2,),
    "layers.Permute": ((2, 1),),
    "layers.RandomBrightness": (0.2,),
    "layers.RandomContrast": (0.2,),
    "layers.RandomCrop": (8, 6, 3),
    "layers.RandomRotation": (0.1,),
    "layers.RandomSharpness": (0.5,),
    "layers.RandomTranslation": (0.1, 0.2),
    "layers.RandomZoom": (0.1,),
    "layers.RepeatVector": (3,),
    "layers.Rescaling": (0.5,),
    "layers.Reshape": ((2, -1),),
    "layers.Resizing": (8, 6),
    "layers.SeparableConv2D": (4, 3),
    "layers.SpatialDropout2D": (0.5,),
    "metrics.BinaryIoU": ((0, 1),),
    "metrics.ConfusionMatrix": (3,),
    "metrics.IoU": (3, (0, 2)),
    "metrics.MeanIoU": (3,),
    "metrics.OneHotIoU": (3, (0, 2)),
    "metrics.OneHotMeanIoU": (3,),
    "metrics.PrecisionAtRecall": (0.5,),
    "metrics.RecallAtPrecision": (0.5,),
    "metrics.SensitivityAtSpecificity": (0.5,),
    "metrics.SpecificityAtSensitivity": (0.5,),
    "optimizers.schedules.CosineDecay": (0.1, 10),
    "optimizers.schedules.CosineDecayRestarts": (0.1, 10),
    "optimizers.schedules.ExponentialDecay": (0.1, 10, 0.5),
    "optimizers.schedules.InverseTimeDecay": (0.1, 10, 0.5),
    "optimizers.schedules.PiecewiseConstantDecay": ([1, 2], [0.1, 0.2, 0.3]),
    "optimizers.schedules.PolynomialDecay": (0.1, 10),
}
BASES = {"Layer", "Loss", "LossFunctionWrapper", "Metric", "MeanMetricWrapper", "Optimizer"}
BASES |= {"LearningRateSchedule", "Initializer", "Regularizer", "Constraint"}
BASES |= {"Lambda"}  # see test_config.py


def get(k, path):
    for name in path.split("."):
        k = getattr(k, name, None)
    return k


def classes():
    """The paths of all classes of fastnn that have a configuration, but for the bases."""
    import fastnn

    paths = []
    for path in PATHS:
        module = get(fastnn, path)
        for name in module.__all__:
            kind = getattr(module, name)
            if isinstance(kind, type) and name == kind.__name__ and name not in BASES:
                paths.append(f"{path}.{name}")
    return paths


def made(k, path):
    return get(k, path)(*ARGUMENTS.get(path, ()))


# Objects with other arguments than the defaults


def dense(k):
    return k.layers.Dense(
        *(5, "tanh", False, "he_normal", k.initializers.Constant(0.5)),
        kernel_regularizer=k.regularizers.L1L2(0.25, 0.5),
        activity_regularizer="l2",
        kernel_constraint=k.constraints.MaxNorm(3, axis=(0, 1)),
        name="named",
        trainable=False,
        dtype="float64",
    )


def activation_layer(k):
    return k.layers.Conv2D(2, (3, 1), (1, 2), "same", activation=k.layers.LeakyReLU(0.5))


def adam(k):
    rate = k.optimizers.schedules.PolynomialDecay(0.5, 8, power=2.0)
    return k.optimizers.Adam(rate, amsgrad=True, clipnorm=0.5, use_ema=True, name="own")


def focal(k):
    return k.losses.BinaryFocalCrossentropy(True, gamma=3.0, reduction="sum", name="focal")


def batch_normalization(k):
    return k.layers.BatchNormalization(momentum=0.5, scale=False, gamma_initializer="uniform")


def dropout(k):
    return k.layers.Dropout(0.25, noise_shape=(None, 1), seed=7)


def prelu(k):
    return k.layers.PReLU("ones", shared_axes=[1, 2])


def input_layer(k):
    return k.layers.InputLayer((None, 3), batch_size=2, dtype="int32", name="in")


# Models


def sequential(k):
    layers = [k.layers.Input((6,)), k.layers.Dense(4, "relu"), k.layers.Dropout(0.5)]
    return k.Sequential([*layers, k.layers.Dense(2, name="last")], name="chain")


def unbuilt(k):
    return k.Sequential([k.layers.Flatten(), k.layers.Dense(2)], name="unbuilt")


def compiled(k):
    model = sequential(k)
    loss, weighted = (
        k.losses.CategoricalCrossentropy(from_logits=True),
        k.metrics.MeanSquaredError(),
    )
    sgd = k.optimizers.SGD(0.5, momentum=0.25)
    model.compile(sgd, loss, metrics=["accuracy"], weighted_metrics=[weighted], run_eagerly=True)
    return model


def shared(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    dense = k.layers.Dense(4, activation="relu", name="shared")
    x = k.layers.Add(name="sum")([dense(a), dense(b)])
    both = k.layers.Concatenate(name="both")([x, dense(x)])
    outputs = {"p": k.layers.Dense(1, name="p")(both), "q": x}
    return k.Model({"a": a, "b": b}, outputs, name="shared_layers")


def nested(k):
    i, j = k.Input((4,), name="i"), k.Input((4,), name="j")
    inner = k.Model(i, k.layers.Dense(4, name="d")(i), name="inner")
    chain = k.Sequential([k.layers.Input((4,)), k.layers.Dense(4, name="e")], name="chain")
    y = k.layers.Add(name="sum")([chain(inner(inner(j))), inner(j)])
    return k.Model(j, [y, inner(y)], name="outer")


def operations(k):
    x, y = k.Input((4,), name="x"), k.Input((4,), name="y")
    z = (x + y * 2.0) / (1.0 + k.ops.exp(-x)) - k.ops.maximum(x, 0.5)
    z = k.ops.concatenate([z, k.ops.mean(y, axis=1, keepdims=True), z[:, 1:3]], axis=-1)
    z = k.ops.stack([k.ops.relu(z), k.ops.softmax(z), k.ops.clip(z, -1.0, 1.0)], axis=1)
    column = k.ops.expand_dims(z[..., 0, :], -1)
    z = k.ops.transpose(k.ops.reshape(z, (-1, 7, 3)), (0, 2, 1)) @ column
    return k.Model([x, y], k.ops.sum(z, axis=(1, 2)) ** 2.0, name="of_operations")


def options(k):
    x = k.Input((3, 4), name="x")
    y = k.layers.BatchNormalization(name="norm")(x, training=False)
    return k.Model(x, k.layers.Dot(2, name="dot")([y, x]), name="with_options")


OBJECTS = (dense, activation_layer, adam, focal, batch_normalization, dropout, prelu, input_layer)
MODELS = (sequential, unbuilt, compiled, shared, nested, operations, options)


def plain(value):
    """What JSON makes of it."""
    return json.loads(json.dumps(value))


def answers(keras):
    """What Keras says of all of it."""
    found = {}
    for path in classes():
        if get(keras, path) is not None:
            keras.backend.clear_session()
            found[path] = keras.saving.serialize_keras_object(made(keras, path))
    for function in (*OBJECTS, *MODELS):
        keras.backend.clear_session()
        found[function.__name__] = keras.saving.serialize_keras_object(function(keras))
    return found


def read(keras, folder):
    """Let Keras make all of fastnn's configurations in ours.json, and run what is of operations."""
    for name, config in json.loads((folder / "ours.json").read_text()).items():
        keras.backend.clear_session()
        made = keras.saving.deserialize_keras_object(config)
        again = keras.saving.serialize_keras_object(made)
        assert again["class_name"] == config["class_name"], name
        if name == "operations":
            data = [np.random.RandomState(i).rand(4, 4).astype("float32") for i in (0, 1)]
            np.save(folder / "operations.npy", np.asarray(made(data)))


def main():
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ANSWERS.parent
    found = sorted(answers(keras).items())
    lines = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in found)
    (folder / ANSWERS.name).write_text("{\n" + ",\n".join(lines) + "\n}\n")
    if (folder / "ours.json").exists():
        read(keras, folder)
    print(f"{len(found)} configurations")


if __name__ == "__main__":
    main()
