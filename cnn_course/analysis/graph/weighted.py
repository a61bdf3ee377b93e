"""Layers with weights, and their activations, as operations of the canonical graph."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnn_course.analysis.graph import activations, elementwise, spatial
from cnn_course.analysis.graph.described import (
    Layer,
    details,
    one,
    unknown_function,
)
from cnn_course.analysis.graph.nodes import Graph, Tensor, as_map
from cnn_course.analysis.graph.values import (
    number,
    pair,
    refuse,
    shown,
    switch,
    whole,
)


def conv(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    x = spatial.conv(
        graph, one(layer, tensors).node, **_geometry(layer.config),
        filters=whole(layer.config.get("filters"), "filters"),
        groups=whole(layer.config.get("groups", 1), "groups"),
        weights=layer.address, asides=details(layer.config, "kernel", "activity"), layer=layer.name,
    )  # fmt: skip
    return _with_activation(graph, layer, x, flat=False)


def depthwise(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    channels = as_map(graph.nodes[one(layer, tensors).node].shape)[2]
    if channels is None:
        return None
    x = spatial.conv(
        graph, tensors[0].node, **_geometry(layer.config), groups=channels,
        filters=channels * whole(layer.config.get("depth_multiplier", 1), "depth_multiplier"),
        weights=layer.address, asides=details(layer.config, "depthwise", "activity"), layer=layer.name,
    )  # fmt: skip
    return _with_activation(graph, layer, x, flat=False)


def separable(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    """Depthwise without bias, then 1x1."""
    channels = as_map(graph.nodes[one(layer, tensors).node].shape)[2]
    if channels is None:
        return None
    between = channels * whole(layer.config.get("depth_multiplier", 1), "depth_multiplier")
    geometry = _geometry(layer.config) | {"use_bias": False}
    x = spatial.conv(
        graph, tensors[0].node, **geometry, groups=channels, filters=between,
        weights=f"{layer.address}/depthwise", asides=details(layer.config, "depthwise"), layer=layer.name,
    )  # fmt: skip
    x = spatial.conv(
        graph, x, filters=whole(layer.config.get("filters"), "filters"), kernel_size=(1, 1),
        use_bias=switch(layer.config.get("use_bias", True), "use_bias"), weights=f"{layer.address}/pointwise",
        asides=details(layer.config, "pointwise"), layer=layer.name,
    )  # fmt: skip
    return _with_activation(graph, layer, x, flat=False)


def dense(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    tensor = one(layer, tensors)
    x = spatial.dense(
        graph, tensor.node, units=whole(layer.config.get("units"), "units"),
        use_bias=switch(layer.config.get("use_bias", True), "use_bias"),
        weights=layer.address, asides=details(layer.config, "kernel", "activity"), layer=layer.name,
    )  # fmt: skip
    return _with_activation(graph, layer, x, flat=tensor.flat)


def batch_norm(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    tensor, config = one(layer, tensors), layer.config
    axis = config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list | tuple) and len(axis) == 1 else axis
    if axis not in (-1, 1 if tensor.flat else 3):
        return None
    constants = (
        number(config.get("momentum", 0.99), "momentum"),
        number(config.get("epsilon", 0.001), "epsilon"),
    )
    x = elementwise.batch_norm(
        graph, tensor.node,
        center=switch(config.get("center", True), "center"), scale=switch(config.get("scale", True), "scale"),
        training=layer.training, weights=layer.address, layer=layer.name,
        asides=tuple(sorted((*details(config, "gamma", "beta"), ("constants", constants)))),
    )  # fmt: skip
    return Tensor(x, tensor.flat)


def _with_activation(graph: Graph, layer: Layer, x: int, *, flat: bool) -> Tensor | None:
    function = activations.function(layer.config.get("activation"))
    if function is None:
        return unknown_function(graph, layer, Tensor(x, flat))
    return Tensor(elementwise.activation(graph, x, function, layer=layer.name), flat)


def _geometry(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kernel_size": pair(config.get("kernel_size"), "kernel_size"),
        "strides": pair(config.get("strides", 1), "strides"),
        "dilation_rate": pair(config.get("dilation_rate", 1), "dilation_rate"),
        "padding": padding_of(config),
        "use_bias": switch(config.get("use_bias", True), "use_bias"),
    }


def padding_of(config: Mapping[str, Any]) -> str:
    padding = str(config.get("padding", "valid")).lower()
    if padding not in ("same", "valid"):
        raise refuse(f"padding is {shown(config.get('padding'))}; choose 'same' or 'valid'")
    return padding
