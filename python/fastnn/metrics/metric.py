"""What all metrics share: variables that an epoch's batches are added to."""

from .. import devices, initializers
from .._checks import as_dtype, as_shape
from .._config import Configured
from .._floatx import floatx
from .._names import as_name
from ..changes import Part, Watched
from ..variable import Variable


class Metric(Configured, Watched, Part):
    """Base of the metrics. A subclass makes its variables in `__init__` by `add_variable`, adds a
    batch to them in `update_state`, and gives `result()`.

    Args:
        dtype: of the state and the result. None is float64: a float32 that counts stops at 2^24.
        name: the class's name in snake case by default.

    A call updates the state and gives the result so far. A training loop calls `update_state`
    within its recorded step, and outside of it `result`, and `reset_state` between epochs.

    >>> import fastnn
    >>> class Largest(fastnn.metrics.Metric):
    ...     def __init__(self, **keywords):
    ...         super().__init__(**keywords)
    ...         self.value = self.add_variable((), "zeros", name="value")
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         largest = fastnn.ops.cast(fastnn.ops.max(y_pred), self.dtype)
    ...         self.value.assign(fastnn.ops.maximum(self.value, largest))
    ...     def result(self):
    ...         return self.value
    >>> metric = Largest()
    >>> metric.update_state(None, [1.0, 3.0])
    >>> metric.update_state(None, [2.0])
    >>> metric.name, metric.result().item()
    ('largest', 3.0)
    """

    def __init__(self, dtype=None, name=None):
        self.name = as_name(name, type(self))
        self.dtype = "float64" if dtype is None else as_dtype(dtype, type(self).__name__)
        self._variables = []
        self._device = devices.default()

    _waiting = None  # values of a backup for variables that the first batch makes, by their places

    def _config_value(self, name):
        # None is not Keras's name for the default, and its float32 would not count far.
        if name == "dtype":
            return self._keras_dtype() if self.dtype == "float64" else self.dtype
        return getattr(self, name)

    @classmethod
    def from_config(cls, config):
        """A metric from `get_config`'s dict. Keras's default dtype, floatx(), or int32 where it
        counts, is the default here, float64."""
        if isinstance(config, dict) and config.get("dtype") == cls._keras_dtype():
            config = {name: value for name, value in config.items() if name != "dtype"}
        return super().from_config(config)

    @staticmethod
    def _keras_dtype():
        return floatx()

    def add_variable(self, shape=(), initializer="zeros", dtype=None, name=None):
        """A variable of the state.

        Args:
            shape: a tuple of sizes.
            initializer: a name or callable; the first value. `reset_state` sets zeros.
            dtype: the metric's own if None.
            name: of the variable.
        """
        if "_variables" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}: call super().__init__() before add_variable()."
            )
        shape = as_shape(shape, self.name)
        dtype = self.dtype if dtype is None else as_dtype(dtype, self.name)
        with self._device:  # where the metric was made, though it is with the first batch
            values = initializers.get(initializer or "zeros")(shape, dtype)
            variable = Variable.empty(shape, dtype, trainable=False, name=f"{self.name}/{name}")
            variable.assign(values)
            if self._waiting and len(self._variables) in self._waiting:
                variable.assign(self._waiting.pop(len(self._variables)))
        self._variables.append(variable)
        return variable

    add_weight = add_variable

    def update_state(self, *arguments, **keywords):
        """Add a batch to the state."""
        raise NotImplementedError(f"{type(self).__name__} defines no update_state().")

    def result(self):
        """A tensor, or a dict of tensors: what the batches so far come to."""
        raise NotImplementedError(f"{type(self).__name__} defines no result().")

    def reset_state(self):
        """Set every variable to zero."""
        for variable in self.variables:
            variable.device.module.fill(variable.array, (0.0,))
            variable.written()

    @property
    def variables(self):
        """The state: variables made by `add_variable`, and those of attributes: variables, metrics,
        and lists of them."""
        found = {id(v): v for v in self._variables}
        for value in self.__dict__.values():
            for part in value if isinstance(value, (list, tuple)) else (value,):
                inner = part.variables if isinstance(part, Metric) else (part,)
                found |= {id(v): v for v in inner if isinstance(v, Variable)}
        return list(found.values())

    def __call__(self, *arguments, **keywords):
        self.update_state(*arguments, **keywords)
        return self.result()

    def __repr__(self):
        return f"<{type(self).__name__} {self.name}>"
