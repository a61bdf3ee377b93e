"""Whatever a box sends ends in a value, in ValueError or in `Broken`, soon and in little memory."""

import importlib.util
import sys
from pathlib import Path

import pytest

HARMLESS = {  # bombs that are, after all, values
    "as many values as may come",
    "spaces",
    "ints that begin their search alike",
    "a large array",
    "many arrays",
}


@pytest.fixture(scope="module")
def grading_fuzz():
    """The module of the command that is run for the figures in benchmarks/README.md."""
    path = Path(__file__).parents[3] / "benchmarks" / "grading_fuzz.py"
    spec = importlib.util.spec_from_file_location("grading_fuzz", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # where dataclasses look for it
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_ten_thousand_streams_raise_nothing_else(grading_fuzz):
    seen = grading_fuzz.fuzz(10_000, seed=0)
    assert seen.uncaught == []
    assert seen.megabytes < grading_fuzz.MEGABYTES
    assert (
        seen.milliseconds < 5 * grading_fuzz.MILLISECONDS
    )  # the command holds it to 50 ms; this machine may be busy
    assert min(seen.ends[end] for end in ("value", "refused", "garbage", "closed")) > 1000
    assert seen.ends["timeout"] == 0


def test_bombs_are_refused(grading_fuzz):
    values = {kind for kind, made in grading_fuzz.BOMBS.items() if "value" in grading_fuzz.timed(made())[0]}
    assert values == HARMLESS


def test_the_same_seed_makes_the_same_streams(grading_fuzz, monkeypatch):
    monkeypatch.setattr(grading_fuzz, "BOMBS", {})
    made = [list(grading_fuzz.made(100, grading_fuzz.random.Random(seed))) for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]


def test_what_is_raised_is_seen(grading_fuzz, monkeypatch):
    def careless(tree, blobs, network):
        return tree["i"]

    monkeypatch.setattr(grading_fuzz, "BOMBS", {})
    monkeypatch.setattr(grading_fuzz, "decode", careless)
    assert len(grading_fuzz.fuzz(100, seed=0).uncaught) > 10
