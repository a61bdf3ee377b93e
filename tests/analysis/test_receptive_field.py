"""Receptive fields, against the decks, against lit pixels and against gradients."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from cnn_course.analysis.receptive_field import receptive_box
from cnn_course.analysis.table import layer_table
from cnn_course.layers import LocalContrastNormalization, LocallyConnected2D, ZeroPadShortcut
from cnn_course.models import build

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "receptive_fields.json").read_text())
SIDE = 17


def conv(kernel_size=3, **arguments):
    return layers.Conv2D(1, kernel_size, **arguments)


def chain(*steps):
    def build_chain(x):
        for step in steps:
            x = step(x)
        return x

    return build_chain


def inception(x):
    small = conv(1)(x)
    middle = conv(3, padding="same")(conv(1)(x))
    large = conv(5, padding="same")(x)
    pooled = conv(1)(layers.MaxPooling2D(3, 1, padding="same")(x))
    return layers.Concatenate()([small, middle, large, pooled])


def residual(x):
    y = layers.ReLU()(layers.BatchNormalization()(conv(3, strides=2, padding="same")(x)))
    y = conv(3, padding="same")(y)
    return layers.Add()([y, conv(1, strides=2, padding="same")(x)])


def residual_without_projection(x):
    y = conv(3, padding="same")(conv(3, strides=2, padding="same")(x))
    return layers.Add()([y, ZeroPadShortcut(1, strides=2)(x)])


def shallow_and_deep(x):
    """Branches that see places which do not lie around the same middle."""
    left = layers.ZeroPadding2D(((4, 0), (0, 4)))(x)
    return conv(3)(layers.Maximum()([conv(5)(left), conv(5, padding="same")(x)]))


def several_scales(x):
    """Neighbours on the enlarged maps see the same, in twos and in threes."""
    half = layers.UpSampling2D(2)(layers.MaxPooling2D(2)(x))
    third = layers.UpSampling2D(3)(layers.MaxPooling2D(3)(x))
    return layers.Add()([layers.Cropping2D(((0, 1), (1, 0)))(half), third])


def nested(x):
    image = keras.Input((8, 8, 1))
    inner = keras.Model(image, residual(inception(image)), name="inner")
    return inner(conv(3, strides=2)(x))


NETWORKS = {
    "valid": chain(conv(3), conv(5)),
    "strided": chain(conv(3, strides=2), conv(3, strides=2)),
    "strided same": chain(conv(3, strides=2, padding="same"), conv(4, strides=2, padding="same")),
    "stride 3 same": chain(conv(2, strides=3, padding="same"), conv(3, padding="same")),
    "stride larger than kernel": chain(conv(2, strides=3), conv(2)),
    "dilated": chain(conv(3, dilation_rate=2), conv(3, dilation_rate=3, padding="same")),
    "not square": chain(conv((1, 5)), conv((3, 2), padding="same")),
    "poolings": chain(
        layers.MaxPooling2D(3, 2), conv(3, padding="same"), layers.AveragePooling2D(2, padding="same")
    ),
    "padded by hand": chain(layers.ZeroPadding2D(((1, 2), (0, 3))), conv(3, strides=2)),
    "cropped, then padded": chain(layers.Cropping2D(((3, 1), (2, 4))), conv(5, padding="same")),
    "a dropped last row, then padding": chain(layers.MaxPooling2D(4), conv(3, padding="same")),
    "depthwise and separable": chain(
        layers.DepthwiseConv2D(3, strides=2), layers.SeparableConv2D(2, 3, padding="same")
    ),
    "upsampled": chain(layers.MaxPooling2D(4), layers.UpSampling2D(3), conv(3), layers.AveragePooling2D(2)),
    "transposed same": chain(conv(3, strides=2), layers.Conv2DTranspose(1, 4, 2, padding="same"), conv(2)),
    "transposed same, odd": chain(conv(3, strides=2), layers.Conv2DTranspose(1, 3, 2, padding="same")),
    "several scales": several_scales,
    "transposed valid": chain(conv(3, strides=3), layers.Conv2DTranspose(1, 5, 2), conv(2)),
    "transposed with gaps": chain(conv(5, strides=3), layers.Conv2DTranspose(1, 1, 2)),
    "inception": chain(inception, conv(3)),
    "residual": chain(residual, residual),
    "zero-padded shortcut": chain(residual_without_projection, conv(3)),
    "branches with different middles": shallow_and_deep,
    "network inside the network": chain(nested, conv(2)),
    "locally connected": chain(LocallyConnected2D(1, 3, strides=2), conv(2)),
    "contrast normalised": LocalContrastNormalization(5),
    "dense on a map": chain(conv(3), layers.Dense(2), layers.ReLU()),
}  # fmt: skip


def positive(network):
    """The network with weights that can't cancel."""
    for weight in network.weights:
        if "kernel" in weight.name:
            weight.assign(np.full(weight.shape, 0.25))
    return network


@pytest.fixture(params=NETWORKS.values(), ids=NETWORKS.keys(), scope="module")
def network(request):
    image = keras.Input((SIDE, SIDE, 1), name="image")
    return positive(keras.Model(image, request.param(image)))


def lit_pixels(network):
    """For each pixel and each unit of the output whether lighting the pixel changes the unit."""
    one_lit = np.eye(SIDE * SIDE, dtype="float32").reshape(-1, SIDE, SIDE, 1)
    answers = np.asarray(network(np.concatenate([np.zeros_like(one_lit[:1]), one_lit])))
    changes = np.abs(answers[1:] - answers[:1]).max(axis=-1)
    return changes.reshape(SIDE, SIDE, *answers.shape[1:-1]) > 1e-6


def box_around(mask):
    sides = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    return tuple(slice(int(i.min()), int(i.max()) + 1) if len(i) else slice(0, 0) for i in sides)


def address_of_output(network):
    return layer_table(network)[-1]["layer"]


def test_each_unit_answers_to_the_pixels_of_its_box_and_to_no_others(network):
    lit, last = lit_pixels(network), address_of_output(network)
    for unit in np.ndindex(lit.shape[2:]):
        box = receptive_box(network, last, unit)
        sees_nothing = any(side.stop == 0 for side in box)
        assert box_around(lit[..., *unit]) == ((slice(0, 0),) * 2 if sees_nothing else box), unit


def is_enlarged(network):
    """Whether neighbours may see the same pixels, so that their fields do not follow one another evenly."""
    return any(isinstance(layer, layers.UpSampling2D | layers.Conv2DTranspose) for layer in network.layers)


def test_units_far_from_the_border_have_size_jump_and_centre_of_the_table(network):
    row = layer_table(network)[-1]
    places = row["output_shape"][:2]
    for axis in (0, 1):
        units = [tuple(i if a == axis else places[a] // 2 for a in (0, 1)) for i in range(places[axis])]
        boxes = [receptive_box(network, row["layer"], unit)[axis] for unit in units]
        inner = [box for box in boxes if box.start > 0 and box.stop < SIDE]
        size, jump, centre = (row[column][axis] for column in ("receptive_field", "jump", "centre"))
        assert max((box.stop - box.start for box in inner), default=size) == size
        for unit, box in enumerate(boxes):
            if box in inner and box.stop - box.start == size and not is_enlarged(network):
                assert (box.start + box.stop - 1) / 2 == centre + unit * jump


@pytest.mark.parametrize("name", ["strided same", "dilated", "inception", "residual", "cropped, then padded"])
def test_box_is_where_the_gradient_of_a_unit_is_not_zero(name):
    image = keras.Input((SIDE, SIDE, 1))
    network = positive(keras.Model(image, NETWORKS[name](image)))
    x = tf.constant(np.random.default_rng(0).random((1, SIDE, SIDE, 1)), "float32")
    unit = tuple(side // 2 for side in network.output_shape[1:3])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(network(x)[0, *unit])
    gradient = tape.gradient(y, x)[0, ..., 0].numpy()
    assert box_around(gradient != 0) == receptive_box(network, address_of_output(network), unit)


@pytest.mark.parametrize("name", FACTS["networks"])
def test_stacks_have_the_receptive_fields_of_the_decks(name):
    fact = FACTS["networks"][name]
    kinds = {"conv": lambda *window: layers.Conv2D(1, *window), "pool": layers.MaxPooling2D}
    network = keras.Sequential(
        [
            keras.Input((fact["side"],) * 2 + (1,)),
            *(kinds[kind](*window) for kind, *window, _ in fact["layers"]),
        ]
    )
    fields = [row["receptive_field"] for row in layer_table(network)[1:]]
    assert fields == [[side, side] for *_, side in fact["layers"]]


def test_course_cnn_sees_the_pixels_that_deck_001_leaves_it():
    network = build("course_cnn")
    assert {row["layer"]: row["receptive_field"] for row in layer_table(network)} == FACTS["course_cnn"]
    scores = keras.Model(network.input, layers.Dense(3)(network.get_layer("flatten").output))
    x = np.zeros((3, 32, 32, 3), "float32")
    x[1, 29, 29], x[2, 30:], x[2, :, 30:] = 1, 1, 1  # the last pixel that counts; all that do not
    nothing, last, beyond = np.asarray(positive(scores)(x))
    assert np.abs(last - nothing).min() > 0
    assert np.abs(beyond - nothing).max() == 0


def test_centre_moves_with_the_padding():
    def centres(padding):
        network = keras.Sequential([keras.Input((12, 12, 1)), conv(5, padding=padding)])
        return layer_table(network)[-1]["centre"]

    assert (centres("valid"), centres("same")) == ([2, 2], [0, 0])


def test_squeeze_and_excitation_lets_every_place_see_the_whole_image():
    image = keras.Input((16, 16, 2))
    x = layers.Conv2D(2, 3, strides=2, padding="same")(image)
    gate = layers.Reshape((1, 1, 2))(layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))
    row = layer_table(keras.Model(image, layers.Conv2D(2, 3)(layers.Multiply()([x, gate]))))[-1]
    assert (row["receptive_field"], row["jump"], row["centre"]) == ([16, 16], [2, 2], None)


def test_a_single_place_that_sees_everything_has_no_jump():
    network = keras.Sequential(
        [keras.Input((9, 7, 2)), conv(strides=2), layers.GlobalMaxPooling2D(keepdims=True), conv(1)]
    )
    columns = [
        [row[key] for key in ("receptive_field", "jump", "centre")] for row in layer_table(network)[2:]
    ]
    assert columns == [[[9, 7], None, None]] * 2


def test_sequences_and_volumes_have_one_and_three_numbers():
    sound = keras.Sequential([keras.Input((20, 1)), layers.Conv1D(1, 3, dilation_rate=2, padding="causal")])
    row = layer_table(sound)[-1]
    assert (row["kernel"], row["receptive_field"], row["centre"]) == ([5], [5], [-2])
    scan = keras.Sequential([keras.Input((8, 8, 8, 1)), layers.MaxPooling3D(2), layers.Conv3D(1, (1, 2, 3))])
    assert layer_table(scan)[-1]["receptive_field"] == [2, 4, 6]


def test_inputs_that_are_seen_differently_are_told_one_after_the_other():
    left, right = keras.Input((9, 9, 1)), keras.Input((9, 9, 1))
    both = layers.Concatenate()([conv(3, padding="same")(left), right])
    assert layer_table(keras.Model([left, right], both))[-1]["receptive_field"] == [[3, 3], [1, 1]]


def test_what_only_a_vector_reaches_has_no_field():
    image, age = keras.Input((9, 9, 1)), keras.Input((4,))
    network = keras.Model(
        [image, age], layers.Concatenate()([layers.Flatten()(conv()(image)), layers.Dense(3)(age)])
    )
    fields = {row["slide"]: row["receptive_field"] for row in layer_table(network)}
    assert (fields["FC-3"], fields["CONCAT"]) == (None, [3, 3])


@pytest.mark.parametrize(
    ("layer", "unit", "message"),
    [
        ("conv9", (0, 0), "course_cnn has no layer 'conv9'; the table lists its layers"),
        ("conv3", (4, 0), "unit (4, 0) is not on the map of conv3, which has 4x4 places"),
        ("conv3", (), "unit () is not on the map of conv3, which has 4x4 places"),
        ("predictions", (1,), "unit (1,) is not on the map of predictions, which has no places"),
    ],
)
def test_box_of_a_unit_that_is_not_there_is_refused(layer, unit, message):
    with pytest.raises(ValueError) as caught:
        receptive_box(build("course_cnn"), layer, unit)
    assert str(caught.value) == message


def test_box_needs_an_image_of_known_size():
    network = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(1, 3, name="first")])
    with pytest.raises(ValueError, match="what first sees depends on the size of the image"):
        receptive_box(network, "first", (0, 0))
