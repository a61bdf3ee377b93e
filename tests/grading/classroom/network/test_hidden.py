"""The checks that students do not see."""

import numpy as np
import pytest

from cnn_course.grading import expect


def as_due(filters, classes):
    """The configuration that build(filters, classes) should have."""
    layer = [
        ("InputLayer", {"batch_shape": [None, 16, 16, 3]}),
        ("Conv2D", {"filters": filters, "kernel_size": 3, "activation": "relu"}),
        ("MaxPooling2D", {"pool_size": 2}),
        ("Flatten", {}),
        ("Dense", {"units": classes, "activation": "softmax"}),
    ]
    return {
        "class_name": "Sequential",
        "config": {
            "layers": [
                {
                    "class_name": kind,
                    "module": "keras.layers",
                    "registered_name": None,
                    "config": {"name": kind, **facts},
                }
                for kind, facts in layer
            ]
        },
    }


@pytest.mark.task("build")
@pytest.mark.points(3)
@pytest.mark.hint("Filters and classes come from the arguments.")
def test_other_filters_and_classes(submission):
    for filters, classes in ((4, 3), (16, 7)):
        expect.network(
            submission.build(filters, classes), as_due(filters, classes), f"build({filters}, {classes})"
        )


@pytest.mark.task("block")
@pytest.mark.points(3)
@pytest.mark.seconds(60)
@pytest.mark.hint("ReLU is the last.")
def test_nothing_negative_leaves_the_block(submission):
    got = submission.on_input("block", (6, 6, 3), 4)
    expect.equal(got.parameters, 108 + 16, "the number of parameters of block(x, 4)")
    answer = got.predict(np.random.default_rng(9).normal(size=(2, 6, 6, 3)).astype("float32"))
    expect.shape(answer, (2, 6, 6, 4), "what block(x, 4) makes of 6x6 maps")
    assert np.min(answer) >= 0, f"block(x, 4) gave {np.min(answer):.3g}; behind ReLU nothing is below 0"
