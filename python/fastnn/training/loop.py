"""The loops: fit, evaluate, predict, and their single batches."""

import numpy as np

from .. import _nest, devices
from ..callbacks import CallbackList
from ..tensor import Tensor
from .arrays import Data
from .results import Results, in_order, plain
from .sources import as_count, epochs_of, is_iterable, split, validation_parts, weights_of_classes


class Loop:
    """The part of a model that goes through data."""

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ):
        """Train on data, several times over.

        Args:
            x: inputs: an array, a list or dict of arrays for several inputs; or a generator or
                another iterable of batches (x, y) or (x, y, sample_weight). Whatever np.asarray
                takes is an array; numbers are converted as they are gathered.
            y: targets in the same forms; None where x yields them.
            batch_size: samples a step; 32 if None.
            epochs: the number of the epoch after which training ends.
            verbose: 0 shows nothing, 1 or "auto" a bar, 2 one line an epoch.
            callbacks: a `fastnn.callbacks.Callback` or a list of them.
            validation_split: the last share of the samples, 0 .. 1, is kept from training and
                measured after each epoch.
            validation_data: (x, y) or (x, y, sample_weight), or an iterable of batches, instead.
            shuffle: whether each epoch has an order of its own; "batch" shuffles whole batches.
            class_weight: a dict from class numbers to factors of the loss; classes not in it
                count once.
            sample_weight: a factor of the loss for each sample.
            initial_epoch: the number of the first epoch, from 0.
            steps_per_epoch: batches an epoch; None: all.
            validation_steps, validation_batch_size: the same of validation.
            validation_freq: every how many epochs to validate, or a list of epochs, from 1.

        Returns:
            A `fastnn.callbacks.History`: `.history` has a list of numbers for each name.

        Raises:
            RuntimeError: before compile().
            ValueError: data do not fit together or into the model; labels are outside of the
                classes.
            FloatingPointError: the loss has become NaN; the message names the step.

        Ctrl-C ends it between two steps: the weights are those of the last whole one.
        """
        self._wanted_compiled("fit")
        epochs = as_count("fit", "epochs", epochs, 0)
        initial_epoch = as_count("fit", "initial_epoch", initial_epoch, 0)
        if validation_split:
            given = (x, y, sample_weight, validation_data)
            (x, y, sample_weight), validation_data = split(self, *given, validation_split)
        weigh = weights_of_classes(class_weight, sample_weight)
        source = epochs_of(
            self, "fit", x, y, sample_weight, batch_size, shuffle, steps_per_epoch, weigh
        )
        validation = None
        if validation_data is not None:
            parts = validation_parts(validation_data)
            size = validation_batch_size
            if size is None and not is_iterable(parts[0]):
                size = batch_size
            validation = epochs_of(
                self, "fit: validation_data", *parts, size, False, validation_steps
            )
        callbacks = self._callback_list(callbacks, verbose, epochs, source, history=True)
        self.stop_training = False
        logs, finished = {}, False
        callbacks.on_train_begin()
        try:
            for epoch in range(initial_epoch, epochs):
                self.reset_metrics()
                callbacks.on_epoch_begin(epoch)
                self._train_epoch(source, callbacks, epoch)
                logs = self._epoch_logs
                if validation is not None and _is_due(validation_freq, epoch):
                    measured = self._evaluate(validation, callbacks)
                    logs = logs | {f"val_{name}": value for name, value in measured.items()}
                callbacks.on_epoch_end(epoch, logs)
                if self.stop_training or getattr(source, "ended", False):
                    break
            finished = True
        finally:
            if epochs > initial_epoch:
                self.optimizer.finalize_variable_values(self.trainable_weights)
            if finished:
                callbacks.on_train_end(logs)
        return self.history

    def _train_epoch(self, source, callbacks, epoch):
        hooks = callbacks.batch_hooks_train
        data = step = None
        total = self._loss_tracker.total
        total = total.array if total.device is devices.cpu else np.zeros(())
        self._step_logs = None
        number = 0
        for arrays in source.epoch():
            if source.data is not data:
                if data is None or source.data.form != data.form:
                    step = self._step("train", source.data)
                data = source.data
            if hooks:
                callbacks.on_train_batch_begin(number)
            result = step(*arrays)
            if result is not None:
                self._step_logs = result
            # On the CPU the sum of the losses is there to be looked at: 0.1 us.
            value = float(total)
            if value != value:
                self._refuse_nan(epoch, number, source)
            if hooks:
                callbacks.on_train_batch_end(number, self._batch_logs)
            number += 1
            if self._stop_training:
                break
        self._epoch_logs = self._logs()

    def _refuse_nan(self, epoch, step, source):
        holders = [
            name
            for name, array in zip(source.data.names, source.data.arrays, strict=True)
            if array.dtype.kind == "f" and np.isnan(array).any()
        ]
        data = f" {holders[0]} holds NaN itself." if holders else ""
        of = f" of {source.steps}" if source.steps else ""
        self._step_logs = None
        raise FloatingPointError(
            f"fit: the loss became NaN at epoch {epoch + 1}, step {step + 1}{of}.{data} The "
            "weights are lost to it as well. Look for NaN in x and y, for logarithms and divisions "
            "of your own, or give the optimizer a smaller learning_rate, or clipnorm=1."
        )

    def _logs(self):
        """What has been measured so far, as numbers in the order of names."""
        return self._as_logs(self._step_logs or self.get_metrics_result())

    def _batch_logs(self):
        """The same, where it is asked for after every batch."""
        return self._as_logs(self._step_logs or self._results())

    def _as_logs(self, results):
        return {name: plain(results[name]) for name in sorted(results)}

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
        source = epochs_of(self, "evaluate", x, y, sample_weight, batch_size, False, steps)
        callbacks = self._callback_list(callbacks, verbose, 1, source)
        logs = self._evaluate(source, callbacks)
        return logs if return_dict else in_order(self, logs)

    def _evaluate(self, source, callbacks):
        hooks = callbacks.batch_hooks_test
        callbacks.on_test_begin()
        self.reset_metrics()
        self._step_logs = None
        source.begin()
        for number, arrays in enumerate(source.epoch()):
            if hooks:
                callbacks.on_test_batch_begin(number)
            result = self._step("test", source.data)(*arrays)
            if result is not None:
                self._step_logs = result
            if hooks:
                callbacks.on_test_batch_end(number, self._batch_logs)
        logs = self._logs()
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
        results = None
        for number, arrays in enumerate(source.epoch()):
            if hooks:
                callbacks.on_predict_batch_begin(number)
            outputs = self._step("predict", source.data)(*arrays)
            if results is None:
                results = Results(outputs, source)
            results.append(outputs)
            if hooks:
                callbacks.on_predict_batch_end(number, {"outputs": outputs})
        callbacks.on_predict_end()
        return results.nest()

    # Single batches

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """One step on one batch; what has been measured on it.

        Args:
            x, y, sample_weight, class_weight: see `fit`.
            return_dict: whether the result is a dict by name.

        Returns:
            The loss; a list of it and the metrics, if there are any; or the dict.
        """
        self._wanted_compiled("train_on_batch")
        weigh = weights_of_classes(class_weight, sample_weight, "train_on_batch")
        if weigh is not None:
            sample_weight = weigh(y, None)
        return self._on_batch("train", x, y, sample_weight, return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """As `train_on_batch`, without training."""
        self._wanted_compiled("test_on_batch")
        return self._on_batch("test", x, y, sample_weight, return_dict)

    def _on_batch(self, kind, x, y, sample_weight, return_dict):
        data = Data(self, x, y, sample_weight, f"{kind}_on_batch")
        self.reset_metrics()
        self._step_logs = self._step(kind, data)(*data.converted())
        logs = self._batch_logs()
        return logs if return_dict else in_order(self, logs)

    def predict_on_batch(self, x):
        """The outputs for one batch, as NumPy arrays."""
        data = Data(self, x, None, None, "predict_on_batch")
        outputs = self._step("predict", data)(*data.converted())
        return _nest.map(lambda t: t.numpy() if isinstance(t, Tensor) else t, outputs)

    def _callback_list(self, callbacks, verbose, epochs, source, history=False):
        if isinstance(callbacks, CallbackList):
            return callbacks
        return CallbackList(
            callbacks,
            add_history=history,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=epochs,
            steps=source.steps,
        )


def _is_due(frequency, epoch):
    if isinstance(frequency, (list, tuple, set)):
        return epoch + 1 in frequency
    return (epoch + 1) % frequency == 0
