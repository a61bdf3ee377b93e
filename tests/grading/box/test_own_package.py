"""What a submission may import of this package. In processes of their own: nothing takes the refusal back."""

import subprocess
import sys

import pytest

from cnn_course.grading.box.own_package import handed_out

BEGIN = """
import cnn_course.reference  # as the program in the box has this package loaded
from cnn_course.grading.box.own_package import hand_out
hand_out({"cnn_course.reference": ["softmax"]})
"""


def said(text):
    """The last line of the error that this code ends in, or nothing."""
    done = subprocess.run([sys.executable, "-c", BEGIN + text], capture_output=True, text=True, check=False)
    return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.stdout


def test_the_stub_says_what_is_handed_out():
    stub = (
        "import keras\nfrom cnn_course.reference import softmax, relu\nfrom cnn_course.layers import Maxout\n"
    )
    assert handed_out(stub) == {"cnn_course.reference": ["softmax", "relu"], "cnn_course.layers": ["Maxout"]}


def test_what_is_handed_out_works():
    assert said("from cnn_course.reference import softmax; print(softmax([[0.0, 0.0]]))") == "[[0.5 0.5]]\n"
    assert said("import cnn_course.reference as r; print(r.softmax([[0.0, 0.0]]))") == "[[0.5 0.5]]\n"


@pytest.mark.parametrize(
    "text",
    [
        "import cnn_course.models",
        "from cnn_course import exercise",
        "from cnn_course import models",
        "from cnn_course.models import build",
        "from cnn_course.reference import relu",
        "import cnn_course.reference.convolution",
        "import importlib; importlib.import_module('cnn_course.layers')",
        "import cnn_course; cnn_course.exercise",
    ],
)
def test_all_else_is_refused_in_a_friendly_line(text):
    line = said(text)
    assert line.startswith("ImportError: cnn_course")
    assert "write it yourself" in line
    assert "only softmax of cnn_course.reference may be imported" in line
