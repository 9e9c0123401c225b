"""How each library trains and runs a workload: what `train`, `infer` and train_memory.py share.

fastnn through compile and train_on_batch. Keras on JAX as its guide writes a training loop of one's
own: one jitted function of the state, which costs less than its train_on_batch does. PyTorch
as one writes it for speed: channels last, the fused Adam, with and without torch.compile. The rate
is so small that step ten thousand has the numbers of the first one.
"""

from functools import partial

RATE = 1e-9


def classifies(workload):
    return isinstance(workload.target, int)


def loss_of(workload, keras):
    if classifies(workload):
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return keras.losses.MeanSquaredError()


def fastnn_model(workload, fastnn):
    """The compiled model."""
    model = workload.keras(fastnn)
    model.compile(fastnn.optimizers.Adam(RATE), loss_of(workload, fastnn))
    return model


def train_fastnn(workload, library):
    with library.device:
        model = fastnn_model(workload, library.module)
    return partial(model.train_on_batch, *workload.data())


def infer_fastnn(workload, library):
    with library.device:
        model = workload.keras(library.module)
    return partial(model.predict_on_batch, workload.data()[0])


def train_keras(workload, library):
    import jax

    keras = library.module
    model, loss = workload.keras(keras), loss_of(workload, keras)
    optimizer = keras.optimizers.Adam(RATE)
    optimizer.build(model.trainable_variables)
    batch = [jax.numpy.asarray(array) for array in workload.data()]

    def objective(weights, others, x, y):
        outputs, others = model.stateless_call(weights, others, x, training=True)
        return loss(y, outputs), others

    @partial(jax.jit, donate_argnums=0)
    def step(state, x, y):
        weights, others, slots = state
        gradient = jax.value_and_grad(objective, has_aux=True)
        (value, others), gradients = gradient(weights, others, x, y)
        weights, slots = optimizer.stateless_apply(slots, gradients, weights)
        return value, (weights, others, slots)

    kinds = model.trainable_variables, model.non_trainable_variables, optimizer.variables
    # Copies: the variables' own arrays must outlive the donated ones.
    state = tuple([jax.numpy.array(v.value) for v in variables] for variables in kinds)

    def call():
        nonlocal state
        value, state = step(state, *batch)
        value.block_until_ready()

    return call


def infer_keras(workload, library):
    import jax

    model = workload.keras(library.module)
    kinds = model.trainable_variables, model.non_trainable_variables
    weights, others = ([v.value for v in variables] for variables in kinds)
    x = jax.numpy.asarray(workload.data()[0])

    @jax.jit
    def forward(weights, others, x):
        return model.stateless_call(weights, others, x, training=False)[0]

    return lambda: forward(weights, others, x).block_until_ready()


def torch_batch(workload, torch, device):
    """Inputs, pictures channels last; and targets."""
    x, y = (torch.from_numpy(array).to(device) for array in workload.data())
    if x.ndim == 4:
        x = x.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    return x, y.long() if classifies(workload) else y.reshape(len(y), *torch_target(workload))


def torch_target(workload):
    """The target's shape; pictures channels first."""
    *size, channels = workload.target
    return (channels, *size)


def torch_model(workload, torch, device):
    model = workload.torch(torch.nn).to(device)
    pictures = any(p.ndim == 4 for p in model.parameters())
    return model.to(memory_format=torch.channels_last) if pictures else model


def torch_step(workload, torch, device="cpu", compiled=False):
    """A function of a batch, and the batch."""
    model = torch_model(workload, torch, device)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    functions = torch.nn.functional
    loss_of = functions.cross_entropy if classifies(workload) else functions.mse_loss

    def forward(x, y):
        return loss_of(model(x), y)

    forward = torch.compile(forward) if compiled else forward

    def step(x, y):
        optimizer.zero_grad(set_to_none=True)
        forward(x, y).backward()
        optimizer.step()

    return step, torch_batch(workload, torch, device)


def train_torch(workload, library, compiled=False):
    step, batch = torch_step(workload, library.module, library.device, compiled)
    return partial(step, *batch)


def infer_torch(workload, library, compiled=False):
    torch = library.module
    model = torch_model(workload, torch, library.device).eval()
    forward = torch.compile(model) if compiled else model
    x = torch_batch(workload, torch, library.device)[0]

    def call():
        with torch.inference_mode():
            forward(x)

    return call
