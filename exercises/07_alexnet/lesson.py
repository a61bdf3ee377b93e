# ---
# jupyter:
#   cnn_course:
#     title: AlexNet
#     data: cifar10
#     decks:
#       - 001 (L328-343)
#       - 002 (L978-1054)
#       - 003 (L447-585)
#       - 004 (L366-380)
#     profiles:
#       smoke: {per_class: 10, epochs: 1}
#       cpu: {per_class: 400, epochs: 10}
#       gpu: {epochs: 40}
# ---

# %% [markdown]
# # AlexNet
#
# In 2012 one network was wrong on 16 % of the ImageNet test where the next best was wrong on 26 % (deck
# 003, L398-410), and computer vision changed its mind. You will read its table of volumes (deck 003,
# L447-585), write its one unusual operation, build it with one tower and with two, and train a small
# relative on CIFAR-10 to see what its first layer learns.
#
# **You write** `local_response_norm`, `volumes`, `build_alexnet` and `build_alexnet_cifar`.

# %% tags=["module"]
import keras
import numpy as np
from keras import layers

from cnn_course.layers import LocalResponseNormalization

# %% [markdown]
# ## Predict first
#
# Pencil and paper, two minutes. The image is 227x227x3; the first convolution has 96 filters of 11x11 with
# stride 4 and no padding. Put your numbers where the dots are and run the cell.

# %%
ex.predict("conv1_side", ...)

# %%
ex.predict("conv1_parameters", ...)

# %%
ex.predict("dense_percent", ...)

# %% [markdown]
# ## 1. Neighbouring maps compete
#
# ReLU has no upper end, so one map may shout down all that follows. AlexNet answers with *local response
# normalisation*, "NORM" in the table of deck 003 (L457-514): a number is divided by the strength of the
# numbers at **the same pixel on neighbouring maps**,
#
# $$y_c = \frac{x_c}{\bigl(k + \alpha \sum_{j=c-r}^{c+r} x_j^2\bigr)^{\beta}}$$
#
# The sum has the map's own number in it and leaves out maps that do not exist: there is nothing before the
# first and after the last. The paper takes $k=2$, $r=2$ (five maps), $\alpha=10^{-4}$, $\beta=0.75$. It has
# no weights. Batch normalisation has replaced it since.


# %% task="local_response_norm"
def local_response_norm(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """Divide every number of `x` by the strength of its neighbours on the maps beside it.

    x: an array (..., C), the last axis holds the maps; it stays as it is. `radius` maps on either side count,
    `bias` is the formula's k. Returns an array of the same shape.
    """
    # BEGIN SOLUTION
    squares = np.square(np.asarray(x, dtype=float))
    maps = squares.shape[-1]
    sums = [squares[..., max(c - radius, 0) : c + radius + 1].sum(axis=-1) for c in range(maps)]
    return x / (bias + alpha * np.stack(sums, axis=-1)) ** beta
    # END SOLUTION


# %%
ex.check("local_response_norm")

# %% [markdown]
# What it does at one pixel with eight maps, one of which is loud. With a large $\alpha$ the neighbours of
# the loud map become quieter, those further away do not notice.

# %%
pixel = np.array([1.0, 1, 1, 9, 1, 1, 1, 1])
for strength in (1e-4, 0.01, 1.0):
    print(f"alpha {strength:<6g}", np.round(local_response_norm(pixel, alpha=strength), 2))

# %% [markdown]
# ## 2. Volumes
#
# Deck 003 (L545-577) describes a network by what flows through it: 227x227x3, 55x55x96, 27x27x96 and so on.
# Let the network say so itself. For each layer of `model.layers`, in that order, your function returns the
# layer's name and the shape of what comes **out** of it, for one image.


# %% task="volumes"
def volumes(model):
    """The volume behind each layer: a list of (name, shape), one per layer of `model.layers`.

    A shape is a tuple without the batch: (height, width, channels), or (units,).
    """
    # BEGIN SOLUTION
    return [(layer.name, tuple(layer.output.shape[1:])) for layer in model.layers]
    # END SOLUTION


# %%
ex.check("volumes")

# %% [markdown]
# ## 3. The network
#
# | layer | what | volume |
# |---|---|---|
# | | image | 227x227x3 |
# | CONV1 | 96 filters 11x11, stride 4, no padding, ReLU | 55x55x96 |
# | POOL1 | max pooling 3x3, stride 2 | 27x27x96 |
# | NORM1 | local response normalisation | 27x27x96 |
# | CONV2 | 256 filters 5x5, padding 2, ReLU | 27x27x256 |
# | POOL2 | max pooling 3x3, stride 2 | 13x13x256 |
# | NORM2 | local response normalisation | 13x13x256 |
# | CONV3 | 384 filters 3x3, padding 1, ReLU | 13x13x384 |
# | CONV4 | 384 filters 3x3, padding 1, ReLU | 13x13x384 |
# | CONV5 | 256 filters 3x3, padding 1, ReLU | 13x13x256 |
# | POOL3 | max pooling 3x3, stride 2 | 6x6x256 |
# | FC6 | 4096 units, ReLU, dropout 0.5 | 4096 |
# | FC7 | 4096 units, ReLU, dropout 0.5 | 4096 |
# | FC8 | one unit per class, softmax | 1000 |
#
# The windows of the pooling **overlap**: they are 3 wide and move by 2. The paper normalises before it
# pools, the deck after; both are accepted.
#
# **Two towers.** A GTX 580 had 3 GB of memory, so half the maps lived on one card and half on another (deck
# 003, L503-512). CONV2, CONV4 and CONV5 saw the maps of their own card only; CONV3 and the dense layers saw
# all. Keras knows such convolutions by the argument `groups` of `Conv2D`. In the network's own words:
# `groups=2` for those three layers. The "60 million parameters" of deck 001 are those of two towers.
#
# Write the normalisation as the layer `LocalResponseNormalization()`, imported above. It does what your
# function does, with the paper's numbers, inside a network.


# %% task="build_alexnet"
def build_alexnet(input_shape=(227, 227, 3), classes=1000, groups=1):
    """AlexNet as in the table above; returns a Keras model with probabilities as output.

    `groups`: into how many towers convolutions 2, 4 and 5 are split.
    """
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    x = layers.Conv2D(96, 11, strides=4, activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    x = LocalResponseNormalization(name="norm1")(x)
    x = layers.Conv2D(256, 5, padding="same", groups=groups, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool2")(x)
    x = LocalResponseNormalization(name="norm2")(x)
    x = layers.Conv2D(384, 3, padding="same", activation="relu", name="conv3")(x)
    x = layers.Conv2D(384, 3, padding="same", groups=groups, activation="relu", name="conv4")(x)
    x = layers.Conv2D(256, 3, padding="same", groups=groups, activation="relu", name="conv5")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool3")(x)
    x = layers.Flatten()(x)
    for name in ("fc6", "fc7"):
        x = layers.Dense(4096, activation="relu", name=name)(x)
        x = layers.Dropout(0.5)(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax", name="fc8")(x))
    # END SOLUTION


# %%
ex.check("build_alexnet")

# %%
for name, shape in volumes(build_alexnet()):
    print(f"{name:30} {'x'.join(map(str, shape))}")

# %% [markdown]
# How many parameters do two towers save? Nearly all parameters sit in the dense layers, which no tower
# splits.

# %%
ex.predict("saved_by_towers", ...)

# %% [markdown]
# ## 4. A relative for small images
#
# A stride of 4 would leave 6x6 of a 32x32 image. Keep the ideas and drop the sizes: 5x5 filters without
# stride at first, half of AlexNet's filters (one tower's), small dense layers.
#
# | layer | what | volume |
# |---|---|---|
# | | image | 32x32x3 |
# | CONV1 | 48 filters 5x5, padding 2, ReLU | 32x32x48 |
# | POOL1, NORM1 | max pooling 3x3, stride 2; normalisation | 15x15x48 |
# | CONV2 | 128 filters 5x5, padding 2, ReLU | 15x15x128 |
# | POOL2, NORM2 | max pooling 3x3, stride 2; normalisation | 7x7x128 |
# | CONV3, CONV4, CONV5 | 192, 192, 128 filters 3x3, padding 1, ReLU | 7x7x128 |
# | POOL3 | max pooling 3x3, stride 2 | 3x3x128 |
# | FC6, FC7 | 512 units, ReLU, dropout 0.5 | 512 |
# | FC8 | one unit per class, softmax | 10 |


# %% task="build_alexnet_cifar"
def build_alexnet_cifar(classes=10):
    """The small AlexNet for 32x32x3 images, as in the table above."""

    # BEGIN SOLUTION
    def conv(filters, kernel_size):
        return layers.Conv2D(
            filters, kernel_size, padding="same", activation="relu", kernel_initializer="he_normal"
        )

    image = keras.Input((32, 32, 3))
    x = conv(48, 5)(image)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = LocalResponseNormalization()(x)
    x = conv(128, 5)(x)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = LocalResponseNormalization()(x)
    for filters in (192, 192, 128):
        x = conv(filters, 3)(x)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(512, activation="relu", kernel_initializer="he_normal")(x)
        x = layers.Dropout(0.5)(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))
    # END SOLUTION


# %%
ex.check("build_alexnet_cifar")

# %% [markdown]
# ## 5. Experiment: what the first layer learns
#
# Train it on CIFAR-10. Training and validation curves stay close together for long: that is the dropout.

# %%
data = ex.data()
model = build_alexnet_cifar(classes=len(data.classes))
run = ex.train(model, data)

# %%
ex.tensorboard()

# %% [markdown]
# Before training the filters of the first layer were noise. Deck 000 (L433-437) promises edges at all
# angles, as in early human vision; deck 004 (L366-380) blobs of colour too. Look for both: grey is 0. After
# a few epochs on few images they are still rough; the recorded curves above tell you what patience would
# bring.

# %%
import matplotlib.pyplot as plt

from cnn_course import plots
from cnn_course.analysis.filters import first_layer_filters

figure, axes = plt.subplots(1, 2, figsize=(10, 5))
for place, network, title in (
    (axes[0], build_alexnet_cifar(), "before training"),
    (axes[1], model, "after training"),
):
    place.imshow(plots.tiles(first_layer_filters(network)))
    place.set_title(title)
    place.set_axis_off()
plt.show()

# %% [markdown]
# ## 6. Think about it
#
# 1. The paper says that images are 224x224. What is the first volume then, and which pixels does the
#    network never look at?
# 2. Two towers take half the multiply-adds off CONV2, CONV4 and CONV5, but almost no parameters off the
#    network. Why did they help with memory all the same?
# 3. Exchange the 3x3 pooling with stride 2 for 2x2 pooling with stride 2. Which volumes change? What does
#    overlapping buy?
# 4. FC6 alone has 37.7 million weights. What would global average pooling in its place leave, and what
#    would be lost?
#
# Further: `cnn-course explain alexnet`, `cnn-course table alexnet`,
# `cnn_course.reference.local_response_norm` and its gradient, `cnn_course.models.alexnet`.

# %% [markdown] tags=["instructor"]
# 1. (224 - 11) / 4 + 1 = 54.25, so 54: the last pixel row and column that a window covers is number 4 * 53
#    + 11 = 223, and one row and one column of 224 are not seen. The last map is 5x5 and FC6 has 11,534,336
#    weights less. 227 makes it fit.
# 2. Each card kept the activations and gradients of its own maps only. Memory in training is mostly
#    activations times the batch; parameters of the dense layers were split by units.
# 3. 55 becomes 27 either way, 27 becomes 13, and 13 becomes 6: no volume changes. A 3x3 window looks at
#    pixels of its neighbours too; the paper reports 0.4 % less top-1 error and a little less overfitting.
# 4. 256 numbers in place of 9,216: FC6 would have 1,048,576 weights. Where in the image something was is
#    lost.
