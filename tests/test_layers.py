"""Our own layers compute their formulas, have finite gradients, and are good Keras layers on each backend."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.analysis.cost import macs
from cnn_course.layers import (
    ChannelMaxout,
    L2FeaturePooling,
    L2Pooling2D,
    LocalContrastNormalization,
    LocallyConnected2D,
    Maxout,
)

FACTS = json.loads((Path(__file__).parent / "facts" / "layers.json").read_text())

LAYERS = {  # each with arguments that are not its defaults
    "contrast": lambda **named: LocalContrastNormalization(3, epsilon=1e-2, **named),
    "contrast across features": lambda **named: LocalContrastNormalization(5, across_features=True, **named),
    "l2": lambda **named: L2Pooling2D((3, 2), strides=(2, 1), padding="same", **named),
    "l2 of features": lambda **named: L2FeaturePooling(3, strides=1, **named),
    "channel maxout": lambda **named: ChannelMaxout(4, **named),
    "maxout": lambda **named: Maxout(5, pieces=3, kernel_initializer="he_normal", **named),
    "locally connected": lambda **named: LocallyConnected2D(
        3, (3, 2), strides=(2, 1), padding="same", activation="relu", use_bias=False, **named
    ),
}


def maps(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def computed(layer, x):
    return keras.ops.convert_to_numpy(layer(x))


def neighbourhoods(x, size):
    """For each pixel its place and the pixels around it, as far as they exist."""
    reach = size // 2
    for row in range(x.shape[0]):
        for column in range(x.shape[1]):
            rows = slice(max(row - reach, 0), row + reach + 1)
            columns = slice(max(column - reach, 0), column + reach + 1)
            yield (row, column), x[rows, columns]


def contrast_by_loops(image, size, across_features, epsilon):
    image = image.astype("float64")
    y = np.zeros_like(image)
    for place, around in neighbourhoods(image, size):
        axis = None if across_features else (0, 1)
        y[place] = (image[place] - around.mean(axis)) / np.maximum(around.std(axis), epsilon)
    return y


def windows(x, size, strides):
    """The windows of `size` that fit into the padded map x: (rows, columns, kh, kw, C)."""
    view = np.lib.stride_tricks.sliding_window_view(x, size, axis=(0, 1))
    return view[:: strides[0], :: strides[1]].transpose(0, 1, 3, 4, 2)


# Local contrast normalisation


@pytest.mark.parametrize("size", [1, 3, 5, 9])
@pytest.mark.parametrize("across_features", [False, True])
def test_contrast_is_the_distance_to_the_local_mean_in_local_standard_deviations(size, across_features):
    x = maps(2, 6, 5, 3)
    y = computed(LocalContrastNormalization(size, across_features), x)
    expected = [contrast_by_loops(image, size, across_features, 1e-3) for image in x]
    np.testing.assert_allclose(y, expected, atol=1e-4)


@pytest.mark.parametrize("across_features", [False, True])
def test_constant_image_has_no_contrast(across_features):
    x = np.full((1, 6, 6, 3), 137.3, "float32")
    np.testing.assert_allclose(computed(LocalContrastNormalization(3, across_features), x), 0, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(gain=st.floats(0.1, 100), offset=st.floats(-100, 100), across_features=st.booleans())
def test_brightness_and_gain_change_no_contrast(gain, offset, across_features):
    x = maps(1, 6, 6, 2)
    layer = LocalContrastNormalization(3, across_features)
    np.testing.assert_allclose(computed(layer, gain * x + offset), computed(layer, x), atol=5e-3)


def test_weak_contrast_on_a_bright_image_survives_rounding():
    x = 1000 + maps(1, 8, 8, 1)
    expected = contrast_by_loops(x[0], 5, False, 1e-3)
    np.testing.assert_allclose(computed(LocalContrastNormalization(), x)[0], expected, atol=1e-3)


def test_contrast_below_the_floor_is_not_amplified_further():
    faint = 1e-4 * maps(1, 6, 6, 1)
    y = computed(LocalContrastNormalization(3, epsilon=1e-2), faint)
    expected = np.zeros((6, 6, 1))
    for place, around in neighbourhoods(faint[0], 3):
        expected[place] = (faint[0][place] - around.mean()) / 1e-2
    np.testing.assert_allclose(y[0], expected, atol=1e-6)


def test_no_gradient_comes_from_outside_of_the_neighbourhood():
    x = tf.constant(maps(1, 9, 9, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        unit = LocalContrastNormalization(3)(x)[0, 4, 4, 0]
    seen = np.abs(tape.gradient(unit, x))[0, :, :, 0] > 0
    assert seen[3:6, 3:6].all()
    assert seen.sum() == 9


# L2 pooling


def test_l2_pooling_of_the_map_of_deck_001():
    facts = FACTS["l2_pooling"]
    image = np.array(facts["image"], "float32")[None, :, :, None]
    np.testing.assert_allclose(computed(L2Pooling2D(), image)[0, :, :, 0], facts["pooled"], atol=5e-5)


@pytest.mark.parametrize(
    ("pool_size", "strides"), [((2, 2), (2, 2)), ((3, 3), (2, 2)), ((3, 2), (1, 3)), ((1, 1), (1, 1))]
)
def test_l2_pooling_is_the_root_of_the_sum_of_squares(pool_size, strides):
    x = maps(2, 7, 6, 3)
    expected = [np.sqrt((windows(image, pool_size, strides) ** 2).sum((2, 3))) for image in x]
    np.testing.assert_allclose(computed(L2Pooling2D(pool_size, strides), x), expected, rtol=1e-5)


def test_l2_pooling_takes_padded_pixels_for_zeros():
    x = np.ones((1, 3, 3, 1), "float32")
    y = computed(L2Pooling2D(2, padding="same"), x)[0, :, :, 0]
    np.testing.assert_allclose(y, np.sqrt([[4, 2], [2, 1]]), rtol=1e-6)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("pool_size", "strides"), [(2, None), (3, 2), ((3, 2), (1, 2))])
@pytest.mark.parametrize("shape", [(None, 7, 6, 3), (None, None, 8, 3), (2, 5, None, 1)])
def test_l2_pooling_has_the_shape_of_max_pooling(padding, pool_size, strides, shape):
    theirs = keras.layers.MaxPooling2D(pool_size, strides, padding)
    ours = L2Pooling2D(pool_size, strides, padding)
    assert ours.compute_output_shape(shape) == theirs.compute_output_shape(shape)
    assert (ours.pool_size, ours.strides, ours.padding) == (theirs.pool_size, theirs.strides, theirs.padding)


@pytest.mark.parametrize(("pool_size", "strides"), [(2, None), (3, 1), (3, 2), (8, 1)])
def test_l2_feature_pooling_takes_neighbouring_maps(pool_size, strides):
    x = maps(2, 3, 3, 8)
    starts = range(0, 8 - pool_size + 1, strides or pool_size)
    expected = [np.sqrt((x[..., start : start + pool_size] ** 2).sum(-1)) for start in starts]
    y = computed(L2FeaturePooling(pool_size, strides), x)
    np.testing.assert_allclose(y, np.stack(expected, axis=-1), rtol=1e-5)


@pytest.mark.parametrize("layer", [L2Pooling2D(), L2FeaturePooling()], ids=lambda layer: type(layer).__name__)
def test_windows_of_zeros_get_no_gradient_and_others_the_share_of_each_number(layer):
    x = np.zeros((1, 4, 4, 2), "float32")
    x[0, :2, :2] = [3, 4]
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        total = tf.reduce_sum(y)
    expected = np.zeros(x.shape)
    norm = {"L2Pooling2D": [6, 8], "L2FeaturePooling": 5}[type(layer).__name__]
    expected[0, :2, :2] = np.array([3, 4]) / norm
    np.testing.assert_allclose(tape.gradient(total, x), expected, rtol=1e-6)


# Maxout


def test_maxout_is_the_largest_of_its_affine_maps():
    x = maps(4, 6)
    layer = Maxout(3, pieces=2)
    layer.build(x.shape)
    layer.bias.assign(maps(6, seed=1))
    pieces = x @ np.asarray(layer.kernel) + np.asarray(layer.bias)
    expected = [[max(row[0], row[1]), max(row[2], row[3]), max(row[4], row[5])] for row in pieces]
    np.testing.assert_allclose(computed(layer, x), expected, rtol=1e-5)


def test_one_maxout_unit_can_be_the_absolute_value():
    layer = Maxout(1, use_bias=False)
    layer.build((None, 1))
    layer.kernel.assign([[1.0, -1.0]])
    np.testing.assert_array_equal(computed(layer, np.array([[-3.0], [0.0], [2.0]])), [[3], [0], [2]])


def test_maxout_of_two_pieces_has_twice_the_parameters_of_a_dense_layer():
    facts = FACTS["maxout"]
    image = keras.Input((facts["input_units"],))
    network = keras.Model(image, Maxout(facts["units"])(image))
    assert keras.Sequential([image, keras.layers.Dense(10)]).count_params() == facts["dense_parameters"]
    assert network.count_params() == facts["parameters"]
    assert macs(network, bias=True) == facts["parameters"]
    assert macs(network) == facts["parameters"] - 2 * facts["units"]


def test_start_weights_of_two_pieces_keep_the_mean_square():
    x = maps(400, 300)
    for _ in range(3):
        x = computed(Maxout(300), x)
    assert 0.8 < np.square(x).mean() < 1.25


def test_channel_maxout_behind_a_convolution_is_the_larger_of_two_convolutions():
    image = keras.Input((6, 6, 3))
    both = keras.layers.Conv2D(8, 3)
    network = keras.Model(image, ChannelMaxout()(both(image)))
    x = maps(2, 6, 6, 3)
    kernel = np.asarray(both.kernel)
    one, other = (keras.ops.conv(x, kernel[..., piece::2]) for piece in (0, 1))
    np.testing.assert_allclose(network(x), np.maximum(one, other), atol=1e-5)
    assert network.output_shape == (None, 4, 4, 4)


# Locally connected


def locally_connected_by_loops(x, kernel, bias, strides):
    rows, columns, kh, kw, _, filters = kernel.shape
    y = np.zeros((len(x), rows, columns, filters))
    for n, i, j, f in np.ndindex(y.shape):
        patch = x[n, i * strides[0] : i * strides[0] + kh, j * strides[1] : j * strides[1] + kw]
        y[n, i, j, f] = (patch * kernel[i, j, :, :, :, f]).sum() + bias[i, j, f]
    return y


@pytest.mark.parametrize(("kernel_size", "strides"), [((3, 3), (1, 1)), ((2, 3), (2, 1)), ((5, 6), (1, 1))])
def test_each_place_has_its_own_kernel_and_bias(kernel_size, strides):
    x = maps(2, 5, 6, 2)
    layer = LocallyConnected2D(3, kernel_size, strides)
    layer.build(x.shape)
    layer.bias.assign(maps(*layer.bias.shape, seed=1))
    expected = locally_connected_by_loops(x, np.asarray(layer.kernel), np.asarray(layer.bias), strides)
    np.testing.assert_allclose(computed(layer, x), expected, atol=1e-5)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("kernel_size", "strides"), [(3, 1), (3, 2), (4, 3), ((2, 3), 2), (1, 2)])
def test_with_the_same_kernel_everywhere_it_is_the_convolution(padding, kernel_size, strides):
    x = maps(2, 7, 6, 2)
    shared = keras.layers.Conv2D(3, kernel_size, strides, padding, activation="relu")
    expected = computed(shared, x)
    layer = LocallyConnected2D(3, kernel_size, strides, padding, activation="relu")
    layer.build(x.shape)
    layer.kernel.assign(np.broadcast_to(shared.kernel, layer.kernel.shape))
    assert layer.compute_output_shape((None, 7, 6, 2)) == (None, *expected.shape[1:])
    np.testing.assert_allclose(computed(layer, x), expected, atol=1e-5)


def test_without_sharing_the_layer_of_deck_002_has_784_times_the_parameters_at_the_same_cost():
    facts = FACTS["locally_connected"]
    arguments = (facts["filters"], facts["kernel_size"])
    counts = {}
    for kind in (LocallyConnected2D, keras.layers.Conv2D):
        network = keras.Sequential([keras.Input(facts["input_shape"]), kind(*arguments)])
        assert list(network.output_shape[1:]) == facts["output_shape"]
        assert macs(network) == facts["macs"]
        assert macs(network, bias=True) == facts["macs"] + 28 * 28 * 5
        counts[kind.__name__] = network.count_params()
    assert counts == {"LocallyConnected2D": facts["parameters"], "Conv2D": facts["shared"]}


def test_every_kernel_starts_as_that_of_a_convolution_and_no_two_alike():
    layer = LocallyConnected2D(4, 5)
    layer.build((None, 16, 16, 3))
    kernel = np.asarray(layer.kernel)
    assert kernel.std() == pytest.approx(np.sqrt(2 / 75), rel=0.02)  # He: the fan-in is 5 * 5 * 3
    flat = kernel.reshape(144, -1)
    assert len(np.unique(flat[:, 0])) == 144
    assert flat.std(axis=1).min() > 0.7 * np.sqrt(2 / 75)
    assert not np.asarray(layer.bias).any()


# All of them


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_shape_is_known_before_the_layer_runs(make):
    layer = make()
    known = layer.compute_output_shape((None, 6, 8, 4))
    assert known == (None, *make()(np.zeros((2, 6, 8, 4), "float32")).shape[1:])
    assert layer(keras.Input((6, 8, 4))).shape == known


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_saved_layer_gives_the_same_output_when_loaded(make, tmp_path):
    image = keras.Input((6, 8, 4))
    network = keras.Model(image, make(name="mine")(image))
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    assert again.get_layer("mine").get_config() == network.get_layer("mine").get_config()
    x = maps(2, 6, 8, 4)
    np.testing.assert_array_equal(again(x), network(x))


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("value", [0.0, 0.5], ids=["zeros", "a flat image"])
@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_gradients_are_finite_where_nothing_varies(make, value, policy):
    layer = make(dtype=policy)
    x = tf.constant(np.full((2, 6, 8, 4), value, "float32"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(layer(x))
    weights = [weight.value for weight in layer.trainable_weights]
    for gradient in tape.gradient(total, [x, *weights]):
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_gradient_is_the_slope_of_finite_differences(make):
    layer = make(dtype="float64")
    x, direction = (maps(1, 6, 8, 4, seed=seed).astype("float64") for seed in (1, 2))
    weighting = maps(*layer(x).shape, seed=3)

    def total(values):
        return tf.reduce_sum(layer(values) * weighting)

    with tf.GradientTape() as tape:
        tape.watch(values := tf.constant(x))
        loss = total(values)
    slope = (tape.gradient(loss, values) * direction).numpy().sum()
    step = 1e-6
    assert slope == pytest.approx(
        float(total(x + step * direction) - total(x - step * direction)) / (2 * step), rel=1e-5
    )


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_half_precision_keeps_weights_and_squares_in_float32(make):
    x = 300 * maps(2, 6, 8, 4)  # squares beyond 65504, where float16 ends
    exact, half = make(), make(dtype="mixed_float16")
    expected = computed(exact, x)
    half(x)
    half.set_weights(exact.get_weights())
    y = half(x)
    assert y.dtype == "float16"
    assert all(weight.dtype == "float32" for weight in half.weights)
    np.testing.assert_allclose(
        np.asarray(y, "float32"), expected, rtol=0.05, atol=0.01 * np.abs(expected).max()
    )


ON_JAX = """
import json, sys, jax, keras, numpy, cnn_course.layers
assert keras.backend.backend() == "jax"
folder = sys.argv[1]
x = numpy.load(f"{folder}/x.npy")
for number, config in enumerate(json.load(open(f"{folder}/layers.json"))):
    layer = keras.saving.deserialize_keras_object(config)  # built, as it was
    weights = numpy.load(f"{folder}/weights{number}.npz")
    layer.set_weights([weights[key] for key in weights.files])
    numpy.save(f"{folder}/y{number}.npy", keras.ops.convert_to_numpy(layer(x)))
    slope = jax.jit(jax.grad(lambda image: layer(image).sum()))(numpy.zeros_like(x))
    assert numpy.isfinite(slope).all(), config  # where TensorFlow makes 0 of 0 times infinity, JAX makes NaN
"""


def test_layers_compute_the_same_on_jax_with_finite_gradients(tmp_path):
    x = maps(2, 6, 8, 4)
    made = [make() for make in LAYERS.values()]
    expected = [computed(layer, x) for layer in made]
    np.save(tmp_path / "x.npy", x)
    for number, layer in enumerate(made):
        np.savez(tmp_path / f"weights{number}.npz", *layer.get_weights())
    configurations = [keras.saving.serialize_keras_object(layer) for layer in made]
    (tmp_path / "layers.json").write_text(json.dumps(configurations))
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", ON_JAX, str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for number, (name, y) in enumerate(zip(LAYERS, expected, strict=True)):
        np.testing.assert_allclose(np.load(tmp_path / f"y{number}.npy"), y, atol=1e-4, err_msg=name)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (
            lambda: LocalContrastNormalization(4),
            "size is 4; a neighbourhood has its pixel in the middle: choose 3, 5, 7, ...",
        ),
        (lambda: LocalContrastNormalization(epsilon=0), "epsilon is 0; it must be above 0"),
        (lambda: L2Pooling2D(0), "pool_size is 0; it must be one or two whole numbers, at least 1"),
        (
            lambda: L2Pooling2D((2, 2, 2)),
            "pool_size is (2, 2, 2); it must be one or two whole numbers, at least 1",
        ),
        (lambda: L2Pooling2D(padding="full"), "padding is 'full'; choose 'valid' or 'same'"),
        (
            lambda: L2Pooling2D(padding="same")(keras.Input((None, 5, 1))),
            "padding 'same' needs a fixed height and width in input_shape; 'valid' does not",
        ),
        (
            lambda: L2FeaturePooling(3)(maps(1, 2, 2, 2)),
            "pool_size is 3 but there are 2 feature maps to pool over",
        ),
        (lambda: ChannelMaxout(2)(maps(1, 2, 2, 3)), "pieces is 2, which does not divide the 3 channels"),
        (lambda: Maxout(0), "units is 0; it must be at least 1"),
        (
            lambda: LocallyConnected2D(1, 3)(keras.Input((None, 5, 1))),
            "a kernel per position needs a fixed height and width in input_shape",
        ),
        (lambda: LocallyConnected2D(1, 3)(maps(1, 2, 5, 1)), "a 3x3 kernel does not fit into a 2x5 image"),
    ],
)
def test_impossible_arguments_are_answered_in_one_line(attempt, message):
    with pytest.raises(ValueError) as caught:
        attempt()
    assert str(caught.value) == message
