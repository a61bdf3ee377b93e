"""The gradient check finds wrong gradients and says where they are."""

import re

import numpy as np
import pytest

from cnn_course.reference import dense, dense_backward, gradient_check, numeric_gradients


def test_a_polynomial_has_its_derivative():
    x, y = np.array([1.0, -2.0, 3.0]), np.array(2.0)
    dx, dy = numeric_gradients(lambda x, y: np.sum(x**3) * y, [x, y])
    assert dx == pytest.approx(6 * x**2)
    assert dy == pytest.approx(20)


def test_right_gradients_pass(random):
    arrays = [random.standard_normal(shape) for shape in ((3, 4), (4, 2), (2,))]
    dy = random.standard_normal((3, 2))
    checked = gradient_check(dense, arrays, dense_backward(dy, *arrays[:2]), dy)
    assert [difference.array for difference in checked] == [0, 1, 2]
    assert max(difference.error for difference in checked) < 1e-8


def test_one_wrong_entry_is_found_and_named(random):
    arrays = [random.standard_normal(shape) for shape in ((3, 4), (4, 2), (2,))]
    dx, dkernel, dbias = dense_backward(np.ones((3, 2)), *arrays[:2])
    right = dkernel[2, 1]
    dkernel[2, 1] += 0.5
    worst = gradient_check(dense, arrays, (dx, dkernel, dbias), np.ones((3, 2)))[1]
    assert (worst.array, worst.entry, worst.given) == (1, (2, 1), dkernel[2, 1])
    assert worst.numeric == pytest.approx(right)
    assert worst.error > 0.05
    assert str(worst) == (
        f"array 1, entry (2, 1): the gradient given is {right + 0.5:.6g}, "
        f"finite differences say {right:.6g}, relative error {worst.error:.0e}"
    )


def test_a_nan_is_the_worst_entry():
    (worst,) = gradient_check(np.sum, [np.ones(4)], np.array([1.0, np.nan, 1.0, 1.0]))
    assert worst.entry == (1,)


def test_gradients_that_are_zero_up_to_rounding_pass(random):
    x = random.standard_normal(5)
    (worst,) = gradient_check(lambda x: np.sum(x - x.mean()) * 1e3, [x], np.zeros(5))
    assert worst.error < 1e-6


def test_of_a_large_array_only_some_entries_are_tried():
    calls = []

    def f(x):
        calls.append(0)
        return x.sum()

    gradient_check(f, [np.zeros((100, 100))], np.ones((100, 100)), most=7)
    assert len(calls) == 1 + 2 * 7


def test_the_arrays_are_not_changed_and_float32_is_checked_in_float64():
    x = np.full(3, 0.1, "float32")
    before = x.copy()
    (worst,) = gradient_check(lambda x: np.sum(x**2), [x], 2 * x.astype(float))
    assert worst.error < 1e-9
    assert np.array_equal(x, before)


@pytest.mark.parametrize(
    ("gradients", "dy", "message"),
    [
        ([np.ones(2), np.ones(2)], 1.0, "2 gradients came for 1 arrays; each array needs its own"),
        ([np.ones(3)], 1.0, "gradient 0 has shape (3,); it must be (2,), like its array"),
        ([np.ones(2)], np.ones(3), "dy has shape (3,); it must be (), like the result of f"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(gradients, dy, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        gradient_check(np.sum, [np.ones(2)], gradients, dy)
