"""The table of a network, for any network."""

import json
import sys

import keras
import pytest
from keras import layers

from cnn_course.analysis.cost import biases, macs, parameters
from cnn_course.analysis.table import SUMMED, layer_table
from cnn_course.layers import (
    L2Pooling2D,
    LocallyConnected2D,
    LocalResponseNormalization,
    Maxout,
    ZeroPadShortcut,
)
from cnn_course.models import build


@keras.saving.register_keras_serializable("test")
class Own(layers.Layer):
    """A student's layer: nobody knows what it looks at."""

    def build(self, input_shape):
        self.kernel = self.add_weight((3, input_shape[-1]), name="kernel")
        self.bias = self.add_weight((input_shape[-1],), name="bias")

    def call(self, x):
        return x * keras.ops.sum(self.kernel, axis=0) + self.bias


class OwnModel(keras.Model):
    def __init__(self):
        super().__init__(name="inside")
        self.dense = layers.Dense(3)

    def call(self, x):
        return self.dense(x)


def course_cnn():
    return build("course_cnn")


def resnet():
    return build("resnet20")


def nested_and_shared():
    tower = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(4, 3),
            layers.BatchNormalization(),
            layers.GlobalMaxPooling2D(),
        ],
        name="tower",
    )
    left, right = keras.Input((12, 12, 3), name="left"), keras.Input((12, 12, 3), name="right")
    return keras.Model([left, right], layers.Dense(2)(layers.Subtract()([tower(left), tower(right)])))


def two_outputs():
    image = keras.Input((12, 12, 3))
    x = layers.Conv2D(4, 3, activation="relu")(image)
    return keras.Model(image, [layers.Flatten()(x), layers.GlobalAveragePooling2D()(x)])


def mixture():
    """Every kind of layer whose formula has a rule, and some that have none."""
    image = keras.Input((12, 12, 4))
    x = layers.Conv2D(6, 3, groups=2, dilation_rate=2)(image)
    x = layers.PReLU(shared_axes=(1, 2))(layers.DepthwiseConv2D((3, 1), depth_multiplier=2)(x))
    x = layers.GroupNormalization(2)(layers.SeparableConv2D(8, 3, depth_multiplier=3, use_bias=False)(x))
    x = layers.LayerNormalization(scale=False)(layers.Conv2DTranspose(5, 2, 2)(x))
    x = LocallyConnected2D(2, 3)(LocalResponseNormalization()(x))
    return keras.Model(image, Maxout(3, pieces=4)(layers.Flatten()(L2Pooling2D()(x))))


def own_layer():
    image = keras.Input((8, 8, 3))
    return keras.Model(image, layers.Conv2D(2, 3)(Own(name="own")(layers.Conv2D(4, 3)(image))))


def own_model_inside():
    x = keras.Input((4,))
    return keras.Model(x, layers.Dense(2)(OwnModel()(x)))


def recurrent():
    text = keras.Input((10,))
    x = layers.Bidirectional(layers.LSTM(3))(layers.Embedding(50, 4)(text))
    return keras.Model(text, layers.Dense(2)(x))


def bare_operations():
    image = keras.Input((8, 8, 3))
    return keras.Model(
        image, keras.ops.mean(keras.ops.relu(layers.Conv2D(3, 3, padding="same")(image) + image), (1, 2))
    )


def volume():
    return keras.Sequential([keras.Input((8, 8, 8, 2)), layers.Conv3D(3, 3), layers.MaxPooling3D()])


def sequence():
    return keras.Sequential([keras.Input((20, 2)), layers.Conv1D(3, 5, strides=2), layers.UpSampling1D()])


def channels_first():
    image = keras.Input((3, 16, 12))
    x = layers.Conv2D(4, 3, data_format="channels_first")(image)
    x = layers.MaxPooling2D(data_format="channels_first")(x)
    return keras.Model(image, layers.GlobalAveragePooling2D(data_format="channels_first")(x))


NETWORKS = [
    course_cnn, resnet, nested_and_shared, two_outputs, mixture, own_layer, own_model_inside, recurrent,
    bare_operations, volume, sequence, channels_first,
]  # fmt: skip


@pytest.fixture(scope="module", params=NETWORKS, ids=lambda build_network: build_network.__name__)
def network(request):
    return request.param()


def by_layer(model):
    return {row["layer"]: row for row in layer_table(model)}


@pytest.mark.parametrize("by", ["layer", "block"])
def test_rows_are_plain_values(network, by):
    table = layer_table(network, by=by)
    assert json.loads(json.dumps(table)) == table
    assert all(list(row) == list(table[0]) for row in table)


def test_columns_keep_their_names():
    assert list(layer_table(build("linear"))[0]) == [
        "layer", "type", "slide", "output_shape", "parameters", "formula", "biases",
        "macs", "macs_with_biases", "activations", "bytes",
        "kernel", "receptive_field", "jump", "centre", "note",
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["layer", "block"])
def test_rows_add_up_to_the_network(network, by):
    sums = {column: sum(row[column] or 0 for row in layer_table(network, by=by)) for column in SUMMED}
    assert sums["parameters"] == parameters(network)["total"] == network.count_params()
    assert sums["biases"] == biases(network)
    if all(row["macs"] is not None for row in layer_table(network, by=by)):
        assert (sums["macs"], sums["macs_with_biases"]) == (macs(network), macs(network, bias=True))


@pytest.mark.parametrize("by", ["layer", "block"])
def test_formulas_come_to_the_parameters(network, by):
    for row in layer_table(network, by=by):
        if row["formula"] is not None:
            assert eval(row["formula"], {}) == row["parameters"], row
        else:
            assert row["parameters"] == 0 or row["type"] in ("Bidirectional", "OwnModel"), row


@pytest.mark.parametrize(
    ("layer", "input_shape", "formula", "name"),
    [  # decks 001 (L483-506, L689-718), 002 (L304-332), 003 (L54-69, L497, L579, L607-700), 004 (L346)
        (layers.Conv2D(128, 3), (8, 8, 64), "(3*3*64+1)*128", "CONV3-128"),
        (layers.Conv2D(64, 3, use_bias=False), (8, 8, 3), "3*3*3*64", "CONV3-64"),
        (layers.Conv2D(96, 11, strides=4), (32, 32, 3), "(11*11*3+1)*96", "CONV11-96/4"),
        (layers.Conv2D(64, 3, groups=4), (8, 8, 64), "(3*3*64/4+1)*64", "CONV3-64 g4"),
        (layers.Conv2D(8, (3, 1), dilation_rate=2), (8, 8, 2), "(3*1*2+1)*8", "CONV3x1-8 d2"),
        (layers.DepthwiseConv2D(3), (8, 8, 64), "(3*3+1)*64", "DWCONV3"),
        (layers.SeparableConv2D(4, 3), (8, 8, 8), "3*3*8 + (8+1)*4", "SEPCONV3-4"),
        (layers.Conv2DTranspose(5, 2, 2), (8, 8, 3), "(2*2*3+1)*5", "TCONV2-5/2"),
        (layers.Dense(4096), (25088,), "(25088+1)*4096", "FC-4096"),
        (layers.BatchNormalization(), (8, 8, 64), "4*64", "BN"),
        (layers.BatchNormalization(scale=False), (8, 8, 64), "3*64", "BN"),
        (layers.PReLU(), (8, 8, 4), "8*8*4", "PReLU"),
        (layers.PReLU(shared_axes=(1, 2)), (8, 8, 4), "4", "PReLU"),
        (LocallyConnected2D(5, 5), (32, 32, 3), "(5*5*3+1)*28*28*5", "LOCAL5-5"),
        (Maxout(10, pieces=2), (20,), "(20+1)*10*2", "MAXOUT-10"),
        (layers.MaxPooling2D(), (8, 8, 2), None, "POOL2"),
        (layers.MaxPooling2D(3, 2), (8, 8, 2), None, "POOL3/2"),
        (layers.AveragePooling2D(2), (8, 8, 2), None, "AVGPOOL2"),
        (layers.GlobalAveragePooling2D(), (8, 8, 2), None, "GAP"),
        (layers.Activation("softmax"), (10,), None, "SOFTMAX"),
        (layers.ReLU(), (10,), None, "RELU"),
        (LocalResponseNormalization(), (8, 8, 2), None, "NORM"),
        (ZeroPadShortcut(4, 2), (8, 8, 2), None, "ZeroPadShortcut"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_layer_has_the_formula_and_the_name_of_the_slides(layer, input_shape, formula, name):
    row = layer_table(keras.Sequential([keras.Input(input_shape), layer]))[-1]
    assert (row["formula"], row["slide"], row["note"]) == (formula, name, None)
    assert row["macs"] is not None


def test_weights_of_a_shared_layer_stand_in_its_first_row():
    rows = [row for row in layer_table(nested_and_shared()) if row["layer"].startswith("tower/conv2d")]
    assert [row["parameters"] for row in rows] == [112, 0]
    assert [row["note"] for row in rows] == [None, "has the weights of its first call"]
    assert rows[0]["macs"] == rows[1]["macs"] == 10 * 10 * 4 * 27


def test_layer_of_an_unknown_kind_is_said_to_be_unknown():
    first, own, last = layer_table(own_layer())[1:]
    assert (own["parameters"], own["formula"], own["macs"]) == (16, "3*4 + 4", None)
    assert own["note"] == (
        "the multiply-adds of Own are not known here and in no sum; "
        "what Own looks at is not known here: no receptive fields from it on"
    )
    assert first["receptive_field"] == [3, 3]
    assert own["receptive_field"] is last["receptive_field"] is last["jump"] is None
    assert (last["note"], last["macs"]) == (None, 4 * 4 * 2 * 36)


def test_network_for_images_of_any_size_shows_what_does_not_depend_on_it():
    image = keras.Input((None, None, 3))
    x = layers.Conv2D(8, 3, dilation_rate=2, padding="same")(image)
    rows = layer_table(keras.Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D()(x))))
    conv, gap, dense = rows[1:]
    assert (conv["output_shape"], conv["formula"]) == ([None, None, 8], "(3*3*3+1)*8")
    assert (conv["macs"], conv["activations"], conv["centre"]) == (None, None, None)
    assert (conv["kernel"], conv["receptive_field"], conv["jump"]) == ([5, 5], [5, 5], [1, 1])
    assert (gap["receptive_field"], dense["macs"], dense["activations"]) == (None, 16, 2)


def test_channels_first_is_read_as_it_stands():
    conv, pool, gap = layer_table(channels_first())[1:]
    assert (conv["output_shape"], conv["macs"]) == ([4, 14, 10], 140 * 4 * 27)
    assert (pool["receptive_field"], pool["centre"], gap["receptive_field"]) == ([4, 4], [1.5, 1.5], [16, 12])


def test_bare_operations_have_rows_and_fields():
    rows = layer_table(bare_operations())
    assert [row["type"] for row in rows] == ["InputLayer", "Conv2D", "Add", "Relu", "Mean"]
    assert (rows[3]["receptive_field"], rows[4]["receptive_field"]) == ([3, 3], None)


def test_what_works_in_place_needs_no_memory():
    def stored(*steps):
        network = keras.Sequential([keras.Input((8, 8, 2)), *steps])
        return sum(row["activations"] for row in layer_table(network))

    in_one = stored(layers.Conv2D(4, 3, padding="same", activation="relu"), layers.Dense(3))
    padded = [layers.ZeroPadding2D(1), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU()]
    assert stored(*padded, layers.Dropout(0.5), layers.Dense(3)) == in_one == 64 * (2 + 4 + 3)


def test_half_precision_needs_half_the_bytes():
    def network(dtype):
        return keras.Sequential([keras.Input((8, 8, 2), dtype=dtype), layers.Conv2D(4, 3, dtype=dtype)])

    halves, floats = (layer_table(network(dtype)) for dtype in ("bfloat16", "float32"))
    assert [2 * row["bytes"] for row in halves] == [row["bytes"] for row in floats] == [512, 576]


def test_blocks_are_found_by_address():
    rows = layer_table(resnet(), by="block")
    stages = [f"stage{stage}_block{block}" for stage in (1, 2, 3) for block in (1, 2, 3)]
    assert [row["layer"] for row in rows] == ["image", "stem", *stages, "pool", "predictions"]
    block = rows[5]
    assert (block["type"], block["slide"]) == ("9 layers", "CONV3-32/2, CONV3-32, ZeroPadShortcut, ADD")
    assert block["formula"] == "3*3*16*32 + 2*(4*32) + 3*3*32*32"
    assert (block["output_shape"], block["receptive_field"], block["jump"]) == (
        [16, 16, 32],
        [21, 21],
        [2, 2],
    )


def test_padding_that_is_named_after_a_pooling_belongs_to_its_block():
    steps = [
        ("stem_conv", layers.Conv2D(2, 3)),
        ("stem_pool_pad", layers.ZeroPadding2D()),
        ("stem_pool", layers.MaxPooling2D()),
        ("conv_1", layers.Conv2D(2, 1)),
        ("conv_2", layers.Conv2D(2, 1)),
        ("fc1", layers.Dense(2)),
        ("fc1_dropout", layers.Dropout(0.5)),
    ]
    network = keras.Sequential([keras.Input((9, 9, 1), name="image")])
    for name, layer in steps:
        network.add(type(layer).from_config(layer.get_config() | {"name": name}))
    assert [row["layer"] for row in layer_table(network, by="block")] == [
        "image",
        "stem",
        "conv_1",
        "conv_2",
        "fc1",
    ]


def test_blocks_without_names_end_where_all_branches_have_met():
    image = keras.Input((16, 16, 4))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(image)))
    for merge in (layers.Add(name="first"), layers.Concatenate(name="second")):
        y = layers.Conv2D(4, 3, padding="same")(layers.Conv2D(2, 1)(x))
        x = layers.ReLU()(merge([y, x]))
    rows = layer_table(keras.Model(image, layers.Dense(2)(layers.Flatten()(x))), by="block")
    assert [row["slide"] for row in rows] == [
        "INPUT", "CONV3-4", "CONV1-2, CONV3-4, ADD", "CONV1-2, CONV3-4, CONCAT", "FLATTEN", "FC-2",
    ]  # fmt: skip
    assert [row["layer"] for row in rows][2:4] == ["first", "second"]


def test_network_inside_the_network_is_one_block():
    rows = layer_table(nested_and_shared(), by="block")
    tower = "CONV3-4, GlobalMaxPooling2D"
    assert [row["slide"] for row in rows] == ["INPUT", "INPUT", f"{tower}, {tower}", "Subtract", "FC-2"]


def test_unknown_way_to_group_is_answered_with_the_choices():
    with pytest.raises(ValueError) as caught:
        layer_table(build("linear"), by="stage")
    assert str(caught.value) == "by is 'stage'; choose one of 'layer', 'block'"


def work_to_explain(blocks):
    """How many functions are called to make the table of a chain of residual blocks."""
    x = image = keras.Input((8, 8, 2))
    for _ in range(blocks):
        x = layers.Add()([x, layers.Conv2D(2, 3, padding="same")(x)])
    network = keras.Model(image, x)
    layer_table(network)  # whatever is remembered from the first time is not counted
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        layer_table(network, by="block")
    finally:
        sys.setprofile(None)
    return calls


def test_work_grows_with_the_depth_and_not_with_its_square():
    assert work_to_explain(48) < 2.2 * work_to_explain(24)
