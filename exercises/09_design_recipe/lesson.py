# ---
# jupyter:
#   cnn_course:
#     title: A design recipe, cat versus dog
#     data: {name: cifar10, classes: [cat, dog]}
#     decks:
#       - 000 (L155-251, L371-376)
#     profiles:
#       smoke: {per_class: 50, epochs: 1}
#       cpu: {per_class: 1500, epochs: 8}
#       gpu: {epochs: 40}
# ---

# %% [markdown]
# # A design recipe, cat versus dog
#
# Deck 000 (L155-231) does not show a famous network. It gives a recipe in words, with which you can design
# one for your own images in a minute. You will turn the words into functions (images of one size, a plan, a
# builder), measure the depth of what comes out, and let three designs compete on cats and dogs.
#
# **You write** `resize_center_crop`, `cat_dog_subset`, `plan_groups`, `build_recipe_net` and `depth`.

# %% tags=["module"]
import warnings

import keras
import numpy as np
from keras import layers

# %% [markdown]
# ## The recipe
#
# 1. Square images of side $R$: resize until the shorter side is $R$, then cut out the centre. Start with a
#    small $R$; it should be divisible by 2 many times.
# 2. Get below 100 pixels quickly. For $R=224$: a **stem** of one 7x7 convolution with stride 2 and 2x2
#    pooling.
# 3. Then **groups**: convolution, convolution, pooling. The convolutions are 3x3 with stride 1, padding and
#    ReLU; the pooling takes the maximum of 2x2 with stride 2.
# 4. 32 or 64 feature maps at first, twice as many in each further group, 512 at most.
# 5. Groups are stacked until the maps have 7 pixels a side or less.
# 6. Global average pooling and one linear layer with a unit per class.
#
# The deck's network for $R=224$ has a depth of 10: that many layers have parameters. Count: does the last
# group still end in pooling? If it did, three groups would do and the depth would be 8. So the average
# pooling takes the place of the last one. Both readings are worth trying; here the argument `pool_last`
# chooses.

# %%
ex.predict("groups_at_224", ...)

# %%
ex.predict("last_side_at_32", ...)

# %%
ex.predict("head_parameters", ...)

# %% [markdown]
# ## 1. Square images
#
# Photographs come in all shapes. Squeezing them into a square makes thin cats; the recipe scales height and
# width by the same factor and cuts off what sticks out, the same on both ends (deck 000, L155-162).
#
# Resize as you like: `keras.ops.image.resize(img, (height, width))` takes (H, W, C) and does it.


# %% task="resize_center_crop"
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


# %%
ex.check("resize_center_crop")

# %% [markdown]
# ## 2. Cats and dogs
#
# CIFAR-10 has what the deck's assignment asks for (L218-222), at $R=32$: class 3 are the cats, class 5 the
# dogs.


# %% task="cat_dog_subset"
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


# %%
ex.check("cat_dog_subset")

# %%
ex.predict("training_images", ...)

# %% [markdown]
# ## 3. The plan
#
# Before you build anything, write down what will be built: for each group the side of the maps on which its
# convolutions work, and their number of filters. For $R=224$ with a stem and 64 maps at first: `[(56, 64),
# (28, 128), (14, 256), (7, 512)]`.
#
# With `pool_last=True` every group ends in pooling, and you stop as soon as the maps that **leave** a group
# have 7 pixels or less: `[(56, 64), (28, 128), (14, 256)]`.
#
# Pooling a map of odd side loses its last row and column (25 becomes 12). Warn whenever that happens:
# `warnings.warn(f"R={R}: ...")`.


# %% task="plan_groups"
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


# %%
ex.check("plan_groups")

# %%
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for R, stem in ((32, False), (64, False), (100, True), (224, True), (224, False)):
        print(f"R={R:3}", "with a stem:   " if stem else "without a stem:", plan_groups(R, stem))

# %% [markdown]
# ## 4. The builder
#
# Now follow the plan. The stem, where there is one, has `start` filters of 7x7 with stride 2, ReLU, and 2x2
# max pooling; pad it by 3 zeros on all sides (`ZeroPadding2D(3)`), as the slides do, or let Keras pad
# (`padding="same"`). With `stem=None` your builder decides as the recipe says: from 100 pixels on.
#
# `batch_norm=True` puts batch normalisation between every convolution and its ReLU; the convolutions need
# no biases then. The linear layer ends in softmax.


# %% task="build_recipe_net"
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


# %%
ex.check("build_recipe_net")

# %% [markdown]
# ## 5. How deep is it?
#
# The depth of a network is the number of its layers with parameters (deck 000, L229): convolutions and
# dense layers. Batch normalisation has parameters too, but one counts it to its convolution.


# %% task="depth"
def depth(model):
    """How many convolutions and dense layers the network has; batch normalisation does not count."""
    # BEGIN SOLUTION
    kinds = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D, layers.Dense)
    return sum(isinstance(layer, kinds) for layer in model.layers)
    # END SOLUTION


# %%
ex.check("depth")

# %%
ex.predict("depth_at_224", ...)

# %%
for title, options in (
    ("the deck's example", {"R": 224, "classes": 1000}),
    ("half as wide", {"R": 224, "classes": 1000, "start": 32}),
    ("cat and dog", {"R": 32, "start": 32}),
    ("cat and dog, all groups pooled", {"R": 32, "start": 32, "pool_last": True}),
):
    model = build_recipe_net(**options)
    print(f"{title:32} depth {depth(model):2}, {model.count_params():>9,} parameters")

# %% [markdown]
# ## 6. Experiment: three designs
#
# Assignment 2 of the deck: design, compare. Cats and dogs look alike at 32x32 pixels, so expect far less
# than of cars and ships. Three designs train on the same images in the same way: `deck` as it stands there,
# `pooled` with every group pooled, `normalised` with batch normalisation.

# %%
data = ex.data()
designs = {"deck": {}, "pooled": {"pool_last": True}, "normalised": {"batch_norm": True}}
runs = {}
for name, options in designs.items():
    model = build_recipe_net(32, len(data.classes), start=32, **options)
    runs[name] = ex.train(model, data, label=name)

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 4))
for name, run in runs.items():
    epochs = [row["epoch"] for row in run.metrics]
    accuracies = [row["val_accuracy"] for row in run.metrics]
    axes.plot(epochs, accuracies, "o-", label=f"{name}: {max(accuracies):.1%}")
axes.axhline(0.5, color="grey", linestyle=":", label="guessing")
axes.set(xlabel="epoch", ylabel="validation accuracy", title="Cat or dog?")
axes.legend()
plt.show()

# %%
ex.tensorboard()

# %% [markdown]
# Differences of a percent or two mean little: there are at most 1,000 validation images, and another seed
# would move each curve by about as much. Train again with `ex.train(..., label="again", seed=1)` before you
# believe one.

# %% [markdown]
# ## 7. Think about it
#
# 1. Which $R$ between 90 and 130 would you choose for a data set of photographs, and why?
# 2. "All groups pooled" has a quarter of the parameters. Where did they go?
# 3. The recipe doubles the filters when pooling quarters the map. What happens to the multiply-adds of a
#    convolution from group to group, and to the numbers that have to be kept?
# 4. Deck 000 (L229-251, L371-376) says that depth helps up to about 15 layers and that beyond 30 or so even
#    training gets harder. Which line of the recipe would you change to get 15 layers at $R=32$?
#
# Further: `cnn-course explain recipe_cnn`, `cnn_course.models.recipe_plan` (the same plan with more
# warnings), and exercise 11, which trains this network at a rate of 0.1.

# %% [markdown] tags=["instructor"]
# 1. 96 or 128: 96 = 2^5 * 3 can be halved five times and needs no stem; 128 = 2^7 with a stem becomes 32,
#    16, 8, 4. 100, 110 or 130 meet an odd side soon.
# 2. The fourth and widest group is gone: two convolutions of 256 filters, 885,248 of 1,172,770 parameters.
# 3. A convolution inside a group has k*k*C*C weights at H*W places: C doubles (four times the weights), H*W
#    is a quarter, so the multiply-adds stay the same; the first one of a group costs half. The numbers to
#    keep halve.
# 4. More convolutions per group (three or four instead of two), not more groups: the maps have no pixels
#    left. Four groups of three and the linear layer make 13, of four 17.
