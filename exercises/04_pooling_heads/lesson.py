# ---
# jupyter:
#   cnn_course:
#     title: Pooling and heads
#     data: cifar10
#     decks:
#       - 000 (L23-115)
#       - 001 (L99-138)
#       - 002 (L446-511, L868-888)
#       - 003 (L165-184, L794-814)
#       - 004 (L382-595)
#     profiles:
#       smoke: {per_class: 20, epochs: 1}
#       cpu: {per_class: 500, epochs: 8}
#       gpu: {epochs: 40}
# ---

# %% [markdown]
# # Pooling and heads
#
# A convolution hardly makes its maps smaller. Somewhere they have to shrink: the layers behind cost less
# then, and each of their units sees more of the image. In this exercise you write the ways of shrinking that
# the decks name, first in NumPy and then as layers of a network, and you decide how the last maps become
# scores.
#
# You will
#
# 1. pool by maximum, by mean and by the root of the squares, over space and over neighbouring maps;
# 2. tell how large a patch of the image a pooled number depends on;
# 3. compare the two heads, flattening and global average pooling, by their parameters;
# 4. build one network in four variants and train them on CIFAR-10.
#
# Decks: 000 (L23-115), 001 (L99-138), 002 (L446-511), 003 (L165-184), 004 (L382-595).
#
# Batches of images are arrays of shape $(n, h, w, c)$ throughout: images, rows, columns, channels.

# %% tags=["module"]
import keras
import numpy as np

# %% [markdown]
# ## 1. Pooling
#
# A window of $k \times k$ slides over each map in steps of $s$ and leaves one number per place. Nothing is
# learned, and the maps do not mix: $c$ maps come in, $c$ maps go out. Which number it leaves is the `mode`:
#
# | mode | the window becomes | deck |
# |---|---|---|
# | `"max"` | its largest value | 001 (L109-119), 004 (L413-491) |
# | `"average"` | $\frac{1}{K} \sum x$, with $K = k \cdot k$ values | 001 (L121-132), 002 (L479-481) |
# | `"l2"` | $\sqrt{\sum x^2}$ | 002 (L483-485) |
#
# Mostly $k = s = 2$ (deck 000, L53-71). AlexNet's windows overlap: $k = 3$ and $s = 2$ (deck 003, L184).
#
# There is no padding: a window that would stick out is left out, so a side of $h$ becomes
# $\lfloor (h - k) / s \rfloor + 1$. That is the rule of the convolution in exercise 03 again.
#
# Before you program, guess: AlexNet pools a $55 \times 55$ map with $k = 3$ and $s = 2$. What side comes out?

# %%
ex.predict("overlapping_side", ...)  # put your guess where the dots are


# %% task="pool2d"
def pool2d(x, k=2, s=2, mode="max"):
    """Pool every map of a batch by windows of k x k in steps of s: (n, h, w, c) -> (n, h', w', c).

    `mode` is "max", "average" or "l2"; anything else raises a ValueError.
    """
    # BEGIN SOLUTION
    pools = {"max": np.max, "average": np.mean, "l2": lambda window, axis: np.sqrt((window**2).sum(axis))}
    if mode not in pools:
        raise ValueError(f"mode={mode!r}: choose from {', '.join(pools)}")
    n, height, width, channels = x.shape
    rows, columns = (height - k) // s + 1, (width - k) // s + 1
    y = np.empty((n, rows, columns, channels))
    for i in range(rows):
        for j in range(columns):
            window = x[:, i * s : i * s + k, j * s : j * s + k]
            y[:, i, j] = pools[mode](window, axis=(1, 2))
    return y
    # END SOLUTION


# %%
ex.check("pool2d")

# %% [markdown]
# Deck 001 (L121-132) pools the same $4 \times 4$ map by maximum and by mean. Look at the printed means, then
# at yours: which of the two has been rounded?

# %%
slide = np.array([[6, 2, 3, 2], [1, 4, 5, 1], [1, 2, 3, 4], [1, 0, 5, 6]])
for mode in ("max", "average", "l2"):
    print(mode, pool2d(slide[None, :, :, None], 2, 2, mode)[0, :, :, 0].tolist())

# %% [markdown]
# ## 2. Pooling over maps
#
# A window can also lie across the maps instead of across the image: at each place, the root of the sum of
# squares of $n$ neighbouring maps (deck 002, L487-489). If neighbouring filters look for the same thing at
# different angles, the result says "that thing, at whatever angle". The image keeps its size; of $c$ maps
# $\lfloor c / n \rfloor$ remain.


# %% task="l2_pool_features"
def l2_pool_features(x, n=2):
    """The root of the sum of squares of n neighbouring maps: (N, h, w, c) -> (N, h, w, c // n).

    Maps 0 to n - 1 are the first group, n to 2n - 1 the second, and so on; a group that is not full is left
    out.
    """
    # BEGIN SOLUTION
    groups = x.shape[-1] // n
    kept = x[..., : groups * n].reshape(*x.shape[:-1], groups, n)
    return np.sqrt((kept**2).sum(axis=-1))
    # END SOLUTION


# %%
ex.check("l2_pool_features")

# %% [markdown]
# ## 3. What a pooled number sees
#
# Deck 002 (L493-511) asks it and the answer is lost in a picture: a convolution with $K \times K$ filters in
# steps of 1, then pooling with windows of $P \times P$. On how large a patch of the input does one pooled
# number depend? Draw it in one dimension with $K = 3$ and $P = 2$ and count. Then guess for $K = 5$, $P = 2$.

# %%
ex.predict("patch", ...)


# %% task="conv_pool_patch"
def conv_pool_patch(K, P):
    """Side of the input patch that one unit sees after a K x K convolution (stride 1) and P x P pooling."""
    # BEGIN SOLUTION
    return K + P - 1
    # END SOLUTION


# %%
ex.check("conv_pool_patch")

# %% [markdown]
# ## 4. From maps to scores
#
# At the end there are $d$ maps of $m \times l$, and a linear layer wants a vector. Two heads are common
# (decks 000, L92-115; 004, L547-595):
#
# - **flatten**: write all $m \cdot l \cdot d$ numbers in a row. Nothing is lost, each place keeps its own
#   weights.
# - **gap**, global average pooling: one mean per map,
#   $z_c = \frac{1}{m \cdot l} \sum_{a,b} x_{a,b,c}$. Where in the image a feature was found is forgotten.


# %% task="global_average_pool"
def global_average_pool(x):
    """The mean of every map of every image: (n, h, w, c) -> (n, c)."""
    # BEGIN SOLUTION
    return x.mean(axis=(1, 2))
    # END SOLUTION


# %%
ex.check("global_average_pool")

# %% [markdown]
# The linear layer behind has a weight for each pair of an input and a class, and one bias for each class. Its
# size is all that the heads differ in. Guess first: the last maps are $4 \times 4 \times 128$, there are 10
# classes. How many parameters has the linear layer behind global average pooling?

# %%
ex.predict("gap_head", ...)


# %% task="head_parameters"
def head_parameters(map_shape, classes, head):
    """Parameters of the linear layer (with biases) behind maps of shape (m, l, d).

    `head` is "flatten" or "gap"; anything else raises a ValueError.
    """
    # BEGIN SOLUTION
    rows, columns, maps = map_shape
    inputs = {"flatten": rows * columns * maps, "gap": maps}
    if head not in inputs:
        raise ValueError(f"head={head!r}: choose from {', '.join(inputs)}")
    return (inputs[head] + 1) * classes
    # END SOLUTION


# %%
ex.check("head_parameters")

# %% [markdown]
# Behind VGG-16's last maps, $7 \times 7 \times 512$, the choice is no detail:

# %%
for head in ("flatten", "gap"):
    print(f"{head:8}{head_parameters((7, 7, 512), 1000, head):12,} parameters")

# %% [markdown]
# ## 5. One network, four ways to shrink
#
# Three stages. Each is a $3 \times 3$ convolution that keeps the size (padding) with ReLU, with 32, 64 and
# 128 filters, and then the shrinking, which halves both sides: $32 \to 16 \to 8 \to 4$.
#
# | kind | the shrinking |
# |---|---|
# | `"max"` | maximum of $2 \times 2$ windows |
# | `"average"` | mean of $2 \times 2$ windows |
# | `"overlapping"` | maximum of $3 \times 3$ windows in steps of 2, padded so that the side halves exactly |
# | `"strided"` | a $3 \times 3$ convolution in steps of 2, padded, as many filters as maps, and ReLU |
#
# The last one is learned. A mean is one of the things it could learn, and it pays for the choice with weights
# (decks 001, L99; 004, L503-545). After the third shrinking comes the head, flattening or global average
# pooling, and one softmax layer over the classes.
#
# `AveragePooling2D` wants its `pool_size`; only `MaxPooling2D` has one by itself.


# %% task="build_downsampling_net"
def build_downsampling_net(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """Three convolutions with 32, 64, 128 filters, each shrunk by `kind`, then `head` and softmax.

    `kind` is "max", "average", "overlapping" or "strided"; `head` is "gap" or "flatten".
    Call the model f"{kind}_{head}": TensorBoard lists its runs under that name.
    """
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    x = image
    for filters in (32, 64, 128):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        if kind == "max":
            x = keras.layers.MaxPooling2D(2)(x)
        elif kind == "average":
            x = keras.layers.AveragePooling2D(2)(x)
        elif kind == "overlapping":
            x = keras.layers.MaxPooling2D(3, strides=2, padding="same")(x)
        elif kind == "strided":
            x = keras.layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    x = keras.layers.Flatten()(x) if head == "flatten" else keras.layers.GlobalAveragePooling2D()(x)
    scores = keras.layers.Dense(classes, activation="softmax")(x)
    return keras.Model(image, scores, name=f"{kind}_{head}")
    # END SOLUTION


# %%
ex.check("build_downsampling_net")

# %% [markdown]
# ## 6. See what pooling does
#
# First a look at one image. A filter for vertical edges makes a map of it; below are the map and your three
# poolings of it with $4 \times 4$ windows.

# %%
import matplotlib.pyplot as plt

data = ex.data()
photo = data.train.images[1].mean(axis=-1) / 255
padded = np.pad(photo, 1, mode="edge")


def edges(picture):
    """How strongly each place of a picture rises to the right: ReLU of a 3x3 convolution, valid."""
    right, left = picture[:, 2:], picture[:, :-2]
    rise = (right - left)[:-2] + 2 * (right - left)[1:-1] + (right - left)[2:]
    return np.maximum(rise, 0)[None, :, :, None]


shown = {"image": photo, "edge map": edges(padded)[0, :, :, 0]}
for mode in ("max", "average", "l2"):
    shown[mode] = pool2d(edges(padded), 4, 4, mode)[0, :, :, 0]
figure, axes = plt.subplots(1, len(shown), figsize=(12, 2.8))
for axis, (title, picture) in zip(axes, shown.items(), strict=True):
    axis.imshow(picture, cmap="gray")
    axis.set_title(title)
    axis.axis("off")
plt.show()

# %% [markdown]
# Deck 002 (L458-466) asks how to find an eye without knowing exactly where it is. Shift the image by one
# pixel and measure how much the map changes, relative to the map itself, before and after pooling.


# %%
def change(of):
    """Relative change of what `of` makes of the photo when the photo moves one pixel to the right."""
    here, there = of(edges(padded)), of(edges(np.roll(padded, 1, axis=1)))
    return np.linalg.norm(there - here) / np.linalg.norm(here)


print(f"edge map              changes by {change(lambda y: y):.0%}")
for k in (2, 4, 8):
    print(f"largest of {k}x{k}        changes by {change(lambda y, k=k: pool2d(y, k, k, 'max')):.0%}")
print(f"global average        changes by {change(global_average_pool):.0%}")

# %% [markdown]
# Pooling makes the answer depend less on the exact place, and more so the larger the windows: that is the
# robustness the decks speak of, and its price is that the place is gone. Deck 002 (L882-888) therefore
# advises to pool slowly, over several layers.
#
# ## 7. Train the four variants
#
# Same images, same steps, same first random numbers. Which one do you expect in front, and which is the
# slowest? Write it down before you start.

# %%
runs = {}
for kind in ("max", "average", "overlapping", "strided"):
    runs[kind] = ex.train(build_downsampling_net(kind), data, label=kind)

# %% [markdown]
# And one of them with the other head:

# %%
runs["max, flatten"] = ex.train(build_downsampling_net("max", "flatten"), data, label="flatten")

# %%
figure, axis = plt.subplots(figsize=(7, 4))
for name, run in runs.items():
    epochs, right = zip(*((row["epoch"], row["val_accuracy"]) for row in run.metrics), strict=True)
    axis.plot(epochs, right, marker=".", label=name)
axis.set_xlabel("epoch")
axis.set_ylabel("validation accuracy")
axis.legend()
plt.show()

print(f"{'variant':14}{'parameters':>12}{'multiply-adds':>15}{'accuracy':>10}{'seconds':>9}")
for name, run in runs.items():
    parameters, macs, seconds = run.record["parameters"]["total"], run.record["macs"], run.record["seconds"]
    print(f"{name:14}{parameters:12,}{macs:15,}{run.best['val_accuracy']:10.1%}{seconds:9.1f}")

# %% [markdown]
# Every run has a folder of its own under `logs/`, so TensorBoard shows them side by side:

# %%
ex.tensorboard()

# %% [markdown]
# ## 8. To think about
#
# 1. The strided variant has three times the parameters of the others. Is a comparison with them fair? What
#    would you hold fixed instead?
# 2. A network with `head="gap"` can be applied to images of any size. Why not one with `head="flatten"`?
# 3. Maximum pooling hands its gradient to one value of each window, average pooling to all. What does that
#    mean for how fast filters learn at the beginning?
# 4. Average pooling followed by a linear layer is linear. Is maximum pooling? What follows for a network that
#    has no activation function at all?
# 5. Pool the edge map of section 6 with $k = 3$, $s = 1$. Nothing shrinks much. What is it good for then?
#
# Further: `cnn-course explain downsampling_cnn` prints the table of this network, with the patch that each
# layer sees; `cnn_course.reference.pooling` has the poolings from scratch, with padding and with their
# gradients.

# %% [markdown] tags=["instructor"]
# Answers. 1. Only as "what would one build": fixed parameters or fixed multiply-adds would be fairer, for
# instance fewer filters in the strided variant; or replace the convolution before the shrinking too.
# 2. The linear layer of flatten has one weight for each place, so the number of places is fixed; of gap one
#    for
# each map. 3. Sparse gradients: few places decide; the mean spreads a quarter to each, so that filters move
# together and slowly. 4. It is not: max(x, -x) is |x|. Maximum pooling alone makes a network nonlinear.
# 5. It thickens what it finds: robustness against small shifts without losing resolution.
