"""Networks of dense layers: what small steps cost."""

from benchmarks.workloads.workload import Workload, dense


def tabular_keras(k):
    Dense = k.layers.Dense
    layers = [Dense(64, activation="relu"), Dense(64, activation="relu"), Dense(1)]
    return k.Sequential([k.Input((40,)), *layers])


def tabular_torch(nn):
    hidden = [nn.Linear(40, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU()]
    return nn.Sequential(*hidden, nn.Linear(64, 1))


TABULAR = Workload(
    "tabular_b32", (40,), (1,), 32, tabular_keras, tabular_torch, dense(40, 64, 64, 1)
)


def mlp_keras(k):
    layers = [k.layers.Dense(128, activation="relu"), k.layers.Dense(10)]
    return k.Sequential([k.Input((784,)), *layers])


def mlp_torch(nn):
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


MLP = Workload("mlp_b32", (784,), 10, 32, mlp_keras, mlp_torch, dense(784, 128, 10))


def wide_mlp_keras(k):
    Dense, Dropout = k.layers.Dense, k.layers.Dropout
    return k.Sequential(
        [
            k.Input((784,)),
            Dense(512, activation="relu"),
            Dropout(0.2),
            Dense(512, activation="relu"),
            Dropout(0.2),
            Dense(10),
        ]
    )


def wide_mlp_torch(nn):
    return nn.Sequential(
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 10),
    )


WIDE_MLP = Workload(
    "mlp_b128", (784,), 10, 128, wide_mlp_keras, wide_mlp_torch, dense(784, 512, 512, 10)
)
