"""A class as it comes, from folders, archives and learning platforms: one text a student, the right one."""

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
from hashlib import sha256

import pytest

from cnn_course.grading.batch.choosing import choose
from cnn_course.grading.batch.intake import Rejected, Upload, intake

GOOD, OTHER = b"def conv2d(x):\n    return x\n", b"def im2col(x):\n    return x\n"
STUB = b"def conv2d(x):\n    raise NotImplementedError()\ndef im2col(x):\n    raise NotImplementedError()\n"


@pytest.fixture
def of(tmp_path, facts):
    """A function that takes in a folder or file; {submission: Upload or Rejected}."""

    def take(place):
        taken = intake(place, facts, tmp_path / "store")
        assert [one.submission for one in taken] == sorted({one.submission for one in taken})
        return {one.submission: one for one in taken}

    return take


@pytest.fixture
def texts(of):
    """A function that takes in a folder or file; {submission: text}, and nothing is rejected."""

    def take(place):
        taken = of(place)
        assert [one for one in taken.values() if isinstance(one, Rejected)] == []
        return {name: one.text for name, one in taken.items()}

    return take


def text_for(name: str) -> bytes:
    return f"who = {name!r}\n".encode()


@pytest.mark.parametrize(
    "files",
    [
        ["alice/exercise.py", "bob/exercise.py"],
        ["alice/deeper/still/exercise.py", "bob/my convolution.py"],
        ["alice.py", "bob.py", "grades.csv", "timestamp.txt", "README.md"],
        ["alice/handin/03_convolution/exercise.py", "alice/handin/02_mlp/exercise.py", "bob/exercise.py"],
        [
            "submitted/alice/03_convolution/x.py",
            "submitted/bob/03_convolution/x.py",
            "source/03_convolution/x.py",
        ],
        [
            "submitted/alice/03_convolution/x.py",
            "submitted/bob/03_convolution/x.py",
            "submitted/bob/02_mlp/x.py",
        ],
        ["03_convolution/alice/exercise.py", "03_convolution/bob/exercise.py", "02_mlp/bob/exercise.py"],
        ["alice/exercise.py", "alice/.ipynb_checkpoints/exercise.py", "bob/exercise.py", "__MACOSX/._bob"],
    ],
)
def test_the_layouts_that_classes_come_in(tmp_path, lay_out, texts, zipped, files):
    content = {name: text_for("bob" if "bob" in name else "alice") for name in files}
    wanted = {name: text_for(name).decode() for name in ("alice", "bob")}
    assert texts(lay_out(tmp_path / "class", content)) == wanted
    (tmp_path / "class.zip").write_bytes(zipped(content))
    assert texts(tmp_path / "class.zip") == wanted
    (tmp_path / "wrapped.zip").write_bytes(zipped({f"term 1/{name}": data for name, data in content.items()}))
    assert texts(tmp_path / "wrapped.zip") == wanted


def test_nbgraders_folder_of_students_is_known_by_its_name(tmp_path, lay_out, of, notebook):
    made = notebook(("def conv2d(x): pass", {"task": "conv2d"}), exercise="03_convolution")
    files = {
        "alice/03_convolution/03_convolution.ipynb": made,
        "alice/03_convolution/timestamp.txt": b"2026-01-31 12:00:00 UTC",
        "bob/02_mlp/02_mlp.ipynb": made,
    }
    taken = of(lay_out(tmp_path / "submitted", files))
    assert json.loads(taken["alice"].text)["cells"][0]["source"] == "def conv2d(x): pass"
    assert taken["bob"].reason == "there is nothing in it; hand in exercise.py or 03_convolution.ipynb"


@pytest.mark.parametrize("name", ["submitted", "03_convolution"])
@pytest.mark.parametrize(
    "others", [["alice.py", "bob/exercise.py"], ["Bo B_2_assignsubmission_file_/exercise.py"]]
)
def test_a_student_who_is_called_like_a_folder_around_all_takes_nobody_away(
    tmp_path, lay_out, texts, name, others
):
    files = {file: text_for(file) for file in [*others, f"{name}/exercise.py"]}
    assert sorted(texts(lay_out(tmp_path / "class", files)).values()) == sorted(
        text.decode() for text in files.values()
    )


def test_names_that_look_alike_are_those_of_two_students(tmp_path, lay_out, texts):
    files = {"Ren\u00e9/exercise.py": GOOD, "Rene\u0301/exercise.py": OTHER, "ren\u00e9/exercise.py": STUB}
    assert len(texts(lay_out(tmp_path / "class", files))) == 3


def test_the_first_student_of_a_class_is_a_student(tmp_path, lay_out, of):
    taken = of(lay_out(tmp_path / "class", {"alice/one.py": GOOD, "alice/two.py": OTHER}))
    assert taken["alice"].reason.startswith("2 files could be meant: one.py, two.py;")


def test_what_one_student_hands_in_can_be_taken_alone(tmp_path, lay_out, texts):
    lay_out(
        tmp_path / "alice", {"handin/03_convolution/exercise.py": GOOD, "handin/02_mlp/exercise.py": OTHER}
    )
    lay_out(tmp_path, {"bob.py": GOOD})
    assert texts(tmp_path / "alice" / "handin") == {"handin": GOOD.decode()}
    assert texts(tmp_path / "alice" / "handin" / "03_convolution") == {"03_convolution": GOOD.decode()}
    assert texts(tmp_path / "bob.py") == {"bob": GOOD.decode()}


def test_moodles_archive_names_the_participant(tmp_path, of, zipped):
    members = {
        "Müller Änne_101_assignsubmission_file_/exercise.py": GOOD,  # with folders, as for long
        "O'Neil-Ng Jo_102_assignsubmission_file/sub/exercise.py": GOOD,  # with folders, since Moodle 4.1
        "van der Berg Ina_103_assignsubmission_file_03_convolution.py": GOOD,  # without folders
        "Group A_7_assignsubmission_file_/exercise.py": GOOD,
        "Default group_assignsubmission_file_/exercise.py": GOOD,
        "Müller Änne_104_assignsubmission_file_/exercise.py": OTHER,  # another of the same name
        "Only Online_105_assignsubmission_onlinetext_/onlinetext.html": b"<p>my code",
        "Müller Änne_101_assignsubmission_onlinetext_/onlinetext.html": b"<p>my code",
    }
    (tmp_path / "moodle.zip").write_bytes(zipped(members))
    taken = of(tmp_path / "moodle.zip")
    assert {name: one.identity.get("moodle_id") for name, one in taken.items()} == {
        "Müller Änne": "101", "Müller Änne-2": "104", "O'Neil-Ng Jo": "102", "van der Berg Ina": "103",
        "Group A": "7", "Default group": None, "Only Online": "105",
    }  # fmt: skip
    assert taken["Müller Änne-2"].text == OTHER.decode()
    assert taken["van der Berg Ina"].name == "03_convolution.py"
    assert taken["Only Online"].reason.startswith("there is no .py or .ipynb file, only onlinetext.html")


@pytest.mark.parametrize("coding", ["utf-8", "cp437"])
def test_names_in_archives_are_read_though_they_do_not_say_how_they_are_written(tmp_path, of, zipped, coding):
    written = "Müller_101_assignsubmission_file_/exercise.py".encode(coding)
    placeholder = b"M" * len(written)
    made = zipped({placeholder.decode(): GOOD}).replace(placeholder, written)  # no flag says that it is UTF-8
    (tmp_path / "moodle.zip").write_bytes(made)
    assert list(of(tmp_path / "moodle.zip")) == ["Müller"]


def test_canvas_archive_names_student_and_file(tmp_path, of, zipped):
    members = {
        "doejane_1234_5678_exercise.py": GOOD,
        "doejane_LATE_1234_6001_exercise.py": OTHER,  # newer: Canvas counts its files
        "élodiele_77_90_my code_2_3_v1.py": GOOD,
        "doejane_78_91_exercise-1.py": GOOD,
        "LATE_anon_x1Y2z_92_exercise.py": GOOD,
        "roe_79_text.html": b"<p>my code",
        "roe_80_link.html": b"<p>my code",
    }
    (tmp_path / "submissions.zip").write_bytes(zipped(members))
    taken = of(tmp_path / "submissions.zip")
    assert {name: one.identity.get("canvas_id") for name, one in taken.items()} == {
        "doejane": "1234", "doejane-2": "78", "élodiele": "77", "anon_x1Y2z": None,
        "roe": "79", "roe-2": "80",
    }  # fmt: skip
    assert taken["doejane"].text == OTHER.decode()
    assert taken["doejane"].identity["canvas_file"] == "6001"
    assert taken["élodiele"].name == "my code_2_3_v1.py"
    assert taken["anon_x1Y2z"].identity == {
        "canvas_anonymous": "x1Y2z",
        "late": "yes",
        "canvas_file": "92",
    }


def test_an_extracted_archive_of_a_platform_is_the_same_class(tmp_path, lay_out, of):
    folder = lay_out(
        tmp_path / "downloads",
        {
            "term 1/Ng Bo_101_assignsubmission_file_/exercise.py": GOOD,
            "term 1/Do Al_102_assignsubmission_file_/exercise.py": GOOD,
        },
    )
    assert {one.identity["moodle_id"] for one in of(folder).values()} == {"101", "102"}


def test_a_zip_a_student_with_or_without_a_folder_in_it(tmp_path, lay_out, texts, zipped):
    files = {
        "alice.zip": zipped({"exercise.py": text_for("alice")}),
        "bob.zip": zipped(
            {"bobs work/03_convolution/exercise.py": text_for("bob"), "bobs work/02_mlp/x.py": b"?"}
        ),
        "carol/handin.zip": zipped({"work.py": text_for("carol"), "__MACOSX/._work.py": b"\0"}),
        "dora/handin.zip": b"not looked at",
        "dora/exercise.py": text_for("dora"),
    }
    wanted = {name: text_for(name).decode() for name in ("alice", "bob", "carol", "dora")}
    assert texts(lay_out(tmp_path / "class", files)) == wanted


def test_an_email_address_in_a_name_is_known(tmp_path, lay_out, of):
    taken = of(
        lay_out(tmp_path / "class", {"alice@uni.example/exercise.py": GOOD, "bob.b@uni.example.py": GOOD})
    )
    assert taken["alice@uni.example"].identity == {"email": "alice@uni.example"}
    assert taken["bob.b@uni.example"].identity == {"email": "bob.b@uni.example"}


def test_each_file_is_kept_once_read_only_under_the_hash_of_its_content(tmp_path, lay_out, of):
    place = lay_out(tmp_path / "class", {"alice.py": GOOD, "bob.py": GOOD, "carol.py": OTHER, "dora.py": b""})
    taken = of(place)
    copies = {path.name: path for path in (tmp_path / "store").iterdir()}
    assert set(copies) == {sha256(GOOD).hexdigest(), sha256(OTHER).hexdigest()}
    assert taken["alice"].sha256 == taken["bob"].sha256 == sha256(GOOD).hexdigest()
    for name, path in copies.items():
        assert sha256(path.read_bytes()).hexdigest() == name
        assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700


def test_a_copy_that_is_not_what_its_name_says_is_made_anew(tmp_path, lay_out, of):
    place = lay_out(tmp_path / "class", {"alice.py": GOOD})
    copy = tmp_path / "store" / of(place)["alice"].sha256
    copy.chmod(0o600)
    copy.write_bytes(b"half of")
    of(place)
    assert copy.read_bytes() == GOOD


def test_taking_in_again_gives_the_same(tmp_path, lay_out, of):
    place = lay_out(
        tmp_path / "class", {"a/exercise.py": GOOD, "A/exercise.py": OTHER, "b.py": GOOD, "c.py": b""}
    )
    assert of(place) == of(place)


def test_results_below_the_class_are_not_taken_for_a_student(tmp_path, lay_out, facts):
    place = lay_out(tmp_path / "class", {"alice.py": GOOD, "graded/feedback/alice.html": b""})
    for _ in range(2):
        (alice,) = intake(place, facts, place / "graded" / "store")
        assert alice.submission == "alice"


def test_a_trained_network_comes_along(tmp_path, lay_out, of):
    place = lay_out(
        tmp_path / "class",
        {
            "alice/exercise.py": GOOD,
            "alice/trained.cnn": b"weights",
            "alice/old/trained.cnn": b"older weights",
            "bob.py": GOOD,
            "bob.cnn": b"other weights",
            "carol.py": GOOD,
            "dora/exercise.py": GOOD,
            "dora/a/trained.cnn": b"1",
            "dora/b/trained.cnn": b"2",
        },
    )
    taken = of(place)
    assert taken["alice"].trained.read_bytes() == b"weights"
    assert taken["bob"].trained == tmp_path / "store" / sha256(b"other weights").hexdigest()
    assert taken["carol"].trained is taken["dora"].trained is None
    assert taken["dora"].note == (
        "the trained network does not count: there are 2 trained networks, "
        "a/trained.cnn, b/trained.cnn: none counts"
    )
    assert len({one.version for one in taken.values()}) == 3
    assert taken["carol"].version == taken["carol"].sha256


def test_a_network_that_is_too_large_costs_no_points_for_the_code(tmp_path, lay_out, of):
    place = lay_out(tmp_path / "class", {"alice/exercise.py": GOOD})
    with (place / "alice" / "trained.cnn").open("wb") as file:
        file.truncate(64_000_001)
    alice = of(place)["alice"]
    assert isinstance(alice, Upload)
    assert alice.note == (
        "the trained network does not count: trained.cnn has 64,001 kB; at most 64,000 kB are taken"
    )


def test_the_stub_that_came_with_the_notebook_is_not_meant(tmp_path, lay_out, of, notebook):
    filled = notebook(("def conv2d(x):\n    return x", {"task": "conv2d"}))
    untouched = notebook((STUB.decode(), {"task": "conv2d"}))
    place = lay_out(
        tmp_path / "class",
        {
            "alice/exercise.py": STUB,
            "alice/03_convolution.ipynb": filled,
            "bob/exercise.py": GOOD,
            "bob/03_convolution.ipynb": untouched,
            "carol/exercise.py": GOOD,
            "carol/03_convolution.ipynb": filled,
            "dora/exercise.py": STUB,
            "erik/exercise.py": STUB,
            "erik/03_convolution.ipynb": b"{",
            "fred/exercise.py": GOOD,
            "fred/03_convolution.ipynb": b"",
        },
    )
    taken = of(place)
    assert taken["alice"].name == "03_convolution.ipynb"
    assert taken["bob"].name == taken["dora"].name == "exercise.py"
    assert taken["carol"].reason == (
        "2 files could be meant: 03_convolution.ipynb, exercise.py; "
        "hand in exercise.py or 03_convolution.ipynb"
    )
    assert "was damaged" in taken["erik"].reason
    assert (taken["fred"].name, taken["fred"].note) == ("exercise.py", "03_convolution.ipynb is empty")


@pytest.mark.parametrize(
    ("make", "kind", "says"),
    [
        (lambda path: path.mkdir(), ValueError, "holds no submissions"),
        (lambda path: None, FileNotFoundError, "does not exist"),
        (
            lambda path: path.write_bytes(b"PK\x03\x04 and no more"),
            ValueError,
            "no zip archive that can be read",
        ),
    ],
)
def test_a_place_that_holds_no_class_is_an_error_in_a_line(tmp_path, facts, make, kind, says):
    place = tmp_path / "class.zip"
    make(place)
    with pytest.raises(kind, match=says) as raised:
        intake(place, facts, tmp_path / "store")
    assert "\n" not in str(raised.value)


def test_a_fault_of_the_grader_is_told_as_its_own_and_stops_nobody(tmp_path, lay_out, of, monkeypatch):
    def fail_for_alice(files, exercise):
        if files[0].name == "alice.py":
            raise KeyError("a fault")
        return choose(files, exercise)

    monkeypatch.setattr("cnn_course.grading.batch.intake.choose", fail_for_alice)
    taken = of(lay_out(tmp_path / "class", {"alice.py": GOOD, "bob.py": GOOD, "carol.py": b""}))
    assert taken["alice"] == Rejected("alice", "it could not be looked into (KeyError)", ours=True)
    assert isinstance(taken["bob"], Upload)
    assert not taken["carol"].ours


def test_a_full_disk_is_no_students_fault(tmp_path, lay_out, of, monkeypatch):
    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    place = lay_out(tmp_path / "class", {"alice.py": GOOD})
    monkeypatch.setattr("cnn_course.grading.batch.intake.replacing", full)
    with pytest.raises(OSError, match="No space left"):
        of(place)


def test_taking_in_needs_neither_numpy_nor_jupyter():
    code = (
        "import sys, cnn_course.grading.batch.intake\n"
        "print(*{'numpy', 'keras', 'tensorflow', 'pytest', 'nbformat'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("packed", [False, True])
def test_of_a_whole_working_copy_the_notebook_that_was_worked_in_counts(tmp_path, packed):
    """`cnn-course init` puts stubs and notebooks into different folders."""
    cell = {
        "cell_type": "code",
        "metadata": {"task": "double"},
        "source": "def double(x):\n    return 2 * x\n",
    }
    stub = "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"
    copy = tmp_path / "class" / "ann"
    (copy / "exercises" / "03_topic").mkdir(parents=True)
    (copy / "notebooks").mkdir()
    (copy / "exercises" / "03_topic" / "exercise.py").write_text(stub)
    (copy / "notebooks" / "03_topic.ipynb").write_text(
        json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4})
    )
    (copy / "notebooks" / "04_other.ipynb").write_text(
        json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4})
    )
    if packed:
        shutil.make_archive(str(copy), "zip", copy)
        shutil.rmtree(copy)
    [taken] = intake(tmp_path / "class", {"name": "03_topic", "tasks": ["double"]}, tmp_path / "store")
    assert isinstance(taken, Upload), taken.reason
    assert taken.name == "03_topic.ipynb"


def test_what_may_not_be_opened_is_no_fault_of_the_students(tmp_path, monkeypatch):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ben.py").write_text("x = 1\n")
    really = os.open

    def denied(path, *args, **kwargs):
        if str(path).endswith("ben.py"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return really(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", denied)
    [taken] = intake(tmp_path / "class", {"name": "03_topic", "tasks": []}, tmp_path / "store")
    assert taken.ours
    assert "Permission denied" in taken.reason
