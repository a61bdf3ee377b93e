"""Other right answers to exercise 01, which must earn every point."""

import keras
import numpy as np
from keras import layers, ops

from cnn_course.grading import alternative


@alternative("channel_stats")
def channel_by_channel(x):
    channels = [x[..., c].astype("float64") for c in range(x.shape[-1])]
    return [float(c.mean()) for c in channels], [float(c.std()) for c in channels]


@alternative("channel_stats")
def by_pixels(x):
    pixels = x.reshape(-1, x.shape[-1]).astype(np.float32)
    return np.stack([pixels.mean(axis=0), pixels.std(axis=0)])


@alternative("channel_stats")
def by_the_mean_of_squares(x):
    x = x.astype("float64")
    mean = x.mean((0, 1, 2))
    return mean, np.sqrt(np.maximum((x**2).mean((0, 1, 2)) - mean**2, 0))


@alternative("channel_stats")
def by_keras_moments(x):
    mean, variance = ops.moments(ops.convert_to_tensor(x, "float32"), axes=[0, 1, 2])
    return mean, ops.sqrt(variance)


@alternative("standardize")
def adds_a_little_to_std(x, mean, std):
    return (x - np.asarray(mean)) / (np.asarray(std) + 1e-7)


@alternative("standardize")
def in_float32_with_a_floor(x, mean, std):
    y = x.astype("float32") - np.asarray(mean, "float32")
    y /= np.maximum(np.asarray(std, "float32"), 1e-6)
    return y


@alternative("standardize")
def one_channel_after_the_other(x, mean, std):
    y = np.zeros(x.shape)
    for c in range(x.shape[-1]):
        y[..., c] = x[..., c] - mean[c]
        if std[c] > 0:
            y[..., c] /= std[c]
    return y


@alternative("softmax")
def row_by_row(z):
    rows = []
    for row in np.asarray(z):
        powers = [np.exp(score - max(row)) for score in row]
        rows.append([power / sum(powers) for power in powers])
    return rows


@alternative("softmax")
def by_the_logarithm(z):
    z = z - z.max(axis=-1)[:, None]
    return np.exp(z - np.log(np.exp(z).sum(axis=-1))[:, None])


@alternative("softmax")
def by_keras(z):
    return ops.softmax(ops.convert_to_tensor(z, "float32"))


@alternative("cross_entropy")
def one_image_at_a_time(p, y):
    return sum(-np.log(p[i][int(label)]) for i, label in enumerate(y)) / len(y)


@alternative("cross_entropy")
def keeps_away_from_0(p, y):
    return float(np.mean(-np.log(np.clip(p[range(len(y)), y], 1e-12, 1))))


@alternative("cross_entropy")
def by_the_truth(p, y):
    truth = np.eye(p.shape[1])[y]
    return -np.log((truth * p).sum(axis=1)).mean()


@alternative("cross_entropy")
def by_keras_losses(p, y):
    return keras.losses.SparseCategoricalCrossentropy()(y.astype("int32"), p)


@alternative("build_linear")
def sequential(input_shape=(32, 32, 3), classes=10):
    dense = layers.Dense(classes, activation="softmax")
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), dense])


@alternative("build_linear")
def sequential_step_by_step(input_shape=(32, 32, 3), classes=10):
    model = keras.Sequential(name="templates")
    model.add(layers.InputLayer(shape=input_shape))
    model.add(layers.Flatten(name="pixels"))
    model.add(layers.Dense(classes, name="scores"))
    model.add(layers.Softmax(name="probabilities"))
    return model


@alternative("build_linear")
def with_an_activation_layer(input_shape=(32, 32, 3), classes=10):
    image = keras.Input(shape=input_shape)
    scores = layers.Dense(units=classes)(layers.Flatten()(image))
    return keras.Model(inputs=image, outputs=layers.Activation("softmax")(scores))


@alternative("build_linear")
def with_the_function_itself(input_shape=(32, 32, 3), classes=10):
    image = keras.Input(shape=input_shape)
    return keras.Model(image, layers.Dense(classes, keras.activations.softmax)(layers.Flatten()(image)))


@alternative("build_linear")
def reshapes(input_shape=(32, 32, 3), classes=10):
    image = keras.Input(input_shape)
    x = layers.Reshape((int(np.prod(input_shape)),))(image)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))


@alternative("build_linear")
def reshapes_with_an_operation(input_shape=(32, 32, 3), classes=10):
    image = keras.Input(input_shape)
    x = ops.reshape(image, (-1, int(np.prod(input_shape))))
    return keras.Model(image, ops.softmax(layers.Dense(classes)(x)))


@alternative("build_linear")
def nested(input_shape=(32, 32, 3), classes=10):
    image = keras.Input(input_shape)
    flat = keras.Sequential([keras.Input(input_shape), layers.Flatten()])
    head = keras.Sequential([layers.Dense(classes), layers.Softmax()])
    return keras.Model(image, head(flat(image)))


@alternative("build_linear")
def with_names_and_a_type(input_shape=(32, 32, 3), classes=10):
    image = keras.Input(input_shape, name="image", dtype="float32")
    x = layers.Flatten(name="flat")(image)
    x = layers.Dense(classes, activation="softmax", dtype="float32", kernel_initializer="zeros")(x)
    return keras.Model(image, x, name="linear_classifier")


@alternative("build_linear")
def with_a_useless_dropout(input_shape=(32, 32, 3), classes=10):
    image = keras.Input(input_shape)
    x = layers.Activation("linear")(layers.Flatten()(image))
    return keras.Model(image, layers.Dense(classes, activation="softmax")(layers.Dropout(0.0)(x)))


@alternative("build_linear")
def by_one_large_convolution(input_shape=(32, 32, 3), classes=10):
    image = keras.Input(input_shape)
    scores = layers.Conv2D(classes, input_shape[:2])(image)
    return keras.Model(image, layers.Softmax()(layers.Flatten()(scores)))


@alternative("class_templates")
def class_by_class(model):
    kernel, _ = model.get_weights()
    return [kernel[:, k].reshape(model.input_shape[1:]) for k in range(kernel.shape[1])]


@alternative("class_templates")
def from_the_last_layer(model):
    return np.asarray(model.layers[-1].kernel).T.reshape((-1, *model.input_shape[1:]))


@alternative("class_templates")
def by_einsum(model):
    height, width, channels = model.input_shape[1:]
    kernel = model.get_weights()[0].reshape(height, width, channels, -1)
    return np.einsum("hwck->khwc", kernel)


@alternative("class_templates")
def by_keras_operations(model):
    kernel = next(layer for layer in model.layers if layer.weights).kernel
    return ops.reshape(ops.transpose(kernel), (-1, *model.input_shape[1:]))
