"""Names that students chose, made fit for files, and whom a platform's names mean."""

import os

import pytest

from cnn_course.grading.batch.intake import intake
from cnn_course.grading.batch.names import by_platform, safe_names, signed_by


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("alice", "alice"),
        ("Müller Änne", "Müller Änne"),
        ("山田 太郎", "山田 太郎"),
        ("O'Neil-Ng, Jo (2)", "O'Neil-Ng, Jo (2)"),
        ("Mu\u0308ller", "Müller"),  # as a Mac writes it
        ("a/b\\c:d", "a_b_c_d"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("a\x00b\nc\x1b[31md", "ab c[31md"),
        ("a\u202efdp.exe", "afdp.exe"),  # would show as aexe.pdf
        ("a\u200b\ufeffb", "ab"),
        ("lone \udcff surrogate", "lone surrogate"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("dots. . .", "dots"),
        ('"<|>?*"', "_______"),
        ("x" * 300, "x" * 80),
        ("ü" * 300, "ü" * 40),
        ("€" * 300, "€" * 26),
    ],
)
def test_a_name_stays_legible_and_fits_every_file_system(name, safe):
    assert safe_names([name]) == [safe]


def test_no_two_names_are_one_even_where_capitals_do_not_count():
    names = [
        "alice",
        "Alice",
        "alice-2",
        "ALICE",
        "straße",
        "STRASSE",
        "Mu\u0308ller",
        "Müller",
        "..",
        "x" * 90,
        "x" * 99,
    ]
    safe = safe_names(names)
    assert safe == [
        "alice", "Alice-2", "alice-2-2", "ALICE-3", "straße", "STRASSE-2", "Müller", "Müller-2", "unnamed",
        "x" * 80, "x" * 78 + "-2",
    ]  # fmt: skip
    assert len({name.casefold() for name in safe}) == len(names)
    assert max(len(name.encode()) for name in safe) <= 80


@pytest.mark.parametrize(
    ("name", "is_folder", "key", "own_name"),
    [
        ("Ng Bo_12_assignsubmission_file_", True, ("moodle", "12"), ""),
        ("Ng Bo_12_assignsubmission_file", True, ("moodle", "12"), ""),
        ("Ng Bo_12_assignsubmission_file_a_b.py", False, ("moodle", "12"), "a_b.py"),
        ("Participant_12_assignsubmission_file_", True, ("moodle", "12"), ""),
        ("Group A_assignsubmission_file_", True, ("moodle", "Group A"), ""),
        ("ngbo_1_2_a.py", False, ("canvas", "1"), "a.py"),
        ("ngbo_LATE_1_2_3_4_a.py", False, ("canvas", "1"), "3_4_a.py"),
        ("ng_bo_1_2_a.py", False, ("canvas", "1"), "a.py"),
        ("late_1_2_a.py", False, ("canvas", "1"), "a.py"),
        ("anon_x1_2_a.py", False, ("canvas", "x1"), "a.py"),
        ("ngbo_1_text.html", False, ("canvas", "1"), "text.html"),
        ("ngbo_1_2_a.py", True, None, None),  # Canvas makes no folders
        ("1_2_a.py", False, None, None),
        ("ngbo_2_final.py", False, None, None),
        ("exercise-1.py", False, None, None),
        ("ng_bo.py", False, None, None),
    ],
)
def test_whom_a_platforms_name_means(name, is_folder, key, own_name):
    found = by_platform(name, is_folder=is_folder)
    assert (found and found.student.key, found and found.own_name) == (key, own_name)


@pytest.mark.parametrize(
    ("name", "student"), [("alice.py", "alice"), ("j.doe.ipynb", "j.doe"), ("03.zip", "03"), ("a.b", "a.b")]
)
def test_a_plain_name_is_the_students(name, student):
    assert signed_by(name, is_folder=False).student.name == student
    assert signed_by(name, is_folder=True).student.name == name


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Müller".encode(), "Müller"),
        ("Müller".encode("cp1252"), "Müller"),  # unpacked on an old Windows
        (b"two\nlines", "two lines"),
        (b"a\xe2\x80\xaeb", "ab"),
        (b"x" * 255, "x" * 80),
        (b"=HYPERLINK(1)", "=HYPERLINK(1)"),  # reports quote it
    ],
)
def test_folders_of_any_name_become_submissions(tmp_path, facts, raw, shown):
    folder = tmp_path / "class" / os.fsdecode(raw)
    folder.mkdir(parents=True)
    (folder / os.fsdecode(b"\xff \n.py")).write_bytes(b"x = 1")
    (taken,) = intake(tmp_path / "class", facts, tmp_path / "store")
    assert taken.submission == shown
    assert taken.name == "ÿ.py"
    assert taken.text == "x = 1"
