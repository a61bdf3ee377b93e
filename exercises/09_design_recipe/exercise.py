"""A design recipe, cat versus dog. Write your answers here; `cnn-course check 09` looks at them."""


import warnings

import keras
import numpy as np
from keras import layers


def resize_center_crop(img, R):
    """Scale the image until its shorter side is R, then cut the R x R pixels in the middle out of it.

    img: an array (H, W, C), whole numbers or floats. Returns an array (R, R, C) with numbers on the same
    scale as before, 0 to 255 if they were so.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def cat_dog_subset(x, y):
    """The cats (label 3) and dogs (label 5) of CIFAR-10, in their order, with new labels: cat 0, dog 1.

    x: images (N, ...); y: labels (N,) or, as some loaders have them, (N, 1). Both stay as they are. Returns
    (images, labels) with labels of shape (M,).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def plan_groups(R, stem, start=64, cap=512, pool_last=False):
    """The groups of the recipe for images of R x R pixels: a list of (side, filters), one per group.

    `stem`: whether the 7x7 convolution with stride 2 and the pooling come first, which leave a quarter of the
    side. `start`: filters of the first group; they double from group to group up to `cap`. Warns, with R in
    the message, if a map of odd side is pooled.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def build_recipe_net(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    """The network of the recipe for R x R colour images, a Keras model with probabilities as output.

    `start`: filters of the stem and of the first group. `stem`: whether there is one; None: from 100 pixels on.
    `pool_last`: whether the last group ends in pooling too. `batch_norm`: whether every convolution gives up
    its bias and is normalised before its ReLU.
    """

    # YOUR CODE HERE
    raise NotImplementedError()


def depth(model):
    """How many convolutions and dense layers the network has; batch normalisation does not count."""
    # YOUR CODE HERE
    raise NotImplementedError()
