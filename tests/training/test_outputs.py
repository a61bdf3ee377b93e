"""Networks with several outputs train through the same door, and `evaluate` repeats the recorded figures."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course.training import evaluate, predict, train
from cnn_course.training.outputs import plain_names


def two_heads() -> keras.Model:
    """A network with an auxiliary classifier after its answer."""
    keras.utils.set_random_seed(0)
    images = keras.Input((8, 8, 3), name="image")
    x = layers.Conv2D(4, 3, activation="relu", name="conv1")(images)
    main = layers.Dense(2, activation="softmax", name="main")(layers.GlobalMaxPooling2D()(x))
    side = layers.Dense(2, activation="softmax", name="side")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(images, [main, side], name="two_heads")


@pytest.fixture(scope="module")
def two(data, recipe, tmp_path_factory):
    """A finished run of it, with everything in its loss that a recipe can put there."""
    recipe = replace(recipe, l2=1e-2, label_smoothing=0.1, auxiliary_weight=0.5)
    logs = tmp_path_factory.mktemp("two")
    said = []
    run = train(two_heads(), data, recipe, logs=logs, projector=True, verbose=0, report=said.append)
    assert said == []  # nothing went wrong that a training survives
    return run


def test_the_first_output_is_the_answer_under_plain_names(two):
    assert two.best["val_accuracy"] > 0.9
    assert {"accuracy", "val_accuracy", "main_loss", "side_loss"} <= set(two.metrics[0])
    assert "main_accuracy" not in two.metrics[0]


def test_the_loss_is_the_weighted_sum_of_both_outputs_and_the_penalty(two):
    row = two.metrics[-1]
    without_penalty = row["val_main_loss"] + 0.5 * row["val_side_loss"]
    assert row["val_loss"] * (1 - row["regulariser_share"]) == pytest.approx(without_penalty, rel=1e-5)


def test_evaluate_gives_the_loss_and_accuracy_of_the_record(two, data):
    result = evaluate(two.folder, lambda **_: data)
    assert result["loss"] == pytest.approx(two.best["val_loss"], rel=1e-5)
    assert result["accuracy"] == pytest.approx(two.best["val_accuracy"])


def test_predict_gives_the_answer_alone(two, data):
    model = keras.models.load_model(two.folder / "best.keras")
    assert len(model.outputs) == 2
    probabilities = predict(two.folder, data.validation.images)
    right = probabilities.argmax(axis=1) == data.validation.labels
    assert right.mean() == pytest.approx(two.best["val_accuracy"])


@pytest.mark.parametrize(
    ("image", "form"),
    [(np.zeros((9, 8, 3), "uint8"), r"uint8 \(9, 8, 3\)"), (np.zeros((8, 8, 3)), r"float64 \(8, 8, 3\)")],
)
def test_predict_names_the_images_that_the_network_takes(image, form, two):
    with pytest.raises(ValueError, match=rf"an image is {form}; .* takes uint8 \(8, 8, 3\)"):
        predict(two.folder, [image])


def test_the_projector_shows_what_goes_into_the_answer(two):
    assert np.loadtxt(two.folder / "validation" / "features.tsv").shape == (64, 4)


def test_only_accuracies_of_the_first_output_are_renamed(two):
    logs = dict.fromkeys(["val_main_accuracy", "main_top5_accuracy", "val_main_loss", "side_loss"], 0)
    assert list(plain_names(logs, two_heads())) == [
        "val_accuracy",
        "top5_accuracy",
        "val_main_loss",
        "side_loss",
    ]
