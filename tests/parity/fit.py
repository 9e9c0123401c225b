"""fit, evaluate and predict with all their options, on small models; nothing is shuffled."""

import numpy as np

from parity import case, labels, numbers, set_weights, weights

X = numbers(22, 6, seed=1)
CLASSES = labels(22, classes=4, seed=2)
ONE_HOT = np.eye(4)[CLASSES]
BINARY = labels(22, 1, classes=2, seed=3)
VALUES = numbers(22, 4, seed=4)
WEIGHTS = numbers(22, seed=5, low=0.0, high=2.0)


def network(k, units=4, activation="softmax", **arguments):
    first = k.layers.Dense(5, activation="tanh", **arguments)
    model = k.Sequential([k.Input((6,)), first, k.layers.Dense(units, activation=activation)])
    return set_weights(model)


def fitted(k, model, x, y, *, optimizer=None, loss="sparse_categorical_crossentropy", **arguments):
    compiling = ("metrics", "weighted_metrics", "loss_weights", "run_eagerly")
    settings = {name: arguments.pop(name) for name in compiling if name in arguments}
    model.compile(optimizer or k.optimizers.SGD(0.5), loss, **settings)
    arguments = {"epochs": 3, "batch_size": 8} | arguments
    if callable(x):
        x = x()
        del arguments["batch_size"]
    history = model.fit(x, y, shuffle=False, verbose=0, **arguments)
    found = {f"history_{name}": np.array(values) for name, values in history.history.items()}
    return found | {"epochs": np.array(history.epoch)} | weights(model)


@case(
    plain=({},),
    accuracy=({"metrics": ["accuracy"]},),
    acc_and_more=({"metrics": ["acc", "sparse_top_k_categorical_accuracy"]},),
    weighted=({"sample_weight": WEIGHTS, "metrics": ["accuracy"]},),
    weighted_metrics=(
        {"sample_weight": WEIGHTS, "metrics": ["accuracy"], "weighted_metrics": ["accuracy"]},
    ),
    class_weight=({"class_weight": {0: 1.0, 1: 3.0, 3: 0.25}, "weighted_metrics": ["accuracy"]},),
    split=({"validation_split": 0.3, "metrics": ["accuracy"]},),
    initial_epoch=({"initial_epoch": 2, "epochs": 4},),
    large_batch=({"batch_size": 64},),
    steps=({"steps_per_epoch": 2, "epochs": 2},),
    eager=({"run_eagerly": True, "metrics": ["accuracy"]},),
    loss_weight=({"loss_weights": [0.5]},),
)
def options(k, arguments):
    return fitted(k, network(k), X, CLASSES, **arguments)


@case(
    freq=({"validation_freq": 2},),
    listed=({"validation_freq": [1, 3]},),
    batch=({"validation_batch_size": 3},),
    steps=({"validation_steps": 1},),
    weighted=({},),
)
def validation(k, arguments):
    data = (X[:9] + 0.1, CLASSES[:9])
    if not arguments:
        data = (*data, WEIGHTS[:9])
    return fitted(
        k, network(k), X, CLASSES, validation_data=data, weighted_metrics=["accuracy"], **arguments
    )


@case(
    binary=("binary_crossentropy", BINARY, 1, "sigmoid", ["accuracy"]),
    binary_flat=("binary_crossentropy", BINARY[:, 0], 1, "sigmoid", ["accuracy"]),
    categorical=("categorical_crossentropy", ONE_HOT, 4, "softmax", ["accuracy"]),
    column=("sparse_categorical_crossentropy", CLASSES[:, None], 4, "softmax", ["accuracy"]),
    floats=("sparse_categorical_crossentropy", CLASSES.astype(float), 4, "softmax", ["accuracy"]),
    chosen=("crossentropy", CLASSES, 4, "softmax", ["accuracy"]),
    mse=("mse", VALUES, 4, None, ["mae", "root_mean_squared_error"]),
    mse_flat=("mean_squared_error", VALUES[:, 0], 1, None, ["mse"]),
    mse_whole=("mse", CLASSES, 1, None, ["mae"]),
    huber=("huber", VALUES, 4, None, []),
)
def targets(k, loss, y, units, activation, metrics):
    model = network(k, units, activation)
    return fitted(k, model, X, y, loss=loss, metrics=metrics)


@case
def class_weight_of_one_hot(k):
    weight = {0: 2.0, 2: 0.5}
    model = network(k)
    return fitted(k, model, X, ONE_HOT, loss="categorical_crossentropy", class_weight=weight)


@case
def a_loss_of_logits_and_a_function(k):
    model = network(k, activation=None)
    loss = k.losses.SparseCategoricalCrossentropy(from_logits=True)

    def largest(y_true, y_pred):
        return k.ops.max(y_pred, axis=-1)

    return fitted(k, model, X, CLASSES, loss=loss, metrics=[largest, "accuracy"])


@case
def a_loss_of_ones_own(k):
    def fourth(y_true, y_pred):
        return k.ops.mean(k.ops.square(k.ops.square(y_true - y_pred)), axis=-1)

    return fitted(k, network(k, activation=None), X, VALUES, loss=fourth, sample_weight=WEIGHTS)


@case(
    schedule=(lambda k: k.optimizers.schedules.ExponentialDecay(0.5, 2, 0.8),),
    cosine=(lambda k: k.optimizers.schedules.CosineDecay(0.5, 6),),
)
def learning_rate(k, schedule):
    return fitted(k, network(k), X, CLASSES, optimizer=k.optimizers.SGD(schedule(k)))


@case(
    ema=({"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},),
    ema_at_the_end=({"use_ema": True, "ema_momentum": 0.8},),
    clipped=({"global_clipnorm": 0.05, "weight_decay": 0.01},),
)
def adam(k, arguments):
    return fitted(k, network(k), X, CLASSES, optimizer=k.optimizers.Adam(0.01, **arguments))


@case
def regularized(k):
    arguments = {
        "kernel_regularizer": k.regularizers.L1L2(0.01, 0.02),
        "bias_regularizer": "l2",
        "activity_regularizer": k.regularizers.L2(0.1),
        "kernel_constraint": k.constraints.MaxNorm(0.7),
    }
    model = network(k, **arguments)
    found = fitted(k, model, X, CLASSES, validation_data=(X[:5], CLASSES[:5]))
    return found | {"evaluated": model.evaluate(X, CLASSES, verbose=0)}


@case
def frozen_layers(k):
    model = network(k)
    model.layers[0].trainable = False
    return fitted(k, model, X, CLASSES)


@case
def a_deferred_model(k):
    model = k.Sequential([k.layers.Dense(3), k.layers.Dense(2)])
    model.build((None, 6))
    return fitted(k, set_weights(model), X, VALUES[:, :2], loss="mse")


# Callbacks


@case(
    restored=({"monitor": "val_loss", "patience": 2, "restore_best_weights": True},),
    baseline=({"monitor": "loss", "patience": 1, "baseline": 0.1},),
    accuracy=({"monitor": "val_accuracy", "patience": 1, "min_delta": 0.3, "mode": "max"},),
)
def early_stopping(k, arguments):
    stopping = k.callbacks.EarlyStopping(**arguments)
    data = (X[:6], CLASSES[6:12])
    return fitted(
        k,
        network(k),
        X,
        CLASSES,
        validation_data=data,
        epochs=12,
        callbacks=[stopping],
        metrics=["accuracy"],
    ) | {"stopped": stopping.stopped_epoch}


@case
def scheduled(k):
    def schedule(epoch, rate):
        return rate * 0.5 if epoch else rate

    callback = k.callbacks.LearningRateScheduler(schedule)
    return fitted(k, network(k), X, CLASSES, callbacks=[callback])


@case
def hooks(k):
    seen = []

    class Seen(k.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append([batch, logs["loss"], logs["accuracy"]])

        def on_test_batch_end(self, batch, logs=None):
            seen.append([batch, logs["loss"], logs["accuracy"]])

        def on_epoch_begin(self, epoch, logs=None):
            seen.append([epoch, -1, -1])

        def on_epoch_end(self, epoch, logs=None):
            seen.append([epoch, logs["loss"], logs["val_loss"]])
            if epoch == 1:
                self.model.stop_training = True

    found = fitted(
        k,
        network(k),
        X,
        CLASSES,
        callbacks=[Seen()],
        metrics=["accuracy"],
        validation_data=(X, CLASSES),
    )
    return found | {"seen": np.array(seen)}


# Generators


def batches(size, weighted=False, forever=True):
    def generate():
        while True:
            for i in range(0, len(X), size):
                part = slice(i, i + size)
                batch = (X[part], CLASSES[part])
                yield (*batch, WEIGHTS[part]) if weighted else batch
            if not forever:
                return

    return generate


@case(plain=(False,), weighted=(True,))
def generator(k, weighted):
    generate = batches(5, weighted)
    return fitted(k, network(k), generate, None, steps_per_epoch=3, epochs=2)


@case
def generator_for_validation(k):
    # The same batch again and again: Keras loses those that it has fetched ahead.
    data = {"validation_data": batches(len(X))(), "validation_steps": 2}
    return fitted(k, network(k), X, CLASSES, **data)


@case
def dataset(k):
    class Data(k.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, i):
            part = slice(6 * i, 6 * i + 6)
            return X[part], CLASSES[part]

    return fitted(k, network(k), Data, None)


# Single batches


@case
def on_batch(k):
    model = network(k)
    model.compile(k.optimizers.SGD(0.5), "sparse_categorical_crossentropy", metrics=["accuracy"])
    found = [model.train_on_batch(X, CLASSES)]
    found.append(model.train_on_batch(X, CLASSES, sample_weight=WEIGHTS))
    found.append(model.train_on_batch(X, CLASSES, class_weight={1: 2.0}))
    model.reset_metrics()
    found.append(model.train_on_batch(X, CLASSES))
    model.reset_metrics()
    found.append(model.test_on_batch(X, CLASSES))
    found.append(model.test_on_batch(X, CLASSES, sample_weight=WEIGHTS))
    named = model.test_on_batch(X, CLASSES, return_dict=True)
    found.append([named["loss"], named["accuracy"]])
    return {"found": np.array(found), "predicted": model.predict_on_batch(X)} | weights(model)


@case
def evaluated(k):
    model = network(k)
    model.compile(
        "sgd",
        "sparse_categorical_crossentropy",
        metrics=["accuracy", "sparse_categorical_crossentropy"],
    )
    named = model.evaluate(X, CLASSES, batch_size=5, verbose=0, return_dict=True)
    return {
        "listed": model.evaluate(X, CLASSES, batch_size=5, verbose=0),
        "weighted": model.evaluate(X, CLASSES, sample_weight=WEIGHTS, verbose=0),
        "steps": model.evaluate(X, CLASSES, batch_size=5, steps=2, verbose=0),
        "named": [named[name] for name in sorted(named)],
        "predicted": model.predict(X, batch_size=5, verbose=0),
        "predicted_steps": model.predict(X, batch_size=5, steps=2, verbose=0),
    }
