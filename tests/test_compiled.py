"""fastnn.compile against the same step without it: the same bits, and a clear error where a step does
what cannot be recorded."""

import os
import subprocess
import sys
import textwrap
import threading

import fastnn
import numpy as np
import pytest
from networks import batches, classification_step, digest, mlp


def train(compiled, data, dropout=0.0, threads=None, change=None):
    """The weights' digest after training on `data`; `change(i, model, optimizer)` acts between steps."""
    before = fastnn.get_num_threads()
    try:
        if threads:
            fastnn.set_num_threads(threads)
        model = mlp(dropout=dropout)
        optimizer = fastnn.optimizers.Adam(0.01)
        step = classification_step(model, optimizer)
        if compiled:
            step = fastnn.compile(step)
        for i, (x, y) in enumerate(data):
            if change:
                change(i, model, optimizer)
            step(x, y)
        if compiled:
            assert step.programs(), "nothing was recorded: the test compares eager with eager"
        return digest(model)
    finally:
        fastnn.set_num_threads(before)


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


def test_at_most_eight_programs_are_kept():
    f = fastnn.compile(lambda x: x + x)
    for _ in range(3):
        for n in range(1, 13):
            f(np.ones(n, "float32"))
            f(np.ones(n, "float32"))
    assert len(f.programs()) <= 8


# What cannot be recorded


def expect(message, step, *arguments, calls=2):
    """The plain first call works; while recording, the error says `message`."""
    compiled = fastnn.compile(step)
    for _ in range(calls - 1):
        compiled(*arguments)
    with pytest.raises(RuntimeError, match=message) as caught:
        compiled(*arguments)
    return str(caught.value)


X = np.arange(6, dtype="float32").reshape(2, 3)


@pytest.mark.parametrize(
    "read",
    [
        lambda t: float(t),
        lambda t: t.item(),
        lambda t: t.numpy(),
        lambda t: bool(t),
        lambda t: np.asarray(t),
        lambda t: int(t),
    ],
)
def test_reading_a_value_inside_names_the_line(read):
    def step(x):
        loss = fastnn.ops.mean_squared_error(x, x)
        read(loss)
        return loss

    assert "test_compiled.py:" in expect("reads a value inside the step", step, X)


def test_a_tensor_that_escapes_names_the_line():
    kept = []

    def step(x):
        kept.append(fastnn.ops.relu(x))
        return fastnn.ops.relu(x)

    text = expect("outlives the step", step, X)
    assert "test_compiled.py:" in text
    kept.clear()


def test_gradients_that_stay_escape_too():
    w = fastnn.Variable([1.0, 2.0, 3.0])

    def step(x):
        w.grad = None
        loss = fastnn.ops.mean_squared_error(fastnn.ops.add(x, w), x)
        loss.backward()
        return loss

    assert "test_compiled.py:" in expect("outlives the step", step, X)


def test_an_array_that_numpy_filled_inside_names_the_line():
    def step(x):
        inner = fastnn.devices.cpu.empty((2, 3), "float32")
        inner[:] = 1.0
        return fastnn.ops.add(x, fastnn.Tensor(inner))

    text = expect("no fastnn operation\nhas written|no fastnn operation has written", step, X)
    assert "test_compiled.py:" in text


def test_an_array_that_numpy_made_inside():
    def step(x):
        return fastnn.ops.add(x, np.random.default_rng(0).random((2, 3), dtype="float32"))

    expect("NumPy made inside", step, X)


def test_an_array_from_outside_is_fine():
    outside = np.ones((2, 3), "float32")
    f = fastnn.compile(lambda x: fastnn.ops.add(x, outside))
    for _ in range(4):
        assert (f(X).numpy() == X + 1).all()


def test_after_an_error_the_next_call_records():
    bad = [True]

    def step(x):
        y = fastnn.ops.relu(x)
        if bad[0] and fastnn.tape.recording():
            float(fastnn.ops.mean_squared_error(y, y))
        return y

    f = fastnn.compile(step)
    f(X)
    with pytest.raises(RuntimeError):
        f(X)
    bad[0] = False
    for _ in range(3):
        assert (f(X).numpy() == X).all()
    assert f.programs()


def test_an_argument_that_overlaps_a_written_variable_is_refused():
    w = fastnn.Variable(np.ones(3, "float32"))

    def step(x):
        w.assign(fastnn.ops.add(w, x))
        return fastnn.ops.relu(x)

    f = fastnn.compile(step)
    for _ in range(3):
        f(np.ones(3, "float32"))
    with pytest.raises(ValueError, match="overlaps"):
        f(w.array)


def test_a_bad_label_stops_the_replay_before_the_weights():
    model, optimizer = mlp(), fastnn.optimizers.Adam(0.01)
    step = fastnn.compile(classification_step(model, optimizer))
    x, y = batches(1)[0]
    for _ in range(4):
        step(x, y)
    before = digest(model)
    bad = y.copy()
    bad[3] = 5
    with pytest.raises(
        ValueError, match=r"softmax_cross_entropy_forward: label 5 is outside 0 \.\. 4"
    ):
        step(x, bad)
    assert digest(model) == before
    step(x, y)
    assert digest(model) != before


def test_a_tape_from_before_a_replay_notices_that_the_weights_changed():
    model, optimizer = mlp(), fastnn.optimizers.Adam(0.01)
    step = fastnn.compile(classification_step(model, optimizer))
    x, y = batches(1)[0]
    for _ in range(3):
        step(x, y)
    loss = fastnn.ops.sparse_categorical_crossentropy(y, model(x), from_logits=True)
    step(x, y)
    with pytest.raises(RuntimeError, match="was written to after the forward pass"):
        fastnn.gradients(loss, model.trainable_weights)


# Threads, processes, signals


def in_threads(*functions):
    errors = []

    def guarded(f):
        try:
            f()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(f,)) for f in functions]
    for t in threads:
        t.start()
    for t in threads:
        t.join(120)
        assert not t.is_alive(), "hangs"
    if errors:
        raise errors[0]


def test_two_threads_train_at_once():
    data = batches(60, size=96)
    alone = train(True, data)
    results = []
    model_lock = threading.Lock()

    def run():
        with model_lock:  # seeds are global; training is what runs side by side
            model = mlp()
        step = fastnn.compile(classification_step(model, fastnn.optimizers.Adam(0.01)))
        for x, y in data:
            step(x, y)
        results.append(digest(model))

    in_threads(run, run, run)
    assert results == [alone] * 3


def test_two_threads_replay_one_program():
    f = fastnn.compile(lambda x: fastnn.ops.matmul(x, x, transpose_b=True))
    xs = [np.random.default_rng(i).standard_normal((96, 96)).astype("float32") for i in range(2)]
    want = [f(x).numpy().copy() for x in xs]

    def run(i):
        for _ in range(200):
            assert (f(xs[i]).numpy() == want[i]).all()

    in_threads(lambda: run(0), lambda: run(1))


def test_recording_in_one_thread_while_another_trains():
    data = batches(40, size=96)
    alone = train(True, data)
    stop = threading.Event()

    def record():
        n = 1
        while not stop.is_set():
            f = fastnn.compile(lambda x: fastnn.ops.relu(x) + 1.0)
            n = n % 50 + 1
            for _ in range(3):
                assert (f(np.ones(n, "float32")).numpy() == 2).all()

    other = threading.Thread(target=record)
    other.start()
    try:
        assert train(True, data) == alone
    finally:
        stop.set()
        other.join(60)


def python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.path.dirname(__file__), **environment},
    )


FORK = """
    import os, sys, warnings
    warnings.simplefilter("ignore")
    import fastnn
    from networks import *
    fastnn.set_num_threads(2)
    def train(steps):
        model = mlp((64, 256, 256, 5)); model_step = classification_step(model, fastnn.optimizers.Adam(0.01))
        step = fastnn.compile(model_step)
        for x, y in batches(steps, size=128, inputs=64): step(x, y)
        return digest(model)
    want = None if {before} else train(8)
    pid = os.fork()
    if pid == 0:
        got = train(8)
        print(got, flush=True)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    print(train(8))
"""


@pytest.mark.parametrize("before", [True, False], ids=["before use", "after use"])
def test_a_forked_child_trains(before):
    done = python(FORK.format(before=before))
    assert done.returncode == 0, done.stderr
    child, parent = done.stdout.split()
    assert child == parent


def test_more_threads_than_cores_and_a_busy_process():
    data = batches(60, size=128)
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        assert train(True, data, threads=8) == train(True, data, threads=1)
    finally:
        busy.kill()
        busy.wait()


def test_ctrl_c_leaves_the_weights_of_a_whole_step():
    done = python(
        """
        import os, signal, threading, time, fastnn
        from networks import *
        def run(steps=None):
            model = mlp((64, 128, 128, 5)); opt = fastnn.optimizers.Adam(0.01)
            step = fastnn.compile(classification_step(model, opt))
            x, y = batches(1, size=64, inputs=64)[0]
            n = 0
            try:
                while steps is None or n < steps:
                    step(x, y); n += 1
            except KeyboardInterrupt:
                pass
            return opt.iterations.item(), digest(model)
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        steps, interrupted = run()
        assert steps > 3
        assert run(steps) == (steps, interrupted)
        print("ok")
        """
    )
    assert done.returncode == 0 and done.stdout.strip() == "ok", done.stderr


def test_threadpoolctl_sees_and_limits_the_team():
    threadpoolctl = pytest.importorskip("threadpoolctl")
    before = fastnn.get_num_threads()
    fastnn.set_num_threads(2)
    try:
        infos = [i for i in threadpoolctl.threadpool_info() if i["internal_api"] == "fastnn"]
        assert len(infos) == 1 and infos[0]["num_threads"] == 2
        with threadpoolctl.threadpool_limits(1):
            assert fastnn.get_num_threads() == 1
        assert fastnn.get_num_threads() == 2
    finally:
        fastnn.set_num_threads(before)


def test_dump_shows_the_plan():
    f = fastnn.compile(classification_step(mlp(), fastnn.optimizers.Adam(0.01)))
    for x, y in batches(3):
        f(x, y)
    [program] = f.programs()
    text = program.dump()
    assert "gemm" in text and "adam_update" in text
    assert program.slab_bytes >= program.lower_bound_bytes > 0
    assert program.sum_bytes >= program.slab_bytes
