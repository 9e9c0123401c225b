"""By which algorithm a convolution is computed: what decides, what forces it, what it errs by."""

import os
import subprocess
import sys

import fastnn
import numpy as np
import pytest
from cases import conv2d as cases
from fastnn import kernels, ops
from reference import winograd
from reference.conv2d import Geometry, forward, to_w, transposed
from support import bound

SAME = cases.SAME
CASES = {
    "3x3": cases.conv2d((2, 9, 11, 5), (3, 3, 5, 7), pads=SAME, bias=True, relu=True),
    "2x2": cases.conv2d((3, 7, 8, 33), (2, 2, 33, 18), pads=(0, 1, 0, 1), activation="tanh"),
    "back": cases.conv2d_transpose((2, 13, 6, 9), (3, 3, 9, 40), pads=SAME),
    "back, adjoint": cases.conv2d_transpose((3, 13, 14, 37), (3, 3, 37, 20)),
    "back, 2x2, adjoint": cases.conv2d_transpose((2, 6, 11, 9), (2, 2, 9, 70), bias=True),
    "back, 4x4 in steps of 2": cases.conv2d_transpose((2, 9, 10, 20), (4, 4, 20, 6), (2, 2), SAME),
    "back, lower than its steps": cases.conv2d_transpose(
        (1, 1, 12, 8), (4, 4, 8, 6), (2, 2), (1, 2, 1, 1)
    ),
    "to w": cases.conv2d_backward_w((5, 14, 9, 17), (3, 3, 17, 34), pads=(0, 1, 2, 0)),
    "4x4 in steps of 2": cases.conv2d((2, 13, 16, 17), (4, 4, 17, 9), (2, 2), SAME, bias=True),
    "6x9 in steps of 2 and 3": cases.conv2d((2, 15, 22, 5), (6, 9, 5, 18), (2, 3), (2, 3, 4, 1)),
    "a pixel": cases.conv2d((2, 1, 1, 3), (4, 4, 3, 5), (2, 2), (1, 2, 2, 1)),
    "to w, 4x4 in steps of 2": cases.conv2d_backward_w(
        (5, 13, 9, 17), (4, 4, 17, 34), (2, 2), (1, 2, 1, 1)
    ),
    "to w, 2x4 in steps of 1 and 2": cases.conv2d_backward_w(
        (3, 1, 19, 6), (2, 4, 6, 5), (1, 2), (1, 0, 0, 3)
    ),
    "to w, a gradient beyond the second cache": cases.conv2d_backward_w(
        (3, 9, 9, 131), (3, 3, 131, 140), pads=SAME
    ),
    # Weights that are not kept at the points.
    "many weights": cases.conv2d((2, 6, 5, 301), (3, 3, 301, 270), pads=SAME, bias=True, relu=True),
    "many weights, back": cases.conv2d_transpose(
        (1, 7, 5, 130), (4, 4, 130, 290), (2, 2), (1, 2, 1, 1)
    ),
    "many weights in steps": cases.conv2d((1, 7, 5, 130), (4, 4, 130, 98), (2, 2), SAME),
}
RUN = """
import sys
import cases.conv2d, fastnn, numpy as np, support, test_conv2d_algorithms as here
case = here.CASES[sys.argv[1]]
arguments = case.make()
print(support.algorithm(support.Cpu(), case, arguments))
support.check(support.Cpu(), case)
"""


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("wanted", ["direct", "winograd"])
def test_the_environment_forces_it(name, wanted):
    """And what comes of it is within that algorithm's bound."""
    path = os.pathsep.join(sys.path)
    environment = os.environ | {"FASTNN_CONV": wanted, "PYTHONPATH": path}
    command = [sys.executable, "-c", RUN, name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == (
        "adjoint" if "adjoint" in name and wanted != "direct" else wanted
    )


def plan(n, size, channels, filters, kernel="conv2d", dtype="float32", step=1):
    """Of windows of 3x3 taps, or of 4x4 in steps of 2."""
    x, y = (
        np.empty((n, rows, rows, depth), dtype)
        for rows, depth in ((size, channels), (size // step, filters))
    )
    w = np.empty((2 + step, 2 + step, channels, filters), dtype)
    operands = {
        "conv2d": (y, x, w, None),
        "conv2d_transpose": (x, y, w, None),
        "conv2d_backward_w": (w, y, x),
    }
    settings = (step, step, *SAME, 1, 1, 1, "none")
    return kernels.plan_of(kernel, *operands[kernel], settings)["algorithm"]


@pytest.mark.parametrize("kernel", ["conv2d", "conv2d_transpose", "conv2d_backward_w"])
def test_the_batch_does_not_decide(kernel):
    """A sample has the same bits alone and among others."""
    for shape in ((5, 64, 64), (8, 8, 16), (13, 32, 64), (32, 3, 32), (3, 300, 20)):
        assert len({plan(n, *shape, kernel) for n in (1, 7, 100)}) == 1, shape
    assert len({plan(n, 4, 32, 64, kernel, step=2) for n in (1, 7, 100)}) == 1


@pytest.mark.parametrize("kernel", ["conv2d", "conv2d_transpose", "conv2d_backward_w"])
def test_float64_goes_directly(kernel):
    assert plan(1, 32, 64, 64, kernel) != "direct"
    assert plan(1, 32, 64, 64, kernel, "float64") == "direct"


def test_many_channels_pay_and_few_do_not():
    assert plan(1, 32, 64, 64) == plan(1, 32, 64, 64, "conv2d_backward_w") == "winograd"
    assert plan(1, 32, 1, 32) == plan(1, 2, 64, 64) == "direct"
    for kernel in ("conv2d", "conv2d_transpose", "conv2d_backward_w"):
        assert plan(1, 14, 512, 512, kernel) == "winograd"  # the weights leave the caches
        assert plan(1, 28, 128, 128, kernel, step=2) == "winograd"
        assert plan(1, 4, 16, 16, kernel, step=2) == "direct"
    # A single column, which would leave most lanes of Winograd's vectors empty.
    for kernel in ("conv2d", "conv2d_backward_w"):
        assert plan(1, 28, 64, 1, kernel) == "dots"
    assert plan(1, 28, 1, 64, "conv2d_transpose") == "dots"


def test_a_program_says_it():
    layer = fastnn.layers.Conv2D(32, 3, padding="same")
    step = fastnn.compile(lambda x: layer(x))
    for _ in range(2):
        step(np.ones((1, 16, 16, 32), "float32"))
    assert "conv2d:winograd.1" in step.programs()[0].dump()


def test_there_is_no_such_kernel():
    with pytest.raises(ValueError, match=r"plan_of: 'conv2' is unknown.*Did you mean 'conv2d'"):
        kernels.plan_of("conv2")


def test_the_bound_holds_the_direct_terms():
    """Every product of the direct sum is among those by which the algorithm's size is reckoned."""
    rng = np.random.default_rng(3)
    x, w, dy = (rng.random(shape) for shape in ((1, 9, 7, 2), (3, 3, 2, 3), (1, 9, 7, 3)))
    g = Geometry(1, 1, *SAME, 1, 1, 1)
    pairs = [
        (winograd.forward(g, x, w, (9, 7)), forward(g, x, w, None)),
        (winograd.transposed(g, dy, w, x.shape), transposed(g, dy, w, None, x.shape)),
        (winograd.adjoint(g, dy, w, x.shape), transposed(g, dy, w, None, x.shape)),
        (winograd.to_w(g, dy, x, w.shape), to_w(g, dy, x, w.shape)),
    ]
    for size, direct in pairs:
        assert size.magnitude.shape == direct.shape
        assert (size.magnitude >= direct * (1 - 1e-12)).all()


def test_a_wrong_sum_is_beyond_the_bound():
    """One tap of one of 64 channels missing: most outputs are then beyond the bound, which for the
    last of a tile is 250 times a direct sum's."""
    rng = np.random.default_rng(4)
    x, w = rng.random((1, 8, 8, 64)), rng.random((3, 3, 64, 8))
    g = Geometry(1, 1, *SAME, 1, 1, 1)
    size = winograd.forward(g, x, w, (8, 8))
    less = w.copy()
    less[1, 1, 5] = 0
    error = np.abs(forward(g, x, w, None) - forward(g, x, less, None))
    assert (error > bound(size, "float32")).mean() > 0.5


def test_neighbours_of_a_nan():
    """It reaches the outputs of its tile, and no other tile."""
    x = np.zeros((1, 12, 12, 32), "float32")
    x[0, 1, 1, 7] = np.nan
    y = ops.conv2d(x, np.ones((3, 3, 32, 32), "float32"), padding="same").numpy()
    assert np.isnan(y[0, :3, :3]).all() and not np.isnan(y[0, 4:]).any()
    assert not np.isnan(y[0, :, 4:]).any()
