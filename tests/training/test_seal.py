"""Test images are handed out for runs, where every opening is on record, and to hidden checks."""

import ast
from pathlib import Path

import pytest

import cnn_course
from cnn_course.training import train
from cnn_course.training.runs import read_record
from cnn_course.training.seal import open_test

PACKAGE = Path(cnn_course.__file__).parent


def readers_of_the_seal() -> set[str]:
    """The source files that take `.test_seal` off an object."""
    return {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "test_seal"
    }


def test_one_function_opens_the_seal_for_a_run_and_one_for_hidden_checks():
    assert readers_of_the_seal() == {"training/seal.py", "grading/images.py"}


def test_an_opening_is_on_record_before_the_images_are_out(data, recipe, make_net, tmp_path):
    run = train(make_net(), data, recipe, logs=tmp_path, verbose=0)
    assert len(open_test(data, run.folder)) == 64
    assert len(open_test(data, run.folder)) == 64
    assert len(read_record(run.folder)["test_openings"]) == 2


def test_without_a_run_to_write_it_down_the_seal_stays_closed(data, tmp_path):
    with pytest.raises(FileNotFoundError, match="is no run"):
        open_test(data, tmp_path)
