"""Elementwise calls that a compiled step makes one `chain` of: when, and that no bit changes."""

import re

import fastnn
import numpy as np
import pytest
from fastnn import ops
from fastnn.tensor import Tensor

LONG = 5000  # more than what is left alone, and no multiple of a block
RNG = np.random.default_rng(8)
X, Y, Z = RNG.standard_normal((3, LONG)).astype("float32")
SINGLE = np.array([0.75], "float32")
RELU, TANH, SQUARE = ("relu", 0.0, 0.0), ("tanh", 0.0, 0.0), ("square", 0.0, 0.0)
ADD, MULTIPLY = ("add",), ("multiply",)


def dumped(device, step, *data):
    """What the replayed step's launches are; its results are those of eager mode, bit for bit."""
    tensors = [Tensor(device.upload(a)) for a in data]
    home = tensors[0].device

    def on_tensors(*tensors):
        return [Tensor(a) for a in step(home, home.module, *(t.array for t in tensors))]

    compiled = fastnn.compile(on_tensors)
    for _ in range(4):
        for wanted, got in zip(on_tensors(*tensors), compiled(*tensors), strict=True):
            assert wanted.numpy().tobytes() == got.numpy().tobytes()
    [program] = compiled.programs()
    return program.dump()


def launches(device, step, *data):
    """(chains, other elementwise launches) of the replayed step."""
    words = re.findall(r"(\w+)\.0 ", dumped(device, step, *data))
    others = ("unary_forward", "unary_backward", "binary", "binary_backward")
    return words.count("chain"), sum(words.count(name) for name in others)


def empty(device, size=LONG):
    return device.empty((size,), "float32")


def part(array, begin, end):
    """Without a copy; the emulated GPU's arrays have no slices."""
    if hasattr(array, "part"):
        return array.part(slice(begin, end), "float32", (end - begin,))
    return array[begin:end]


def new(device, k, *inputs):
    """Two calls in a row, and what a case does with them."""
    h, y = empty(device), empty(device)
    k.binary(h, inputs[0], inputs[1], MULTIPLY)
    k.unary_forward(y, h, TANH)
    return h, y


def inner(device, k, x, y):
    return new(device, k, x, y)[1:]


def both_wanted(device, k, x, y):
    return new(device, k, x, y)


def in_place(device, k, x, y):
    h, _ = new(device, k, x, y)
    k.unary_forward(h, h, SQUARE)
    k.binary(h, h, x, ADD)
    return [h]


def added_to(device, k, x, y):
    h, total = empty(device), empty(device)
    k.copy(total, x)
    k.binary(h, x, y, MULTIPLY)
    k.unary_backward(total, h, y, RELU, add=1)
    return [total]


def many_times_in_place(device, k, x, y):
    """More results than a chain writes, but all of one place."""
    h = empty(device)
    k.copy(h, x)
    for _ in range(3):
        k.unary_forward(h, h, SQUARE)
        k.binary(h, h, y, ADD)
    return [h]


def overwritten_input(device, k, x, y):
    """Steps read an array before another of them replaces it."""
    a, h, b = empty(device), empty(device), empty(device)
    k.copy(a, x)
    k.unary_forward(h, a, SQUARE)
    k.binary(b, a, h, ADD)
    k.binary(a, h, y, ADD)
    k.binary(h, a, b, MULTIPLY)
    return [a, h]


def with_a_number(device, k, x, single):
    h, y = empty(device), empty(device)
    k.binary(h, x, single, MULTIPLY)
    k.binary(y, single, h, ADD)
    return [y]


@pytest.mark.parametrize(
    ("step", "data"),
    [
        (inner, (X, Y)),
        (both_wanted, (X, Y)),
        (in_place, (X, Y)),
        (many_times_in_place, (X, Y)),
        (added_to, (X, Y)),
        (overwritten_input, (X, Y)),
        (with_a_number, (X, SINGLE)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_chained(device, step, data):
    assert launches(device, step, *data) == (1, 0)


def not_linked(device, k, x, y):
    a, b = empty(device), empty(device)
    k.unary_forward(a, x, TANH)
    k.unary_forward(b, y, TANH)
    return [a, b]


def another_size(device, k, x, y):
    h, y_ = empty(device), empty(device, LONG - 1)
    k.unary_forward(h, x, TANH)
    k.unary_forward(y_, part(h, 0, LONG - 1), SQUARE)
    return [h, y_]


def small(device, k, x, y):
    n = 1000
    h, y_ = empty(device, n), empty(device, n)
    k.unary_forward(h, part(x, 0, n), TANH)
    k.unary_forward(y_, h, SQUARE)
    return [y_]


def row_and_matrix(device, k, x, y):
    h, row, y_ = (device.empty(s, "float32") for s in ((50, 100), (100,), (50, 100)))
    k.copy(row, part(y, 0, 100))
    k.unary_forward(h, x.reshape(50, 100), TANH)
    k.binary(y_, h, row, ADD)
    return [y_]


def part_of_a_result(device, k, x, y):
    """The second reads the first's bytes from another place on: what is there must be whole."""
    both, h, y_ = empty(device, 2 * LONG), empty(device), empty(device)
    k.fill(both, (1.5,))
    k.unary_forward(h, x, TANH)
    k.unary_forward(part(both, 0, LONG), h, SQUARE)
    k.binary(y_, part(both, 8, LONG + 8), h, ADD)
    return [y_, both]


def overlapping_results(device, k, x, y):
    both, h = empty(device, 2 * LONG), empty(device)
    k.fill(both, (1.5,))
    k.unary_forward(h, x, TANH)
    k.unary_forward(part(both, 0, LONG), h, SQUARE)
    k.binary(part(both, 4, LONG + 4), h, y, ADD)
    return [both]


def something_between(device, k, x, y):
    h, c, y_ = empty(device), empty(device), empty(device)
    k.unary_forward(h, x, TANH)
    k.copy(c, h)
    k.unary_forward(y_, c, SQUARE)
    return [y_]


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (not_linked, (0, 2)),
        (another_size, (0, 2)),
        (small, (0, 2)),
        (row_and_matrix, (0, 2)),
        (something_between, (0, 2)),
        (part_of_a_result, (1, 1)),
        (overlapping_results, (1, 1)),
    ],
)
def test_not_chained(device, step, wanted):
    assert launches(device, step, X, Y) == wanted


def test_more_results_than_a_chain_writes(device):
    """Five wanted results: the calls stay what they are, or become more than one chain."""

    def step(device_, k, x):
        results, last = [], x
        for _ in range(5):
            results.append(empty(device_))
            k.unary_forward(results[-1], last, TANH)
            last = results[-1]
        return results

    chains, others = launches(device, step, X)
    assert chains + others < 5


def test_more_steps_than_a_chain_has(device):
    def step(device_, k, x, y):
        for _ in range(21):
            h = empty(device_)
            k.binary(h, x, y, ADD)
            x = h
        return [x]

    chains, others = launches(device, step, X, Y)
    assert (chains, others) == (3, 0)


UNARY = [("leaky_relu", 0.25, 0.0), ("clip", -0.5, 0.5), ("elu", 0.5, 0.0), TANH, SQUARE]
UNARY += [("gelu", 0.0, 0.0), ("softplus", 0.0, 0.0), ("log", 0.0, 0.0), ("sign", 0.0, 0.0)]
BINARY = ("add", "subtract", "multiply", "divide", "minimum", "maximum", "power")


def random_step(seed):
    """Elementwise calls on a few arrays, which they overwrite, add to, and read each other's."""
    rng = np.random.default_rng(seed)
    size = int(rng.choice([LONG, 4096, 4097, 70_000]))
    plan = []
    for _ in range(int(rng.integers(2, 14))):
        kind = rng.choice(["unary", "unary_backward", "binary", "binary_backward", "shifted"])
        to, *read = (int(i) for i in rng.integers(0, 5, 4))
        add = int(rng.random() < 0.2)
        unary = UNARY[int(rng.integers(len(UNARY)))]
        plan.append((kind, to, read, add, unary, str(rng.choice(BINARY)), "ab"[add]))
    wanted = sorted({int(i) for i in rng.integers(0, 5, 3)})

    def step(device, k, *data):
        # Room behind each, so that a step may read it from a few elements on.
        rooms = [device.empty((size + 16,), "float32") for _ in range(5)]
        for room, x in zip(rooms, data, strict=True):
            k.copy(room, x)
        arrays = [part(room, 0, size) for room in rooms]
        number = part(rooms[0], size, size + 1)  # nobody writes it
        for kind, to, read, add, unary, binary, side in plan:
            a, b, c = (arrays[i] for i in read)
            y, own = arrays[to], read.count(to)
            if kind == "unary" and not (own and read[0] != to):
                k.unary_forward(y, a, unary)
            elif kind == "unary_backward" and read[1] != to:
                k.unary_backward(y, a, b, unary, add=add)
            elif kind == "binary":
                k.binary(y, a, number if read[2] == 0 else b, (binary,), add=add)
            elif kind == "binary_backward" and to not in read[1:]:
                k.binary_backward(y, a, b, c, (binary, side), add=add)
            elif kind == "shifted" and read[0] != to:
                k.binary(y, part(rooms[read[0]], 8, size + 8), b, (binary,))
        return [arrays[i] for i in wanted]

    values = np.random.default_rng(seed + 1).uniform(0.5, 2, (5, size + 16)).astype("float32")
    return step, values


@pytest.mark.parametrize("seed", range(24))
def test_random_steps(device, seed):
    step, values = random_step(seed)
    dumped(device, step, *values)


def test_random_steps_make_chains():
    """The random steps are worth something only if many have a chain."""
    import support

    device = support.open_device("cpu")
    found = 0
    for seed in range(24):
        step, values = random_step(seed)
        found += " chain" in dumped(device, step, *values)
    assert found >= 12


def test_a_network_keeps_its_bits():
    """silu's product, dropout-free, with weights decay by hand: forward, backward, update."""
    rng = np.random.default_rng(2)
    w = [fastnn.Variable(rng.standard_normal((64, 96)).astype("float32") / 8) for _ in range(2)]

    def step(x):
        gate = ops.matmul(x, w[0])
        h = gate * ops.sigmoid(gate * 1.5) * ops.matmul(x, w[1])
        loss = ops.mean(ops.square(h) + ops.abs(h) * 0.1)
        grads = fastnn.gradients(loss, w)
        return [loss, *(g * 0.5 + v * 0.01 for g, v in zip(grads, w, strict=True))]

    compiled = fastnn.compile(step)
    x = rng.standard_normal((80, 64)).astype("float32")
    for _ in range(4):
        for wanted, got in zip(step(x), compiled(x), strict=True):
            assert wanted.numpy().tobytes() == got.numpy().tobytes()
    [program] = compiled.programs()
    assert "chain" in program.dump()


STEPS = [("subtract", 0, 1), ("tanh", 2), ("clip", 3, -0.5, 0.5), ("multiply", 4, 0)]


def one_by_one(x, y):
    return ops.clip(ops.tanh(ops.subtract(x, y)), -0.5, 0.5) * x


def test_ops_chain_is_one_call_a_step():
    for a, b in ((X, Y), (X, 0.5), (0.5, X), (X.reshape(50, 100), Y[:100]), (0.5, 0.25)):
        got, wanted = (
            ops.chain(STEPS, a, b),
            one_by_one(*map(fastnn.ops.cast, (a, b), 2 * ["float32"])),
        )
        assert got.shape == wanted.shape
        assert got.numpy().tobytes() == wanted.numpy().tobytes()


def test_ops_chain_has_a_gradient():
    x = fastnn.Variable(X)
    [got] = fastnn.gradients(ops.sum(ops.chain(STEPS, x, Y)), [x])
    [wanted] = fastnn.gradients(ops.sum(one_by_one(x, Y)), [x])
    assert got.numpy().tobytes() == wanted.numpy().tobytes()


def test_ops_chain_of_many_steps():
    steps = [("add", 0, 1), *(("add", i, 1) for i in range(2, 12))]
    wanted = X
    for _ in steps:
        wanted = wanted + Y
    assert (ops.chain(steps, X, Y).numpy() == wanted).all()


@pytest.mark.parametrize(
    ("steps", "match"),
    [
        ([], "empty"),
        ([("nonsense", 0)], "step 0 is 'nonsense'"),
        ([()], "step 0 is ''"),
        ([("add", 0)], "2 are wanted"),
        ([("add", 0, 1, 1.0)], "3 operands"),
        ([("tanh", 2)], "a place from 0 to 1"),
        ([("tanh", 0), ("tanh", 3)], "a place from 0 to 2"),
        ([("tanh", -1)], "a place from 0 to 1"),
        ([("clip", 0, 1.0, 0.0)], "alpha <= beta"),
    ],
)
def test_ops_chain_refuses(steps, match):
    with pytest.raises(ValueError, match=match):
        ops.chain(steps, X, Y)


def test_ops_chain_refuses_other_types():
    with pytest.raises(TypeError, match="list of tuples"):
        ops.chain("tanh", X)
    with pytest.raises(TypeError, match="dtype"):
        ops.chain(STEPS, X, Y.astype("float64"))
    with pytest.raises(ValueError, match="at least one"):
        ops.chain(STEPS)


def test_names_are_numbered_as_in_the_contract():
    from contract import read_choices
    from fastnn.ops.binary import BINARY as binary_names
    from fastnn.ops.unary import UNARY as unary_names

    assert read_choices()["Unary"] == unary_names
    assert read_choices()["Binary"] == binary_names
