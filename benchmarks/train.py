"""A training step of the workloads with Adam, from a batch in memory to changed weights.

fastnn and Keras through compile and train_on_batch, PyTorch as one writes it for speed: channels
last, the fused Adam. The rate is so small that step ten thousand has the numbers of the first one.
"""

from functools import partial

from benchmarks.rows import Row
from benchmarks.workloads import WORKLOADS

RATE = 1e-9


def keras_model(workload, keras):
    """The compiled model, of fastnn or of Keras."""
    model = keras.Sequential([keras.Input(workload.shape), *workload.keras(keras)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(RATE), loss)
    return model


def in_fastnn(workload, library):
    with library.device:
        model = keras_model(workload, library.module)
    return partial(model.train_on_batch, *workload.data()), None


def in_keras(workload, library):
    return partial(keras_model(workload, library.module).train_on_batch, *workload.data()), None


def torch_step(workload, torch, device="cpu"):
    """A function of a batch, and the batch."""
    model = torch.nn.Sequential(*workload.torch(torch.nn)).to(device)
    x, y = (torch.from_numpy(array).to(device) for array in workload.data())
    if x.ndim == 4:
        model = model.to(memory_format=torch.channels_last)
        x = x.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    loss_of = torch.nn.functional.cross_entropy

    def step(x, y):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()

    return step, (x, y.long())


def in_torch(workload, library):
    step, batch = torch_step(workload, library.module, library.device)
    return partial(step, *batch), None


def rows():
    made = []
    for workload in WORKLOADS:
        calls = {
            "fastnn": partial(in_fastnn, workload),
            "torch": partial(in_torch, workload),
            "keras": partial(in_keras, workload),
        }
        flops = workload.flops * workload.batch
        made.append(Row("train", workload.name, "train", calls, flops, comparable=False))
    return made
