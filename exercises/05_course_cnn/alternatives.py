"""Other right answers: each must earn every point."""

import tempfile
import uuid
from itertools import count
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from cnn_course.grading import alternative


@alternative("build_course_cnn")
def net_of_the_slide(input_shape=(32, 32, 3), classes=100):
    inp = keras.Input(shape=input_shape)
    x = layers.Conv2D(32, kernel_size=(3, 3), activation="relu")(inp)
    x = layers.MaxPooling2D(pool_size=(2, 2))(x)
    x = layers.Conv2D(32, kernel_size=(3, 3), activation="relu")(x)
    x = layers.MaxPooling2D(pool_size=(2, 2))(x)
    x = layers.Conv2D(32, kernel_size=(3, 3), activation="relu")(x)
    x = layers.Flatten()(x)
    return keras.Model(inp, layers.Dense(classes, activation="softmax")(x))


@alternative("build_course_cnn")
def net_as_a_list(input_shape=(32, 32, 3), classes=100):
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPool2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPool2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(classes, activation="softmax"),
        ],
        name="course_cnn",
    )


@alternative("build_course_cnn")
def net_with_activation_layers(input_shape=(32, 32, 3), classes=100):
    x = image = layers.Input(batch_shape=(None, *input_shape))
    for stage in range(3):
        x = layers.Conv2D(32, (3, 3), padding="valid")(x)
        x = layers.Activation("relu")(x)
        if stage < 2:
            x = layers.MaxPooling2D(2, strides=2, padding="valid")(x)
    x = layers.Reshape((-1,))(x)
    x = layers.Dense(classes)(x)
    return keras.Model(image, layers.Activation("softmax")(x))


@alternative("build_course_cnn")
def net_that_pools_before_relu(input_shape=(32, 32, 3), classes=100):
    """ReLU layers with the pooling after them, softmax as a layer."""
    x = image = keras.Input(input_shape)
    x = layers.MaxPooling2D()(layers.ReLU()(layers.Conv2D(32, 3)(x)))
    x = layers.MaxPooling2D()(layers.ReLU()(layers.Conv2D(32, 3)(x)))
    x = layers.ReLU()(layers.Conv2D(32, 3)(x))
    return keras.Model(image, layers.Softmax()(layers.Dense(classes)(layers.Flatten()(x))))


@alternative("build_course_cnn")
def net_of_plain_operations(input_shape=(32, 32, 3), classes=100):
    x = image = keras.Input(input_shape)
    x = ops.max_pool(ops.relu(layers.Conv2D(32, 3)(x)), 2)
    x = ops.max_pool(ops.relu(layers.Conv2D(32, 3)(x)), 2, strides=2)
    x = ops.relu(layers.Conv2D(32, 3)(x))
    x = ops.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3]))
    return keras.Model(image, ops.softmax(layers.Dense(classes)(x), axis=-1))


@alternative("build_course_cnn")
def net_in_two_halves(input_shape=(32, 32, 3), classes=100):
    features = keras.Sequential(name="features")
    for _ in range(2):
        features.add(layers.Conv2D(32, 3, activation="relu"))
        features.add(layers.MaxPooling2D())
    features.add(layers.Conv2D(32, 3, activation=ops.relu))
    image = keras.Input(input_shape)
    head = keras.Sequential([layers.Flatten(), layers.Dense(classes, "softmax")], name="head")
    return keras.Model(image, head(features(image)))


@alternative("build_course_cnn")
def net_added_up(input_shape=(32, 32, 3), classes=100):
    model = keras.Sequential()
    model.add(layers.Input(input_shape))
    for pooled in (True, True, False):
        model.add(layers.Conv2D(filters=32, kernel_size=3, strides=(1, 1), use_bias=True))
        model.add(layers.ReLU())
        if pooled:
            model.add(layers.MaxPooling2D((2, 2), (2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(units=classes, activation=keras.activations.softmax))
    return model


@alternative("build_course_cnn")
def net_built_late(input_shape=(32, 32, 3), classes=100):
    model = keras.Sequential(net_as_a_list(input_shape, classes).layers)
    clone = keras.models.clone_model(model)
    clone.build((None, *input_shape))
    return clone


@alternative("build_course_cnn")
def net_with_other_beginnings(input_shape=(32, 32, 3), classes=100):
    """Initial values, names and layers of no effect are one's own affair."""
    image = keras.Input(input_shape, name="picture")
    x = layers.Identity()(image)
    for name in "abc":
        x = layers.Conv2D(32, 3, activation="relu", kernel_initializer="he_normal", name=name)(x)
        x = layers.MaxPooling2D(name=f"pool_{name}")(x) if name != "c" else x
    x = layers.Dropout(0.0)(layers.Flatten(name="row")(x))
    return keras.Model(image, layers.Dense(classes, activation="softmax", dtype="float32")(x))


@alternative("build_course_cnn")
def net_of_a_nested_stage(input_shape=(32, 32, 3), classes=100):
    def stage(x, name, pool=True):
        inside = keras.Input(x.shape[1:])
        y = layers.Conv2D(32, 3, activation="relu")(inside)
        y = layers.MaxPooling2D()(y) if pool else y
        return keras.Model(inside, y, name=name)(x)

    image = keras.Input(input_shape)
    x = stage(stage(stage(image, "one"), "two"), "three", pool=False)
    return keras.Model(image, layers.Dense(classes, "softmax")(layers.Flatten()(x)))


@alternative("run_dir")
def run_dir_by_numbers(root, exercise, name):
    parent = Path(root, exercise, name)
    parent.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        folder = parent / f"run{number}"
        if not folder.exists():
            folder.mkdir()
            return folder
    raise AssertionError("there is always another number")


@alternative("run_dir")
def run_dir_by_a_random_name(root, exercise, name):
    folder = f"{root}/{exercise}/{name}/{uuid.uuid4().hex}"
    Path(folder).mkdir(parents=True)
    return folder


@alternative("run_dir")
def run_dir_by_tempfile(root, exercise, name):
    parent = Path(root).joinpath(exercise, name)
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=parent))


@alternative("make_callbacks")
def callbacks_in_a_tuple(log_dir, histogram_freq=1, write_images=False):
    return (keras.callbacks.TensorBoard(str(log_dir), histogram_freq, True, write_images),)


@alternative("make_callbacks")
def callbacks_of_a_class_of_its_own(log_dir, histogram_freq=1, write_images=False):
    class Board(keras.callbacks.TensorBoard):
        """Also flushes after every epoch, which does no harm."""

    board = Board(log_dir, histogram_freq=histogram_freq, write_images=write_images, update_freq="epoch")
    return [board, keras.callbacks.TerminateOnNaN()]


@alternative("GradientHistogram")
class GradientsByTheLossFunction(keras.callbacks.Callback):
    """Closes over Keras's own cross-entropy; one more batch, another order, steps given each time."""

    def __init__(self, log_dir, images, labels):
        super().__init__()
        self.probe = tf.constant(images), tf.constant(labels)
        self.writer = tf.summary.create_file_writer(str(Path(log_dir, "train")))

    def on_epoch_end(self, epoch, logs=None):
        images, labels = self.probe
        with tf.GradientTape() as tape:
            p = self.model(images, training=False)
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, p))
        variables = self.model.trainable_variables[::-1]
        with self.writer.as_default():
            for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
                tf.summary.histogram("gradients/" + variable.path, gradient, step=epoch, buckets=10)
        self.writer.flush()


@alternative("GradientHistogram")
class GradientsAsInTraining(keras.callbacks.Callback):
    """Keeps what it has seen and closes its file at the end."""

    def __init__(self, log_dir, images, labels):
        super().__init__()
        self.images, self.labels = images, labels
        self.writer = tf.summary.create_file_writer(f"{log_dir}/train")
        self.kept = []

    def on_epoch_end(self, epoch, logs=None):
        weights = self.model.trainable_weights
        with tf.GradientTape() as tape:
            answers = self.model(self.images, training=True)
            loss = self.model.compute_loss(x=self.images, y=self.labels, y_pred=answers)
        self.kept.append((epoch, [np.asarray(g) for g in tape.gradient(loss, weights)]))

    def on_train_end(self, logs=None):
        with self.writer.as_default():
            for epoch, gradients in self.kept:
                for weight, gradient in zip(self.model.trainable_weights, gradients, strict=True):
                    tf.summary.histogram(f"gradients/{weight.path}", gradient, step=epoch)
        self.writer.close()


@alternative("train")
def train_with_parts_cut_by_hand(model, data, epochs, batch_size, callbacks):
    images, labels = data
    cut = len(images) * 3 // 4
    model.compile(
        optimizer=keras.optimizers.Adam(0.001),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    return model.fit(
        images[:cut],
        labels[:cut],
        batch_size=batch_size,
        epochs=epochs,
        callbacks=callbacks,
        validation_data=(images[cut:], labels[cut:]),
        verbose=0,
    )


@alternative("train")
def train_on_datasets(model, data, epochs, batch_size, callbacks):
    images, labels = data
    held_out = len(images) // 4
    training = tf.data.Dataset.from_tensor_slices((images[:-held_out], labels[:-held_out]))
    validation = tf.data.Dataset.from_tensor_slices((images[-held_out:], labels[-held_out:]))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(
        training.shuffle(len(images)).batch(batch_size),
        validation_data=validation.batch(batch_size),
        epochs=epochs,
        callbacks=callbacks,
        verbose=0,
    )


@alternative("train")
def train_on_one_hot_labels(model, data, epochs, batch_size, callbacks):
    images, labels = data
    one_hot = keras.utils.to_categorical(labels, model.output_shape[-1])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, one_hot, batch_size, epochs, 0, callbacks, validation_split=1 / 4, shuffle=True)
