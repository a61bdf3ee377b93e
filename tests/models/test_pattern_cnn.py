"""The general pattern of deck 003 (L427-437), and the networks that follow it."""

import keras
import pytest

from cnn_course.analysis.cost import macs
from cnn_course.models import build


def order(network):
    """The network as the slide spells it; a RELU that belongs to its layer is written behind it."""
    words = []
    for layer in network.layers[1:]:
        kind = type(layer).__name__
        words.append({"Conv2D": "CONV", "MaxPooling2D": "POOL", "Dense": "FC"}.get(kind, kind.upper()))
        activation = getattr(layer, "activation", None)
        words.append(
            {keras.activations.relu: "RELU", keras.activations.softmax: "SOFTMAX"}.get(activation, "")
        )
    return " ".join(word for word in words if word)


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("m", [1, 2])
@pytest.mark.parametrize("k", [0, 2])
def test_layers_follow_the_pattern(n, m, k):
    network = build("pattern_cnn", convs=(n,) * m, filters=(2,) * m, hidden=(3,) * k)
    stages = " ".join([*["CONV RELU"] * n, "POOL"])
    assert order(network) == " ".join([*[stages] * m, "FLATTEN", *["FC RELU"] * k, "FC SOFTMAX"])


def test_each_stage_has_its_width_and_halves_the_map():
    network = build("pattern_cnn", convs=(1, 2), filters=(4, 6))
    assert network.get_layer("stage1_pool").output.shape == (None, 16, 16, 4)
    assert network.get_layer("stage2_conv2").output.shape == (None, 16, 16, 6)
    assert network.get_layer("stage2_pool").output.shape == (None, 8, 8, 6)
    assert network.get_layer("hidden1").units == 128


@pytest.mark.slow
def test_vgg16_follows_the_pattern(monkeypatch):
    def zeros(self, shape, dtype=None, **_):
        return keras.ops.zeros(shape, dtype or "float32")

    monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", zeros)
    vgg16 = {
        "input_shape": (224, 224, 3),
        "classes": 1000,
        "convs": (2, 2, 3, 3, 3),
        "filters": (64, 128, 256, 512, 512),
        "hidden": (4096, 4096),
    }
    network = build("pattern_cnn", **vgg16)
    assert network.count_params() == 138_357_544
    assert macs(network) == 15_470_264_320
