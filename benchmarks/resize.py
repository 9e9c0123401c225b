"""resize: pictures of a camera made small, feature maps made large; and the gradients."""

from cases.resize import resize, resize_backward

from benchmarks.rows import kernel_rows, label_of

SHAPES = [
    ((16, 256, 256, 3), (224, 224)),
    ((64, 28, 28, 1), (56, 56)),
    ((16, 32, 32, 64), (64, 64)),
]


def modes(interpolation):
    """PyTorch's names: its own "nearest" takes other pixels."""
    if interpolation == "nearest":
        return {"mode": "nearest-exact"}
    return {"mode": "bilinear", "align_corners": False}


def torch_resize(torch, y, x, interpolation):
    pictures, size = x.permute(0, 3, 1, 2), tuple(y.shape[1:3])
    function = torch.nn.functional.interpolate
    return lambda: function(pictures, size, **modes(interpolation))


def torch_resize_backward(torch, dx, dy, interpolation):
    x = dx.clone().permute(0, 3, 1, 2).requires_grad_()
    d, size = dy.permute(0, 3, 1, 2), tuple(dy.shape[1:3])
    y = torch.nn.functional.interpolate(x, size, **modes(interpolation))
    return lambda: torch.autograd.grad(y, x, d, retain_graph=True)


TORCH = {"resize": torch_resize, "resize_backward": torch_resize_backward}


def label(case):
    return f"{label_of(case)} {case.settings[0]}"


def rows():
    cases = [make(*shape) for make in (resize, resize_backward) for shape in SHAPES]
    cases += [resize(*SHAPES[0], "nearest")]
    return kernel_rows("resize", cases, {}, TORCH, label=label, comparable=False)
