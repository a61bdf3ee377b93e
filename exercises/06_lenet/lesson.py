# ---
# jupyter:
#   cnn_course:
#     title: LeNet-5 and counting tools
#     data: cifar10
#     decks:
#       - 001 (L305-310, L409-471)
#       - 002 (L848-866, L945-964, L1056-1121)
#       - 003 (L607-710)
#       - 004 (L284-296, L711-735)
#     profiles:
#       smoke: {per_class: 20, epochs: 1}
#       cpu: {per_class: 1000, epochs: 15}
#       gpu: {epochs: 60}
# ---

# %% [markdown]
# # LeNet-5 and counting tools
#
# Before a network is trained one can say a good deal about it: how many numbers it learns, how many
# multiplications one image costs, how much memory its maps take, how much of the image a unit sees. You build
# the oldest network of the course, write the four tools that count this, and then turn them on the networks
# of the decks. Some of the decks' own figures will not survive that.
#
# You will
#
# 1. build LeNet-5;
# 2. compute receptive fields from kernels and strides;
# 3. print a table of layers with and without biases;
# 4. count multiply-adds and the memory for the activations;
# 5. train LeNet-5 on CIFAR-10 as it was in 1998, and with one change.
#
# Decks: 001 (L305-310, L409-471), 002 (L848-866, L945-964), 003 (L607-710), 004 (L284-296).

# %% tags=["module"]
from math import prod

import keras

# %% [markdown]
# ## 1. LeNet-5
#
# Deck 001 (L305-310) shows it with two convolutions and two averaging layers. The sizes are those of the
# paper of 1998 (LeCun and others, "Gradient-based learning applied to document recognition"):
#
# | layer | result on a grey image of $32 \times 32$ |
# |---|---|
# | 6 filters of $5 \times 5$, no padding, tanh | $28 \times 28 \times 6$ |
# | mean of $2 \times 2$ windows | $14 \times 14 \times 6$ |
# | 16 filters of $5 \times 5$, no padding, tanh | $10 \times 10 \times 16$ |
# | mean of $2 \times 2$ windows | $5 \times 5 \times 16$ |
# | flatten | 400 |
# | 120 units, tanh | 120 |
# | 84 units, tanh | 84 |
# | a unit for each class, softmax | 10 |
#
# (The original averaging layers had a factor and a bias to learn, and its second convolution did not connect
# all maps with all; that is why the paper has 60,000 parameters and yours a few more.)
#
# On grey images it has 61,706 parameters. CIFAR's images have three channels. How many are there then?

# %%
ex.predict("parameters", ...)  # put your number where the dots are


# %% task="build_lenet5"
def build_lenet5(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    """LeNet-5 of the table above; `activation` is that of the convolutions and of the two hidden layers."""
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    x = keras.layers.Conv2D(6, 5, activation=activation, name="conv1")(image)
    x = keras.layers.AveragePooling2D(2, name="pool1")(x)
    x = keras.layers.Conv2D(16, 5, activation=activation, name="conv2")(x)
    x = keras.layers.AveragePooling2D(2, name="pool2")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(120, activation=activation, name="fc1")(x)
    x = keras.layers.Dense(84, activation=activation, name="fc2")(x)
    scores = keras.layers.Dense(classes, activation="softmax", name="classes")(x)
    return keras.Model(image, scores, name="lenet5")
    # END SOLUTION


# %%
ex.check("build_lenet5")

# %% [markdown]
# ## 2. How much of the image a unit sees
#
# A unit of a convolution sees a window of its input, each place of which sees a window of the layer before,
# and so on down to the image. Two numbers describe it: the *size* $r$ of the receptive field along one side,
# and the *jump* $j$, how far apart in the image two neighbouring units are. A pixel has $r = 1$ and $j = 1$.
# A window of $k$ in steps of $s$ makes of them
#
# $$ r \leftarrow r + (k - 1) \cdot j, \qquad j \leftarrow j \cdot s $$
#
# in this order: neighbours that go into one window are still as far apart as the layer *before* has them.
# Pooling counts like a convolution. So three $3 \times 3$ convolutions see $7 \times 7$ (deck 001, L464-471),
# and so does a $3 \times 3$ convolution, subsampling by 2, and a second $3 \times 3$ convolution (deck 002,
# L945-964).
#
# In LeNet-5: on how many pixels, along a side, does a unit of the second convolution depend?

# %%
ex.predict("second_convolution", ...)


# %% task="receptive_field"
def receptive_field(layers):
    """Size and jump behind each layer: [(kernel, stride), ...] -> [(size, jump), ...], equally long."""
    # BEGIN SOLUTION
    size, jump, fields = 1, 1, []
    for kernel, stride in layers:
        size += (kernel - 1) * jump
        jump *= stride
        fields.append((size, jump))
    return fields
    # END SOLUTION


# %%
ex.check("receptive_field")

# %% [markdown]
# ## 3. A table of layers
#
# Deck 003 (L607-710) prints VGG-16 as a table. Yours has one row per layer, in order, without the input.
# Decks 001 to 003 leave the biases out of such tables, deck 004 counts them: so that you can compare with
# both, the table has a switch. Only what Keras calls `bias` is a bias here; batch normalisation always counts
# with all its four numbers per channel.
#
# What you need of a layer: `layer.name`, `layer.output.shape` (its first entry is the batch),
# `layer.weights`, and of each weight its `name` and `shape`. Mind that `model.layers` begins with the input
# in a functional model and not in a `Sequential`.


# %% task="layer_table"
def layer_table(model, count_bias=True):
    """One row per layer, in order, without the input.

    A row is {"layer": name, "output_shape": shape without the batch, "parameters": how many numbers the layer
    holds}; with `count_bias=False` biases are not among them.
    """
    # BEGIN SOLUTION
    return [
        {
            "layer": layer.name,
            "output_shape": tuple(layer.output.shape[1:]),
            "parameters": sum(
                prod(weight.shape) for weight in layer.weights if count_bias or weight.name != "bias"
            ),
        }
        for layer in model.layers
        if not isinstance(layer, keras.layers.InputLayer)
    ]
    # END SOLUTION


# %%
ex.check("layer_table")

# %%
for row in layer_table(build_lenet5((32, 32, 3))):
    print(f"{row['layer']:24}{row['output_shape']!s:16}{row['parameters']:8,}")

# %% [markdown]
# ## 4. What one image costs
#
# Each number that a convolution puts out is one dot product of a filter with a window: as many multiply-adds
# as the filter has weights. Deck 002 (L848-855) counts these alone; deck 004 (L284-296) adds one for the
# bias, for each number put out. Places are counted in the *output*.
#
# Take the first convolution on a colour image of $32 \times 32$. How many multiply-adds, without biases?

# %%
ex.predict("first_convolution", ...)

# %% [markdown]
# Count these kinds of layers, everything else is free:
#
# - `Conv2D`, with groups too: a filter covers its own group's maps only, which the shape of `layer.kernel`
#   shows;
# - `Dense`;
# - `DepthwiseConv2D`: each map that comes out is made from one map;
# - `SeparableConv2D`: a depthwise convolution and then $1 \times 1$ filters; it has one bias, at the end.


# %% task="macs"
def macs(model, count_bias=False):
    """Multiply-adds of the whole network for one image; with `count_bias` one more per number with a bias."""
    # BEGIN SOLUTION
    kinds = keras.layers
    total = 0
    for layer in model.layers:
        if isinstance(layer, kinds.SeparableConv2D):
            weights = prod(layer.depthwise_kernel.shape) + prod(layer.pointwise_kernel.shape)
        elif isinstance(layer, kinds.Conv2D | kinds.DepthwiseConv2D | kinds.Dense):
            weights = prod(layer.kernel.shape)
        else:
            continue
        total += prod(layer.output.shape[1:-1]) * weights
        if count_bias and layer.use_bias:
            total += prod(layer.output.shape[1:])
    return total
    # END SOLUTION


# %%
ex.check("macs")

# %% [markdown]
# ## 5. What has to be kept in memory
#
# To train, one keeps the maps of all layers until the gradients come back. Deck 003's table counts the input
# and what convolutions, poolings and linear layers put out. An activation, dropout, batch normalisation or
# flattening works on numbers that are there already and is not counted again, whether it is a layer of its
# own or not.


# %% task="activation_memory"
def activation_memory(model):
    """How many numbers have to be kept for one image: the input and the outputs of layers that make new ones.

    Activation, ReLU, Softmax, Dropout, BatchNormalization, Flatten and Reshape make none.
    """
    # BEGIN SOLUTION
    kinds = keras.layers
    in_place = (kinds.Activation, kinds.ReLU, kinds.Softmax, kinds.Dropout, kinds.BatchNormalization)
    not_new = (*in_place, kinds.Flatten, kinds.Reshape, kinds.InputLayer)
    made = [layer.output.shape[1:] for layer in model.layers if not isinstance(layer, not_new)]
    return prod(model.input_shape[1:]) + sum(map(prod, made))
    # END SOLUTION


# %%
ex.check("activation_memory")

# %% [markdown]
# ## 6. Your tools against the decks
#
# First the networks of this course side by side, on images of $32 \times 32 \times 3$ and 10 classes:

# %%
from cnn_course.models import build

print(f"{'network':18}{'parameters':>12}{'multiply-adds':>15}{'numbers kept':>14}")
for name in ("linear", "mlp", "lenet5", "course_cnn", "downsampling_cnn"):
    model = build(name, input_shape=(32, 32, 3), classes=10)
    parameters = sum(row["parameters"] for row in layer_table(model))
    print(f"{name:18}{parameters:12,}{macs(model):15,}{activation_memory(model):14,}")

# %% [markdown]
# Linear layers hold many parameters and cost little; convolutions are the other way round. In LeNet-5:

# %%
import matplotlib.pyplot as plt

model = build_lenet5((32, 32, 3))
layers = [layer for layer in model.layers if layer.weights]
shares = {
    "parameters": [sum(prod(weight.shape) for weight in layer.weights) for layer in layers],
    "multiply-adds": [prod(layer.output.shape[1:-1]) * prod(layer.kernel.shape) for layer in layers],
}
figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), sharey=True)
for axis, (title, counts) in zip(axes, shares.items(), strict=True):
    axis.barh(["conv1", "conv2", "fc1", "fc2", "classes"], counts)
    axis.set_title(title)
axes[0].invert_yaxis()  # both share it
plt.show()

# %% [markdown]
# Now VGG-16 without its three linear layers, on $224 \times 224 \times 3$. Decks 002 (L1096) and 003 (L707)
# print 24 million numbers, 96 MB, for the activations of the whole network; the linear layers they count are
# 9,192 of them. Deck 004 (L717) says 16 billion multiply-adds, of which the linear layers take 0.12. What do
# you find?

# %%
vgg = build("vgg16", head="gap")
kept = activation_memory(vgg)
print(f"{kept:,} numbers, {kept * 4 / 1e6:.1f} MB; {macs(vgg):,} multiply-adds")

# %% [markdown]
# The rows of the decks' table are right, and their sum is not: they add up to 15.2 million numbers, 61 MB. An
# error like that travels from slide to slide until somebody adds up.
#
# And the fields of LeNet-5, drawn on an image: what one unit of each layer sees.

# %%
data = ex.data()
fields = receptive_field([(5, 1), (2, 2), (5, 1), (2, 2)])
drawn = {"conv1": "white", "pool1": "yellow", "conv2": "orange", "pool2": "red"}
figure, axis = plt.subplots(figsize=(4.6, 3.4))
axis.imshow(data.train.images[3])
for (name, colour), (size, _) in zip(drawn.items(), fields, strict=True):
    box = plt.Rectangle((7.5, 7.5), size, size, fill=False, edgecolor=colour, linewidth=2)
    box.set_label(f"{name}: {size} pixels")
    axis.add_patch(box)
axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), facecolor="grey")
axis.axis("off")
plt.show()

# %% [markdown]
# ## 7. Train it: 1998, and one change
#
# LeNet-5 was made for digits. On photographs of ten kinds of things it meets its limits. Train it as it was,
# and once more with ReLU in place of tanh. What do you expect, and do the two differ in speed or in where
# they end?

# %%
runs = {}
for activation in ("tanh", "relu"):
    runs[activation] = ex.train(build_lenet5(data.input_shape, 10, activation), data, label=activation)

# %%
figure, axis = plt.subplots(figsize=(7, 4))
for (activation, run), colour in zip(runs.items(), ("tab:blue", "tab:orange"), strict=True):
    epochs = [row["epoch"] for row in run.metrics]
    for part, key, line in (("training", "accuracy", ".-"), ("validation", "val_accuracy", ".--")):
        right = [row[key] for row in run.metrics]
        axis.plot(epochs, right, line, color=colour, label=f"{activation}, {part}")
axis.set_xlabel("epoch")
axis.set_ylabel("accuracy")
axis.legend()
plt.show()

# %%
ex.tensorboard()

# %% [markdown]
# ## 8. To think about
#
# 1. Of LeNet-5's 62,006 parameters more than 48,000 are in one layer. Which, and what would global average
#    pooling before it change?
# 2. Stack five $3 \times 3$ convolutions, or take one of $11 \times 11$: both see $11 \times 11$. Use your
#    tools to compare parameters and multiply-adds for 8 maps in and out (deck 001, L409-461).
# 3. Doubling the side of the image: which of your four counts stay, which double, which become four times as
#    large? What happens to a network that flattens?
# 4. The receptive field of VGG-16's last pooling is 212 pixels. The image has 224. Is that a coincidence?
# 5. A batch of 128 images, four bytes a number: how much memory do VGG-16's activations take? Compare with
#    its 138 million parameters.
#
# Further: `cnn-course explain lenet5` prints all four counts in one table, with the formula of every layer;
# `cnn-course explain vgg16` does it for the network of the decks.

# %% [markdown] tags=["instructor"]
# Answers. 1. The layer of 120 units, 48,120. With global average pooling it would have (16 + 1) * 120 =
# 2,040, and lose where things are. 2. 2,920 and 7,752 parameters, with biases; per place 2,880 and 7,744
# multiply-adds.
# 3. Parameters of convolutions and receptive fields stay; multiply-adds and activations become four times as
# large; a network that flattens no longer fits, its first linear layer would need four times the weights.
# 4. Not quite: one wants the last units to see most of the image, and five halvings of 224 leave 7.
# 5. 15.2 million * 4 bytes * 128 = 7.8 GB, against 0.55 GB for the parameters.
