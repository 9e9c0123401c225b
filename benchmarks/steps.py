"""Training steps with Adam, from a batch in memory to changed weights, of relu networks.

fastnn compiled and eager, PyTorch eager with its fused Adam, Keras's train_on_batch, plain NumPy:
the same weights, the same batch. The rate is so small that step ten thousand has the numbers of the
first one: none of them gets tiny, and slow where a library does not flush such to zero.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.rows import Row

RATE = 1e-9


@dataclass(frozen=True)
class Network:
    sizes: tuple[int, ...]
    batch: int
    classes: bool  # cross-entropy of logits, or mean squared error
    dropout: float = 0.0  # after each hidden layer

    def __str__(self):
        loss = "cross-entropy" if self.classes else "mse"
        dropout = " dropout" if self.dropout else ""
        return "-".join(map(str, self.sizes)) + f" b{self.batch} {loss}{dropout}"

    @property
    def shapes(self):
        return list(zip(self.sizes, self.sizes[1:], strict=False))

    @property
    def flops(self):
        """Of the products: forward, weights, and inputs but for the first layer's."""
        products = [inputs * units for inputs, units in self.shapes]
        return 2 * self.batch * (3 * sum(products) - products[0])

    def weights(self):
        """Kernel, bias, kernel, bias .. (Glorot uniform, zeros)."""
        rng, weights = np.random.default_rng(1), []
        for inputs, units in self.shapes:
            limit = np.sqrt(6 / (inputs + units))
            weights += [rng.uniform(-limit, limit, (inputs, units)), np.zeros(units)]
        return [w.astype("float32") for w in weights]

    def data(self):
        rng, last = np.random.default_rng(2), self.sizes[-1]
        x = rng.standard_normal((self.batch, self.sizes[0]), dtype="float32")
        if self.classes:
            return x, rng.integers(0, last, self.batch).astype("int32")
        return x, rng.standard_normal((self.batch, last), dtype="float32")


NETWORKS = (
    Network((784, 128, 10), 32, classes=True),
    Network((40, 64, 64, 1), 32, classes=False),
    Network((784, 512, 512, 10), 128, classes=True),
    Network((64, 128, 64, 10), 32, classes=True, dropout=0.2),
)


def in_fastnn(network, library, compiled):
    fastnn = library.module
    layers = [fastnn.Input((network.sizes[0],))]
    for units in network.sizes[1:-1]:
        layers.append(fastnn.layers.Dense(units, "relu"))
        if network.dropout:
            layers.append(fastnn.layers.Dropout(network.dropout))
    layers.append(fastnn.layers.Dense(network.sizes[-1]))
    with library.device:
        model = fastnn.Sequential(layers)
    model.set_weights(network.weights())
    weights = model.trainable_weights
    optimizer = fastnn.optimizers.Adam(RATE)
    losses = fastnn.losses
    if network.classes:
        loss_of = losses.SparseCategoricalCrossentropy(from_logits=True)
    else:
        loss_of = losses.MeanSquaredError()

    def step(x, target):
        loss = loss_of(target, model(x, training=True))
        optimizer.apply(fastnn.gradients(loss, weights), weights)
        return loss

    data = [library.array(array) for array in network.data()]
    return partial(fastnn.compile(step) if compiled else step, *data), None


def in_torch(network, library):
    torch = library.module
    layers = []
    for inputs, units in network.shapes[:-1]:
        layers += [torch.nn.Linear(inputs, units), torch.nn.ReLU()]
        if network.dropout:
            layers.append(torch.nn.Dropout(network.dropout))
    layers.append(torch.nn.Linear(*network.shapes[-1]))
    model = torch.nn.Sequential(*layers).to(library.device)
    with torch.no_grad():
        for parameter, w in zip(model.parameters(), network.weights(), strict=True):
            parameter.copy_(torch.from_numpy(w.T))
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    x, target = (library.array(array) for array in network.data())
    if network.classes:
        loss_of, target = torch.nn.functional.cross_entropy, target.long()
    else:
        loss_of = torch.nn.functional.mse_loss

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model(x), target)
        loss.backward()
        optimizer.step()
        return loss

    return step, None


def in_keras(network, library):
    keras = library.module
    layers = [keras.Input((network.sizes[0],))]
    for units in network.sizes[1:-1]:
        layers.append(keras.layers.Dense(units, "relu"))
        if network.dropout:
            layers.append(keras.layers.Dropout(network.dropout))
    model = keras.Sequential([*layers, keras.layers.Dense(network.sizes[-1])])
    model.set_weights(network.weights())
    if network.classes:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    else:
        loss = keras.losses.MeanSquaredError()
    model.compile(keras.optimizers.Adam(RATE), loss)
    return partial(model.train_on_batch, *network.data()), None


def in_numpy(network, library):
    np = library.module
    x, target = (library.array(array) for array in network.data())
    w = [library.array(one) for one in network.weights()]
    m, v = [np.zeros_like(one) for one in w], [np.zeros_like(one) for one in w]
    each, last, rng = np.arange(len(x)), len(network.shapes) - 1, np.random.default_rng(3)
    kept = np.float32(1 - network.dropout)
    iterations = 0

    def step(beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        nonlocal iterations
        inputs = [x]
        for i in range(last):
            h = np.maximum(inputs[i] @ w[2 * i] + w[2 * i + 1], 0)
            if network.dropout:
                h *= (rng.random(h.shape, dtype=np.float32) < kept) / kept
            inputs.append(h)
        y = inputs[last] @ w[-2] + w[-1]
        if network.classes:
            d = np.exp(y - y.max(axis=1, keepdims=True))
            d /= d.sum(axis=1, keepdims=True)
            loss = -np.log(d[each, target]).mean()
            d[each, target] -= 1
            d /= np.float32(len(x))
        else:
            loss = np.square(y - target).mean()
            d = (y - target) * np.float32(2 / target.size)
        g = [None] * len(w)
        for i in range(last, -1, -1):
            g[2 * i], g[2 * i + 1] = inputs[i].T @ d, d.sum(axis=0)
            if i:
                d = (d @ w[2 * i].T) * (inputs[i] > 0) / kept
        iterations += 1
        alpha = RATE * (1 - beta_2**iterations) ** 0.5 / (1 - beta_1**iterations)
        for wi, mi, vi, gi in zip(w, m, v, g, strict=True):
            mi += (gi - mi) * (1 - beta_1)
            vi += (gi * gi - vi) * (1 - beta_2)
            wi -= alpha * mi / (np.sqrt(vi) + epsilon)
        return loss

    return step, None


def rows():
    made = []
    for network in NETWORKS:
        calls = {
            "fastnn": partial(in_fastnn, network, compiled=True),
            "fastnn eager": partial(in_fastnn, network, compiled=False),
            "numpy": partial(in_numpy, network),
            "torch": partial(in_torch, network),
            "keras": partial(in_keras, network),
        }
        same = not network.dropout
        made.append(Row("steps", str(network), "steps", calls, network.flops, comparable=same))
    return made
