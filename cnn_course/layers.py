"""Keras layers for maths that Keras does not bring; everything else is a function in `cnn_course.blocks`.

Each layer uses `keras.ops` alone, so it runs on every Keras backend, and is registered, so a saved
network loads again wherever this module has been imported.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import keras
import numpy as np


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


@keras.saving.register_keras_serializable("cnn_course")
class LocalResponseNormalization(keras.layers.Layer):
    """Divide every number by the strength of its neighbours in the same place on other maps; same shape.

    y[..., c] = x[..., c] / (bias + alpha * s)**beta with s the sum of x**2 over the maps c - depth_radius to
    c + depth_radius that exist. The last axis holds the maps. The defaults are the paper's: its k is `bias`,
    its n = 5 maps are `depth_radius` 2 to either side (n // 2), alpha and beta are called the same. Some
    frameworks divide alpha by n; this layer, like TensorFlow's operation, does not. It computes in float32
    also under mixed precision: in float16 the square of 256 is infinite, and bfloat16 would lose alpha * s.
    Source: Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks", NIPS 2012,
    section 3.3; "NORM" in deck 003 (L457-514).
    Raises ValueError for values that could divide by zero.
    """

    def __init__(
        self,
        depth_radius: int = 2,
        bias: float = 2.0,
        alpha: float = 1e-4,
        beta: float = 0.75,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not (isinstance(depth_radius, int) and depth_radius >= 0):
            raise ValueError(
                f"depth_radius is {depth_radius!r}; it counts maps, so it is a whole number, at least 0"
            )
        if not (bias > 0 and alpha >= 0):
            raise ValueError(f"bias is {bias!r}, alpha {alpha!r}; bias must be above 0, alpha at least 0")
        self.depth_radius = depth_radius
        self.bias = bias
        self.alpha = alpha
        self.beta = beta

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        wide = _at_least_float32(x)
        # One matrix product is three times as quick as adding up shifted slices, and differentiates as well.
        neighbours = keras.ops.cast(self._neighbours(x.shape[-1]), wide.dtype)
        sums = keras.ops.matmul(keras.ops.square(wide), neighbours)
        return keras.ops.cast(wide / keras.ops.power(self.bias + self.alpha * sums, self.beta), x.dtype)

    def _neighbours(self, maps: int) -> np.ndarray:
        """(maps, maps): 1 where two maps are at most `depth_radius` apart, else 0."""
        index = np.arange(maps)
        return np.abs(index[:, None] - index) <= self.depth_radius

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {
            "depth_radius": self.depth_radius,
            "bias": self.bias,
            "alpha": self.alpha,
            "beta": self.beta,
        }
        return super().get_config() | own


@keras.saving.register_keras_serializable("cnn_course")
class LocalContrastNormalization(keras.layers.Layer):
    """Subtract the mean of each pixel's neighbourhood and divide by its standard deviation; same shape.

    y = (x - m) / max(s, epsilon) with m and s over the `size` x `size` pixels around, fewer at the border.
    Each feature map is normalised by itself; with `across_features` the neighbourhood spans all maps.
    A constant image gives 0, and a * x + b with a > 0 gives what x gives. `epsilon` is the floor that flat
    neighbourhoods need, in units of x: contrast below it is not amplified further.
    It computes in float32 also under mixed precision, where float16 would lose the variance.
    Source: deck 002 (L729-751); Jarrett et al., "What is the Best Multi-Stage Architecture for Object
    Recognition?", ICCV 2009, where a Gaussian weights the neighbourhood.
    Raises ValueError unless `size` is odd and `epsilon` above 0.
    """

    def __init__(
        self, size: int = 5, across_features: bool = False, epsilon: float = 1e-3, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if size < 1 or size % 2 == 0:
            raise ValueError(
                f"size is {size!r}; a neighbourhood has its pixel in the middle: choose 3, 5, 7, ..."
            )
        if not epsilon > 0:
            raise ValueError(f"epsilon is {epsilon!r}; it must be above 0")
        self.size = size
        self.across_features = across_features
        self.epsilon = epsilon

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        ops, dtype = keras.ops, x.dtype
        x = _at_least_float32(x)
        # A shift changes nothing in exact arithmetic; E[x**2] - E[x]**2 of a bright image would round off.
        shift = ops.mean(x, axis=(1, 2, 3) if self.across_features else (1, 2), keepdims=True)
        x = x - ops.stop_gradient(shift)
        mean = self._local_mean(x)
        variance = self._local_mean(ops.square(x)) - ops.square(mean)
        # The floor stands under the root, whose slope at 0 is infinite.
        deviation = ops.sqrt(ops.maximum(variance, self.epsilon**2))
        return ops.cast((x - mean) / deviation, dtype)

    def _local_mean(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """Padded pixels do not count; (N, H, W, C), or (N, H, W, 1) across features."""
        mean = keras.ops.average_pool(x, self.size, 1, "same", data_format="channels_last")
        return keras.ops.mean(mean, axis=-1, keepdims=True) if self.across_features else mean

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {"size": self.size, "across_features": self.across_features, "epsilon": self.epsilon}
        return super().get_config() | own


@keras.saving.register_keras_serializable("cnn_course")
class L2Pooling2D(keras.layers.Layer):
    """Root of the sum of squares over each window: (N, H, W, C) -> (N, H', W', C).

    Arguments and output shape are those of `keras.layers.MaxPooling2D`. Pixels that "same" pads are zeros.
    Source: deck 002 (L483-485).
    Raises ValueError for an unknown `padding`.
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = 2,
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = _pair("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else _pair("strides", strides)
        self.padding = _known_padding(padding)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if self.padding == "same" and None in input_shape[1:3]:
            raise ValueError("padding 'same' needs a fixed height and width in input_shape; 'valid' does not")
        super().build(input_shape)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        squares = keras.ops.square(_at_least_float32(x))
        if self.padding == "same":
            squares = _with_borders(squares, self.pool_size, self.strides)
        means = keras.ops.average_pool(
            squares, self.pool_size, self.strides, "valid", data_format="channels_last"
        )
        return keras.ops.cast(_root(means * prod(self.pool_size)), x.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, *sides, maps = input_shape
        return (batch, *_window_counts(sides, self.pool_size, self.strides, self.padding), maps)

    def get_config(self) -> dict[str, Any]:
        own = {"pool_size": self.pool_size, "strides": self.strides, "padding": self.padding}
        return super().get_config() | own


@keras.saving.register_keras_serializable("cnn_course")
class L2FeaturePooling(keras.layers.Layer):
    """Root of the sum of squares over neighbouring feature maps: (..., C) -> (..., C').

    Output j pools the `pool_size` maps from j * strides on; C' = (C - pool_size) // strides + 1. By default
    the groups do not overlap. Source: deck 002 (L487-489).
    Raises ValueError if there are fewer maps than `pool_size`.
    """

    def __init__(self, pool_size: int = 2, strides: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pool_size = _at_least_1("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else _at_least_1("strides", strides)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self._outputs(input_shape[-1])
        super().build(input_shape)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        squares = keras.ops.square(_at_least_float32(x))
        reach = (self._outputs(x.shape[-1]) - 1) * self.strides + 1
        sums = sum(squares[..., k : k + reach : self.strides] for k in range(self.pool_size))
        return keras.ops.cast(_root(sums), x.dtype)

    def _outputs(self, maps: Any) -> int:
        if maps < self.pool_size:
            raise ValueError(f"pool_size is {self.pool_size} but there are {maps} feature maps to pool over")
        return (maps - self.pool_size) // self.strides + 1

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self._outputs(input_shape[-1]))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"pool_size": self.pool_size, "strides": self.strides}


@keras.saving.register_keras_serializable("cnn_course")
class ChannelMaxout(keras.layers.Layer):
    """The largest of each `pieces` neighbouring channels: (..., C) -> (..., C / pieces).

    Behind a linear convolution of filters * pieces filters it makes a convolution of `filters` maxout units.
    Source: Goodfellow et al., "Maxout Networks", ICML 2013; deck 003 (L227-229).
    Raises ValueError unless `pieces` divides the channels.
    """

    def __init__(self, pieces: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pieces = _at_least_1("pieces", pieces)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.compute_output_shape(input_shape)
        super().build(input_shape)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return _largest(x, self.pieces)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        channels: Any = input_shape[-1]
        if channels % self.pieces:
            raise ValueError(f"pieces is {self.pieces}, which does not divide the {channels} channels")
        return (*input_shape[:-1], channels // self.pieces)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"pieces": self.pieces}


@keras.saving.register_keras_serializable("cnn_course")
class Maxout(keras.layers.Layer):
    """Dense layer whose unit is the largest of `pieces` affine maps: (..., D) -> (..., units).

    With two pieces it has twice the parameters of a dense layer. Column unit * pieces + k of the kernel is
    piece k of that unit. The default start weights let two pieces keep the mean square of their inputs,
    since of two such numbers the larger has on average the square of either; He's would double it.
    For feature maps see `ChannelMaxout`, which has the source.
    """

    def __init__(
        self,
        units: int,
        pieces: int = 2,
        use_bias: bool = True,
        kernel_initializer: Any = "lecun_normal",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = _at_least_1("units", units)
        self.pieces = _at_least_1("pieces", pieces)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        columns = self.units * self.pieces
        self.kernel = self.add_weight(
            (input_shape[-1], columns), initializer=self.kernel_initializer, name="kernel"
        )
        if self.use_bias:
            self.bias = self.add_weight((columns,), initializer="zeros", name="bias")
        super().build(input_shape)

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        affine = keras.ops.matmul(x, self.kernel)
        if self.use_bias:
            affine = affine + self.bias
        return _largest(affine, self.pieces)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        own = {
            "units": self.units,
            "pieces": self.pieces,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
        return super().get_config() | own


@keras.saving.register_keras_serializable("cnn_course")
class LocallyConnected2D(keras.layers.Layer):
    """Convolution without weight sharing, a kernel for every position: (N, H, W, C) -> (N, H', W', filters).

    `kernel[i, j]` is the Conv2D kernel and `bias[i, j]` the bias that give output pixel (i, j). Parameters:
    H' * W' times those of the convolution; five 5x5 kernels on 32x32x3 have 297,920 instead of 380.
    Each kernel starts as a kernel of a convolution would, in an initialiser that looks at the fan-in only.
    Source: deck 002 (L163-177).
    Raises ValueError for an image of unknown size, or smaller than the kernel.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = 1,
        padding: str = "valid",
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "he_normal",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = _at_least_1("filters", filters)
        self.kernel_size = _pair("kernel_size", kernel_size)
        self.strides = _pair("strides", strides)
        self.padding = _known_padding(padding)
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        _, rows, columns, _ = self.compute_output_shape(input_shape)
        one = (*self.kernel_size, input_shape[-1], self.filters)
        self.kernel = self.add_weight((rows, columns, *one), initializer=self._kernels, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight((rows, columns, self.filters), initializer="zeros", name="bias")
        super().build(input_shape)

    def _kernels(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Start weights from one wide kernel (kh, kw, C, H' * W' * filters): its fan-in is each kernel's."""
        rows, columns, kh, kw, channels, filters = shape
        wide = self.kernel_initializer((kh, kw, channels, rows * columns * filters), dtype=dtype)
        wide = keras.ops.reshape(wide, (kh, kw, channels, rows, columns, filters))
        return keras.ops.transpose(wide, (3, 4, 0, 1, 2, 5))

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        rows, columns, *_, filters = self.kernel.shape
        kernels = keras.ops.reshape(self.kernel, (rows, columns, -1, filters))
        y = keras.ops.einsum("nijp,ijpf->nijf", self._patches(x), kernels)
        if self.use_bias:
            y = y + self.bias
        return self.activation(y)

    def _patches(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """(N, H, W, C) -> (N, H', W', kh * kw * C): what each output pixel sees."""
        rows, columns, kh, kw, *_ = self.kernel.shape
        down, right = self.strides
        if self.padding == "same":
            x = _with_borders(x, self.kernel_size, self.strides)
        shifted = [
            x[:, i : i + (rows - 1) * down + 1 : down, j : j + (columns - 1) * right + 1 : right, :]
            for i in range(kh)
            for j in range(kw)
        ]
        return keras.ops.concatenate(shifted, axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, *sides, _ = input_shape
        if None in sides:
            raise ValueError("a kernel per position needs a fixed height and width in input_shape")
        counts = _window_counts(sides, self.kernel_size, self.strides, self.padding)
        if min(counts) < 1:  # type: ignore[type-var,operator]
            raise ValueError(f"a {_by(self.kernel_size)} kernel does not fit into a {_by(sides)} image")
        return (batch, *counts, self.filters)

    def get_config(self) -> dict[str, Any]:
        own = {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
        return super().get_config() | own


def _at_least_float32(x: keras.KerasTensor) -> keras.KerasTensor:
    """Squares and their sums in float16 overflow from 256 on and lose small numbers."""
    return keras.ops.cast(x, keras.backend.result_type(x.dtype, "float32"))


def _root(x: keras.KerasTensor) -> keras.KerasTensor:
    """Square root whose slope at 0 is 0, not infinite: a window of zeros gets no gradient."""
    positive = x > 0
    return keras.ops.where(positive, keras.ops.sqrt(keras.ops.where(positive, x, 1)), 0)


def _largest(x: keras.KerasTensor, pieces: int) -> keras.KerasTensor:
    """The maximum of each `pieces` neighbouring channels."""
    return keras.ops.max(keras.ops.stack([x[..., k::pieces] for k in range(pieces)]), axis=0)


def _window_counts(
    sides: Sequence[int | None], size: tuple[int, int], strides: tuple[int, int], padding: str
) -> list[int | None]:
    """How many windows fit down and across; None for a side that is not known."""
    spans = [1, 1] if padding == "same" else size
    return [
        None if side is None else (side - span) // step + 1
        for side, span, step in zip(sides, spans, strides, strict=True)
    ]


def _with_borders(x: keras.KerasTensor, size: tuple[int, int], strides: tuple[int, int]) -> keras.KerasTensor:
    """x with the zeros around that Keras's "same" pads: if their number is odd, one more behind."""
    windows = zip(x.shape[1:3], size, strides, strict=True)
    zeros = [max((-(-side // step) - 1) * step + span - side, 0) for side, span, step in windows]
    return keras.ops.pad(x, ((0, 0), *((n // 2, n - n // 2) for n in zeros), (0, 0)))


def _pair(argument: str, value: int | Sequence[int]) -> tuple[int, int]:
    """One number for both directions, or one for each."""
    pair = (value, value) if isinstance(value, int) else tuple(value)
    if len(pair) != 2 or min(pair) < 1:
        raise ValueError(f"{argument} is {value!r}; it must be one or two whole numbers, at least 1")
    return pair


def _at_least_1(argument: str, value: int) -> int:
    if value < 1:
        raise ValueError(f"{argument} is {value!r}; it must be at least 1")
    return value


def _known_padding(padding: str) -> str:
    if padding not in ("valid", "same"):
        raise ValueError(f"padding is {padding!r}; choose 'valid' or 'same'")
    return padding


def _by(sides: Sequence[int | None]) -> str:
    return "x".join(map(str, sides))
