"""The layers that a claimed network may have, and what of a layer's configuration is read. Plain data.

A layer of Keras's or of this course's is named with the arguments that say what it computes. How its weights
start and what is added to a loss does not count; any other argument must be unset. A new layer is a line here
and a rule in `analysis/graph/layer_shapes.py`.
"""

from cnn_course.analysis.graph.operation_shapes import CONSTANTS, ELEMENTWISE, PAIRS

NETWORKS = ("Sequential", "Functional", "Model")

WINDOW = ("strides", "padding", "data_format")
CONV = ("kernel_size", *WINDOW, "dilation_rate", "activation", "use_bias")
NOISE = ("factor", "fill_mode", "fill_value", "interpolation", "data_format")
SCALED = ("axis", "epsilon", "center", "scale")
IN_SPACE: dict[str, tuple[str, ...]] = {
    "Conv{}D": ("filters", "groups", *CONV),
    "Conv{}DTranspose": ("filters", "output_padding", *CONV),
    "MaxPooling{}D": ("pool_size", *WINDOW),
    "AveragePooling{}D": ("pool_size", *WINDOW),
    "GlobalMaxPooling{}D": ("data_format", "keepdims"),
    "GlobalAveragePooling{}D": ("data_format", "keepdims"),
    "AdaptiveMaxPooling{}D": ("output_size", "data_format"),
    "AdaptiveAveragePooling{}D": ("output_size", "data_format"),
    "UpSampling{}D": ("size", "data_format", "interpolation"),
    "ZeroPadding{}D": ("padding", "data_format"),
    "Cropping{}D": ("cropping", "data_format"),
    "SpatialDropout{}D": ("rate", "data_format"),
}
LAYERS: dict[str, tuple[str, ...]] = {
    **{name.format(rank): arguments for name, arguments in IN_SPACE.items() for rank in (1, 2, 3)},
    **{f"SeparableConv{rank}D": ("filters", "depth_multiplier", *CONV) for rank in (1, 2)},
    **{f"DepthwiseConv{rank}D": ("depth_multiplier", *CONV) for rank in (1, 2)},
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Identity"), ()),
    "Dense": ("units", "activation", "use_bias"),
    "Activation": ("activation",),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "LeakyReLU": ("negative_slope",),
    "PReLU": ("shared_axes",),
    "ELU": ("alpha",),
    "Softmax": ("axis",),
    "BatchNormalization": (*SCALED, "momentum"),
    "LayerNormalization": (*SCALED, "rms_scaling"),
    "GroupNormalization": (*SCALED, "groups"),
    "UnitNormalization": ("axis",),
    "RMSNormalization": ("axis", "epsilon"),
    "Normalization": ("axis", "mean", "variance", "invert"),
    "Dropout": ("rate", "noise_shape"),
    "AlphaDropout": ("rate", "noise_shape"),
    "GaussianDropout": ("rate",),
    "GaussianNoise": ("stddev",),
    "ActivityRegularization": ("l1", "l2"),
    "Masking": ("mask_value",),
    "Flatten": ("data_format",),
    "Reshape": ("target_shape",),
    "Permute": ("dims",),
    "RepeatVector": ("n",),
    "Concatenate": ("axis",),
    "Rescaling": ("scale", "offset"),
    "Resizing": (
        "height", "width", "interpolation", "crop_to_aspect_ratio", "pad_to_aspect_ratio", "fill_mode",
        "fill_value", "antialias", "data_format",
    ),
    "CenterCrop": ("height", "width", "data_format"),
    "RandomCrop": ("height", "width", "data_format"),
    "RandomFlip": ("mode", "data_format"),
    "RandomRotation": NOISE,
    "RandomTranslation": ("height_factor", "width_factor", *NOISE[1:]),
    "RandomZoom": ("height_factor", "width_factor", *NOISE[1:]),
    "RandomContrast": ("factor", "value_range"),
    "RandomBrightness": ("factor", "value_range"),
    "cnn_course>ZeroPadShortcut": ("filters", "strides"),
    "cnn_course>LocalResponseNormalization": ("depth_radius", "bias", "alpha", "beta"),
    "cnn_course>LocalContrastNormalization": ("size", "across_features", "epsilon"),
    "cnn_course>L2Pooling2D": ("pool_size", "strides", "padding"),
    "cnn_course>L2FeaturePooling": ("pool_size", "strides"),
    "cnn_course>ChannelMaxout": ("pieces",),
    "cnn_course>Maxout": ("units", "pieces", "use_bias"),
    "cnn_course>LocallyConnected2D": (
        "filters", "kernel_size", "strides", "padding", "activation", "use_bias",
    ),
}  # fmt: skip
OPERATIONS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*ELEMENTWISE, *PAIRS, "GetItem"), ()),
    **dict.fromkeys(("Mean", "Sum"), ("axis", "keepdims")),
    **dict.fromkeys(("Max", "Min"), ("axis", "keepdims", "initial")),
    **dict.fromkeys(("Cast", "ZerosLike", "OnesLike"), ("dtype",)),
    **dict.fromkeys(("Softmax", "LogSoftmax", "Concatenate", "Stack", "Squeeze", "ExpandDims"), ("axis",)),
    **dict.fromkeys(("MaxPool", "AveragePool"), ("pool_size", *WINDOW)),
    "LeakyRelu": ("negative_slope",),
    "Elu": ("alpha",),
    "Celu": ("alpha",),
    "Gelu": ("approximate",),
    "Clip": ("x_min", "x_max"),
    "Transpose": ("axes",),
    "Reshape": ("newshape",),
    "Pad": ("pad_width", "mode"),
    "Split": ("indices_or_sections", "axis"),
    "Unstack": ("num", "axis"),
}
"""Classes of operations and the arguments of the function of `keras.ops`, besides those of the call."""

ACTIVATION_LAYERS = ("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax")  # as an argument `activation`
NEVER_READ = {"name", "trainable", "dtype", "seed", "renorm_momentum", "data_format"}
ONLY_TRAINING = ("_initializer", "_regularizer", "_constraint")
POLICIES = ("float16", "bfloat16", "float32", "float64", "mixed_float16", "mixed_bfloat16")
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", *POLICIES[:4])
IN_A_CALL = ("__keras_tensor__", "__slice__", "__ellipsis__", *CONSTANTS)
