"""mean_update: a batch's matches, its loss, and a long array with weights."""

from cases.mean_update import mean_update

from benchmarks.rows import kernel_rows, label_of


def in_numpy(np, total, count, values, weights, weight):
    def call():
        total[...] += weight * values.mean() if weights is None else (values * weights).sum()
        count[...] += weight if weights is None else weights.sum()

    return call


def in_torch(torch, total, count, values, weights, weight):
    def call():
        if weights is None:
            total.add_(values.mean(dtype=total.dtype), alpha=weight)
            count.add_(weight)
        else:
            total.add_((values * weights).sum())
            count.add_(weights.sum())

    return call


def rows():
    cases = [mean_update((128,), of="uint8", weight=128.0), mean_update((), weight=128.0)]
    cases += [mean_update((1_000_000,), 1)]
    peers = {"mean_update": in_numpy}, {"mean_update": in_torch}
    return kernel_rows("mean_update", cases, *peers, label=label_of)
