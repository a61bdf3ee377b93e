"""Fixtures for the whole suite: CIFAR where it is at hand, and made-up files in its layout everywhere."""

import os

# Two test processes whose matrix products use both cores wait for each other most of the time. Read by NumPy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import importlib.util
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PACKED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_cifar(tmp_path_factory) -> Path:
    """A folder with `cifar-10-batches-py` and `cifar-100-python`; skips where the packed data is absent."""
    if not (PACKED / "decode.py").is_file():
        pytest.skip("the packed CIFAR files are not beside this repository")
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "real-cifar"
    if not shared.exists():
        private = tmp_path_factory.mktemp("decoding")
        _decode(private)
        try:
            private.rename(shared)
        except OSError:  # another worker was faster
            return shared
    return shared


def _decode(out: Path) -> None:
    spec = importlib.util.spec_from_file_location("decode", PACKED / "decode.py")
    assert spec is not None
    assert spec.loader is not None
    decode = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(decode)
    packed = {"cifar-10-batches-py": ("cifar10-train", "cifar10-test"), "cifar-100-python": ("cifar100-q98",)}
    for folder, names in packed.items():
        decode.write_py(str(out / folder), *decode.load(*(str(PACKED / f"{name}.npz") for name in names)))


@pytest.fixture(scope="session")
def tiny_cifar10_dir(tmp_path_factory) -> Path:
    """A folder whose `cifar-10-batches-py` has six files of 20 made-up images, two of each class."""
    root = tmp_path_factory.mktemp("tiny-cifar10")
    _write_tiny_cifar10(root / "cifar-10-batches-py")
    return root


@pytest.fixture(scope="session")
def write_tiny_cifar10() -> Callable[[Path], None]:
    """A function that fills a new folder as in `tiny_cifar10_dir`, for tests that then damage it."""
    return _write_tiny_cifar10


@pytest.fixture(scope="session")
def python2_pickle() -> Callable[[Any], bytes]:
    """A function that pickles strings, numbers, lists, dicts and uint8 arrays as Python 2 did."""
    return _python2_pickle


@pytest.fixture
def little_course(tmp_path, monkeypatch) -> Path:
    """A course of one exercise, 03_doubling, as an instructor has it; the current folder is in it.

    It has the tasks `double` and `build`, a question, solutions, hidden checks and a notebook.
    """
    folder = tmp_path / "course" / "exercises" / "03_doubling"
    folder.mkdir(parents=True)
    (tmp_path / "course" / "notebooks").mkdir()
    for name, text in LITTLE_EXERCISE.items():
        (folder / name).write_text(text, "utf-8")
    (tmp_path / "course" / "notebooks" / "03_doubling.ipynb").write_text(LITTLE_NOTEBOOK, "utf-8")
    monkeypatch.delenv("CNN_COURSE_EXERCISES", raising=False)
    monkeypatch.chdir(tmp_path / "course")
    return tmp_path / "course"


def _write_tiny_cifar10(folder: Path, per_file: int = 20) -> None:
    """Official-layout files of random images: five training files and a test file."""
    folder.mkdir(parents=True)
    random = np.random.RandomState(0)
    for name in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"):
        data = random.randint(0, 256, (per_file, 3072)).astype("uint8")
        labels = [i % 10 for i in range(per_file)]
        batch = {"batch_label": name, "labels": labels, "data": data, "filenames": ["x.png"] * per_file}
        (folder / name).write_bytes(_python2_pickle(batch))
    (folder / "batches.meta").write_bytes(_python2_pickle({"label_names": ["airplane"]}))


def _python2_pickle(value: Any) -> bytes:
    """A pickle as Python 2 wrote it: text is bytes, arrays come from numpy.core.multiarray."""
    return b"\x80\x02" + _pickled(value) + b"."


def _pickled(value: Any) -> bytes:
    if isinstance(value, str | bytes):
        content = value if isinstance(value, bytes) else value.encode()
        return b"T" + struct.pack("<i", len(content)) + content
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, list | tuple):
        return b"(" + b"".join(map(_pickled, value)) + (b"l" if isinstance(value, list) else b"t")
    if isinstance(value, dict):
        return b"(" + b"".join(_pickled(k) + _pickled(v) for k, v in value.items()) + b"d"
    made = (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n" + _pickled((0,)) + _pickled("b") + b"tR"
    )
    dtype = b"cnumpy\ndtype\n" + _pickled((value.dtype.str[1:], 0, 1)) + b"R"
    dtype += b"(" + _pickled(3) + _pickled("|") + b"NNN" + _pickled(-1) + _pickled(-1) + _pickled(0) + b"tb"
    return (
        made
        + b"("
        + _pickled(1)
        + _pickled(value.shape)
        + dtype
        + b"\x89"
        + _pickled(value.tobytes())
        + b"tb"
    )


STUB = """def double(x):
    # YOUR CODE HERE
    raise NotImplementedError()


def build(units):
    # YOUR CODE HERE
    raise NotImplementedError()
"""
LITTLE_EXERCISE = {
    "exercise.json": json.dumps(
        {
            "name": "03_doubling",
            "title": "Doubling",
            "data": {"name": "digits"},
            "decks": [],
            "profiles": {},
            "tasks": ["double", "build"],
            "hidden": True,
        }
    ),
    "exercise.py": STUB,
    "solution.py": """def double(x):
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION


def build(units):
    # BEGIN SOLUTION
    return [units]
    # END SOLUTION
""",
    "alternatives.py": """from cnn_course.grading import alternative


@alternative("double")
def by_adding(x):
    return x + x
""",
    "questions.py": """from math import log
from cnn_course.grading import question


@question("How many parameters has a layer of 3x3 filters?")
def parameters():
    return 760, {750: "you forgot the biases"}


@question("What is the loss at the start?")
def loss():
    return log(10), {10.0: "that is the number of classes"}


@question("What shape comes out?")
def shape():
    return (28, 28, 6), {}
""",
    "test_public.py": """import pytest
from cnn_course.grading import expect


@pytest.mark.task("double")
@pytest.mark.hint("Twice three is six.")
def test_three_is_doubled(submission):
    expect.equal(submission.double(3), 6, "double(3)", wrong=[(9, "that is the square")])


@pytest.mark.task("double")
@pytest.mark.hint("Text can be doubled too.")
def test_text_is_doubled(submission):
    expect.equal(submission.double("ab"), "abab", "double('ab')")


@pytest.mark.task("build")
@pytest.mark.hint("A list.")
def test_it_is_a_list(submission):
    expect.equal(submission.build(3), [3], "build(3)")
""",
    "test_hidden.py": """import pytest
from cnn_course.grading import expect


@pytest.mark.task("double")
@pytest.mark.hint("Below zero.")
def test_a_secret_of_negative_numbers(submission):
    expect.equal(submission.double(-1), -2, "double(-1)")
""",
}


def _cell(source: str, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": f"c{len(source)}", "source": source, "metadata": metadata,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "seen\n"}], "execution_count": 1,
    }  # fmt: skip


LITTLE_NOTEBOOK = json.dumps({
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {
        "cnn_course": {"exercise": "03_doubling"},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    },
    "cells": [
        _cell("import math", tags=["module"]),
        _cell(STUB.split("\n\n\n", maxsplit=1)[0], task="double"),
        _cell(STUB.split("\n\n\n")[1], task="build"),
        _cell("print('done')"),
    ],
})  # fmt: skip
