"""pool2d: windows of 2 x 2 that meet and of 3 x 3 that overlap, on small and large pictures."""

import cases.pool2d as cases

from benchmarks.rows import FROM_MEMORY, kernel_rows, label_of

SHAPES = (
    ((32, 28, 28, 32), (2, 2), (2, 2), (0, 0, 0, 0)),
    ((16, 112, 112, 64), (3, 3), (2, 2), (1, 1, 1, 1)),
    # From memory: pictures of a megabyte.
    ((FROM_MEMORY >> 18, 64, 64, 64), (2, 2), (2, 2), (0, 0, 0, 0)),
    ((FROM_MEMORY >> 18, 64, 64, 64), (3, 3), (2, 2), (1, 1, 1, 1)),
)


def torch_pool(torch, y, argmax, x, function, *geometry):
    size, stride, pads = geometry[:2], geometry[2:4], geometry[4::2]
    pictures, f = x.permute(0, 3, 1, 2), torch.nn.functional
    if function == "max":
        return lambda: f.max_pool2d(pictures, size, stride, pads, return_indices=True)
    return lambda: f.avg_pool2d(pictures, size, stride, pads, count_include_pad=False)


def torch_pool_backward(torch, dx, dy, argmax, function, *geometry):
    size, stride, pads = geometry[:2], geometry[2:4], geometry[4::2]
    x, d = dx.clone().permute(0, 3, 1, 2), dy.permute(0, 3, 1, 2)
    aten = torch.ops.aten
    if function == "max":
        _, places = torch.nn.functional.max_pool2d(x, size, stride, pads, return_indices=True)
        backward = aten.max_pool2d_with_indices_backward
        return lambda: backward(d, x, size, stride, pads, (1, 1), False, places)
    return lambda: aten.avg_pool2d_backward(d, x, size, stride, pads, False, False, None)


TORCH = {"pool2d_forward": torch_pool, "pool2d_backward": torch_pool_backward}


def label(case):
    return f"{label_of(case)} {' '.join(map(str, case.settings[:5]))}"


def rows():
    made = [
        make(*shape, function)
        for make in (cases.pool2d_forward, cases.pool2d_backward)
        for function in ("max", "average")
        for shape in SHAPES
    ]
    # PyTorch keeps places of 8 bytes, and the gradients come from maxima of its own.
    return kernel_rows("pool2d", made, {}, TORCH, label=label, comparable=False)
