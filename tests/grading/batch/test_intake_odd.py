"""Odd uploads, each beside honest ones: a reason in one line, or the text that was meant, and that is all."""

import json
import os
import re
import socket
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from cnn_course.grading.batch.folders import open_regular
from cnn_course.grading.batch.found import Refused
from cnn_course.grading.batch.intake import Rejected, Upload, intake

GOOD = b"def conv2d(x):\n    return x\n"
TASK = {"task": "conv2d"}
DEEP = 100_000


def files(**content):
    """A submission of these files; `__` in a name stands for a dot."""
    return lambda folder, make: [
        put(folder / name.replace("__", "."), data(make) if callable(data) else data)
        for name, data in content.items()
    ]


def named(content):
    return lambda folder, make: [put(folder / name, data) for name, data in content.items()]


def notebook(*cells, **more):
    return lambda folder, make: put(folder / "03_convolution.ipynb", make.notebook(*cells, **more))


def packed(members):
    """A submission of one zip of {name: data}."""
    return lambda folder, make: put(folder / "handin.zip", make.zipped(members))


def packed_by(write, compression=zipfile.ZIP_DEFLATED):
    """A submission of one zip that `write(archive)` fills."""

    def submit(folder, make):
        made = BytesIO()
        with zipfile.ZipFile(made, "w", compression) as archive:
            write(archive)
        put(folder / "handin.zip", made.getvalue())

    return submit


def damaged(change, members=None):
    """A submission of one zip whose bytes were changed."""
    return lambda folder, make: put(
        folder / "handin.zip", change(make.zipped(members or {"exercise.py": GOOD}))
    )


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def linked(name, target):
    return lambda folder, make: (folder / name).symlink_to(target)


def with_size(name, size):
    def submit(folder, make):
        with (folder / name).open("wb") as file:
            file.truncate(size)

    return submit


def listen(folder, make):
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("exercise.py")
    finally:
        os.chdir(here)


def deep_folders(folder, make):
    put(folder.joinpath(*["d"] * 40) / "exercise.py", GOOD)


def many_files(folder, make):
    for number in range(5_100):
        (folder / f"{number:04}.txt").touch()


def twice(archive):
    archive.writestr("exercise.py", GOOD)
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("exercise.py", b"import os")


def with_link(archive):
    link = zipfile.ZipInfo("exercise.py")
    link.external_attr = 0o120777 << 16
    archive.writestr(link, b"/etc/passwd")


def flagged(data: bytes) -> bytes:
    """The flag of encryption set, before the member and in the table of contents."""
    made = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.index(signature) + offset] |= 1
    return bytes(made)


def overlapping(data: bytes) -> bytes:
    """The second member said to begin where the first one does."""
    made = bytearray(data)
    at = made.index(b"PK\x01\x02", made.index(b"PK\x01\x02") + 1)
    made[at + 42 : at + 46] = struct.pack("<I", 0)
    return bytes(made)


def claims_to_be_small(data: bytes) -> bytes:
    made = bytearray(data)
    at = made.index(b"PK\x01\x02")
    made[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(made)


def long_contents(data: bytes) -> bytes:
    """A table of contents that is said, and is, longer than any honest one."""
    at, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    contents = data[at:end] * 20_000
    record = bytearray(data[end:])
    record[8:16] = struct.pack("<HHI", 20_000, 20_000, len(contents))
    return data[:at] + contents + bytes(record)


REJECTED = {
    "a link": (linked("exercise.py", "/etc/passwd"), "exercise.py is a link; only a file itself counts"),
    "a link to nowhere": (linked("exercise.py", "nowhere"), "is a link"),
    "a link to a device": (linked("exercise.py", "/dev/zero"), "is a link"),
    "a link to a folder": (linked("work", "/"), "work is a link"),
    "a link to itself": (linked("exercise.py", "exercise.py"), "is a link"),
    "a pipe": (lambda folder, make: os.mkfifo(folder / "exercise.py"), "exercise.py is a pipe"),
    "a socket": (listen, "exercise.py is a socket"),
    "a folder": (files(**{"exercise.py/x.py": GOOD}), "exercise.py is a folder"),
    "nothing": (files(), "there is nothing in it; hand in exercise.py or 03_convolution.ipynb"),
    "only folders": (
        lambda folder, make: (folder / "a" / "b").mkdir(parents=True),
        "there is nothing in it",
    ),
    "what a program left": (named({".DS_Store": b"\0", "__pycache__/exercise.py": GOOD}), "nothing in it"),
    "an empty file": (files(exercise__py=b""), "exercise.py is empty"),
    "blanks": (files(exercise__py=b" \n\t\n"), "exercise.py is empty"),
    "a mark and no text": (files(exercise__py=b"\xef\xbb\xbf"), "exercise.py is empty"),
    "NUL bytes": (files(exercise__py=GOOD + b"\0"), "it has NUL bytes in it, from line 3"),
    "UTF-16": (files(exercise__py=GOOD.decode().encode("utf-16")), "saved as UTF-16 .*; save it as UTF-8"),
    "UTF-16 without a mark": (files(exercise__py=GOOD.decode().encode("utf-16-be")), "saved as UTF-16"),
    "no text": (files(exercise__py=b"x = '\x81\x07'"), "no text in UTF-8: line 1 has the byte 0x81"),
    "no letters": (files(exercise__py=b"x = '\xfc\x07'"), "no text in UTF-8: line 1 has the byte 0xfc"),
    "an unknown coding": (
        files(exercise__py=b"# coding: klingon\n" + GOOD),
        "its coding is klingon, which is not known",
    ),
    "a coding of no letters": (files(exercise__py=b"#\n# coding=rot13\n" + GOOD), "is rot13, which is not"),
    "a coding that is not kept": (
        files(exercise__py="# coding: ascii\n\nx = 'ü'".encode()),
        "ASCII: line 3",
    ),
    "a Word file": (files(exercise__py=lambda make: make.zipped({"word/document.xml": GOOD})), "a Word file"),
    "an old Word file": (files(exercise__py=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + GOOD), "a Word or Excel"),
    "RTF": (files(exercise__py=b"{\\rtf1 def conv2d(x): }"), "is a Word file"),
    "a PDF": (files(exercise__py=b"%PDF-1.7\n..."), "is a PDF file by another name"),
    "a web page": (files(exercise__py=b"\n<!DOCTYPE HTML><html>..."), "is a web page by another name"),
    "a page saved as a notebook": (files(a__ipynb=b"<html><body>"), "a.ipynb is a web page"),
    "a picture": (files(exercise__py=b"\x89PNG\r\n\x1a\n"), "is a picture"),
    "a saved network": (files(exercise__py=b"\x89HDF\r\n\x1a\n"), "is a saved network"),
    "a program": (files(exercise__py=b"\x7fELF\x02"), "is a program"),
    "compiled Python": (files(exercise__py=b"\xa7\r\r\n" + bytes(12) + b"\xe3" * 99), "NUL bytes"),
    "a packed file": (files(exercise__py=b"\x1f\x8b\x08"), "is an archive"),
    "other files": (files(notes__docx=b"PK", plot__png=b"\x89"), "no .py or .ipynb .* notes.docx, plot.png;"),
    "a name with one suffix too many": (files(exercise__py__txt=GOOD), "only exercise.py.txt; hand in"),
    "two files": (files(a__py=GOOD, b__py=b"y"), "2 files could be meant: a.py, b.py; hand in"),
    "three files": (files(a__py=GOOD, b__py=b"y", c__ipynb=b"{}"), "2 files could be meant: a.py, b.py;"),
    "twelve files": (
        files(**{f"{n}__py": b"%d" % n for n in range(12)}),
        "12 files could be meant: 0.py, 1.py, 10.py and 9 more; hand in",
    ),
    "both kinds": (
        lambda folder, make: [
            files(exercise__py=GOOD)(folder, make),
            notebook(("x = 1", TASK))(folder, make),
        ],
        "2 files could be meant: 03_convolution.ipynb, exercise.py;",
    ),
    "too much code": (
        files(exercise__py=b"#" * 1_000_001),
        "exercise.py has 1,001 kB; at most 1,000 kB are taken",
    ),
    "a file of holes": (with_size("exercise.py", 1 << 33), r"has 8,589,935 kB; at most 1,000 kB"),
    "a notebook of holes": (with_size("03_convolution.ipynb", 1 << 33), "at most 20,000 kB"),
    "too deep": (
        deep_folders,
        "holds too much: at most 5,000 files are looked at, in folders at most 16 deep",
    ),
    "too many": (many_files, "holds too much: at most 5,000 files"),
    "another exercise's notebook": (
        notebook(("x = 1", TASK), exercise="02_mlp"),
        "is the notebook of 02_mlp, not of 03_convolution",
    ),
    "an exercise that is no name": (
        notebook(("x = 1", TASK), metadata={"cnn_course": {"exercise": {"a": [1]}}}),
        "is the notebook of",
    ),
    "a notebook without tasks": (notebook(("def conv2d(x): pass", {})), "has no cell of a task of 03_conv"),
    "tasks of another exercise": (notebook(("x = 1", {"task": "softmax"})), "has no cell of a task"),
    "tasks for another language": (notebook(("%%bash\nls", TASK)), "has no cell of a task"),
    "half a notebook": (
        lambda folder, make: put(folder / "a.ipynb", make.notebook(("x = 1", TASK))[:-40]),
        "a.ipynb is no notebook of format 4: it was damaged, or cut off while saving",
    ),
    "an old notebook": (files(a__ipynb=b'{"worksheets": [], "nbformat": 3}'), "no notebook of format 4"),
    "no object": (files(a__ipynb=b"[]"), "no notebook"),
    "cells that are none": (files(a__ipynb=b'{"cells": [3, null]}'), "no notebook"),
    "a cell without a type": (files(a__ipynb=b'{"cells": [{"source": "", "metadata": {}}]}'), "no notebook"),
    "a bottomless list": (files(a__ipynb=b"[" * DEEP), "no notebook"),
    "bottomless cells": (files(a__ipynb=b'{"cells":' * DEEP), "no notebook"),
    "a number without end": (files(a__ipynb=b'{"cells": ' + b"9" * 100_000 + b"}"), "no notebook"),
    "Python in a notebook's name": (files(a__ipynb=GOOD), "no notebook"),
    "a notebook in Python's name": (
        lambda folder, make: put(folder / "exercise.py", make.notebook(("x = 1", TASK))),
        "exercise.py is a notebook by another name; hand it in as 03_convolution.ipynb",
    ),
    "too many cells": (
        lambda folder, make: put(folder / "a.ipynb", make.notebook(*[("x", TASK)] * 2_001)),
        "has 2,001 cells; at most 2,000 are looked at",
    ),
    "too many parts": (files(a__ipynb=b'{"cells": [' + b"[]," * 1_000_001), "clear its outputs"),
    "too much code in cells": (
        notebook(*[("#" * 500_001, TASK)] * 2),
        "the code in 03_convolution.ipynb has 1,001 kB",
    ),
    "a zip that leads out": (packed({"../../evil.py": GOOD}), r"../../evil.py has a name with \.\. in it"),
    "a zip that leads out behind a good file": (packed({"exercise.py": GOOD, "a/../../b.txt": b""}), r"\.\."),
    "a zip with an absolute name": (packed({"/etc/cron.d/exercise.py": GOOD}), "place outside the archive"),
    "a zip with a drive": (packed({"C:/exercise.py": GOOD}), "place outside the archive"),
    "a zip with backslashes": (packed({"a\\exercise.py": GOOD}), "a backslash in it"),
    "a zip with a link": (packed_by(with_link), "exercise.py is a link or a device"),
    "a zip with a folder": (packed({"exercise.py/": b""}), "exercise.py/ is a folder"),
    "an encrypted zip": (damaged(flagged), "exercise.py is encrypted"),
    "a zip with two of one name": (packed_by(twice), "exercise.py is in it more than once"),
    "a zip with too many": (
        packed({f"{number}.txt": b"" for number in range(201)}),
        "there are 201 files in the archive; at most 200 are taken",
    ),
    "a bomb": (
        packed({"exercise.py": GOOD, "zeros.bin": bytes(25_000_000)}),
        "the archive unpacks to more than 25,000 kB, the most that is taken",
    ),
    "a bomb in parts": (packed({f"{number}.bin": bytes(9_000_000) for number in range(3)}), "more than 25,0"),
    "a bomb that says it is small": (
        damaged(claims_to_be_small, {"exercise.py": bytes(9_000_000)}),
        "exercise.py is damaged in its archive",
    ),
    "a bomb in one member": (packed({"exercise.py": b"#" * 1_000_001}), "exercise.py has more than 1,000 kB"),
    "members on top of each other": (
        damaged(overlapping, {"a.py": GOOD, "b.py": GOOD}),
        "lies over another file of it",
    ),
    "a zip with endless contents": (damaged(long_contents), "its table of contents is too long"),
    "half a zip": (
        damaged(lambda data: data[:-30]),
        "is no zip archive that can be read: it is damaged, or cut",
    ),
    "the end of a zip": (damaged(lambda data: data[-60:]), "is no zip archive"),
    "a zip with a wrong byte": (
        damaged(lambda data: data[:45] + b"\xff" + data[46:]),
        "exercise.py is damaged in its archive",
    ),
    "no zip": (files(handin__zip=b"this is no archive"), "handin.zip is no zip archive"),
    "an empty zip": (packed({}), "only handin.zip"),
    "an unusual zip": (
        packed_by(lambda archive: archive.writestr("exercise.py", GOOD), zipfile.ZIP_LZMA),
        "is compressed in an unusual way",
    ),
    "a zip in a zip": (
        lambda folder, make: put(
            folder / "a.zip", make.zipped({"b.zip": make.zipped({"exercise.py": GOOD})})
        ),
        "no .py or .ipynb file, only a.zip, b.zip",
    ),
    "another packer": (files(handin__rar=b"Rar!"), "handin.rar is packed in a way that is not opened"),
    "two zips": (files(a__zip=b"PK", b__zip=b"PK"), "2 archives could be meant: a.zip, b.zip"),
    "a link to a zip": (linked("handin.zip", "/etc/passwd"), "handin.zip is a link"),
}

ACCEPTED = {
    "a mark before UTF-8": (files(exercise__py=b"\xef\xbb\xbf" + GOOD), GOOD.decode()),
    "a coding on top": (
        files(exercise__py="# -*- coding: latin-1 -*-\nx = 'ü'".encode("latin-1")),
        "# -*- coding: latin-1 -*-\nx = 'ü'",
    ),
    "a coding in the second line": (
        files(exercise__py="#!/usr/bin/python\n# vim: set fileencoding=koi8-r :\nx = 'Щ'".encode("koi8-r")),
        "#!/usr/bin/python\n# vim: set fileencoding=koi8-r :\nx = 'Щ'",
    ),
    "an old Windows editor": (
        files(exercise__py="x = 'ü'  # 5 €\r\n".encode("cp1252")),
        "x = 'ü'  # 5 €\r\n",
    ),
    "capital letters": (files(EXERCISE__PY=GOOD), GOOD.decode()),
    "a name of one's own": (named({"my convolution, really final (3).py": GOOD}), GOOD.decode()),
    "helpers beside it": (files(exercise__py=GOOD, plots__py=b"x", test__py=b"y"), GOOD.decode()),
    "handed in again, by a browser": (
        named({"exercise.py": b"old", "exercise (1).py": b"older", "exercise (10).py": GOOD}),
        GOOD.decode(),
    ),
    "handed in again, by Canvas": (files(**{"exercise__py": b"old", "exercise-1__py": GOOD}), GOOD.decode()),
    "the same twice": (files(**{"exercise__py": GOOD, "03_convolution__py": GOOD}), GOOD.decode()),
    "of another exercise too": (
        files(**{"02_mlp/exercise.py": b"x", "03_convolution/exercise.py": GOOD, "1/exercise.py": b"y"}),
        GOOD.decode(),
    ),
    "of another exercise as well": (
        files(**{"02_mlp/exercise.py": b"x", "my work.py": GOOD}),
        GOOD.decode(),
    ),
    "a link beside it": (
        lambda folder, make: [linked("data", "/")(folder, make), put(folder / "exercise.py", GOOD)],
        GOOD.decode(),
    ),
    "a link of the same name deeper": (
        lambda folder, make: [
            (folder / "a").mkdir(),
            linked("a/exercise.py", "/etc/passwd")(folder, make),
            put(folder / "exercise.py", GOOD),
        ],
        GOOD.decode(),
    ),
    "syntax errors are for the box": (files(exercise__py=b"def f(:\n"), "def f(:\n"),
    "brackets without end are for the box": (files(exercise__py=b"(" * 900_000), "(" * 900_000),
    "a Mac's zip": (packed({"a/exercise.py": GOOD, "__MACOSX/a/._exercise.py": b"\0"}), GOOD.decode()),
    "a zip after something else": (damaged(lambda data: b"#!/bin/sh\n" + data), GOOD.decode()),
}


class Make:
    """What submissions are made with."""

    def __init__(self, notebook, zipped):
        self.notebook, self.zipped = notebook, zipped


@pytest.fixture(scope="module")
def taken(tmp_path_factory, notebook, zipped, facts):
    """{name: what became of it} for all odd uploads, taken in together."""
    top = tmp_path_factory.mktemp("odd")
    for name, (submit, _) in {**REJECTED, **ACCEPTED}.items():
        folder = top / "class" / name
        folder.mkdir(parents=True)
        submit(folder, Make(notebook, zipped))
    for number in range(3):
        put(top / "class" / f"honest {number}" / "exercise.py", GOOD)
    found = intake(top / "class", facts, top / "store")
    assert {path.name for path in top.iterdir()} == {"class", "store"}  # nothing outside the store
    assert all(len(path.name) == 64 for path in (top / "store").iterdir())
    return {one.submission: one for one in found}


@pytest.mark.parametrize("name", REJECTED)
def test_an_odd_upload_is_rejected_with_its_reason_in_one_line(taken, name):
    one = taken[name]
    assert isinstance(one, Rejected)
    assert len(one.reason) <= 200
    assert one.reason.isprintable()
    assert re.search(REJECTED[name][1], one.reason), one.reason


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_odd_upload_that_can_be_read_is_taken(taken, name):
    one = taken[name]
    assert isinstance(one, Upload), one
    assert one.text == ACCEPTED[name][1]


def test_odd_uploads_stop_nobody(taken):
    assert {taken[f"honest {number}"].text for number in range(3)} == {GOOD.decode()}
    assert len(taken) == len(REJECTED) + len(ACCEPTED) + 3


def test_a_device_is_not_read():
    with pytest.raises(Refused, match="zero is a device; only a file itself counts"):
        open_regular(Path("/dev/zero"))


def test_a_link_that_was_put_there_since_is_not_followed(tmp_path):
    (tmp_path / "exercise.py").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match=r"exercise\.py is a link"):
        open_regular(tmp_path / "exercise.py")


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "exercise.py")
    with pytest.raises(Refused, match="is a pipe"):
        open_regular(tmp_path / "exercise.py")


def test_a_network_is_not_counted_among_the_files_of_a_zip(tmp_path, zipped, facts):
    put(tmp_path / "class" / "alice.zip", zipped({"exercise.py": GOOD, "trained.cnn": bytes(30_000_000)}))
    (alice,) = intake(tmp_path / "class", facts, tmp_path / "store")
    assert alice.trained.stat().st_size == 30_000_000


def test_one_bad_part_of_a_class_archive_costs_only_its_owner(tmp_path, zipped, facts):
    students = {f"Student {number}_{number}_assignsubmission_file_": GOOD for number in range(250)}
    members = {f"{name}/exercise.py": data for name, data in students.items()}
    members["Student 3_3_assignsubmission_file_/big.bin"] = bytes(26_000_000)
    members["Student 4_4_assignsubmission_file_/handin.zip"] = zipped({"exercise.py": GOOD})
    del members["Student 4_4_assignsubmission_file_/exercise.py"]
    put(tmp_path / "class.zip", zipped(members))
    rejected = {
        one.submission: one.reason
        for one in intake(tmp_path / "class.zip", facts, tmp_path / "store")
        if isinstance(one, Rejected)
    }
    assert set(rejected) == {"Student 3", "Student 4"}
    assert "more than 25,000 kB" in rejected["Student 3"]
    assert "is an archive within an archive, which is not opened" in rejected["Student 4"]


def test_json_of_a_notebook_that_python_alone_reads_is_no_reason(tmp_path, facts, notebook):
    made = json.loads(notebook(("x = 1", TASK)))
    put(tmp_path / "class" / "a.ipynb", json.dumps(made | {"metadata": {"score": float("nan")}}).encode())
    assert isinstance(intake(tmp_path / "class", facts, tmp_path / "store")[0], Upload)
