"""What is done to labels and data before training, in NumPy."""

import operator

import numpy as np

from .._checks import as_number, as_numbers


def to_categorical(x, num_classes=None):
    """One-hot rows of labels: a new last axis with a 1 where the label is.

    Args:
        x: whole numbers from 0 in an array of any shape. A last axis of one, as of a column of
            labels, is dropped, if it is not the only axis.
        num_classes: the length of the new axis; by default the largest label and 1.

    Returns:
        A NumPy array of float64.

    Raises:
        ValueError: if a label is negative, not whole or too large, or there is none to tell the
            number of classes.
        TypeError: if `x` holds no numbers or `num_classes` is no integer.

    >>> from fastnn.utils import to_categorical
    >>> to_categorical([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]])
    """
    labels = as_numbers(x, "to_categorical", "int64")
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    classes = _as_count(num_classes)
    if not classes:
        if not labels.size:
            raise ValueError("to_categorical: no labels came, nor num_classes; give it.")
        classes = int(labels.max()) + 1
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.size:
        cure = f"{classes} classes have labels 0 .. {classes - 1}" if classes > 0 else "from 0 on"
        raise ValueError(f"to_categorical: there is a label {wrong[0]}; {cure}.")
    result = np.zeros((labels.size, classes))
    result[np.arange(labels.size), labels.reshape(-1)] = 1
    return result.reshape(*shape, classes)


def _as_count(num_classes):
    if num_classes is None:
        return 0
    try:
        count = operator.index(num_classes)
    except TypeError:
        raise TypeError(
            f"to_categorical: num_classes is {num_classes!r}; an integer is wanted."
        ) from None
    if count < 0:
        raise ValueError(f"to_categorical: num_classes is {count}; a number > 0 is wanted.")
    return count


def normalize(x, axis=-1, order=2):
    """`x` divided by its norms along an axis, so that each of these is 1; or 0, if it was.

    Args:
        x: numbers in an array of one axis or more.
        axis: along which the norms are taken.
        order: of the norm: 2, 1, another number or infinity.

    Returns:
        A NumPy array of `x`'s shape; of its dtype, or float64 if that is no float.

    Raises:
        ValueError: if there is no such axis.
        TypeError: if `x` holds no numbers, or `axis` or `order` is none.

    >>> import numpy as np
    >>> from fastnn.utils import normalize
    >>> normalize(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    array = as_numbers(x, "normalize")
    order = as_number(order, "normalize", "order")
    try:
        inside = -array.ndim <= operator.index(axis) < array.ndim
    except TypeError:
        raise TypeError(f"normalize: axis is {axis!r}; an integer is wanted.") from None
    if not inside:
        raise ValueError(f"normalize: axis is {axis}, and the shape of x is {array.shape}.")
    norms = np.linalg.norm(array, order, axis, keepdims=True)
    return array / np.where(norms == 0, norms.dtype.type(1), norms)
