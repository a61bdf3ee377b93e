"""Every layer and operation that a claimed network may have: measured, claimed and built again."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from cnn_course import layers as own
from cnn_course.analysis.graph import layer_shapes, operation_shapes
from cnn_course.grading.claimed import allowed

LINE, MAP, CUBE, VECTOR = (12, 4), (8, 9, 4), (6, 7, 6, 4), (6,)
CONV = [
    {"filters": 6, "kernel_size": 3},
    {
        "filters": 6,
        "kernel_size": 2,
        "strides": 3,
        "padding": "same",
        "use_bias": False,
        "activation": "relu",
    },
    {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "activation": "silu"},
]
POOL = [{}, {"pool_size": 3, "strides": 2, "padding": "same"}]
SPACES = {1: LINE, 2: MAP, 3: CUBE}
NOTHING = [{}]
IN_SPACE = {
    "Conv{}D": CONV,
    "Conv{}DTranspose": [
        *CONV[:2],
        {"filters": 3, "kernel_size": 4, "strides": 3, "output_padding": 1},
        {"filters": 3, "kernel_size": 3, "strides": 2, "output_padding": 1, "padding": "same"},
    ],
    "MaxPooling{}D": POOL,
    "AveragePooling{}D": [{"pool_size": 2}, POOL[1]],
    "GlobalMaxPooling{}D": [{}, {"keepdims": True}],
    "GlobalAveragePooling{}D": [{}, {"keepdims": True}],
    "AdaptiveMaxPooling{}D": [{"output_size": 2}],
    "AdaptiveAveragePooling{}D": [{"output_size": 3}],
    "UpSampling{}D": [{"size": 3}],
    "ZeroPadding{}D": [{}, {"padding": 2}],
    "Cropping{}D": [{"cropping": 2}],
    "SpatialDropout{}D": [{"rate": 0.5}],
}  # fmt: skip
IN_A_MAP = {
    "Conv2D": [
        {"filters": 6, "kernel_size": (3, 1), "groups": 2},
        {"filters": 8, "kernel_size": 1, "strides": 2},
    ],
    "SeparableConv2D": [
        CONV[0],
        {"filters": 5, "kernel_size": 3, "depth_multiplier": 2, "padding": "same"},
    ],
    "DepthwiseConv2D": [{"kernel_size": 3}, {"kernel_size": 3, "depth_multiplier": 3, "use_bias": False}],
    "UpSampling2D": [{"size": (2, 3), "interpolation": "bilinear"}],
    "ZeroPadding2D": [{"padding": (1, 2)}, {"padding": ((0, 1), (2, 3))}],
    "Cropping2D": [{"cropping": ((0, 1), (2, 3))}],
    "Dense": [{"units": 5, "activation": "softmax"}, {"units": 3, "use_bias": False}],
    "Activation": [
        {"activation": "gelu"},
        {"activation": layers.LeakyReLU(0.3)},
        {"activation": layers.Activation(layers.ELU(0.3))},
        {"activation": tf.nn.softmax},
    ],
    "ReLU": [{"max_value": 0.5}, {"negative_slope": 0.2, "threshold": 0.1}],
    "LeakyReLU": [{"negative_slope": 0.4}],
    "PReLU": [{}, {"shared_axes": (1, 2)}],
    "ELU": [{"alpha": 0.5}],
    "Softmax": [{}, {"axis": 1}],
    "BatchNormalization": [{}, {"scale": False, "axis": 1}, {"center": False, "epsilon": 0.1}],
    "LayerNormalization": [{}, {"axis": (1, -1), "scale": False}, {"axis": (1, 2, 3)}],
    "GroupNormalization": [{"groups": 2}, {"groups": -1, "center": False}],
    "UnitNormalization": [{}, {"axis": (1, 2)}],
    "RMSNormalization": [{}, {"axis": (2, 3)}],
    "Normalization": [{}, {"axis": (1, 3)}, {"axis": None}, {"mean": [0.1] * 4, "variance": [0.2] * 4},
                      {"mean": 0.5, "variance": 4.0, "invert": True}],
    "Dropout": [{"rate": 0.5}, {"rate": 0.5, "noise_shape": (None, 1, 1, 4)}],
    "AlphaDropout": [{"rate": 0.5}],
    "GaussianDropout": [{"rate": 0.5}],
    "GaussianNoise": [{"stddev": 0.5}],
    "ActivityRegularization": [{"l2": 0.1}],
    "Masking": [{"mask_value": 0.5}],
    "Identity": NOTHING,
    "Flatten": NOTHING,
    "Reshape": [{"target_shape": (9, -1)}, {"target_shape": (9, 8, 4)}],
    "Permute": [{"dims": (3, 1, 2)}],
    "Rescaling": [{"scale": 0.5, "offset": -1}, {"scale": [1.0, 2.0, 3.0, 4.0]}],
    "Resizing": [{"height": 5, "width": 6}, {"height": 5, "width": 6, "interpolation": "nearest"}],
    "CenterCrop": [{"height": 5, "width": 6}],
    "RandomCrop": [{"height": 5, "width": 6}],
    "RandomFlip": NOTHING,
    "RandomRotation": [{"factor": 0.1}],
    "RandomTranslation": [{"height_factor": 0.1, "width_factor": 0.1}],
    "RandomZoom": [{"height_factor": 0.1}],
    "RandomContrast": [{"factor": 0.1}],
    "RandomBrightness": [{"factor": 0.1}],
    "cnn_course>ZeroPadShortcut": [{"filters": 9, "strides": 2}],
    "cnn_course>LocalResponseNormalization": NOTHING,
    "cnn_course>LocalContrastNormalization": [{"size": 3, "across_features": True}],
    "cnn_course>L2Pooling2D": [{}, {"pool_size": 3, "strides": 2, "padding": "same"}],
    "cnn_course>L2FeaturePooling": [{}, {"pool_size": 3, "strides": 1}],
    "cnn_course>ChannelMaxout": [{}, {"pieces": 4}],
    "cnn_course>Maxout": [{"units": 3}, {"units": 2, "pieces": 5, "use_bias": False}],
    "cnn_course>LocallyConnected2D": [
        {"filters": 3, "kernel_size": 3},
        {"filters": 2, "kernel_size": (2, 3), "strides": 2, "padding": "same", "use_bias": False},
        {"filters": 2, "kernel_size": 8, "activation": "tanh"},
    ],
}  # fmt: skip
ELSEWHERE = [
    ("Conv1D", {"filters": 3, "kernel_size": 3, "padding": "causal", "dilation_rate": 2}, LINE),
    ("SeparableConv1D", {"filters": 3, "kernel_size": 3, "depth_multiplier": 2}, LINE),
    ("DepthwiseConv1D", {"kernel_size": 3, "strides": 2}, LINE),
    ("ZeroPadding1D", {"padding": (0, 3)}, LINE),
    ("RepeatVector", {"n": 3}, VECTOR),
    ("Dense", {"units": 4}, VECTOR),
    ("PReLU", {}, VECTOR),
    ("BatchNormalization", {}, VECTOR),
    ("cnn_course>Maxout", {"units": 4}, VECTOR),
]
CASES = [
    *(
        (name.format(n), options, SPACES[n])
        for name, some in IN_SPACE.items()
        for options in some
        for n in SPACES
    ),
    *((name, options, MAP) for name, some in IN_A_MAP.items() for options in some),
    *ELSEWHERE,
]
MERGES = {
    "Add": {}, "Subtract": {}, "Multiply": {}, "Average": {}, "Maximum": {}, "Minimum": {},
    "Concatenate": {"axis": 1},
}  # fmt: skip


def constructed(kind, options):
    package, _, name = kind.rpartition(">")
    return getattr(own if package else layers, name)(**options)


@pytest.mark.parametrize(("kind", "options", "shape"), CASES)
def test_a_layer_is_built_again(kind, options, shape, check_is_built_again):
    check_is_built_again(keras.Sequential([keras.Input(shape), constructed(kind, options)]))


@pytest.mark.parametrize("kind", MERGES)
def test_a_layer_of_several_tensors_is_built_again(kind, check_is_built_again):
    image = keras.Input(MAP)
    other = layers.Conv2D(4, 1)(image)
    model = keras.Model(
        image, constructed(kind, MERGES[kind])([image, other, other][: 2 if kind == "Subtract" else 3])
    )
    check_is_built_again(model)


OPERATIONS = {
    **{name: getattr(ops, name) for name in (
        "relu", "relu6", "sigmoid", "tanh", "softplus", "softsign", "silu", "selu", "hard_sigmoid",
        "hard_silu", "hard_tanh", "log_sigmoid", "exp", "leaky_relu", "elu", "gelu", "celu", "softmax",
        "log_softmax", "abs", "square", "zeros_like", "ones_like", "stop_gradient",
    )},
    "absolute": ops.absolute,
    "negative": lambda x: -x,
    "sqrt": lambda x: ops.sqrt(ops.abs(x)),
    "rsqrt": lambda x: ops.rsqrt(1 + ops.square(x)),
    "log": lambda x: ops.log(2 + x),
    "cast": lambda x: ops.cast(x, "float16"),
    "clip": lambda x: ops.clip(x, -0.2, 0.3),
    "pairs": lambda x: 2 - (x * 3 + 1) / (4 - x),
    "of tensors": lambda x: ops.maximum(x, ops.minimum(x[:, :1], x * x - x)) / ops.power(3.0, x),
    "divide": lambda x: ops.divide(x, 4),
    "arrays": lambda x: (x - np.array([[0.1]] * 9, "f4")) * ops.convert_to_tensor([1.0, 2.0, 3.0, 4.0]),
    "mean": lambda x: ops.mean(x, axis=(1, 2)),
    "mean of all": lambda x: ops.mean(x, axis=-1, keepdims=True),
    "max": lambda x: ops.max(x, axis=1),
    "min": lambda x: ops.min(x, axis=[1, -1], keepdims=True),
    "sum": lambda x: ops.sum(x, axis=(2, 3)),
    "max_pool": lambda x: ops.max_pool(x, 3, 2, "same"),
    "average_pool": lambda x: ops.average_pool(x, (2, 3)),
    "concatenate": lambda x: ops.concatenate([x, x[..., :2]], axis=-1),
    "stack": lambda x: ops.stack([x, -x], axis=2),
    "expand_dims": lambda x: ops.expand_dims(x, -2),
    "squeeze": lambda x: ops.squeeze(x[:, :1, :1], axis=(1, 2)),
    "squeeze all": lambda x: ops.squeeze(x[:, 3:4]),
    "transpose": lambda x: ops.transpose(x, (0, 3, 1, 2)),
    "reshape": lambda x: ops.reshape(x, (-1, 72, 4)),
    "pad": lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 1), (0, 0)), constant_values=0.5),
    "pad alike": lambda x: ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="reflect"),
    "slices": lambda x: x[:, 1:-1, ::-2, None, 2],
    "dots": lambda x: x[..., 1:],
    "split": lambda x: ops.split(x, 2, axis=-1)[1],
    "split at": lambda x: ops.split(x, [2, 5], axis=1),
    "unstack": lambda x: ops.unstack(x, axis=1)[3],
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_built_again(name, check_is_built_again):
    image = keras.Input(MAP)
    check_is_built_again(keras.Model(image, OPERATIONS[name](image)))


def test_every_layer_that_is_allowed_is_tried():
    assert {kind for kind, _, _ in CASES} | set(MERGES) == set(allowed.LAYERS)


def test_every_layer_that_is_allowed_can_be_measured():
    assert set(allowed.LAYERS) == {*layer_shapes.LAYERS, *layer_shapes.MERGES}
    assert set(allowed.OPERATIONS) == {*operation_shapes.OPERATIONS, *operation_shapes.PARTS}
