"""fastnn.random: what is drawn by a generator, by a number, and by set_random_seed."""

import random as pythons

import fastnn
import numpy as np
import pytest
from fastnn import random


def test_recorded_steps_follow_the_seed_that_is_set():
    """A generator steps on, a number does not, and set_random_seed reaches into a recording."""

    @fastnn.compile
    def step(x):
        return random.normal((3,)) + x, random.uniform((3,), seed=5) + x

    def draw(function):
        fastnn.utils.set_random_seed(4)
        return [[t.numpy().tolist() for t in function(np.zeros(3, "float32"))] for _ in range(4)]

    first = draw(step)
    assert draw(step) == first == draw(step.function)
    assert len({str(one) for one, _ in first}) == 4 and len({str(two) for _, two in first}) == 1
    fastnn.utils.set_random_seed(5)
    assert step(np.zeros(3, "float32"))[0].numpy().tolist() != first[0][0]


def test_a_generator_goes_on():
    one, two = random.SeedGenerator(7), random.SeedGenerator(7)
    pairs = [(random.normal((4,), seed=one), random.normal((4,), seed=two)) for _ in range(3)]
    assert all(a.numpy().tolist() == b.numpy().tolist() for a, b in pairs)
    assert len({str(a.numpy()) for a, _ in pairs}) == 3
    again = random.SeedGenerator.from_config(one.get_config())
    assert random.normal((4,), seed=again).numpy().tolist() == pairs[0][0].numpy().tolist()


def test_whole_numbers():
    x = random.randint((3000,), -2, 3, seed=1)
    counts = np.bincount(x.numpy() + 2)
    # 600 of each are expected; a standard deviation is sqrt(3000 0.2 0.8) = 22.
    assert x.dtype == "int32" and len(counts) == 5 and (abs(counts - 600) < 110).all()
    top = random.uniform((1000,), 2**31 - 2, 2**31, dtype="int64", seed=1).numpy()
    assert set(top.tolist()) == {2**31 - 2, 2**31 - 1}
    with pytest.raises(ValueError, match="minval < maxval"):
        random.randint((2,), 3, 3)


def test_distributions():
    x = random.truncated_normal((2000,), 1.0, 0.5, dtype="float64", seed=1).numpy()
    assert x.dtype == "float64" and abs(x - 1).max() <= 1 < abs(x).max()
    y = random.dropout(np.ones((20, 30), "float32"), 0.5, noise_shape=(None, 1), seed=2).numpy()
    assert set(y.ravel().tolist()) == {0.0, 2.0} and (y == y[:, :1]).all()


def test_set_random_seed_seeds_python_and_numpy_too():
    drawn = []
    for _ in range(2):
        fastnn.utils.set_random_seed(2**40 + 3)
        drawn.append((pythons.random(), np.random.random()))  # noqa: NPY002
    assert drawn[0] == drawn[1]
