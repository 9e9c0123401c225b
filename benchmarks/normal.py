"""normal: arrays for each cache and for memory. Each library draws with its own generator."""

from cases.normal import normal

from benchmarks.rows import LENGTHS, kernel_rows


def in_numpy(np, y, state, mean, stddev, truncated, stream):
    rng = np.random.default_rng()
    return lambda: rng.standard_normal(y.shape, dtype=np.float32, out=y)


def in_torch(torch, y, state, mean, stddev, truncated, stream):
    trunc = torch.nn.init.trunc_normal_
    return (lambda: trunc(y)) if truncated else y.normal_


def label(case):
    kind = "truncated normal" if case.settings[2] else "normal"
    return f"{kind} {case.operands['y']}"


def rows():
    cases = [normal((n,)) for n in LENGTHS] + [normal((LENGTHS[2],), truncated=True)]
    peers = {"normal": in_numpy}, {"normal": in_torch}
    return kernel_rows("normal", cases, *peers, label=label, comparable=False)
