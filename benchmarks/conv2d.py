"""conv2d: layers of small networks, forward with bias and relu, back to x and to w.

NumPy's way is a view of all windows and one product (einsum back to x); PyTorch's tensors are
channels last, as x is here, its weights too.
"""

from cases.conv2d import conv2d, conv2d_backward_w, conv2d_transpose

from benchmarks.rows import kernel_rows

SAME = (1, 1, 1, 1)
# x (N, H, W, C), w (KH, KW, C / groups, F), what differs from steps of 1 without padding
LAYERS = {
    "squares": [  # 3x3 of growing depth, as in VGG
        ((8, 28, 28, 32), (3, 3, 32, 64), {"pads": SAME}),
        ((8, 32, 32, 32), (3, 3, 32, 32), {"pads": SAME}),
        ((8, 30, 30, 64), (3, 3, 64, 64), {"pads": SAME}),
        ((8, 14, 14, 64), (3, 3, 64, 128), {"pads": SAME}),
        ((8, 8, 8, 128), (3, 3, 128, 128), {"pads": SAME}),
        ((8, 8, 8, 256), (3, 3, 256, 256), {"pads": SAME}),
    ],
    "networks": [
        ((64, 28, 28, 1), (3, 3, 1, 8), {"pads": SAME}),  # LeNet
        ((64, 14, 14, 8), (5, 5, 8, 16), {}),
        ((128, 28, 28, 1), (3, 3, 1, 32), {}),  # Fashion-MNIST
        ((128, 13, 13, 32), (3, 3, 32, 64), {}),
        ((64, 128, 9, 1), (2, 2, 1, 18), {}),  # activities
        ((64, 63, 4, 18), (3, 3, 18, 64), {"pads": SAME}),
        ((32, 128, 128, 3), (3, 3, 3, 32), {"pads": SAME}),  # flowers
        ((32, 64, 64, 32), (3, 3, 32, 64), {"pads": SAME}),
        ((64, 32, 32, 3), (3, 3, 3, 16), {"pads": SAME}),  # ResNet for CIFAR
        ((64, 32, 32, 16), (3, 3, 16, 16), {"pads": SAME}),
        ((64, 32, 32, 16), (3, 3, 16, 32), {"stride": (2, 2), "pads": (0, 1, 0, 1)}),
        ((64, 32, 32, 16), (1, 1, 16, 32), {"stride": (2, 2)}),
        ((128, 14, 14, 64), (3, 3, 64, 64), {"stride": (2, 2), "pads": (0, 1, 0, 1)}),  # VAE
        ((64, 28, 28, 128), (7, 7, 128, 1), {"pads": (3, 3, 3, 3)}),  # a generator's last
    ],
    "depthwise": [
        ((32, 32, 32, 64), (3, 3, 1, 64), {"groups": 64, "pads": SAME}),
        ((32, 32, 32, 64), (3, 3, 1, 64), {"groups": 64, "stride": (2, 2), "pads": (0, 1, 0, 1)}),
        ((32, 16, 16, 64), (1, 1, 64, 128), {}),  # and the pointwise one beside it
    ],
}
OPERATIONS = {
    "conv2d": (conv2d, ""),
    "conv2d_transpose": (conv2d_transpose, " to x"),
    "conv2d_backward_w": (conv2d_backward_w, " to w"),
}


def picture_and_weights(case):
    """x, w and y of any of the three."""
    names = {"conv2d_backward_w": ("x", "dw", "dy")}.get(case.operation, ("x", "w", "y"))
    return (case.operands[name].shape for name in names)


def flops(case):
    _, w, y = picture_and_weights(case)
    return 2 * y[0] * y[1] * y[2] * y[3] * w[0] * w[1] * w[2]


def label(case):
    x, w, _ = picture_and_weights(case)
    stride = f" /{case.settings[0]}" if case.settings[0] > 1 else ""
    shapes = " ".join("x".join(map(str, shape)) for shape in (x, w))
    return f"{shapes}{stride}{OPERATIONS[case.operation][1]}"


def windows(np, picture, taps, rest):
    """(N, OH, OW, C, KH, KW), a view."""
    stride, _, dilation = rest[:2], rest[2:6], rest[6:8]
    wide = [(k - 1) * d + 1 for k, d in zip(taps, dilation, strict=True)]
    seen = np.lib.stride_tricks.sliding_window_view(picture, wide, axis=(1, 2))
    return seen[:, :: stride[0], :: stride[1], :, :: dilation[0], :: dilation[1]]


def padded(np, x, rest):
    """A picture with zeros around it, and where x is in it."""
    top, bottom, left, right = rest[2:6]
    n, h, w, c = x.shape
    picture = np.zeros((n, h + top + bottom, w + left + right, c), x.dtype)
    return picture, picture[:, top : top + h, left : left + w]


def in_numpy(np, y, x, w, bias, *rest):
    groups = rest[8]
    picture, inside = padded(np, x, rest)
    seen = windows(np, picture, w.shape[:2], rest)
    matrix = w.transpose(2, 0, 1, 3).reshape(-1, w.shape[3])
    spread = w[:, :, 0].transpose(2, 0, 1)  # depthwise: a window's product with its channel's taps

    def call():
        np.copyto(inside, x)
        if groups == 1:
            np.matmul(seen.reshape(-1, len(matrix)), matrix, out=y.reshape(-1, w.shape[3]))
        else:
            np.einsum("nhwcrs,crs->nhwc", seen, spread, out=y)
        np.add(y, bias, out=y)
        np.maximum(y, 0, out=y)

    return call


def in_numpy_to_x(np, x, y, w, bias, *rest):
    groups = rest[8]
    picture, inside = padded(np, x, rest)
    (down, across), dilation = rest[:2], rest[6:8]
    rows, columns = (y.shape[1] - 1) * down + 1, (y.shape[2] - 1) * across + 1

    def pixels(r, s):  # those that a tap meets, one for each of y's
        top, left = r * dilation[0], s * dilation[1]
        return picture[:, top : top + rows : down, left : left + columns : across]

    def call():
        picture[:] = 0
        for r, s in np.ndindex(w.shape[:2]):
            taps = pixels(r, s)
            np.add(taps, y @ w[r, s].T if groups == 1 else y * w[r, s, 0], out=taps)
        np.copyto(x, inside)

    return call


def in_numpy_to_w(np, dw, dy, x, *rest):
    groups = rest[8]
    picture, inside = padded(np, x, rest)
    seen = windows(np, picture, dw.shape[:2], rest)
    pixels = dy.reshape(-1, dy.shape[3])

    def call():
        np.copyto(inside, x)
        if groups > 1:
            return np.einsum("nhwcrs,nhwc->rsc", seen, dy, out=dw[:, :, 0])
        product = seen.reshape(len(pixels), -1).T @ pixels
        c, (r, s) = x.shape[3], dw.shape[:2]
        np.copyto(dw, product.reshape(c, r, s, -1).transpose(1, 2, 0, 3))

    return call


def for_torch(torch, rest):
    """Stride, padding (None where it is uneven), the same for pad(), dilation, groups."""
    top, bottom, left, right = rest[2:6]
    even = top == bottom and left == right
    return rest[:2], (top, left) if even else None, (left, right, top, bottom), rest[6:8], rest[8]


def picture_of(x):
    return x.permute(0, 3, 1, 2)  # of contiguous NHWC: a channels-last view


def weights_of(torch, w):
    return w.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)


def in_torch(torch, y, x, w, bias, *rest):
    stride, padding, zeros, dilation, groups = for_torch(torch, rest)
    f, x, w = torch.nn.functional, picture_of(x), weights_of(torch, w)

    def call():
        seen = x if padding else f.pad(x, zeros)
        y = f.conv2d(seen, w, bias, stride, padding or 0, dilation, groups)
        return y.relu_().permute(0, 2, 3, 1)

    return call


def back_in_torch(torch, dy, x, w, rest, wanted):
    """convolution_backward's `wanted`-th result; of dx with the uneven padding around it."""
    stride, padding, zeros, dilation, groups = for_torch(torch, rest)
    dy, x, w = picture_of(dy), picture_of(x), weights_of(torch, w)
    if padding is None:
        x, padding = torch.nn.functional.pad(x, zeros), (0, 0)
    mask = [i == wanted for i in range(3)]
    backward = torch.ops.aten.convolution_backward
    return lambda: backward(dy, x, w, None, stride, padding, dilation, False, (0, 0), groups, mask)[
        wanted
    ]


def in_torch_to_x(torch, x, y, w, bias, *rest):
    call = back_in_torch(torch, y, x, w, rest, 0)
    if for_torch(torch, rest)[1] is not None:
        return call
    top, left, (_, h, v, _) = rest[2], rest[4], x.shape
    return lambda: call()[:, :, top : top + h, left : left + v]


def in_torch_to_w(torch, dw, dy, x, *rest):
    return back_in_torch(torch, dy, x, dw, rest, 1)


NUMPY = {"conv2d": in_numpy, "conv2d_transpose": in_numpy_to_x, "conv2d_backward_w": in_numpy_to_w}
TORCH = {"conv2d": in_torch, "conv2d_transpose": in_torch_to_x, "conv2d_backward_w": in_torch_to_w}


def rows():
    made = []
    for group, layers in LAYERS.items():
        for operation, (make, what) in OPERATIONS.items():
            epilogue = {"bias": True, "relu": True} if operation == "conv2d" else {}
            # The first layer of a network has no gradient to its pictures.
            kept = [one for one in layers if what != " to x" or one[0][3] > 3]
            cases = [make(x, w, **rest, **epilogue) for x, w, rest in kept]
            made += kernel_rows(
                "conv2d", cases, NUMPY, TORCH, group + what, label=label, flops=flops
            )
    return made
