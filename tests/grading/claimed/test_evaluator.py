"""The process that runs networks: what it answers, how it ends, and who is blamed."""

import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course.grading.claimed.asking import Evaluator
from cnn_course.grading.claimed.network import checked, claimed_network
from cnn_course.grading.submission import BadAnswer, CannotJudge, OutOfTime

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no poll for pipes")
IMAGES = np.random.default_rng(0).uniform(-1, 1, (3, 8, 8, 3)).astype("float32")


def small():
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu")(image)
    return keras.Model(image, [layers.Dense(2)(layers.Flatten()(x)), x])


def config_of(model):
    return checked(json.loads(model.to_json()))[0]


@pytest.fixture(scope="module")
def evaluator():
    started = Evaluator()
    yield started
    started.close()


@pytest.fixture(scope="module")
def network(give_weights):
    model = small()
    return model, config_of(model), give_weights(model)


def test_it_predicts_what_the_network_itself_does(evaluator, network):
    model, config, weights = network
    scores, maps = evaluator.predict(config, weights, IMAGES)
    due = model.predict(IMAGES, verbose=0)
    np.testing.assert_allclose(scores, due[0], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(maps, due[1], rtol=1e-6, atol=1e-6)
    many = np.repeat(IMAGES, 50, axis=0)  # compiled by TensorFlow
    np.testing.assert_allclose(
        evaluator.predict(config, weights, many)[0][::50], due[0], rtol=1e-5, atol=1e-6
    )


def test_the_weights_are_those_of_the_question_and_not_of_the_one_before(evaluator, network):
    _, config, weights = network
    zeros = [np.zeros_like(weight) for weight in weights]
    assert not evaluator.predict(config, zeros, IMAGES)[0].any()
    assert evaluator.predict(config, weights, IMAGES)[0].all()


def test_images_of_another_shape_are_no_fault_of_the_process(evaluator, network):
    _, config, weights = network
    before = evaluator.process.pid
    with pytest.raises(
        BadAnswer, match=r"^the network cannot be run: ValueError: .*expected shape=\(None, 8, 8, 3\)"
    ):
        evaluator.predict(config, weights, IMAGES[:, :5])
    assert evaluator.process.pid == before


def test_it_builds_the_networks_of_the_course(evaluator):
    built = evaluator.build('{"builder": "lenet5", "arguments": {"classes": 7}}')
    assert json.loads(built)["config"]["layers"][-1]["config"]["units"] == 7
    with pytest.raises(CannotJudge, match="could not be built: ValueError: unknown model 'lenet6'"):
        evaluator.build('{"builder": "lenet6", "arguments": {}}')


def test_a_process_that_was_lost_is_started_again_and_nobody_notices(evaluator, network):
    model, config, weights = network
    evaluator.predict(config, weights, IMAGES)
    os.kill(evaluator.process.pid, signal.SIGKILL)
    scores, _ = evaluator.predict(config, weights, IMAGES)
    np.testing.assert_allclose(scores, model.predict(IMAGES, verbose=0)[0], rtol=1e-6, atol=1e-6)


def test_a_network_that_takes_too_long_or_too_much_costs_its_points_and_no_more(network):
    _, config, weights = network
    evaluator = Evaluator(memory=2 << 30)
    try:
        evaluator.predict(config, weights, IMAGES)
        huge = config_of(keras.Sequential([keras.Input((8, 8, 3)), layers.UpSampling2D(4000), layers.ReLU()]))
        with pytest.raises(
            BadAnswer, match="^the network (is too large to be run for 3 inputs|cannot be run: .*)$"
        ):
            evaluator.predict(huge, [], IMAGES)
        assert evaluator.predict(config, weights, IMAGES)[0].shape == (3, 2)
        evaluator.seconds = 0.001
        with pytest.raises(OutOfTime, match="took longer than 0.001 seconds to be run for 3 inputs"):
            evaluator.predict(config, weights, IMAGES, 5.0)
        assert evaluator.process is None
    finally:
        evaluator.close()


def test_a_claimed_network_is_run_there_although_keras_is_here(evaluator, network, claim_of, monkeypatch):
    model, _, weights = network
    monkeypatch.setattr("cnn_course.grading.claimed.asking.evaluator", lambda: evaluator)
    monkeypatch.setattr("cnn_course.grading.claimed.rebuild.predict", None)
    asked = []

    def ask(question, *arguments):
        asked.append(question)
        return weights

    ask.handle = 7
    net = claimed_network(claim_of(model), ask)
    assert net.predict(IMAGES)[0].shape == (3, 2)
    assert asked == ["weights"]  # and never "predict"
    assert net.ask("model") is weights
    assert net.ask.handle == 7


def test_a_network_that_was_too_slow_once_is_not_run_again(network, claim_of):
    model, _, weights = network
    runs = []

    def run(config, weights, x):
        runs.append(len(x))
        raise OutOfTime("the network took longer than 120 seconds")

    net = claimed_network(claim_of(model), lambda question: weights, run)
    for said in ("seconds$", "seconds, and was not run again$"):
        with pytest.raises(OutOfTime, match=said):
            net.predict(IMAGES)
    assert runs == [3]


def test_it_ends_when_the_one_who_asks_is_killed_and_imports_nothing_from_beside_it(tmp_path):
    (tmp_path / "random.py").write_text("raise SystemExit('stolen')")
    code = """
import sys, time
from cnn_course.grading.claimed.asking import Evaluator
evaluator = Evaluator()
evaluator.build('{"builder": "linear", "arguments": {}}')
print(evaluator.process.pid, "keras" in sys.modules, flush=True)
time.sleep(600)
"""
    words = [sys.executable, "-P", "-c", code]
    asking = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    pid, has_keras = asking.stdout.readline().split()
    asking.kill()
    asking.wait()
    asking.stdout.close()
    assert has_keras == "False"
    until = time.monotonic() + 20
    while is_running(int(pid)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(int(pid))


def is_running(pid):
    """A process that nobody has waited for yet does not run."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


def test_where_it_cannot_start_nobody_is_judged(monkeypatch):
    monkeypatch.setattr("cnn_course.grading.claimed.asking.PROGRAM", "cnn_course.no_such_program")
    with pytest.raises(CannotJudge, match="^networks cannot be run here: .*No module named"):
        Evaluator().build("{}")
