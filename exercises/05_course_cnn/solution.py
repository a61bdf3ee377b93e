"""The course CNN and TensorBoard. Made from lesson.py by `cnn-course dev build`: edit that."""


from datetime import datetime
from pathlib import Path

import keras
import tensorflow as tf


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
