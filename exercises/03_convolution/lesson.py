# ---
# jupyter:
#   cnn_course:
#     title: Convolution by hand
#     data: cifar10
#     decks:
#       - "deck 004 (L80-291): local dot products, worked example, padding, parameters, operations"
#       - "deck 003 (L36-159, L530-543): output sizes, counting, the neuron view, equivariance"
#       - "deck 002 (L115-177, L845-875, L934-939): strides, locally connected layers, costs, im2col and GEMM"
#       - "deck 001 (L81-105): channels are added up, strided convolution"
#     profiles:
#       smoke: {per_class: 20, epochs: 1, augment: []}
#       cpu: {per_class: 2000, epochs: 15, learning_rate: 0.005}
#       gpu: {epochs: 30, learning_rate: 0.005}
# ---

# %% [markdown]
# # Convolution by hand
#
# A dense layer looks at all 3072 numbers of an image at once and has to learn about every place anew. A
# convolution looks through a small window, a *filter*, and slides it over the image, with the same weights
# everywhere. You will write it twice: first as the pictures draw it, window after window, then as computers
# do it, as one large matrix product. In between you count: pixels, parameters, multiplications. At the end a
# network of one convolution learns CIFAR-10, and you look at its filters.
#
# Where it is in the lectures: deck 004 (L80-291), deck 003 (L36-159), deck 002 (L141-177 and L845-939).

# %% tags=["module"]
import keras
import numpy as np
from keras import layers

# %% [markdown]
# ## 1. How often does the window fit?
#
# A window of $F$ pixels on a row of $W$ pixels can start at $W - F + 1$ places. A margin of $P$ zeros on
# *both* sides makes the row longer, and with a stride of $S$ only every $S$-th place counts (deck 003,
# L530-543):
#
# $$\left\lfloor \frac{W - F + 2P}{S} \right\rfloor + 1$$
#
# The decks choose numbers for which the division leaves nothing over. Frameworks round down: the last window
# that does not fit any more is left out. A **dilated** filter has gaps: with dilation $D$ its taps are $D$
# pixels apart, and it reaches over $D(F-1)+1$ pixels (deck 002, L290-302).
#
# A $32 \times 32$ image and a $5 \times 5$ filter, no margin, stride 1: how wide is the output?

# %%
ex.predict("output_size", ...)


# %% task="conv_output_size"
def conv_output_size(w, f, s=1, p=0, d=1, strict=False):
    """The number of places where a window fits on one side of an image.

    w: pixels of the side. f: of the filter. s: stride. p: zeros on each side. d: dilation. A step that does
    not fit is left out; with `strict`, ValueError if the steps do not end exactly at the border.
    """
    # BEGIN SOLUTION
    room = w + 2 * p - (d * (f - 1) + 1)
    if strict and room % s:
        raise ValueError(f"steps of {s} do not fit into {room} pixels")
    return room // s + 1
    # END SOLUTION


# %%
ex.check("conv_output_size")

# %% [markdown]
# How many zeros does a $5 \times 5$ filter need on each side so that the output is as large as the image?

# %%
ex.predict("margin", ...)

# %% [markdown]
# ## 2. As it is drawn
#
# At each place: multiply the window by the filter, number by number, add everything up, over rows, columns
# **and channels**, and add the bias of the filter (deck 004, L111-118; deck 001, L86-93). Each filter gives
# one channel of the output.
#
# Here is the example of deck 004 (L205-241), with its first steps worked out:

# %%
from cnn_course import plots
from cnn_course.reference import conv2d_steps

image = np.array([[1, 2, 1, 1], [2, -1, 0, 1], [0, 2, 1, 1], [1, 0, -2, 2]])
kernel = np.array([[1, -1, 1], [2, 0, -1], [-2, 2, 1]])
plots.sliding_window(conv2d_steps(image[:, :, None], kernel[:, :, None], 1, padding=1), show=[0, 1])

# %% [markdown]
# Mathematicians turn the filter round before they slide it; what networks call convolution does not (they
# would learn the turned filter just as well). The shapes are those of Keras: images $(N, H, W, C)$, filters
# $(k, k, C, \text{filters})$.


# %% task="conv2d_loops"
def conv2d_loops(x, w, b, stride=1, pad=0, dilation=1):
    """Convolution, window by window: (N, H, W, C), filters (k, k, C, F), biases (F,) -> (N, H', W', F).

    pad: zeros on each of the four sides. dilation: how many pixels the taps of a filter are apart.
    """
    # BEGIN SOLUTION
    n, height, width, _ = x.shape
    k, filters = w.shape[0], w.shape[3]
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    rows, columns = (conv_output_size(side, k, stride, pad, dilation) for side in (height, width))
    reach = dilation * (k - 1) + 1
    y = np.empty((n, rows, columns, filters))
    for i, row, column, f in np.ndindex(*y.shape):
        top, left = row * stride, column * stride
        window = x[i, top : top + reach : dilation, left : left + reach : dilation]
        y[i, row, column, f] = np.sum(window * w[..., f]) + b[f]
    return y
    # END SOLUTION


# %%
ex.check("conv2d_loops")

# %%
example = conv2d_loops(image[None, :, :, None], kernel[:, :, None, None], np.array([1]), pad=1)
print(example[0, :, :, 0])

# %% [markdown]
# When its checks pass, your four nested loops are right, and slow. Computers are built for something else.
#
# ## 3. As it is computed
#
# **im2col** writes each window as a column of a matrix, and then *all* dot products of all filters are one
# matrix product. For AlexNet's first layer ($11 \times 11$ filters on $227 \times 227 \times 3$ with stride
# 4) deck 002 (L934-939) has $363 \times 3025$ numbers: $363 = 11 \cdot 11 \cdot 3$ in a window,
# $3025 = 55 \cdot 55$ windows.
#
# Two orders have to be agreed on. Within a column: row by row of the window, and at each pixel its channels,
# as `window.reshape(-1)` does it. Among the columns: the windows row by row, as you read.


# %% task="im2col"
def im2col(x, k, stride=1, pad=0):
    """The windows of one image as columns: (H, W, C) -> (k * k * C, H' * W').

    Within a column: row, then column, then channel. The columns: windows row by row.
    """
    # BEGIN SOLUTION
    height, width, _ = x.shape
    x = np.pad(x, ((pad, pad), (pad, pad), (0, 0)))
    tops = [row * stride for row in range(conv_output_size(height, k, stride, pad))]
    lefts = [column * stride for column in range(conv_output_size(width, k, stride, pad))]
    return np.stack([x[top : top + k, left : left + k].reshape(-1) for top in tops for left in lefts], axis=1)
    # END SOLUTION


# %%
ex.check("im2col")

# %% [markdown]
# Now the filters: written as a matrix of one *row* per filter, they are $96 \times 363$ in the deck's
# example, and
#
# $$\underbrace{96 \times 363}_{\text{filters}} \;\cdot\;
# \underbrace{363 \times 3025}_{\text{windows}} \;=\;
# \underbrace{96 \times 3025}_{\text{output}}$$
#
# What remains is to bring the output into the shape of an image, with the channels last.


# %% task="conv2d_gemm"
def conv2d_gemm(x, w, b, stride=1, pad=0):
    """The same as conv2d_loops (without dilation), as a matrix product for each image."""
    # BEGIN SOLUTION
    _, height, width, _ = x.shape
    k, filters = w.shape[0], w.shape[3]
    rows, columns = (conv_output_size(side, k, stride, pad) for side in (height, width))
    matrix = w.reshape(-1, filters)
    images = [im2col(image, k, stride, pad).T @ matrix + b for image in x]
    return np.stack(images).reshape(len(x), rows, columns, filters)
    # END SOLUTION


# %%
ex.check("conv2d_gemm")

# %%
from time import perf_counter

rng = np.random.default_rng(0)
x, w, b = rng.normal(size=(1, 32, 32, 3)), rng.normal(size=(5, 5, 3, 32)), np.zeros(32)
for convolve in [conv2d_loops, conv2d_gemm]:
    start = perf_counter()
    convolve(x, w, b, pad=2)
    print(f"{convolve.__name__}: {1000 * (perf_counter() - start):.1f} ms")

# %% [markdown]
# ## 4. What it costs
#
# Ten $5 \times 5$ filters on a colour image, deck 003 (L54-69): how many parameters does this layer learn?

# %%
ex.predict("parameters", ...)

# %% [markdown]
# With $d$ input channels and $d'$ filters there are $d'(k^2 d + 1)$ parameters (deck 004, L284-287). Deck 002
# (L149) writes $n^2 N M$ for the same: it leaves the biases out. With **groups**, the channels and the
# filters are divided into $g$ equal parts, and each filter sees the channels of its own part only (deck 002,
# L304-326).


# %% task="conv_params"
def conv_params(k, cin, cout, groups=1, bias=True):
    """The parameters of cout filters k x k on cin channels; ValueError if groups does not divide both."""
    # BEGIN SOLUTION
    if cin % groups or cout % groups:
        raise ValueError(f"{groups} groups do not divide {cin} channels and {cout} filters")
    return (k * k * cin // groups + (1 if bias else 0)) * cout
    # END SOLUTION


# %%
ex.check("conv_params")

# %% [markdown]
# The number of **multiply-adds** depends on the size of the image, too: each output pixel of each filter is
# one dot product. The decks count differently (deck 004, L288-291: padded, and the bias is one more; deck
# 002, L848-855: not padded, without bias). So both are switches.


# %% task="conv_macs"
def conv_macs(shape, k, cout, padding="same", bias=True):
    """The multiply-adds of cout filters k x k, stride 1, on an image of `shape` (height, width, channels).

    padding: "same" keeps the size, "valid" adds no margin. bias: count adding it as one more for each output.
    """
    # BEGIN SOLUTION
    height, width, channels = shape
    shrink = k - 1 if padding == "valid" else 0
    outputs = (height - shrink) * (width - shrink) * cout
    return outputs * (k * k * channels + (1 if bias else 0))
    # END SOLUTION


# %%
ex.check("conv_macs")

# %% [markdown]
# What do shared weights save? A **locally connected** layer also looks through small windows, but has filters
# of its own at each place (deck 002, L163-177). Five $5 \times 5$ filters on a $32 \times 32 \times 3$ image,
# no padding, with biases: how many parameters?

# %%
ex.predict("unshared", ...)


# %% task="locally_connected_params"
def locally_connected_params(shape, k, cout, bias=True):
    """The parameters of a layer with cout filters k x k (and biases) of its own at each place, no padding.

    shape: of the image, (height, width, channels).
    """
    # BEGIN SOLUTION
    height, width, channels = shape
    return (height - k + 1) * (width - k + 1) * conv_params(k, channels, cout, bias=bias)
    # END SOLUTION


# %%
ex.check("locally_connected_params")

# %%
image_shape, outputs = (32, 32, 3), 28 * 28 * 5
print(
    f"a 28x28x5 output of a 32x32x3 image by a\n"
    f"  dense layer              {outputs * (32 * 32 * 3 + 1):12,} parameters\n"
    f"  locally connected layer  {locally_connected_params(image_shape, 5, 5):12,}\n"
    f"  convolution              {conv_params(5, 3, 5):12,}"
)

# %% [markdown]
# ## 5. A network of one convolution
#
# Small, so that nothing hides what the convolution does: 32 filters $5 \times 5$ with ReLU, then of each of
# the 32 maps its mean (*global average pooling*, which exercise 04 is about), then a linear layer with
# softmax. How many parameters?

# %%
ex.predict("network", ...)


# %% task="build_conv_net"
def build_conv_net(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    """A Keras model: a convolution with ReLU that keeps the size, the mean of each map, dense, softmax."""
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    maps = layers.Conv2D(filters, kernel_size, padding="same", activation="relu")(image)
    means = layers.GlobalAveragePooling2D()(maps)
    scores = layers.Dense(classes, activation="softmax")(means)
    return keras.Model(image, scores, name="conv_net")
    # END SOLUTION


# %%
ex.check("build_conv_net")

# %% [markdown]
# ## 6. The experiment

# %%
data = ex.data()
model = build_conv_net(data.input_shape, len(data.classes))
run = ex.train(model, data)

# %% [markdown]
# Its 32 filters, as pictures. In exercise 01 a template had the size of the image; these are five pixels wide
# and used at every place.

# %%
import matplotlib.pyplot as plt

weights, biases, *_ = model.get_weights()
plt.figure(figsize=(5, 5))
plt.imshow(plots.tiles(weights.transpose(3, 0, 1, 2), scale=12))
plt.axis("off")
plt.show()

# %% [markdown]
# And what they see. The maps below are computed by *your* convolution, with the weights that Keras has
# learned. The difference to Keras's own maps should be next to nothing.

# %%
picture = ((data.validation.images[:1] / 255 - data.mean) / data.std).astype("float32")
maps = np.maximum(conv2d_gemm(picture, weights, biases, pad=2), 0)
by_keras = keras.ops.relu(keras.ops.conv(picture, weights, padding="same") + biases)
print("largest difference to Keras:", np.abs(maps - keras.ops.convert_to_numpy(by_keras)).max())

figure, panels = plt.subplots(1, 6, figsize=(12, 2.2), layout="constrained")
panels[0].imshow(data.validation.images[0])
for axes, f in zip(panels[1:], maps.mean(axis=(0, 1, 2)).argsort()[::-1], strict=False):
    axes.imshow(maps[0, :, :, f], cmap="gray")
    axes.set_title(f"filter {f}")
for axes in panels:
    axes.axis("off")
plt.show()

# %% [markdown]
# Shift the image by four pixels, and every map shifts by four pixels: that is **equivariance** (deck 003,
# L154-159). The border is the exception.

# %%
shifted = np.roll(picture, 4, axis=2)
maps_of_shifted = np.maximum(conv2d_gemm(shifted, weights, biases, pad=2), 0)
apart = np.abs(maps_of_shifted[:, :, 6:-2] - maps[:, :, 2:-6]).max()
print("largest difference away from the border:", apart)

# %% [markdown]
# ## To think about
#
# 1. Compare the accuracy with that of the linear model of exercise 01 (about 40 %). Which has more
#    parameters, and how many times?
# 2. The mean of each map throws away where something was. What can this network not tell apart at all?
# 3. Which filters detect edges, and which colours? Would a filter of $3 \times 3$ be enough for these?
# 4. The top-left output of deck 004's example is 2. Turn the kernel round by 180 degrees and compute again.
#    What does this say about checking an answer by one number?
# 5. Keras's `padding="same"` with stride 2 on an even image pads at the bottom and right only; the slides pad
#    on all sides. Same sizes: same numbers? Try with `keras.ops.conv` and the example above.
#
# Further reading: `cnn-course explain course_cnn` counts parameters and multiply-adds of a whole network;
# `cnn_course.reference` has `conv2d` with its gradient, and `conv2d_matrix`, which writes a convolution as a
# dense layer's matrix, to look at its zeros.

# %% [markdown] tags=["instructor"]
# ### Answers
#
# 1. 2,762 against 30,730, eleven times fewer; the accuracy is about the same or better after enough epochs.
# 2. Any two images with the same windows in other places: a bag of 5x5 patches.
# 3. Pairs of opposite colours and oriented edges; mostly yes, two stacked 3x3 see 5x5 (exercise 08).
# 4. It is 2 again, by chance; the neighbour to the right is 5 instead of -4. One number is no proof.
# 5. No: [[2, 7], [-2, 2]] with a margin on all sides, [[10, 1], [4, -3]] with Keras's "same".
