"""Ctrl-C ends fit between two steps, and leaves a model that goes on."""

import subprocess
import sys

import interrupted


def test_ctrl_c():
    command = [sys.executable, "-X", "faulthandler", interrupted.__file__]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr[-3000:]
    assert not run.stderr
    steps = dict(line.split(": ") for line in run.stdout.splitlines())
    assert len(steps) == 21
    assert steps["call 1"] == "0 steps" and steps["call 2"] == "1 steps"
    assert steps["a callback"] == "5 steps"
    compiled = [int(n.split()[0]) for what, n in steps.items() if "compiled" in what]
    assert max(compiled) > 3  # replayed ones
