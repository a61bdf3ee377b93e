"""What each layer of Keras, and each of its operations on tensors, is in the canonical graph.

A new kind of layer is a function from (graph, layer, tensors) to a tensor and its name in `LAYERS`. Layers
of Keras that are not there stand for themselves: they equal only a layer of the same class and arguments.
What is neither Keras's nor registered by this course is "unknown": nobody can say what it does.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cnn_course.analysis.graph import (
    activations,
    elementwise,
    operations,
    weighted,
    weightless,
)
from cnn_course.analysis.graph.described import (
    IGNORED,
    Layer,
    details,
    is_training_detail,
)
from cnn_course.analysis.graph.nodes import Graph, Node, Tensor, facts
from cnn_course.analysis.graph.values import (
    frozen,
)

Translation = Callable[[Graph, Layer, Sequence[Tensor]], Tensor | None]

KEEP_SHAPE = {
    "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "LayerNormalization",
    "GroupNormalization", "UnitNormalization", "RMSNormalization", "Normalization", "PReLU", "Masking",
    "SpectralNormalization", "RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom",
    "RandomContrast", "RandomBrightness", "cnn_course>LocalResponseNormalization",
    "cnn_course>LocalContrastNormalization",
}  # fmt: skip


OWN_ACTIVATION = {
    "Conv1D", "Conv3D", "Conv2DTranspose", "Conv1DTranspose", "SeparableConv1D", "DepthwiseConv1D",
    "EinsumDense", "cnn_course>LocallyConnected2D",
}  # fmt: skip


def translate(graph: Graph, layer: Layer, tensors: Sequence[Tensor], outputs: int = 1) -> list[Tensor]:
    """The tensors that a layer makes of these tensors, of which somebody takes the first `outputs`."""
    if layer.known and layer.kind in ("Split", "Unstack"):
        parts = operations.split(graph, layer, tensors) if layer.kind == "Split" else None
        return parts if parts is not None else _parts(graph, layer, tensors, outputs)
    if outputs > 1 and not (layer.known and layer.kind in LAYERS):
        return _parts(graph, layer, tensors, outputs)
    return [_translated(graph, layer, tensors)]


def _parts(graph: Graph, layer: Layer, tensors: Sequence[Tensor], outputs: int) -> list[Tensor]:
    """Several outputs of a layer without a translation."""
    whole = _itself(graph, layer, tensors)
    node = graph.nodes[whole.node]
    known = [facts(name=layer.kind, output=number) for number in range(outputs)]
    parts = [Node(node.kind, (whole.node,), part, layer=layer.name) for part in known]
    return [Tensor(graph.add(part), whole.flat) for part in parts]


def _translated(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    translation = LAYERS.get(layer.kind) if layer.known else None
    if translation is not None and layer.config.get("data_format") != "channels_first":
        result = translation(graph, layer, tensors)
        if result is not None:
            return result
    return _itself(graph, layer, tensors)


def _itself(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    """A layer without a translation: its class and arguments say all that is known of it."""
    config, function = dict(layer.config), activations.LINEAR
    if layer.kind in OWN_ACTIVATION and (own := activations.function(config.get("activation"))) is not None:
        function = own
        config.pop("activation", None)
    ignored = IGNORED | {key for key in config if is_training_detail(key)}
    known = facts(
        name=layer.kind,
        config=frozen(config, ignored),
        first=layer.config.get("data_format") == "channels_first",
        training=layer.training,
        call=frozen((_without_tensors(layer.args), _without_tensors(layer.kwargs))),
    )
    understood = layer.known and layer.kind in STANDING_ALONE
    nodes = [graph.nodes[tensor.node] for tensor in tensors]
    size = nodes[0].shape if len(nodes) == 1 and layer.kind in KEEP_SHAPE else None
    flat = tensors[0].flat if tensors else False
    made = Node(
        "layer" if understood else "unknown", tuple(tensor.node for tensor in tensors), known,
        details(layer.config), layer.address, size, layer=layer.name,
    )  # fmt: skip
    return Tensor(elementwise.activation(graph, graph.add(made), function, layer=layer.name), flat)


def _without_tensors(value: Any) -> Any:
    """The arguments of a call with a mark wherever a tensor stood."""
    if isinstance(value, Tensor):
        return "a tensor"
    if isinstance(value, Mapping):
        return {
            k: _without_tensors(v) for k, v in value.items() if k not in ("mask", "training") or v is not None
        }
    if isinstance(value, list | tuple):
        return [_without_tensors(v) for v in value]
    return value


LAYERS: dict[str, Translation] = {
    "Conv2D": weighted.conv,
    "DepthwiseConv2D": weighted.depthwise,
    "SeparableConv2D": weighted.separable,
    "Dense": weighted.dense,
    "BatchNormalization": weighted.batch_norm,
    **dict.fromkeys(("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax"), weightless.activation),
    **dict.fromkeys(
        (*activations.OPERATIONS, "LeakyRelu", "Elu", "Gelu", "Celu", "LogSoftmax"), weightless.activation
    ),
    **dict.fromkeys(("Dropout", "SpatialDropout2D"), weightless.dropout),
    "Identity": weightless.nothing,
    "MaxPooling2D": partial(weightless.pool, how="max"),
    "AveragePooling2D": partial(weightless.pool, how="average"),
    "MaxPool": partial(weightless.pool, how="max"),
    "AveragePool": partial(weightless.pool, how="average"),
    "GlobalMaxPooling2D": partial(weightless.global_pool, how="max"),
    "GlobalAveragePooling2D": partial(weightless.global_pool, how="average"),
    "Max": partial(operations.reduce, how="max"),
    "Mean": partial(operations.reduce, how="average"),
    "ZeroPadding2D": weightless.zero_padding,
    "Cropping2D": weightless.cropping,
    "Flatten": weightless.flatten,
    "Reshape": weightless.reshape,
    "Squeeze": operations.squeeze,
    "Rescaling": weightless.rescaling,
    "Add": partial(weightless.merge, kind="add"),
    "Multiply": partial(weightless.merge, kind="multiply"),
    "Average": partial(weightless.merge, kind="average"),
    "Maximum": partial(weightless.merge, kind="maximum"),
    "Minimum": partial(weightless.merge, kind="minimum"),
    "Subtract": partial(weightless.merge, kind="subtract"),
    "Divide": partial(weightless.merge, kind="divide"),
    "TrueDivide": partial(weightless.merge, kind="divide"),
    "Negative": weightless.negative,
    **dict.fromkeys(("UpSampling2D", "Permute", "CenterCrop", "Transpose"), weightless.unless_identity),
    "Concatenate": weightless.concatenate,
    "Clip": operations.clip,
    "Pad": operations.pad,
    "GetItem": operations.get_item,
    "ZerosLike": operations.zeros,
    "cnn_course>ZeroPadShortcut": weightless.zero_pad_shortcut,
}


# Layers that are understood well enough to say that another layer is not the same.
STANDING_ALONE = KEEP_SHAPE | OWN_ACTIVATION | set(LAYERS) | {
    "LSTM", "GRU", "SimpleRNN", "Embedding", "UpSampling2D", "Permute", "RepeatVector", "Resizing",
    "CenterCrop", "RandomCrop", "MultiHeadAttention", "MaxPooling1D", "MaxPooling3D", "AveragePooling1D",
    "AveragePooling3D", "GlobalMaxPooling1D", "GlobalAveragePooling1D", "UpSampling1D", "SpatialDropout1D",
    "ThresholdedReLU", "cnn_course>L2Pooling2D", "cnn_course>L2FeaturePooling", "cnn_course>ChannelMaxout",
    "cnn_course>Maxout",
}  # fmt: skip
# Of these, layers that do what no others do: random, recurrent, normalising over other axes, attending.
MAYBE_NOTHING = {"ActivityRegularization", "Masking", "Normalization", "SpectralNormalization"}
LIKE_NO_OTHER = (KEEP_SHAPE - MAYBE_NOTHING) | {
    "LSTM", "GRU", "SimpleRNN", "Embedding", "RandomCrop", "MultiHeadAttention", "cnn_course>L2Pooling2D",
    "cnn_course>L2FeaturePooling", "cnn_course>ChannelMaxout", "cnn_course>Maxout",
}  # fmt: skip
