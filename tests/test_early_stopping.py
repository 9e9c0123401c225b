"""EarlyStopping ends training where Keras's does."""

import fastnn
import numpy as np
import pytest
from fastnn.callbacks import EarlyStopping
from fitting import Model, fit

nan = float("nan")


def outcome(epochs, stopped, best, best_epoch, wait, restored=None):
    return [epochs, stopped, best, best_epoch, wait, restored]


# (arguments, values of the epochs, what Keras 3.15.1 made of them)
SCRIPTS = [
    ({}, [5, 4, 3, 4, 2, 1], outcome(4, 3, 3, 2, 1)),
    ({"patience": 2}, [5, 4, 4.5, 4.5, 3, 1], outcome(4, 3, 4, 1, 2)),
    ({"patience": 2}, [5, 4, 4.5, 3.5, 4, 3.4, 3.6, 3.5, 1], outcome(8, 7, 3.4, 5, 2)),
    ({"patience": 1}, [5, 5, 5, 4], outcome(2, 1, 5, 0, 1)),
    ({"patience": 0}, [5, 6, 4], outcome(2, 1, 5, 0, 1)),
    ({"patience": 2, "min_delta": 0.5}, [5, 4.75, 4.25, 4, 3.9, 3.8], outcome(5, 4, 4.25, 2, 2)),
    ({"patience": 2, "min_delta": -0.5}, [5, 4.75, 4.25, 4, 3.9, 3.8], outcome(5, 4, 4.25, 2, 2)),
    ({"patience": 1, "min_delta": 0.5}, [5, 4.5, 4, 3.5], outcome(2, 1, 5, 0, 1)),
    ({"patience": 1, "mode": "max"}, [1, 2, 3, 2.5, 2, 4], outcome(4, 3, 3, 2, 1)),
    (
        {"patience": 2, "mode": "max", "min_delta": 0.25},
        [1, 1.125, 1.2, 1.5, 1.625, 1.7],
        outcome(3, 2, 1, 0, 2),
    ),
    ({"patience": 2, "baseline": 1}, [5, 4, 3, 2.5, 2, 1.5, 0.5], outcome(7, 0, 0.5, 6, 0)),
    ({"patience": 2, "baseline": 1}, [5, 4, 4.5, 4.5], outcome(3, 2, 4, 1, 3)),
    ({"patience": 2, "baseline": 3}, [5, 2, 2.5, 1.5, 1.6, 1.7, 1.8], outcome(6, 5, 1.5, 3, 2)),
    (
        {"patience": 3, "baseline": 3},
        [5, 4, 3.5, 2.5, 2.6, 2.7, 2.8, 2.9],
        outcome(7, 6, 2.5, 3, 3),
    ),
    (
        {"patience": 2, "baseline": 0.5, "mode": "max"},
        [0.1, 0.2, 0.6, 0.5, 0.55, 0.7],
        outcome(5, 4, 0.6, 2, 2),
    ),
    ({"patience": 2, "restore_best_weights": True}, [5, 3, 4, 3.5, 1], outcome(4, 3, 3, 1, 2, 1)),
    ({"patience": 9, "restore_best_weights": True}, [5, 3, 4, 3.5], outcome(4, 0, 3, 1, 2, 1)),
    ({"patience": 1, "restore_best_weights": True}, [5, 6, 7], outcome(2, 1, 5, 0, 1, 0)),
    (
        {"patience": 2, "baseline": 1, "restore_best_weights": True},
        [5, 4, 4.5, 4.2],
        outcome(3, 2, 4, 1, 3, 1),
    ),
    ({"start_from_epoch": 3}, [1, 2, 3, 4, 5, 6], outcome(5, 4, 4, 3, 1)),
    (
        {"start_from_epoch": 2, "patience": 1, "restore_best_weights": True},
        [1, 2, 3, 4, 2, 6, 7],
        outcome(4, 3, 3, 2, 1, 2),
    ),
    ({"start_from_epoch": 9, "restore_best_weights": True}, [1, 2, 3], outcome(3, 0, None, 0, 0)),
    ({"patience": 2}, [nan, 4, 3, 2, 1], outcome(3, 2, nan, 0, 2)),
    ({"patience": 2}, [4, nan, 3, nan, nan, 2], outcome(5, 4, 3, 2, 2)),
    ({"patience": 1}, [4, None, 5, 3], outcome(3, 2, 4, 0, 1)),
]


def run(stop, values):
    model = Model()
    stop.set_model(model)
    stop.on_train_begin()
    for epoch, value in enumerate(values):
        model.weights = epoch
        stop.on_epoch_end(epoch, {} if value is None else {stop.monitor: value})
        if model.stop_training:
            break
    stop.on_train_end()
    return outcome(
        epoch + 1, stop.stopped_epoch, stop.best, stop.best_epoch, stop.wait, model.restored
    )


@pytest.mark.filterwarnings("ignore:EarlyStopping:UserWarning")
@pytest.mark.parametrize("arguments, values, wanted", SCRIPTS)
def test_early_stopping_stops_where_keras_does(arguments, values, wanted):
    stop = EarlyStopping("loss", **arguments)
    for _ in range(2):  # a callback may be used once more
        np.testing.assert_equal(run(stop, values), wanted)


@pytest.mark.parametrize(
    "names, falling, rising",
    [
        (
            "loss val_loss mse mean_absolute_error val_mae hinge kl_divergence poisson logcosh "
            "binary_crossentropy false_positives false_negatives accuracy_loss val_auc_loss error",
            4,
            3,
        ),
        (
            "acc val_acc accuracy sparse_categorical_accuracy top_k_categorical_accuracy auc "
            "val_auc_1 precision recall f1_score fbeta_score r2_score cosine_similarity mean_io_u "
            "true_positives sensitivity_at_specificity precision_at_recall binary_accuracy AUC",
            3,
            4,
        ),
    ],
)
def test_the_direction_is_guessed_from_the_name(names, falling, rising):
    for name in names.split():
        assert run(EarlyStopping(name, patience=2), [5, 4, 3, 2])[0] == falling, name
        assert run(EarlyStopping(name, patience=2), [2, 3, 4, 5])[0] == rising, name


def test_the_metric_knows_its_direction_better():
    class Metric:
        name, direction = "gain", "up"

    stop = EarlyStopping("val_gain")
    assert not stop.is_better(2, 1)
    stop.set_model(Model())
    stop.model.metrics = [Metric()]
    assert stop.is_better(2, 1) and not stop.is_better(1, 2)


def test_early_stopping_says_what_it_does(capsys):
    fit(EarlyStopping("loss", verbose=1, restore_best_weights=True, mode="max"), 5)
    said = capsys.readouterr().out
    assert said == (
        "Epoch 2: stopped, as loss was best in epoch 1\nThe weights of epoch 1 are back\n"
    )
    fit(EarlyStopping("loss", restore_best_weights=True, mode="max"), 5)
    assert capsys.readouterr().out == ""


def test_early_stopping_gives_a_real_model_its_weights_back():
    model = fastnn.Sequential([fastnn.Input((2,)), fastnn.layers.Dense(1)])
    best = model.get_weights()
    stop = EarlyStopping("loss", patience=1, restore_best_weights=True)
    stop.set_model(model)
    stop.on_epoch_end(0, {"loss": 1.0})
    model.set_weights([w + 1 for w in best])
    stop.on_epoch_end(1, {"loss": 2.0})
    assert model.stop_training
    stop.on_train_end()
    np.testing.assert_array_equal(model.get_weights()[0], best[0])


def test_what_is_not_there_is_told():
    stop = EarlyStopping()
    with pytest.warns(UserWarning, match="'val_loss', which is not there; loss, mae is. .* valid"):
        stop.on_epoch_end(0, {"loss": 1.0, "mae": 2.0})
    with pytest.warns(UserWarning, match="'auc', which is not there; nothing is"):
        EarlyStopping("auc").on_epoch_end(0, {})


def test_wrong_arguments_of_early_stopping():
    with pytest.raises(ValueError, match="EarlyStopping: mode is 'up'; 'auto', 'min' or 'max'"):
        EarlyStopping(mode="up")
    with pytest.raises(TypeError, match=r"EarlyStopping: monitor is \['loss'\]; a name is wanted"):
        EarlyStopping(["loss"])
    for name in ("min_delta", "patience", "baseline", "start_from_epoch"):
        with pytest.raises(TypeError, match=f"EarlyStopping: {name} is '3'; a number is wanted"):
            EarlyStopping(**{name: "3"})
