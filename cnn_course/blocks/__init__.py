"""Blocks of networks: functions from tensor to tensor, each written once and used by every family.

A block's `name` is the address of its layers: `residual_block(x, 32, name="stage2_block1")` makes
`stage2_block1_conv1`, `stage2_block1_bn1`, `stage2_block1_relu1`, ..., `stage2_block1_out`. Tables,
visualisations and exercises find layers by these names.
"""

from cnn_course.blocks.convolution import (
    BN_MOMENTUM,
    bn,
    conv,
    conv_bn,
    conv_bn_relu,
    conv_relu,
    conv_stack,
    max_pool,
    relu,
)
from cnn_course.blocks.heads import class_maps, classifier, dense_layers
from cnn_course.blocks.inception import inception, inception_naive
from cnn_course.blocks.residual import (
    EXPANSION,
    SHORTCUTS,
    UNITS,
    bottleneck_block,
    closing_activation,
    plain_block,
    projection_shortcut,
    relu_out,
    reshaping_shortcut,
    residual,
    residual_block,
    residual_unit,
    starting_at_zero,
    take_steps,
    two_convs,
)
from cnn_course.blocks.separable import (
    depthwise_conv_bn,
    depthwise_he_normal,
    extreme_inception_bn,
    inverted_residual,
    separable_conv_bn,
    xception_block,
)

__all__ = [
    "BN_MOMENTUM",
    "EXPANSION",
    "SHORTCUTS",
    "UNITS",
    "bn",
    "bottleneck_block",
    "class_maps",
    "classifier",
    "closing_activation",
    "conv",
    "conv_bn",
    "conv_bn_relu",
    "conv_relu",
    "conv_stack",
    "dense_layers",
    "depthwise_conv_bn",
    "depthwise_he_normal",
    "extreme_inception_bn",
    "inception",
    "inception_naive",
    "inverted_residual",
    "max_pool",
    "plain_block",
    "projection_shortcut",
    "relu",
    "relu_out",
    "reshaping_shortcut",
    "residual",
    "residual_block",
    "residual_unit",
    "separable_conv_bn",
    "starting_at_zero",
    "take_steps",
    "two_convs",
    "xception_block",
]
