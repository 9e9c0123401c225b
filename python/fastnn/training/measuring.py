"""The loops that change no weight: evaluate and predict."""

from contextlib import closing

from ..callbacks import CallbackList
from ..ops._axes import as_bool
from ..utils.progress import checked_verbose
from .results import Results, in_order, plain, say_where, step_of
from .single import SingleBatches
from .sources import epochs_of


class Measuring(SingleBatches):
    """The part of a model that goes through data."""

    def _logs(self):
        """What has been measured so far, as numbers in the order of names."""
        return self._as_logs(self._step_logs or self.get_metrics_result())

    def _batch_logs(self):
        """The same, where it is asked for after every batch."""
        return self._as_logs(self._step_logs or self._results())

    def _as_logs(self, results):
        logs = {}
        for name, value in results.items():  # a metric's result may be a dict
            logs |= value if isinstance(value, dict) else {name: value}
        return {name: plain(logs[name]) for name in sorted(logs)}

    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
    ):
        """Measure loss and metrics on data, without training.

        Args:
            x, y, batch_size, verbose, sample_weight, steps, callbacks: see `fit`.
            return_dict: whether the result is a dict by name.

        Returns:
            The loss; a list of it and the metrics, if there are any; or the dict.
        """
        self._wanted_compiled("evaluate")
        return_dict = as_bool(return_dict, "evaluate", "return_dict")
        source = epochs_of(self, "evaluate", x, y, sample_weight, batch_size, False, steps)
        callbacks = self._callback_list(callbacks, verbose, 1, source)
        with closing(source):
            logs = self._evaluate(source, callbacks)
        return logs if return_dict else in_order(self, logs)

    def _evaluate(self, source, callbacks):
        hooks = callbacks.batch_hooks_test
        callbacks.on_test_begin()
        self.reset_metrics()
        self._step_logs = None
        source.begin()
        number = None
        for number, arrays in enumerate(source.epoch()):
            if hooks:
                callbacks.on_test_batch_begin(number)
            try:
                result = self._step("test", source.data)(*arrays)
            except (TypeError, ValueError) as error:
                say_where(error, step_of(source.name, number, source))
                raise
            if result is not None:
                self._step_logs = result
            if hooks:
                callbacks.on_test_batch_end(number, self._batch_logs)
        logs = {} if number is None else self._logs()
        callbacks.on_test_end(logs)
        return logs

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """The outputs for data, computed in batches.

        Args:
            x, batch_size, verbose, steps, callbacks: see `fit`.

        Returns:
            A NumPy array, or a list or dict of them, as the model's outputs are.
        """
        source = epochs_of(self, "predict", x, None, None, batch_size, False, steps)
        callbacks = self._callback_list(callbacks, verbose, 1, source)
        hooks = callbacks.batch_hooks_predict
        callbacks.on_predict_begin()
        with closing(source):
            results = self._predict(source, callbacks, hooks)
        callbacks.on_predict_end()
        return results.nest()

    def _predict(self, source, callbacks, hooks):
        results = None
        for number, arrays in enumerate(source.epoch()):
            if hooks:
                callbacks.on_predict_batch_begin(number)
            try:
                outputs = self._step("predict", source.data)(*arrays)
            except (TypeError, ValueError) as error:
                say_where(error, step_of("predict", number, source))
                raise
            if results is None:
                results = Results(outputs, source)
            results.append(outputs)
            if hooks:
                callbacks.on_predict_batch_end(number, {"outputs": outputs})
        return results

    def _callback_list(self, callbacks, verbose, epochs, source, history=False):
        if isinstance(callbacks, CallbackList):
            return callbacks
        verbose = checked_verbose(verbose, source.name)
        return CallbackList(
            callbacks,
            add_history=history,
            add_progbar=verbose > 0,
            model=self,
            verbose=verbose,
            epochs=epochs,
            steps=source.steps,
        )
