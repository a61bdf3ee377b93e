"""Hundreds of damaged archives and notebooks: each is taken, or rejected in one line, and that is all."""

import json
import random
import time
import zipfile
from io import BytesIO

import pytest

from cnn_course.grading.batch.intake import Rejected, intake

EACH = 250
EXTREME = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x00\x00\x00\x80",
    b"PK\x05\x06",
    b"../a",
    b"",
)
ODD = (
    None,
    True,
    0,
    -1,
    1e308,
    float("nan"),
    "",
    "\0",
    "..",
    "%%bash",
    "\ud800",
    [],
    {},
    [[]],
    "code",
    "task-conv2d",
)


def archive(stored: bool) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        made.comment = b"made by a packer"
        made.writestr("a/", b"")
        made.writestr("a/exercise.py", b"def conv2d(x):\n    return x\n" * 9)
        made.writestr("a/Ü.txt", b"text " * 99)
        made.writestr("a/trained.cnn", bytes(range(256)))
    return packed.getvalue()


def damage(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one to four changes: some lost, some twice, some others."""
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(data) + 1), rng.choice((1, 1, 2, 4, 40, 400))
        part = data[at : at + length]
        new = rng.choice(
            (b"", part * 2, rng.randbytes(length), rng.choice(EXTREME), data[: rng.randrange(99)])
        )
        data = data[:at] + new + data[at + length :]
    return data[: rng.randrange(len(data) + 1)] if rng.random() < 0.1 else data


def bend(tree, rng: random.Random):
    """The JSON with something odd in one place of it."""
    if rng.random() < 0.15 or not isinstance(tree, dict | list) or not tree:
        return rng.choice(ODD)
    changed = dict(tree) if isinstance(tree, dict) else list(tree)
    place = rng.choice(list(tree)) if isinstance(tree, dict) else rng.randrange(len(tree))
    if isinstance(changed, dict) and rng.random() < 0.1:
        del changed[place]
    else:
        changed[place] = bend(tree[place], rng)
    return changed


@pytest.fixture(scope="module")
def damaged(notebook):
    """{name of a file: its bytes}, the same every time."""
    rng = random.Random(6)
    whole = notebook(
        ("import numpy", {"tags": ["module"]}),
        ("def conv2d(x):\n    return x", {"task": "conv2d"}),
        ("def im2col(x):\n    return x", {"nbgrader": {"grade_id": "im2col", "solution": True}}),
        exercise="03_convolution",
    )
    files = {f"{n:03}.zip": damage(archive(stored=n % 2 == 0), rng) for n in range(EACH)}
    for n in range(EACH, 2 * EACH):
        bent = json.dumps(bend(json.loads(whole), rng)).encode()
        files[f"{n:03}.ipynb"] = bent if n % 2 else damage(whole, rng)
    return files


def test_damaged_files_end_nothing_and_go_nowhere(tmp_path, lay_out, facts, damaged):
    place = lay_out(tmp_path / "class", damaged)
    began = time.monotonic()
    taken = intake(place, facts, tmp_path / "store")
    assert time.monotonic() - began < 30
    assert [one.submission for one in taken] == [name.partition(".")[0] for name in sorted(damaged)]
    assert not any(one.ours for one in taken if isinstance(one, Rejected))
    reasons = [one.reason for one in taken if isinstance(one, Rejected)]
    assert EACH < len(reasons) < 2 * EACH  # most were hit where it matters, some were not
    assert len(set(reasons)) > 20
    for reason in reasons:
        assert reason.isprintable()
        assert 0 < len(reason) <= 200
    assert {path.name for path in tmp_path.iterdir()} == {"class", "store"}
    assert {path.name for path in place.iterdir()} == set(damaged)
    assert all(len(path.name) == 64 for path in (tmp_path / "store").iterdir())


def test_damaged_archives_of_a_class_are_an_error_in_one_line_or_a_class(tmp_path, facts, zipped):
    rng = random.Random(7)
    whole = zipped(
        {f"Student {n}_{n}_assignsubmission_file_/exercise.py": b"x = 1\n" * n for n in range(1, 9)}
    )
    read, refused = 0, []
    for number in range(200):
        place = tmp_path / f"{number}.zip"
        place.write_bytes(damage(whole, rng))
        try:
            intake(place, facts, tmp_path / "store")
            read += 1
        except ValueError as problem:
            refused.append(str(problem))
    assert min(read, len(refused)) > 20
    assert all(map(str.isprintable, refused))
    assert all(len(path.name) == 64 for path in (tmp_path / "store").iterdir())
