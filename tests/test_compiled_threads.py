"""Compiled steps among threads, forks, signals and busy neighbours: the same bits, no hang."""

import os
import signal
import subprocess
import sys
import textwrap
import threading

import fastnn
import numpy as np
import pytest
from networks import batches, classification_step, digest, mlp, train


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
        model = mlp((64, 256, 256, 5))
        step = fastnn.compile(classification_step(model, fastnn.optimizers.Adam(0.01)))
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
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a shell's background
        def run(steps=None):
            model = mlp((64, 128, 128, 5)); opt = fastnn.optimizers.Adam(0.01)
            step = fastnn.compile(classification_step(model, opt))
            x, y = batches(1, size=64, inputs=64)[0]
            n = 0
            try:
                while steps is None or n < steps:
                    step(x, y); n += 1
                    if steps is None and n == 4:  # imports and recording may take long
                        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            except KeyboardInterrupt:
                pass
            return opt.iterations.item(), digest(model)
        steps, interrupted = run()
        assert steps > 3
        assert run(steps) == (steps, interrupted)
        print("ok")
        """
    )
    assert done.returncode == 0 and done.stdout.strip() == "ok", done.stderr


def test_ctrl_c_inside_the_core_is_not_lost():
    f = fastnn.compile(lambda x: fastnn.ops.relu(x))
    x = np.ones(3, "float32")
    f(x)

    def interrupted():
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    fastnn._core.set_line_function(interrupted)  # called at each allocation while recording
    try:
        with pytest.raises(KeyboardInterrupt):
            f(x)
            for _ in range(100):
                pass
    finally:
        fastnn._core.set_line_function(fastnn._lines.user_line)
        signal.signal(signal.SIGINT, before)


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


def test_workers_keep_to_the_processors_that_the_user_gives():
    """Workers leave the caller's processor, but never those that they are confined to."""
    code = """
        import os, numpy as np, fastnn
        fastnn.set_num_threads(3)
        x = np.ones((256, 256), "float32")
        f = fastnn.compile(lambda x: fastnn.ops.matmul(x, x))

        def masks():
            return [os.sched_getaffinity(int(t)) for t in os.listdir("/proc/self/task")]

        for _ in range(200):
            f(x)
        everywhere = os.sched_getaffinity(0)
        assert all(mask <= everywhere for mask in masks())
        one = {min(everywhere)}
        for t in os.listdir("/proc/self/task"):
            os.sched_setaffinity(int(t), one)
        for _ in range(200):
            f(x)
        assert all(mask == one for mask in masks()), masks()
    """
    done = python(code)
    assert done.returncode == 0, done.stderr


def test_a_child_forked_while_another_thread_replays():
    code = """
        import os, threading, time, warnings, numpy as np, fastnn
        warnings.simplefilter("ignore")
        x = np.random.default_rng(0).random((700, 700), "float32")
        f = fastnn.compile(lambda x: fastnn.ops.matmul(fastnn.ops.matmul(x, x), x))
        want = [f(x).numpy().sum() for _ in range(3)][0]
        threading.Thread(target=lambda: [f(x) for _ in range(10**6)], daemon=True).start()
        time.sleep(0.2)
        for _ in range(5):
            child = os.fork()
            if child == 0:
                os._exit(0 if f(x).numpy().sum() == want else 1)
            assert os.waitpid(child, 0)[1] == 0
        os._exit(0)
    """
    done = python(code)
    assert done.returncode == 0, done.stderr


def test_the_interpreter_ends_while_a_thread_works():
    code = """
        import threading, time, numpy as np, fastnn
        x = np.ones((900, 900), "float32")
        y = np.empty_like(x)
        f = fastnn.compile(lambda x: fastnn.ops.matmul(x, x))

        def kernel():
            fastnn.kernels.gemm(y, x, x, None, None, (False, False, "none"))

        for work in (kernel, lambda: f(x)):
            forever = lambda work=work: [work() for _ in range(10**6)]
            threading.Thread(target=forever, daemon=True).start()
        time.sleep(0.3)
    """
    for _ in range(3):
        done = python(code)
        assert done.returncode == 0, done.stderr


def test_ctrl_c_around_recordings_leaves_no_recording_open():
    code = """
        import signal, time, numpy as np, fastnn
        from fastnn import _core
        x = np.ones((8, 8), "float32")

        def stop(*_):
            raise KeyboardInterrupt

        signal.signal(signal.SIGALRM, stop)
        stopped = 0
        for i in range(1500):
            f = fastnn.compile(lambda x: fastnn.ops.relu(fastnn.ops.matmul(x, x)))
            try:
                signal.setitimer(signal.ITIMER_REAL, 1e-5 + i % 100 * 4e-6)
                for _ in range(3):
                    f(x)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                stopped += 1
            assert not _core.recording() and not _core.inside()
        assert stopped > 100, stopped
    """
    done = python(code)
    assert done.returncode == 0, done.stderr
