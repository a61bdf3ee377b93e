"""What the first layer looks for, as pictures.

Convolutions: decks 004 (lines 366-380), 000 (433-437), 002 (1024-1034). Linear models and perceptrons:
each unit's weights are a template of the whole image, deck 004 (334-364).
"""

from math import prod

import keras
import numpy as np


def first_layer_filters(model: keras.Model, *, most: int = 256) -> np.ndarray | None:
    """The filters or templates of the first layer with a kernel: (n, height, width, channels), float32.

    A depthwise kernel looks at one channel: it is one grey picture. None if the first kernel can't be shown
    as pictures of 1 or 3 channels. At most `most` of them.
    """
    for layer in model._flatten_layers(include_self=False):
        kernel = getattr(layer, "depthwise_kernel", getattr(layer, "kernel", None))
        if kernel is not None:
            pictures = _pictures(layer, np.asarray(kernel, "float32"), tuple(model.input_shape[1:]))
            return pictures[:most] if pictures is not None and pictures.shape[-1] in (1, 3) else None
    return None


def _pictures(layer: keras.Layer, kernel: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray | None:
    if isinstance(layer, keras.layers.Dense):
        return _templates(kernel, input_shape)
    if kernel.ndim != 4:
        return None
    if isinstance(layer, keras.layers.DepthwiseConv2D | keras.layers.SeparableConv2D):
        filters = kernel.reshape(*kernel.shape[:2], -1)  # (height, width, channels * multiplier)
        return filters.transpose(2, 0, 1)[..., None]
    return kernel.transpose(3, 0, 1, 2)


def _templates(kernel: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray | None:
    """(pixels, units) -> (units, height, width, channels): unit i's weights are column i."""
    if len(input_shape) != 3 or kernel.shape[0] != prod(input_shape):
        return None
    return kernel.T.reshape(-1, *input_shape)
