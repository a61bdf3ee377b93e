"""Wrong answers to exercise 01 that students give, and what each should hear."""

import keras
import numpy as np
from keras import layers

from cnn_course.grading import mistake


@mistake("channel_stats", says="a mean per pixel, over the images only")
def averages_over_the_images_only(x):
    return x.mean(axis=0), x.std(axis=0)


@mistake("channel_stats", says="one mean for everything")
def mixes_the_channels(x):
    return x.mean(), x.std()


@mistake("channel_stats", says="that is the variance")
def returns_the_variance(x):
    return x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))


@mistake("channel_stats", says="divides by n - 1")
def divides_by_n_minus_1(x):
    return x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2), ddof=1)


@mistake("channel_stats", says="the spreads within each image")
def averages_the_spread_of_each_image(x):
    return x.mean(axis=(0, 1, 2)), x.std(axis=(1, 2)).mean(axis=0)


@mistake("channel_stats", says="two arrays were expected")
def returns_the_mean_alone(x):
    return x.mean(axis=(0, 1, 2))


@mistake("channel_stats", says="leave keepdims out")
def keeps_the_axes(x):
    return x.mean(axis=(0, 1, 2), keepdims=True), x.std(axis=(0, 1, 2), keepdims=True)


@mistake("channel_stats", says="the fraction was cut off")
def stays_with_bytes(x):
    return x.mean(axis=(0, 1, 2)).astype(x.dtype), x.std(axis=(0, 1, 2))


@mistake("standardize", says="measured by their own mean and std")
def measures_images_by_themselves(x, mean, std):
    return (x - x.mean(axis=(0, 1, 2))) / x.std(axis=(0, 1, 2))


@mistake("standardize", says="divides by the variance")
def divides_by_the_variance(x, mean, std):
    return (x - mean) / std**2


@mistake("standardize", says="that is centred only")
def only_centres(x, mean, std):
    return x - mean


@mistake("standardize", says="put (x - mean) in brackets")
def forgets_the_brackets(x, mean, std):
    return x / std - mean


@mistake("standardize", says="stretches from 0 to 1")
def stretches_to_0_and_1(x, mean, std):
    low, high = x.min(axis=(0, 1, 2)), x.max(axis=(0, 1, 2))
    return (x - low) / (high - low)


@mistake("standardize", says="0 / 0 is no number")
def divides_by_0(x, mean, std):
    with np.errstate(invalid="ignore"):
        return (x - mean) / std


@mistake("standardize", says="changed its argument")
def works_in_place(x, mean, std):
    x = np.asarray(x) if x.dtype.kind == "f" else x.astype(float)
    x -= mean
    x /= np.where(std > 0, std, 1)
    return x


@mistake("softmax", says="each row has its own sum")
def divides_by_the_sum_of_everything(z):
    powers = np.exp(z - z.max())
    return powers / powers.sum()


@mistake("softmax", says="that adds up columns")
def adds_up_columns(z):
    powers = np.exp(z)
    return powers / powers.sum(axis=0)


@mistake("softmax", says="exp left the range of numbers")
def overflows(z):
    with np.errstate(all="ignore"):
        powers = np.exp(z)
        return powers / powers.sum(axis=1, keepdims=True)


@mistake("softmax", says="the maximum of the whole batch was subtracted")
def subtracts_one_maximum(z):
    with np.errstate(all="ignore"):
        powers = np.exp(z - z.max())
        return powers / powers.sum(axis=1, keepdims=True)


@mistake("softmax", says="the sigmoid of each score")
def takes_the_sigmoid(z):
    return 1 / (1 + np.exp(-z))


@mistake("softmax", says="that picks the winner")
def picks_the_winner(z):
    return (z == z.max(axis=1, keepdims=True)).astype(float)


@mistake("softmax", says="divide by the sum of the row")
def forgets_to_divide(z):
    return np.exp(z)


@mistake("cross_entropy", says="the sign is missing")
def forgets_the_sign(p, y):
    return np.log(p[np.arange(len(y)), y]).mean()


@mistake("cross_entropy", says="the sum over the images")
def adds_the_images_up(p, y):
    return -np.log(p[np.arange(len(y)), y]).sum()


@mistake("cross_entropy", says="the mean over images and classes")
def divides_by_the_classes_too(p, y):
    truth = np.eye(p.shape[1])[y]
    return -(truth * np.log(p)).mean()


@mistake("cross_entropy", says="the logarithm to base 2")
def takes_the_binary_logarithm(p, y):
    return -np.log2(p[np.arange(len(y)), y]).mean()


@mistake("cross_entropy", says="the logarithm of the mean")
def averages_before_the_logarithm(p, y):
    return -np.log(p[np.arange(len(y)), y].mean())


@mistake("cross_entropy", says="takes the likeliest class")
def takes_the_likeliest_class(p, y):
    return -np.log(p.max(axis=1)).mean()


@mistake("cross_entropy", says="0 times the logarithm of 0")
def multiplies_by_the_truth(p, y):
    truth = np.eye(p.shape[1])[y]
    with np.errstate(all="ignore"):
        return -(truth * np.log(p)).sum(axis=1).mean()


@mistake("build_linear", says="a layer on the three channels")
def forgets_to_flatten(input_shape=(32, 32, 3), classes=10):
    return keras.Sequential([keras.Input(input_shape), layers.Dense(classes, activation="softmax")])


@mistake("build_linear", says="the ten biases are missing")
def forgets_the_biases(input_shape=(32, 32, 3), classes=10):
    dense = layers.Dense(classes, activation="softmax", use_bias=False)
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), dense])


@mistake("build_linear", says="softmax")
def returns_scores(input_shape=(32, 32, 3), classes=10):
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), layers.Dense(classes)])


@mistake("build_linear", says="sigmoid")
def ends_in_a_sigmoid(input_shape=(32, 32, 3), classes=10):
    dense = layers.Dense(classes, activation="sigmoid")
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), dense])


@mistake("build_linear", says="ReLU after the last layer")
def puts_a_relu_before_softmax(input_shape=(32, 32, 3), classes=10):
    stack = [layers.Flatten(), layers.Dense(classes, activation="relu"), layers.Softmax()]
    return keras.Sequential([keras.Input(input_shape), *stack])


@mistake("build_linear", says="100")
def has_a_hidden_layer(input_shape=(32, 32, 3), classes=10):
    stack = [layers.Flatten(), layers.Dense(100), layers.Dense(classes, activation="softmax")]
    return keras.Sequential([keras.Input(input_shape), *stack])


@mistake("build_linear", says="build_linear((8, 6, 1), 3)")
def ignores_its_arguments(input_shape=(32, 32, 3), classes=10):
    image = keras.Input((32, 32, 3))
    return keras.Model(image, layers.Dense(10, activation="softmax")(layers.Flatten()(image)))


@mistake("class_templates", says="reshaping alone mixes the classes")
def only_reshapes(model):
    return model.get_weights()[0].reshape(-1, *model.input_shape[1:])


@mistake("class_templates", says="the classes come last")
def leaves_the_classes_last(model):
    return model.get_weights()[0].reshape(*model.input_shape[1:], -1)


@mistake("class_templates", says="these are flat")
def leaves_them_flat(model):
    return model.get_weights()[0].T


@mistake("class_templates", says="leave the biases out")
def adds_the_biases(model):
    kernel, bias = model.get_weights()
    return (kernel + bias).T.reshape(-1, *model.input_shape[1:])


@mistake("class_templates", says="height and width have changed places")
def swaps_height_and_width(model):
    height, width, channels = model.input_shape[1:]
    return model.get_weights()[0].T.reshape(-1, width, height, channels)


@mistake("class_templates", says="stretched from 0 to 1")
def stretches_the_templates(model):
    templates = model.get_weights()[0].T.reshape(-1, *model.input_shape[1:])
    return (templates - templates.min()) / (templates.max() - templates.min())
