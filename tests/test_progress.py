"""The progress bar on terminals, in notebooks and in files: what is seen, and how often."""

import io
import os
import types

import numpy as np
import pytest
from fastnn.callbacks import CallbackList
from fastnn.utils import Progbar, _console, progress


class Terminal(io.TextIOWrapper):
    """Keeps what is written to it, and each of the writings."""

    def __init__(self, is_terminal=True, encoding="utf-8"):
        super().__init__(io.BytesIO(), encoding, write_through=True)
        self.is_terminal = is_terminal
        self.writings = []

    def isatty(self):
        return self.is_terminal

    def write(self, text):
        self.writings.append(text)
        return super().write(text)

    @property
    def text(self):
        return "".join(self.writings)

    @property
    def screen(self):
        """The lines that one sees: after "\\r" the line is written over."""
        lines = []
        for line in self.text.split("\n"):
            shown = ""
            for part in line.split("\r"):
                shown = part + shown[len(part) :]
            lines.append(shown.rstrip())
        return lines


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until one sets `clock.now`."""
    clock = types.SimpleNamespace(now=100.0)
    monkeypatch.setattr(progress, "perf_counter", lambda: clock.now)
    return clock


def open_as_stdout(monkeypatch, *arguments, modules=()):
    """Not sys.stdout itself, which pytest exchanges as it likes."""
    terminal = Terminal(*arguments)
    seen = types.SimpleNamespace(stdout=terminal, modules=modules)
    monkeypatch.setattr(_console, "sys", seen)
    return terminal


@pytest.fixture
def terminal(monkeypatch):
    return open_as_stdout(monkeypatch)


def run(clock, steps=4, seconds=0.5, **arguments):
    bar = Progbar(steps, title="Epoch 1/5", **arguments)
    for step in range(steps):
        clock.now += seconds
        bar.update(step + 1, {"loss": 0.5 / (step + 1), "accuracy": 0.25})
    return bar


# Where it is shown


def test_on_a_terminal(clock, terminal):
    run(clock, stateless_metrics=())
    assert terminal.writings == [
        "Epoch 1/5\n",
        "\r1/4 ━━━━━─────────────── 2s 2.0 steps/s - loss: 0.5000 - accuracy: 0.2500",
        "\r2/4 ━━━━━━━━━━────────── 1s 2.0 steps/s - loss: 0.2500 - accuracy: 0.2500",
        "\r3/4 ━━━━━━━━━━━━━━━───── 0s 2.0 steps/s - loss: 0.1667 - accuracy: 0.2500",
        "\r4/4 ━━━━━━━━━━━━━━━━━━━━ 2s 2.0 steps/s - loss: 0.1250 - accuracy: 0.2500\n",
    ]


@pytest.mark.parametrize("verbose", [1, 2, "auto"])
def test_in_a_file(clock, monkeypatch, verbose):
    file = open_as_stdout(monkeypatch, False)
    run(clock, stateless_metrics=(), verbose=verbose)
    line = "Epoch 1/5 - 4/4 - 2s - 2.0 steps/s - loss: 0.1250 - accuracy: 0.2500\n"
    assert file.writings == [line]


def test_in_a_notebook(clock, monkeypatch):
    page = open_as_stdout(monkeypatch, False, modules=("ipykernel",))
    run(clock, steps=100, seconds=0.01)
    assert len(page.writings) == 1 + 2 + 1  # the title; two in a second; the end
    assert page.screen[1].startswith("100/100 ━━━━━━━━━━━━━━━━━━━━ 1s 100 steps/s - loss: 0.")
    assert all("\r" in writing for writing in page.writings[1:])


def test_verbose_2_is_a_line_on_a_terminal_too(clock, terminal):
    run(clock, verbose=2)
    assert len(terminal.writings) == 1 and terminal.text.startswith("Epoch 1/5 - 4/4 - 2s - ")


def test_verbose_0_is_silent(clock, terminal):
    run(clock, verbose=0)
    assert terminal.text == ""


def test_no_stdout_at_all(clock, terminal):
    _console.sys.stdout = None
    run(clock)
    assert terminal.text == ""


def test_a_stdout_of_ascii(clock, monkeypatch):
    ascii_only = open_as_stdout(monkeypatch, True, "ascii")
    bar = Progbar(2, verbose=1)
    bar.update(1, {"größe": 1})
    assert ascii_only.screen == ["1/2 ==========---------- 0s - gr??e: 1.0000"]


@pytest.mark.parametrize("wrong", [3, -1, "yes", None, 1.0])
def test_wrong_verbose(wrong):
    with pytest.raises(ValueError, match=r"Progbar: verbose is .* or 'auto' is wanted"):
        Progbar(1, verbose=wrong)
    with pytest.raises(ValueError, match="ProgbarLogger: verbose is "):
        CallbackList(add_progbar=True, verbose=wrong, steps=1, epochs=1)


@pytest.mark.parametrize("name", ["target", "width", "interval"])
def test_wrong_numbers(name):
    for wrong in ("3", [3]):
        with pytest.raises(TypeError, match=rf"Progbar: {name} is .*3.*; an? \w+ is wanted"):
            Progbar(**{"target": 1, name: wrong})


# How often


def test_at_most_ten_renewals_a_second_and_values_are_read_for_those_alone(clock, terminal):
    reads = []

    def values():
        reads.append(None)
        return {"loss": 1.0}

    bar = Progbar(10_000)
    for step in range(5_000):
        clock.now += 0.001
        bar.update(step + 1, values)
    assert 49 <= len(terminal.writings) <= 51
    assert len(reads) == len(terminal.writings)


def test_the_last_values_are_shown_at_the_end(clock, terminal):
    bar = Progbar(10, stateful_metrics=["a"])
    for step in range(9):
        bar.update(step + 1, {"a": step})
    bar.update(10)
    assert terminal.screen[0].endswith(" - a: 8.0000")


def test_the_bar_of_fit_reads_the_logs_only_to_show_them(clock, terminal):
    reads = []
    callbacks = CallbackList(None, add_progbar=True, verbose=1, epochs=1, steps=1000)
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    for step in range(1000):
        clock.now += 0.001
        callbacks.on_train_batch_end(step, lambda: reads.append(None) or {"loss": 0.5})
    assert 9 <= len(reads) <= 11


def test_values_stay_that_do_not_come_again(clock, terminal):
    bar = Progbar(3, interval=0, stateless_metrics=())
    bar.update(1, {"a": 1, "b": 1})
    bar.update(2, lambda: {"b": 2})
    assert terminal.screen[0].endswith(" - a: 1.0000 - b: 2.0000")


# The line


def test_a_longer_line_is_wiped_away(clock, terminal):
    bar = Progbar(3, interval=0, stateful_metrics=["name"])
    bar.update(1, {"name": "a long text"})
    bar.update(2, {"name": "short"})
    assert terminal.screen[0].endswith("- name: short")
    assert len(terminal.writings[1]) == len(terminal.writings[0])


def test_the_line_fits_the_terminal_until_the_end(clock, terminal, monkeypatch):
    size = os.terminal_size((30, 20))
    monkeypatch.setattr(terminal, "fileno", lambda: 1)
    monkeypatch.setattr(os, "get_terminal_size", lambda descriptor: size)
    run(clock)
    assert all(len(writing) == 30 for writing in terminal.writings[1:-1])  # with "\r"
    assert terminal.writings[-1].endswith("accuracy: 0.2500\n")


def test_an_unknown_total(clock, terminal):
    bar = Progbar(None)
    clock.now += 2
    bar.update(7)
    clock.now += 2
    bar.update(8, finalize=True)
    assert terminal.writings[0] == "\r7/Unknown 2s 3.5 steps/s"
    assert terminal.screen[0] == "8/8 ━━━━━━━━━━━━━━━━━━━━ 4s 2.0 s/step"


def test_nothing_to_do(clock, terminal):
    Progbar(0).update(0)
    assert terminal.screen[0] == "0/0 0s"


def test_the_first_step_is_not_the_speed_of_the_others(clock, terminal):
    """It may have compiled something."""
    bar = Progbar(11)
    clock.now += 100
    bar.add(1)
    for _ in range(10):
        clock.now += 0.5
        bar.add(1)
    assert terminal.screen[0].endswith(" 1:45 2.0 steps/s")


def test_numbers_durations_and_speeds():
    numbers = {0.5: "0.5000", 0: "0.0000", 1e-4: "1.0000e-04", -2: "-2.0000", -1e-4: "-1.0000e-04"}
    numbers |= {"text": "text", float("inf"): "inf", np.float32(3): "3.0000"}
    assert [progress._number(value) for value in numbers] == [*numbers.values()]
    durations = {0.4: "0s", 59.4: "59s", 59.6: "1:00", 3599: "59:59", 3600: "1:00:00"}
    assert [progress._duration(seconds) for seconds in durations] == [*durations.values()]
    steps, bytes_ = Progbar(1, verbose=0), Progbar(1, verbose=0, unit_name="kB")
    assert steps._speed(0) == ""
    assert steps._speed(0.25) == "4.0 s/step"
    assert steps._speed(12345.6) == "12,346 steps/s"
    assert bytes_._speed(5) == "5.0 kB/s"


def test_means_as_keras_takes_them(clock, terminal):
    """Of 1, 2, 4 after 1, 2 and 4 steps; "last" is shown as it is."""
    for arguments in ({"stateful_metrics": ["last"]}, {"stateless_metrics": ["mean"]}):
        bar = Progbar(8, interval=0, **arguments)
        shown = []
        for step in (1, 2, 4):
            bar.update(step, [("mean", step), ("last", step)])
            shown.append(terminal.writings[-1].partition(" - ")[2])
        # What Keras 3.15.1 showed, by the same calls.
        assert shown == [
            "mean: 1.0000 - last: 1.0000",
            "mean: 1.5000 - last: 2.0000",
            "mean: 2.7500 - last: 4.0000",
        ]
        bar.update(4, [("mean", 9)])  # a result that replaces the mean
        assert "mean: 9.0000 - last: 4.0000" in terminal.writings[-1]
    with pytest.raises(ValueError, match="Progbar: stateful_metrics and stateless_metrics came"):
        Progbar(8, stateful_metrics=(), stateless_metrics=())


# In fit


def fit(clock, epochs=2, steps=3, validate=0.0, verbose=1):
    """As a model's fit would call it."""
    known = {"epochs": epochs, "steps": steps, "verbose": verbose}
    callbacks = CallbackList(None, add_history=True, add_progbar=verbose != 0, **known)
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_begin(epoch)
        for step in range(3):
            clock.now += 0.5
            if callbacks.batch_hooks_train:
                callbacks.on_train_batch_begin(step)
                callbacks.on_train_batch_end(step, lambda: {"loss": 0.5})
        logs = {"loss": 0.5}
        if validate:
            callbacks.on_test_begin()
            clock.now += validate
            callbacks.on_test_batch_end(0, {"loss": 2.0})
            callbacks.on_test_end({"loss": 2.0})
            logs["val_loss"] = 2.0
        callbacks.on_epoch_end(epoch, logs)
    callbacks.on_train_end(logs)
    return callbacks


def test_fit_on_a_terminal(clock, terminal):
    fit(clock, validate=10.0)
    line = "3/3 ━━━━━━━━━━━━━━━━━━━━ 12s 2.0 steps/s - loss: 0.5000 - val_loss: 2.0000"
    assert terminal.screen == ["Epoch 1/2", line, "Epoch 2/2", line, ""]


def test_fit_in_a_file(clock, monkeypatch):
    file = open_as_stdout(monkeypatch, False)
    fit(clock, validate=10.0)
    line = "3/3 - 12s - 2.0 steps/s - loss: 0.5000 - val_loss: 2.0000"
    assert file.screen == [f"Epoch 1/2 - {line}", f"Epoch 2/2 - {line}", ""]


def test_fit_of_one_epoch_has_no_title(clock, terminal):
    fit(clock, epochs=1)
    assert terminal.screen == ["3/3 ━━━━━━━━━━━━━━━━━━━━ 2s 2.0 steps/s - loss: 0.5000", ""]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_fit_with_an_unknown_number_of_steps(clock, monkeypatch, is_terminal):
    stdout = open_as_stdout(monkeypatch, is_terminal)
    fit(clock, steps=None)
    assert stdout.text.count("/Unknown") == 3 * is_terminal  # the second epoch has as many
    assert stdout.text.count("3/3") == 2 + is_terminal


def test_silent_fit(clock, terminal):
    fit(clock, verbose=0)
    assert terminal.text == ""


def test_evaluate_and_predict_have_a_bar(clock, terminal):
    bar = CallbackList(None, add_progbar=True, verbose=1, steps=2)
    bar.on_test_begin()
    for step in range(2):
        bar.on_test_batch_end(step, {"loss": 0.5})
    bar.on_test_end({"loss": 0.25})
    bar.on_predict_begin()
    for step in range(2):
        bar.on_predict_batch_end(step, {"outputs": np.ones(3)})
    bar.on_predict_end()
    tested, predicted, end = terminal.screen
    assert tested.startswith("2/2 ━") and tested.endswith(" - loss: 0.2500")
    assert predicted.startswith("2/2 ━") and "outputs" not in predicted and end == ""
