"""A grading without boxes: results that are made up, and files as students hand them in."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from cnn_course.grading.batch.journal import Journal, open_journal
from cnn_course.grading.batch.team import Team


def _made_up(points: float = 1.0, limit: str = "", log: str = "") -> dict[str, Any]:
    outcome = {
        "task": "double", "check": "three is doubled", "message": "", "hint": "", "hidden": False,
        "printed": "", "observed": False, "points": 1.0, "status": "passed" if points else "failed",
    }  # fmt: skip
    return {
        "outcomes": [outcome], "problems": [], "limit": limit, "limit_says": f"{limit}!" if limit else "",
        "isolation": "bwrap", "seconds": 0.1, "log": log,
    }  # fmt: skip


@pytest.fixture
def made_up() -> Callable[..., dict[str, Any]]:
    """A function that makes the result of a submission with one check, of one point."""
    return _made_up


@pytest.fixture
def journal(tmp_path):
    with open_journal(tmp_path, "exercise 1", "grader 1") as opened:
        yield opened


@pytest.fixture
def class_of(journal):
    """A function that adds submissions to the journal and returns their keys."""

    def add(*names: str) -> set[tuple[str, str]]:
        for name in names:
            journal.add(name, f"hash of {name}")
        return {(name, f"hash of {name}") for name in names}

    return add


@pytest.fixture
def team_of():
    """A function that makes a team of so many threads that judge by a function of the submission's name."""
    executors = []

    def make(size: int, judge: Callable[[str], dict[str, Any]]) -> Team:
        executors.append(ThreadPoolExecutor(size))
        return Team(executors[-1], size, lambda job: judge(job["submission"]))

    yield make
    for executor in executors:
        executor.shutdown()


@pytest.fixture
def found(journal: Journal):
    """A function that says of each submission its state, attempts and result."""

    def look() -> dict[str, tuple[str, int, Any]]:
        return {entry.submission: (entry.state, entry.attempts, entry.result) for entry in journal.entries()}

    return look


def _notebook(*cells: tuple[str, dict[str, Any]], exercise: str | None = None, **more: Any) -> bytes:
    made = [
        {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}
        for source, metadata in cells
    ]
    about = {"cnn_course": {"exercise": exercise}} if exercise else {}
    return json.dumps({"cells": made, "metadata": about, "nbformat": 4, "nbformat_minor": 5} | more).encode()


def _zipped(members: dict[str, bytes]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


@pytest.fixture(scope="session")
def notebook() -> Callable[..., bytes]:
    """A function that makes a notebook of (source, metadata) cells."""
    return _notebook


@pytest.fixture(scope="session")
def zipped() -> Callable[[dict[str, bytes]], bytes]:
    """A function that makes a zip archive of {name: data}."""
    return _zipped


@pytest.fixture(scope="session")
def lay_out() -> Callable[[Path, dict[str, bytes]], Path]:
    """A function that writes {path: data} into a folder, and returns the folder."""

    def write(folder: Path, files: dict[str, bytes]) -> Path:
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder

    return write


@pytest.fixture(scope="session")
def facts() -> dict[str, Any]:
    """What exercise.json says of an exercise with two tasks."""
    return {"name": "03_convolution", "title": "Convolution", "tasks": ["conv2d", "im2col"]}
