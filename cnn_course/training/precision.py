"""Mixed precision for a model that is already built: half-size numbers in the layers, float32 weights."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


def resolve(precision: str) -> str:
    """What "auto" means here: mixed_float16 with a GPU (every one since 2017 gains), float32 without."""
    if precision != "auto":
        return precision
    return "mixed_float16" if has_gpu() else "float32"


def has_gpu() -> bool:
    """Whether Keras's backend sees a GPU."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.list_physical_devices("GPU"))
    if backend == "jax":
        import jax

        return any(device.platform == "gpu" for device in jax.devices())
    return False


@contextmanager
def computing_in(model: keras.Model, precision: str) -> Iterator[list[keras.layers.Layer]]:
    """Inside, the float32 layers of `model` compute in `precision`; those that give the outputs stay float32.

    Layers whose policy was chosen on purpose (anything but float32) keep it. Yields those that do not.
    """
    outputs = {id(tensor._keras_history.operation) for tensor in model.outputs}
    layers = [
        layer
        for layer in model._flatten_layers(include_self=False, recursive=True)
        if layer.dtype_policy.name == "float32" and id(layer) not in outputs
    ]
    for layer in layers:
        layer.dtype_policy = precision
    try:
        yield layers
    finally:
        for layer in layers:
            layer.dtype_policy = "float32"
