"""The metrics that a model keeps, and what they have measured."""

from ..changes import Part
from ..layers._weights import attribute_writes, once


class Tracked:
    """The part of a model that keeps metrics."""

    @property
    def metrics(self):
        """The metrics that the model keeps: of the loss, those compiled, as one whose result is a
        dict, its own, and those of the layers inside. A subclass may say which."""
        compiled = []
        if self._compiled:
            compiled = [self._loss_tracker]
            if any(given is not None for given in self._model_metrics.given.values()):
                compiled.append(self._model_metrics)
            compiled += self._model_losses.trackers if self._model_losses is not None else []
        return once((*compiled, *self._own_metrics()))

    def _own_metrics(self):
        if self._metrics_inside[0] != attribute_writes():  # a walk through all layers
            self._metrics_inside = attribute_writes(), _metrics_of(self)
        return self._metrics_inside[1]

    @property
    def _single_metrics(self):
        """The metrics, those compiled one by one."""
        return [
            one for m in self.metrics for one in (m.metrics if m is self._model_metrics else [m])
        ]

    def _metric_groups(self):
        """The same by where they come from."""
        groups = {}
        if self._compiled:
            groups = {"loss": [self._loss_tracker], "compiled": self._model_metrics.metrics}
            if self._model_losses is not None:
                groups["losses"] = self._model_losses.trackers
        known = [metric for group in groups.values() for metric in group]
        own = [x for x in self._own_metrics() if not any(x is y for y in known)]
        return groups | {"own": own}

    def _metric_variables(self):
        """What the metrics have measured so far: variables by names that files have."""
        return {
            f"metrics:{group}/{i}/{j}": variable
            for group, metrics in self._metric_groups().items()
            for i, metric in enumerate(metrics)
            for j, variable in enumerate(metric.variables)
        }

    def _take_metric_values(self):
        """Give the metrics that there are by now what a backup says."""
        if self._metric_values:
            for name, variable in self._metric_variables().items():
                if name in self._metric_values:
                    variable.assign(self._metric_values.pop(name))
            for group, metrics in self._metric_groups().items():
                for i, metric in enumerate(metrics):
                    start = f"metrics:{group}/{i}/"
                    late = [name for name in self._metric_values if name.startswith(start)]
                    metric._waiting = {
                        int(name.removeprefix(start)): self._metric_values.pop(name)
                        for name in late
                    }

    @property
    def metrics_names(self):
        """The metrics' names."""
        return [metric.name for metric in self._single_metrics]

    def reset_metrics(self):
        """Begin all metrics anew."""
        self._metric_values = {}
        for metric in self._single_metrics:
            metric.reset_state()

    def get_metrics_result(self):
        """What has been measured so far, by name: tensors."""
        results = {}
        for metric in self.metrics:
            result = metric.result()
            results |= result if isinstance(result, dict) else {metric.name: result}
        return results


def _metrics_of(layer):
    """A layer's own metrics, then those of the layers inside; models inside keep theirs."""
    inner = (x for x in layer._inner() if not isinstance(x, Tracked))
    return [*layer._parts(Part), *(metric for one in inner for metric in _metrics_of(one))]
