"""How deep a network is: the layers with weights on its longest way from image to scores."""

from typing import Any

import keras

from cnn_course.analysis.calls import Value, layer_calls


def depth(model: keras.Model) -> int:
    """Layers with a kernel on the longest way through the network, as the decks count: VGG16 has 16.

    Convolutions of every kind and dense layers count 1 each, normalisation and activations nothing; of
    parallel branches the longest counts, so that an inception module is 2 layers and GoogLeNet 22.
    Source: decks 000 (L227-251), 001 (L392-396). Raises ValueError for a network without a graph.
    """
    longest: dict[Value, int] = {}
    for call in layer_calls(model):
        before = max((longest.get(value, 0) for value in call.inputs), default=0)
        longest |= dict.fromkeys(call.outputs, before + _has_kernel(call.layer))
    return max(longest.values(), default=0)


def _has_kernel(layer: Any) -> bool:
    return any(weight.name.endswith("kernel") for weight in getattr(layer, "weights", ()))
