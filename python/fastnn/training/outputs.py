"""Losses and metrics of a model's outputs: which belongs to which, and under what name."""

from .. import _nest, losses, metrics
from .._checks import as_number


class Outputs:
    """The outputs of a model, as a flat list with names, and targets and weights to match.

    Args:
        y_pred: the nest of outputs.
        names: of a functional model's outputs, or None.
    """

    def __init__(self, y_pred, names):
        self.nest = _nest.map(lambda _: None, y_pred)
        self.count = len(_nest.flatten(y_pred))
        keys = [str(key) for key in _nest.keys(y_pred)] if isinstance(y_pred, dict) else None
        if keys is not None and len(keys) == self.count and not (names and set(keys) == set(names)):
            names = keys
        self.names = list(names) if names and len(names) == self.count else [None] * self.count

    def assign(self, given, what, default=None):
        """A list with an entry an output, from one for all, a list, or a dict by name."""
        if isinstance(given, dict):
            unknown = [name for name in given if name not in self.names]
            if unknown:
                have = ", ".join(repr(name) for name in self.names if name) or "no names"
                raise ValueError(f"{what} names the output {unknown[0]!r}; the model has {have}.")
            return [given.get(name, default) for name in self.names]
        if isinstance(given, (list, tuple)) and not (self.count == 1 and len(given) != 1):
            if len(given) != self.count:
                raise ValueError(
                    f"{what} has {len(given)} entries; the model has {self.count} outputs."
                )
            return list(given)
        return [given] * self.count

    def targets(self, y, used):
        """Targets as a list, with None for outputs that need none; `used` says which need them."""
        if isinstance(y, dict):
            missing = [n for n, u in zip(self.names, used, strict=True) if u and n not in y]
            if self.count == 1 and len(y) == 1:
                return list(y.values())
            if missing:
                raise ValueError(
                    f"the targets have the names {list(y)}; one for {missing[0]!r} is missing."
                )
            return [y.get(name) for name in self.names]
        leaves = _nest.flatten(y)
        if len(leaves) == self.count:
            return leaves
        if len(leaves) == sum(used):
            rest = iter(leaves)
            return [next(rest) if u else None for u in used]
        raise ValueError(
            f"{len(leaves)} targets came for {self.count} outputs; one for each is wanted, as a "
            "list, or as a dict by the outputs' names."
        )

    def weights(self, sample_weight):
        """Sample weights as a list: one for all outputs, or one for each."""
        if sample_weight is None:
            return [None] * self.count
        if isinstance(sample_weight, dict):
            return self.assign(sample_weight, "sample_weight")
        leaves = _nest.flatten(sample_weight)
        if len(leaves) == 1:
            return leaves * self.count
        if len(leaves) != self.count:
            raise ValueError(
                f"{len(leaves)} sample_weights came for {self.count} outputs; one for all, or one "
                "for each is wanted."
            )
        return leaves


class Losses:
    """What compile(loss=, loss_weights=) asks for: the weighted sum of each output's loss."""

    def __init__(self, loss, loss_weights):
        self.loss, self.loss_weights = loss, loss_weights
        self.built = False
        self.trackers = []  # the mean of each loss, if there are several
        for one in _nest.flatten(loss_weights):
            if one is not None:
                as_number(one, "compile", "one of loss_weights")
        for one in _nest.flatten(loss):
            _checked("loss", losses.get, one, ("crossentropy", "ce"))

    def build(self, outputs, y, y_pred):
        given = outputs.assign(self.loss, "compile: loss")
        weights = outputs.assign(self.loss_weights, "compile: loss_weights")
        used = [one is not None for one in given]
        pairs = zip(given, outputs.targets(y, used), _nest.flatten(y_pred), strict=True)
        self.functions = [
            None if one is None else losses.as_loss(one, target.shape, p.shape)
            for one, target, p in pairs
        ]
        self.factors = [
            None if w is None else as_number(w, "compile", "one of loss_weights") for w in weights
        ]
        self.used = used
        self.outputs = outputs
        if sum(used) > 1:
            named = zip(self.functions, outputs.names, strict=True)
            names = [name or f.name for f, name in named if f is not None]
            self.trackers = [metrics.Mean(name=f"{name}_loss") for name in names]
        self.built = True

    def __call__(self, y, y_pred, sample_weight):
        """The sum, a tensor of shape (); None if no output has a loss."""
        y = self.outputs.targets(y, self.used)
        w = self.outputs.weights(sample_weight)
        total, trackers = None, iter(self.trackers)
        for i, p in enumerate(_nest.flatten(y_pred)):
            if self.functions[i] is None:
                continue
            loss = self.functions[i](y[i], p, w[i])
            if self.trackers:
                next(trackers).update_state(loss, sample_weight=float(p.shape[0]))
            if self.factors[i] is not None:
                loss = loss * self.factors[i]
            total = loss if total is None else total + loss
        return total


class Metrics(metrics.Metric):
    """What compile(metrics=, weighted_metrics=) asks for: as one metric, whose result is a dict.

    Args:
        plain, weighted: the two arguments.
        outputs_of: gives the `Outputs` for predictions.
    """

    def __init__(self, plain, weighted, outputs_of):
        super().__init__(name="compile_metrics")
        self.outputs_of = outputs_of
        self.given = {"metrics": plain, "weighted_metrics": weighted}
        for what, given in self.given.items():
            if given is not None and not isinstance(given, (list, tuple, dict)):
                raise TypeError(
                    f"compile: {what} is {given!r}; a list is wanted, such as [{given!r}], or a "
                    "dict by the outputs' names."
                )
            for one in _nest.flatten(given or ()):
                _checked(what, metrics.get, one, ("accuracy", "acc", "crossentropy", "ce"))
        self.built = False
        self.metrics, self.names = [], {}

    def build(self, y, y_pred):
        self.outputs = outputs = self.outputs_of(y_pred)
        self.rows = []  # (output, the metric, whether it takes weights)
        self.names = {}
        predictions = _nest.flatten(y_pred)
        targets = outputs.targets(y, [True] * outputs.count) if y is not None else [None]
        for what, given in self.given.items():
            for i, wanted in enumerate(self._by_output(given, what)):
                for one in wanted:
                    shape = None if targets[i] is None else targets[i].shape
                    metric = metrics.as_metric(one, shape, predictions[i].shape)
                    self.rows.append((i, metric, what == "weighted_metrics"))
                    self.names[self._name(i, metric, what == "weighted_metrics")] = metric
        self.metrics = [metric for _, metric, _ in self.rows]
        self.built = True

    def _by_output(self, given, what):
        """A list of metrics for each output."""
        if given is None:
            return [[]] * self.outputs.count
        if self.outputs.count == 1 and not isinstance(given, dict):
            return [_nest.flatten(given)]
        if isinstance(given, (list, tuple)) and len(given) != self.outputs.count:
            raise ValueError(
                f"compile: {what} has {len(given)} entries for {self.outputs.count} outputs; a "
                "list with a metric, or a list of them, for each output, or a dict by name is "
                "wanted."
            )
        entries = self.outputs.assign(given, f"compile: {what}")
        return [[] if e is None else _nest.flatten(e) for e in entries]

    def _name(self, i, metric, weighted):
        several = self.outputs.count > 1
        prefix = f"{self.outputs.names[i]}_" if several and self.outputs.names[i] else ""
        name = f"{prefix}{metric.name}"
        if weighted and name in self.names:
            name = f"{prefix}weighted_{metric.name}"
        base, n = name, 0
        while name in self.names:
            n += 1
            name = f"{base}_{n}"
        return name

    def update_state(self, y, y_pred, sample_weight=None):
        if not self.built:
            self.build(y, y_pred)
        if not self.rows:
            return
        predictions = _nest.flatten(y_pred)
        y = self.outputs.targets(y, [True] * self.outputs.count)
        w = self.outputs.weights(sample_weight)
        for i, metric, weighted in self.rows:
            if weighted and w[i] is not None:
                metric.update_state(y[i], predictions[i], sample_weight=w[i])
            else:
                metric.update_state(y[i], predictions[i])

    def result(self):
        return {name: metric.result() for name, metric in self.names.items()}


def _checked(what, get, identifier, chosen_later):
    """Let an unknown name be an error of compile() already."""
    if identifier is not None and not (
        isinstance(identifier, str) and identifier.lower() in chosen_later
    ):
        try:
            get(identifier)
        except (TypeError, ValueError) as error:
            raise type(error)(f"compile: {what}: {error}") from None
