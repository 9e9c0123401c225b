"""Losses of elements: squared errors for each cache and for memory, the others at one size; the
prediction's gradient alone. PyTorch takes the mean of the same function."""

from cases.loss import FUNCTIONS, loss_backward, loss_forward

from benchmarks.rows import LENGTHS, kernel_rows


def numpy_loss(np, loss, prediction, target, weights, function, delta, smoothing):
    return {
        "squared": lambda: np.square(prediction - target).mean(),
        "absolute": lambda: np.abs(prediction - target).mean(),
    }.get(function)


def numpy_backward(
    np, dprediction, dtarget, dloss, prediction, target, weights, function, delta, smoothing
):
    def call():
        np.subtract(prediction, target, out=dprediction)
        np.multiply(dprediction, dloss * np.float32(2 / target.size), out=dprediction)

    return call


def torch_loss(torch, loss, prediction, target, weights, function, delta, smoothing):
    functional = torch.nn.functional
    name = {
        "squared": "mse_loss",
        "absolute": "l1_loss",
        "huber": "huber_loss",
        "binary_cross_entropy": "binary_cross_entropy",
        "sigmoid_cross_entropy": "binary_cross_entropy_with_logits",
    }[function]
    keywords = {"delta": delta} if function == "huber" else {}
    return lambda: getattr(functional, name)(prediction, target, **keywords)


def torch_backward(
    torch, dprediction, dtarget, dloss, prediction, target, weights, function, delta, smoothing
):
    backward, mean = torch.ops.aten.mse_loss_backward.grad_input, 1
    return lambda: backward(dloss, prediction, target, mean, grad_input=dprediction)


NUMPY = {"loss_forward": numpy_loss, "loss_backward": numpy_backward}
TORCH = {"loss_forward": torch_loss, "loss_backward": torch_backward}


def label(case):
    return f"{case.operation} {case.settings[0]} {case.operands['prediction']}"


def rows():
    cases = [loss_forward((n,)) for n in LENGTHS]
    cases += [loss_backward((n,), wanted=("dprediction",)) for n in LENGTHS]
    made = kernel_rows("loss", cases, NUMPY, TORCH, label=label)
    others = [f for f in FUNCTIONS if f != "squared"]
    forward = [loss_forward((1_000_000,), function=f) for f in others]
    # Where PyTorch would refuse a probability, or clips it elsewhere, there is nothing to compare.
    forward = [
        case.changed("prediction", values="inside").changed("target", values="inside")
        if case.settings[0] == "binary_cross_entropy"
        else case
        for case in forward
    ]
    backward = [loss_backward((1_000_000,), function=f, wanted=("dprediction",)) for f in others]
    made += kernel_rows("loss", forward, {}, TORCH, label=label)
    return made + kernel_rows("loss", backward, {}, {}, label=label)
