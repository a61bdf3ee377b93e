"""The choice of walls: by trying a box, never silently worse than what was asked for."""

import pytest

from cnn_course.grading.jail import bubblewrap, landlock, levels, process
from cnn_course.grading.jail.levels import LADDER, NO_WALLS, NOTES, NoIsolation, choose, problem_with
from cnn_course.grading.jail.process import LEVELS


def test_bubblewrap_works_here():
    """On Linux it must: a machine that builds this course has it, by the name of its package."""
    assert problem_with("bwrap") == ""


def test_landlock_works_where_the_kernel_has_it():
    assert (problem_with("landlock") == "") == (landlock.version() > 0)


def test_the_best_level_that_works_is_chosen():
    choice = choose()
    assert choice.level in ("bwrap+cgroup", "bwrap")
    assert list(choice.missing) == list(LADDER[: LADDER.index(choice.level)])
    assert choice.note == NOTES[choice.level]


def test_where_no_cgroup_can_be_made_bubblewrap_goes_without_and_says_so(monkeypatch):
    monkeypatch.setattr(process, "new_cgroup", lambda limits: None)
    choice = choose()
    assert choice.level == "bwrap"
    assert choice.missing == {"bwrap+cgroup": "no cgroup can be made here"}
    assert "ten times a second" in choice.note


def test_where_bubblewrap_is_missing_landlock_is_next(monkeypatch, tmp_path):
    monkeypatch.setattr(bubblewrap, "_program", lambda: str(tmp_path / "bwrap"))
    if landlock.version():
        choice = choose()
        assert choice.level == "landlock"
        assert "No such file" in choice.missing["bwrap"]
        assert "bubblewrap does not work here" in choice.note


def test_where_nothing_works_grading_is_refused_in_one_line(monkeypatch):
    monkeypatch.setattr(levels, "problem_with", lambda level: "blocked")
    with pytest.raises(NoIsolation) as refused:
        choose()
    assert str(refused.value) == f"{NO_WALLS} (bwrap+cgroup: blocked; bwrap: blocked; landlock: blocked)"
    assert "\n" not in str(refused.value)


def test_no_walls_are_chosen_on_request_alone():
    assert "none" not in LADDER
    choice = choose("none")
    assert (choice.level, choice.note) == ("none", NO_WALLS)


def test_a_wanted_level_that_does_not_work_is_not_replaced(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        NoIsolation, match="^isolation level podman does not work here: podman is not installed$"
    ):
        choose("podman")


def test_an_unknown_level_is_refused_with_the_choices():
    with pytest.raises(
        ValueError, match=r"isolation level 'jail' is unknown; choose from: bwrap\+cgroup, bwrap"
    ):
        choose("jail")


def test_the_probe_sees_a_box_that_is_open(monkeypatch):
    """A box without walls answers what it could reach: so the probe of the others can fail."""
    seen = []
    monkeypatch.setattr(
        levels, "_answer", lambda *rest, ask=levels._answer: seen.append(ask(*rest)) or seen[-1]
    )
    assert problem_with("none") == ""
    assert seen[0].startswith("open: ")


def test_the_probe_sees_each_hole(monkeypatch):
    """Landlock without a list of files, and a filter that lets sockets through."""
    from cnn_course.grading.jail import plain

    if not landlock.version():
        pytest.skip("this kernel has no Landlock")
    monkeypatch.setattr(plain, "_grants", lambda *_: [("read", plain.Path("/"))])
    assert problem_with("landlock") == "open: files outside of the box can be read"
    monkeypatch.setattr(plain, "_grants", lambda *_: [("own", plain.Path("/"))])
    assert problem_with("landlock").startswith("open: files")


def test_every_level_has_a_note():
    assert set(NOTES) == set(LEVELS)
    assert all("\n" not in note for note in NOTES.values())
