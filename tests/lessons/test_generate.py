"""What is made from a master: nothing that students must not see, and the same again and again."""

import json

import nbformat
import pytest

from cnn_course.lessons.generate import module, notebook, products, stale, write
from cnn_course.lessons.lesson import read_lesson


def test_the_notebook_is_valid_has_no_outputs_and_begins_with_title_and_setup(folder):
    made = nbformat.read(folder.parents[1] / "notebooks" / "90_numbers.ipynb", as_version=4)
    nbformat.validate(made)
    title, setup, *_ = made.cells
    assert title.source.startswith("# Numbers")
    assert setup.source.endswith('from cnn_course import exercise\n\nex = exercise("90_numbers")')
    assert setup.metadata.tags == ["setup"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in made.cells)


def test_students_get_neither_solutions_nor_what_is_for_instructors(folder):
    text = "\n".join(cell.source for cell in notebook(read_lesson(folder)).cells)
    assert "raise NotImplementedError()" in text
    assert "fsum" not in text
    assert "empty lists" not in text
    assert "SOLUTION" not in text


def test_the_solved_notebook_has_both(folder):
    text = "\n".join(cell.source for cell in notebook(read_lesson(folder), solved=True).cells)
    assert "fsum" in text
    assert "empty lists" in text
    assert "NotImplementedError" not in text


def test_a_task_cell_keeps_its_name_and_is_not_deleted_by_accident(folder):
    cells = {cell.id: cell for cell in notebook(read_lesson(folder)).cells}
    assert cells["task-mean"].metadata == {"task": "mean", "deletable": False}


def test_cells_keep_their_ids_when_another_is_put_before_them(folder, edit):
    before = [cell.id for cell in notebook(read_lesson(folder)).cells]
    edit("lesson.py", '# %% task="mean"', '# %%\nprint("new")\n\n# %% task="mean"')
    after = [cell.id for cell in notebook(read_lesson(folder)).cells]
    assert len(set(after)) == len(after) == len(before) + 1
    assert [name for name in after if name in before] == before


def test_cells_with_the_same_text_have_different_ids(folder, edit):
    edit("lesson.py", 'ex.check("largest")', 'ex.check("mean")')
    names = [cell.id for cell in notebook(read_lesson(folder)).cells]
    assert len(set(names)) == len(names)


def test_the_stub_has_the_imports_and_the_tasks_and_the_solution_works(folder):
    lesson = read_lesson(folder)
    stub, solution = {}, {}
    exec(module(lesson, solved=False), stub)
    exec(module(lesson, solved=True), solution)
    assert stub["math"] is solution["math"]
    assert solution["mean"]([1, 2]) == 1.5
    with pytest.raises(NotImplementedError):
        stub["mean"]([1, 2])


def test_the_facts_are_what_a_copy_without_the_master_needs(folder):
    assert json.loads((folder / "exercise.json").read_text("utf-8")) == {
        "name": "90_numbers",
        "title": "Numbers",
        "data": {"name": "cifar10"},
        "decks": ["deck 004 (L16-54)"],
        "tasks": ["mean", "largest"],
        "hidden": True,
        "profiles": {"cpu": {"per_class": 50, "epochs": 2}},
    }


def test_a_file_is_stale_when_it_is_missing_or_edited_and_only_then_written(folder):
    course = folder.parents[1]
    made = products(read_lesson(folder), course)
    assert stale(made) == []
    (folder / "exercise.py").write_text("edited", "utf-8")
    (course / "notebooks" / "90_numbers.ipynb").unlink()
    assert {path.name for path in stale(made)} == {"exercise.py", "90_numbers.ipynb"}
    assert len(write(made)) == 2
    assert stale(made) == []


def test_a_published_course_has_a_badge_and_installs_itself_on_colab(folder):
    course = folder.parents[1]
    assert "colab" not in "".join(products(read_lesson(folder), course).values())
    (course / "pyproject.toml").write_text('[project.urls]\nRepository = "https://github.com/me/it.git"\n')
    title, badge, setup, *_ = json.loads(
        products(read_lesson(folder), course)[course / "notebooks" / "90_numbers.ipynb"]
    )["cells"]
    address = "colab.research.google.com/github/me/it/blob/main/notebooks/90_numbers.ipynb"
    assert address in "".join(badge["source"])
    assert '%pip install --quiet "cnn-course @ git+https://github.com/me/it.git"' in "".join(setup["source"])
