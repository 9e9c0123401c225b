"""Batches from generators and other iterables: how many there are, how they end, and wrong ones."""

import warnings

import fastnn
import numpy as np
import pytest
from fastnn.callbacks import Callback
from training import X, Y, network, refused

BATCH = (X[:8], Y[:8])


class Batches(Callback):
    """How many batches each epoch had."""

    def __init__(self):
        self.counts = []

    def on_epoch_begin(self, epoch, logs=None):
        self.counts.append(0)

    def on_train_batch_end(self, batch, logs=None):
        self.counts[-1] += 1


def generator(count):
    yield from [BATCH] * count


class Again:
    """Can be iterated again and again."""

    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return generator(self.count)


class Sized(Again):
    def __len__(self):
        return 4


class Numbered(fastnn.utils.PyDataset):
    def __init__(self, count):
        super().__init__()
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        return BATCH


def counted(data, **arguments):
    """The batches of each epoch, and the warnings."""
    seen, model = Batches(), network()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        history = model.fit(data, verbose=0, callbacks=[seen], **arguments).history
    assert np.isfinite(history["loss"]).all() and all(history["loss"])
    assert len(history["loss"]) == len([n for n in seen.counts if n])
    assert all(w.filename == __file__ for w in caught)  # the user's line
    return seen.counts, [str(w.message) for w in caught]


@pytest.mark.parametrize("make", [Again, Numbered])
@pytest.mark.parametrize("steps", [None, 2, 3, 4, 7])
def test_what_can_begin_anew_never_ends(make, steps):
    """More steps than it has go on with its next pass."""
    counts, said = counted(make(4), steps_per_epoch=steps, epochs=3)
    assert counts == [steps or 4] * 3 and not said


def test_a_generator_for_one_epoch_and_for_several():
    assert counted(generator(3)) == ([3], [])
    assert counted(generator(6), steps_per_epoch=3, epochs=2) == ([3, 3], [])
    assert counted(generator(9), steps_per_epoch=3, epochs=2) == ([3, 3], [])


@pytest.mark.parametrize(
    ("data", "arguments", "counts", "says"),
    [
        (generator(7), {"steps_per_epoch": 3, "epochs": 5}, [3, 3, 1], "after 1 of 3 steps of ep"),
        (generator(6), {"steps_per_epoch": 3, "epochs": 5}, [3, 3, 0], "after 0 of 3 steps of ep"),
        (generator(2), {"steps_per_epoch": 5}, [2], "ended after 2 of 5 steps of epoch 1, and tr"),
        (generator(3), {"epochs": 4}, [3, 0], "has ended and cannot begin anew, and training"),
        (Sized(2), {"epochs": 2}, [2], "the Sized ended after 2 of 4 steps of epoch 1"),
    ],
)
def test_data_that_end_early(data, arguments, counts, says):
    got, [warning] = counted(data, **arguments)
    assert got == counts and says in warning
    assert warning.startswith("fit: ") and "steps_per_epoch batches for each epoch" in warning


def test_validation_data_that_end_early():
    model = network()
    for data, steps, epochs in ((generator(3), None, 1), (generator(5), 2, 2)):
        with pytest.warns(UserWarning, match="fit: validation_data: the generator .* validation_s"):
            history = model.fit(
                X, Y, validation_data=data, validation_steps=steps, epochs=4, verbose=0
            ).history
        measured = history["val_loss"]
        assert epochs <= len(measured) <= epochs + 1 and all(measured)  # never a loss of nothing
        assert len(history["loss"]) == 4


def test_evaluate_and_predict_that_end_early():
    model = network()
    with pytest.warns(UserWarning, match="evaluate: the generator ended after 2 of 4 steps"):
        measured = model.evaluate(generator(2), steps=4, verbose=0)
    assert measured == pytest.approx(model.evaluate(*BATCH, verbose=0))
    with pytest.warns(UserWarning, match=r"predict: .* ended after 2 of 4 .*yield steps batches"):
        assert model.predict(generator(2), steps=4, verbose=0).shape == (16, 4)


def test_arrays_that_end_early():
    with pytest.warns(UserWarning, match="the data ended after 2 of 5 steps of an epoch; a pass"):
        model = network()
        model.fit(X, Y, steps_per_epoch=5, verbose=0)


@pytest.mark.parametrize("make", [generator, Again, Numbered])
@pytest.mark.parametrize("steps", [None, 2])
def test_no_batch_at_all(make, steps):
    message = "the (generator|Again) gave no batch in epoch 1|the Numbered is empty"
    call = {"fit": "steps_per_epoch", "evaluate": "steps", "predict": "steps"}
    for way, name in call.items():
        if make is Numbered and steps:
            message = "is empty|gave no batch"
        arguments = {name: steps, "verbose": 0}
        refused(ValueError, message, network(), lambda m: getattr(m, way)(make(0), **arguments))  # noqa: B023
    validation = {"validation_data": make(0), "validation_steps": steps, "verbose": 0}
    with pytest.raises(ValueError, match=r"gave no batch|is empty"):
        network().fit(X, Y, **validation)


# Batches that are none


@pytest.mark.parametrize(
    ("batch", "error", "message"),
    [
        ((X, Y, Y, Y), ValueError, r"fit: batch 2 has 4 parts; x, \(x, y\) or"),
        ((), ValueError, "fit: batch 2 has 0 parts"),
        (None, ValueError, "fit, batch 2: x is None"),
        ("text", TypeError, "fit, batch 2: x: a str came"),
        (X, ValueError, "fit: batch 2 has another form than those before it"),
        ((X, Y, np.ones(40)), ValueError, "fit: batch 2 has another form"),
        (([X, X], Y), ValueError, r"fit, batch 2: .*has shape \(2, 40, 6\)"),
        ((X[:, :4], Y), ValueError, r"fit, batch 2: .*has shape \(40, 4\); \(None, 6\) is wanted"),
        ((X[:8, :, None], Y[:8]), None, ""),  # Keras drops it too
        ((X[:5], Y), ValueError, "fit, batch 2: the numbers of samples differ: x has 5, y has 40"),
        ((X[:0], Y[:0]), ValueError, "fit, batch 2: x is empty"),
        ((X.astype(str), Y), TypeError, "fit, batch 2: x: an array of <U"),
        ((X, np.eye(4)[Y]), ValueError, r"fit, epoch 1, step 3: .*y_true has shape \(40, 4\)"),
        ((X[:5], Y[:5]), None, ""),
        ((X.astype("float64"), Y.astype("uint8")), None, ""),
    ],
)
def test_batches_that_change(batch, error, message):
    def data():
        yield BATCH
        yield BATCH
        yield batch
        yield BATCH

    model = network()
    if error is None:
        assert model.fit(data(), verbose=0).epoch == [0]
        return
    with pytest.raises(error, match=message):
        model.fit(data(), verbose=0)
    model.fit(X, Y, verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_arguments_beside_a_generator():
    for name, value in (("y", Y), ("sample_weight", np.ones(40)), ("batch_size", 8)):
        with pytest.raises(ValueError, match=f"fit: {name} came beside a generator"):
            network().fit(generator(3), verbose=0, **{name: value})
    with pytest.raises(ValueError, match=r"fit, epoch 1, step 1: .*no targets y came"):
        network().fit((X for _ in range(3)), verbose=0)


def test_errors_within_a_generator_come_out():
    def broken():
        yield BATCH
        raise OSError("disk")

    class Broken(Numbered):
        def __getitem__(self, i):
            if i == 2:
                raise IndexError("no such file")
            return BATCH

    for data, error in ((broken(), OSError), (Broken(4), IndexError)):
        model = network()
        with pytest.raises(error):
            model.fit(data, verbose=0)
        model.fit(generator(2), verbose=0)
    with pytest.raises(NotImplementedError, match=r"defines no __len__\(\)"):
        network().fit(fastnn.utils.PyDataset(), verbose=0)


def test_the_end_of_an_epoch_is_told():
    class Told(Numbered):
        ends = 0

        def on_epoch_end(self):
            self.ends += 1

    data = Told(3)
    network().fit(data, epochs=4, verbose=0)
    assert data.ends == 4
