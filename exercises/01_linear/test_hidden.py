"""The checks of exercise 01 that students do not see."""

import numpy as np
import pytest

from cnn_course.grading import expect, network


@pytest.mark.task("channel_stats")
@pytest.mark.hint("Nothing depends on there being three channels.")
@pytest.mark.parametrize("channels", [1, 5])
def test_any_number_of_channels_has_statistics(submission, channels):
    x = np.random.default_rng(channels).normal(3, 2, (4, 6, 5, channels)).astype("float32")
    got = submission.channel_stats(x)
    assert has(got, 2), "return two arrays, mean and std"
    for name, values, due in zip(("mean", "std"), got, (x.mean((0, 1, 2)), x.std((0, 1, 2))), strict=True):
        expect.close(
            values, due, f"the {name} of channel_stats of images with {channels} channels", rtol=1e-3
        )


@pytest.mark.task("channel_stats")
@pytest.mark.hint(
    "The pixels are uint8, which ends at 255; np.mean and np.std compute in float64 if you let them."
)
def test_bright_bytes_do_not_overflow(submission):
    x = np.full((20, 8, 8, 3), 250, "uint8")
    x[::2] = 240
    got = submission.channel_stats(x)
    assert has(got, 2), "return two arrays, mean and std"
    expect.close(got[0], np.full(3, 245.0), "the mean of pixels of 240 and 250", rtol=1e-4)
    expect.close(got[1], np.full(3, 5.0), "the standard deviation of pixels of 240 and 250", rtol=1e-3)


@pytest.mark.task("standardize")
@pytest.mark.points(2)
@pytest.mark.hint("Where std is 0, divide by 1 instead: np.where(std > 0, std, 1).")
def test_a_constant_channel_becomes_0(submission):
    x = np.random.default_rng(4).normal(size=(3, 4, 4, 3))
    x[..., 1] = 7.0
    mean, std = x.mean(axis=(0, 1, 2)), np.array([x[..., 0].std(), 0.0, x[..., 2].std()])
    y = submission.standardize(x, mean, std)
    expect.shape(y, x.shape, "standardize(x, mean, std)")
    constant, others = np.asarray(y)[..., 1], np.asarray(y)[..., [0, 2]]
    wrong = [(np.full((3, 4, 4), np.nan), "0 / 0 is no number: a channel without any spread is only centred")]
    expect.close(constant, np.zeros((3, 4, 4)), "a constant channel, standardised,", atol=1e-4, wrong=wrong)
    due = (x - mean)[..., [0, 2]] / std[[0, 2]]
    expect.close(others, due, "the channels beside a constant one, standardised,", rtol=1e-3, atol=1e-4)


@pytest.mark.task("softmax")
@pytest.mark.points(2)
@pytest.mark.hint("Subtract the largest score of each row before np.exp.")
@pytest.mark.parametrize("score", [1000.0, -1000.0])
def test_large_scores_neither_overflow_nor_vanish(submission, score):
    got = submission.softmax(np.full((1, 3), score))
    wrong = [(np.full((1, 3), np.nan), "exp left the range of numbers: subtract the largest score first")]
    expect.close(
        got, np.full((1, 3), 1 / 3), f"softmax([[{score:g}, {score:g}, {score:g}]])", rtol=1e-4, wrong=wrong
    )


@pytest.mark.task("softmax")
@pytest.mark.hint("Each row needs its own maximum: z.max(axis=1, keepdims=True).")
def test_a_row_of_large_scores_leaves_the_others_alone(submission):
    got = submission.softmax(np.array([[2000.0, 0.0], [-2000.0, -2000.0]]))
    wrong = [
        (
            np.array([[1.0, 0.0], [np.nan, np.nan]]),
            "the maximum of the whole batch was subtracted; each row needs its own",
        )
    ]
    due = [[1.0, 0.0], [0.5, 0.5]]
    expect.close(got, due, "softmax([[2000, 0], [-2000, -2000]])", rtol=1e-4, wrong=wrong)


@pytest.mark.task("softmax")
@pytest.mark.hint("Only differences of scores matter.")
def test_adding_a_number_to_all_scores_changes_nothing(submission):
    z = np.random.default_rng(5).normal(size=(6, 4))
    before, after = submission.softmax(z), submission.softmax(z + 5)
    expect.close(after, before, "softmax(z + 5), compared with softmax(z),", rtol=1e-4)
    expect.close(before, np.exp(z) / np.exp(z).sum(1)[:, None], "softmax(z)", rtol=1e-4)


# keras.losses.SparseCategoricalCrossentropy() of these, Keras 3.15
KERAS_P = [[0.5, 0.2, 0.2, 0.1], [0.05, 0.05, 0.8, 0.1], [0.1, 0.6, 0.15, 0.15]]
KERAS_Y, KERAS_LOSS = [0, 3, 1], 1.1688528


@pytest.mark.task("cross_entropy")
@pytest.mark.hint("Compare with keras.losses.SparseCategoricalCrossentropy.")
@pytest.mark.parametrize("labels", ["int64", "uint8"])
def test_the_loss_is_that_of_keras(submission, labels):
    got = submission.cross_entropy(np.array(KERAS_P, "float32"), np.array(KERAS_Y, labels))
    expect.close(got, KERAS_LOSS, "cross_entropy(p, y)", rtol=1e-4)


@pytest.mark.task("cross_entropy")
@pytest.mark.hint("Pick the true classes first; then nothing else is in the way.")
def test_a_wrong_class_may_have_probability_0(submission):
    got = submission.cross_entropy(np.array([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]]), np.array([0, 1]))
    wrong = [(np.nan, "0 times the logarithm of 0 is no number: pick the true class before np.log")]
    what = "cross_entropy([[0.5, 0.5, 0], [0, 0.25, 0.75]], [0, 1])"
    expect.close(got, 1.5 * np.log(2), what, rtol=1e-4, wrong=wrong)


@pytest.mark.task("build_linear")
@pytest.mark.hint("Use the arguments input_shape and classes, not the numbers of CIFAR-10.")
@pytest.mark.parametrize(("input_shape", "classes"), [((32, 32, 3), 100), ((8, 6, 1), 3)])
def test_other_images_and_classes_fit(submission, input_shape, classes):
    what = f"build_linear({input_shape}, {classes})"
    got = submission.build_linear(input_shape=input_shape, classes=classes)
    expect.network(got, network("linear", input_shape=input_shape, classes=classes), what)


@pytest.mark.task("class_templates")
@pytest.mark.hint(
    "The pixel of row 1 and column 3 stands at place (1 * width + 3) * channels of the flat image."
)
def test_one_weight_is_found_at_its_pixel(submission):
    kernel = np.zeros((4, 5, 3, 4), "float32")
    kernel[1, 3, 0, 2] = 1.0
    weights = [kernel.reshape(60, 4), np.zeros(4, "float32")]
    got = submission.class_templates(network("linear", weights, input_shape=(4, 5, 3), classes=4))
    due = np.zeros((4, 4, 5, 3))
    due[2, 1, 3, 0] = 1.0
    expect.close(
        got, due, "class_templates of a model that looks at row 1, column 3, red, for class 2", atol=1e-6
    )


@pytest.mark.task("class_templates")
@pytest.mark.hint("Take the sizes from model.input_shape; the first entry is the batch.")
def test_grey_images_of_another_size_have_templates(submission):
    kernel = np.arange(42, dtype="float32").reshape(21, 2)
    weights = [kernel, np.ones(2, "float32")]
    got = submission.class_templates(network("linear", weights, input_shape=(3, 7, 1), classes=2))
    expect.close(got, kernel.T.reshape(2, 3, 7, 1), "class_templates of a model of 3x7x1 images", atol=1e-6)


def has(answer, count):
    """Whether the answer is a list, tuple or array of so many entries."""
    return isinstance(answer, list | tuple | np.ndarray) and len(answer) == count
