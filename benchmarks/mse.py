"""mean squared error: arrays for each cache and for memory; the prediction's gradient alone."""

from cases.mse import mse_backward, mse_forward

from benchmarks.rows import LENGTHS, kernel_rows


def numpy_loss(np, loss, prediction, target):
    return lambda: np.square(prediction - target).mean()


def numpy_backward(np, dprediction, dtarget, dloss, prediction, target):
    def call():
        np.subtract(prediction, target, out=dprediction)
        np.multiply(dprediction, dloss * np.float32(2 / target.size), out=dprediction)

    return call


def torch_loss(torch, loss, prediction, target):
    return lambda: torch.nn.functional.mse_loss(prediction, target)


def torch_backward(torch, dprediction, dtarget, dloss, prediction, target):
    backward, mean = torch.ops.aten.mse_loss_backward.grad_input, 1
    return lambda: backward(dloss, prediction, target, mean, grad_input=dprediction)


NUMPY = {"mse_forward": numpy_loss, "mse_backward": numpy_backward}
TORCH = {"mse_forward": torch_loss, "mse_backward": torch_backward}


def rows():
    cases = [mse_forward((n,)) for n in LENGTHS]
    cases += [mse_backward((n,), wanted=("dprediction",)) for n in LENGTHS]
    return kernel_rows("mse", cases, NUMPY, TORCH)
