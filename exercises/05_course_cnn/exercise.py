"""The course CNN and TensorBoard. Write your answers here; `cnn-course check 05` looks at them."""


from datetime import datetime
from pathlib import Path

import keras
import tensorflow as tf


def build_course_cnn(input_shape=(32, 32, 3), classes=100):
    """The network of the table above, as a functional model with the name "course_cnn"."""
    # YOUR CODE HERE
    raise NotImplementedError()


def run_dir(root, exercise, name):
    """Make a new, empty folder below root/exercise/name and return its path.

    `root`: text or a Path; it need not exist. Every call makes another folder, however quickly calls follow
    each other, and leaves those of earlier runs alone.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def make_callbacks(log_dir, histogram_freq=1, write_images=False):
    """A list with one callback: TensorBoard, which writes into `log_dir`.

    `histogram_freq`: after how many epochs it writes histograms of the weights; 0 for never.
    `write_images`: whether it draws weights as images as well.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


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
        # YOUR CODE HERE
        raise NotImplementedError()


def train(model, data, epochs, batch_size, callbacks):
    """Train on the first three quarters of the data, judge on the last; returns the `History` of `fit`.

    `data`: (images, labels), the labels whole numbers. Adam as it comes, cross-entropy of the softmax's
    probabilities, accuracy as the metric; the training part is shuffled in every epoch.
    """
    # YOUR CODE HERE
    raise NotImplementedError()
