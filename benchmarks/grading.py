"""Submissions a minute: `cnn-course grade` beside nbgrader's `autograde` and otter-grader's `run`.

    python benchmarks/grading.py --nbgrader VENV/bin/nbgrader --otter VENV/bin/otter
    python benchmarks/grading.py ... --exercise network --submissions 10

All three grade the same right answers with the same checks, in one run; either rival may be left out. Prints
the seconds of each and the ratio to the quicker rival, then wall time per submission with one worker beside
`python -c "import keras"` (or numpy) and beside the work itself. Needs nbformat; the rivals live in virtual
environments of their own.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

CLASSROOM = Path(__file__).resolve().parents[1] / "tests" / "grading" / "classroom"
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore", "CUDA_VISIBLE_DEVICES": "-1"}
IMPORTS = {
    "small": "import numpy as np",
    "network": "import keras\nimport numpy as np\nfrom keras import layers",
}
FRAMEWORK = {"small": "numpy", "network": "keras"}

# The checks of test_public.py and test_hidden.py as rivals have them: asserts, by task.
CHECKS = {
    "small": {
        "output_size": [
            "assert output_size(7, 3) == 5",
            "assert output_size(32, 3, 1, 1) == 32",
            "sizes = [(224, 11, 4, 0), (227, 11, 4, 0), (224, 7, 2, 3), (6, 3, 2, 1), (4, 2, 2, 0)]\n"
            "assert [output_size(*size) for size in sizes] == [54, 55, 112, 3, 2]",
        ],
        "relu": [
            "x = np.array([[-1.0, 2.0], [0.0, 3.0]])\nnp.testing.assert_allclose(relu(x), np.maximum(x, 0))",
            "for shape in ((5,), (2, 3, 4), (1, 6, 5, 3)):\n"
            "    x = np.random.normal(size=shape)\n"
            "    np.testing.assert_allclose(relu(x), np.maximum(x, 0))",
        ],
        "standardise": [
            "x = np.array([[-1.0, 2.0], [0.0, 3.0]])\n"
            "np.testing.assert_allclose(standardise(x), (x - x.mean()) / x.std())",
            "for shift in (0.0, 3.0, -200.0):\n"
            "    x = np.random.normal(shift, 2.5, size=(4, 9))\n"
            "    np.testing.assert_allclose(standardise(x), (x - x.mean()) / x.std())",
        ],
        "one_hot": [
            "labels = np.array([1, 0, 3])\nnp.testing.assert_allclose(one_hot(labels, 4), np.eye(4)[labels])",
            "for classes in (2, 10, 100):\n"
            "    labels = np.random.randint(0, classes, 12)\n"
            "    np.testing.assert_allclose(one_hot(labels, classes), labels[:, None] == np.arange(classes))",
        ],
    },
    "network": {
        "build": [
            "assert build().count_params() == 4154",
            "for filters, classes in ((4, 3), (16, 7)):\n"
            "    model = build(filters, classes)\n"
            "    kinds = [type(layer).__name__ for layer in model.layers]\n"
            "    assert kinds == ['InputLayer', 'Conv2D', 'MaxPooling2D', 'Flatten', 'Dense']\n"
            "    assert model.count_params() == 28 * filters + (49 * filters + 1) * classes",
        ],
        "block": [
            "x = keras.Input((9, 7, 2))\nassert tuple(block(x, 5).shape) == (None, 9, 7, 5)",
            "x = keras.Input((6, 6, 3))\n"
            "model = keras.Model(x, block(x, 4))\n"
            "assert model.count_params() == 124\n"
            "y = model.predict(np.random.normal(size=(2, 6, 6, 3)), verbose=0)\n"
            "assert y.shape == (2, 6, 6, 4) and y.min() >= 0",
        ],
    },
}  # fmt: skip


def main() -> None:
    args = parsed()
    with TemporaryDirectory(prefix="grading-") as room:
        place, answers = Path(room), answers_of(args.exercise)
        ours = {
            "cnn-course, 1 worker": lambda: cnn_course(place, args, answers, workers=1),
            f"cnn-course, {os.cpu_count()} workers": lambda: cnn_course(
                place, args, answers, workers=os.cpu_count()
            ),
        }
        rivals: dict[str, Callable[[], float]] = {}
        if args.nbgrader:
            rivals["nbgrader autograde"] = lambda: nbgrader(place, args, answers)
        if args.otter:
            rivals["otter run"] = lambda: otter(place, args, answers)
        seconds: dict[str, float] = {}
        for name, measure in {**rivals, **ours}.items():
            seconds[name] = measure()
            rate = 60 * args.submissions / seconds[name]
            print(f"{name:<24}{seconds[name]:8.1f} s   {rate:8.1f} submissions a minute", flush=True)
        if rivals:
            quickest = min(rivals, key=lambda name: seconds[name])
            for name in ours:
                print(f"{name} / {quickest}: {seconds[quickest] / seconds[name]:.1f} times as many a minute")
        beside_bare(args, seconds["cnn-course, 1 worker"] / args.submissions, answers)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exercise", choices=IMPORTS, default="small")
    parser.add_argument("--submissions", type=int, default=20)
    parser.add_argument("--nbgrader", type=Path, help="the program nbgrader in its environment")
    parser.add_argument("--otter", type=Path, help="the program otter in its environment")
    return parser.parse_args()


def answers_of(exercise: str) -> dict[str, str]:
    """The solution's functions by name."""
    import ast

    source = (CLASSROOM / exercise / "solution.py").read_text()
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.unparse(node) for node in functions}


def cnn_course(place: Path, args: argparse.Namespace, answers: dict[str, str], workers: int | None) -> float:
    handed, out = place / f"handed{workers}", place / f"out{workers}"
    handed.mkdir()
    for number in range(args.submissions):
        source = "\n\n\n".join([IMPORTS[args.exercise], *answers.values(), f"# {number}"])
        (handed / f"student{number:03d}.py").write_text(source)
    words = [sys.executable, "-m", "cnn_course", "grade", handed, "--exercise", CLASSROOM / args.exercise]
    seconds = timed([*words, "--out", out, "--workers", str(workers), "--no-preflight"], place)
    rows = (out / "grades.csv").read_text().splitlines()[1:]
    assert len(rows) == args.submissions, "a submission is missing"
    assert all(",full," in row for row in rows), "a right answer did not earn every point"
    return seconds


def nbgrader(place: Path, args: argparse.Namespace, answers: dict[str, str]) -> float:
    course = place / "nbgrader"
    (course / "source" / "ps").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'c'\n")
    write(nbgrader_notebook(args.exercise, answers, solved=True), course / "source" / "ps" / "ps.ipynb")
    run([args.nbgrader, "generate_assignment", "ps"], course)
    for number in range(args.submissions):
        folder = course / "submitted" / f"student{number:03d}" / "ps"
        folder.mkdir(parents=True)
        write(nbgrader_notebook(args.exercise, answers, solved=True), folder / "ps.ipynb")
    seconds = timed([args.nbgrader, "autograde", "ps"], course)
    done = list((course / "autograded").glob("*/ps/ps.ipynb"))
    assert len(done) == args.submissions, "nbgrader did not grade all"
    errors = [
        cell
        for path in done
        for cell in nbformat.read(path, 4).cells
        if "'error'" in str(cell.get("outputs"))
    ]
    assert not errors, "nbgrader: a right answer failed"
    return seconds


def nbgrader_notebook(exercise: str, answers: dict[str, str], *, solved: bool) -> nbformat.NotebookNode:
    cells = [new_code_cell(IMPORTS[exercise])]
    for task, source in answers.items():
        head, _, body = source.partition("\n")
        text = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION" if solved else head
        marks = {"schema_version": 3, "locked": False, "task": False}
        own = marks | {"grade": False, "solution": True, "grade_id": task}
        cells.append(new_code_cell(text, metadata={"nbgrader": own}))
        for number, check in enumerate(CHECKS[exercise][task]):
            given = marks | {"grade": True, "solution": False, "points": 1, "grade_id": f"{task}-{number}"}
            cells.append(new_code_cell(check, metadata={"nbgrader": given}))
    return new_notebook(cells=cells, metadata=python())


def otter(place: Path, args: argparse.Namespace, answers: dict[str, str]) -> float:
    folder = place / "otter"
    folder.mkdir()
    write(otter_master(args.exercise, answers), folder / "ps.ipynb")
    run([args.otter, "assign", "--no-run-tests", "ps.ipynb", "dist"], folder)
    [autograder] = (folder / "dist" / "autograder").glob("*autograder*.zip")
    source = new_notebook(
        cells=[new_code_cell(IMPORTS[args.exercise]), *map(new_code_cell, answers.values())],
        metadata=python(),
    )
    student = nbformat.read(folder / "dist" / "student" / "ps.ipynb", 4)
    source.metadata = student.metadata
    results, words = [], []
    for number in range(args.submissions):
        path = folder / f"student{number:03d}.ipynb"
        write(source, path)
        (folder / f"out{number}").mkdir()
        results.append(folder / f"out{number}" / "results.json")
        words.append([args.otter, "run", "--no-logo", "-a", autograder, "-o", f"out{number}", path.name])
    began = time.perf_counter()
    for command in words:
        run(command, folder)
    seconds = time.perf_counter() - began
    for path in results:
        tests = json.loads(path.read_text())["tests"]
        scores = [test for test in tests if test.get("max_score")]
        assert scores, "otter ran no tests"
        assert all(test["score"] == test["max_score"] for test in scores), "otter: a right answer failed"
    return seconds


def otter_master(exercise: str, answers: dict[str, str]) -> nbformat.NotebookNode:
    cells = [new_raw_cell("# ASSIGNMENT CONFIG\ngenerate: true\nexport_cell: false\ninit_cell: false\n")]
    cells.append(new_code_cell(IMPORTS[exercise]))
    for task, source in answers.items():
        cells += [
            new_raw_cell(
                f"# BEGIN QUESTION\nname: {task.replace('_', '')}\npoints: {len(CHECKS[exercise][task])}"
            )
        ]
        cells += [
            new_markdown_cell(f"Write {task}."),
            new_raw_cell("# BEGIN SOLUTION"),
            new_code_cell(source),
        ]
        cells += [new_raw_cell("# END SOLUTION"), new_raw_cell("# BEGIN TESTS")]
        cells += [new_code_cell(check) for check in CHECKS[exercise][task]]
        cells += [new_raw_cell("# END TESTS"), new_raw_cell("# END QUESTION")]
    return new_notebook(cells=cells, metadata=python())


def beside_bare(args: argparse.Namespace, each: float, answers: dict[str, str]) -> None:
    """Wall time per submission beside a bare import, and beside an import and the checks themselves."""
    framework = FRAMEWORK[args.exercise]
    checks = [check for task in CHECKS[args.exercise].values() for check in task]
    work = "\n".join([IMPORTS[args.exercise], *answers.values(), *checks])
    bare = median(timed([sys.executable, "-c", f"import {framework}"], Path.cwd()) for _ in range(5))
    own = median(timed([sys.executable, "-c", work], Path.cwd()) for _ in range(5))
    print(f"one worker: {each:.2f} s a submission; python -c 'import {framework}' {bare:.2f} s; ", end="")
    print(f"import and checks in one process {own:.2f} s; ratio to that {each / own:.2f}")


def python() -> dict[str, object]:
    return {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    path.write_text(nbformat.writes(notebook))


def timed(words: list[object], folder: Path) -> float:
    began = time.perf_counter()
    run(words, folder)
    return time.perf_counter() - began


def run(words: list[object], folder: Path) -> None:
    """Run a program, which finds others of its environment first."""
    program, *others = map(str, words)
    environment = {**os.environ, **QUIET, "PATH": f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [program, *others], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = f"{done.stdout[-2000:]}{done.stderr[-3000:]}"
        sys.exit(f"{program} {' '.join(others)} ended with {done.returncode}:\n{said}")


if __name__ == "__main__":
    main()
