"""What makes a model learn: compile, the step of a batch, and what it has measured."""

from .. import _nest, optimizers, tape
from .._lines import warn
from ..metrics import Mean
from ..ops import zeros
from ..ops._axes import as_bool
from ..saving.deserialization import deserialize_value
from ..saving.serialization import serialize_keras_object as serialize
from ..utils.dataset import pack_x_y_sample_weight, unpack_x_y_sample_weight
from .loop import Loop
from .outputs import Losses, Metrics, Outputs
from .step import Step
from .tracked import Tracked


class Trainer(Tracked, Loop):
    """The part of a model that compiles and steps."""

    def _begin_training(self):
        self.optimizer = None
        self.history = None
        self.loss = None
        self._compiled = False
        self._compile_arguments = {}
        self._stop_training = False
        self._run_eagerly = False
        self._metrics_inside = None, []  # known as long as no attribute of a layer is written
        self._steps = {}  # (kind, the data's form) -> the compiled step
        self._last_steps = {}  # kind -> what the last single batch ran, and its number of arrays
        self._loss_tracker = self._model_losses = self._model_metrics = None
        self._metric_values = {}  # of a backup, by _metric_variables' names, till there are metrics

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ):
        """Say how to train: what `fit`, `evaluate` and the others work with.

        Args:
            optimizer: a name or an optimizer.
            loss: a name, a loss, a function of (y_true, y_pred), or None; for several outputs one
                for all, a list with one for each, or a dict by the outputs' names.
            loss_weights: factors of the losses, in the same form.
            metrics: a list of names, metrics or functions; for several outputs a list of lists or a
                dict by name. "accuracy" becomes the accuracy that fits the targets.
            weighted_metrics: the same, of metrics that take sample weights.
            run_eagerly: whether steps run in Python, line by line, to be debugged.
            steps_per_execution, jit_compile, auto_scale_loss: taken for Keras's sake; steps are
                recorded and replayed anyway.

        Raises:
            ValueError: a name is unknown; the message suggests the nearest one.

        >>> import numpy as np, fastnn
        >>> model = fastnn.Sequential([fastnn.Input((2,)), fastnn.layers.Dense(1)])
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> x, y = np.ones((8, 2)), np.ones((8, 1))
        >>> sorted(model.fit(x, y, epochs=2, verbose=0).history)
        ['loss', 'mae']
        """
        run_eagerly = as_bool(run_eagerly, "compile", "run_eagerly")
        made = optimizers.get(optimizer)
        model_losses = Losses(loss, loss_weights) if loss is not None else None
        model_metrics = Metrics(metrics, weighted_metrics, self._outputs_of)
        self.optimizer, self.loss = made, loss
        self._model_losses, self._model_metrics = model_losses, model_metrics
        self._loss_tracker = Mean(name="loss")
        self._run_eagerly = run_eagerly
        self._compiled = True
        self._compile_arguments = {
            "optimizer": made,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }
        self._stop_training = False
        self._forget_outputs()

    def get_compile_config(self):
        """What `compile_from_config` takes: compile()'s arguments; {} before it."""
        return (
            serialize({**self._compile_arguments, "optimizer": self.optimizer})
            if (self._compiled and self._compile_arguments)
            else {}
        )

    def compile_from_config(self, config):
        """Compile with the arguments of `get_compile_config`."""
        self.compile(**deserialize_value(config))

    def _forget_outputs(self):
        """The outputs are others now: losses and metrics have to find theirs again."""
        self._metrics_inside = None, []
        self._steps, self._last_steps = {}, {}
        for built in (self._model_losses, self._model_metrics):
            if built is not None:
                built.built = False

    def _wanted_compiled(self, name):
        if not self._compiled:
            raise RuntimeError(
                f"{name}: {self.name} is not compiled; call model.compile(optimizer, loss) first."
            )

    # Settings that may change without a new recording

    @property
    def compiled(self):
        """Whether compile() was called."""
        return self._compiled

    @property
    def stop_training(self):
        """Set it, for example in a callback, and `fit` ends after the batch."""
        return self._stop_training

    @stop_training.setter
    def stop_training(self, value):
        self._stop_training = bool(value)

    @property
    def run_eagerly(self):
        """Whether steps run in Python instead of being replayed."""
        return self._run_eagerly

    @run_eagerly.setter
    def run_eagerly(self, value):
        self._run_eagerly = as_bool(value, self.name, "run_eagerly")
        self._last_steps = {}

    # One batch

    def train_step(self, data):
        """One step: forward, loss, gradients, update. A subclass may have its own.

        Args:
            data: x, (x, y) or (x, y, sample_weight), as much as there is: nests of tensors. An x
                without y that is a list or tuple comes as (x,).

        Returns:
            A dict of what to show, by name.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=True)
        loss = self._measured_loss(x, y, y_pred, sample_weight, training=True)
        # Before the update: where a recording fails since a metric reads a value, none was done.
        logs = self.compute_metrics(x, y, y_pred, sample_weight)
        self._descend(loss)
        return logs

    def test_step(self, data):
        """One step of `evaluate`: as `train_step`, without training."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        self._measured_loss(x, y, y_pred, sample_weight, training=False)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data):
        """One step of `predict`: the outputs."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    def _measured_loss(self, x, y, y_pred, sample_weight, training):
        loss = self.compute_loss(x, y, y_pred, sample_weight, training)
        self._forget_losses()
        batch = next(t.shape[0] for t in _nest.flatten(x) if t is not None)
        self._loss_tracker.update_state(loss, sample_weight=float(batch))
        return loss

    def _descend(self, loss):
        weights = self.trainable_weights
        if not weights or loss._node is None:
            warn(
                f"{self.name}: there is nothing to train: the loss depends on no trainable weight."
            )
            return
        self.optimizer.apply(tape.gradients(loss, weights), weights)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The loss to minimise: that of the outputs, and the regularizers'. A subclass may have its
        own."""
        losses = list(self.losses)
        if self._model_losses is not None:
            if y is None:
                raise ValueError(f"{self.name}: a loss was compiled, but no targets y came.")
            if not self._model_losses.built:
                self._model_losses.build(self._outputs_of(y_pred), y, y_pred)
                self._take_metric_values()
            loss = self._model_losses(y, y_pred, sample_weight)
            losses[:0] = [] if loss is None else [loss]
        if not losses:
            if training:
                raise ValueError(
                    f"{self.name}: there is no loss; give one to compile(), or call add_loss()."
                )
            return zeros((), self.dtype)
        total = losses[0]
        for loss in losses[1:]:
            total = total + loss
        return total

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Update the compiled metrics; what has been measured so far, by name. A subclass may have
        its own."""
        self._update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _update_metrics(self, y, y_pred, sample_weight):
        compiled = self._model_metrics
        if compiled is None or y is None:
            return
        if not compiled.built:
            compiled.build(y, y_pred)
            self._take_metric_values()
        compiled.update_state(y, y_pred, sample_weight)

    def _outputs_of(self, y_pred):
        return Outputs(y_pred, self.output_names if self._graph is not None else None)

    # Steps, recorded

    def _step(self, kind, data):
        """The step of a kind for data of a form: a function of flat arrays."""
        key = (kind, data.form, self._run_eagerly)
        step = self._steps.get(key)
        if step is None:
            step = self._steps[key] = Step(self, kind, data.template)
        return step

    def _results(self):
        """What get_metrics_result gives, by a replay: where it is asked for after every batch."""
        if self._run_eagerly:
            return self.get_metrics_result()
        key = ("results", *map(id, self._single_metrics))
        step = self._steps.get(key)
        if step is None:
            step = self._steps[key] = Step(self, "results", ())
        return step()

    def _body(self, kind, data):
        """What a step of a kind does, and gives."""
        if kind == "results":
            return self.get_metrics_result()
        if kind.endswith("_alone"):
            self.reset_metrics()
            result = self._body(kind.removesuffix("_alone"), data)
            return self.get_metrics_result() if result is None else result
        result = getattr(self, f"{kind}_step")(pack_x_y_sample_weight(*data))
        if kind != "predict" and not (
            isinstance(result, dict) and all(isinstance(name, str) for name in result)
        ):
            raise TypeError(
                f"{kind}_step of {self.name}: gives a {type(result).__name__}; a dict of numbers "
                "by name is wanted, such as self.compute_metrics(x, y, y_pred)."
            )
        # The metrics hold the same; what a recording does not return it does not compute either.
        plain = all(
            getattr(type(self), name) is getattr(Trainer, name)
            for name in (f"{kind}_step", "compute_metrics")
        )
        return None if plain and kind != "predict" else result
