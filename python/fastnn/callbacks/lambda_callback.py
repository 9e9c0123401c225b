"""A callback made of functions."""

from .callback import HOOKS, Callback


class LambdaCallback(Callback):
    """A callback made of functions, given by the names of `Callback`'s methods.

    Args:
        on_epoch_begin: takes (epoch, logs).
        on_epoch_end: takes (epoch, logs).
        on_train_begin: takes (logs).
        on_train_end: takes (logs).
        on_train_batch_begin: takes (batch, logs).
        on_train_batch_end: takes (batch, logs).
        others: any other method of `Callback`, such as `on_test_end`, with its arguments.

    Raises:
        TypeError: if a name is none of these, or what is given is no function.

    >>> import fastnn
    >>> show = fastnn.callbacks.LambdaCallback(on_train_end=lambda logs: print(logs["loss"]))
    >>> show.on_train_end({"loss": 0.5})
    0.5
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_train_begin=None,
        on_train_end=None,
        on_train_batch_begin=None,
        on_train_batch_end=None,
        **others,
    ):
        functions = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        for name, function in (functions | others).items():
            if name not in HOOKS:
                raise TypeError(
                    f"LambdaCallback: {name} is no method of a callback; one of "
                    f"{', '.join(HOOKS)} is wanted."
                )
            if function is None:
                continue
            if not callable(function):
                raise TypeError(f"LambdaCallback: {name} is {function!r}; a function is wanted.")
            setattr(self, name, function)
