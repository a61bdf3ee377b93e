"""Checks that students do not see."""

import numpy as np
import pytest

from cnn_course.grading import expect, network

# tf.nn.local_response_normalization(x, depth_radius=2, bias=1.5, alpha=0.3, beta=0.6), TensorFlow 2.21, with
# x = np.arange(28).reshape(1, 2, 2, 7) % 5 - 1.5
BY_TENSORFLOW = [
    [
        [-0.904144, -0.258641, 0.193279, 0.579838, 0.966396, -0.585257, -0.213656],
        [0.213656, 0.585257, 0.966396, -0.579838, -0.193279, 0.258641, 0.904144],
    ],
    [
        [1.068281, -0.634077, -0.193279, 0.193279, 0.579838, 0.975428, -0.590813],
        [-0.301381, 0.211359, 0.579838, 0.966396, -0.579838, -0.211359, 0.301381],
    ],
]


@pytest.mark.task("local_response_norm")
@pytest.mark.points(2)
@pytest.mark.hint("Compare with the formula at the first and the last map, where neighbours are missing.")
def test_it_agrees_with_tensorflow(submission):
    x = (np.arange(28).reshape(1, 2, 2, 7) % 5 - 1.5).astype("float32")
    got = submission.local_response_norm(x, radius=2, bias=1.5, alpha=0.3, beta=0.6)
    expect.close(got, np.array([BY_TENSORFLOW]), "local_response_norm(x)", rtol=2e-5, atol=2e-6)


@pytest.mark.task("local_response_norm")
@pytest.mark.hint("A slice with a negative start counts from the end: let it begin at 0 instead.")
def test_the_radius_may_reach_beyond_all_maps(submission):
    x = np.array([[3.0, -4.0, 12.0]])
    got = submission.local_response_norm(x, radius=7, bias=0.0, alpha=1.0, beta=0.5)
    expect.close(got, x / 13, "local_response_norm([[3, -4, 12]], radius=7, bias=0, alpha=1, beta=0.5)")


@pytest.mark.task("local_response_norm")
@pytest.mark.hint("Whole numbers in, fractions out: compute in floating point, and on a copy.")
def test_whole_numbers_are_taken_too(submission):
    x = np.array([[200, 100]], dtype="uint8")
    got = submission.local_response_norm(x, radius=1, bias=0.0, alpha=1.0, beta=0.5)
    wrong = [
        (
            x / np.sqrt(np.square(x).astype(float).sum(axis=-1, keepdims=True)),
            "squares of bytes overflow at 255",
        )
    ]
    expect.close(got, x / np.sqrt(50_000.0), "local_response_norm of bytes", wrong=wrong)


@pytest.mark.task("volumes")
@pytest.mark.hint("Read the shapes from the network that is given.")
def test_another_network_has_other_volumes(submission):
    rows = submission.volumes(network("lenet5", input_shape=(32, 32, 1)))
    rows = list(rows.items()) if isinstance(rows, dict) else rows
    expect.equal(len(rows), 9, "the number of rows for LeNet-5")
    shapes = [list(row[1]) for row in rows]
    due = [
        [32, 32, 1], [28, 28, 6], [14, 14, 6], [10, 10, 16], [5, 5, 16], [400], [120], [84], [10],
    ]  # fmt: skip
    expect.equal(shapes, due, "volumes of LeNet-5, shapes alone,")


@pytest.mark.task("build_alexnet")
@pytest.mark.points(2)
@pytest.mark.hint("groups=2 belongs to CONV2, CONV4 and CONV5: count their parameters by hand.")
def test_two_towers_have_the_papers_60_million(submission):
    side, classes = 70, 10  # a small image; on 227x227 pixels with 1000 classes these are 60,965,224
    got = submission.build_alexnet(input_shape=(side, side, 3), classes=classes, groups=2)
    due = 60_965_224 - (6 * 6 - 1) * 256 * 4096 - (1000 - classes) * 4097
    wrong = [(due + 1_413_120, "that is one tower's number: groups changes nothing")]
    expect.equal(got.parameters, due, "the number of parameters of AlexNet with two towers", wrong=wrong)


@pytest.mark.task("build_alexnet")
@pytest.mark.seconds(60)
@pytest.mark.hint("The signature's defaults are the paper's: 227x227x3, 1000 classes, one tower.")
def test_the_defaults_are_the_whole_network(submission):
    got = submission.build_alexnet()
    expect.equal(list(got.input_shape), [None, 227, 227, 3], "the input of build_alexnet()")
    wrong = [(60_965_224, "that is the network of two towers; groups is 1 unless told otherwise")]
    expect.equal(got.parameters, 62_378_344, "the number of parameters of build_alexnet()", wrong=wrong)


@pytest.mark.task("build_alexnet")
@pytest.mark.seconds(60)
@pytest.mark.hint("The last layer has softmax: its numbers are probabilities.")
def test_the_answers_are_probabilities(submission):
    got = submission.build_alexnet(input_shape=(67, 67, 3), classes=7)
    answers = got.predict(np.random.default_rng(0).uniform(size=(2, 67, 67, 3)).astype("float32"))
    expect.shape(answers, (2, 7), "what build_alexnet(classes=7) answers to two images")
    expect.close(np.sum(answers, axis=1), np.ones(2), "the sum of the answers to one image", rtol=1e-4)


@pytest.mark.task("build_alexnet_cifar")
@pytest.mark.hint("Use the argument classes.")
def test_the_small_relative_takes_any_number_of_classes(submission):
    got = submission.build_alexnet_cifar(classes=3)
    expect.equal(got.output_shape[-1], 3, "the number of answers of build_alexnet_cifar(classes=3)")
    expect.equal(got.parameters, 1_790_154 - 7 * 513, "its number of parameters")
