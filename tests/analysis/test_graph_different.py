"""Networks that differ: each hears the first place where it does, in the words of the lectures."""

import json
import re

import keras
import pytest
from keras import layers, ops

from cnn_course.analysis.graph import compare, first_difference
from cnn_course.blocks import plain_block, residual_block
from cnn_course.layers import LocalResponseNormalization, Maxout

IMAGE = (16, 16, 3)


def conv(filters=6, size=3, name=None, padding="same", **options):
    return layers.Conv2D(filters, size, padding=padding, name=name, **options)


def chain(*steps):
    def apply(x):
        for step in steps:
            x = step(x)
        return x

    return apply


def model(build, input_shape=IMAGE):
    image = keras.Input(input_shape)
    return keras.Model(image, build(image))


def norm(**options):
    return layers.BatchNormalization(**options)


def relu():
    return layers.ReLU()


def pool(size=2, **options):
    return layers.MaxPooling2D(size, **options)


def head(units=10, activation="softmax"):
    return chain(layers.GlobalAveragePooling2D(), layers.Dense(units, activation=activation))


def unit(
    filters,
    *,
    strides=(1, 1),
    shortcut="identity",
    last=(),
    after=("relu",),
    before=(),
    merge=layers.Add,
    norms=True,
):
    """A residual unit with every choice that students get wrong; `last` ends the main path."""
    steps = {"relu": relu, "norm": norm}

    def apply(x):
        y = chain(*(steps[s]() for s in before))(x)
        for number, stride in enumerate(strides):
            y = conv(filters, strides=stride, use_bias=False)(y)
            y = norm()(y) if norms and (number == 0 or "norm" in last) else y
            y = relu()(y) if number == 0 else y
        y = relu()(y) if "relu" in last else y
        if shortcut == "none":
            return chain(*(steps[s]() for s in after))(y)
        skip = x
        if shortcut == "projection":
            skip = norm()(conv(filters, 1, strides=max(strides), use_bias=False)(x))
        if shortcut == "pooling":
            skip = layers.AveragePooling2D(max(strides))(x)
        if shortcut == "bare projection":
            skip = conv(filters, 1, strides=max(strides), use_bias=False)(x)
        return chain(*(steps[s]() for s in after))(merge()([y, skip]))

    return apply


OK = {"last": ("norm",)}
DOWN = {"strides": (2, 1), "shortcut": "projection", **OK}


def net(*units):
    """Stem, units, head: the places are the stem, stages and blocks, the classifier."""
    return chain(conv(8, use_bias=False), norm(), relu(), *units, head())


def resnet(second=None, third=None):
    return net(unit(8, **OK), second or unit(8, **OK), third or unit(16, **DOWN), unit(16, **OK))


def vgg(first=2, second=2, third=0):
    def stage(count, filters):
        return [conv(filters, activation="relu") for _ in range(count)] + ([pool()] if count else [])

    return chain(
        *stage(first, 8),
        *stage(second, 16),
        *stage(third, 32),
        layers.Flatten(),
        layers.Dense(20, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


def inception(*, three=8, five=True, pooling=True, reduce=4, join=layers.Concatenate):
    def apply(x):
        ways = [conv(8, 1)(x), conv(three)(conv(reduce, 1)(x))]
        ways += [conv(8, 5)(conv(2, 1)(x))] if five else []
        ways += [conv(8, 1)(layers.MaxPooling2D(3, 1, "same")(x))] if pooling else []
        return join()(ways)

    return chain(conv(8), apply, head())


def twice(shared):
    def apply(x):
        first = layers.Dense(4)
        second = first if shared else layers.Dense(4)
        return layers.Dense(2)(relu()(second(relu()(first(x)))))

    return apply


# name: (input shape, mine, expected, what my network hears)
DIFFERENT = {
    "filters": (
        IMAGE,
        chain(conv(64), relu(), head()),
        chain(conv(32), relu(), head()),
        "the 3x3 convolution has 64 filters; 32 expected",
    ),
    "kernel": (
        IMAGE,
        chain(conv(6, 5), head()),
        chain(conv(6, 3), head()),
        "the 5x5 convolution has size 5x5; 3x3 expected",
    ),
    "stride": (
        IMAGE,
        chain(conv(), head()),
        chain(conv(strides=2), head()),
        "the 3x3 convolution has stride 1; 2 expected",
    ),
    "padding": (
        IMAGE,
        chain(conv(padding="valid"), head()),
        chain(conv(), head()),
        "the 3x3 convolution has padding 'valid'; 'same' expected",
    ),
    "bias": (
        IMAGE,
        chain(conv(), relu(), head()),
        chain(conv(use_bias=False), relu(), head()),
        "the 3x3 convolution has a bias; none is expected",
    ),
    "no bias": (
        IMAGE,
        chain(conv(use_bias=False), relu(), head()),
        chain(conv(), relu(), head()),
        "the 3x3 convolution has no bias; one is expected",
    ),
    "dilation": (
        IMAGE,
        chain(conv(), head()),
        chain(conv(dilation_rate=2), head()),
        "the 3x3 convolution has dilation 1; 2 expected",
    ),
    "groups": (
        IMAGE,
        chain(conv(), conv(), head()),
        chain(conv(), conv(groups=2), head()),
        "the second 3x3 convolution has 1 group; 2 expected",
    ),
    "activation": (
        IMAGE,
        chain(conv(activation="tanh"), head()),
        chain(conv(activation="relu"), head()),
        "tanh after the 3x3 convolution; ReLU expected",
    ),
    "leaky slope": (
        IMAGE,
        chain(conv(), layers.LeakyReLU(0.3), head()),
        chain(conv(), layers.LeakyReLU(0.1), head()),
        "leaky ReLU with slope 0.3 after the 3x3 convolution; leaky ReLU with slope 0.1 expected",
    ),
    "no activation": (
        IMAGE,
        chain(conv(), conv(), head()),
        chain(conv(activation="relu"), conv(), head()),
        "ReLU is missing after the first 3x3 convolution",
    ),
    "one activation too many": (
        IMAGE,
        chain(conv(activation="relu"), head()),
        chain(conv(), head()),
        "ReLU after the 3x3 convolution does not belong there",
    ),
    "units": (
        IMAGE,
        chain(conv(), head(100)),
        chain(conv(), head(10)),
        "the classifier: the last layer has 100 units; 10 expected",
    ),
    "no softmax": (
        IMAGE,
        chain(conv(), head(activation=None)),
        chain(conv(), head()),
        "the classifier: softmax is missing after the last layer",
    ),
    "softmax twice": (
        IMAGE,
        chain(conv(), head(), layers.Softmax()),
        chain(conv(), head()),
        "the classifier: softmax after softmax does not belong there",
    ),
    "sigmoid for softmax": (
        IMAGE,
        chain(conv(), head(activation="sigmoid")),
        chain(conv(), head()),
        "the classifier: sigmoid after the last layer; softmax expected",
    ),
    "units of a hidden layer": (
        (4,),
        chain(layers.Dense(8, "relu"), layers.Dense(9, "relu"), layers.Dense(3)),
        chain(layers.Dense(8, "relu"), layers.Dense(5, "relu"), layers.Dense(3)),
        "the second dense layer has 9 units; 5 expected",
    ),
    "flatten for global pooling": (
        IMAGE,
        chain(conv(), layers.Flatten(), layers.Dense(3)),
        chain(conv(), layers.GlobalAveragePooling2D(), layers.Dense(3)),
        "the classifier: the flattening stands where global average pooling is expected",
    ),
    "global max pooling": (
        IMAGE,
        chain(conv(), layers.GlobalMaxPooling2D(), layers.Dense(3)),
        chain(conv(), layers.GlobalAveragePooling2D(), layers.Dense(3)),
        "the classifier: the global max pooling is max pooling; average pooling expected",
    ),
    "average pooling": (
        IMAGE,
        chain(conv(), layers.AveragePooling2D(2), conv(), head()),
        chain(conv(), pool(), conv(), head()),
        "stage 1: the 2x2 average pooling is average pooling; max pooling expected",
    ),
    "overlapping pooling": (
        IMAGE,
        chain(conv(), pool(3, strides=2, padding="same"), conv(), head()),
        chain(conv(), pool(), conv(), head()),
        "stage 1: the 3x3 max pooling has size 3x3; 2x2 expected",
    ),
    "no pooling": (
        IMAGE,
        chain(conv(), relu(), conv(), pool(), head()),
        chain(conv(), relu(), pool(), conv(), pool(), head()),
        "stage 1: 2x2 max pooling is missing after ReLU",
    ),
    "dropout missing": (
        IMAGE,
        chain(conv(), head()),
        chain(conv(), layers.Dropout(0.5), head()),
        "dropout is missing after the 3x3 convolution",
    ),
    "dropout rate": (
        IMAGE,
        chain(conv(), layers.Dropout(0.25), head()),
        chain(conv(), layers.Dropout(0.5), head()),
        "dropout has rate 0.25; 0.5 expected",
    ),
    "dropout of maps": (
        IMAGE,
        chain(conv(), layers.Dropout(0.5), head()),
        chain(conv(), layers.SpatialDropout2D(0.5), head()),
        "dropout drops single numbers; whole maps expected",
    ),
    "no batch normalisation": (
        IMAGE,
        chain(conv(), relu(), head()),
        chain(conv(use_bias=False), norm(), relu(), head()),
        "batch normalisation is missing after the 3x3 convolution",
    ),
    "no batch normalisation, no bias": (
        IMAGE,
        chain(conv(use_bias=False), relu(), head()),
        chain(conv(use_bias=False), norm(), relu(), head()),
        "batch normalisation is missing after the 3x3 convolution",
    ),
    "batch normalisation too many": (
        IMAGE,
        chain(conv(), norm(), relu(), head()),
        chain(conv(use_bias=False), relu(), head()),
        "batch normalisation after the 3x3 convolution does not belong there",
    ),
    "batch normalisation after relu": (
        IMAGE,
        chain(conv(use_bias=False), relu(), norm(), conv(), head()),
        chain(conv(use_bias=False), norm(), relu(), conv(), head()),
        "batch normalisation stands after ReLU; it belongs before it",
    ),
    "batch normalisation before the convolution": (
        IMAGE,
        chain(conv(), relu(), norm(), conv(7), relu(), head()),
        chain(conv(), relu(), conv(7, use_bias=False), norm(), relu(), head()),
        "batch normalisation stands before the second 3x3 convolution; it belongs after it",
    ),
    "pooling before the convolution": (
        IMAGE,
        chain(pool(), conv(), relu(), head()),
        chain(conv(), relu(), pool(), head()),
        "stage 1: the 2x2 max pooling stands before ReLU; it belongs after it",
    ),
    "depthwise for a convolution": (
        IMAGE,
        chain(layers.DepthwiseConv2D(3, padding="same"), head()),
        chain(conv(), head()),
        "the depthwise 3x3 convolution stands where a 3x3 convolution is expected",
    ),
    "layer normalisation": (
        IMAGE,
        chain(conv(), layers.LayerNormalization(), relu(), head()),
        chain(conv(use_bias=False), norm(), relu(), head()),
        "the LayerNormalization stands where batch normalisation is expected",
    ),
    "three convolutions": (IMAGE, vgg(2, 3), vgg(2, 2), "stage 2: 3 convolutions; 2 expected"),
    "one convolution": (IMAGE, vgg(1, 2), vgg(2, 2), "stage 1: 1 convolution; 2 expected"),
    "a stage less": (IMAGE, vgg(2, 2), vgg(2, 2, 2), "2 stages; 3 expected"),
    "a stage more": (IMAGE, vgg(2, 2, 2), vgg(2, 2), "3 stages; 2 expected"),
    "a dense layer less": (
        (4,),
        chain(layers.Dense(8, "relu"), layers.Dense(3)),
        chain(layers.Dense(8, "relu"), layers.Dense(8, "relu"), layers.Dense(3)),
        "2 dense layers; 3 expected",
    ),
    "no projection": (
        IMAGE,
        resnet(third=unit(16, strides=(2, 1), shortcut="projection", last=())),
        resnet(),
        "stage 2, block 1, main path: batch normalisation is missing after the second 3x3 convolution",
    ),
    "pooling for a projection": (
        IMAGE,
        net(unit(8, strides=(2, 1), shortcut="pooling", **OK)),
        net(unit(8, **DOWN)),
        "stage 1, block 1: the shortcut has no 1x1 projection; it is 2x2 average pooling",
    ),
    "projection for identity": (
        IMAGE,
        resnet(second=unit(8, shortcut="projection", **OK)),
        resnet(),
        "stage 1, block 2: the shortcut has a projection; the input itself is expected",
    ),
    "projection without norm": (
        IMAGE,
        resnet(third=unit(16, strides=(2, 1), shortcut="bare projection", **OK)),
        resnet(),
        "stage 2, block 1, shortcut: batch normalisation is missing after the 1x1 convolution",
    ),
    "no shortcut": (
        IMAGE,
        resnet(second=unit(8, shortcut="none", **OK)),
        resnet(),
        "stage 1, block 2: the shortcut is missing: the input of the block should be added "
        "to what its main path makes of it",
    ),
    "shortcut too many": (
        IMAGE,
        net(unit(8, **OK), unit(8, **OK)),
        net(unit(8, **OK), unit(8, shortcut="none", **OK)),
        "stage 1, block 2: a shortcut is added; none is expected",
    ),
    "stride on the second convolution": (
        IMAGE,
        resnet(third=unit(16, strides=(1, 2), shortcut="projection", **OK)),
        resnet(),
        "stage 2, block 1, main path: the second 3x3 convolution has stride 2; it belongs on the first",
    ),
    "norm after the addition": (
        IMAGE,
        resnet(second=unit(8, after=("norm", "relu"))),
        resnet(),
        "stage 1, block 2: batch normalisation stands after the addition; it belongs before it",
    ),
    "relu before the addition": (
        IMAGE,
        resnet(second=unit(8, last=("norm", "relu"), after=())),
        resnet(),
        "stage 1, block 2: ReLU stands before the addition; it belongs after it",
    ),
    "no relu after the addition": (
        IMAGE,
        resnet(second=unit(8, after=(), **OK)),
        resnet(),
        "stage 1, block 2: ReLU is missing after the addition",
    ),
    "relu at both ends": (
        IMAGE,
        resnet(second=unit(8, last=("norm", "relu"))),
        resnet(),
        "stage 1, block 2: ReLU stands before the addition; it belongs after it",
    ),
    "concatenated instead of added": (
        IMAGE,
        resnet(second=unit(8, merge=layers.Concatenate, **OK)),
        resnet(),
        "stage 1, block 2: the branches are concatenated; they should be added",
    ),
    "multiplied instead of added": (
        IMAGE,
        resnet(second=unit(8, merge=layers.Multiply, **OK)),
        resnet(),
        "stage 1, block 2: the branches are multiplied; they should be added",
    ),
    "a block less": (
        IMAGE,
        net(unit(8, **OK), unit(16, **DOWN)),
        net(unit(8, **OK), unit(8, **OK), unit(16, **DOWN)),
        "stage 1: 1 block; 2 expected",
    ),
    "a block more": (
        IMAGE,
        net(unit(8, **OK), unit(8, **OK)),
        net(unit(8, **OK)),
        "stage 1: 2 blocks; 1 expected",
    ),
    "a unit of the other order": (
        IMAGE,
        resnet(second=unit(8, before=("norm", "relu"), after=())),
        resnet(),
        "stage 1, block 2, main path: batch normalisation stands before the second 3x3 "
        "convolution; it belongs after it",
    ),
    "stem": (
        IMAGE,
        chain(conv(16, use_bias=False), norm(), relu(), unit(16, **OK), head()),
        chain(conv(8, use_bias=False), norm(), relu(), unit(8, **OK), head()),
        "the stem: the 3x3 convolution has 16 filters; 8 expected",
    ),
    "inception, filters of a branch": (
        IMAGE,
        inception(three=9),
        inception(),
        "stage 1, block 1, the 3x3 branch: the 3x3 convolution has 9 filters; 8 expected",
    ),
    "inception, bottleneck": (
        IMAGE,
        inception(reduce=5),
        inception(),
        "stage 1, block 1, the 3x3 branch: the 1x1 convolution has 5 filters; 4 expected",
    ),
    "inception, a branch less": (
        IMAGE,
        inception(pooling=False),
        inception(),
        "stage 1, block 1: 3 branches; 4 expected",
    ),
    "inception, added": (
        IMAGE,
        inception(join=layers.Add),
        inception(),
        "stage 1, block 1: the branches are added; they should be concatenated",
    ),
    "shared weights": (
        (4,),
        twice(True),
        twice(False),
        "one layer is used in several places; layers of their own are expected",
    ),
    "weights of their own": (
        (4,),
        twice(False),
        twice(True),
        "one layer should be used in several places; there are layers with weights of their own",
    ),
    "output not flattened": (
        IMAGE,
        chain(layers.GlobalAveragePooling2D(keepdims=True), layers.Conv2D(10, 1)),
        chain(layers.GlobalAveragePooling2D(), layers.Dense(10)),
        "the output has shape 1x1x10; 10 expected",
    ),
    "two outputs": (IMAGE, lambda x: [head()(x), head()(x)], head(), "2 outputs; 1 expected"),
    "no rescaling": (
        IMAGE,
        chain(conv(), head()),
        chain(layers.Rescaling(1 / 255), conv(), head()),
        "rescaling is missing at the start",
    ),
    "another rescaling": (
        IMAGE,
        chain(layers.Rescaling(1 / 128), conv(), head()),
        chain(layers.Rescaling(1 / 255), conv(), head()),
        "the rescaling has scale 0.0078125; 0.003921569 expected",
    ),
    "local response normalisation": (
        IMAGE,
        chain(conv(), LocalResponseNormalization(depth_radius=3), head()),
        chain(conv(), LocalResponseNormalization(depth_radius=2), head()),
        "the LocalResponseNormalization has depth_radius 3; 2 expected",
    ),
    "maxout": (
        (4,),
        chain(Maxout(3, 2), layers.Dense(2)),
        chain(layers.Dense(3), layers.Dense(2)),
        "the Maxout stands where a dense layer is expected",
    ),
    "approximate gelu": (
        IMAGE,
        chain(conv(), lambda x: ops.gelu(x)),
        conv(activation="gelu"),
        "approximate GELU after the 3x3 convolution; GELU expected",
    ),
    "elu with another slope": (
        IMAGE,
        chain(conv(), layers.ELU(0.5)),
        conv(activation="elu"),
        "ELU with alpha 0.5 after the 3x3 convolution; ELU expected",
    ),
    "leaky relu with a largest value": (
        IMAGE,
        chain(conv(), layers.ReLU(6.0, negative_slope=0.1)),
        chain(conv(), layers.LeakyReLU(0.1)),
        "leaky ReLU with slope 0.1 and largest value 6 after the 3x3 convolution; "
        "leaky ReLU with slope 0.1 expected",
    ),
    "a block where none is expected": (
        IMAGE,
        net(unit(8, **OK)),
        chain(conv(8, use_bias=False), norm(), relu(), head()),
        "stage 1: 1 block; none expected",
    ),
    "average of overlapping averages": (
        IMAGE,
        chain(layers.AveragePooling2D(4, 2), layers.GlobalAveragePooling2D()),
        layers.GlobalAveragePooling2D(),
        "4x4 average pooling at the start does not belong there",
    ),
    "noise": (
        IMAGE,
        chain(layers.GaussianNoise(0.1), conv(), head()),
        chain(conv(), head()),
        "GaussianNoise at the start does not belong there",
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_the_first_difference_is_named_in_the_words_of_the_lecture(name):
    input_shape, one, other, message = DIFFERENT[name]
    comparison = compare(model(one, input_shape), model(other, input_shape))
    assert str(comparison) == message
    assert comparison.outcome == "different"
    assert not comparison.same


NAMES_IN_A_MESSAGE = (
    r"(?:.*: )?(.+?)(?: after .*)?; (.+) expected",
    r"(?:.*: )?(?:the )?(.+) stands where (?:an? )?(.+) is expected",
)


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_is_expected_has_another_name_than_what_is_there(name):
    input_shape, one, other, _ = DIFFERENT[name]
    pair = model(one, input_shape), model(other, input_shape)
    for mine, expected in (pair, pair[::-1]):
        message = str(compare(mine, expected))
        for names in filter(None, (re.fullmatch(form, message) for form in NAMES_IN_A_MESSAGE)):
            assert names[1].casefold() != names[2].casefold()
            assert names[2] != "0"


def test_a_softmax_over_another_axis_is_named_by_it():
    mine, expected = model(chain(conv(), layers.Softmax(axis=1))), model(conv(activation="softmax"))
    assert "Softmax over axis 1" in str(compare(mine, expected))


class Dense(layers.Layer):
    def call(self, x):
        return x


class Conv2D(layers.Conv2D):
    def call(self, x):
        return super().call(x) ** 2 + 7


@pytest.mark.parametrize(
    ("own", "of_keras"),
    [(Dense, lambda: layers.Dense(3)), (lambda: Conv2D(6, 3), lambda: layers.Conv2D(6, 3))],
)
def test_a_class_of_ones_own_with_the_name_of_a_keras_layer_is_not_that_layer(own, of_keras):
    mine, expected = model(own()), model(of_keras())
    for network in (mine, mine.to_json()):
        assert compare(network, expected).outcome == "undecided"


def test_another_input_is_the_first_thing_said():
    mine, expected = model(chain(conv(), head()), (28, 28, 1)), model(chain(conv(5), head()), (32, 32, 3))
    assert str(first_difference(mine, expected)) == "the input is 28x28x1; 32x32x3 expected"


def test_difference_says_place_and_layer():
    mine = model(net(unit(8, **OK), unit(16, **DOWN), unit(16)))
    found = first_difference(mine, model(net(unit(8, **OK), unit(16, **DOWN), unit(16, **OK))))
    assert found is not None
    assert found.place == "stage 2, block 2, main path"
    assert isinstance(mine.get_layer(found.layer), layers.Conv2D)


def mismatched(configuration):
    """Somebody's configuration whose shortcut lost its projection: Keras would not build it."""
    layers_of = {layer["name"]: layer for layer in configuration["config"]["layers"]}
    entry = layers_of["block_add"]["inbound_nodes"][0]["args"][0]
    shortcut = next(t for t in entry if t["config"]["keras_history"][0].startswith("block_shortcut"))
    shortcut["config"]["keras_history"][0] = "image"
    return configuration


def test_shapes_that_cannot_be_added_are_told():
    image = keras.Input((32, 32, 64), name="image")
    network = keras.Model(image, residual_block(image, 128, strides=2, shortcut="B", name="block"))
    configuration = json.loads(network.to_json())
    assert str(first_difference(mismatched(configuration), network)) == (
        "stage 1, block 1: the shortcut has no 1x1 projection; main path 16x16x128, skip 32x32x64"
    )


def test_option_a_where_option_b_is_expected():
    def network(shortcut):
        return model(lambda x: residual_block(x, 8, strides=2, shortcut=shortcut, name="block"))

    assert str(first_difference(network("A"), network("B"))) == (
        "stage 1, block 1: the shortcut has no 1x1 projection; it is subsampling and "
        "padding with channels of zeros"
    )


def test_plain_block_where_a_residual_one_is_expected():
    lost = "stage 1, block 1: the shortcut is missing: "
    lost += "the input of the block should be added to what its main path makes of it"
    mine = model(chain(conv(8), lambda x: plain_block(x, 8, name="one"), head()))
    expected = model(chain(conv(8), lambda x: residual_block(x, 8, name="one"), head()))
    assert str(first_difference(mine, expected)) == lost


# Layers that nobody can read


def double(x):
    return x + x


@keras.saving.register_keras_serializable("students")
class Own(layers.Layer):
    def call(self, x):
        return x


@pytest.mark.parametrize(
    ("step", "what"),
    [
        (lambda: layers.Lambda(double, name="mine"), "nobody can see from outside what Lambda (mine) does"),
        (lambda: Own(name="mine"), "nobody can see from outside what students>Own (mine) does"),
        (lambda: lambda x: ops.exp(x) / ops.sum(ops.exp(x), axis=-1, keepdims=True), "what Sum (sum"),
        (lambda: layers.Activation(double), "an activation function of its own"),
    ],
)
def test_what_nobody_can_read_is_never_called_wrong(step, what):
    comparison = compare(model(chain(conv(), step())), model(chain(conv(), relu())))
    assert comparison.outcome == "undecided"
    assert not comparison.same
    assert not comparison.difference.certain
    assert str(comparison).startswith("cannot tell: ")
    assert what in str(comparison)


def test_somebodys_own_layer_in_both_is_taken_to_be_the_same():
    comparison = compare(model(chain(conv(), Own())), model(chain(conv(), Own())))
    assert comparison.outcome == "equal with notes"
    assert comparison.notes == ("both use students>Own, which is taken to be the same",)


def test_a_lambda_does_not_equal_another():
    one, other = layers.Lambda(lambda x: 2 * x), layers.Lambda(lambda x: 3 * x)
    assert compare(model(one), model(other)).outcome == "undecided"


# What counts only when asked for


@pytest.mark.parametrize(
    ("topic", "one", "other", "message"),
    [
        (
            "initializers",
            conv(),
            conv(kernel_initializer="he_normal"),
            "the 3x3 convolution starts its kernel with Glorot uniform; He normal expected",
        ),
        (
            "regularizers",
            conv(),
            conv(kernel_regularizer=keras.regularizers.L2(1e-4)),
            "the 3x3 convolution has no kernel regularizer; L2(l2=0.0001) expected",
        ),
        (
            "regularizers",
            conv(kernel_regularizer="l1"),
            conv(),
            "the 3x3 convolution has kernel regularizer L1(l1=0.01); none expected",
        ),
        (
            "constants",
            norm(),
            norm(momentum=0.9),
            "batch normalisation has momentum 0.99 and epsilon 0.001; momentum 0.9 and "
            "epsilon 0.001 expected",
        ),
        (
            "alignment",
            chain(layers.ZeroPadding2D(1), conv(strides=2, padding="valid")),
            conv(strides=2),
            "the 3x3 convolution pads all sides; the expected one pads bottom and right only",
        ),
        (
            "bias",
            chain(conv(), norm()),
            chain(conv(use_bias=False), norm()),
            "the 3x3 convolution has a bias; none is expected, since the next layers make it useless",
        ),
    ],
)
def test_strict_topics_count_when_asked_for(topic, one, other, message):
    mine, expected = model(chain(one, relu())), model(chain(other, relu()))
    assert compare(mine, expected).same
    assert str(first_difference(mine, expected, strict=[topic])) == message
    assert compare(expected, expected, strict=[topic]).outcome == "equal"


def test_he_normal_is_variance_scaling():
    scaling = keras.initializers.VarianceScaling(2.0, "fan_in", "truncated_normal")
    mine, expected = model(conv(kernel_initializer=scaling)), model(conv(kernel_initializer="he_normal"))
    assert compare(mine, expected, strict="initializers").outcome == "equal"
