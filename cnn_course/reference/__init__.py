"""The operations of the lectures from scratch, in NumPy alone, forward and backward.

These functions are for reading, for stepping through with a debugger, and as a second opinion on Keras:

    from cnn_course import reference
    y = reference.conv2d(x, kernel, bias, padding="same")
    dx, dkernel, dbias = reference.conv2d_backward(dy, x, kernel, padding="same")

What holds for all of them:

- Arrays are as in Keras: images (N, H, W, C), convolution kernels (kh, kw, C / groups, filters), dense
  kernels (D, units). N counts images, H and W pixels, C channels; H' and W' are the sides of the output.
- An operation is a pure function `name(x, weights..., *, options)` that returns y. Nothing is remembered
  between forward and backward, and no argument is changed.
- Its gradient is `name_backward(dy, x, weights..., *, options)` with the same options. `dy` is the gradient
  of the loss with respect to y and has y's shape. It returns the gradient of each array of the forward pass,
  in that order: one array, or a tuple. A bias is only added, so a backward pass does not ask for it;
  except `maxout_backward`, for there the bias helps to decide which piece is the largest.
- Options have Keras's names: `strides`, `padding`, `dilation_rate`, `groups`, `pool_size`. Sides may differ:
  `strides=2` is short for `strides=(2, 2)`. `padding` is "valid" (none), "same" as Keras pads, or a number
  of pixels on all four sides, as the slides pad.
- float32 stays float32. Whole numbers and lists become float64, but augmentation keeps the type of pixels.
- What is random takes a `numpy.random.Generator`.
- What does not fit raises a ValueError of one line: what came, the rule, what would fit.

Where no derivative exists (two equal maxima, the root of zero), the docstring of the backward pass says which
value it takes. `gradient_check` compares any such pair with finite differences.
"""

from cnn_course.reference.activations import (
    elu,
    elu_backward,
    leaky_relu,
    leaky_relu_backward,
    maxout,
    maxout_backward,
    prelu,
    prelu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    step,
    tanh,
    tanh_backward,
)
from cnn_course.reference.augmentation import (
    affine,
    affine_matrix,
    color_jitter,
    cutout,
    flip,
    multi_scale_predict,
    pad_crop,
    pca_color,
    pca_color_basis,
    pca_color_offset,
    random_affine,
    scale_crop,
    ten_crop,
)
from cnn_course.reference.convolution import conv2d, conv2d_backward
from cnn_course.reference.convolution_loops import conv2d_loops, conv2d_loops_backward
from cnn_course.reference.dropout import (
    dropout,
    dropout_backward,
    dropout_inference,
    dropout_mask,
)
from cnn_course.reference.finite_differences import (
    Difference,
    gradient_check,
    numeric_gradients,
)
from cnn_course.reference.heads import (
    dense,
    dense_backward,
    flatten,
    flatten_backward,
    global_average_pool,
    global_average_pool_backward,
    global_max_pool,
    global_max_pool_backward,
)
from cnn_course.reference.initialization import (
    fan_in,
    fan_out,
    glorot_std,
    he_std,
    normal_weights,
    signal_variances,
    uniform_weights,
)
from cnn_course.reference.locally_connected import locally_connected2d, locally_connected2d_backward
from cnn_course.reference.losses import (
    cross_entropy,
    cross_entropy_backward,
    l2_penalty,
    l2_penalty_backward,
    softmax,
    softmax_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)
from cnn_course.reference.matrix import conv2d_matrix
from cnn_course.reference.network import (
    Layer,
    Network,
    conv_layer,
    course_cnn,
    dense_layer,
    glorot_uniform,
    he_normal,
    lenet5,
)
from cnn_course.reference.normalization import (
    batch_norm,
    batch_norm_backward,
    batch_norm_inference,
    batch_statistics,
    local_contrast_norm,
    local_contrast_norm_backward,
    local_response_norm,
    local_response_norm_backward,
    moving_average,
)
from cnn_course.reference.optimizers import (
    Moments,
    adam,
    momentum_sgd,
    sgd,
)
from cnn_course.reference.pooling import (
    average_pool2d,
    average_pool2d_backward,
    l2_pool2d,
    l2_pool2d_backward,
    l2_pool_features,
    l2_pool_features_backward,
    max_pool2d,
    max_pool2d_backward,
)
from cnn_course.reference.preprocessing import (
    center_crop,
    channel_statistics,
    resize,
    resize_center_crop,
    resize_shorter_side,
    standardize,
)
from cnn_course.reference.separable import (
    depthwise_conv2d,
    depthwise_conv2d_backward,
    pointwise_conv2d,
    pointwise_conv2d_backward,
    separable_conv2d,
    separable_conv2d_backward,
)
from cnn_course.reference.steps import (
    Step,
    conv2d_steps,
    pool2d_steps,
)
from cnn_course.reference.windows import (
    col2im,
    conv_output_size,
    im2col,
    same_padding,
)

__all__ = [
    "Difference",
    "Layer",
    "Moments",
    "Network",
    "Step",
    "adam",
    "affine",
    "affine_matrix",
    "average_pool2d",
    "average_pool2d_backward",
    "batch_norm",
    "batch_norm_backward",
    "batch_norm_inference",
    "batch_statistics",
    "center_crop",
    "channel_statistics",
    "col2im",
    "color_jitter",
    "conv2d",
    "conv2d_backward",
    "conv2d_loops",
    "conv2d_loops_backward",
    "conv2d_matrix",
    "conv2d_steps",
    "conv_layer",
    "conv_output_size",
    "course_cnn",
    "cross_entropy",
    "cross_entropy_backward",
    "cutout",
    "dense",
    "dense_backward",
    "dense_layer",
    "depthwise_conv2d",
    "depthwise_conv2d_backward",
    "dropout",
    "dropout_backward",
    "dropout_inference",
    "dropout_mask",
    "elu",
    "elu_backward",
    "fan_in",
    "fan_out",
    "flatten",
    "flatten_backward",
    "flip",
    "global_average_pool",
    "global_average_pool_backward",
    "global_max_pool",
    "global_max_pool_backward",
    "glorot_std",
    "glorot_uniform",
    "gradient_check",
    "he_normal",
    "he_std",
    "im2col",
    "l2_penalty",
    "l2_penalty_backward",
    "l2_pool2d",
    "l2_pool2d_backward",
    "l2_pool_features",
    "l2_pool_features_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "lenet5",
    "local_contrast_norm",
    "local_contrast_norm_backward",
    "local_response_norm",
    "local_response_norm_backward",
    "locally_connected2d",
    "locally_connected2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "maxout",
    "maxout_backward",
    "momentum_sgd",
    "moving_average",
    "multi_scale_predict",
    "normal_weights",
    "numeric_gradients",
    "pad_crop",
    "pca_color",
    "pca_color_basis",
    "pca_color_offset",
    "pointwise_conv2d",
    "pointwise_conv2d_backward",
    "pool2d_steps",
    "prelu",
    "prelu_backward",
    "random_affine",
    "relu",
    "relu_backward",
    "resize",
    "resize_center_crop",
    "resize_shorter_side",
    "same_padding",
    "scale_crop",
    "separable_conv2d",
    "separable_conv2d_backward",
    "sgd",
    "sigmoid",
    "sigmoid_backward",
    "signal_variances",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "standardize",
    "step",
    "tanh",
    "tanh_backward",
    "ten_crop",
    "uniform_weights",
]
