"""`cnn_course.reference` needs NumPy alone."""

import subprocess
import sys

import pytest

FRAMEWORKS = ("keras", "tensorflow", "jax", "torch", "matplotlib", "scipy")


@pytest.mark.parametrize(
    ("imports", "found"), [("cnn_course.reference", []), ("cnn_course.plots", ["matplotlib"])]
)
def test_it_imports_no_framework(imports, found):
    code = f"import sys, {imports}; print([name for name in {FRAMEWORKS} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(found)
