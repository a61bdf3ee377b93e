"""Masters: what is read from them, and that each way of breaking one is told in one line."""

import ast

import pytest

from cnn_course.lessons.lesson import Cell, read_lesson

SOLVED = '''\
def f(x):
    """Doc."""
    if x:
        # BEGIN SOLUTION
        return 1
        # END SOLUTION
    # BEGIN SOLUTION
    y = 2
    return y
    # END SOLUTION'''


def test_a_master_says_what_it_is(folder):
    lesson = read_lesson(folder)
    assert (lesson.name, lesson.title, lesson.data) == ("90_numbers", "Numbers", {"name": "cifar10"})
    assert lesson.decks == ("deck 004 (L16-54)",)
    assert lesson.profiles == {"cpu": {"per_class": 50, "epochs": 2}}
    assert lesson.tasks == ["mean", "largest"]


def test_data_may_be_several_arguments_of_load(folder, edit):
    edit("lesson.py", "data: cifar10", "data: {name: cifar10, classes: [cat, dog]}")
    assert read_lesson(folder).data == {"name": "cifar10", "classes": ["cat", "dog"]}


def test_every_solution_becomes_a_stub_at_its_own_indentation():
    stub = Cell(SOLVED, task="f").for_students
    assert stub.splitlines() == [
        "def f(x):",
        '    """Doc."""',
        "    if x:",
        "        # YOUR CODE HERE",
        "        raise NotImplementedError()",
        "    # YOUR CODE HERE",
        "    raise NotImplementedError()",
    ]
    with pytest.raises(NotImplementedError):
        _run(stub)["f"](0)


def test_a_solution_outside_of_functions_leaves_a_module_that_loads():
    source = "# BEGIN SOLUTION\ndef f():\n    return 1\n# END SOLUTION\n\n\ndef g():\n    return 2"
    names = _run(Cell(source, task="f").for_students)
    assert "f" not in names
    assert names["g"]() == 2


def test_a_solution_in_a_class_leaves_a_class_that_loads():
    source = (
        "class A:\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n\n    def g(self):\n        return 2"
    )
    made = _run(Cell(source, task="A").for_students)["A"]
    assert made().g() == 2
    assert not hasattr(made, "x")


def test_the_solutions_of_a_cell_are_read_without_their_markers():
    assert Cell(SOLVED).solutions == ["        return 1", "    y = 2\n    return y"]


@pytest.mark.parametrize(
    "marker", ["# {} SOLUTION", "### {} SOLUTION", "#{} SOLUTION", "#  {} SOLUTION: why"]
)
def test_markers_may_be_written_as_nbgrader_has_them(marker):
    source = f"def f():\n    {marker.format('BEGIN')}\n    return 1\n    {marker.format('END')}"
    assert Cell(source).solutions == ["    return 1"]


BROKEN = {
    "no title": ("title: Numbers", "subject: Numbers", "its header has no title"),
    "no data": ("data: cifar10", "date: cifar10", "its header has no data"),
    "a fact that means nothing": ("decks:", "deck:", "'deck' means nothing; did you mean decks?"),
    "unknown data": ("data: cifar10", "data: cifar", "'cifar' means nothing; did you mean cifar10?"),
    "unknown profile": ("cpu: {", "laptop: {", "'laptop' means nothing; there are smoke, cpu, gpu"),
    "unknown setting": ("epochs: 2", "epoch: 2", "profile cpu: 'epoch' is no setting of a recipe"),
    "impossible setting": ("epochs: 2", "epochs: 0", "profile cpu: epochs=0: must be a whole number"),
    "no images": ("per_class: 50", "per_class: 0", "profile cpu: per_class=0: must be a whole number"),
    "broken YAML": ("title: Numbers", "title: [Numbers", "can't be read"),
    "no heading": ("# # Numbers", "# Numbers", "its first cell must be markdown that begins with the title"),
    "unknown tag": (
        'tags=["instructor"]',
        'tags=["instuctor"]',
        "the tag 'instuctor' means nothing; did you",
    ),
    "unknown mark": ('task="mean"', 'tasks="mean"', "the cell's 'tasks' means nothing; did you mean task?"),
    "task in markdown": ('task="mean"', '[markdown] task="mean"', "task mean: it is markdown"),
    "task for instructors": ('task="mean"', 'task="mean" tags=["instructor"]', "task mean: it is tagged"),
    "no name": ('task="mean"', 'task="the mean"', "task the mean: a task is named as what it defines"),
    "other name": ("def mean(values)", "def average(values)", "task mean: its cell defines no mean"),
    "twice": ('task="largest"', 'task="mean"\ndef mean():\n    pass\n', "two cells are task mean"),
    "no solution": ("BEGIN SOLUTION\n    count", "count", "task mean: END SOLUTION comes twice in a row"),
    "no end": ("    # END SOLUTION\n", "", "task mean: BEGIN SOLUTION has no END SOLUTION in its cell"),
    "nested": ("    count =", "    # BEGIN SOLUTION\n    count =", "BEGIN SOLUTION comes twice in a row"),
    "misspelt marker": ("# BEGIN SOLUTION", "# BEGIN SOLUTIONS", "'# BEGIN SOLUTIONS' is no marker"),
    "marker after code": ("count = len(values)", "count = 1  # begin solution", "is no marker"),
    "solution elsewhere": ('# %% task="mean"', "# %%", "it has a solution but no task"),
    "magic in a module": ("import math", "%matplotlib inline", "it is no Python"),
    "unknown task": (
        'ex.check("mean")',
        'ex.check("men")',
        'ex.check("men"): there is no such task; did you',
    ),
    "a prediction": ('"half_of_six", ...', '"half_of_six", 3', 'write ex.predict("half_of_six", ...)'),
}


@pytest.mark.parametrize(("old", "new", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_master_is_told_in_one_line(folder, edit, old, new, said):
    edit("lesson.py", old, new)
    with pytest.raises(ValueError) as problem:
        read_lesson(folder)
    message = str(problem.value)
    assert message.startswith("90_numbers/lesson.py: ")
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize("nothing", ["", "    # only a remark\n"])
def test_an_empty_solution_is_none(folder, edit, nothing):
    edit("lesson.py", "    count = len(values)\n    return math.fsum(values) / count\n", nothing)
    with pytest.raises(ValueError, match="task mean: nothing stands between BEGIN SOLUTION and END SOLUTION"):
        read_lesson(folder)


def test_a_task_without_a_solution_is_told(folder, edit):
    edit("lesson.py", "    # BEGIN SOLUTION\n", "")
    edit("lesson.py", "    # END SOLUTION\n", "")
    with pytest.raises(ValueError, match="task mean: it has no solution"):
        read_lesson(folder)


def test_a_stub_that_is_no_python_is_told(folder, edit):
    edit("lesson.py", "    ### END SOLUTION", "    ### END SOLUTION\n    else:\n        pass")
    edit("lesson.py", "    best = values[0]\n", "    if values:\n        best = values[0]\n")
    edit("lesson.py", "    return best\n", "    if best:\n        return best\n")
    with pytest.raises(ValueError, match="task largest: without its solution it is no Python"):
        read_lesson(folder)


def test_a_missing_master_says_how_to_start_one(tmp_path):
    with pytest.raises(FileNotFoundError, match="cnn-course dev new 91_none starts one"):
        read_lesson(tmp_path / "91_none")


def _run(source):
    names = {}
    exec(compile(ast.parse(source), "cell", "exec"), names)
    return names
