"""All reports as files: the same bytes for the same rows, whole files, nothing else touched."""

import random
import subprocess
import sys
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest

from cnn_course.grading.reports import gradebook_notes, write_all

CANVAS = "Student,ID,SIS Login ID,Section,Doubling (2)\n,1,anna,,\n"


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_these_files_are_written(rows, exercise, tmp_path):
    paths = write_all(rows, exercise, tmp_path / "new" / "out")
    out = tmp_path / "new" / "out"
    names = [row.submission for row in rows]
    assert set(tree(out)) == {path.relative_to(out).as_posix() for path in paths}
    assert set(tree(out)) == {
        "grades.csv", "canvas.csv", "moodle.csv", "class.html",
        *[f"feedback/{name}.html" for name in names], *[f"feedback/{name}.md" for name in names],
        *[f"gradescope/{name}.json" for name in names],
    }  # fmt: skip


def test_equal_rows_give_equal_bytes_in_whatever_order(rows, exercise, tmp_path):
    write_all(rows, exercise, tmp_path / "a")
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        write_all(iter(rows), exercise, tmp_path / f"b{seed}")
        assert tree(tmp_path / f"b{seed}") == tree(tmp_path / "a")


def test_times_stand_in_the_tables_alone(rows, exercise, tmp_path):
    write_all(rows, exercise, tmp_path / "a")
    write_all([replace(row, seconds=99.0) for row in rows], exercise, tmp_path / "b")
    a, b = tree(tmp_path / "a"), tree(tmp_path / "b")
    differ = {name for name in a if a[name] != b[name]}
    assert differ == {"grades.csv", *[name for name in a if name.startswith("gradescope/")]}


def test_only_what_differs_is_written_again(rows, exercise, tmp_path):
    write_all(rows, exercise, tmp_path)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*.*")}
    write_all([*rows[:-1]], exercise, tmp_path)
    after = {path: path.stat().st_ino for path in tmp_path.rglob("*.*")}
    changed = {path.name for path in before if before[path] != after[path]}
    assert changed == {"grades.csv", "class.html"}


def test_what_a_killed_writer_left_is_removed_and_nothing_else(rows, exercise, tmp_path):
    (tmp_path / "feedback").mkdir()
    for name in ("grades.csv.123.new", "feedback/anna.html.7.new"):
        (tmp_path / name).write_text("half")
    kept = {"notes.123.new", "grades.csv.new", "grading.db", "feedback/mine.html"}
    for name in kept:
        (tmp_path / name).write_text("mine")
    write_all(rows, exercise, tmp_path)
    assert {name for name in tree(tmp_path) if tree(tmp_path)[name] == b"mine"} == kept
    assert not [name for name in tree(tmp_path) if name.endswith(".new") and name not in kept]


def test_nothing_is_written_if_an_export_is_something_else(rows, exercise, tmp_path):
    export = tmp_path / "export.csv"
    export.write_text("Name,Points\n")
    for word in ("canvas_export", "moodle_export"):
        with pytest.raises(ValueError, match="Canvas's|Moodle's"):
            write_all(rows, exercise, tmp_path / "out", **{word: export})
        with pytest.raises(ValueError, match="Canvas's|Moodle's"):
            gradebook_notes([], exercise, **{word: export})
    assert not (tmp_path / "out").exists()


def test_exports_are_filled_and_what_is_left_over_is_on_the_page_of_the_class(rows, exercise, tmp_path):
    export = tmp_path / "export.csv"
    export.write_text(CANVAS)
    write_all(rows, exercise, tmp_path, canvas_export=export)
    assert (tmp_path / "canvas.csv").read_text() == CANVAS.replace("anna,,", "anna,,6")
    notes = gradebook_notes(rows, exercise, canvas_export=export)
    assert notes == [
        "Canvas: no grade there, since no row fits: ben; chris; dora; emil; fay; gus",
        "Canvas: not graded yet: hal",
    ]
    assert all(note in (tmp_path / "class.html").read_text() for note in notes)
    assert export.read_text() == CANVAS


def test_no_name_of_a_submission_leads_out_of_the_folder_or_to_anothers_file(row, exercise, tmp_path):
    names = [
        "../../outside", "/etc/passwd", "a/b", "a\\b", "..", ".", "", "a\0b", "CON", "nul.txt", "Anna",
        "anna", "x" * 500, "e\u0301", "\xe9", "tab\there", "new\nline", "\u202eevil", "\ud800",
        "%2e%2e", "a?b#c", "-rf", " ", "a:b",
    ]  # fmt: skip
    out = tmp_path / "deep" / "out"
    paths = write_all([row(name) for name in names], exercise, out)
    assert len({path.name.casefold() for path in paths}) == 4 + 3 * len(names)
    assert set(tmp_path.iterdir()) == {tmp_path / "deep"}
    assert set((tmp_path / "deep").iterdir()) == {out}
    assert {path.parent for path in paths} == {out, out / "feedback", out / "gradescope"}


def test_every_link_of_the_class_page_leads_to_a_page(row, exercise, tmp_path, hostile, parsed):
    write_all([row(hostile), row("100%41 #1")], exercise, tmp_path)
    seen = parsed((tmp_path / "class.html").read_text("utf-8"))
    links = [facts["href"] for tag, facts in seen.elements if tag == "a"]
    assert len(links) == 2
    assert all((tmp_path / unquote(urlsplit(link).path)).is_file() for link in links)


HEAVY = "bool({'numpy', 'pytest', 'keras', 'tensorflow', 'matplotlib', 'jinja2'} & set(sys.modules))"


def test_reports_need_the_standard_library_alone():
    code = f"import sys, cnn_course.grading.reports; sys.exit({HEAVY})"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_that_this_is_so_can_be_seen():
    code = f"import sys, numpy; sys.exit({HEAVY})"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 1
