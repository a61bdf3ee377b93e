"""A design recipe, cat versus dog. Made from lesson.py by `cnn-course dev build`: edit that."""


import warnings

import keras
import numpy as np
from keras import layers


def resize_center_crop(img, R):
    """Scale the image until its shorter side is R, then cut the R x R pixels in the middle out of it.

    img: an array (H, W, C), whole numbers or floats. Returns an array (R, R, C) with numbers on the same
    scale as before, 0 to 255 if they were so.
    """
    # BEGIN SOLUTION
    height, width = img.shape[:2]
    scale = R / min(height, width)
    size = (max(R, round(height * scale)), max(R, round(width * scale)))
    pixels = np.asarray(img, dtype="float32")
    if size != (height, width):
        pixels = np.asarray(keras.ops.image.resize(pixels, size, antialias=True))
    top, left = (size[0] - R) // 2, (size[1] - R) // 2
    return pixels[top : top + R, left : left + R]
    # END SOLUTION


def cat_dog_subset(x, y):
    """The cats (label 3) and dogs (label 5) of CIFAR-10, in their order, with new labels: cat 0, dog 1.

    x: images (N, ...); y: labels (N,) or, as some loaders have them, (N, 1). Both stay as they are. Returns
    (images, labels) with labels of shape (M,).
    """
    # BEGIN SOLUTION
    labels = np.asarray(y).reshape(-1)
    wanted = np.isin(labels, (3, 5))
    return x[wanted], (labels[wanted] == 5).astype("int64")
    # END SOLUTION


def plan_groups(R, stem, start=64, cap=512, pool_last=False):
    """The groups of the recipe for images of R x R pixels: a list of (side, filters), one per group.

    `stem`: whether the 7x7 convolution with stride 2 and the pooling come first, which leave a quarter of the
    side. `start`: filters of the first group; they double from group to group up to `cap`. Warns, with R in
    the message, if a map of odd side is pooled.
    """
    # BEGIN SOLUTION
    side, filters = R, min(start, cap)
    pooled = []
    if stem:
        side = -(-side // 2)
        pooled.append(side)
        side //= 2
    groups = [(side, filters)]
    while side > 7:
        pooled.append(side)
        side, filters = side // 2, min(2 * filters, cap)
        if side > 7 or not pool_last:
            groups.append((side, filters))
    if any(side % 2 for side in pooled):
        warnings.warn(f"R={R}: a map of odd side is pooled and loses a row and a column", stacklevel=2)
    return groups
    # END SOLUTION


def build_recipe_net(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    """The network of the recipe for R x R colour images, a Keras model with probabilities as output.

    `start`: filters of the stem and of the first group. `stem`: whether there is one; None: from 100 pixels on.
    `pool_last`: whether the last group ends in pooling too. `batch_norm`: whether every convolution gives up
    its bias and is normalised before its ReLU.
    """

    # BEGIN SOLUTION
    def conv(x, filters, kernel_size, **options):
        x = layers.Conv2D(
            filters, kernel_size, use_bias=not batch_norm, kernel_initializer="he_normal", **options
        )(x)
        if batch_norm:
            x = layers.BatchNormalization(momentum=0.9)(x)
        return layers.ReLU()(x)

    if stem is None:
        stem = R >= 100
    image = keras.Input((R, R, 3))
    x = image
    if stem:
        x = conv(layers.ZeroPadding2D(3)(x), start, 7, strides=2)
        x = layers.MaxPooling2D(2)(x)
    groups = plan_groups(R, stem, start, pool_last=pool_last)
    for number, (_, filters) in enumerate(groups, start=1):
        x = conv(x, filters, 3, padding="same")
        x = conv(x, filters, 3, padding="same")
        if pool_last or number < len(groups):
            x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))
    # END SOLUTION


def depth(model):
    """How many convolutions and dense layers the network has; batch normalisation does not count."""
    # BEGIN SOLUTION
    kinds = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D, layers.Dense)
    return sum(isinstance(layer, kinds) for layer in model.layers)
    # END SOLUTION
