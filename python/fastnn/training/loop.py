"""The loop of training: fit."""

import numpy as np

from .. import devices
from .measuring import Measuring
from .results import say_where, step_of
from .sources import (
    as_count,
    as_frequency,
    as_share,
    epochs_of,
    is_iterable,
    split,
    validation_parts,
    weights_of_classes,
)


class Loop(Measuring):
    """The part of a model that goes through data, and learns."""

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
            shuffle: whether each epoch has an order of its own; "batch" shuffles whole batches,
                which is all that a `fastnn.utils.PyDataset` allows.
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
            FloatingPointError: the loss has become NaN, and no callback handles it, as
                TerminateOnNaN does; the message names the step.

        Ctrl-C ends it between two steps: the weights are those of the last whole one.
        """
        self._wanted_compiled("fit")
        epochs = as_count("fit", "epochs", epochs, 0)
        initial_epoch = as_count("fit", "initial_epoch", initial_epoch, 0)
        steps_per_epoch, validation_steps, validation_batch_size = (
            None if n is None else as_count("fit", name, n, 1)
            for name, n in (
                ("steps_per_epoch", steps_per_epoch),
                ("validation_steps", validation_steps),
                ("validation_batch_size", validation_batch_size),
            )
        )
        validation_freq = as_frequency(validation_freq)
        validation_split = as_share(validation_split)
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
        self._at_work, self._goes_on = (source, callbacks), None
        callbacks.on_train_begin()
        first_epoch, step = self._goes_on or (initial_epoch, 0)
        try:
            for epoch in range(first_epoch, epochs):
                self.reset_metrics()
                callbacks.on_epoch_begin(epoch)
                if not self._train_epoch(source, callbacks, epoch, step):
                    break  # a generator had ended
                step = 0
                logs = self._logs()
                if validation is not None and _is_due(validation_freq, epoch):
                    measured = self._evaluate(validation, callbacks)
                    logs = logs | {f"val_{name}": value for name, value in measured.items()}
                callbacks.on_epoch_end(epoch, logs)
                if self.stop_training or getattr(source, "ended", False):
                    break
            finished = True
        finally:
            self._at_work = None
            source.close()
            if validation is not None:
                validation.close()
            if epochs > initial_epoch:
                self.optimizer.finalize_variable_values(self.trainable_weights)
            if finished:
                callbacks.on_train_end(logs)
        return self.history

    _at_work = None  # the batches and the callbacks of the fit that runs
    _goes_on = None  # (epoch, step) where fit begins, if a callback says so as training begins

    def _train_epoch(self, source, callbacks, epoch, number):
        """How many steps the epoch has had, if it begins after the first `number` of them."""
        if number and self._stop_training:
            return number
        hooks = callbacks.batch_hooks_train
        data = step = None
        total = self._loss_tracker.total
        total = total.array if total.device is devices.cpu else np.zeros(())
        if not number:  # else those of a backup, till there is a step
            self._step_logs = None
        for arrays in source.epoch(number):
            if source.data is not data:
                if data is None or source.data.form != data.form:
                    step = self._step("train", source.data)
                data = source.data
            if hooks:
                callbacks.on_train_batch_begin(number)
            try:
                result = step(*arrays)
            except (TypeError, ValueError) as error:
                say_where(error, step_of(f"fit, epoch {epoch + 1}", number, source))
                raise
            self._step_logs = result
            # On the CPU the sum of the losses is there to be looked at: 0.1 us.
            value = float(total)
            if value != value and not callbacks.handles_nan:
                self._refuse_nan(epoch, number, source)
            if hooks:
                callbacks.on_train_batch_end(number, self._batch_logs)
            number += 1
            if self._stop_training:
                break
        return number

    def _refuse_nan(self, epoch, step, source):
        self._step_logs = None
        raise FloatingPointError(
            f"{step_of(f'fit, epoch {epoch + 1}', step, source)}: the loss became NaN, and the "
            f"weights with it. {source.data.not_finite()} Look for logarithms and divisions of "
            "your own, or give the optimizer a smaller learning_rate, or clipnorm=1."
        )


def _is_due(frequency, epoch):
    if isinstance(frequency, set):
        return epoch + 1 in frequency
    return (epoch + 1) % frequency == 0
