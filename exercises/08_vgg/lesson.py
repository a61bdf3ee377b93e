# ---
# jupyter:
#   cnn_course:
#     title: Small kernels and VGG
#     data: cifar100
#     decks:
#       - 001 (L405-506)
#       - 002 (L1056-1121)
#       - 003 (L591-710, L794-814)
#       - 004 (L611-738)
#     profiles:
#       smoke: {per_class: 10, classes: [bicycle, bottle, castle, clock, cloud], epochs: 1, batch_size: 32}
#       cpu:
#         per_class: 100
#         classes: [bicycle, bottle, castle, clock, cloud, maple_tree, orange, sea, sunflower, tractor]
#         epochs: 6
#         batch_size: 32
#       gpu: {epochs: 60}
# ---

# %% [markdown]
# # Small kernels and VGG
#
# Two years after AlexNet a network without any trick came second on ImageNet: 3x3 convolutions, 2x2
# pooling, and sixteen layers of it. VGG is still the network that one draws when one explains convolution.
# You will count why small kernels win, write VGG's four forms from one table, make the table of decks 001
# and 003 for it, and train it on CIFAR-100, with and without what VGG did not have yet.
#
# **You write** `compare_stacks`, `conv_stack`, `build_vgg` and `vgg_table`.

# %% tags=["module"]
import keras
from keras import layers

# %% [markdown]
# ## Predict first
#
# Five 3x3 convolutions in a row, stride 1, against one of 11x11. First with one channel in and out, biases
# counted (deck 001, L409-425). Put your numbers where the dots are.

# %%
ex.predict("stack_sees", ...)

# %%
ex.predict("stack_parameters", ...)

# %%
ex.predict("single_parameters", ...)

# %% [markdown]
# ## 1. A stack of small kernels against one large kernel
#
# A unit behind one 3x3 convolution sees 3x3 pixels. Each further one adds a pixel on every side, so a stack
# of $n$ sees $(2n+1)\times(2n+1)$: what one large kernel of that size sees. With $C$ channels in and out,
# all the way, a $k\times k$ convolution has $k\cdot k\cdot C$ weights for each of its $C$ filters, and a
# bias each. Between the layers of a stack there is room for more ReLUs, too: five bends where the large
# kernel has one (decks 001, L464-471; 002, L1076-1088).


# %% task="compare_stacks"
def compare_stacks(channels, n, big, bias=True):
    """n 3x3 convolutions in a row against one big x big convolution, all with `channels` maps in and out.

    Returns a dict: "stack" and "single" are the numbers of parameters (of weights alone if `bias` is False),
    "stack_sees" and "single_sees" the side of the square of pixels that one unit sees.
    """

    # BEGIN SOLUTION
    def parameters(side):
        return channels * (side * side * channels + (1 if bias else 0))

    return {
        "stack": n * parameters(3),
        "single": parameters(big),
        "stack_sees": 2 * n + 1,
        "single_sees": big,
    }
    # END SOLUTION


# %%
ex.check("compare_stacks")

# %%
for channels, n, big in ((1, 5, 11), (8, 5, 11), (64, 3, 7), (64, 2, 5)):
    print(channels, "channels:", compare_stacks(channels, n, big))

# %% [markdown]
# ## 2. The block
#
# VGG repeats one block: `n` times a 3x3 convolution with stride 1, padding 1 and ReLU, then 2x2 max pooling
# with stride 2 (deck 003, L591-605). So convolutions keep height and width, and pooling alone halves them.
#
# VGG came a year before batch normalisation. With `batch_norm=True` the block gets it where deck 001
# (L574-646) puts it: behind each convolution and before its ReLU. The convolution then needs no bias, since
# the normalisation subtracts it again and has a shift of its own: leave it out.


# %% task="conv_stack"
def conv_stack(x, filters, n, batch_norm=False):
    """`n` times 3x3 convolution and ReLU, then 2x2 max pooling: (N, H, W, C) -> (N, H/2, W/2, filters).

    A block: it takes the tensor x and returns a tensor.
    """
    # BEGIN SOLUTION
    for _ in range(n):
        x = layers.Conv2D(
            filters, 3, padding="same", use_bias=not batch_norm, kernel_initializer="he_normal"
        )(x)
        if batch_norm:
            x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    return layers.MaxPooling2D(2)(x)
    # END SOLUTION


# %%
ex.check("conv_stack")

# %% [markdown]
# ## 3. Four networks from one table
#
# Five blocks of 64, 128, 256, 512 and 512 filters. How many convolutions a block has is the only thing in
# which the paper's columns differ:
#
# | configuration | block 1 | block 2 | block 3 | block 4 | block 5 | layers with weights |
# |---|---|---|---|---|---|---|
# | A | 1 | 1 | 2 | 2 | 2 | 11 |
# | B | 2 | 2 | 2 | 2 | 2 | 13 |
# | D | 2 | 2 | 3 | 3 | 3 | 16 |
# | E | 2 | 2 | 4 | 4 | 4 | 19 |
#
# **Heads.** `head="fc"` is VGG's own: flatten, two dense layers of 4096 units with ReLU and dropout 0.5,
# one unit per class with softmax. (Deck 004, L693, gives all three dense layers a ReLU. The last one has
# none: what it says goes to the softmax.) `head="gap"` averages each of the 512 maps and goes straight to
# the classes with softmax, as GoogLeNet does (deck 003, L794-814).


# %% task="build_vgg"
def build_vgg(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    """VGG in configuration "A", "B", "D" or "E" with the head "fc" or "gap"; ValueError for any other.

    Returns a Keras model with probabilities as output.
    """
    # BEGIN SOLUTION
    convolutions = {
        "A": (1, 1, 2, 2, 2),
        "B": (2, 2, 2, 2, 2),
        "D": (2, 2, 3, 3, 3),
        "E": (2, 2, 4, 4, 4),
    }
    if config not in convolutions:
        raise ValueError(f"config is {config!r}; choose one of {', '.join(convolutions)}")
    if head not in ("fc", "gap"):
        raise ValueError(f"head is {head!r}; choose 'fc' or 'gap'")
    image = keras.Input(input_shape)
    x = image
    for n, filters in zip(convolutions[config], (64, 128, 256, 512, 512), strict=True):
        x = conv_stack(x, filters, n, batch_norm)
    if head == "gap":
        x = layers.GlobalAveragePooling2D()(x)
    else:
        x = layers.Flatten()(x)
        for _ in range(2):
            x = layers.Dense(4096, activation="relu", kernel_initializer="he_normal")(x)
            x = layers.Dropout(0.5)(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))
    # END SOLUTION


# %%
ex.check("build_vgg")

# %% [markdown]
# Deck 004 (L717) says that VGG16 has about 132 million parameters, decks 002 and 003 say 138 million. Who
# is right? Add up the dense layers in your head and guess what share of all parameters they hold.

# %%
ex.predict("dense_percent", ...)

# %%
for config in "ABD":
    small = build_vgg(config, input_shape=(32, 32, 3))  # 1x1 maps at the end; 7x7 on 224x224 pixels
    print(config, f"{small.count_params() + (7 * 7 - 1) * 512 * 4096:,} parameters on 224x224 images")

# %% [markdown]
# ## 4. The table of the slides
#
# Decks 001 (L483-506) and 003 (L607-700) show for every layer its volume, the numbers that have to be kept
# in memory, and its weights. Biases are not counted there. Rows: the image, every convolution, every
# pooling and every dense layer. Flattening, dropout, activations and normalisation have no row of their
# own.
#
# Names as on the slides: `INPUT`, `CONV3-64` (kernel side, filters), `POOL2` (window), `FC-4096`. Global
# average pooling is `GAP`.


# %% task="vgg_table"
def vgg_table(model):
    """The rows of the slides: a list of dicts with the keys "layer", "shape", "numbers" and "weights".

    "shape" is the volume behind the layer without the batch, a tuple; "numbers" how many numbers that is;
    "weights" those of the kernel, without biases (0 where there is no kernel).
    """

    # BEGIN SOLUTION
    def name(layer):
        if isinstance(layer, layers.InputLayer):
            return "INPUT"
        if isinstance(layer, layers.Conv2D):
            return f"CONV{layer.kernel_size[0]}-{layer.filters}"
        if isinstance(layer, layers.MaxPooling2D):
            return f"POOL{layer.pool_size[0]}"
        if isinstance(layer, layers.GlobalAveragePooling2D):
            return "GAP"
        return f"FC-{layer.units}" if isinstance(layer, layers.Dense) else None

    def product(sizes):
        result = 1
        for size in sizes:
            result *= size
        return result

    return [
        {
            "layer": name(layer),
            "shape": tuple(layer.output.shape[1:]),
            "numbers": product(layer.output.shape[1:]),
            "weights": product(layer.kernel.shape) if hasattr(layer, "kernel") else 0,
        }
        for layer in model.layers
        if name(layer)
    ]
    # END SOLUTION


# %%
ex.check("vgg_table")

# %%
for row in vgg_table(build_vgg(head="gap")):
    volume = "x".join(map(str, row["shape"]))
    print(f"{row['layer']:10} {volume:>12} {row['numbers']:>12,} {row['weights']:>12,}")

# %% [markdown]
# Most numbers to keep are near the image, most weights near the classes (deck 003, L702-705). The sum of
# the column for VGG16 with its own head is 15.2 million numbers, 61 MB; the 24 million of decks 002 (L1096)
# and 003 (L707) cannot be got from their own rows.

# %%
ex.predict("memory_megabytes", ...)

# %% [markdown]
# ## 5. Experiment: what a later idea does for VGG
#
# CIFAR-100 at 32x32 pixels: after five poolings one pixel is left, so averaging it costs nothing. You train
# VGG-16 with the GAP head twice, with and without batch normalisation, on the same images. Thirteen plain
# convolutions are hard to set going (Simonyan and Zisserman started their deep networks from the weights of a
# shallow one): see what normalisation changes. On a CPU only ten of the classes are used.

# %%
data = ex.data()
runs = {}
for batch_norm in (True, False):
    model = build_vgg("D", (32, 32, 3), len(data.classes), head="gap", batch_norm=batch_norm)
    label = "with" if batch_norm else "without"
    runs[label] = ex.train(model, data, label=label)

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 4))
for name, run in runs.items():
    epochs = [row["epoch"] for row in run.metrics]
    axes.plot(epochs, [row["val_accuracy"] for row in run.metrics], "o-", label=f"{name} batch normalisation")
axes.axhline(1 / len(data.classes), color="grey", linestyle=":", label="guessing")
axes.set(xlabel="epoch", ylabel="validation accuracy", title="VGG-16 on CIFAR-100")
axes.legend()
plt.show()

# %%
ex.tensorboard()

# %% [markdown]
# ## 6. Think about it
#
# 1. Three 3x3 layers have $27C^2$ weights, one 7x7 has $49C^2$. Which needs more memory for activations
#    while it trains, and by how much?
# 2. Why does nobody stack 2x2 kernels instead?
# 3. The GAP head leaves 15.2 of 138.4 million parameters. What does that say of the dense layers? What
#    would you check before you leave them out?
# 4. Double the side of the image. Which rows of the table change, which do not, and what becomes of
#    FC-4096?
#
# Further: `cnn-course explain vgg16`, `cnn-course table vgg16`, `cnn-course compare vgg16 vgg19`,
# `cnn_course.models.vgg`.

# %% [markdown] tags=["instructor"]
# 1. The stack: three maps of activations are kept where the single layer keeps one (each of C numbers per
#    pixel). Parameters and multiply-adds become fewer, memory for activations three times as much.
# 2. An even kernel has no middle pixel: padding can't be symmetric, maps shift by half a pixel or shrink.
#    Two 2x2 see 3x3 with 8 weights per pair of channels, against 9: little is won.
# 3. Most of their weights do little but remember (VGG needs dropout there). Check the accuracy: averaging
#    discards where something was, which small maps (7x7) hardly know any more anyway.
# 4. "numbers" become four times as many in all rows up to the last pooling, weights of convolutions stay;
#    the first dense layer would need 14*14*512 inputs, four times the weights: the old ones no longer fit.
#    With GAP any size will do.
