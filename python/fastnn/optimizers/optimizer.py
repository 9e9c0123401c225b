"""What all optimizers share: the rate, limits and decay, averages, constraints."""

import re

from .. import _core, ops
from .._checks import as_list
from .._lines import warn
from ..changes import structure_changed
from ..tape import no_grad
from ..tensor import Tensor
from ..variable import as_variable
from . import update
from .slots import Slots


class Optimizer(Slots):
    """Base of the optimizers: keeps the learning rate and the iteration count as variables.

    A subclass makes its slots in `make_slots(variables)` and gives `step(positions, variables,
    grads)`, one kernel, which also advances `iterations`; or, as in Keras, `update_step(gradient,
    variable, learning_rate)`, made of operations.

    Args:
        learning_rate: the step size; or a schedule (`optimizers.schedules`), or a function without
            arguments, which is asked before each step.
        weight_decay: each weight loses learning_rate * weight_decay of itself before a step.
        clipnorm: a gradient of a larger norm than this is scaled down to it.
        clipvalue: each element of a gradient is cut to -clipvalue .. clipvalue.
        global_clipnorm: the gradients are scaled down together so that their common norm is at
            most this. One of the three limits may be given; None and 0 are none.
        use_ema: whether it keeps an exponential moving average of each weight.
        ema_momentum: how much of an average is kept at each step.
        ema_overwrite_frequency: after how many steps, again and again, the weights become their
            averages; None is never. `finalize_variable_values` does it at the end.
        loss_scale_factor, gradient_accumulation_steps: None; others are not supported yet.
        name: what it is called; the class's name in snake case by default.

    The gradients themselves are left as they are: limits and decay act within the step. A weight
    that has a `constraint` is passed through it after the step.

    >>> import fastnn
    >>> class Signed(fastnn.optimizers.Optimizer):
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         variable.assign(variable - learning_rate * fastnn.ops.sign(gradient))
    >>> w = fastnn.Variable([1.0, -3.0])
    >>> Signed(0.25).apply([fastnn.Tensor(w.numpy())], [w])
    >>> w.numpy()
    array([ 0.75, -2.75], dtype=float32)
    """

    _applied_rate = None  # the variable of the step that is being applied
    _spared = None  # see exclude_from_weight_decay

    @property
    def learning_rate(self):
        """The rate. Assigning a number takes effect at the next step, also in a compiled one."""
        return self._rate.current() if self._applied_rate is None else self._applied_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if _core.recording():
            raise RuntimeError(
                f"{type(self).__name__}: learning_rate is set inside a compiled step, where the "
                "number would stay what it is now. Set it between the steps."
            )
        self._rate.set(value)

    def apply(self, grads, trainable_variables=None):
        """One step.

        Args:
            grads: tensors, one for each of the variables; one whose gradient is None is left as it
                is, with a warning.
            trainable_variables: weights, all or some of those that the first step had; None for
                those that it was built with.
        """
        name = type(self).__name__
        if trainable_variables is None:
            if not self.built:
                raise TypeError(
                    f"{name}: gradients came alone; a list of variables is wanted too, or a "
                    "build(variables) before."
                )
            trainable_variables = self.variables_built
        variables = as_list(trainable_variables, name, "variables")
        grads = as_list(grads, name, "gradients")
        if len(grads) != len(variables):
            raise ValueError(f"{name}: {len(grads)} gradients came for {len(variables)} variables.")
        if not variables:
            return
        every = variables
        if any(g is None for g in grads):
            variables, grads = self._with_gradients(variables, grads)
        for v, g in zip(variables, grads, strict=True):
            as_variable(v, name, "one of the variables")
            if not isinstance(g, Tensor) or g.shape != v.shape:
                came = f"of shape {g.shape}" if isinstance(g, Tensor) else f"a {type(g).__name__}"
                raise ValueError(
                    f"{name}: the gradient of {v.name or 'a variable'} is {came}; a tensor of "
                    f"shape {v.shape} is wanted."
                )
        if not self.built:
            self.build(every)
        positions = self._positions(variables)
        self._applied_rate = self._rate.of_next_step()
        try:
            with no_grad():
                self._apply(positions, variables, grads)
        finally:
            self._applied_rate = None

    def _with_gradients(self, variables, grads):
        """The variables that have a gradient, and these."""
        pairs = list(zip(variables, grads, strict=True))
        names = [v.name or "a variable" for v, g in pairs if g is None]
        if len(names) == len(pairs):
            raise ValueError(
                f"{type(self).__name__}: the gradient of {names[0]} is None, as all are; a tensor "
                f"of shape {variables[0].shape} is wanted. .grad is there after loss.backward()."
            )
        warn(f"{type(self).__name__}: there are no gradients of {', '.join(names)}.")
        pairs = [pair for pair in pairs if pair[1] is not None]
        return [v for v, _ in pairs], [g for _, g in pairs]

    def _apply(self, positions, variables, grads):
        if self._spared is not None and self.weight_decay:
            decayed = [v for v in variables if not self._is_spared(v)]
            update.decay(decayed, self.learning_rate, self.weight_decay)
        self.step(positions, variables, grads)
        if self.use_ema:
            momentum, frequency = self.ema_momentum, self.ema_overwrite_frequency
            update.average(
                self.variables_built, self._averages, self.iterations, momentum, frequency
            )
        for v in variables:
            if v.constraint is not None:
                v.assign(v.constraint(v))

    def apply_gradients(self, grads_and_vars):
        """One step from pairs (gradient, variable).

        Returns:
            The variable of the step count, or None before the first step.
        """
        pairs = as_list(grads_and_vars, type(self).__name__, "pairs (gradient, variable)")
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self.iterations

    def finalize_variable_values(self, var_list):
        """Make the weights their moving averages, if it keeps them: the end of a training."""
        if self.use_ema and self.built:
            variables = as_list(var_list, type(self).__name__, "variables")
            for i, v in zip(self._positions(variables), variables, strict=True):
                v.assign(self._averages[i])

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Leave some weights out of weight decay, in place of those named before.

        Args:
            var_list: variables.
            var_names: texts; a variable is left out if one of them, a regular expression as in
                Keras, is found in the last part of its name: ["bias", "gamma", "beta"].
        """
        name = type(self).__name__
        variables, texts = (
            as_list(() if given is None else given, name, what)
            for given, what in ((var_list, "variables"), (var_names, "texts"))
        )
        if isinstance(var_names, str) or not all(isinstance(text, str) for text in texts):
            raise TypeError(f"{name}: var_names is {var_names!r}; a list of texts is wanted.")
        for v in variables:
            as_variable(v, name, "one of var_list")
        self._spared = variables, re.compile("|".join(texts)) if texts else None
        structure_changed()

    def _is_spared(self, variable):
        variables, pattern = self._spared
        own_name = (variable.name or "").rpartition("/")[2]
        return any(variable is v for v in variables) or bool(pattern and pattern.search(own_name))

    def before(self, grads):
        """What an update's kernel is to do before it: weight decay, and the limit of gradients."""
        limits = {"weight_decay": 0.0 if self._spared is not None else self.weight_decay or 0.0}
        if self.global_clipnorm:
            limits |= {"norm": ops.global_norm(grads), "clipnorm": self.global_clipnorm}
        elif self.clipnorm:
            limits |= {"norm": ops.norms(grads), "clipnorm": self.clipnorm}
        elif self.clipvalue:
            limits["clipvalue"] = self.clipvalue
        return limits

    def step(self, positions, variables, grads):
        """Update `variables`, whose slots are at `positions`, in place, and advance `iterations`:
        one fused update, or here an `update_step` for each variable."""
        limits = self.before(grads)
        weight_decay = limits.pop("weight_decay")
        if weight_decay:
            update.decay(variables, self.learning_rate, weight_decay)
        for g, v in zip(update.limited(grads, **limits), variables, strict=True):
            self.update_step(g, v, ops.cast(self.learning_rate, v.dtype))
        update.count(self.iterations)

    # As Keras writes them in an update_step

    def assign(self, variable, value):
        """variable.assign(value)."""
        variable.assign(value)

    def assign_add(self, variable, value):
        """variable.assign_add(value)."""
        variable.assign_add(value)

    def assign_sub(self, variable, value):
        """variable.assign_sub(value)."""
        variable.assign_sub(value)

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable and its slots in place; the rate comes in the variable's dtype."""
        raise TypeError(f"{type(self).__name__} defines no step() and no update_step()")
