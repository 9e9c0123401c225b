"""norms: the norm of all gradients of a network; NumPy and PyTorch on the same lists."""

from cases.norms import norms

from benchmarks.adam import NETWORKS
from benchmarks.rows import kernel_rows, nbytes


def in_numpy(np, norm, x):
    def call():
        norm[...] = np.sqrt(sum(float(np.vdot(one, one)) for one in x))

    return call


def in_torch(torch, norm, x):
    return lambda: norm.copy_(torch.nn.utils.get_total_norm(x))


def label(case):
    arrays = case.operands["x"]
    return f"norms of {len(arrays)} arrays, {sum(map(nbytes, arrays)) // 4} numbers"


def rows():
    cases = [norms(shapes, each=False) for shapes in NETWORKS[:2]]
    peers = {"norms": in_numpy}, {"norms": in_torch}
    return kernel_rows("norms", cases, *peers, label=label)
