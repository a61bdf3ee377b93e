"""The steps of a convolution and a pooling add up to the operation."""

import numpy as np
import pytest

from cnn_course.reference import average_pool2d, conv2d, conv2d_steps, pool2d_steps


def test_steps_of_the_worked_example(facts):
    fact = facts["convolution"]
    image, kernel = np.array(fact["image"])[..., None], np.array(fact["filter"])[..., None]
    steps = conv2d_steps(image, kernel, fact["bias"], padding=1)
    assert [step.value for step in steps] == np.ravel(fact["outputs"][0]["output"]).tolist()
    second = steps[1]
    assert (second.output, second.corner, second.pads) == ((0, 1), (0, 1), ((1, 1), (1, 1)))
    assert second.window[:, :, 0].tolist() == [[0, 0, 0], [1, 2, 1], [2, -1, 0]]
    assert second.products[:, :, 0].tolist() == [[0, 0, 0], [2, 0, -1], [-4, -2, 0]]
    assert second.products.sum() + second.bias == second.value == -4


@pytest.mark.parametrize(("strides", "padding"), [(1, "valid"), (2, "same"), ((1, 3), 2)])
def test_convolution_steps_give_the_values_of_conv2d(strides, padding, random):
    image, kernel = random.standard_normal((5, 6, 3)), random.standard_normal((3, 2, 3))
    y = conv2d(image[None], kernel[..., None], [0.5], strides=strides, padding=padding)[0, :, :, 0]
    steps = conv2d_steps(image, kernel, 0.5, strides=strides, padding=padding)
    assert [step.output for step in steps] == list(np.ndindex(*y.shape))
    assert [step.value for step in steps] == pytest.approx(y.ravel().tolist())


def test_pooling_steps_of_the_decks(facts):
    fact = facts["pooling"][0]
    steps = pool2d_steps(np.array(fact["map"])[..., None])
    assert [step.value for step in steps] == np.ravel(fact["output"]).tolist()
    assert [step.corner for step in steps] == [(0, 0), (0, 2), (2, 0), (2, 2)]
    assert (steps[0].operation, steps[0].products) == ("max", None)


def test_pooling_steps_take_any_rule_and_overlap(random):
    image = random.standard_normal((5, 7, 1))
    steps = pool2d_steps(image, 3, pool=np.mean, strides=2)
    assert [s.value for s in steps] == pytest.approx(
        average_pool2d(image[None], 3, strides=2).ravel().tolist()
    )


def test_pooling_steps_show_one_map_at_a_time():
    with pytest.raises(ValueError, match="image has 3 channels; each is pooled alone"):
        pool2d_steps(np.ones((4, 4, 3)))
    with pytest.raises(ValueError, match=r"image has shape \(4, 4\); it must be \(height, width, channels\)"):
        conv2d_steps(np.ones((4, 4)), np.ones((3, 3, 1)))
