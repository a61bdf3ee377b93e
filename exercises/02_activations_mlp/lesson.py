# ---
# jupyter:
#   cnn_course:
#     title: Activations, back-propagation and the perceptron
#     data: cifar10
#     decks:
#       - "deck 002 (L264-268, L340-442): perceptron, activation functions"
#       - "deck 003 (L194-362): activation functions, forward pass, back-propagation, gradient descent"
#       - "deck 004 (L56-77, L349-364): multilayer perceptrons on images, what they learn"
#     profiles:
#       smoke: {per_class: 20, epochs: 1, optimizer: sgd, learning_rate: 0.02, augment: []}
#       cpu: {per_class: 2000, epochs: 12, optimizer: sgd, learning_rate: 0.02, augment: []}
#       gpu: {epochs: 40, optimizer: sgd, learning_rate: 0.02, augment: []}
# ---

# %% [markdown]
# # Activations, back-propagation and the perceptron
#
# A linear model of a linear model is a linear model. What makes a second layer worth having is the function
# in between: the **activation**. You will write the ones of the lectures and their slopes, then the forward
# and the backward pass of a multilayer perceptron, by hand, and the step that learns. At the end the same
# network trains in Keras with three activations, and you see why one of them won.
#
# Where it is in the lectures: deck 002 (L340-442), deck 003 (L194-362), deck 004 (L56-77).

# %% tags=["module"]
import keras
import numpy as np
from keras import layers

from cnn_course.reference import softmax

# %% [markdown]
# ## 1. Seven activations
#
# Each of these takes an array of any shape and works on every number by itself. Start with the **sigmoid**,
# which squashes any number to between 0 and 1 (deck 002, L346-364):
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}}$$
#
# Written just so, $x = -1000$ overflows: NumPy warns, and the answer is right only by luck, since
# $1 / \infty$ is 0. Written as $e^x / (1 + e^x)$, which is the same number, $x = 1000$ gives
# $\infty / \infty$, no number at all. Use each where its power is small.


# %% task="sigmoid"
def sigmoid(x):
    """1 / (1 + exp(-x)), number by number; without overflow at -1000 and 1000."""
    # BEGIN SOLUTION
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)
    # END SOLUTION


# %%
ex.check("sigmoid")

# %% [markdown]
# **tanh** is the sigmoid pulled wider: from -1 to 1, and 0 at 0, which is what later layers like (deck 002,
# L368-374). You may use NumPy's, or find out how it follows from your sigmoid.


# %% task="tanh"
def tanh(x):
    """The hyperbolic tangent, number by number."""
    # BEGIN SOLUTION
    return np.tanh(x)
    # END SOLUTION


# %%
ex.check("tanh")

# %% [markdown]
# **ReLU** keeps what is positive and makes 0 of the rest: $\max(0, x)$. The lecture asks what it does to
# $-10$, $0$ and $10$ (deck 002, L398-406). Its relatives let a little of the negative side through:
#
# | name | for $x > 0$ | else | |
# |---|---|---|---|
# | ReLU | $x$ | $0$ | deck 002 (L376-406) |
# | leaky ReLU | $x$ | $s\,x$, a small fixed slope | deck 002 (L408-428): 0.01; deck 003 (L220-222): 0.1 |
# | PReLU | $x$ | $\alpha_c\,x$, the slope is learned, one for each channel | deck 002 (L430-434) |
# | ELU | $x$ | $\alpha(e^x - 1)$ | deck 002 (L436-442), deck 003 (L231-233) |
#
# The decks write PReLU as $\max(\alpha x, x)$. That is the same only while $\alpha \le 1$; nothing stops a
# learned slope from growing past it.


# %% task="relu"
def relu(x):
    """max(x, 0), number by number."""
    # BEGIN SOLUTION
    return np.maximum(x, 0)
    # END SOLUTION


# %%
ex.check("relu")


# %% task="leaky_relu"
def leaky_relu(x, slope):
    """x where it is positive, else slope * x."""
    # BEGIN SOLUTION
    return np.where(x > 0, x, slope * x)
    # END SOLUTION


# %%
ex.check("leaky_relu")


# %% task="prelu"
def prelu(x, alpha):
    """x where it is positive, else alpha * x: x (..., C), alpha (C,) with any slopes -> (..., C)."""
    # BEGIN SOLUTION
    return np.where(x > 0, x, alpha * x)
    # END SOLUTION


# %%
ex.check("prelu")


# %% task="elu"
def elu(x, alpha=1.0):
    """x where it is positive, else alpha * (exp(x) - 1)."""
    # BEGIN SOLUTION
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    # END SOLUTION


# %%
ex.check("elu")

# %% [markdown]
# **Maxout** is another kind: it has weights of its own. Each unit computes several affine maps of the input,
# its *pieces*, and keeps the largest (deck 003, L227-229, with two pieces):
#
# $$y = \max_i \,(\mathbf w_i^T \mathbf x + b_i)$$


# %% task="maxout"
def maxout(x, kernel, bias):
    """The largest of several affine maps.

    x: (N, inputs). kernel: (pieces, inputs, units). bias: (pieces, units). Returns (N, units).
    """
    # BEGIN SOLUTION
    return (x @ kernel + bias[:, None]).max(axis=0)
    # END SOLUTION


# %%
ex.check("maxout")

# %% [markdown]
# ## 2. Slopes
#
# Learning goes backwards through these functions, and every step back multiplies by a slope. So the slope is
# what decides who learns. What is the largest slope that the sigmoid has anywhere?

# %%
ex.predict("largest_slope", ...)

# %% [markdown]
# Write the derivative of five of them at x. For ReLU and leaky ReLU the slope *at* 0 is a convention: like
# TensorFlow, take the value of the negative side there.


# %% task="activation_grad"
def activation_grad(name, x, slope=0.01):
    """The derivative of an activation at x, number by number.

    name: "sigmoid", "tanh", "relu", "leaky_relu" (with `slope`) or "elu" (alpha = 1);
    ValueError for any other.
    """
    # BEGIN SOLUTION
    if name == "sigmoid":
        return sigmoid(x) * (1 - sigmoid(x))
    if name == "tanh":
        return 1 - np.tanh(x) ** 2
    if name == "relu":
        return np.where(x > 0, 1.0, 0.0)
    if name == "leaky_relu":
        return np.where(x > 0, 1.0, slope)
    if name == "elu":
        return np.where(x > 0, 1.0, np.exp(np.minimum(x, 0)))
    raise ValueError(f"unknown activation {name!r}")
    # END SOLUTION


# %%
ex.check("activation_grad")

# %%
import matplotlib.pyplot as plt

from cnn_course import plots

x = np.linspace(-4, 4, 401)
plots.activations(
    x,
    {
        "sigmoid": (sigmoid(x), activation_grad("sigmoid", x)),
        "tanh": (tanh(x), activation_grad("tanh", x)),
        "ReLU": (relu(x), activation_grad("relu", x)),
        "leaky ReLU, slope 0.1": (leaky_relu(x, 0.1), activation_grad("leaky_relu", x, 0.1)),
        "ELU": (elu(x), activation_grad("elu", x)),
    },
)

# %% [markdown]
# The dashed lines are what the backward pass will multiply by. Ten layers of sigmoids multiply ten numbers of
# at most... your answer above.
#
# ## 3. Forward
#
# A multilayer perceptron is dense layers with an activation after each but the last (deck 003, L287-306):
#
# $$\mathbf z^{(1)} = \mathbf x \mathbf W_1 + \mathbf b_1, \qquad
# \mathbf z^{(l)} = f(\mathbf z^{(l-1)})\, \mathbf W_l + \mathbf b_l$$
#
# Images are rows here, so the matrices stand on the right (the deck has columns, and theirs on the left). The
# last $\mathbf z$ are the scores. Return the $\mathbf z$ of *every* layer: the backward pass needs them.


# %% task="mlp_forward"
def mlp_forward(x, params, activation="relu"):
    """The sums of every layer before its activation: [z of layer 1, ..., scores].

    x: (N, inputs). params: a list of pairs (W, b), one for each layer, W (inputs, units), b (units,).
    activation: "relu", "sigmoid" or "tanh", after every layer but the last.
    """
    # BEGIN SOLUTION
    f = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}[activation]
    sums = []
    for W, b in params:
        sums.append(x @ W + b)
        x = f(sums[-1])
    return sums
    # END SOLUTION


# %%
ex.check("mlp_forward")

# %% [markdown]
# ## 4. Backward
#
# The loss is the cross-entropy of the softmax of the scores, averaged over the $N$ images. Its gradient with
# respect to the scores is as simple as it can be: what the network said minus what is true (deck 003,
# L318-323; $\mathbf Y$ has a 1 at each true class).
#
# $$\boldsymbol\delta^{(L)} = \frac{\text{softmax}(\mathbf z^{(L)}) - \mathbf Y}{N}$$
#
# From there it goes back layer by layer (deck 003, L325-338): through the weights, then through the slope of
# the activation.
#
# $$\boldsymbol\delta^{(l)} = \left(\boldsymbol\delta^{(l+1)} \, \mathbf W_{l+1}^T\right)
# \odot f'(\mathbf z^{(l)})$$
#
# And at every layer the gradients of its weights are at hand ($\mathbf a^{(0)}$ is $\mathbf x$):
#
# $$\frac{\partial L}{\partial \mathbf W_l} = \left(\mathbf a^{(l-1)}\right)^T \boldsymbol\delta^{(l)}, \qquad
# \frac{\partial L}{\partial \mathbf b_l} = \text{the sum of } \boldsymbol\delta^{(l)} \text{ over the
# images}$$
#
# If you are lost, write the shape of every array beside it: there is mostly one way in which they fit.


# %% task="mlp_backward"
def mlp_backward(x, y, params, activation="relu"):
    """The gradients of the mean softmax cross-entropy: pairs (dW, db) in the order and shapes of params.

    x: (N, inputs). y: true classes (N,). params and activation as in mlp_forward.
    """
    # BEGIN SOLUTION
    f = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}[activation]
    sums = mlp_forward(x, params, activation)
    inputs = [x] + [f(z) for z in sums[:-1]]
    delta = softmax(sums[-1])
    delta[np.arange(len(y)), y] -= 1
    delta = delta / len(y)
    grads = []
    for layer in reversed(range(len(params))):
        grads.insert(0, (inputs[layer].T @ delta, delta.sum(axis=0)))
        if layer > 0:
            delta = (delta @ params[layer][0].T) * activation_grad(activation, sums[layer - 1])
    return grads
    # END SOLUTION


# %%
ex.check("mlp_backward")

# %% [markdown]
# ## 5. One step downhill
#
# Gradient descent moves every parameter a little *against* its gradient (deck 003, L344-352):
#
# $$\theta \leftarrow \theta - \eta \, \frac{\partial L}{\partial \theta}$$


# %% task="sgd_step"
def sgd_step(params, grads, lr):
    """params - lr * grads, as new arrays: a list of pairs (W, b). The old params stay as they are."""
    # BEGIN SOLUTION
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
    # END SOLUTION


# %%
ex.check("sgd_step")

# %% [markdown]
# That is all a network needs. Here is yours, learning 500 images, in nothing but NumPy:

# %%
data = ex.data()
count = min(500, len(data.train))
images = (data.train.images[:count] / 255 - data.mean) / data.std
images, labels = images.reshape(count, -1), data.train.labels[:count]

rng = np.random.default_rng(0)
params = [
    (rng.normal(0, np.sqrt(2 / 3072), (3072, 100)), np.zeros(100)),
    (rng.normal(0, np.sqrt(2 / 100), (100, 10)), np.zeros(10)),
]
losses = []
for _ in range(60):
    batch = rng.choice(count, 100, replace=False)
    p = softmax(mlp_forward(images[batch], params)[-1])
    losses.append(-np.log(p[np.arange(100), labels[batch]]).mean())
    params = sgd_step(params, mlp_backward(images[batch], labels[batch], params), lr=0.02)

plt.figure(figsize=(6, 3))
plt.plot(losses)
plt.axhline(np.log(10), color="grey", linestyle=":", label="guessing: ln 10")
plt.xlabel("step")
plt.ylabel("loss")
plt.legend()
plt.show()

# %% [markdown]
# ## 6. The same in Keras
#
# How many parameters has a perceptron with one hidden layer of 100 units on $32 \times 32 \times 3$ images
# with 10 classes?

# %%
ex.predict("parameters", ...)


# %% task="build_mlp"
def build_mlp(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    """A Keras model: flatten, a dense layer for each entry of `hidden`, a dense layer with softmax."""
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    x = layers.Flatten()(image)
    for units in hidden:
        x = layers.Dense(units, activation=activation)(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x), name="mlp")
    # END SOLUTION


# %%
ex.check("build_mlp")

# %% [markdown]
# ## 7. The experiment
#
# Three networks that differ in nothing but the activation; two hidden layers, the same first seed, the same
# steps. Deck 002 (L376-396) says that ReLU learns several times faster than sigmoid and tanh. Do you see it?

# %%
runs, models = {}, {}
for activation in ["sigmoid", "tanh", "relu"]:
    keras.utils.set_random_seed(0)
    models[activation] = build_mlp((100, 100), activation, len(data.classes), data.input_shape)
    runs[activation] = ex.train(models[activation], data, label=activation)

# %%
figure, panels = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")
for axes, key in zip(panels, ["loss", "val_accuracy"], strict=True):
    for activation, run in runs.items():
        axes.plot(
            [row["epoch"] for row in run.metrics], [row[key] for row in run.metrics], "o-", label=activation
        )
    axes.set(xlabel="epoch", ylabel=key)
    axes.legend()
plt.show()

# %% [markdown]
# Each hidden unit of the first layer is a template of the whole image, as the classes were in exercise 01
# (deck 004, L349-358). They need not look like any class: they are features for the next layer.

# %%
from cnn_course.analysis.filters import first_layer_filters

plt.figure(figsize=(7, 7))
plt.imshow(plots.tiles(first_layer_filters(models["relu"])))
plt.axis("off")
plt.show()

# %% [markdown]
# ## To think about
#
# 1. The sigmoid's first layer gets a gradient that has passed two slopes. How large can their product be at
#    best? How does the loss curve of the first epochs show it?
# 2. All images have been shifted to mean 0. Suppose that all inputs of a unit were positive: what do the
#    signs of its weights' gradients have in common, for one image (deck 002, L360-364)? Which directions can
#    a step not take?
# 3. A ReLU unit whose sum is negative for every image: what is its gradient? Can it come back? Could a leaky
#    one?
# 4. The NumPy network gets to a low loss on 500 images quickly. Is that learning, or learning by heart? How
#    would you find out?
# 5. 308,310 parameters look at an image and do not know which pixels are neighbours. What would happen if the
#    same network were given images of $224 \times 224$ (deck 002, L861-875)?
#
# Further reading: `cnn_course.reference` has a whole network with its backward pass in NumPy
# (`reference/network.py`), and `gradient_check`, which compares any gradient with finite differences.
# `cnn-course explain mlp` counts.

# %% [markdown] tags=["instructor"]
# ### Answers
#
# 1. At most 1/16; mostly far less. The sigmoid's loss stays near ln 10 for longer.
# 2. dW = x δ: with x > 0 all weights of a unit get gradients of the sign of its δ. Steps can go up in all
#    weights or down in all, not up in one and down in another: the path zigzags. Shifting the data to mean 0
#    is the remedy for the first layer, tanh for later ones.
# 3. 0 for all its weights: it never changes again (unless the layers before it do). A leaky unit has a slope
#    and can come back.
# 4. By heart: look at images it has not seen.
# 5. 150,528 inputs: 15 million weights in the first layer; ten thousand hidden units for ten thousand places.
#    Convolution shares.
