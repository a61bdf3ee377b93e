"""Messages for students: what was called, what came, what was due, and what led to it."""

import re
import tracemalloc

import numpy as np
import pytest

from cnn_course.grading import expect, network
from cnn_course.grading.in_process import in_process
from cnn_course.grading.submission import BadAnswer, NotAttempted, StudentError
from cnn_course.grading.values import Foreign

RIGHT = np.array([[1.0, 2.0], [3.0, 4.0]])


def complaint(check, *args, **kwargs) -> str:
    with pytest.raises(AssertionError) as caught:
        check(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize(
    "answer", [RIGHT, RIGHT.tolist(), RIGHT.astype("float32") + 1e-6, RIGHT.astype(int), RIGHT + 1e-7]
)
def test_close_takes_every_form_of_the_right_numbers(answer):
    expect.close(answer, RIGHT, "f(x)")


def test_close_holds_float64_to_what_it_was_told_and_float32_to_seven_digits():
    expect.close(np.float32([1e6, 1.0]) / 3, np.array([1e6, 1.0]) / 3, "f(x)")
    expect.close(np.float32([1.000004]), np.array([1.0]), "f(x)")  # what many additions leave
    expect.close(np.float32([1e6, 0.01]), np.array([1e6, 0.0]), "f(x)")  # what cancellation leaves
    assert "differ" in complaint(expect.close, np.array([1e6, 0.01]), np.array([1e6, 0.0]), "f(x)")
    assert "differ" in complaint(expect.close, RIGHT.astype("float32") * 1.001, RIGHT, "f(x)")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "f(x) gave None, numbers were expected: is a return missing?"),
        ("12", "f(x) gave '12', numbers were expected"),
        (Foreign("generator"), "f(x) gave a generator, numbers were expected"),
        (Foreign("object"), "f(x) gave an object, numbers were expected"),
        ([[1, 2], [3]], "f(x) gave [[1, 2], [3]], numbers were expected: its rows differ in length"),
        (RIGHT * 1j, "f(x) gave complex numbers, real ones were expected"),
        (RIGHT[0], "f(x) has shape (2,), (2, 2) was expected"),
        (RIGHT[None], "f(x) has shape (1, 2, 2), (2, 2) was expected; an axis of length 1 is too many"),
        (RIGHT * [[1, 1], [np.nan, np.inf]], "f(x) has nan at [1, 0]; every number must be finite"),
        (RIGHT + [[0, 0.5], [0, 2]], "f(x) gave 6 at [1, 1], 4 was expected (2 of 4 numbers differ)"),
        (RIGHT.astype("uint8") * 64, "f(x) gave 192 at [1, 0], 3 was expected (4 of 4 numbers differ)"),
        (RIGHT > 1, "f(x) gave True at [1, 1], 4 was expected (4 of 4 numbers differ)"),
    ],
)
def test_close_says_the_first_thing_that_one_would_mend(answer, words):
    assert complaint(expect.close, answer, RIGHT, "f(x)") == words


def test_a_wrong_formula_is_no_rounding_however_few_digits_the_answer_has():
    x = np.random.default_rng(0).normal(size=100)
    due, other = (x - x.mean()) / x.std(), (x - x.mean()) / x.std(ddof=1)  # half a percent smaller
    expect.close(due.astype("float16"), due, "f(x)")
    assert "differ" in complaint(expect.close, other.astype("float16"), due, "f(x)")


MANY_AXES = np.zeros((2,) * 22, "u1")  # 4 MB; as lists a hundred times that, as text even more


@pytest.mark.timeout(30)
@pytest.mark.parametrize("check", [expect.equal, expect.close])
@pytest.mark.parametrize(
    "answer",
    [
        MANY_AXES,
        [MANY_AXES],
        {"x": (MANY_AXES, 1)},
        [*np.zeros((600, 9_000), "u1"), np.zeros(9_000, "c16")],  # one array of them would take 87 MB
        [*np.zeros((900, 10), "u1"), np.array(["x" * 10_000] * 10)],  # and of these 360 MB
    ],
)
def test_a_large_answer_takes_no_more_memory_or_time_than_it_took_to_come(check, answer):
    tracemalloc.start()
    said = complaint(check, answer, 5, "f(x)")
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()
    assert len(said) < 400


def test_large_arrays_are_named_by_their_shape_wherever_they_are():
    said = complaint(expect.equal, {"a": [np.zeros((3, 9)), np.ones(2)]}, 5, "f(x)")
    assert said == "f(x) gave {'a': [an array of shape (3, 9), [1.0, 1.0]]}, 5 was expected"
    said = complaint(expect.equal, np.zeros((1001, 1000)), 5, "f(x)")
    assert said == "f(x) gave an array of shape (1001, 1000), which is too large to be right"


def test_close_names_axes_in_another_order():
    said = complaint(expect.close, np.zeros((3, 8, 9)), np.zeros((8, 9, 3)), "f(x)")
    assert said.endswith("; the axes are in another order")


@pytest.mark.parametrize("mistake", [RIGHT.T, RIGHT.sum(axis=0), RIGHT * np.nan])
def test_close_decodes_a_typical_mistake_of_any_shape(mistake):
    wrong = [(RIGHT * 7, "not this one"), (mistake, "you did this")]
    assert complaint(expect.close, mistake, RIGHT, "f(x)", wrong=wrong).endswith("; you did this")
    assert "you did" not in complaint(expect.close, RIGHT * 9, RIGHT, "f(x)", wrong=wrong)


def test_close_expects_infinity_where_it_is_due():
    due = np.array([-np.inf, 0.0])
    expect.close([-np.inf, 0.0], due, "f(x)")
    assert complaint(expect.close, [-5.0, 0.0], due, "f(x)").startswith("f(x) gave -5 at [0], -inf was")


@pytest.mark.parametrize(
    ("answer", "due"),
    [
        (28, 28),
        (28.0, 28),
        (np.int64(28), 28),
        ((1, 2), [1, 2]),
        (np.array([1, 2]), (1, 2)),
        (True, np.True_),
    ],
)
def test_equal_looks_at_the_value_alone(answer, due):
    expect.equal(answer, due, "f(x)")


@pytest.mark.parametrize(
    ("answer", "due", "words"),
    [
        (None, 28, "f(x) gave None, 28 was expected: is a return missing?"),
        (27, 28, "f(x) gave 27, 28 was expected; off by one"),
        (True, 1, "f(x) gave True, 1 was expected"),
        (float("nan"), 1.0, "f(x) gave nan, 1.0 was expected; not a number"),
        ([1, 2], [1, 2, 3], "f(x) gave [1, 2], [1, 2, 3] was expected; it has 2 items, not 3"),
        (
            [1, 5, 3],
            [1, 2, 3],
            "f(x) gave [1, 5, 3], [1, 2, 3] was expected; item 1 is the first that differs",
        ),
        ({"a": 1}, {"b": 1}, "f(x) gave {'a': 1}, {'b': 1} was expected; 'b' missing and 'a' not expected"),
        ({"a": 1}, {"a": 2}, "f(x) gave {'a': 1}, {'a': 2} was expected; 'a' is 1, not 2"),
        ("relu", "elu", "f(x) gave 'relu', 'elu' was expected"),
    ],
)
def test_equal_says_where_and_why(answer, due, words):
    wrong = [(27, "off by one"), (float("nan"), "not a number")]
    assert complaint(expect.equal, answer, due, "f(x)", wrong=wrong) == words


def test_shape_reads_lists_too():
    expect.shape([[1, 2, 3]], (1, 3), "f(x)")
    assert complaint(expect.shape, [1, 2], [2, 1], "f(x)").startswith(
        "f(x) has shape (2,), (2, 1) was expected"
    )


def test_long_values_are_cut():
    assert len(complaint(expect.equal, "a" * 5000, "b", "f(x)")) < 300
    assert expect.shown(np.zeros((9, 9))) == "an array of shape (9, 9)"


def raiser(problem):
    def call():
        raise problem

    return call


def test_raises_takes_the_kind_or_one_below_it():
    expect.raises("ValueError", raiser(StudentError("f raised ...", "LinAlgError", "ValueError")), "f(3)")
    said = complaint(
        expect.raises, "ValueError", raiser(StudentError("f raised TypeError: no", "TypeError")), "f(3)"
    )
    assert said == "f(3) must raise ValueError, but f raised TypeError: no"
    assert (
        complaint(expect.raises, "ValueError", lambda: 7, "f(3)") == "f(3) must raise ValueError; it gave 7"
    )


@pytest.mark.parametrize("problem", [NotAttempted("stub"), BadAnswer("f changed its argument x")])
def test_raises_does_not_take_what_is_no_error_of_the_student(problem):
    with pytest.raises(type(problem)):
        expect.raises("ValueError", raiser(problem), "f(3)")


@pytest.fixture(scope="module")
def submission():
    import keras

    def functional(classes=10):
        image = keras.Input((32, 32, 3))
        x = keras.layers.Flatten()(image)
        return keras.Model(image, keras.layers.Activation("softmax")(keras.layers.Dense(classes)(x)))

    def tensor():
        return keras.layers.Flatten()(keras.Input((32, 32, 3)))

    class Mine(keras.Model):
        def call(self, x):
            return x

    def subclassed():
        model = Mine()
        model.build((None, 32, 32, 3))
        return model

    return in_process({"functional": functional, "tensor": tensor, "subclassed": subclassed})


def test_network_takes_an_equal_one_written_otherwise(submission):
    due = network("linear", classes=10)
    expect.network(submission.functional(), due, "build_linear()")
    expect.network(submission.functional(), submission.functional(), "build_linear()")


def test_network_says_where_it_differs(submission):
    said = complaint(expect.network, submission.functional(7), network("linear"), "build_linear()")
    assert re.match(r"build_linear\(\): .*7.*10", said)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tensor", "gave a KerasTensor, a Keras model was expected: a tensor becomes one by keras.Model"),
        ("subclassed", "subclassed(): "),
    ],
)
def test_network_explains_what_is_no_network_to_compare(submission, name, words):
    answer = getattr(submission, name)()
    assert words in complaint(expect.network, answer, network("linear"), f"{name}()")
    assert complaint(expect.network, None, network("linear"), "f()").endswith("is a return missing?")
