"""What a session counts."""


def clear_session(free_memory=True):
    """Start the numbers of default names (dense, dense_1, ..) from the beginning.

    Args:
        free_memory: whether unused memory goes back to the system.

    >>> import fastnn
    >>> fastnn.utils.clear_session()
    >>> fastnn.layers.Dense(1).name
    'dense'
    """
    from .. import _core
    from ..layers.layer import reset_names

    reset_names()
    if free_memory:
        import gc

        gc.collect()
        _core.trim_memory("cpu")
