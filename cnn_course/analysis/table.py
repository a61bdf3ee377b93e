"""A network as a table, one row per layer, as decks 001 (L174-192) and 003 (L607-710) print it."""

from typing import Any

import keras

from cnn_course.analysis.cost import biases, layer_calls, layer_macs, parameters


def layer_table(model: keras.Model) -> list[dict[str, Any]]:
    """One row per layer: its name, type, output shape without the batch, parameters, biases among them, macs.

    The rows hold plain numbers, text and lists, ready for JSON or for `cnn_course.analysis.text`. A network
    inside the network is one row. The decks' parameter columns are `parameters - biases`.
    """
    return [
        {
            "layer": layer.name,
            "type": type(layer).__name__,
            "output_shape": _without_batch(layer.output),
            "parameters": parameters(layer)["total"],
            "biases": biases(layer),
            "macs": calls * layer_macs(layer),
        }
        for layer, calls in layer_calls(model)
    ]


def _without_batch(output: Any) -> list[Any]:
    """[height, width, channels] of a tensor; for several outputs a list of such lists."""
    if isinstance(output, list | tuple):
        return [_without_batch(tensor) for tensor in output]
    return list(output.shape[1:])
