"""The canonical graph of whole networks, of random changes to them, and of configurations from strangers."""

import copy
import json
import random
import subprocess
import sys
import time

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from cnn_course.analysis.graph import compare, fingerprint, first_difference
from cnn_course.models import build

SMALL = {"input_shape": (32, 32, 3), "classes": 10, "head": "gap"}


@pytest.fixture(scope="module")
def resnet():
    return json.loads(build("resnet20", shortcut="B").to_json())


def layers_of(configuration):
    return configuration["config"]["layers"]


# Whole networks


@pytest.mark.parametrize(
    ("mine", "expected", "message"),
    [
        (
            ("resnet20", {}),
            ("resnet20", {"shortcut": "B"}),
            "stage 2, block 1: the shortcut has no 1x1 projection; it is subsampling and "
            "padding with channels of zeros",
        ),
        (
            ("resnet20", {"shortcut": "B"}),
            ("resnet20", {}),
            "stage 2, block 1: the shortcut has a projection; subsampling and padding with "
            "channels of zeros is expected",
        ),
        (
            ("plain20", {}),
            ("resnet20", {}),
            "stage 1, block 1: the shortcut is missing: the input of the block should be "
            "added to what its main path makes of it",
        ),
        (("resnet20", {}), ("plain20", {}), "stage 1, block 1: a shortcut is added; none is expected"),
        (("resnet20", {}), ("resnet32", {}), "stage 1: 3 blocks; 5 expected"),
        (("plain20", {}), ("plain32", {}), "stage 1: 7 convolutions; 11 expected"),
        (("vgg11", SMALL), ("vgg13", SMALL), "stage 1: 1 convolution; 2 expected"),
        (
            ("vgg16", SMALL),
            ("vgg16", SMALL | {"batch_norm": True}),
            "stage 1: batch normalisation is missing after the first 3x3 convolution",
        ),
        (
            ("resnet20", {"classes": 100}),
            ("resnet20", {}),
            "the classifier: the last layer has 100 units; 10 expected",
        ),
        (
            ("resnet20", {"input_shape": (28, 28, 1)}),
            ("resnet20", {}),
            "the input is 28x28x1; 32x32x3 expected",
        ),
    ],
)
def test_networks_of_the_course_differ_where_their_slides_do(mine, expected, message):
    assert str(first_difference(build(mine[0], **mine[1]), build(expected[0], **expected[1]))) == message


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("resnet20", {}), ("plain20", {}), ("vgg11", SMALL), ("lenet5", {}), ("course_cnn", {})],
)
def test_a_network_of_the_course_equals_itself_built_again(name, arguments):
    assert compare(build(name, **arguments), build(name, **arguments)).outcome == "equal"


def test_vgg_written_in_a_row_equals_the_builder():
    mine = keras.Sequential([keras.Input((32, 32, 3))])
    for convs, filters in ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512)):
        for _ in range(convs):
            mine.add(layers.ZeroPadding2D())
            mine.add(layers.Conv2D(filters, (3, 3)))
            mine.add(layers.Activation("relu"))
        mine.add(layers.MaxPool2D((2, 2), (2, 2)))
    expected = build("vgg11", **SMALL)
    mine.add(layers.GlobalAvgPool2D())
    mine.add(layers.Dense(10))
    mine.add(layers.Softmax())
    assert compare(mine, expected).outcome == "equal"


@pytest.mark.slow
def test_mobilenet_equals_itself_written_down_and_read_again():
    network = keras.applications.MobileNetV2(weights=None)
    assert compare(network.to_json(), keras.models.clone_model(network)).outcome == "equal"
    narrower = keras.applications.MobileNetV2(alpha=0.75, weights=None)
    assert (
        str(first_difference(narrower, network))
        == "the stem: the 3x3 convolution has 24 filters; 32 expected"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "theirs", "outcome"), [
    ("mobilenet_v2", keras.applications.MobileNetV2, "equal"),
    ("resnet50", keras.applications.ResNet50, "equal with notes"),  # theirs has biases before normalisation
])  # fmt: skip
def test_networks_of_the_course_equal_those_that_keras_brings(name, theirs, outcome):
    assert compare(build(name), theirs(weights=None)).outcome == outcome


@pytest.mark.slow
def test_vgg16_of_keras_equals_one_in_a_row():
    network = keras.applications.VGG16(weights=None)
    assert compare(keras.Sequential(network.layers), network).outcome == "equal"


@pytest.mark.slow
def test_resnet152_is_compared_in_a_second():
    configuration = keras.applications.ResNet152(weights=None).get_config()
    start = time.perf_counter()
    assert compare(configuration, configuration).outcome == "equal"
    changed = copy.deepcopy(configuration)
    changed["layers"][-1]["config"]["units"] = 10
    assert (
        str(first_difference(changed, configuration))
        == "the classifier: the last layer has 10 units; 1000 expected"
    )
    assert time.perf_counter() - start < 2


# Laws


def renamed(configuration, names):
    """Every layer under another name."""
    text = json.dumps(configuration)
    for layer in layers_of(configuration):
        text = text.replace(f'"{layer["name"]}"', f'"{names()}"')
    return json.loads(text)


def shuffled(configuration, chance):
    """Layers listed, and branches added, in another order."""
    result = copy.deepcopy(configuration)
    chance.shuffle(layers_of(result))
    for layer in layers_of(result):
        if layer["class_name"] == "Add":
            chance.shuffle(layer["inbound_nodes"][0]["args"][0])
    return result


def nested(configuration):
    """The whole network as the only layer of another."""
    inner = copy.deepcopy(configuration)
    shape = layers_of(inner)[0]["config"]["batch_shape"]
    first = copy.deepcopy(next(layer for layer in layers_of(inner) if layer["class_name"] == "InputLayer"))
    first["name"] = first["config"]["name"] = "outside"
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {"shape": shape, "keras_history": ["outside", 0, 0]},
    }
    inner |= {"name": "inside", "inbound_nodes": [{"args": [tensor], "kwargs": {}}]}
    config = {"layers": [first, inner], "input_layers": ["outside", 0, 0], "output_layers": ["inside", 0, 0]}
    return {"class_name": "Functional", "config": config}


@pytest.mark.parametrize("seed", range(5))
def test_names_order_and_nesting_do_not_change_the_fingerprint(resnet, seed):
    chance = random.Random(seed)
    numbers = iter(chance.sample(range(10_000), 1000))
    other = renamed(resnet, lambda: f"layer_{next(numbers)}")
    assert fingerprint(other) == fingerprint(resnet)
    assert fingerprint(nested(nested(resnet))) == fingerprint(resnet)
    assert fingerprint(shuffled(other, chance)) == fingerprint(resnet)


def mutations(configuration):
    """(place, key, another value) of everything in the layers that makes another network."""
    others = {
        "filters": 7,
        "kernel_size": [5, 5],
        "strides": [3, 3],
        "padding": "valid",
        "units": 11,
        "dilation_rate": [2, 2],
        "center": False,
    }
    for place, layer in list(enumerate(layers_of(configuration)))[::2]:
        for key, value in others.items():
            old = layer["config"].get(key, value)
            meaningless = old == value or (
                layer["config"].get("kernel_size") == [1, 1] and key in ("padding", "dilation_rate")
            )
            if not meaningless:
                yield place, key, value
        if layer["class_name"] == "ReLU":
            yield place, "max_value", 6.0


def test_every_change_of_one_number_is_noticed(resnet):
    own = fingerprint(resnet)
    found = 0
    for place, key, value in mutations(resnet):
        changed = copy.deepcopy(resnet)
        changed["config"]["layers"][place]["config"][key] = value
        if key == "center":  # then the scale alone is left
            assert fingerprint(changed) != own
        difference = first_difference(changed, resnet)
        assert difference is not None, (place, key)
        assert difference.certain
        found += 1
    assert found > 60


def test_every_lost_shortcut_is_noticed_where_it_was():
    network = json.loads(build("resnet20").to_json())
    for layer in layers_of(network):
        if layer["class_name"] == "Add":
            changed = copy.deepcopy(network)
            twin = next(other for other in layers_of(changed) if other["name"] == layer["name"])
            twin["inbound_nodes"][0]["args"][0] = twin["inbound_nodes"][0]["args"][0][:1]
            stage, block, _ = layer["name"].split("_")
            place = f"stage {stage[5:]}, block {block[5:]}"
            assert str(first_difference(changed, network)).startswith(f"{place}: the shortcut is missing")


# Configurations from strangers

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 3),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["same", "relu", "Conv2D", "layers", "Add", "image", "__keras_tensor__", 10**30]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["config", "layers", "class_name", "keras_history", "name"]), inner, max_size=4
        ),
    ),
    max_leaves=8,
)
TINY = json.loads(
    keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(4, 3),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(3),
        ]
    ).to_json()
)


def all_places(value, path=()):
    """The path of everything inside a configuration."""
    yield path
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from all_places(inner, (*path, key))


def put(configuration, path, value):
    if not path:
        return value
    result = copy.deepcopy(configuration)
    place = result
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return result


def is_read_or_refused(configuration):
    try:
        str(compare(configuration, TINY))
    except ValueError as problem:
        refusal = str(problem)
    else:
        return
    assert "\n" not in refusal
    assert len(refusal) < 400


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_damage_to_a_configuration_is_read_or_refused_in_one_line(data):
    source = data.draw(st.sampled_from([TINY, BRANCHED]))
    path = data.draw(st.sampled_from(list(all_places(source))))
    is_read_or_refused(put(source, path, data.draw(VALUES)))


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_anything_at_all_is_read_or_refused_in_one_line(value):
    is_read_or_refused(value)


def tensor(name, node=0):
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, node, 0]}}


def call(*names):
    return {"args": [[tensor(name) for name in names]], "kwargs": {}}


def functional(entries, output):
    image = {
        "class_name": "InputLayer",
        "name": "image",
        "config": {"batch_shape": [None, 8, 8, 3]},
        "inbound_nodes": [],
    }
    config = {"layers": [image, *entries], "input_layers": ["image", 0, 0], "output_layers": [output, 0, 0]}
    return {"class_name": "Functional", "config": config}


def layer(kind, name, *calls, **config):
    return {"class_name": kind, "name": name, "config": config, "inbound_nodes": list(calls)}


BRANCHED = functional(
    [
        layer("Conv2D", "conv", {"args": [tensor("image")]}, filters=3, kernel_size=[3, 3], padding="same"),
        layer("Add", "sum", call("conv", "image")),
    ],
    "sum",
)


def doubling(levels):
    """Each network calls the next one twice."""
    inner = {"class_name": "Sequential", "name": "n", "config": {"layers": [layer("Flatten", "f")]}}
    for _ in range(levels):
        twice = [
            inner | {"name": "a", "inbound_nodes": [{"args": [tensor("image")]}, {"args": [tensor("a")]}]}
        ]
        inner = functional(twice, "a")
        inner["config"]["output_layers"] = ["a", 1, 0]
        inner["name"] = "n"
    return inner


def deep(levels):
    value = {"class_name": "Sequential", "name": "x", "config": {"layers": []}}
    for _ in range(levels):
        value = {"class_name": "Sequential", "name": "x", "config": {"layers": [value]}}
    return value


def listed(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        (
            functional([layer("Add", "a", call("b", "image")), layer("Add", "b", call("a", "image"))], "b"),
            "its layers feed each other in a circle",
        ),
        (
            functional([layer("Add", "a", call("nobody"))], "a"),
            "layer 'a' takes the output of 'nobody', which is not there",
        ),
        (functional([], "nobody"), "there is no output of layer 'nobody'"),
        (
            functional(
                [layer("Conv2D", "c", {"args": [tensor("image")]}, filters=10**12, kernel_size=3)], "c"
            ),
            "filters is a huge number; it must be a whole number, at least 1",
        ),
        (
            functional([layer("Conv2D", "c", {"args": [tensor("image")]}, filters=True, kernel_size=3)], "c"),
            "filters is True; it must be a whole number, at least 1",
        ),
        (
            functional([layer("Conv2D", "c", {"args": [tensor("image")]}, filters=4, kernel_size=9)], "c"),
            "a window of 9 pixels does not fit into 8",
        ),
        (
            functional([layer("Dropout", "d", {"args": [tensor("image")]}, rate=float("nan"))], "d"),
            "rate is nan; it must be a finite number",
        ),
        (
            functional([layer("Add", "a", {"args": [listed(3000)]})], "a"),
            "the arguments of a layer are nested too deeply",
        ),
        (
            functional([layer("GRU", "g", {"args": [tensor("image")]}, units=listed(30))], "g"),
            "a layer's configuration is nested more than 16 levels deep",
        ),
        (
            functional([layer("Add", f"n{i}") for i in range(6000)], "n0"),
            "layers has 6001 entries; at most 5000 are read",
        ),
        (
            functional([layer("Conv2D", "c", [["image", 0, 0, {}]])], "c"),
            "it was written by Keras 2; save it again with Keras 3",
        ),
        (doubling(18), "it calls more than 20000 layers"),
        (deep(400), "networks are nested more than 20 levels deep"),
        (
            {"class_name": "Mine", "config": {"width": 3}},
            "its configuration lists no layers; only Sequential and functional models have readable graphs",
        ),
        ("not JSON", "it is text, but not JSON"),
        ("[" * 100_000, "it is text, but not JSON"),
        (7, "the configuration is 7; it must be a dict"),
    ],
)
def test_what_is_no_network_is_refused_at_once_and_in_one_line(configuration, message):
    start = time.perf_counter()
    with pytest.raises(ValueError) as caught:
        fingerprint(configuration)
    assert str(caught.value) == f"not a readable network: {message}"
    assert time.perf_counter() - start < 5


def test_a_class_of_ones_own_is_refused_with_advice():
    class Mine(keras.Model):
        def __init__(self, width):
            super().__init__()
            self.dense = layers.Dense(width)

        def call(self, x):
            return self.dense(x)

    with pytest.raises(
        ValueError, match="Mine does not say what it is made of; build it as Sequential or functional"
    ):
        fingerprint(Mine(3))


def test_names_of_strangers_are_shown_harmlessly():
    nasty = functional([layer("Add", "a", call("\x1b[31m\n" + "x" * 500))], "a")
    with pytest.raises(ValueError) as caught:
        fingerprint(nasty)
    assert str(caught.value).isprintable()


def test_reading_graphs_imports_no_framework():
    code = (
        "import cnn_course.analysis.graph, sys; sys.exit(bool({'keras', 'tensorflow', "
        "'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = code.replace("sys;", "sys, numpy;")  # this test can fail
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 1
