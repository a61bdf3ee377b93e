"""The checks that students see."""

import pytest

from cnn_course.grading import expect


@pytest.mark.task("build")
@pytest.mark.hint("Each filter has 27 weights and a bias.")
def test_the_network_has_4_154_parameters(submission):
    expect.equal(submission.build().parameters, 224 + 3930, "the number of parameters of build()")


@pytest.mark.task("block")
@pytest.mark.hint('padding="same"')
def test_the_size_stays(submission):
    got = submission.on_input("block", (9, 7, 2), 5)
    expect.equal(list(got.output_shape), [None, 9, 7, 5], "the shape behind block(x, 5)")
