"""The checks of exercise 01 that students see."""

import numpy as np
import pytest

from cnn_course.grading import expect, network

# Six small pictures whose channels differ: about 50, 110 and 190.
IMAGES = np.random.default_rng(1).integers([0, 60, 120], [100, 160, 256], (6, 4, 5, 3)).astype("uint8")
MEAN, STD = IMAGES.mean(axis=(0, 1, 2)), IMAGES.std(axis=(0, 1, 2))
OTHERS = IMAGES[:2] // 2  # not the images that MEAN and STD come from

SCORES = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [5.0, -5.0, 0.5]])
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.5, 0.25], [0.05, 0.05, 0.9]])
CLASSES = np.array([0, 1, 2, 2])


def pair(answer, what):
    """The two arrays of an answer that should be (mean, std)."""
    assert has(answer, 2), (
        f"{what} gave {'nothing' if answer is None else type(answer).__name__}, "
        "two arrays were expected: return mean, std"
    )
    return answer


@pytest.mark.task("channel_stats")
@pytest.mark.hint(
    "The mean runs over three axes, x.mean(axis=(...)): images, rows and columns. Channels come last."
)
def test_each_channel_has_one_mean(submission):
    mean, _ = pair(submission.channel_stats(IMAGES), "channel_stats(images)")
    expect.close(
        mean,
        MEAN,
        "the mean of channel_stats(images)",
        rtol=1e-4,
        wrong=[
            (
                IMAGES.mean(axis=0),
                "that is a mean per pixel, over the images only; go over rows and columns as well",
            ),
            (IMAGES.mean(axis=(1, 2)), "that is a mean for each image; go over the images as well"),
            (
                IMAGES.mean(axis=3),
                "that mixes the channels and keeps the pixels; it must be the other way round",
            ),
            (IMAGES.mean(), "that is one mean for everything; each channel has its own"),
            (np.full(3, IMAGES.mean()), "that is the mean of everything; each channel has its own"),
            (MEAN / 255, "that is on a scale of 0 to 1; stay on the scale of x"),
            (MEAN.astype(int), "the fraction was cut off; keep floating-point numbers"),
            (MEAN.reshape(1, 1, 1, 3), "the axes of length 1 are too many; leave keepdims out"),
            (STD, "that is the standard deviation; the mean comes first"),
        ],
    )


@pytest.mark.task("channel_stats")
@pytest.mark.hint("x.std(...) takes the same axes as x.mean(...).")
def test_each_channel_has_one_standard_deviation(submission):
    _, std = pair(submission.channel_stats(IMAGES), "channel_stats(images)")
    count = IMAGES[..., 0].size
    expect.close(
        std,
        STD,
        "the standard deviation of channel_stats(images)",
        rtol=1e-4,
        wrong=[
            (STD**2, "that is the variance; take its square root"),
            (
                STD * np.sqrt(count / (count - 1)),
                "that divides by n - 1; the spread of all training pixels divides by n",
            ),
            (
                IMAGES.std(axis=(1, 2)).mean(axis=0),
                "that is the mean of the spreads within each image; take all pixels at once",
            ),
            (IMAGES.std(axis=0), "that is a standard deviation per pixel; go over rows and columns as well"),
            (IMAGES.std(), "that is one number for everything; each channel has its own"),
            (np.full(3, IMAGES.std()), "that is the spread of everything; each channel has its own"),
            (MEAN, "that is the mean; it comes first, the standard deviation second"),
        ],
    )


@pytest.mark.task("standardize")
@pytest.mark.hint("Arrays (N, H, W, C) and (C,) fit together as they are: NumPy lines up the last axis.")
def test_standardised_training_images_have_mean_0_and_deviation_1(submission):
    y = submission.standardize(IMAGES, MEAN, STD)
    what = "standardize(images, mean, std)"
    expect.close(y, standardised(IMAGES), what, rtol=1e-4, atol=1e-4, wrong=mistaken(IMAGES))


@pytest.mark.task("standardize")
@pytest.mark.hint(
    "Compute nothing from x itself: mean and std are those of the training images, and they are given."
)
def test_other_images_are_measured_by_the_training_statistics(submission):
    y = submission.standardize(OTHERS, MEAN, STD)
    own = (OTHERS - OTHERS.mean(axis=(0, 1, 2))) / OTHERS.std(axis=(0, 1, 2))
    wrong = [(own, "these images were measured by their own mean and std; use the ones that were given")]
    what = "standardize(validation images, mean, std)"
    expect.close(y, standardised(OTHERS), what, rtol=1e-4, atol=1e-4, wrong=[*wrong, *mistaken(OTHERS)])


def standardised(images):
    return (images.astype(float) - MEAN) / STD


def mistaken(images):
    """What typical mistakes make of these images."""
    low, high = images.min(axis=(0, 1, 2)), images.max(axis=(0, 1, 2))
    return [
        ((images - MEAN) / STD**2, "that divides by the variance; divide by std"),
        (images - MEAN, "that is centred only; divide by std as well"),
        (images / STD - MEAN, "that divides before it subtracts; put (x - mean) in brackets"),
        (images / STD, "that is scaled only; subtract the mean first"),
        ((images - STD) / MEAN, "mean and std have changed places"),
        ((images - low) / (high - low), "that stretches from 0 to 1; it takes mean and std"),
        (standardised(images).astype(int), "the fractions were cut off; keep floating-point numbers"),
    ]


@pytest.mark.task("softmax")
@pytest.mark.hint("np.exp of the scores, divided by its sum along axis 1 with keepdims=True.")
def test_softmax_of_1_2_3(submission):
    powers = np.exp(SCORES)
    due = powers / powers.sum(axis=1, keepdims=True)
    wrong = [
        (powers / powers.sum(), "that divides by the sum over all images; each row has its own sum (axis=1)"),
        (powers / powers.sum(axis=0), "that adds up columns; the classes of an image are a row (axis=1)"),
        (powers, "divide by the sum of the row"),
        (np.log(due), "that is the logarithm of softmax"),
        (
            2**SCORES / (2**SCORES).sum(axis=1, keepdims=True),
            "that takes powers of 2; take those of e, np.exp",
        ),
        (
            1 / (1 + np.exp(-SCORES)),
            "that is the sigmoid of each score; softmax divides by the sum of the row",
        ),
        (
            np.equal(SCORES, SCORES.max(axis=1, keepdims=True)) * 1.0,
            "that picks the winner; softmax shares the 1 out",
        ),
    ]
    expect.close(submission.softmax(SCORES), due, "softmax([[1, 2, 3], ...])", rtol=1e-4, wrong=wrong)


@pytest.mark.task("softmax")
@pytest.mark.hint("Which axis are the classes on? p.sum(axis=1) should be all ones.")
def test_every_row_adds_up_to_1(submission):
    z = np.random.default_rng(2).normal(0, 3, (5, 10))
    p = submission.softmax(z)
    expect.shape(p, (5, 10), "softmax(z) of 5 images and 10 classes")
    expect.close(np.sum(p, axis=1), np.ones(5), "the sum of each row of softmax(z)", rtol=1e-4)


@pytest.mark.task("cross_entropy")
@pytest.mark.hint("p[np.arange(len(y)), y] picks from each row the probability of its true class.")
def test_only_the_true_class_counts(submission):
    true = PROBABILITIES[np.arange(4), CLASSES]
    due = -np.log(true).mean()
    wrong = [
        (-due, "the sign is missing: logarithms of probabilities are negative"),
        (4 * due, "that is the sum over the images; take the mean"),
        (-np.log(true), "that is the loss of each image; take the mean"),
        (due / 3, "that is the mean over images and classes; divide by the number of images only"),
        (due / np.log(2), "that is the logarithm to base 2; take the natural one, np.log"),
        (due / np.log(10), "that is the logarithm to base 10; take the natural one, np.log"),
        (-np.log(true.mean()), "that is the logarithm of the mean; take the mean of the logarithms"),
        (-np.log(PROBABILITIES.max(axis=1)).mean(), "that takes the likeliest class; take the true one, y"),
        (-np.log(PROBABILITIES).sum(axis=1).mean(), "that adds up all classes; only the true one counts"),
        (-np.log(PROBABILITIES).mean(), "that is the mean over all classes; only the true one counts"),
        (1 - true.mean(), "the logarithm is missing"),
        (
            -(PROBABILITIES * np.log(PROBABILITIES)).sum(axis=1).mean(),
            "that is the entropy of p; y must come in",
        ),
    ]
    expect.close(
        submission.cross_entropy(PROBABILITIES, CLASSES), due, "cross_entropy(p, y)", rtol=1e-4, wrong=wrong
    )


@pytest.mark.task("cross_entropy")
@pytest.mark.hint("With equal probabilities every image costs ln(classes).")
def test_guessing_among_ten_classes_costs_ln_10(submission):
    loss = submission.cross_entropy(np.full((7, 10), 0.1), np.arange(7))
    wrong = [(1.0, "that is the logarithm to base 10; take the natural one, np.log")]
    expect.close(
        loss, np.log(10), "cross_entropy of 7 images that get 0.1 for each class", rtol=1e-4, wrong=wrong
    )


@pytest.mark.task("build_linear")
@pytest.mark.points(2)
@pytest.mark.hint("keras.Input, layers.Flatten, layers.Dense(classes, activation='softmax'), keras.Model.")
def test_the_network_is_one_dense_layer_on_the_flat_image(submission):
    expect.network(submission.build_linear(), network("linear"), "build_linear()")


@pytest.mark.task("build_linear")
@pytest.mark.hint("Each class has a weight for each of the 3072 numbers of the image, and one bias.")
def test_the_network_has_30730_parameters(submission):
    got = submission.build_linear()
    wrong = [
        (30720, "the ten biases are missing"),
        (40, "that is a layer on the three channels; the whole image goes into each class: flatten it first"),
        (10250, "that is one channel; a colour image has three"),
        (307300, "that is 100 classes; the default is 10"),
    ]
    parameters = getattr(got, "parameters", got)
    expect.equal(parameters, 30730, "the number of parameters of build_linear()", wrong=wrong)


@pytest.mark.task("class_templates")
@pytest.mark.points(2)
@pytest.mark.hint("Column k of the matrix belongs to class k. Transpose first (kernel.T), then reshape.")
def test_each_class_shows_its_own_weights(submission):
    got, (kernel, bias) = templates_of(submission, (4, 5, 3), classes=6)
    due = kernel.T.reshape(6, 4, 5, 3)
    wrong = [
        (
            kernel.reshape(6, 4, 5, 3),
            "reshaping alone mixes the classes: they are the columns, so transpose first",
        ),
        (kernel.reshape(4, 5, 3, 6), "the classes come last; they must come first"),
        (kernel.T, "these are flat; give each template the shape of the image"),
        (due + bias[:, None, None, None], "a template holds the weights; leave the biases out"),
        (kernel.T.reshape(6, 5, 4, 3), "height and width have changed places"),
        (due.transpose(0, 2, 1, 3), "height and width have changed places"),
        (kernel.T.reshape(6, 3, 4, 5), "the channels come last: (classes, H, W, C)"),
        (
            (due - due.min()) / (due.max() - due.min()),
            "that is stretched from 0 to 1; give the weights themselves",
        ),
    ]
    expect.close(got, due, "class_templates(model) of 4x5x3 images and 6 classes", rtol=1e-4, wrong=wrong)


def templates_of(submission, input_shape, classes):
    """The templates that come of a linear model with known weights, and these weights."""
    rng = np.random.default_rng(3)
    weights = [rng.normal(size=(np.prod(input_shape), classes)), rng.normal(size=classes)]
    weights = [array.astype("float32") for array in weights]
    model = network("linear", weights, input_shape=input_shape, classes=classes)
    return submission.class_templates(model), weights


def has(answer, count):
    """Whether the answer is a list, tuple or array of so many entries."""
    return isinstance(answer, list | tuple | np.ndarray) and len(answer) == count
