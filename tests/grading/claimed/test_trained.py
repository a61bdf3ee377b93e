"""The file of a trained network: whole, small, and harmless whoever wrote it."""

import json
import struct
import subprocess
import sys

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from cnn_course.data.pipeline import standardize
from cnn_course.grading.claimed.trained import TRAINED, read_trained, trained_bytes, write_trained
from cnn_course.grading.crossing.frames import in_file, opening
from cnn_course.grading.submission import BadAnswer

RECORD = {
    "name": "05_course_cnn", "model": "net", "recipe": {"epochs": 3}, "best_epoch": 2, "seconds": 1.5,
    "metrics": [{"epoch": 1, "val_accuracy": 0.99}], "sessions": [{"environment": "mine"}],
    "data": {"name": "cifar10", "settings": {"data_dir": "/home/me"}, "mean": [0.5, 0.4, 0.3],
             "std": [0.2, 0.3, 0.2]},
}  # fmt: skip
IMAGES = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3)).astype("uint8")


@pytest.fixture(scope="module")
def model(give_weights):
    net = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(4),
        ]
    )
    give_weights(net)
    return net


@pytest.fixture(scope="module")
def file(model):
    return trained_bytes(model, RECORD)


def with_message(file, change):
    """The file with other contents, in the right form."""
    message, blobs = in_file(file)
    change(message)
    return opening(message, blobs) + b"".join(blobs)


def refused(file):
    with pytest.raises(BadAnswer) as refusal:
        read_trained(file)
    assert str(refusal.value).isprintable()
    return str(refusal.value)


def test_a_network_comes_back_as_it_was_trained(model, tmp_path):
    write_trained(model, RECORD, tmp_path / TRAINED)
    net = read_trained((tmp_path / TRAINED).read_bytes())
    assert net.parameters == model.count_params()
    for ours, theirs in zip(net.weights.values(), model.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_images_are_standardised_as_in_its_training_and_numbers_are_not(model, file):
    net = read_trained(file)
    mean, std = RECORD["data"]["mean"], RECORD["data"]["std"]
    x = standardize(IMAGES, np.array(mean), np.array(std))
    due = model.predict(x, verbose=0)
    np.testing.assert_allclose(net.predict(IMAGES), due, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(net.predict(x), due, rtol=1e-5, atol=1e-5)


def test_the_file_tells_nothing_of_the_machine(file):
    message, _ = in_file(file)
    assert set(message) == {"format", "config", "record", "weights"}
    assert message["record"]["recipe"] == {"epochs": 3}
    assert b"/home/me" not in file
    assert b"mine" not in file


def test_nothing_of_keras_is_needed_to_read_it(file, tmp_path):
    (tmp_path / TRAINED).write_bytes(file)
    code = """
import sys
from pathlib import Path
from cnn_course.grading.claimed.trained import read_trained
print(read_trained(Path(sys.argv[1]).read_bytes()).parameters, "keras" in sys.modules)
"""
    words = [sys.executable, "-c", code, str(tmp_path / TRAINED)]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.split() == [
        "708",
        "False",
    ]


def test_a_network_of_many_millions_is_too_large_to_hand_in():
    dense = keras.Sequential([keras.Input((4000,)), layers.Dense(4000)])
    with pytest.raises(
        ValueError, match="^the trained network takes 64.0 MB; at most 64 MB can be handed in$"
    ):
        trained_bytes(dense, RECORD)


def test_a_trained_network_cannot_be_had_as_a_model(file):
    with pytest.raises(BadAnswer, match="can be looked at and run, and nothing else"):
        read_trained(file).ask("model")


@pytest.mark.parametrize(("change", "said"), [
    (lambda m: m.pop("record"), "does not say the mean of the images that the network was trained on"),
    (lambda m: m["record"]["data"].update(std=[1.0, 1.0]), "trained.cnn does not say the std of the images"),
    (lambda m: m["record"]["data"].update(std=[1.0, 1.0, "x"]), "trained.cnn does not say the std"),
    (lambda m: m["record"]["data"].update(mean=[1e300] * 3), "trained.cnn does not say the mean"),
    (lambda m: m.pop("weights"), "bytes came that belong to no array"),
    (lambda m: m["weights"].pop(), "bytes came that belong to no array"),
    (lambda m: m.pop("config"), "the network's description names no class and no layers"),
    (lambda m: m["config"]["config"]["layers"][1]["config"].update(filters=5), "came as (3, 3, 3, 4)"),
    (lambda m: m.update(format=2), "trained.cnn is of another form; write it again with `cnn-course submit`"),
])  # fmt: skip
def test_a_file_that_was_tampered_with_is_refused(file, change, said):
    assert said in refused(with_message(file, change))


def test_weights_that_are_no_numbers_are_refused(file):
    message, blobs = in_file(file)
    blobs[1] = struct.pack("<4f", 1, float("nan"), 0, 0)
    assert refused(opening(message, blobs) + b"".join(blobs)).endswith(
        "holds nan; every number must be finite"
    )


@pytest.mark.parametrize("data", [
    b"", b"CNN1", b"PK\x03\x04" + bytes(100), b"CNN1" + b"\xff" * 8, opening({"format": 1}, []) + b"more",
    b"CNN1" + struct.pack(">I", 200_000) + b"[" * 200_000, b"\x89HDF\r\n\x1a\n" + bytes(1000),
])  # fmt: skip
def test_another_file_is_refused(data):
    assert refused(data).startswith("trained.cnn ")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(file, data):
    damaged = bytearray(file)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        read_trained(bytes(damaged))
    except BadAnswer as refusal:
        json.dumps(str(refusal))
