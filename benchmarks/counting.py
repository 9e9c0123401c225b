"""top_k: of classes, of a long row; in_top_k; counts of labels, and of scores by threshold."""

from cases.counting import (
    bincount,
    confusion_matrix,
    in_top_k,
    threshold_histogram,
    top_k,
    top_k_backward,
)

from benchmarks.rows import kernel_rows, label_of

ADDING = ("confusion_matrix", "threshold_histogram")  # to counts that peers begin anew
CASES = [top_k((1024, 1000), 5), top_k((1, 1_000_000), 100), top_k_backward((1024, 1000), 5)]
CASES += [in_top_k(1024, 1000, 5)]
for weights in (None, "float32"):
    CASES += [bincount(10, (100_000,), "float32", weights)]
    CASES += [confusion_matrix(10, 10, (100_000,), "float32", weights)]
    CASES += [threshold_histogram(200, (100_000,), "float64", weights)]


def numpy_top_k(np, values, indices, x):
    k = values.shape[-1]

    def call():
        best = np.argpartition(x, -k, axis=-1)[..., -k:]
        found = np.take_along_axis(x, best, -1)
        order = np.argsort(-found, axis=-1)
        np.take_along_axis(best, order, -1)
        return np.take_along_axis(found, order, -1)

    return call


def numpy_bincount(np, counts, labels, weights):
    return lambda: np.bincount(labels, weights, counts.shape[0])


def numpy_confusion_matrix(np, counts, labels, predictions, weights):
    n = counts.size
    return lambda: np.bincount(labels * counts.shape[1] + predictions, weights, n)


def numpy_threshold_histogram(np, counts, scores, labels, weights, thresholds, below_zero):
    n = counts.shape[1]

    def call():
        exceeded = np.ceil(np.clip(np.nan_to_num(scores), 0, 1) * (n - 2)).astype(int)
        return np.bincount(exceeded + n * (labels != 0), weights, 2 * n)

    return call


NUMPY = {
    "top_k": numpy_top_k,
    "bincount": numpy_bincount,
    "confusion_matrix": numpy_confusion_matrix,
    "threshold_histogram": numpy_threshold_histogram,
}


def torch_top_k(torch, values, indices, x):
    k, indices = values.shape[-1], indices.long()

    def call():
        torch.topk(x, k, out=(values, indices))

    return call


def torch_bincount(torch, counts, labels, weights):
    return lambda: torch.bincount(labels, weights, counts.shape[0])


def label(case):
    weights = case.operands.get("weights")
    return label_of(case) + (f" weights {weights.dtype}" if weights else "")


TORCH = {"top_k": torch_top_k, "bincount": torch_bincount}


def rows():
    kinds = [[c for c in CASES if (c.operation in ADDING) == adding] for adding in (False, True)]
    made = kernel_rows("counting", kinds[0], NUMPY, TORCH, label=label)
    return made + kernel_rows("counting", kinds[1], NUMPY, {}, label=label, comparable=False)
