"""Keras layers for maths that Keras does not bring; everything else is a function in `cnn_course.blocks`.

Each layer uses `keras.ops` alone, so it runs on every Keras backend, and is registered, so a saved
network loads again wherever this module has been imported.
"""

from typing import Any

import keras


@keras.saving.register_keras_serializable("cnn_course")
class ZeroPadShortcut(keras.layers.Layer):
    """Parameter-free shortcut to a smaller, wider map: subsample the pixels, add channels of zeros.

    (N, H, W, C) -> (N, ceil(H / strides), ceil(W / strides), filters); the zeros lie half before and
    half behind the old channels. A map that is already as asked passes unchanged.
    Source: option A of He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2.
    Raises ValueError if the input has more channels than `filters`.
    """

    def __init__(self, filters: int, strides: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.strides = strides

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if input_shape[-1] > self.filters:  # type: ignore[operator]
            raise ValueError(f"a shortcut only adds channels: {input_shape[-1]} came, {self.filters} asked")
        super().build(input_shape)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        x = x[:, :: self.strides, :: self.strides, :]
        missing = self.filters - x.shape[-1]
        return keras.ops.pad(x, ((0, 0), (0, 0), (0, 0), (missing // 2, missing - missing // 2)))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, *sides, _ = input_shape
        height, width = (side if side is None else -(-side // self.strides) for side in sides)
        return (batch, height, width, self.filters)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"filters": self.filters, "strides": self.strides}
