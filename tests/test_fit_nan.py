"""A loss that becomes NaN ends fit: the error names the step, and where the data hold NaN."""

import fastnn
import numpy as np
import pytest
from training import ONE, X, network


def spoiled(where):
    x, y, w = X.copy(), ONE[:, :1].copy(), np.ones(40)
    {"x": x, "y": y, "sample_weight": w}[where][37] = np.nan
    return x, y, w


@pytest.mark.parametrize("where", ["x", "y", "sample_weight"])
@pytest.mark.parametrize("eager", [False, True])
def test_nan_in_the_data_is_found(where, eager):
    model = network("mse", units=1, activation=None, run_eagerly=eager)
    x, y, w = spoiled(where)
    model.fit(X, ONE[:, :1], epochs=3, verbose=0)
    with pytest.raises(FloatingPointError) as caught:
        model.fit(x, y, sample_weight=w, epochs=9, batch_size=8, shuffle=False, verbose=0)
    text = str(caught.value)
    assert text.startswith("fit, epoch 1, step 5 of 5: the loss became NaN")
    assert f"NaN or infinity is in {where}." in text and "learning_rate" in text
    assert any(np.isnan(w).any() for w in model.get_weights())


def test_nan_that_is_not_in_the_data():
    model = network("mse", units=1, activation=None, optimizer=fastnn.optimizers.SGD(1e10))
    with pytest.raises(FloatingPointError, match="None of the data is NaN") as caught:
        model.fit(X, ONE[:, :1], epochs=100, verbose=0)
    assert "the loss became NaN" in str(caught.value) and "epoch 100" not in str(caught.value)
    model.set_weights(network(units=1).get_weights())
    model.compile("sgd", "mse")
    model.fit(X, ONE[:, :1], verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_nan_in_evaluation_and_validation_is_a_number():
    x, y, _ = spoiled("x")
    model = network("mse", units=1, activation=None)
    assert np.isnan(model.evaluate(x, y, verbose=0))
    history = model.fit(X, y, validation_data=(x, y), verbose=0).history
    assert np.isnan(history["val_loss"][0]) and np.isfinite(history["loss"][0])
