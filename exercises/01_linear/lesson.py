# ---
# jupyter:
#   cnn_course:
#     title: Linear templates
#     data: cifar10
#     decks:
#       - "deck 004 (L16-54, L334-346): images as tensors, the linear model, its templates"
#       - "deck 000 (L281-297, L420-429): standardised inputs; softmax and cross-entropy"
#       - "deck 004 (L704-708): softmax"
#       - "deck 003 (L143-152): a unit that looks at the whole image"
#     profiles:
#       smoke: {per_class: 20, epochs: 1, augment: []}
#       cpu: {epochs: 15, augment: []}
#       gpu: {epochs: 40, augment: []}
# ---

# %% [markdown]
# # Linear templates
#
# The simplest network that can name a picture has one layer. It lays the pixels of an image out in a row,
# weighs each of them, and adds up: one weighted sum, one **score**, for each class. You will build all of it:
# the numbers that go in, the scores, the probabilities, the loss. Then you train it on CIFAR-10 and look at
# what it has learned, which for once is possible: each class has a weight for every pixel, and these weights
# are a picture.
#
# Where it is in the lectures: deck 004 (L16-54 and L334-346), deck 000 (L281-297 and L420-429).

# %% tags=["module"]
import keras
import numpy as np
from keras import layers

# %% [markdown]
# ## 1. The numbers that go in
#
# A colour image is an array of height x width x channels, here $32 \times 32 \times 3$ (deck 004, L16-35). A
# set of $N$ images is an array of shape $(N, 32, 32, 3)$, with pixels from 0 to 255.
#
# Networks learn badly from numbers that are all positive and large. So the images are **standardised**: from
# each channel (red, green, blue) its mean is subtracted, and the result is divided by its standard deviation
# (deck 000, L293-297). A channel has *one* mean, taken over all images, rows and columns.
#
# $$\hat x = \frac{x - \mu_c}{\sigma_c}, \qquad \mu_c = \text{mean of channel } c, \quad
# \sigma_c = \text{its standard deviation}$$
#
# Before you write code: how many numbers is one CIFAR image? Put your answer in place of the dots.

# %%
ex.predict("numbers", ...)


# %% task="channel_stats"
def channel_stats(x):
    """The mean and the standard deviation of each channel: images (N, H, W, C) -> (C,), (C,)."""
    # BEGIN SOLUTION
    return x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2))
    # END SOLUTION


# %%
ex.check("channel_stats")

# %% [markdown]
# If a check fails, read what it says; `ex.hint("channel_stats")` says more.
#
# Now use the two. The statistics are arguments, and that matters: they come from the **training** images, and
# validation and test images are standardised with those same numbers. Images must not be measured by their
# own yardstick. One trap: a channel that is the same everywhere has a standard deviation of 0. Such a channel
# is only centred, it becomes 0.


# %% task="standardize"
def standardize(x, mean, std):
    """(x - mean) / std for each channel, as a new array: (N, H, W, C), (C,), (C,) -> (N, H, W, C).

    A channel whose std is 0 is only centred.
    """
    # BEGIN SOLUTION
    return (x - mean) / np.where(std > 0, std, 1)
    # END SOLUTION


# %%
ex.check("standardize")

# %% [markdown]
# ## 2. From scores to one number
#
# The linear model gives one score for each class (deck 004, L42-53):
#
# $$\mathbf z = \mathbf W \mathbf x + \mathbf b, \qquad
# \mathbf W \in \mathbb R^{10 \times 3072}, \; \mathbf b \in \mathbb R^{10}$$
#
# **Softmax** makes probabilities of them: it exponentiates every score and divides by the sum (deck 004,
# L706-708). Each image is on its own, so every *row* of a batch adds up to 1.
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$
#
# A computer's $e^{1000}$ is infinite. Subtract the largest score of a row first: this cancels in the
# fraction, and nothing overflows.


# %% task="softmax"
def softmax(z):
    """Probabilities from scores, row by row: (N, classes) -> (N, classes). Right also for scores of 1000."""
    # BEGIN SOLUTION
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    # END SOLUTION


# %%
ex.check("softmax")

# %% [markdown]
# The loss asks only one thing: which probability did the *true* class get? The **cross-entropy** is minus the
# natural logarithm of it, averaged over the images. It is 0 for an image that the network is sure and right
# about, and grows without end as it becomes sure and wrong.
#
# $$L = -\frac 1 N \sum_{i=1}^{N} \ln p_{i, y_i}$$
#
# A network that has learned nothing gives each of the 10 classes the same probability. What is its loss? (Two
# decimals are enough.)

# %%
ex.predict("first_loss", ...)


# %% task="cross_entropy"
def cross_entropy(p, y):
    """The mean over the images of -ln(probability of the true class): a number.

    p: probabilities (N, classes). y: the number of each image's true class, (N,). Probabilities of the
    other classes do not matter; they may be 0.
    """
    # BEGIN SOLUTION
    return -np.log(p[np.arange(len(y)), y]).mean()
    # END SOLUTION


# %%
ex.check("cross_entropy")

# %% [markdown]
# ## 3. The network
#
# In Keras: flatten the image, then one dense layer with softmax. How many parameters does it learn for
# $32 \times 32 \times 3$ images and 10 classes?

# %%
ex.predict("parameters", ...)


# %% task="build_linear"
def build_linear(input_shape=(32, 32, 3), classes=10):
    """A Keras model from images of `input_shape` to probabilities: all pixels to each class, and softmax."""
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    scores = layers.Dense(classes, activation="softmax")(layers.Flatten()(image))
    return keras.Model(image, scores, name="linear")
    # END SOLUTION


# %%
ex.check("build_linear")

# %% [markdown]
# ## 4. What it has learned, as pictures
#
# The score of class $k$ is $\mathbf w_k^T \mathbf x + b_k$. This dot product is large when the image looks
# like $\mathbf w_k$, so $\mathbf w_k$ is called the **template** of the class (deck 004, L339-346). It has as
# many numbers as the image has, and so it can be shown as one.
#
# Keras stores the weights of a dense layer as a matrix of shape (inputs, units), the transpose of the slide's
# $\mathbf W$: the weights of class $k$ are *column* $k$. `model.get_weights()` lists the matrix first, then
# the biases.


# %% task="class_templates"
def class_templates(model):
    """The weights of each class of a linear model as an image: a NumPy array (classes, H, W, C)."""
    # BEGIN SOLUTION
    kernel = model.get_weights()[0]
    return np.moveaxis(kernel.reshape(*model.input_shape[1:], -1), -1, 0)
    # END SOLUTION


# %%
ex.check("class_templates")

# %% [markdown]
# ## 5. The experiment
#
# Your functions on real images. First the statistics: `data.mean` and `data.std` are what the course computes
# (on a scale of 0 to 1), and yours should agree.

# %%
data = ex.data()
mean, std = channel_stats(data.train.images / 255)
print("yours:", mean.round(4), std.round(4))
print("ours: ", data.mean.round(4), data.std.round(4))

# %% [markdown]
# Before training: is the loss what you predicted? It won't be exactly: the first weights are small but not 0.

# %%
model = build_linear(data.input_shape, len(data.classes))
some = standardize(data.validation.images / 255, mean, std)
print("loss before training:", cross_entropy(model.predict(some, verbose=0), data.validation.labels))

# %%
run = ex.train(model, data, label="plain")

# %% [markdown]
# The same network again, but with a penalty on large weights (deck 001, L813-839). Its accuracy will be much
# the same. Watch what it does to the templates.

# %%
calm = build_linear(data.input_shape, len(data.classes))
calm_run = ex.train(calm, data, label="penalty", l2=0.5)

# %%
import matplotlib.pyplot as plt

figure, rows = plt.subplots(2, len(data.classes), figsize=(15, 3.6), layout="constrained")
for row, (label, trained) in zip(rows, [("no penalty", model), ("with penalty", calm)], strict=True):
    templates = class_templates(trained)
    reach = np.abs(templates).max()
    for axes, template, name in zip(row, templates, data.classes, strict=True):
        axes.imshow(0.5 + template / (2 * reach))  # grey is 0, bright counts for the class, dark against it
        axes.set(title=name, xticks=[], yticks=[])
    row[0].set_ylabel(label, fontsize=12)
plt.show()

# %%
for label, one in [("no penalty", run), ("with penalty", calm_run)]:
    last = one.metrics[-1]
    print(f"{label:13} training {last['accuracy']:.1%}   validation {last['val_accuracy']:.1%}")

# %% [markdown]
# ## To think about
#
# 1. Which classes have templates in which you recognise something? What do the blue and the green ones tell
#    you about how this network knows a ship or a frog?
# 2. Where do horses look in the training images? What does a class look like that has a single template, and
#    some of its members facing left and some right?
# 3. You shuffle the pixels of all images, the same way for each, and train again. Does the accuracy change?
#    What does that say about what flattening throws away (deck 004, L37-38)?
# 4. Why does the penalty make the templates smooth?
# 5. `ex.tensorboard()` shows both runs. How far apart are training and validation accuracy, and what would
#    you expect if there were fewer images?
#
# Further reading: `cnn-course explain linear` counts this network layer by layer; `cnn_course.reference` has
# NumPy versions of all you wrote here, with their gradients.

# %% [markdown] tags=["instructor"]
# ### Answers
#
# 1. Plane and ship are blue, frog and deer green or brown, car reddish with something like a windscreen: much
#    of what is learned is the background.
# 2. The horse tends to have two heads: one template has to be the mean of both directions.
# 3. No. Training cannot tell the difference: the same weights in shuffled places give the same scores. The
#    network does not know which pixels are neighbours, which is what convolution will bring (exercise 03).
# 4. Neighbouring pixels are nearly equal. The cheapest way (in squares) to weigh their sum is to share the
#    weight evenly among them; large weights of opposite signs next to each other fit noise.
# 5. Around 40 % in validation, some points more in training; with few images the gap is wide, since 30,730
#    weights can learn them by heart.
