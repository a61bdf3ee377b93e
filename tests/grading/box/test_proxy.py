"""What the trusted side makes of the answers of a box, which is made up here: it says whatever it likes."""

import time

import numpy as np
import pytest

from cnn_course.grading.box import proxy
from cnn_course.grading.box.proxy import Boxed
from cnn_course.grading.crossing.codec import encode
from cnn_course.grading.jail.limits import Limits
from cnn_course.grading.submission import CannotJudge, OutOfTime, Submission, begin_check

CLAIM = {
    "config": {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "name": "net",
            "layers": [
                {
                    "module": "keras.layers",
                    "class_name": kind,
                    "registered_name": None,
                    "config": {"name": kind, **facts},
                }
                for kind, facts in (
                    ("InputLayer", {"batch_shape": [None, 2]}),
                    ("Dense", {"units": 1, "use_bias": False}),
                )
            ],
        },
    },
    "shapes": [["net/Dense/kernel", [2, 1]]],
    "trainable": ["net/Dense/kernel"],
    "input_shape": (None, 2),
    "output_shape": (None, 1),
}


class MadeUp:
    """A box and its channel; `answers`: functions, by the names of calls, that give an answer and arrays."""

    log = ""

    def __init__(self, answers):
        self.channel, self.answers = self, answers
        self.heard = []

    def send(self, message, blobs, deadline, most):
        self.heard.append(message)

    def receive(self, deadline, most):
        message = self.heard[-1]
        answer, blobs = self.answers.get(message["name"], lambda: ({"value": None}, []))()
        return {"id": message["id"], **answer}, [bytearray(blob) for blob in blobs]

    def speaks(self):
        return False

    def ended(self, **_):
        return ""

    def kill(self):
        pass


@pytest.fixture
def boxed():
    """A function that makes a `Boxed` whose box answers so."""

    def make(seconds=30.0, **answers):
        load = {"name": "exercise.py", "source": "", "scenarios": None, "course_names": {}}
        return Boxed(lambda: MadeUp(answers), load, Limits(total_seconds=seconds))

    return make


def submission_of(boxed):
    submission = Submission(boxed)
    begin_check(submission)
    return submission


def network():
    return {"value": {"n": 1, "claim": encode(CLAIM)[0]}}, []


def weights():
    """Others whenever they are asked for."""
    tree, blobs = encode([np.random.default_rng().normal(size=(2, 1)).astype("float32")])
    return {"value": tree}, blobs


def test_where_no_box_comes_up_nobody_is_judged():
    def start():
        raise RuntimeError("a box did not come up: no room")

    with pytest.raises(CannotJudge, match="^a box did not come up: no room$"):
        submission_of(Boxed(start, {}, Limits())).f(1)


def test_lines_about_failed_statements_are_lines(boxed):
    many_axes = np.zeros((8,) * 6, "u1")  # which NumPy would write out in seconds
    tree, blobs = encode({"problems": ["line 1", 7, many_axes, ["x"], "x" * 9_000]})
    one = boxed(**{"exercise.py": lambda: ({"value": tree}, blobs)})
    submission_of(one).f(1)
    assert one.problems == ["line 1", "x" * 500]


def test_the_reason_for_a_time_out_is_not_in_the_words_of_the_box(boxed):
    one = boxed(f=lambda: ({"raised": "OutOfTime", "message": "its input was 224", "kinds": []}, []))
    with pytest.raises(OutOfTime, match="^its input was 224$"):  # which only a visible check shows
        submission_of(one).f(1)
    assert one.limit == "timeout"
    assert one.limit_says == "f took longer than 20 seconds; does a loop never end?"


def test_weights_stay_what_they_are_until_the_code_runs_again(boxed):
    submission = submission_of(boxed(build=network, weights=weights, train=lambda: ({"value": None}, [])))
    net = submission.build()
    (first,), (second,) = net.weights.values(), net.weights.values()
    assert first is second
    with pytest.raises(ValueError, match="read-only"):
        first[:] = 0
    submission.train(net)
    assert (net.weight("net/Dense/kernel") != first).all()


def test_a_network_is_run_in_the_time_that_is_left_and_not_after_it(boxed, monkeypatch):
    given = []

    class Slow:
        def predict(self, config, weights, x, seconds):
            given.append(seconds)
            raise OutOfTime(f"the network took longer than {seconds:.0f} seconds")

    monkeypatch.setattr(proxy, "evaluator", Slow)
    one = boxed(build=network, weights=weights)
    net, other = (submission_of(one).build() for _ in range(2))
    with pytest.raises(OutOfTime, match="the network took longer than 30 seconds"):
        net.predict(np.zeros((1, 2)))
    assert (one.limit, one.limit_says) == ("timeout", "the network took longer than 30 seconds")
    assert given[0] <= 30
    other.weights  # noqa: B018  (asked for in time)
    one.end = time.monotonic()
    with pytest.raises(OutOfTime, match="the time for all checks was used up before"):
        other.predict(np.zeros((1, 2)))
    assert len(given) == 1
