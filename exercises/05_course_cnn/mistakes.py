"""Known wrong answers; `says` is what each of them has to hear."""

import shutil
import time
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers

from cnn_course.grading import mistake


def course_net(
    input_shape,
    classes,
    *,
    padding="valid",
    activation="relu",
    filters=(32, 32, 32),
    pools=(True, True, False),
    head=layers.Flatten,
    scores="softmax",
    use_bias=True,
):
    """The right network, but for what an argument changes."""
    x = image = keras.Input(input_shape)
    for depth, pool in zip(filters, pools, strict=True):
        x = layers.Conv2D(depth, 3, padding=padding, activation=activation, use_bias=use_bias)(x)
        x = layers.MaxPooling2D(2)(x) if pool else x
    return keras.Model(image, layers.Dense(classes, activation=scores, use_bias=use_bias)(head()(x)))


@mistake("build_course_cnn", says="the 3x3 convolution has padding 'same'")
def net_with_padding(input_shape=(32, 32, 3), classes=100):
    return course_net(input_shape, classes, padding="same")


@mistake("build_course_cnn", says="ReLU is missing after")
def net_without_relu(input_shape=(32, 32, 3), classes=100):
    return course_net(input_shape, classes, activation=None)


@mistake("build_course_cnn", says="does not belong there")
def net_with_a_third_pooling(input_shape=(32, 32, 3), classes=100):
    return course_net(input_shape, classes, pools=(True, True, True))


@mistake("build_course_cnn", says="has 64 filters")
def net_that_doubles_its_filters(input_shape=(32, 32, 3), classes=100):
    return course_net(input_shape, classes, filters=(32, 64, 128))


@mistake("build_course_cnn", says="2 stages; 3 expected")
def net_of_two_convolutions(input_shape=(32, 32, 3), classes=100):
    return course_net(input_shape, classes, filters=(32, 32), pools=(True, True))


@mistake("build_course_cnn", says="that is with global average pooling")
def net_with_global_average_pooling(input_shape=(32, 32, 3), classes=100):
    return course_net(input_shape, classes, head=layers.GlobalAveragePooling2D)


@mistake("build_course_cnn", says="softmax is missing")
def net_without_softmax(input_shape=(32, 32, 3), classes=100):
    return course_net(input_shape, classes, scores=None)


@mistake("build_course_cnn", says="sigmoid after the last layer")
def net_with_a_sigmoid(input_shape=(32, 32, 3), classes=100):
    return course_net(input_shape, classes, scores="sigmoid")


@mistake("build_course_cnn", says="has no bias")
def net_without_biases(input_shape=(32, 32, 3), classes=100):
    return course_net(input_shape, classes, use_bias=False)


@mistake("build_course_cnn", says="has 100 units; 7 expected")
def net_with_a_hundred_classes_always(input_shape=(32, 32, 3), classes=100):
    return course_net(input_shape, 100)


@mistake("build_course_cnn", says="the input is 32x32x3")
def net_for_32_pixels_always(input_shape=(32, 32, 3), classes=100):
    return course_net((32, 32, 3), classes)


def stamped(root, exercise, name):
    return Path(root) / exercise / name / time.strftime("%Y%m%d-%H%M%S")


@mistake("run_dir", says="are mixed up in TensorBoard")
def run_dir_by_the_second(root, exercise, name):
    folder = stamped(root, exercise, name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@mistake("run_dir", says="FileExistsError")
def run_dir_that_may_not_exist(root, exercise, name):
    folder = stamped(root, exercise, name)
    folder.mkdir(parents=True)
    return folder


@mistake("run_dir", says="but there is no such folder")
def run_dir_that_is_not_made(root, exercise, name):
    return stamped(root, exercise, name).with_name(str(time.time_ns()))


@mistake("run_dir", says="a folder below 05_course_cnn/course_cnn in root was expected")
def run_dir_without_the_exercise(root, exercise, name):
    folder = Path(root) / name / str(time.time_ns())
    folder.mkdir(parents=True)
    return folder


@mistake("run_dir", says="removed the files of the first run")
def run_dir_that_clears_the_others(root, exercise, name):
    parent = Path(root) / exercise / name
    shutil.rmtree(parent, ignore_errors=True)
    folder = parent / str(time.time_ns())
    folder.mkdir(parents=True)
    return folder


@mistake("run_dir", says="unsupported operand")
def run_dir_of_text(root, exercise, name):
    return root / exercise / name


@mistake("run_dir", says="run_dir(...) gave None")
def run_dir_without_return(root, exercise, name):
    stamped(root, exercise, name).mkdir(parents=True, exist_ok=True)


def tensorboard(log_dir, **arguments):
    return [keras.callbacks.TensorBoard(log_dir=log_dir, **arguments)]


@mistake("make_callbacks", says="unexpected keyword argument")
def callbacks_of_the_slide(log_dir, histogram_freq=1, write_images=False):
    return tensorboard(
        log_dir, histogram_freq=histogram_freq, batch_size=32, write_graph=True, write_grads=True
    )


@mistake("make_callbacks", says="is histogram_freq passed on?")
def callbacks_without_histograms(log_dir, histogram_freq=1, write_images=False):
    return tensorboard(log_dir, write_images=write_images)


@mistake("make_callbacks", says="0 means never")
def callbacks_with_histograms_always(log_dir, histogram_freq=1, write_images=False):
    return tensorboard(log_dir, histogram_freq=1, write_images=write_images)


@mistake("make_callbacks", says="pass write_images on")
def callbacks_without_images(log_dir, histogram_freq=1, write_images=False):
    return tensorboard(log_dir, histogram_freq=histogram_freq)


@mistake("make_callbacks", says="nothing was written there at all")
def callbacks_that_write_elsewhere(log_dir, histogram_freq=1, write_images=False):
    elsewhere = Path(log_dir).parent / "elsewhere"
    return tensorboard(elsewhere, histogram_freq=histogram_freq, write_images=write_images)


class Written(keras.callbacks.Callback):
    """The right callback, cut into pieces that a mistake replaces."""

    def __init__(self, log_dir, images, labels):
        super().__init__()
        self.images, self.labels = images, labels
        self.writer = tf.summary.create_file_writer(str(Path(log_dir) / "train"))

    def loss(self):
        return self.model.compute_loss(y=self.labels, y_pred=self.model(self.images))

    def gradients(self, weights):
        with tf.GradientTape() as tape:
            loss = self.loss()
        return tape.gradient(loss, [weight.value for weight in weights])

    def weights(self):
        return self.model.trainable_weights

    def tag(self, weight):
        return f"gradients/{weight.path}"

    def step(self, epoch):
        return epoch

    def on_epoch_end(self, epoch, logs=None):
        with self.writer.as_default(step=self.step(epoch)):
            for weight, gradient in zip(self.weights(), self.gradients(self.weights()), strict=True):
                tf.summary.histogram(self.tag(weight), gradient)
        self.writer.flush()


@mistake("GradientHistogram", says="these are the weights; their gradients are wanted")
class WritesTheWeights(Written):
    def gradients(self, weights):
        return weights


@mistake("GradientHistogram", says="biases are trainable weights too")
class WritesKernelsOnly(Written):
    def weights(self):
        return [weight for weight in self.model.trainable_weights if weight.name == "kernel"]


@mistake("GradientHistogram", says="weight.name does not")
class TagsByName(Written):
    def tag(self, weight):
        return f"gradients/{weight.name}"


@mistake("GradientHistogram", says='the tag begins with "gradients/"')
class TagsLikeTheWeights(Written):
    def tag(self, weight):
        return weight.path


@mistake("GradientHistogram", says="Keras counts epochs from 0")
class CountsFromOne(Written):
    def step(self, epoch):
        return epoch + 1


@mistake("GradientHistogram", says="every epoch was written as step 0")
class ForgetsTheEpoch(Written):
    def step(self, epoch):
        return 0


@mistake("GradientHistogram", says="not of the mean")
class SumsOverTheImages(Written):
    def loss(self):
        return tf.reduce_sum(
            keras.losses.sparse_categorical_crossentropy(self.labels, self.model(self.images))
        )


@mistake("GradientHistogram", says="gradients have signs")
class WritesMagnitudes(Written):
    def gradients(self, weights):
        return [tf.abs(gradient) for gradient in super().gradients(weights)]


@mistake("GradientHistogram", says="wrote no histogram into log_dir/train")
class WritesBesideTheWriter(Written):
    def on_epoch_end(self, epoch, logs=None):
        for weight, gradient in zip(self.weights(), self.gradients(self.weights()), strict=True):
            tf.summary.histogram(self.tag(weight), gradient, step=epoch)


def trained(model, data, epochs, batch_size, callbacks, *, loss="sparse_categorical_crossentropy", **changes):
    images, labels = data
    model.compile("adam", loss, metrics=["accuracy"])
    settings = {"validation_split": 0.25, "epochs": epochs, "batch_size": batch_size, "callbacks": callbacks}
    return model.fit(images, labels, verbose=0, **settings | changes)


@mistake("train", says="nothing was held out")
def train_without_validation(model, data, epochs, batch_size, callbacks):
    return trained(model, data, epochs, batch_size, callbacks, validation_split=0.0)


@mistake("train", says="that is a fifth of them")
def train_with_the_usual_fifth(model, data, epochs, batch_size, callbacks):
    return trained(model, data, epochs, batch_size, callbacks, validation_split=0.2)


@mistake("train", says="that is the first quarter")
def train_with_the_first_quarter_held_out(model, data, epochs, batch_size, callbacks):
    (images, labels), n = data, len(data[0]) // 4
    first = images[:n], labels[:n]
    return trained(
        model,
        (images[n:], labels[n:]),
        epochs,
        batch_size,
        callbacks,
        validation_split=0.0,
        validation_data=first,
    )


@mistake("train", says="also those that were trained on")
def train_and_validate_on_everything(model, data, epochs, batch_size, callbacks):
    return trained(model, data, epochs, batch_size, callbacks, validation_split=0.0, validation_data=data)


@mistake("train", says="were trained on as well")
def train_on_what_is_held_out(model, data, epochs, batch_size, callbacks):
    (images, labels), n = data, len(data[0]) // 4
    last = images[-n:], labels[-n:]
    return trained(model, data, epochs, batch_size, callbacks, validation_split=0.0, validation_data=last)


@mistake("train", says="mean squared error")
def train_by_squared_errors(model, data, epochs, batch_size, callbacks):
    one_hot = keras.utils.to_categorical(data[1], model.output_shape[-1])
    return trained(model, (data[0], one_hot), epochs, batch_size, callbacks, loss="mean_squared_error")


@mistake("train", says="shuffle them")
def train_in_order(model, data, epochs, batch_size, callbacks):
    return trained(model, data, epochs, batch_size, callbacks, shuffle=False)


@mistake("train", says="batch_size did not reach fit")
def train_with_the_default_batches(model, data, epochs, batch_size, callbacks):
    return trained(model, data, epochs, None, callbacks)


@mistake("train", says="the epochs that the callback was told of")
def train_without_callbacks(model, data, epochs, batch_size, callbacks):
    return trained(model, data, epochs, batch_size, None)


@mistake("train", says="the History that fit returns was expected")
def train_that_returns_the_model(model, data, epochs, batch_size, callbacks):
    trained(model, data, epochs, batch_size, callbacks)
    return model


@mistake("train", says="accuracy is missing")
def train_without_accuracy(model, data, epochs, batch_size, callbacks):
    images, labels = data
    model.compile("adam", "sparse_categorical_crossentropy")
    return model.fit(
        images, labels, batch_size, epochs, validation_split=0.25, callbacks=callbacks, verbose=0
    )
