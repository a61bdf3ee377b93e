"""Claims that nobody should believe: each is a BadAnswer in one line, at once, whatever it holds."""

import copy
import json
import time
import warnings
from collections import OrderedDict
from contextlib import suppress

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from cnn_course.analysis.graph import compare
from cnn_course.grading.claimed.network import MOST_PARAMETERS, claimed_network
from cnn_course.grading.claimed.vetting import MOST_LAYERS
from cnn_course.grading.submission import BadAnswer


@pytest.fixture(scope="module")
def honest(claim_of):
    """A claim with a shortcut, so that it has calls with arguments."""
    image = keras.Input((8, 8, 3), name="image")
    x = layers.Conv2D(3, 3, padding="same", name="conv")(image)
    x = layers.BatchNormalization(name="bn")(x) + image
    return claim_of(keras.Model(image, layers.Dense(2, name="dense")(layers.Flatten(name="flat")(x))))


@pytest.fixture(scope="module")
def in_a_line(claim_of):
    """A claim whose layers stand in a row, with a network inside."""
    inside = keras.Sequential([layers.SeparableConv2D(4, 2), layers.PReLU(shared_axes=[1])])
    rest = [
        layers.Conv2DTranspose(3, 3, 2),
        layers.MaxPooling2D(),
        layers.Reshape((-1, 3)),
        layers.Conv1D(2, 3),
    ]
    return claim_of(keras.Sequential([keras.Input((8, 8, 4)), inside, *rest]))


@pytest.fixture
def claim(honest):
    return copy.deepcopy(honest)


def layer(claim, name):
    return next(entry for entry in claim["config"]["config"]["layers"] if entry["name"] == name)


def refused(claim, ask=None):
    """The one line with which a claim is refused."""
    start = time.perf_counter()
    with pytest.raises(BadAnswer) as refusal:
        claimed_network(claim, ask).ask("weights")
    assert time.perf_counter() - start < 2
    message = str(refusal.value)
    assert message.isprintable(), message
    assert len(message) < 400
    return message


def test_an_honest_claim_is_believed(claim):
    net = claimed_network(claim, None)
    assert (net.parameters, net.trainable_parameters) == (84 + 12 + 386, 84 + 6 + 386)
    assert (net.input_shape, net.output_shape) == ((None, 8, 8, 3), (None, 2))


# What cannot be checked


def test_a_lambda_is_named_with_a_way_out(claim_of):
    image = keras.Input((4,))
    claim = claim_of(keras.Model(image, layers.Lambda(lambda x: x * 2)(image)))
    assert refused(claim) == (
        "the network holds a Lambda layer, whose code cannot be checked; "
        "use a layer or activation of Keras by name"
    )


def own_function(x):
    return 2 * x


@pytest.mark.parametrize("function", [lambda x: 2 * x, own_function, layers.PReLU()])
def test_an_activation_of_ones_own_cannot_be_checked(claim_of, function):
    claim = claim_of(keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu", name="dense")]))
    (entry,) = (e for e in claim["config"]["config"]["layers"] if e["class_name"] == "Dense")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras does not like lambdas either
        entry["config"]["activation"] = json.loads(json.dumps(keras.activations.serialize(function)))
    assert refused(claim).startswith("the Dense layer 'dense' has an activation of its own, whose code")


class Doubled(layers.Layer):
    def call(self, x):
        return 2 * x


def test_a_class_of_ones_own_cannot_be_checked(claim_of):
    claim = claim_of(keras.Sequential([keras.Input((4,)), Doubled()]))
    assert refused(claim) == (
        "the network holds a layer of the class 'Doubled', whose code cannot be checked; "
        "use a layer or activation of Keras by name"
    )


def test_a_subclassed_model_cannot_be_checked(claim):
    claim["config"] = {"module": "__main__", "class_name": "Net", "config": {}, "registered_name": "Net"}
    assert refused(claim) == (
        "the network is of the class 'Net', whose code cannot be checked; "
        "build it as keras.Sequential or keras.Model(inputs, outputs)"
    )


@pytest.mark.parametrize("registered", ["Custom>Dense", "mine>Dense", "Conv2D", 7])
def test_a_class_that_takes_the_name_of_keras_is_found_out_by_how_it_is_registered(claim, registered):
    layer(claim, "dense")["registered_name"] = registered
    assert "whose code cannot be checked" in refused(claim)


def test_a_layer_of_keras_that_is_not_in_the_table_is_named(claim_of):
    claim = claim_of(keras.Sequential([keras.Input((4, 3)), layers.LSTM(2)]))
    assert refused(claim) == (
        "the network holds 'LSTM', a layer of Keras that is not checked here; say it with others"
    )


# What does not agree with itself


@pytest.mark.parametrize(("path", "shape", "said"), [
    ("conv/kernel", (3, 3, 3, 4), "conv/kernel (3, 3, 3, 4) came, conv/kernel (3, 3, 3, 3) was expected"),
    ("conv/bias", (3,), "conv/bias (3,) came, conv/kernel (3, 3, 3, 3) was expected"),
])  # fmt: skip
def test_the_first_weight_that_differs_is_named(claim, path, shape, said):
    claim["shapes"][0] = [path, shape]
    assert refused(claim) == f"the network's weights are not those of its layers: {said}"


def test_weights_of_one_shape_cannot_take_each_others_places(claim):
    gamma, beta = claim["shapes"][2:4]
    claim["shapes"][2:4] = [beta, gamma]
    assert refused(claim).endswith("bn/beta (3,) came, bn/gamma (3,) was expected")


def test_weights_that_are_left_out_or_too_many_are_named(claim):
    claim["shapes"].append(["dense/more", (1,)])
    assert refused(claim).endswith("dense/more (1,), not trained came, nothing was expected")
    del claim["shapes"][-2:]
    assert refused(claim).endswith("nothing came, dense/bias (2,) was expected")


def test_what_is_said_to_be_trained_must_be(claim):
    claim["trainable"] = []
    assert "conv/kernel (3, 3, 3, 3), not trained came" in refused(claim)
    claim["trainable"] = [path for path, _ in claim["shapes"]]
    assert "bn/moving_mean (3,), not trained was expected" in refused(claim)


@pytest.mark.parametrize("key", ["input_shape", "output_shape"])
@pytest.mark.parametrize("shape", [None, (None, 9), [(None, 2), (None, 2)], "x", 10**30, {"a": 1}])
def test_a_shape_that_the_layers_do_not_make_is_refused(claim, key, shape):
    claim[key] = shape
    assert f"the network's {key} is said to be" in refused(claim)


def test_a_network_whose_layers_do_not_fit_together_is_refused(claim):
    layer(claim, "conv")["config"]["filters"] = 5
    assert refused(claim) == (
        "the network cannot be checked: (?, 8, 8, 5) and (?, 8, 8, 3) cannot be brought together"
    )


def test_weights_are_checked_when_they_come(claim):
    right = [np.zeros(shape, "float32") for _, shape in claim["shapes"]]
    net = claimed_network(claim, lambda question: right)
    assert net.weight("dense/bias").shape == (2,)
    endless, wider, whole, short = ([*right] for _ in range(4))
    endless[2], wider[0] = np.array([1, np.nan, np.inf], "float32"), np.zeros((3, 3, 3, 4), "float32")
    whole[1], short = np.zeros(3, "int64"), right[1:]
    assert refused(claim, lambda _: endless) == "the weight bn/gamma holds nan; every number must be finite"
    assert refused(claim, lambda _: wider) == (
        "the weight conv/kernel came as (3, 3, 3, 4); its layer needs (3, 3, 3, 3)"
    )
    assert refused(claim, lambda _: whole) == "the weight conv/bias came as int64; weights are floats"
    assert refused(claim, lambda _: short) == "the network's weights did not come as 8 arrays"
    assert refused(claim, lambda _: tuple(right)) == "the network's weights did not come as 8 arrays"
    assert refused(claim, lambda _: [[0.0] * 3] * 8).startswith("the weight conv/kernel came as no array")


# What is too large, or no configuration at all


def test_a_billion_units_cost_no_memory(claim):
    layer(claim, "dense")["config"]["units"] = 10**9
    said = f"the network has 193,000,000,096 parameters; at most {MOST_PARAMETERS:,} are checked"
    assert refused(claim) == said


def in_a_row(entries):
    return {"module": "keras", "class_name": "Sequential", "registered_name": None, "config": {
        "name": "s", "trainable": True, "layers": entries,
    }}  # fmt: skip


def of_keras(kind, **config):
    return {"module": "keras.layers", "class_name": kind, "registered_name": None, "config": config}


START = of_keras("InputLayer", batch_shape=[None, 4], dtype="float32", name="i")


def test_networks_in_networks_come_to_an_end(claim):
    inside = in_a_row([START, of_keras("Dense", units=1, name="d")])
    for _ in range(25):
        inside = in_a_row([START, inside])
    claim["config"] = inside
    assert refused(claim) == "networks are nested more than 20 levels deep in the network"
    for _ in range(1000):
        inside = in_a_row([START, inside])
    claim["config"] = inside
    assert refused(claim) == "the network's description is too large, or nested too deeply"


def test_layers_are_counted(claim):
    claim["config"] = in_a_row([START, *(of_keras("ReLU", name=f"r{n}") for n in range(MOST_LAYERS))])
    assert refused(claim) == "the network has more than 2,000 layers, too many to be checked"


def test_maps_that_grow_without_end_are_refused(claim):
    start = of_keras("InputLayer", batch_shape=[None, 4, 4, 3], dtype="float32", name="i")
    growing = [of_keras("UpSampling2D", size=1000, name=f"u{n}") for n in range(1000)]
    claim["config"] = in_a_row([start, *growing])
    assert refused(claim) == "the network cannot be checked: what its layers make is too much, or too large"


def test_layers_in_a_circle_are_refused(claim):
    conv, bn = layer(claim, "conv"), layer(claim, "bn")
    conv["inbound_nodes"][0]["args"][0]["config"]["keras_history"] = ["bn", 0, 0]
    assert bn["inbound_nodes"][0]["args"][0]["config"]["keras_history"] == ["conv", 0, 0]
    assert refused(claim) == "the network cannot be checked: its layers feed each other in a circle"


def test_a_layer_that_leads_nowhere_is_refused(claim):
    more = copy.deepcopy(layer(claim, "dense"))
    more["name"] = more["config"]["name"] = "more"
    claim["config"]["config"]["layers"].append(more)
    assert refused(claim) == "what layer 'more' of the network makes leads to none of its outputs"


def test_two_layers_of_one_name_are_refused(claim):
    claim["config"]["config"]["layers"].append(copy.deepcopy(layer(claim, "dense")))
    assert refused(claim) == "the network cannot be checked: two layers are called 'dense'"


def test_a_name_that_cannot_be_printed_is_refused(claim):
    text = json.dumps(claim["config"]).replace('"conv"', json.dumps("\x1b[2Jconv\u202e"))
    claim["config"] = json.loads(text)
    assert refused(claim).startswith("a layer of the network is called '?[2Jconv?'; a name has at most 200")


class SlyDict(dict):
    def get(self, key, default=None):
        raise RuntimeError("caught")


def set_in(claim, value, key="units"):
    layer(claim, "dense")["config"][key] = value


@pytest.mark.parametrize("value", [SlyDict(), OrderedDict(), np.float32(1), {1, 2}, b"1", print, object()])
def test_only_what_json_has_is_read(claim, value):
    set_in(claim, value)
    assert "which JSON does not know" in refused(claim)
    claim["config"] = value
    assert refused(claim)
    assert refused(value)


@pytest.mark.parametrize(
    "value", [json.loads("1e400"), -json.loads("1e400"), float("nan"), 10**100, "x" * 10**7]
)
@pytest.mark.parametrize("key", ["units", "name", "made_up"])
def test_absurd_numbers_and_texts_are_refused(claim, key, value):
    set_in(claim, value, key)
    assert "which JSON does not know" in refused(claim)


@pytest.mark.parametrize(("key", "value", "said"), [
    ("units", True, "units is True; it must be a whole number"),
    ("units", "3", "units is '3'"),
    ("units", None, "units is None"),
    ("units", {"class_name": "Lambda"}, "only numbers, text and lists of them are checked"),
    ("units", [[[[[[1]]]]]], "only numbers, text and lists of them are checked"),
    ("use_bias", 1, "use_bias is 1; it must be true or false"),
    ("trainable", "no", "has trainable='no'; it must be true or false"),
    ("lora_rank", 4, "has lora_rank=4, which cannot be checked here"),
    ("quantization_config", {"mode": "int8"}, "has quantization_config=a dict of 1, which cannot"),
    ("dtype", "int8_from_float32", "computes in a data type that cannot be checked: 'int8_from_float32'"),
    ("dtype", {"class_name": "DTypePolicyMap", "config": {"name": "float32"}}, "data type that cannot"),
    ("activation", 3, "an activation of its own"),
    ("activation", of_keras("LeakyReLU", negative_slope="x"), "negative_slope"),
    ("activation", of_keras("Dense"), "an activation of its own"),
    ("activation", {**of_keras("Relu"), "module": "keras.src.ops.nn"}, "an activation of its own"),
    ("activation", of_keras("Activation", activation="made up"), "an activation of its own"),
])  # fmt: skip
def test_arguments_that_are_none_are_named(claim, key, value, said):
    set_in(claim, value, key)
    assert said in refused(claim)


@pytest.mark.parametrize("calls", [
    7, [7], [{"args": 7, "kwargs": 7}], [{"args": [{"class_name": "Lambda", "config": {}}]}],
    [{"args": [], "kwargs": {}}], [{"args": [[[[[[[1]]]]]]]}], {"a": 1},
])  # fmt: skip
def test_calls_that_are_none_are_refused(claim, calls):
    layer(claim, "dense")["inbound_nodes"] = calls
    assert refused(claim)


def test_layers_beside_those_that_were_checked_are_not_read(claim):
    evil = of_keras("Lambda", name="evil")
    net = claimed_network({**claim, "config": {**claim["config"], "layers": [evil]}}, None)
    assert "evil" not in json.dumps(net.config)


def places(value, path=()):
    """Where there is something in nested dicts and lists."""
    yield path
    if isinstance(value, dict | list | tuple):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


JUNK = st.sampled_from([
    None, True, 0, -1, 1, 3, 10**9, 10**18, 2.5, -1e300, "", "x", "__keras_tensor__", "Lambda", [], {}, [[]],
    ["image", 0, 0], {"class_name": "__keras_tensor__"}, {"class_name": "__slice__", "config": {"step": 0}},
    {"class_name": "__numpy__", "config": {"value": [[1], 2]}}, {"layers": []}, {"layers": [{}]},
    {"config": {}},
])  # fmt: skip


@settings(max_examples=400, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_claim_with_anything_put_anywhere_is_believed_or_refused(honest, in_a_line, data):
    claim = copy.deepcopy(data.draw(st.sampled_from([honest, in_a_line])))
    everywhere = [path for path in places(claim) if path]
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(everywhere))
        holder = claim
        try:
            for key in way:
                holder = holder[key]
            if data.draw(st.booleans()):
                holder[last] = copy.deepcopy(data.draw(JUNK))
            else:
                del holder[last]
        except (KeyError, IndexError, TypeError):  # an earlier change took this place away, or it is a tuple
            continue
    with suppress(BadAnswer):
        compare_with_itself(claimed_network(claim, None))


def compare_with_itself(net):
    with suppress(ValueError):
        assert compare(net.config, net.config).same
