"""Metrics: sums over many batches, recorded steps, devices; and Variable.assign_add.

What they are worth is compared with Keras in tests/parity/metrics.py.
"""

import fastnn
import numpy as np
import pytest
import support
from fastnn import Variable, metrics, ops
from parity.losses import WEIGHTS
from parity.metrics import METRICS
from parity.metrics_counted import BY_CLASS, COUNTED

SOME = """
TruePositives_one TrueNegatives_unsorted FalsePositives_even FalseNegatives_other
Precision_top_above Precision_class Recall_class_top SensitivityAtSpecificity_plain
SpecificityAtSensitivity_one PrecisionAtRecall_two RecallAtPrecision_class AUC_plain AUC_given
AUC_gain AUC_labels AUC_labels_pr AUC_labels_given AUC_label_weights AUC_logits Pearson Concordance
R2 R2_each R2_adjusted F1Score_None_hard_None F1Score_macro_hard_0.3 FBetaScore_micro_soft_None
FBetaScore_weighted_soft_0.7
""".split()
METRICS = METRICS | {name: COUNTED[name] for name in SOME}
METRICS |= {f"{k}_by_class": v for k, v in BY_CLASS.items() if v[1].get("axis") != 0}
METRICS["confusion_matrix"] = ("ConfusionMatrix", {"num_classes": 4}, BY_CLASS["Mean_rows"][2])


def made(name):
    kind, options, arrays = METRICS[name]
    return getattr(metrics, kind)(**options), *arrays


def state(metric):
    return [v.numpy().tobytes() for v in metric.variables]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", METRICS)
def test_compiled_is_eager(name, dtype):
    """Bit for bit, over several batches, plain and weighted; the state is float64 all the time."""
    eager, y, p = made(name)
    compiled, *_ = made(name)
    if p.dtype.kind == "f":
        p = p.astype(dtype)

    @fastnn.compile
    def step(y, p, weights):
        compiled.update_state(y, p)
        compiled.update_state(y, p, sample_weight=weights)

    for i in range(4):
        order = np.roll(np.arange(6), i)
        eager.update_state(y[order], p[order])
        eager.update_state(y[order], p[order], sample_weight=WEIGHTS)
        step(y[order], p[order], WEIGHTS)
        assert state(compiled) == state(eager)
    assert step.programs()
    assert {v.dtype for v in compiled.variables} == {"float64"}
    assert compiled.result().numpy().tolist() == eager.result().numpy().tolist()
    assert compiled.result().dtype == "float64"
    versions = [v.version for v in compiled.variables]
    compiled.reset_state()
    assert all(v.version > n for v, n in zip(compiled.variables, versions, strict=True))
    assert not any(v.numpy().any() for v in compiled.variables)
    y, p = y[:6], p[:6]
    step(y, p, WEIGHTS)  # the recorded step goes on from there
    eager.reset_state()
    eager.update_state(y, p)
    eager.update_state(y, p, sample_weight=WEIGHTS)
    assert state(compiled) == state(eager)


@pytest.mark.parametrize("name", METRICS)
def test_other_devices(name):
    """A metric lives where it is made; targets and weights of the host go there."""
    gpu = support.open_device("emulated").device
    host, y, p = made(name)
    with gpu:
        metric, *_ = made(name)
    y, p = y[:6], p[:6]
    metric.update_state(y, gpu.upload(p))
    metric.update_state(y, gpu.upload(p), sample_weight=WEIGHTS)
    host.update_state(y, p)
    host.update_state(y, p, sample_weight=WEIGHTS)
    assert metric.result().device is gpu
    np.testing.assert_allclose(metric.result().numpy(), host.result().numpy(), rtol=1e-13)


@pytest.mark.parametrize("name", METRICS)
def test_many_batches_are_one(name):
    """The mean over batches of any sizes is that over all samples."""
    metric, y, p = made(name)
    if name.startswith(("hinge", "squared_hinge")):
        y = np.where(y > 0, 1.0, -1.0)
    whole = metric(y[:6], p[:6], sample_weight=WEIGHTS).numpy()
    metric.reset_state()
    for part in (slice(0, 1), slice(1, 4), slice(4, 6)):
        metric.update_state(y[part], p[part], sample_weight=WEIGHTS[part])
    np.testing.assert_allclose(metric.result().numpy(), whole, rtol=1e-14)


def test_long_sums_are_exact():
    """A float32 would stop counting at 2^24."""
    metric = metrics.Mean()
    metric.total.assign(2.0**24)
    metric.count.assign(2.0**25)
    for _ in range(3):
        metric.update_state(np.ones(2, "float32"))
    assert (metric.total.numpy(), metric.count.numpy()) == (2**24 + 6, 2**25 + 6)
    accuracy = metrics.SparseCategoricalAccuracy()
    accuracy.update_state(np.zeros(1000, "int32"), np.zeros((1000, 2), "float32"))
    assert accuracy.total.numpy() == accuracy.count.numpy() == 1000


def test_nothing_yet_is_zero():
    for kind in ("Mean", "Sum", "Accuracy", "RootMeanSquaredError", "BinaryCrossentropy"):
        assert getattr(metrics, kind)().result().item() == 0
    metric = metrics.MeanSquaredError()
    assert metric([1.0], [[2.0]], sample_weight=[0.0]).item() == 0


def test_single_values():
    """As a training loop adds up losses: a tensor without axes, weighted by the batch's size."""
    mean, total = metrics.Mean(), metrics.Sum()

    @fastnn.compile
    def step(x):
        loss = ops.mean(x)
        mean.update_state(loss, sample_weight=float(x.shape[0]))
        total.update_state(loss)
        return loss

    for n in (2, 2, 2, 4):
        step(np.full(n, n, "float32"))
    assert mean.result().item() == (3 * 2 * 2 + 4 * 4) / 10
    assert total.result().item() == 10
    mean.reset_state()
    assert mean(3.0).item() == 3.0


# Adding in place


def test_assign_add():
    v = Variable([1.0, 2.0], "float64", name="v")
    for value in (np.ones(2), np.ones(2, "float32"), [1, 1], ops.ones((2,)), np.ones(2, "int32")):
        v.assign_add(value)
    assert v.numpy().tolist() == [6.0, 7.0]
    v.assign_add(v)
    v.assign_add(v.detach())
    v.assign_add(ops.reshape(v, (2,)))
    assert v.numpy().tolist() == [48.0, 56.0]
    assert v.version == 8

    @fastnn.compile
    def step(x):
        v.assign_add(x)
        v.assign_add(v)
        return v * 1.0

    v.assign([0.0, 1.0])
    for wanted in ([2.0, 4.0], [6.0, 10.0], [14.0, 22.0], [30.0, 46.0]):
        assert step(np.ones(2, "float32")).numpy().tolist() == wanted
    assert v.version > 12


def test_what_was_saved_before_an_addition_is_no_longer_valid():
    w = Variable([2.0])
    loss = ops.mean(w * w)
    w.assign_add([1.0])
    with pytest.raises(RuntimeError, match="written"):
        fastnn.gradients(loss, [w])
