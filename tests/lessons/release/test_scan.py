"""The scan finds every kind of secret wherever it is put, names the place, and is silent elsewhere."""

import base64
import gzip
import io
import json
import tarfile
import zipfile

import pytest

from cnn_course.lessons.release.master import masters
from cnn_course.lessons.release.plain import plain
from cnn_course.lessons.release.scan import Scan, files_below
from cnn_course.lessons.release.texts import texts

HIDDEN_CHECK = "the hidden check test_negative_numbers_have_a_largest"
EXPECTED = "what a hidden check expects: "
COMMENT = "# best = values[0]\n#\n# for value in values:\n#    best = value if value > best else best"
SECRETS = {
    "solution": ("    count = len(values)\n    return math.fsum(values) / count\n", "the solution of mean"),
    "solution as a comment": (COMMENT, "the solution of largest"),
    "name of a hidden check": ("see test_negative_numbers_have_a_largest", HIDDEN_CHECK),
    "words of a hidden check": ("What is the largest of numbers below 0?", f"{EXPECTED}'What is the"),
    "number of a hidden check": ("it is 48,151,623 in all", f"{EXPECTED}48,151,623"),
    "fraction of a hidden check": ("0.7312", f"{EXPECTED}0.7312"),
    "array of a hidden check": ("[[ 3., -1.,  4.],\n [ 1.,  5.,  9.]]", f"{EXPECTED}3, 1, 4, 1, 5, 9"),
    "cell for instructors": ("They should know about empty lists.", "what is for instructors"),
    "alternative": ("    return sorted(values)[-1]  \n", "by_sorting of alternatives.py"),
    "mistake": ("return max(0, right(values))", "begins_at_zero of mistakes.py"),
}
HIDDEN_VALUES = """

@pytest.mark.task("mean")
@pytest.mark.hint("-")
def test_many(submission):
    expect.equal(submission.mean([48151623, 0.7312]), [[3, -1, 4], [1, 5, 9]], "mean")
"""
INNOCENT = {
    "short": "return x\nvalues[-1]\nsum(values)",
    "small numbers": "1, 2, 300, 0.5, 1e-3",
    "a few numbers": "3, 1, 4, 1, 5",
    "part of a number": "481516230 x48151623 0.73120001",
    "what students are shown": "that is the sum\nlargest([1, 3, 2])\nsubmission.largest([1, 3, 2])",
    "nothing": "",
}


@pytest.fixture(scope="module")
def scan(shared_folder):
    """A scan for the secrets of the little course, with more values in its hidden checks."""
    path = shared_folder / "test_hidden.py"
    path.write_text(path.read_text("utf-8") + HIDDEN_VALUES, "utf-8")
    return Scan(masters(shared_folder.parents[1]))


def found(scan, name, content):
    content = content.encode() if isinstance(content, str) else content
    return list(map(str, scan([(name, content)])))


@pytest.mark.parametrize(("text", "said"), SECRETS.values(), ids=SECRETS)
def test_every_kind_of_secret_is_found_with_its_line(scan, text, said):
    (leak,) = found(scan, "notes.md", f"One line.\n\n{text}\n\nAnother.\n")
    assert leak.startswith("notes.md:3: it shows " + said)


def test_layout_does_not_hide_a_likeness(scan):
    call = "submission.largest([-2,-1])"
    check = f'expect.equal(\n  {call},\n    -1, "largest([-2, -1])", wrong=[(0, "you began at 0")])'
    shown = found(scan, "checks.py", f"import numpy\n\n\ndef other(submission):\n    {check}\n")
    named = "checks.py:4: it shows the hidden check test_negative_numbers_have_a_largest: expect.equal("
    assert any(leak.startswith(named) for leak in shown)


@pytest.mark.parametrize("text", INNOCENT.values(), ids=INNOCENT)
def test_what_anybody_would_write_is_no_leak(scan, text):
    assert found(scan, "notes.md", text) == []


def test_a_release_without_secrets_has_none(scan, shared_folder):
    assert list(scan(plain(masters(shared_folder.parents[1])).items())) == []


def zipped(content: bytes, name="inner.txt") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def tarred(content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        entry = tarfile.TarInfo("inner.txt")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def notebook(**cell) -> bytes:
    empty = {"cell_type": "code", "metadata": {}, "source": [], "outputs": [], "execution_count": None}
    return json.dumps({"cells": [empty, {**empty, **cell}], "metadata": {}, "nbformat": 4}).encode()


def base64_of(content: bytes) -> str:
    return base64.encodebytes(content).decode()


PLACES = {
    "UTF-16": (lambda text: text.decode().encode("utf-16"), "f:"),
    "a zip": (zipped, "f: inner.txt:"),
    "a zip in a wheel": (
        lambda text: zipped(zipped(text), "pkg/exercises/01_x/data.zip"),
        "f: pkg/exercises/01_x/data.zip: inner.txt:",
    ),
    "a gzip": (gzip.compress, "f: unpacked:"),
    "a tar": (lambda text: tarred(gzip.compress(text)), "f: inner.txt: unpacked:"),
    "a cell": (lambda text: notebook(source=text.decode().splitlines(keepends=True)), "f, cell 2 source:"),
    "a cell's metadata": (
        lambda text: notebook(metadata={"old": {"answer": text.decode()}}),
        "f, cell 2 metadata:",
    ),
    "a key of metadata": (lambda text: notebook(metadata={text.decode(): 1}), "f, cell 2 metadata:"),
    "a notebook's metadata": (
        lambda text: json.dumps({"cells": [], "metadata": {"was": text.decode()}}).encode(),
        "f, metadata:",
    ),
    "an output": (
        lambda text: notebook(outputs=[{"output_type": "stream", "text": [text.decode()]}]),
        "f, cell 2 outputs:",
    ),
    "a picture among outputs": (
        lambda text: notebook(outputs=[{"data": {"image/png": base64_of(b"\x89PNG" + text)}}]),
        "f, cell 2 outputs:",
    ),
    "an attachment": (
        lambda text: notebook(attachments={"a.zip": {"application/zip": base64_of(zipped(text))}}),
        "f, cell 2 attachments: inner.txt:",
    ),
    "JSON": (lambda text: json.dumps([{"a": [1, text.decode()]}]).encode(), "f:"),
}


@pytest.mark.parametrize(("put", "where"), PLACES.values(), ids=PLACES)
def test_a_secret_is_found_wherever_it_is(scan, put, where):
    secret = "\nbest = values[0]\nfor value in values:\n    best = value if value > best else best\n"
    assert found(scan, "f", put(b"\nnothing here\n")) == []
    (leak,) = found(scan, "f", put(secret.encode()))
    assert leak.startswith(where)
    assert leak.endswith("it shows the solution of largest: best = values[0]")


@pytest.mark.parametrize(
    "name", ["lesson.py", "solution.py", "test_hidden.py", "mistakes.py", "alternatives.py"]
)
def test_a_file_that_is_not_for_students_is_known_by_its_name(scan, name):
    (leak,) = found(scan, "a.zip", zipped(b"", f"exercises/03_x/{name}"))
    assert leak.startswith(f"a.zip: exercises/03_x/{name}:1: this file is not for students: ")
    assert found(scan, f"cnn_course/lessons/{name}", "") == []


def test_what_graders_get_may_hold_hidden_checks_and_no_solutions(folder):
    course = folder.parents[1]
    scan = Scan(masters(course), for_graders=True)
    hidden = (folder / "test_hidden.py").read_bytes()
    assert found(scan, "exercises/90_numbers/test_hidden.py", hidden) == []
    solution = (folder / "solution.py").read_bytes()
    assert len(found(scan, "exercises/90_numbers/solution.py", solution)) == 3  # its name, and two answers


def test_answers_that_the_package_has_itself_are_no_secret(folder, edit):
    old = "    count = len(values)\n    return math.fsum(values) / count\n"
    line = "    return (x - mean) / np.where(std > 0, std, 1)\n"  # as cnn_course.reference does it
    edit("lesson.py", old, line)
    assert found(Scan(masters(folder.parents[1])), "f.py", line) == []


def test_numbers_in_the_package_part_of_a_wheel_are_sizes_and_in_its_exercises_leaks(scan):
    record = zipped(b"cnn_course/x.py,sha256=abc,0.7312\n", "cnn_course-1.dist-info/RECORD")
    assert found(scan, "c-1.whl", record) == []
    assert found(scan, "c-1.whl", zipped(b"0.7312", "cnn_course/exercises/90_numbers/exercise.json"))


def test_all_files_of_a_folder_are_looked_at_hidden_ones_too(tmp_path):
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / ".secret").write_bytes(b"\xff")
    assert list(files_below(tmp_path)) == [(".github/.secret", b"\xff")]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"PK\x03\x04", b"\x1f\x8b", b"{", b'{"cells": 3}', b'{"cells": [1, {"source": 2}]}',
     b"[" * 3000, zipped(b"x")[:-30], gzip.compress(b"x" * 99)[:-12], b"\0" * 257 + b"ustar" + b"\1" * 300],
    ids=range(11),  # archives have the time in them, and all who collect tests must give them the same names
)  # fmt: skip
def test_what_is_damaged_is_looked_at_as_far_as_it_goes(content):
    assert next(texts("f", content)).where == "f"
    assert list(texts("f", content))
