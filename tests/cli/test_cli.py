"""The command line: its verbs on real work, and one plain line for every mistake."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_course.cli import main
from cnn_course.training import open_run
from cnn_course.training.checkpoint import BEST


@pytest.fixture
def cli(capsys, monkeypatch, tmp_path):
    """A function that runs a command in an empty folder: (status, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        try:
            status = main([str(word) for word in words])
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """The folder of a run of the linear model on shapes."""
    logs = tmp_path_factory.mktemp("cli") / "logs"
    words = f"train linear --data shapes --per-class 20 --epochs 2 --name demo --logs {logs}"
    assert main(words.split()) == 0
    (folder,) = (logs / "demo" / "linear").iterdir()
    return folder


def test_help_answers_in_a_fifth_of_a_second():
    def seconds() -> float:
        """Processor time: on a busy machine the wall clock measures the neighbours."""
        before = os.times()
        subprocess.run([sys.executable, "-m", "cnn_course", "--help"], check=True, capture_output=True)
        after = os.times()
        return sum(after[2:4]) - sum(before[2:4])  # of children

    assert min(seconds() for _ in range(5)) < 0.2


def test_train_ends_with_an_accuracy_a_picture_and_the_line_for_tensorboard(cli):
    status, out, err = cli("train", "linear", "--data", "shapes", "--per-class", 20, "--epochs", 2)
    assert (status, err) == (0, "")
    facts = dict(line.split(maxsplit=1) for line in out.splitlines()[-4:])
    assert "of the validation images, in epoch" in facts["accuracy"]
    with Image.open(facts["curves"]) as picture:
        assert picture.size == (900, 360)
    assert facts["TensorBoard"] == "tensorboard --logdir logs"
    assert open_run(facts["run"]).record["status"] == "finished"


def test_train_flags_reach_recipe_data_and_builder(cli):
    data = "train mlp --data shapes --classes circle star --per-class 10 --difficulty 0 --epochs 1 --name n1"
    recipe = "--optimizer sgd --nesterov --augment --step-at 0.3 0.6 --set hidden=(8,) --batch-size 4"
    status, *_ = cli(*f"{data} {recipe}".split())  # noqa: SIM905 (as one would type it)
    assert status == 0
    record = open_run(next(Path("logs/n1/mlp").iterdir())).record
    recipe = record["recipe"]
    assert (recipe["optimizer"], recipe["nesterov"], recipe["augment"]) == ("sgd", True, [])
    assert (recipe["step_at"], recipe["batch_size"], recipe["learning_rate"]) == ([0.3, 0.6], 4, 0.1)
    assert record["data"]["classes"] == ["circle", "star"]
    assert record["data"]["settings"]["difficulty"] == 0
    assert record["arguments"] == {"hidden": [8]}
    assert record["parameters"]["total"] == 3073 * 8 + 9 * 2


def test_resume_goes_on_with_the_unfinished_run_of_the_same_command(cli, monkeypatch):
    words = ["train", "linear", "--data", "shapes", "--per-class", "20", "--epochs", "2"]

    def interrupt(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cnn_course.training.callbacks.Forecast.on_epoch_begin", interrupt)
        status, out, _ = cli(*words)
    assert status == 130
    assert "1 of 2 epochs are saved" in out
    assert "the same command with --resume goes on from there" in out
    status, _, err = cli(*words, "--epochs", 3, "--resume")
    assert (status, "epochs 2 there, 3 here" in err) == (2, True)
    status, out, _ = cli(*words, "--resume")
    assert status == 0
    (folder,) = Path("logs/run/linear").iterdir()
    assert [row["epoch"] for row in open_run(folder).metrics] == [1, 2]


def test_evaluate_repeats_the_recorded_figure_and_counts_openings_of_the_test_images(cli, trained):
    best = open_run(trained).best
    _, out, _ = cli("evaluate", trained, "--json")
    result = json.loads(out)
    assert result["split"] == "validation"
    assert result["accuracy"] == pytest.approx(best["val_accuracy"])
    assert result["loss"] == pytest.approx(best["val_loss"], rel=1e-4)
    assert result["test_openings"] == 0
    before = open_run(trained).record["test_openings"]
    for expected in (1, 2):
        _, out, _ = cli("evaluate", trained, "--test", "--json")
        assert json.loads(out)["test_openings"] == len(before) + expected
        assert json.loads(out)["images"] == 1000
    assert "opened 3 times" in cli("evaluate", trained, "--test")[1]


def test_predict_names_the_five_likeliest_classes_and_draws_a_picture(cli, trained):
    Path("folder").mkdir()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (50, 70, 3), "uint8")).save("folder/some.png")
    status, out, _ = cli("predict", "folder/some.png", "--run", trained, "--out", "picture.png", "--json")
    rows = json.loads(out)
    assert (status, [row["rank"] for row in rows]) == (0, [1, 2, 3, 4, 5])
    assert rows[0]["probability"] >= rows[4]["probability"] > 0
    assert {row["image"] for row in rows} == {"folder/some.png"}
    with Image.open("picture.png") as picture:
        assert picture.width == 700
    _, out, _ = cli("predict", "folder/some.png", "folder/some.png", "--run", trained, "--out", "picture.png")
    assert out.splitlines()[0].split() == ["run", str(trained)]
    assert out.splitlines()[-1].split() == ["picture", "picture.png"]
    assert [line.split()[0] for line in out.splitlines() if "some.png" in line] == ["some.png"] * 2


def test_runs_are_listed_best_first(cli, trained):
    logs = trained.parents[2]
    assert (
        main(f"train linear --data shapes --per-class 20 --epochs 1 --name other --logs {logs}".split()) == 0
    )
    status, out, _ = cli("runs", "--logs", logs, "--json")
    rows = json.loads(out[out.index("[") :] if out.startswith("[") else out[out.index("\n[") + 1 :])
    assert status == 0
    assert [row["val_accuracy"] for row in rows] == sorted(
        (row["val_accuracy"] for row in rows), reverse=True
    )
    assert {row["name"] for row in rows} == {"demo", "other"}
    _, out, _ = cli("runs", "--logs", logs, "--name", "demo", "--sort", "seconds")
    assert len(out.splitlines()) == 3


def test_table_and_models_give_json(cli):
    table = json.loads(cli("table", "course_cnn", "--json")[1])
    assert (table["parameters"]["total"], table["macs"]) == (70_692, 2_533_760)
    assert table["layers"][1]["output_shape"] == [30, 30, 32]
    gap = json.loads(cli("table", "course_cnn", "--set", "head=gap", "--json")[1])
    assert gap["parameters"]["total"] == 22_692
    names = [row["name"] for row in json.loads(cli("models", "--json")[1])]
    assert {"linear", "course_cnn", "vgg16", "resnet20", "plain110"} <= set(names)


def test_doctor_finds_this_installation_well():
    words = [sys.executable, "-m", "cnn_course", "doctor", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    rows = {row["check"]: row for row in json.loads(done.stdout)}
    assert {
        rows[name]["verdict"] for name in ("python", "tensorflow", "keras", "tensorboard", "devices")
    } == {"good"}
    assert rows["cifar10"]["verdict"] == "good" or rows["cifar10"]["mend"] == "cnn-course data fetch cifar10"


def test_doctor_warns_of_a_file_that_hides_a_module(cli):
    Path("random.py").write_text("")
    rows = json.loads(cli("doctor", "--json")[1])
    assert {"check": "file names", "found": "random.py hides the module random", "verdict": "warning",
            "mend": "rename random.py"} in rows  # fmt: skip


MISTAKES = [
    (["train", "resnet21", "--data", "digits"], 2, "unknown model 'resnet21'"),
    (
        ["train", "linear", "--data", "digits", "--epochs", "-3"],
        2,
        "epochs=-3: must be a whole number from 1 up",
    ),
    (["train", "linear", "--data", "cifra10"], 2, 'unknown data set "cifra10"'),
    (
        ["train", "linear", "--data", "digits", "--epochs", "many"],
        2,
        "argument --epochs: invalid int value: 'many'",
    ),
    (["train", "linear", "--data", "digits", "--set", "colour=red"], 2, "linear takes no argument 'colour'"),
    (
        ["table", "mlp", "--set", "hidden=3"],
        2,
        "hidden is 3; it must be whole numbers, each at least 1, such as (32, 64)",
    ),
    (["train", "linear", "--data", "digits", "--set", "head"], 2, "--set head: must be KEY=VALUE, such as"),
    (["train", "linear", "--data", "digits", "--name", "../up"], 2, "can't name a folder of runs"),
    (["train", "linear", "--logs", "file"], 1, "runs can't be kept in file/run: "),
    (["train", "linear", "--data", "empty"], 2, "empty"),
    (["train", "linear", "--data", "cifar10", "--data-dir", "empty"], 1, "empty"),
    (["train"], 2, "the following arguments are required: model"),
    (["fly"], 2, "invalid choice: 'fly'"),
    (["evaluate", "nowhere"], 1, "nowhere is no run: it has no run.json"),
    (["predict", "missing.png", "--logs", "nologs"], 1, "no run in nologs has a saved network"),
    (["runs", "--sort", "speed", "--logs", "LOGS"], 2, "no column 'speed' to sort by; choose from run, name"),
    (["table", "vgg16", "--input-shape", "8", "8", "3"], 2, "vgg16"),
]


@pytest.mark.parametrize(
    ("words", "status", "message"),
    MISTAKES,
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_gets_one_plain_line_and_the_right_status(words, status, message, cli, trained):
    Path("empty").mkdir()
    Path("file").touch()
    got, _, err = cli(*[str(trained.parents[2]) if word == "LOGS" else word for word in words])
    assert got == status
    assert message in err
    assert err.startswith("cnn-course")
    assert "Traceback" not in err
    if "--data-dir" not in words:  # where data are looked for takes a line each
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    "flags", ["--name ../up", "--logs file", "--logs file/below", "--set hidden", "--set classes=3"]
)
def test_train_looks_at_names_and_places_before_anything_slow(flags, tmp_path):
    (tmp_path / "file").touch()
    code = f"""
import sys
from cnn_course.cli import main
status = main("train mlp --data digits {flags}".split())
print(status, sorted({{"keras", "tensorflow", "cnn_course.data"}} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split(maxsplit=1)[1].strip() == "[]"
    assert done.stdout[0] in "12"
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("linear --set colour=red", "linear takes no argument 'colour'"),
        ("mlp --set hidden=3", "hidden is 3"),
        ("lenet5 --set activation=rellu", "did you mean 'relu'?"),
        ("resnet21", "did you mean resnet"),
    ],
)
def test_train_looks_at_the_network_before_it_looks_for_data(words, message, cli, monkeypatch):
    monkeypatch.setattr("cnn_course.data.load", lambda *_, **__: pytest.fail("data were looked for first"))
    status, _, err = cli("train", *words.split(), "--data", "cifar10")
    assert (status, message in err, err.count("\n")) == (2, True, 1)


def test_a_damaged_network_and_an_image_that_is_none_are_told_in_one_line(cli, trained, tmp_path):
    Path("text.png").write_text("not a picture")
    status, _, err = cli("predict", "text.png", "--run", trained)
    assert (status, err.count("\n"), "text.png is not a readable image" in err) == (1, 1, True)
    whole = (trained / BEST).read_bytes()
    try:
        (trained / BEST).write_bytes(whole[: len(whole) // 2])
        status, _, err = cli("evaluate", trained)
    finally:
        (trained / BEST).write_bytes(whole)
    assert (status, err) == (
        1, f"cnn-course evaluate: {trained / BEST} is damaged or no Keras model; train the run again\n"
    )  # fmt: skip


def test_a_damaged_record_is_told_in_our_words(cli, trained):
    record = trained / "run.json"
    whole = record.read_bytes()
    try:
        for damage in (b"{", b"[]", b'{"model": "linear"}', b"\xff"):
            record.write_bytes(damage)
            said = f"cnn-course evaluate: {record} is damaged: this run can't be read\n"
            assert cli("evaluate", trained) == (1, "", said)
    finally:
        record.write_bytes(whole)


@pytest.mark.parametrize(("library", "status"), [("json", 1), ("cnn_course.cli.models", 2)])
def test_a_value_error_of_a_library_is_a_failure_and_only_ours_is_wrong_usage(
    library, status, cli, monkeypatch
):
    problem = compile("def catalogue(): raise ValueError('first line\\nsecond')", library, "exec")
    scope = {"__name__": library}
    exec(problem, scope)
    monkeypatch.setattr("cnn_course.models.catalogue", scope["catalogue"])
    got, _, err = cli("models")
    assert got == status
    assert ("(ValueError; --debug shows where)" in err) == (status == 1)


def test_doctor_reads_what_is_needed_from_the_package_itself(cli, monkeypatch):
    needs = ["numpy<2,>=1", "matplotlib>=99", "pillow>=1", "nowhere<3", "jax>=99; extra == 'dev'"]
    monkeypatch.setattr("cnn_course.cli.doctor.requires", lambda package: needs)
    rows = {row["check"]: row for row in json.loads(cli("doctor", "--json")[1])}
    assert [rows[name]["verdict"] for name in ("numpy", "matplotlib", "pillow", "nowhere")] == [
        "broken", "broken", "good", "broken"
    ]  # fmt: skip
    assert rows["matplotlib"]["found"].endswith(", needs >=99")
    assert rows["numpy"]["mend"] == 'python -m pip install --upgrade --force-reinstall "numpy<2,>=1"'
    assert "jax" not in rows


def test_debug_shows_the_traceback(cli):
    with pytest.raises(ValueError, match="unknown model"):
        cli("train", "resnet21", "--data", "digits", "--debug")


@pytest.mark.parametrize(
    ("level", "verdict", "mend"),
    [
        ("bwrap+cgroup", "good", ""),
        ("landlock", "warning", "install bubblewrap, if you grade others' code"),
        (None, "warning", "grade under Linux with bubblewrap"),
    ],
)
def test_doctor_says_what_shuts_submissions_in(cli, monkeypatch, level, verdict, mend):
    from cnn_course.grading.jail import levels

    def choose():
        if level is None:
            raise levels.NoIsolation("nothing works")
        return levels.Choice(level, "", {})

    monkeypatch.setattr(levels, "choose", choose)
    rows = {row["check"]: row for row in json.loads(cli("doctor", "--json")[1])}
    assert (rows["boxes"]["verdict"], rows["boxes"]["mend"]) == (verdict, mend)
