"""fastnn.profile: who pays for which launch, what is counted, and that nothing is changed by it."""

import json

import fastnn
import numpy as np
import pytest
import support
from fastnn import ops
from fastnn.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    MaxPooling2D,
    Rescaling,
)
from training import X, Y, network, noisy, state

PICTURES = np.random.default_rng(0).standard_normal((4, 12, 12, 3)).astype("float32")
LABELS = np.arange(4) % 3


def convolutional():
    layers = [
        Rescaling(0.5, name="rescaled"),
        Conv2D(8, 3, activation="relu", name="conv"),
        MaxPooling2D(name="pool"),
        DepthwiseConv2D(3, padding="same", name="depthwise"),
        Conv2DTranspose(4, 3, strides=2, name="transposed"),
        Flatten(name="flat"),
        Dropout(0.25, name="drop"),
        Dense(3, activation="softmax", name="dense"),
    ]
    model = fastnn.Sequential([fastnn.Input((12, 12, 3)), *layers])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def rows(profile):
    return {row.name: row for row in profile.rows}


def test_each_layer_has_a_row_and_the_shares_make_one():
    model = convolutional()
    profile = fastnn.profile(model, PICTURES, LABELS, rounds=2)
    names = [layer.name for layer in model.layers]
    assert [row.name for row in profile.rows] == [*names, "loss", "metrics", "optimizer", "other"]
    assert sum(row.share for row in profile.rows) == pytest.approx(1)
    assert sum(row.seconds for row in profile.rows) == pytest.approx(profile.total)
    assert profile.total == pytest.approx(sum(x.seconds for x in profile.launches))
    assert all(0 < x.seconds <= x.median for x in profile.launches)
    by_name = rows(profile)
    for name in ("conv", "pool", "depthwise", "transposed", "drop", "dense"):
        assert by_name[name].forward > 0 and by_name[name].backward > 0, name
    assert by_name["rescaled"].forward > 0 == by_name["rescaled"].backward
    assert by_name["conv"].kind == "Conv2D" and by_name["optimizer"].kind == "Adam"


def test_flops_are_those_of_the_shapes():
    """Two for each product: forward, back to the weights and, but for the first layer, back to the
    input."""
    forward = {
        "conv": 2 * 4 * 10 * 10 * 8 * 3 * 3 * 3,
        "depthwise": 2 * 4 * 5 * 5 * 8 * 3 * 3,
        "transposed": 2 * 4 * 5 * 5 * 8 * 3 * 3 * 4,
        "dense": 2 * 4 * (11 * 11 * 4) * 3,
    }
    inferring = rows(fastnn.profile(convolutional(), PICTURES, rounds=1))
    training = rows(fastnn.profile(convolutional(), PICTURES, LABELS, rounds=1))
    for name, flops in forward.items():
        assert inferring[name].flops == flops, name
        assert training[name].flops == flops * (2 if name == "conv" else 3), name
    assert sum(row.flops for row in inferring.values()) == sum(forward.values())
    assert all(row.backward == 0 for row in inferring.values())


def test_bytes_are_those_of_the_operands():
    model = fastnn.Sequential([fastnn.Input((6,)), Dense(5, name="dense")])
    row = rows(fastnn.profile(model, X, rounds=1))["dense"]
    assert row.bytes == 4 * (40 * 6 + 6 * 5 + 5 + 40 * 5)
    assert row.gigabytes == pytest.approx(row.bytes / row.seconds / 1e9)
    table = fastnn.Sequential([Rows(1000)])
    assert rows(fastnn.profile(table, np.arange(8), rounds=1))["rows"].bytes < 1000


class Rows(fastnn.Layer):
    """Takes a few rows of many."""

    def __init__(self, count):
        super().__init__(name="rows", any_dtype=True)
        self.count = count

    def build(self, shape):
        self.table = self.add_weight((self.count, 4), name="table")

    def call(self, indices):
        return ops.take(self.table, ops.cast(indices, "int32"), axis=0)


def test_nested_and_shared_layers_have_their_own_rows():
    shared = Dense(6, name="shared")
    inside = fastnn.Sequential([fastnn.Input((6,)), Dense(7, "relu", name="first"), Dense(6)])
    inside.name = "inside"
    x = fastnn.Input((6,))
    y = shared(inside(shared(x)) + x)
    model = fastnn.Model(x, y, name="whole")
    model.compile("sgd", "mse")
    profile = fastnn.profile(model, X, X, rounds=1)
    by_name = rows(profile)
    last = inside.layers[-1].name
    assert list(by_name)[:3] == ["whole", "shared", "inside/first"]  # the sum is the model's own
    assert f"inside/{last}" in by_name and "inside" not in by_name
    # Forward twice; back to the weights twice, and to the input once.
    assert by_name["shared"].flops == 5 * 2 * 40 * 6 * 6
    assert by_name["whole"].forward > 0


class Custom(fastnn.Model):
    def __init__(self, second="b"):
        super().__init__(name="custom")
        self.hidden = [Dense(8, name="a"), Dense(8, name=second)]
        self.out = Dense(4, name="out")

    def call(self, x, training=False):
        for layer in self.hidden:
            x = ops.tanh(layer(x))
        if training:
            x = x * 2.0
        return self.out(x)


@pytest.mark.parametrize("build", [False, True])
def test_a_model_of_ones_own(build):
    model = Custom()
    if build:
        model(X)
    model.compile("adam", "mse")
    profile = fastnn.profile(model, X, X[:, :4], rounds=1)
    names = [row.name for row in profile.rows]
    assert names == ["custom", "a", "b", "out", "loss", "metrics", "optimizer", "other"]
    assert rows(profile)["custom"].backward > 0  # of tanh, which no layer calls
    model.fit(X, X[:, :4], verbose=0)
    names = [row.name for row in fastnn.profile(Custom("a"), X, rounds=1).rows]
    assert names[:3] == ["custom", "a", "a"]  # two of one name


def test_what_follows_the_way_back_is_no_layers():
    class Flipping(fastnn.Sequential):
        def train_step(self, data):
            x, y = data
            loss = self.compute_loss(x, y, self(x, training=True))
            weights = self.trainable_weights
            grads = fastnn.gradients(loss, weights)
            self.optimizer.apply([ops.negative(g) for g in grads], weights)
            return {"loss": loss}

    model = Flipping([fastnn.Input((6,)), Dense(4)])
    model.compile("sgd", "mse")
    profile = fastnn.profile(model, X, X[:, :4], rounds=1)
    flipped = [x.labels for x in profile.launches if x.operation == "unary_forward"]
    assert flipped == [(0,), (0,)] and rows(profile)["other"].launches >= 2


def test_what_became_one_launch_is_shared():
    """A chain of elementwise calls; of 4096 numbers or more."""
    big = np.ones((64, 128), "float32")
    layers = [Activation("softsign", name="one"), Activation("exponential", name="two")]
    model = fastnn.Sequential([fastnn.Input((128,)), *layers])
    profile = fastnn.profile(model, big, rounds=1)
    [chain] = [x for x in profile.launches if x.operation == "chain"]
    assert len(set(chain.labels)) == 2
    assert rows(profile)["one"].seconds == rows(profile)["two"].seconds > 0


def test_it_changes_nothing():
    """Weights, slots, moving averages, dropout's numbers, metrics: training goes on as if it had
    not been."""

    def trained(profiled):
        fastnn.utils.set_random_seed(3)
        model = noisy()
        for _ in range(2):
            if profiled:
                fastnn.profile(model, X, Y, rounds=2)
                fastnn.profile(model, X, rounds=1)
            history = model.fit(X, Y, epochs=2, verbose=0).history
        return state(model), history

    assert trained(True) == trained(False)


def test_it_leaves_metrics_in_the_middle_of_an_epoch():
    seen = []

    class Look(fastnn.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            before = self.model.get_metrics_result()["loss"].item()
            fastnn.profile(self.model, X, Y, rounds=1)
            seen.append(before == self.model.get_metrics_result()["loss"].item())

    network().fit(X, Y, batch_size=20, callbacks=[Look()], verbose=0)
    assert seen == [True, True]


def test_layers_are_as_before_also_where_it_fails():
    class Reads(fastnn.Layer):
        def call(self, x):
            float(ops.sum(x))
            return x

    model = fastnn.Sequential([fastnn.Input((6,)), Dense(2), Reads()])
    model.compile("sgd", "mse")
    before = [dict(vars(layer)) for layer in (model, *model.layers)]
    with pytest.raises(RuntimeError, match=r"profile: .* cannot be recorded: .* reads a value"):
        fastnn.profile(model, X, X[:, :2])
    after = [dict(vars(layer)) for layer in (model, *model.layers)]
    assert all("call" not in kept and "compute_loss" not in kept for kept in after)
    assert [kept.keys() for kept in before] == [kept.keys() for kept in after]


def test_a_trace_that_perfetto_reads(tmp_path):
    profile = fastnn.profile(convolutional(), PICTURES, LABELS, rounds=1)
    profile.save(tmp_path / "trace.json")
    trace = json.loads((tmp_path / "trace.json").read_text())
    events = [e for e in trace["traceEvents"] if e["ph"] == "X"]
    assert all(e["dur"] >= 0 and e["ts"] >= 0 and e["pid"] == e["tid"] == 1 for e in events)
    launches = [e for e in events if "layer" in e["args"]]
    assert len(launches) == len(profile.launches)
    assert sum(e["dur"] for e in launches) == pytest.approx(profile.total * 1e6)
    parents = [e for e in events if "layer" not in e["args"]]
    for e in launches:  # each lies within its layer's
        assert any(
            p["name"] == e["args"]["layer"]
            and p["ts"] <= e["ts"] + 1e-6
            and e["ts"] + e["dur"] <= p["ts"] + p["dur"] + 1e-6
            for p in parents
        )
    assert {e["cat"] for e in events} == {"forward", "backward"}
    assert [p.name for p in tmp_path.iterdir()] == ["trace.json"]
    with pytest.raises(TypeError, match="save: path is a int"):
        profile.save(3)


def test_what_is_printed():
    profile = fastnn.profile(network(), X, Y, rounds=3)
    lines = str(profile).splitlines()
    assert lines[0].startswith("training step of sequential") and "batch of 40" in lines[0]
    assert lines[0].endswith("us, least of 3")
    assert lines[1].split() == "layer kind forward us backward us share GFLOP/s GB/s".split()
    assert lines[-1].split()[:2] == ["all", "launches"] and "100.0%" in lines[-1]
    assert len({len(line) for line in lines[1:]}) <= 3 and not any(s.endswith(" ") for s in lines)
    html = profile._repr_html_()
    assert html.count("<tr>") == len(profile.rows) + 2 and "softmax" not in html


def test_batches_and_weights_of_samples():
    model = network()
    whole = fastnn.profile(model, (X, Y, np.ones(40)), rounds=1)
    assert "training" in whole.title
    assert "inference" in fastnn.profile(model, (X,), rounds=1).title


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ((np.ones((3, 7)),), ValueError, r"profile: .*\(3, 7\)"),
        ((X, Y[:3]), ValueError, "profile: the numbers of samples differ"),
        ((X[:0],), ValueError, "profile: x is empty"),
        (((X, Y), Y), ValueError, "profile: x is a tuple"),
        ((X, None, np.ones(40)), ValueError, "profile: sample_weight came without y"),
        ((X, Y, None, 0), ValueError, "profile: rounds is 0"),
        ((X, Y, None, 2.5), ValueError, r"profile: rounds is 2\.5"),
        ((X, Y + 7), ValueError, "profile: .*label 7 .*outputs have 4 classes"),
        (("text",), (TypeError, ValueError), "profile"),
    ],
)
def test_wrong_batches(arguments, error, message):
    model = network()
    before = state(model)
    with pytest.raises(error, match=message):
        fastnn.profile(model, *arguments)
    assert state(model)[: len(before)] == before


def test_wrong_models():
    with pytest.raises(TypeError, match=r"profile: a Dense came; a fastnn\.Model is wanted"):
        fastnn.profile(Dense(3), X)
    with pytest.raises(RuntimeError, match=r"y came.* is not compiled; call model\.compile"):
        fastnn.profile(network(loss=None), X, Y)


def test_on_a_gpu():
    device = support.open_device("emulated").device
    with device:
        layers = [Dense(5, "relu", name="dense"), BatchNormalization()]
        model = fastnn.Sequential([fastnn.Input((6,)), *layers])
        model.compile("sgd", "mse")
    x, y = device.upload(X), device.upload(X[:, :5].copy())
    before = state(model)
    profile = fastnn.profile(model, x, y, rounds=2)
    assert state(model)[: len(before)] == before
    assert profile.total > 0 and rows(profile)["dense"].flops
