"""Confusion matrices, and what classes of pixels have in common."""

from .. import ops
from .._checks import FLOATS, as_list, as_number
from .._floatx import floatx
from ..losses._arguments import NO_CLASS, as_data, as_predictions, divide_no_nan
from ..ops._axes import as_bool, as_integer
from ._weights import as_weights, broadcast_to_all
from .counts import _constant
from .metric import Metric


class _Confusion(Metric):
    """Base of the metrics whose state is how often each class was predicted as each."""

    def __init__(
        self, num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis=-1
    ):
        super().__init__(dtype, name)
        kind = type(self).__name__
        self.num_classes = as_integer(num_classes, kind, "num_classes", least=1)
        self.ignore_class = ignore_class
        if ignore_class is not None:
            self.ignore_class = as_integer(ignore_class, kind, "ignore_class", least=-(2**31))
        self.sparse_y_true = as_bool(sparse_y_true, kind, "sparse_y_true")
        self.sparse_y_pred = as_bool(sparse_y_pred, kind, "sparse_y_pred")
        self.axis = as_integer(axis, kind, "axis", least=-8)
        shape = (self.num_classes, self.num_classes)
        self.total_cm = self.add_variable(shape, name="total_confusion_matrix")

    @staticmethod
    def _keras_dtype():
        return "int32"

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch.

        Args:
            y_true, y_pred: class numbers, or rows of which the greatest element says the class, as
                sparse_y_true and sparse_y_pred say.
            sample_weight: of the shape of the class numbers, or its first axes.
        """
        p = self._classes(y_pred, self.sparse_y_pred)
        t = self._classes(y_true, self.sparse_y_true)
        if t.size != p.size:
            raise ValueError(
                f"{self.name}: targets of shape {t.shape} and predictions of shape {p.shape} came, "
                "as class numbers; as many are wanted. sparse_y_true and sparse_y_pred say whether "
                "class numbers come, or rows of which the greatest element counts."
            )
        t = ops.reshape(t, p.shape)
        w = None
        if sample_weight is not None:
            w = as_weights(sample_weight, p, self.name)
        self._add_matrix(t, p, w)

    def _classes(self, y, sparse):
        y = as_data(y, self.name, like=self.total_cm)
        if not sparse:
            return ops.argmax(y if y.dtype in FLOATS else ops.cast(y, floatx()), axis=self.axis)
        if y.dtype in FLOATS:  # whole ones; others become a number that no class has
            y = ops.where(ops.equal(ops.floor(y), y), y, NO_CLASS)
        return ops.cast(y, "int32")

    def _add_matrix(self, t, p, w):
        if w is not None and self.dtype not in FLOATS:
            raise TypeError(
                f"{self.name}: sample_weight came, but dtype={self.dtype!r} counts whole samples; "
                "leave dtype out, which is float64 then."
            )
        if self.ignore_class is not None:
            t, p, w = self._without_ignored(t, p, w)
        if w is not None and w.shape != p.shape:
            w = ops.broadcast_to(broadcast_to_all(w, p), p.shape)
        ops.confusion_matrix(t, p, self.num_classes, w, counts=self.total_cm)

    def _without_ignored(self, t, p, w):
        """What is to be ignored gets the weight 0 and, as its class may be none, class 0."""
        counted = ops.not_equal(t, self.ignore_class)
        factor = ops.cast(counted, "float64")
        t, p = (ops.where(counted, ops.cast(y, "float64"), 0.0) for y in (t, p))
        if w is not None:
            factor = factor * broadcast_to_all(ops.cast(w, "float64"), p)
        return ops.cast(t, "int32"), ops.cast(p, "int32"), factor


class ConfusionMatrix(_Confusion):
    """How often each class was predicted as each: a matrix (num_classes, num_classes) whose rows
    are true and whose columns are predicted classes; weighted, the sums of the samples' weights.

    Args:
        num_classes: how many classes there are.
        name, dtype: as `Metric` takes them; float64 counts exactly up to 2^53.
        ignore_class: a class number among the targets whose samples do not count; it need be no
            class, such as 255 or -1.
        sparse_y_true, sparse_y_pred: whether targets and predictions are class numbers; else they
            are rows, one-hot or probabilities, of which the greatest element says the class. As
            they are, class numbers go with what a classifier gives.
        axis: of rows, where the classes lie.

    Raises:
        ValueError: with the data, a class number is outside 0 .. num_classes - 1, or there are not
            as many targets as predictions.

    >>> import fastnn
    >>> metric = fastnn.metrics.ConfusionMatrix(2)
    >>> metric([0, 1, 1], [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]).numpy()
    array([[1., 0.],
           [1., 1.]])
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)

    def result(self):
        return ops.copy(self.total_cm)


class IoU(_Confusion):
    """Intersection over union: of a class TP / (TP + FP + FN), the share that is right of all that
    is the class or predicted as such; the mean over some classes.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes over which the mean is taken; those that neither stand among
            the targets nor are predicted do not count.
        name, dtype: as `Metric` takes them.
        ignore_class: a class number among the targets whose samples do not count; it need be no
            class, such as 255 or -1.
        sparse_y_true, sparse_y_pred: whether targets and predictions are class numbers; else they
            are rows, one-hot or probabilities, of which the greatest element says the class.
        axis: of rows, where the classes lie.

    Where Keras differs: it rounds weights to integers unless dtype is a float type, takes the
    quotient in float32, and leaves out class numbers that are none, which here are an error.

    Raises:
        ValueError: target_class_ids are not among the classes; with the data, a class number is
            outside 0 .. num_classes - 1, or there are not as many targets as predictions.

    >>> import fastnn
    >>> metric = fastnn.metrics.IoU(num_classes=2, target_class_ids=[0])
    >>> round(metric([0, 0, 1, 1], [0, 1, 0, 1]).item(), 4)  # one of three
    0.3333
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)
        kind = type(self).__name__
        ids = as_list(target_class_ids, kind, "class numbers")
        self.target_class_ids = [as_integer(i, kind, "a target class") for i in ids]
        if not ids or max(self.target_class_ids) >= self.num_classes:
            raise ValueError(
                f"{kind}: target_class_ids is {target_class_ids!r}; class numbers from 0 to "
                f"{self.num_classes - 1} are wanted."
            )
        chosen = [float(self.target_class_ids.count(c)) for c in range(self.num_classes)]
        self._chosen = _constant(chosen)

    def result(self):
        matrix = ops.cast(self.total_cm, "float64")
        right = ops.reshape(matrix, (-1,))[:: self.num_classes + 1]
        either = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - right
        there = ops.cast(ops.greater(either, 1e-9), "float64") * self._chosen
        mean = divide_no_nan(ops.sum(divide_no_nan(right, either) * there), ops.sum(there))
        return ops.cast(mean, self._result_dtype)

    @property
    def _result_dtype(self):
        return self.dtype if self.dtype in FLOATS else "float64"


class BinaryIoU(IoU):
    """`IoU` of two classes, predicted as a probability.

    Args:
        target_class_ids: the classes over which the mean is taken: 0, 1 or both.
        threshold: from where on, itself included, a prediction means class 1.
        name, dtype: as `Metric` takes them.

    Raises:
        ValueError: as `IoU`.

    >>> import fastnn
    >>> metric = fastnn.metrics.BinaryIoU(threshold=0.3)
    >>> round(metric([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7]).item(), 4)
    0.3333
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = as_number(threshold, "BinaryIoU", "threshold")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch: targets 0 and 1, predictions, and weights of their shape or first axes."""
        y_pred = ops.greater_equal(as_predictions(y_pred, self.name), self.threshold)
        super().update_state(y_true, y_pred, sample_weight)


class MeanIoU(IoU):
    """The mean of the intersection over union of all classes.

    Args:
        num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis: as `IoU` takes
            them.

    >>> import fastnn
    >>> round(fastnn.metrics.MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1]).item(), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        every = range(as_integer(num_classes, type(self).__name__, "num_classes", least=1))
        super().__init__(
            num_classes, every, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis
        )


class OneHotIoU(IoU):
    """`IoU` for one-hot targets, and predictions with a number for each class.

    Args:
        num_classes, target_class_ids, name, dtype, ignore_class, sparse_y_pred, axis: as `IoU`
            takes them.

    >>> import fastnn
    >>> metric = fastnn.metrics.OneHotIoU(num_classes=2, target_class_ids=[1])
    >>> metric([[1, 0], [0, 1], [0, 1]], [[0.6, 0.4], [0.7, 0.3], [0.2, 0.8]]).item()
    0.5
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )


class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` for one-hot targets, and predictions with a number for each class.

    Args:
        num_classes, name, dtype, ignore_class, sparse_y_pred, axis: as `IoU` takes them.

    >>> import fastnn
    >>> metric = fastnn.metrics.OneHotMeanIoU(num_classes=2)
    >>> metric([[1, 0], [0, 1], [0, 1]], [[0.6, 0.4], [0.7, 0.3], [0.2, 0.8]]).item()
    0.5
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
