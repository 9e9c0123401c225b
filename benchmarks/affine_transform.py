"""affine_transform: pictures turned as RandomRotation does, and the gradient to them."""

from cases.affine_transform import affine_transform, affine_transform_backward

from benchmarks.rows import kernel_rows, label_of

SHAPES = [((16, 224, 224, 3), (224, 224)), ((128, 28, 28, 1), (28, 28))]


def torch_affine_transform(torch, y, x, transform, interpolation, fill_mode, fill_value):
    """With a matrix in PyTorch's units: half of a picture's sides."""
    height, width = x.shape[1:3]
    pictures, n = x.permute(0, 3, 1, 2), len(x)
    m = transform.reshape(n, 8)[:, :6].reshape(n, 2, 3).clone()
    m[:, 0, 1] *= height / width
    m[:, 1, 0] *= width / height
    m[:, :, 2] = 0
    f = torch.nn.functional
    padding = {"constant": "zeros", "nearest": "border", "reflect": "reflection"}[fill_mode]
    options = {"mode": interpolation, "padding_mode": padding, "align_corners": False}
    return lambda: f.grid_sample(
        pictures, f.affine_grid(m, pictures.shape, align_corners=False), **options
    )


TORCH = {"affine_transform": torch_affine_transform}


def label(case):
    return f"{label_of(case)} {' '.join(map(str, case.settings[:2]))}"


def rows():
    cases = [affine_transform(*shape, fill="reflect") for shape in SHAPES]
    cases += [affine_transform(*SHAPES[0], "nearest", "reflect")]
    cases += [affine_transform_backward(*shape, fill="reflect") for shape in SHAPES]
    return kernel_rows("affine_transform", cases, {}, TORCH, label=label, comparable=False)
