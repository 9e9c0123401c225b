"""pool2d: windows of 2 x 2 that meet and of 3 x 3 that overlap, on small and large pictures."""

import cases.pool2d as cases

from benchmarks.rows import FROM_MEMORY, kernel_rows

SHAPES = (
    ((32, 28, 28, 32), (2, 2), (2, 2), (0, 0, 0, 0)),
    ((16, 112, 112, 64), (3, 3), (2, 2), (1, 1, 1, 1)),
    # From memory: pictures of a megabyte.
    ((FROM_MEMORY >> 18, 64, 64, 64), (2, 2), (2, 2), (0, 0, 0, 0)),
    ((FROM_MEMORY >> 18, 64, 64, 64), (3, 3), (2, 2), (1, 1, 1, 1)),
)


def taps(x, y, geometry):
    """For each cell of a window, that cell of every window of pictures that have their padding."""
    height, width, down, across = geometry[:4]
    for i in range(height):
        for j in range(width):
            yield x[:, i : i + y.shape[1] * down : down, j : j + y.shape[2] * across : across]


def padded(np, x, geometry, value):
    """With their padding, and so far that a step after the last window is inside."""
    height, width, down, across, top, _, left, _ = geometry
    more = ((0, 0), (top, height + down), (left, width + across), (0, 0))
    return np.pad(x, more, constant_values=value)


def cells(np, x, y, geometry):
    """How many cells of each window are inside."""
    ones = padded(np, np.ones((1, *x.shape[1:3], 1), x.dtype), geometry, 0)
    return sum(taps(ones, y, geometry))


def numpy_pool(np, y, argmax, x, function, *geometry):
    counts = cells(np, x, y, geometry)

    def maxima():
        first, *rest = taps(padded(np, x, geometry, -np.inf), y, geometry)
        y[...] = first
        for tap in rest:
            np.maximum(y, tap, out=y)

    def averages():
        first, *rest = taps(padded(np, x, geometry, 0), y, geometry)
        y[...] = first
        for tap in rest:
            np.add(y, tap, out=y)
        np.divide(y, counts, out=y)

    return maxima if function == "max" else averages


def numpy_pool_backward(np, dx, dy, argmax, function, *geometry):
    counts, (top, left) = cells(np, dx, dy, geometry), geometry[4::2]

    def call():
        whole = padded(np, np.zeros_like(dx), geometry, 0)
        for place, tap in enumerate(taps(whole, dy, geometry)):
            tap += np.where(argmax == place, dy, 0) if function == "max" else dy / counts
        dx[...] = whole[:, top : top + dx.shape[1], left : left + dx.shape[2]]

    return call


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


NUMPY = {"pool2d_forward": numpy_pool, "pool2d_backward": numpy_pool_backward}
TORCH = {"pool2d_forward": torch_pool, "pool2d_backward": torch_pool_backward}


def label(case):
    function, height, width, down, _ = case.settings[:5]
    pictures = next(case.operands[name] for name in ("x", "dx") if name in case.operands)
    backward = " to x" if "dx" in case.operands else ""
    return f"{function} {height}x{width} /{down} {pictures}{backward}"


def rows():
    made = [
        make(*shape, function)
        for make in (cases.pool2d_forward, cases.pool2d_backward)
        for function in ("max", "average")
        for shape in SHAPES
    ]
    # PyTorch keeps places of 8 bytes, and the gradients come from maxima of its own.
    return kernel_rows("pool2d", made, NUMPY, TORCH, label=label, comparable=False)
