"""`cnn-course compare`."""

import json

import keras
import pytest
from keras import layers

from cnn_course.cli import main


@pytest.fixture
def files(tmp_path):
    """A network in both kinds of file, and the same with another last layer."""
    paths = []
    for units in (3, 4):
        network = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(units)])
        network.save(tmp_path / f"{units}.keras")
        (tmp_path / f"{units}.json").write_text(network.to_json())
        paths += [str(tmp_path / f"{units}.keras"), str(tmp_path / f"{units}.json")]
    return paths


def test_the_same_network_in_two_files_is_status_0(files, capsys):
    assert main(["compare", files[0], files[1]]) == 0
    assert capsys.readouterr().out == "equal: the networks are the same\n"


def test_the_first_difference_is_status_1(files, capsys):
    assert main(["compare", files[0], files[2]]) == 1
    assert capsys.readouterr().out == "different: the last layer has 3 units; 4 expected\n"


def test_json_carries_outcome_place_and_message(files, capsys):
    assert main(["compare", "linear", files[0], "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["outcome"] == "different"
    assert found["message"] == "the input is 32x32x3; 8x8x1 expected"


@pytest.mark.parametrize(("arguments", "message"), [
    (["resnet", "linear"], "unknown model 'resnet'"),
    (["FILE", "linear"], "is not a .keras file; save the network by model.save('NAME.keras')"),
    (["linear", "linear", "--strict", "colour"], "strict names 'colour'; choose from alignment, bias"),
])  # fmt: skip
def test_what_cannot_be_compared_is_one_line(tmp_path, capsys, arguments, message):
    (tmp_path / "x.keras").write_text("no zip")
    arguments = [str(tmp_path / "x.keras") if word == "FILE" else word for word in arguments]
    assert main(["compare", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_missing_file_is_status_1(capsys):
    assert main(["compare", "nowhere.json", "linear"]) == 1
    assert "nowhere.json" in capsys.readouterr().err
