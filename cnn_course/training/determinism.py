"""Operations that repeat bit for bit, also on a GPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def deterministic(wanted: bool) -> Iterator[None]:
    """Inside, if `wanted`, TensorFlow uses only operations that repeat; other backends stay as they are."""
    if not wanted or keras.backend.backend() != "tensorflow":
        yield
        return
    # The public name, tf.config.experimental.enable_op_determinism, can't be taken back.
    from tensorflow.python.framework import config

    before = config.is_op_determinism_enabled()
    config.enable_op_determinism()
    try:
        yield
    finally:
        if not before:
            config.disable_op_determinism()
