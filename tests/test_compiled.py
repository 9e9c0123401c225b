"""fastnn.compile against the same step without it: the same bits."""

import collections

import fastnn
import numpy as np
from networks import batches, classification_step, digest, mlp, train


def same_as_eager(data, **arguments):
    assert train(True, data, **arguments) == train(False, data, **arguments)


def test_eager_and_compiled_and_any_number_of_threads_give_the_same_bits():
    data = batches(200, size=64)
    runs = {train(c, data, dropout=0.3, threads=n) for c in (False, True) for n in (1, 2, 4)}
    assert len(runs) == 1


def test_the_learning_rate_may_change_between_replays():
    def halve(i, model, optimizer):
        if i % 3 == 2:
            optimizer.learning_rate = 0.01 / (1 + i)

    data = batches(9)
    same_as_eager(data, change=halve)
    assert train(True, data, change=halve) != train(True, data)


def test_rate_zero_freezes_the_weights_without_a_new_recording():
    model, optimizer = mlp(), fastnn.optimizers.Adam(0.01)
    step = fastnn.compile(classification_step(model, optimizer))
    data = batches(6)
    for x, y in data[:4]:
        step(x, y)
    [program] = step.programs()
    optimizer.learning_rate = 0.0
    before = digest(model)
    for x, y in data[4:]:
        step(x, y)
    assert digest(model) == before
    assert step.programs() == [program]


def test_set_weights_between_replays():
    fresh = mlp(seed=9).get_weights()

    def reset(i, model, optimizer):
        if i == 5:
            model.set_weights(fresh)

    same_as_eager(batches(8), change=reset)


def test_the_short_last_batch_has_a_program_of_its_own():
    data = batches(4, size=24) + batches(4, size=7) + batches(4, size=24)
    same_as_eager(data)


def test_freezing_a_layer_is_a_new_recording():
    def freeze(i, model, optimizer):
        if i == 4:
            model.layers[0].trainable = False

    data = batches(9)

    def run(compiled):
        model, optimizer = mlp(), fastnn.optimizers.Adam(0.01)
        every = model.trainable_weights

        def step(x, y):
            loss = fastnn.ops.sparse_categorical_crossentropy(y, model(x), from_logits=True)
            weights = model.trainable_weights
            optimizer.apply(fastnn.gradients(loss, weights), weights)
            return loss

        call = fastnn.compile(step) if compiled else step
        frozen = None
        for i, (x, y) in enumerate(data):
            freeze(i, model, optimizer)
            if i == 4:
                frozen = every[0].numpy()
            call(x, y)
        assert (every[0].numpy() == frozen).all()
        return digest(model)

    assert run(True) == run(False)


def test_adding_a_layer_is_a_new_recording():
    model = fastnn.Sequential([fastnn.Input((20,)), fastnn.layers.Dense(5)])
    predict = fastnn.compile(lambda x: model(x))
    x, _ = batches(1)[0]
    for _ in range(4):
        assert predict(x).shape == (24, 5)
    model.add(fastnn.layers.Dense(3))
    for _ in range(4):
        assert predict(x).shape == (24, 3)
    model.pop()
    assert predict(x).shape == (24, 5)


def test_two_models_that_share_a_variable():
    def run(compiled):
        fastnn.utils.set_random_seed(3)
        shared = fastnn.layers.Dense(20)
        one = fastnn.Sequential([fastnn.Input((20,)), shared, fastnn.layers.Dense(5)])
        two = fastnn.Sequential([fastnn.Input((20,)), shared, shared, fastnn.layers.Dense(5)])
        steps = [classification_step(m, fastnn.optimizers.Adam(0.01)) for m in (one, two)]
        if compiled:
            steps = [fastnn.compile(s) for s in steps]
        for x, y in batches(6):
            for step in steps:
                step(x, y)
        return digest(one), digest(two)

    assert run(True) == run(False)


def test_two_optimizers_in_one_loop_as_a_gan_has():
    def run(compiled):
        generator, critic = mlp((8, 16, 20), seed=4), mlp((20, 16, 2), seed=5)
        g_opt, c_opt = fastnn.optimizers.Adam(0.002), fastnn.optimizers.Adam(0.001)
        g_w, c_w = generator.trainable_weights, critic.trainable_weights
        loss_of = fastnn.losses.SparseCategoricalCrossentropy(from_logits=True)

        def step(noise, real, ones, zeros):
            fake = generator(noise)
            loss = loss_of(ones, critic(real)) + loss_of(zeros, critic(fake.detach()))
            c_opt.apply(fastnn.gradients(loss, c_w), c_w)
            g_loss = loss_of(ones, critic(generator(noise)))
            g_opt.apply(fastnn.gradients(g_loss, g_w), g_w)
            return loss, {"generator": g_loss}

        call = fastnn.compile(step) if compiled else step
        rng = np.random.default_rng(6)
        ones, zeros = np.ones(12, "int32"), np.zeros(12, "int32")
        for _ in range(7):
            noise = rng.standard_normal((12, 8)).astype("float32")
            real = rng.standard_normal((12, 20)).astype("float32")
            loss, more = call(noise, real, ones, zeros)
            values = loss.item(), more["generator"].item()
        return digest(generator), digest(critic), values

    assert run(True) == run(False)


def test_results_are_fresh_at_every_call():
    double = fastnn.compile(lambda x: fastnn.ops.add(x, x))
    results = [double(np.full(3, i, "float32")) for i in range(6)]
    assert [r.numpy().tolist() for r in results] == [[2.0 * i] * 3 for i in range(6)]


def test_a_branch_taken_by_a_plain_argument_is_part_of_the_signature():
    @fastnn.compile
    def f(x, twice):
        return x + x if twice else x + 0

    x = np.ones(2, "float32")
    for _ in range(4):
        assert f(x, True).numpy().tolist() == [2.0, 2.0]
        assert f(x, False).numpy().tolist() == [1.0, 1.0]
        assert f(x, twice=1).numpy().tolist() == [2.0, 2.0]


def test_compile_inside_compile():
    inner = fastnn.compile(lambda x: fastnn.ops.relu(x))
    outer = fastnn.compile(lambda x: inner(x) + 1.0)
    for _ in range(4):
        assert outer(np.array([-1.0, 2.0], "float32")).numpy().tolist() == [1.0, 3.0]


def test_a_step_that_returns_nothing_runs_once_a_call():
    def silent(model):
        loud = classification_step(model, fastnn.optimizers.Adam(0.01))

        def step(x, labels):
            loud(x, labels)

        return step

    eager, replayed = mlp(), mlp()
    step, compiled = silent(eager), fastnn.compile(silent(replayed))
    for x, y in batches(8):
        assert step(x, y) is None and compiled(x, y) is None
    assert compiled.programs()
    assert digest(eager) == digest(replayed)


def test_any_nest_of_results():
    Pair = collections.namedtuple("Pair", "first second")

    @fastnn.compile
    def f(x):
        return {"a": [x + 1.0, None, 3], "b": Pair(x + x, ()), "c": (x + x,)}

    for i in range(4):
        got = f(np.full(2, i, "float32"))
        assert list(got) == ["a", "b", "c"]
        assert type(got["a"]) is list and got["a"][0].numpy().tolist() == [i + 1.0] * 2
        assert got["a"][1:] == [None, 3] and type(got["b"]) is Pair and got["b"].second == ()
        assert got["c"][0].numpy().tolist() == [2.0 * i] * 2


def test_at_most_eight_programs_are_kept():
    f = fastnn.compile(lambda x: x + x)
    for _ in range(3):
        for n in range(1, 13):
            f(np.ones(n, "float32"))
            f(np.ones(n, "float32"))
    assert len(f.programs()) <= 8


def test_dump_shows_the_plan():
    f = fastnn.compile(classification_step(mlp(), fastnn.optimizers.Adam(0.01)))
    for x, y in batches(3):
        f(x, y)
    [program] = f.programs()
    text = program.dump()
    assert "gemm" in text and "adam_update" in text
    assert program.slab_bytes >= program.lower_bound_bytes > 0
    assert program.sum_bytes >= program.slab_bytes


def test_data_of_another_dtype_is_converted_as_in_eager_mode():
    model = mlp()
    step = classification_step(model, fastnn.optimizers.Adam(0.01))
    compiled = fastnn.compile(step)
    x, y = batches(1)[0]
    for _ in range(4):
        losses = [f(x.astype("float64"), y.astype("int64")).item() for f in (step, compiled)]
        assert losses[1] < losses[0]
    assert compiled.programs()
