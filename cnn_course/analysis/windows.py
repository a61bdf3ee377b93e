"""What one unit of a layer looks at in the layer before: windows, its own place only, or everything.

This is all that a receptive field needs to know of a layer. A new kind of layer gets its rule by one
function under `@looks_at.register`; a kind without a rule looks at `UNKNOWN`.
"""

from collections.abc import Sequence
from enum import Enum
from functools import singledispatch
from typing import Any, NamedTuple

from keras import layers

from cnn_course import layers as ours
from cnn_course.analysis.calls import Call, Shape


class Window(NamedTuple):
    """Along one axis, unit i looks at the places i * stride - before + tap * dilation, tap = 0 .. size - 1.

    If `transposed` it is the other way round: the unit is looked at like that by places of the input.
    """

    size: int
    stride: int = 1
    before: int = 0  # zeros padded in front; negative where pixels are cut off
    dilation: int = 1
    transposed: bool = False

    @property
    def extent(self) -> int:
        """The effective kernel k + (k - 1)(r - 1) of deck 002 (L290-302)."""
        return (self.size - 1) * self.dilation + 1

    def places(self, unit: int) -> list[int]:
        """The places that a unit looks at; some may lie beyond the border, on the padding."""
        taps = range(0, self.extent, self.dilation)
        if not self.transposed:
            return [unit * self.stride - self.before + tap for tap in taps]
        reached = [unit + self.before - tap for tap in taps]
        return [place // self.stride for place in reached if place % self.stride == 0]


class Looks(Enum):
    """What has no windows."""

    PLACE = "at its own place"
    WHOLE = "at the whole map"
    RESHAPED = "at one number, whose place is lost"
    UNKNOWN = "unknown"


PLACE, WHOLE, RESHAPED, UNKNOWN = Looks

PLACEWISE = (
    layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU, layers.Softmax,
    layers.BatchNormalization, layers.UnitNormalization, layers.Rescaling, layers.Normalization,
    layers.Identity, layers.ActivityRegularization, layers.Dropout, layers.SpatialDropout1D,
    layers.SpatialDropout2D, layers.SpatialDropout3D, layers.AlphaDropout, layers.GaussianDropout,
    layers.GaussianNoise, layers.RandomFlip, layers.RandomRotation, layers.RandomTranslation,
    layers.RandomZoom, layers.RandomContrast, layers.RandomBrightness,  # identities outside of training
    layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum,
    ours.LocalResponseNormalization, ours.L2FeaturePooling, ours.ChannelMaxout,
)  # fmt: skip

OPERATIONS = (  # `x + y` or `keras.ops.relu(x)` without a layer
    "Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum", "Negative", "Square", "Sqrt",
    "Exp", "Log", "Absolute", "Clip", "Cast", "Identity", "Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Gelu",
    "Silu", "Sigmoid", "HardSigmoid", "HardSilu", "Tanh", "HardTanh", "Softplus", "Softsign", "Softmax",
)  # fmt: skip


def spatial(shape: Shape, layer: Any = None) -> Shape:
    """(height, width) of the shape of a batch of maps, as `layer` orders axes; () for vectors."""
    first = getattr(layer, "data_format", None) == "channels_first"
    return shape[2:] if first else shape[1:-1]


def image_size(calls: Sequence[Call], index: int = 0) -> Shape:
    """(height, width) of an input of a network; it is read as the network's layers order axes."""
    ordering = next((call.layer for call in calls if hasattr(call.layer, "data_format")), None)
    return spatial(calls[index].output_shape, ordering)


@singledispatch
def looks_at(layer: Any, call: Call) -> tuple[Window, ...] | Looks:
    """One window per axis, or a member of `Looks`."""
    if isinstance(layer, PLACEWISE):
        return PLACE
    is_operation = not isinstance(layer, layers.Layer) and type(layer).__name__ in OPERATIONS
    return PLACE if is_operation else UNKNOWN


@looks_at.register(layers.Dense)
@looks_at.register(ours.Maxout)
def _dense(layer: layers.Layer, call: Call) -> Looks:
    """On a map, a dense layer is a 1x1 convolution."""
    return WHOLE if len(call.input_shape) == 2 else PLACE


@looks_at.register(layers.GlobalAveragePooling1D)
@looks_at.register(layers.GlobalAveragePooling2D)
@looks_at.register(layers.GlobalAveragePooling3D)
@looks_at.register(layers.GlobalMaxPooling1D)
@looks_at.register(layers.GlobalMaxPooling2D)
@looks_at.register(layers.GlobalMaxPooling3D)
@looks_at.register(layers.GroupNormalization)
def _whole(layer: layers.Layer, call: Call) -> Looks:
    return WHOLE


@looks_at.register(layers.Flatten)
@looks_at.register(layers.Reshape)
def _reshaped(layer: layers.Layer, call: Call) -> Looks:
    return RESHAPED


@looks_at.register
def _layer_normalization(layer: layers.LayerNormalization, call: Call) -> Looks:
    axes = [axis % len(call.input_shape) for axis in _tuple(layer.axis)]
    return PLACE if axes == [len(call.input_shape) - 1] else WHOLE


@looks_at.register
def _concatenate(layer: layers.Concatenate, call: Call) -> Looks:
    """Behind one another along the channels; along any other axis places would shift."""
    return PLACE if layer.axis % len(call.input_shape) == len(call.input_shape) - 1 else UNKNOWN


@looks_at.register(layers.Conv1D)
@looks_at.register(layers.Conv2D)
@looks_at.register(layers.Conv3D)
@looks_at.register(layers.DepthwiseConv1D)
@looks_at.register(layers.DepthwiseConv2D)
@looks_at.register(layers.SeparableConv1D)
@looks_at.register(layers.SeparableConv2D)
def _convolution(layer: layers.Layer, call: Call) -> tuple[Window, ...]:
    return _sliding(layer, call, layer.kernel_size, layer.strides, layer.padding, layer.dilation_rate)


@looks_at.register
def _locally_connected(layer: ours.LocallyConnected2D, call: Call) -> tuple[Window, ...]:
    return _sliding(layer, call, layer.kernel_size, layer.strides, layer.padding)


@looks_at.register(layers.MaxPooling1D)
@looks_at.register(layers.MaxPooling2D)
@looks_at.register(layers.MaxPooling3D)
@looks_at.register(layers.AveragePooling1D)
@looks_at.register(layers.AveragePooling2D)
@looks_at.register(layers.AveragePooling3D)
@looks_at.register(ours.L2Pooling2D)
def _pooling(layer: layers.Layer, call: Call) -> tuple[Window, ...]:
    return _sliding(layer, call, layer.pool_size, layer.strides, layer.padding)


@looks_at.register(layers.ZeroPadding1D)
@looks_at.register(layers.ZeroPadding2D)
@looks_at.register(layers.ZeroPadding3D)
def _padding(layer: layers.Layer, call: Call) -> tuple[Window, ...]:
    return tuple(Window(1, before=before) for before, _ in _pairs(layer.padding))


@looks_at.register(layers.Cropping1D)
@looks_at.register(layers.Cropping2D)
@looks_at.register(layers.Cropping3D)
def _cropping(layer: layers.Layer, call: Call) -> tuple[Window, ...]:
    return tuple(Window(1, before=-before) for before, _ in _pairs(layer.cropping))


@looks_at.register(layers.Conv1DTranspose)
@looks_at.register(layers.Conv2DTranspose)
@looks_at.register(layers.Conv3DTranspose)
def _transposed(layer: layers.Layer, call: Call) -> tuple[Window, ...] | Looks:
    """As Keras cuts the border: "same" makes the map exactly `strides` times larger."""
    if layer.padding == "same" and layer.output_padding is not None:
        return UNKNOWN
    windows = []
    for size, stride, rate in zip(layer.kernel_size, layer.strides, layer.dilation_rate, strict=True):
        cut = max((size - 1) * rate + 1 - stride, 0) // 2 if layer.padding == "same" else 0
        windows.append(Window(size, stride, before=cut, dilation=rate, transposed=True))
    return tuple(windows)


@looks_at.register(layers.UpSampling1D)
@looks_at.register(layers.UpSampling2D)
@looks_at.register(layers.UpSampling3D)
def _upsampling(layer: layers.Layer, call: Call) -> tuple[Window, ...] | Looks:
    if getattr(layer, "interpolation", "nearest") != "nearest":
        return UNKNOWN
    return tuple(Window(size, size, transposed=True) for size in _tuple(layer.size))


@looks_at.register
def _shortcut(layer: ours.ZeroPadShortcut, call: Call) -> tuple[Window, ...]:
    return (Window(1, layer.strides),) * 2


@looks_at.register
def _contrast(layer: ours.LocalContrastNormalization, call: Call) -> tuple[Window, ...]:
    """Its mean and its deviation are both of the window around the unit."""
    return (Window(layer.size, before=layer.size // 2),) * 2


def _sliding(
    layer: Any,
    call: Call,
    sizes: Sequence[int],
    strides: Sequence[int],
    padding: str,
    rates: Sequence[int] = (1, 1, 1),
) -> tuple[Window, ...]:
    """Windows of a convolution or pooling, with Keras's "same": the odd pixel is padded behind."""
    windows = []
    for places, size, stride, rate in zip(
        spatial(call.input_shape, layer), sizes, strides, rates, strict=False
    ):
        window = Window(size, stride, dilation=rate)
        windows.append(window._replace(before=_before(padding, window, places)))
    return tuple(windows)


def _before(padding: str, window: Window, places: int | None) -> int:
    if padding == "causal":
        return window.extent - 1
    if padding != "same":
        return 0
    left = (places or window.stride) % window.stride or window.stride  # places under the last stride
    return max(window.extent - left, 0) // 2


def _tuple(value: Any) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _pairs(value: Any) -> Sequence[tuple[int, int]]:
    """((top, bottom), (left, right)); one-dimensional layers have the one pair bare."""
    return (value,) if isinstance(value[0], int) else value
