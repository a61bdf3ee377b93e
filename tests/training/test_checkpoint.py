"""Saved networks open in a process that did not build them."""

import subprocess
import sys

import pytest

from cnn_course.models import build


@pytest.mark.parametrize("shortcut", ["A", "B"])
def test_a_residual_network_opens_in_another_process(shortcut, tmp_path):
    model = build("resnet20", input_shape=(8, 8, 3), classes=2, shortcut=shortcut)
    model.save(tmp_path / "best.keras")
    code = (
        "import sys; from pathlib import Path; from cnn_course.training.checkpoint import load_model;"
        "print(load_model(Path(sys.argv[1])).name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "best.keras")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "resnet20\n"
