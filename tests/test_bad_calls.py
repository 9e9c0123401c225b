"""Public functions given None, text, odd objects, huge sizes: a clear error, and never a crash."""

import json
import subprocess
import sys

import bad_calls
import fastnn
import pytest
from calls import all_calls

BIG = "1" + 19 * "0" + ".."
# What is no number, no name and no function may be taken by none of them, except that
FINE = {
    "Input: shape=[None]",  # says that the size varies
    "Input: shape=(None,)",
    "ops.getitem: key=(None,)",  # a new axis
    "ops.getitem rows: key=(None,)",
    "ops.concatenate: xs=[[1], [1, 2]]",
    f"ops.roll: shift={BIG}",  # any integer
    *(f"Tensor: array=array {t}" for t in ("complex64 (3,)", "<U3 (3,)", "object (3,)")),
    *(f"ops.{name}: tensors=[[1], [1, 2]]" for name in ("global_norm", "norms")),  # two arrays
    "Model: name='text'",
    "EarlyStopping: monitor='text'",
    "Model.compile: loss_weights=[[1], [1, 2]]",  # for several outputs
    *(
        f"Model.compile: {what}={none}"
        for what in ("loss", "loss_weights", "metrics")  # for several
        for none in ("[None]", "(None,)")
    ),
    *(f"Model.compile: weighted_metrics={none}" for none in ("[None]", "(None,)")),
    "Tensor: array=array datetime64[s] (3,)",  # wraps any array: the first operation refuses
}
NONSENSE = ["'text'", "b'bytes'", "[None]", "['a']", "[[1], [1, 2]]", "1j", "('a',)", "(None,)"]
NONSENSE += [f"array {t} (3,)" for t in ("complex64", "<U3", "datetime64[s]", "object")]
NONSENSE += ["Liar", "Index", "<object", BIG]


# A message says what came and what is wanted, not where Python stumbled over it.
STUMBLES = ["' object is not", "' object has no", "not supported between", "truth value of"]
STUMBLES += ["unhashable", "to unpack", "could not convert", "cannot be interpreted"]


@pytest.fixture(scope="module")
def outcomes():
    """{call: {"error": .., "text": ..}}, from a process of its own."""
    command = [sys.executable, "-X", "faulthandler", bad_calls.__file__]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, f"died of {lines[-1:]}:\n{run.stderr[-3000:]}"
    assert not run.stderr  # no warning either
    return {line["call"]: outcome for line, outcome in zip(lines[::2], lines[1::2], strict=True)}


def test_every_operation_is_called():
    assert {f"ops.{name}" for name in fastnn.ops.__all__} <= set(all_calls())


def test_right_calls_are_taken(outcomes):
    right = {what: o for what, o in outcomes.items() if what.endswith(": right")}
    assert len(right) == len(all_calls())
    assert not {what: o for what, o in right.items() if o["error"]}


def test_wrong_calls_are_refused(outcomes):
    expected = {None, *(kind.__name__ for kind in bad_calls.EXPECTED)}
    odd = {what: o for what, o in outcomes.items() if o["error"] not in expected}
    assert not odd, f"{len(odd)} errors of another kind"
    accepted = [what for what, o in outcomes.items() if not o["error"] and what not in FINE]
    assert not [w for w in accepted if w.partition("=")[2].startswith(tuple(NONSENSE))]


def test_messages_are_clear(outcomes):
    texts = {what: o["text"] for what, o in outcomes.items() if o["error"]}
    assert not {what: t for what, t in texts.items() if any(s in t for s in STUMBLES)}
