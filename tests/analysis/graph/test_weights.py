"""The weights of a network from its configuration alone; of every layer, see tests/grading/claimed."""

import json
import subprocess
import sys
from math import prod

import keras
import pytest
from keras import layers

from cnn_course.analysis.graph import compare
from cnn_course.analysis.graph.weights import Weight, measured, weight_shapes
from cnn_course.models import build


def of_keras(kind, name="x", **config):
    return {"module": "keras.layers", "class_name": kind, "config": {"name": name, **config}}


def vgg16():
    """The configuration of the network of Simonyan and Zisserman, 2014, written by hand."""
    rows = [of_keras("InputLayer", batch_shape=[None, 224, 224, 3], name="image")]
    for block, (convs, filters) in enumerate([(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]):
        same = {"filters": filters, "kernel_size": 3, "padding": "same", "activation": "relu"}
        rows += [of_keras("Conv2D", **same, name=f"conv{block}_{conv}") for conv in range(convs)]
        rows.append(of_keras("MaxPooling2D", pool_size=2, name=f"pool{block}"))
    rows.append(of_keras("Flatten", name="flat"))
    rows += [of_keras("Dense", units=units, name=f"fc{n}") for n, units in enumerate((4096, 4096, 1000))]
    return {"name": "vgg16", "layers": rows}


def parameters(network):
    return sum(prod(weight.shape) for weight in weight_shapes(network))


def test_vgg16_has_as_many_parameters_as_its_paper_says():
    assert parameters(vgg16()) == 138_357_544  # "138 million", table 2
    sizes = measured(vgg16())
    assert (sizes.input_shape, sizes.output_shape) == ((None, 224, 224, 3), (None, 1000))
    assert sizes.weights[0] == Weight("vgg16/conv0_0/kernel", (3, 3, 3, 64), True)


def test_nothing_of_keras_is_needed(tmp_path):
    (tmp_path / "vgg16.json").write_text(json.dumps(vgg16()))
    code = """
import sys
from pathlib import Path
from cnn_course.analysis.graph.weights import weight_shapes
print(len(weight_shapes(Path(sys.argv[1]).read_text())), {"keras", "numpy"} & set(sys.modules))
"""
    words = [sys.executable, "-c", code, str(tmp_path / "vgg16.json")]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.split() == ["32", "set()"]


def test_a_model_its_configuration_and_its_json_are_the_same():
    model = build("lenet5", classes=4)
    assert measured(model) == measured(model.get_config()) == measured(model.to_json())


def test_a_sequential_builds_its_layers_under_its_own_name_and_a_functional_network_does_not():
    inside = keras.Sequential([layers.Dense(2, name="dense")], name="inside")
    row = keras.Sequential([keras.Input((3,)), inside], name="row")
    image = keras.Input((3,))
    graph = keras.Model(image, layers.Dense(1, name="last")(row(image)))
    assert [weight.path for weight in weight_shapes(graph)] == [
        "row/inside/dense/kernel", "row/inside/dense/bias", "last/kernel", "last/bias",
    ]  # fmt: skip


def test_the_order_is_that_of_the_layers_and_not_of_their_calls():
    first, second = keras.Input((3,)), keras.Input((5,))
    late = layers.Dense(2, name="late")(second)
    model = keras.Model([first, second], layers.Dense(2, name="early")(first) + late)
    assert [weight.path for weight in weight_shapes(model)] == [weight.path for weight in model.weights]


def test_axes_are_normalised_in_the_order_in_which_keras_sorts_them():
    sizes = weight_shapes(on_a_map("LayerNormalization", (None, 5, 6, 7), axis=[1, -1, 2]))
    layer = layers.LayerNormalization(axis=[1, -1, 2])
    layer.build((None, 5, 6, 7))
    assert [weight.shape for weight in sizes] == [tuple(weight.shape) for weight in layer.weights]


def test_a_layer_that_is_called_twice_counts_once():
    image = keras.Input((8, 8, 4))
    conv = layers.Conv2D(4, 3, padding="same")
    assert parameters(keras.Model(image, conv(conv(image)))) == 148


def test_a_network_whose_output_is_that_of_a_network_inside_can_be_read():
    """Keras counts the calls of such a network from 1 there, and from 0 everywhere else."""
    image = keras.Input((4,))
    inside = keras.Model(image, [layers.Dense(4)(image), layers.Dense(2)(image)])
    outer = keras.Input((4,))
    model = keras.Model(outer, inside(inside(outer)[0])[1])
    assert measured(model).output_shape == (None, 2)
    plain = keras.Input((4,))
    assert compare(model, keras.Model(plain, layers.Dense(2)(layers.Dense(4)(plain)))).same


def on_a_map(kind, shape=(None, 8, 8, 4), **config):
    image = of_keras("InputLayer", "image", batch_shape=list(shape))
    return {"name": "net", "layers": [image, of_keras(kind, **config)]}


def of(network, **changes):
    """The network with other things said of its last layer."""
    network["layers"][-1].update(changes)
    return network


@pytest.mark.parametrize(("network", "said"), [
    (on_a_map("LSTM", units=2), "the shapes of the layer 'LSTM' are not known here"),
    (of(on_a_map("Erf"), module="keras.src.ops.math"), "the operation 'Erf' are not known here"),
    (on_a_map("Lambda"), "nobody can tell the shapes that 'Lambda' makes"),
    (of(on_a_map("Dense", units=2), registered_name="a>Dense"), "the shapes that 'a>Dense' makes"),
    (on_a_map("BatchNormalization", renorm=True), "with renorm=True are not known here"),
    (on_a_map("Conv2D", filters=6, kernel_size=3, groups=4), "groups do not divide 4 channels and 6 filters"),
    (on_a_map("Conv2D", filters=6, kernel_size=9), "a window of 9 pixels does not fit into 8"),
    (on_a_map("Conv1D", filters=6, kernel_size=3), "a layer for 3 axes is called on (?, 8, 8, 4)"),
    (on_a_map("Reshape", target_shape=[7, -1]), "(8, 8, 4) cannot be reshaped to (7, -1)"),
    (on_a_map("Cropping2D", cropping=4), "a cropping leaves nothing of (?, 8, 8, 4)"),
    (on_a_map("Permute", dims=[1, 1, 2]), "it must name each axis of (?, 8, 8, 4) once"),
    (on_a_map("Dense", (None, None), units=2), "called on an unknown size"),
    (on_a_map("Conv2D", (None, 8, 8, None), filters=1, kernel_size=1), "an unknown number of channels"),
    (on_a_map("PReLU", shared_axes=[9]), "axis is 9; (?, 8, 8, 4) has 4 axes"),
    ({"name": "net", "layers": [of_keras("Dense", units=1)]}, "it does not say the shape of its input"),
    ("no json", "it is text, but not JSON"),
])  # fmt: skip
def test_what_cannot_be_measured_is_named(network, said):
    with pytest.raises(ValueError) as refusal:
        weight_shapes(network)
    assert said in str(refusal.value)


def test_one_layer_on_inputs_of_two_sizes_is_refused():
    image = keras.Input((8, 8, 4))
    shared = layers.Conv2D(2, 3)
    config = keras.Model(image, shared(layers.Conv2D(4, 1, name="between")(shared(image)))).get_config()
    assert any(entry["name"] == "between" for entry in config["layers"])
    next(entry for entry in config["layers"] if entry["name"] == "between")["config"]["filters"] = 5
    with pytest.raises(ValueError, match="is called on shapes that need other weights"):
        weight_shapes(config)
