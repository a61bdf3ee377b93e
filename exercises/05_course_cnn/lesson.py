# ---
# jupyter:
#   cnn_course:
#     title: The course CNN and TensorBoard
#     data: cifar100
#     decks:
#       - 001 (L160-192, L900-946)
#       - 004 (L547-568)
#     profiles:
#       smoke: {per_class: 20, epochs: 1}
#       cpu: {per_class: 250, epochs: 10}
#       gpu: {epochs: 40}
# ---

# %% [markdown]
# # The course CNN and TensorBoard
#
# Deck 001 writes one small convolutional network out in Keras. You build it, train it on the 100 classes of
# CIFAR-100, and watch it learn: curves, weights and gradients, in TensorBoard.
#
# You will
#
# 1. build the network with the functional API and account for each of its parameters;
# 2. give every run a folder of its own, which is what lets TensorBoard compare runs;
# 3. write the callbacks that fill this folder, one of them yourself;
# 4. train with a validation part that is held out, and read the board.
#
# Decks: 001 (L160-192, L900-946), 004 (L547-568). TensorBoard's files are written by TensorFlow, so in this
# exercise Keras has to run on TensorFlow, as it does unless you chose otherwise.

# %% tags=["module"]
from datetime import datetime
from pathlib import Path

import keras
import tensorflow as tf

# %% [markdown]
# ## 1. The network
#
# Colour images of $32 \times 32$ come in. Then, in this order:
#
# | layer | result |
# |---|---|
# | 32 filters of $3 \times 3$, no padding, ReLU | $30 \times 30 \times 32$ |
# | maximum of $2 \times 2$ windows | $15 \times 15 \times 32$ |
# | 32 filters of $3 \times 3$, no padding, ReLU | $13 \times 13 \times 32$ |
# | maximum of $2 \times 2$ windows | $6 \times 6 \times 32$ |
# | 32 filters of $3 \times 3$, no padding, ReLU | $4 \times 4 \times 32$ |
# | flatten | 512 |
# | linear layer with softmax, a unit for each class | 100 |
#
# A layer of $f$ filters of $k \times k$ over $d$ maps has $(k^2 d + 1) \cdot f$ parameters, biases included.
# Work the sum of the whole network out on paper before you build it.

# %%
ex.predict("parameters", ...)  # put your number where the dots are


# %% task="build_course_cnn"
def build_course_cnn(input_shape=(32, 32, 3), classes=100):
    """The network of the table above, as a functional model with the name "course_cnn"."""
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    x = keras.layers.Conv2D(32, 3, activation="relu", name="conv1")(image)
    x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.Conv2D(32, 3, activation="relu", name="conv2")(x)
    x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.Conv2D(32, 3, activation="relu", name="conv3")(x)
    x = keras.layers.Flatten()(x)
    scores = keras.layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(image, scores, name="course_cnn")
    # END SOLUTION


# %%
ex.check("build_course_cnn")

# %%
build_course_cnn().summary()

# %% [markdown]
# Look at the second pooling: a side of 13 becomes 6. Windows of 2 do not fit into 13 a whole number of times,
# so the last row and the last column of the map are dropped. Follow that back to the image: how many of its
# 32 rows of pixels can never reach the scores?

# %%
ex.predict("lost_rows", ...)

# %% [markdown]
# ## 2. A folder for every run
#
# TensorBoard treats a folder as one run. Two runs that write into the same folder make one zigzag curve, and
# nobody can take them apart again. Deck 001 (L922) therefore asks for a directory of its own for every run,
# below one parent, to which TensorBoard is pointed:
#
# ```
# logs/05_course_cnn/course_cnn/20260314-153000     one run
# logs/05_course_cnn/course_cnn/20260314-154210     the next one
# ```
#
# Time stamps make good names, with one trap: two runs can begin in the same second.


# %% task="run_dir"
def run_dir(root, exercise, name):
    """Make a new, empty folder below root/exercise/name and return its path.

    `root`: text or a Path; it need not exist. Every call makes another folder, however quickly calls follow
    each other, and leaves those of earlier runs alone.
    """
    # BEGIN SOLUTION
    parent = Path(root) / exercise / name
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder, number = parent / stamp, 1
    while folder.exists():
        number += 1
        folder = parent / f"{stamp}-{number}"
    folder.mkdir(parents=True)
    return folder
    # END SOLUTION


# %%
ex.check("run_dir")

# %% [markdown]
# ## 3. What TensorBoard is to show
#
# A *callback* is an object that `fit` calls at fixed moments, such as the end of each epoch. The one for
# TensorBoard writes the curves of training and validation, the graph, and, every `histogram_freq` epochs, the
# distribution of each layer's weights. The slide (deck 001, L930-938) also passes `batch_size` and
# `write_grads`; Keras 3 knows neither. The gradients we shall write ourselves.


# %% task="make_callbacks"
def make_callbacks(log_dir, histogram_freq=1, write_images=False):
    """A list with one callback: TensorBoard, which writes into `log_dir`.

    `histogram_freq`: after how many epochs it writes histograms of the weights; 0 for never.
    `write_images`: whether it draws weights as images as well.
    """
    # BEGIN SOLUTION
    return [
        keras.callbacks.TensorBoard(
            log_dir=log_dir, histogram_freq=histogram_freq, write_graph=True, write_images=write_images
        )
    ]
    # END SOLUTION


# %%
ex.check("make_callbacks")

# %% [markdown]
# ## 4. Gradients, by a callback of your own
#
# Weights tell what was learned; gradients tell whether anything still is. Are they all near zero? Do they
# reach the first layer? To compare epochs, take them on the same few images each time, without changing a
# weight:
#
# 1. Inside `tf.GradientTape()`, apply `self.model` to the images and let `self.model.compute_loss(y=...,
#    y_pred=...)` make the loss of it, the very one that the model was compiled with.
# 2. Ask the tape for the gradient with respect to every trainable weight.
# 3. Inside `self.writer.as_default(step=epoch)`, write each by `tf.summary.histogram(tag, gradient)`.
# 4. `self.writer.flush()`, or the last of it stays in memory for two minutes.


# %% task="GradientHistogram"
class GradientHistogram(keras.callbacks.Callback):
    """After every epoch, a histogram of the loss's gradient for each trainable weight, on fixed images.

    The tag of a weight's gradient is f"gradients/{weight.path}", the step is the epoch as Keras counts it,
    from 0. The files lie in log_dir/train, beside those of TensorBoard's own callback.
    """

    def __init__(self, log_dir, images, labels):
        super().__init__()
        self.images, self.labels = images, labels
        self.writer = tf.summary.create_file_writer(str(Path(log_dir) / "train"))

    def on_epoch_end(self, epoch, logs=None):
        # BEGIN SOLUTION
        weights = self.model.trainable_weights
        with tf.GradientTape() as tape:
            loss = self.model.compute_loss(y=self.labels, y_pred=self.model(self.images))
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        with self.writer.as_default(step=epoch):
            for weight, gradient in zip(weights, gradients, strict=True):
                tf.summary.histogram(f"gradients/{weight.path}", gradient)
        self.writer.flush()
        # END SOLUTION


# %%
ex.check("GradientHistogram")

# %% [markdown]
# ## 5. Training
#
# `compile` fixes the optimizer and the loss, `fit` trains. Hold the last quarter of the images out (deck 001,
# L940-946): Keras's `validation_split=0.25` takes the *last* quarter, before anything is shuffled. If the
# images are sorted by class, that is a validation part of classes never seen in training.
#
# CIFAR-100 has 50,000 training images. A quarter is held out, a batch has 128 images. How many steps does one
# epoch take?

# %%
ex.predict("steps", ...)


# %% task="train"
def train(model, data, epochs, batch_size, callbacks):
    """Train on the first three quarters of the data, judge on the last; returns the `History` of `fit`.

    `data`: (images, labels), the labels whole numbers. Adam as it comes, cross-entropy of the softmax's
    probabilities, accuracy as the metric; the training part is shuffled in every epoch.
    """
    # BEGIN SOLUTION
    images, labels = data
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(
        images,
        labels,
        validation_split=0.25,
        epochs=epochs,
        batch_size=batch_size,
        shuffle=True,
        callbacks=callbacks,
        verbose=2,
    )
    # END SOLUTION


# %%
ex.check("train")

# %% [markdown]
# ## 6. All together, in small
#
# A few images and epochs, to have something on the board. They are put in random order before the last
# quarter is held out; leave that away once, on a data set that is sorted by class, and watch the validation
# loss climb.

# %%
import numpy as np

from cnn_course.lessons.experiment import logs_folder

data = ex.data()
some = np.random.default_rng(0).permutation(len(data.train))[:2000]
images = ((data.train.images[some] / 255 - data.mean) / data.std).astype("float32")
labels = data.train.labels[some]

folder = run_dir(logs_folder(), "05_course_cnn", "in_small")
model = build_course_cnn()
callbacks = [*make_callbacks(folder), GradientHistogram(folder, images[:64], labels[:64])]
history = train(model, (images, labels), epochs=3, batch_size=64, callbacks=callbacks)
print("TensorBoard has", *sorted(path.name for path in folder.iterdir()), "in", folder.name)

# %%
ex.tensorboard()

# %% [markdown]
# What to look at:
#
# | tab | look at | it tells |
# |---|---|---|
# | Scalars | `epoch_loss` of train and validation | where they part, the network begins to learn by heart |
# | Histograms | `conv1/kernel` over the epochs | whether the first layer moves at all |
# | Histograms | `gradients/conv1/kernel` | whether the loss reaches the first layer |
# | Graphs | the boxes `conv1` to `predictions` | what is connected to what |
#
# The loss should begin near $\ln 100 \approx 4.6$: a network that knows nothing gives each of 100 classes a
# probability of one in a hundred. Yours began here:

# %%
print([f"{loss:.2f}" for loss in history.history["loss"]])

# %% [markdown]
# ## 7. The experiment: one number changed
#
# Now the whole of it, twice, and only the learning rate differs. `ex.train` does what your functions do, with
# augmentation and a falling learning rate besides, and keeps a record of each run in its folder. Adam's usual
# rate is 0.001. What do you expect of ten times as much?

# %%
runs = {}
for rate in (0.001, 0.01):
    runs[rate] = ex.train(build_course_cnn(), data, label=f"rate-{rate}", learning_rate=rate)

# %%
import matplotlib.pyplot as plt

figure, axis = plt.subplots(figsize=(7, 4))
for (rate, run), colour in zip(runs.items(), ("tab:blue", "tab:orange"), strict=True):
    epochs = [row["epoch"] for row in run.metrics]
    for part, key, line in (("training", "loss", ".-"), ("validation", "val_loss", ".--")):
        losses = [row[key] for row in run.metrics]
        axis.plot(epochs, losses, line, color=colour, label=f"rate {rate}, {part}")
axis.axhline(4.605, color="grey", linewidth=0.8)  # ln 100
axis.set_xlabel("epoch")
axis.set_ylabel("loss")
axis.legend()
plt.show()

# %% [markdown]
# A loss that stays on the grey line belongs to a network that answers "each class is as likely as any other",
# whatever it sees. The histograms of the run show how it got there.
#
# ## 8. The pixels that nobody sees
#
# Your prediction of section 1, put to the test: the gradient of the scores with respect to the pixels. Where
# it is zero for every image, the network is blind.

# %%
pixels = tf.constant(images[:64])
with tf.GradientTape() as tape:
    tape.watch(pixels)
    best = tf.reduce_sum(tf.reduce_max(model(pixels), axis=-1))
reach = np.abs(tape.gradient(best, pixels)).max(axis=(0, 3))
print("rows without any gradient:", [row for row in range(32) if not reach[row].any()])
plt.figure(figsize=(3.4, 3))
plt.imshow(reach > 0, cmap="gray")
plt.title("white: pixels that count")
plt.show()

# %% [markdown]
# And what the first layer has found so far, each filter a picture of $3 \times 3$ pixels. There is not much
# to see in so few pixels; in exercise 07 they are larger.

# %%
from cnn_course.analysis.filters import first_layer_filters
from cnn_course.plots import tiles

plt.figure(figsize=(5, 2.6))
plt.imshow(tiles(first_layer_filters(model)))
plt.axis("off")
plt.show()

# %% [markdown]
# ## 9. To think about
#
# 1. 51,300 of the 70,692 parameters are in the last layer. Which head from exercise 04 would you try, and
#    what would it cost?
# 2. Which one number would you change so that the second pooling drops nothing?
# 3. The learning curves of training and validation lie close together at the beginning, sometimes with
#    validation below. Name two reasons why the validation loss can be the smaller one.
# 4. You trained ten networks and kept the one with the best validation accuracy. Why is that accuracy too
#    optimistic, and which part of the data would tell you the truth?
# 5. Your callback writes histograms once an epoch. What would writing them in every step cost, and show?
#
# Further: `cnn-course explain course_cnn` prints the table of section 1 with formulas and receptive fields;
# `cnn-course runs` lists your runs without TensorBoard.

# %% [markdown] tags=["instructor"]
# Answers. 1. Global average pooling: 22,692 parameters in all (3,300 in the head), and less overfitting; the
# place of a feature is lost. 2. Padding in one of the first two convolutions, or images of 34 pixels: an even
# side before the second pooling. 3. Augmentation and dropout act in training only; the training loss is an
# average over the epoch while weights still improve, the validation loss is taken at its end. 4. The maximum
# over ten noisy numbers is biased upwards; the sealed test part. 5. Hundreds of times the files and the time;
# the first few hundred steps, in which most of the movement happens.
