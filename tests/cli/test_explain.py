"""`explain`, `table`, `savings` and the chart of `runs`, as one types them."""

import csv
import json

import keras
import pytest
from keras import layers
from PIL import Image

from cnn_course.analysis.savings import SAVINGS
from cnn_course.cli import main
from cnn_course.cli.builder import builder_arguments
from cnn_course.cli.models import as_typed
from cnn_course.models import catalogue
from cnn_course.training.checkpoint import BEST


@pytest.fixture
def cli(capsys, monkeypatch, tmp_path):
    """A function that runs a command line in an empty folder: (status, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(line: str) -> tuple[int, str, str]:
        try:
            status = main(line.split())
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def run_folder(tmp_path):
    """A folder of a run that has a record and a saved network."""
    folder = tmp_path / "logs" / "demo" / "own" / "20260101-000000"
    folder.mkdir(parents=True)
    record = {
        "name": "demo",
        "model": "own",
        "status": "finished",
        "recipe": {"epochs": 1},
        "data": {"name": "shapes"},
        "metrics": [{"epoch": 1, "val_accuracy": 0.5}],
        "best_epoch": 1,
        "parameters": {"total": 20},
        "macs": 288,
        "seconds": 1,
        "test_openings": [],
    }
    (folder / "run.json").write_text(json.dumps(record))
    keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(2, 3)], name="own").save(folder / BEST)
    return folder


def test_explain_fits_a_terminal_of_80_columns(cli):
    status, out, err = cli("explain course_cnn")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "(3*3*32+1)*32" in out
    assert "an output sees 30x30 of 32x32 pixels" in out


def test_explain_by_block_draws_a_figure(cli):
    status, out, _ = cli("explain resnet20 --by block --figure resnet.png")
    assert status == 0
    assert "3*3*16*32 + 2*(4*32) + 3*3*32*32" in out
    assert out.splitlines()[-1].split() == ["figure", "resnet.png"]
    with Image.open("resnet.png") as picture:
        assert picture.width == 1320


def test_csv_can_be_read_back_and_json_has_the_sums(cli):
    rows = list(csv.DictReader(cli("explain course_cnn --format csv")[1].splitlines()))
    assert sum(int(row["parameters"]) for row in rows) == 70_692
    assert rows[1]["receptive_field"] == "3x3"
    document = json.loads(cli("explain course_cnn --set head=gap --classes 10 --format json")[1])
    assert (document["parameters"]["total"], document["layers"][-1]["slide"]) == (19_722, "FC-10")


def test_figure_leaves_csv_and_json_alone(cli):
    assert json.loads(cli("explain linear --json --figure linear.png")[1])["model"] == "linear"


def test_markdown_is_one_table_a_legend_and_a_list(cli):
    lines = cli("explain course_cnn --format markdown")[1].splitlines()
    assert [line[0] for line in lines if line] == ["|"] * 10 + ["f"] + ["-"] * 5


@pytest.mark.parametrize("form", ["markdown", "csv", "json", "text"])
def test_table_knows_the_same_forms(form, cli):
    status, out, _ = cli(f"table course_cnn --format {form}")
    assert status == 0
    assert "70,692" in out or "70692" in out or form == "csv"
    assert cli("table course_cnn --json")[1] == cli("table course_cnn --format json")[1]


def test_a_run_and_a_saved_file_are_explained_too(cli, run_folder):
    for name in (run_folder, run_folder / BEST):
        document = json.loads(cli(f"explain {name} --json")[1])
        assert (document["model"], document["parameters"]["total"]) == ("own", 20)


def test_savings_prints_all_comparisons_or_one(cli):
    starts = [line.split(":")[0] for line in cli("savings")[1].splitlines() if ": " in line]
    assert starts == list(SAVINGS)
    status, out, _ = cli("savings stacks")
    assert (status, out.splitlines()[4].split()[-3:]) == (0, ["3", "27", "0.551"])
    assert json.loads(cli("savings bottleneck --json")[1])["bottleneck"][0]["parameters"] == 70_016


def test_chart_of_runs_needs_runs_that_came_to_an_accuracy(cli):
    status, _, err = cli("runs --chart chart.png")
    assert (status, err.count("\n")) == (1, 1)
    assert "no run to draw" in err


def test_chart_of_runs_is_drawn(cli, run_folder):
    status, out, _ = cli("runs --chart chart.png")
    assert (status, out.splitlines()[-1].split()) == (0, ["chart", "chart.png"])
    with Image.open("chart.png") as picture:
        assert picture.width == 1080


MISTAKES = [
    ("explain resnet21", 2, "unknown model 'resnet21'"),
    ("explain missing.keras", 1, "missing.keras: there is no such file"),
    ("explain logs/nowhere", 1, "logs/nowhere is no run: it has no run.json"),
    ("explain RUN --classes 3", 2, "is built already: leave out --set, --input-shape and --classes"),
    ("explain course_cnn --by stage", 2, "invalid choice: 'stage'"),
    ("explain course_cnn --format pdf", 2, "invalid choice: 'pdf'"),
    ("explain course_cnn --input-shape 8 8 3", 2, "8x8 images are too small for course_cnn"),
    ("explain broken.keras", 1, "broken.keras can't be opened: it is damaged, no Keras model, or has layers"),
    ("explain course_cnn --by blok", 2, "invalid choice: 'blok' (did you mean block?)"),
    ("modles", 2, "invalid choice: 'modles' (did you mean models?)"),
    ("savings botleneck", 2, "invalid choice: 'botleneck' (did you mean bottleneck?)"),
    ("explain mlp --set activation=rellu", 2, "activation is 'rellu'; did you mean 'relu'? it must be"),
    ("savings money", 2, "invalid choice: 'money'"),
]


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        ("folder", 2, "folder is a folder; name a file in it, such as folder/picture.png"),
        ("x.xyz", 2, "x.xyz is no name of a picture: it must end in one of .png, "),
        ("x", 2, "x is no name of a picture: it must end in one of .png, "),
        ("nowhere/x.png", 1, "nowhere/x.png can't be written: there is no folder nowhere"),
    ],
)
@pytest.mark.parametrize(
    "line", ["explain course_cnn --figure", "runs --chart", "predict image.png --run RUN --out"]
)
def test_a_picture_that_cannot_be_written_is_refused_before_the_work(
    line, target, status, message, cli, run_folder, tmp_path, monkeypatch
):
    (tmp_path / "folder").mkdir()
    for work in ("cnn_course.analysis.explain.explain", "cnn_course.data.folders.read_image"):
        monkeypatch.setattr(work, lambda *_, **__: pytest.fail("work was done first"))
    got, out, err = cli(f"{line.replace('RUN', str(run_folder))} {target}")
    assert (got, out, err.count("\n")) == (status, "", 1)
    assert message in err


def in_a_terminal(monkeypatch, columns: int) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))


@pytest.mark.parametrize("columns", [200, 80, 40])
@pytest.mark.parametrize("line", ["runs", "models"])
def test_a_table_is_never_wider_than_the_terminal(line, columns, cli, run_folder, monkeypatch):
    piped = cli(line)[1]
    assert max(map(len, piped.splitlines())) > 80
    in_a_terminal(monkeypatch, columns)
    status, out, _ = cli(line)
    assert status == 0
    assert max(map(len, out.splitlines())) <= columns
    assert (out == piped) == (max(map(len, piped.splitlines())) <= columns)
    assert ("not shown here: " in out) == (columns < 100)


def test_the_column_that_runs_are_sorted_by_is_always_shown(cli, run_folder, monkeypatch):
    in_a_terminal(monkeypatch, 70)
    assert "seconds" not in cli("runs")[1].splitlines()[0]
    assert "seconds" in cli("runs --sort seconds")[1].splitlines()[0]


def test_models_prints_arguments_as_set_takes_them():
    for row in catalogue():
        typed = as_typed(row["arguments"]).split()
        assert builder_arguments(typed) == row["arguments"]
    assert as_typed({"hidden": (100,), "stem": None}) == "hidden=100, stem=None"


@pytest.mark.parametrize(("line", "status", "message"), MISTAKES, ids=lambda value: str(value))
def test_a_mistake_gets_one_plain_line_and_the_right_status(line, status, message, cli, run_folder, tmp_path):
    (tmp_path / "broken.keras").write_text("not a network")
    got, _, err = cli(line.replace("RUN", str(run_folder)))
    assert (got, err.count("\n")) == (status, 1)
    assert message in err
    assert err.startswith("cnn-course")
