"""`cnn-course predict`: what a trained network sees in images."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cnn_course.cli.pictures import check_picture
from cnn_course.cli.show import fact, show
from cnn_course.training.runs import find_runs, read_record


def run(args: Namespace) -> int:
    check_picture(args.out)
    folder = Path(args.run) if args.run else latest_with_network(args.logs)
    images = _read(args.images, folder)
    from cnn_course import plots
    from cnn_course.training.evaluation import predict

    probabilities, classes = predict(folder, images), read_record(folder)["data"]["classes"]
    rows = [row for path, p in zip(args.images, probabilities, strict=True) for row in top5(path, p, classes)]
    picture, names = args.out or folder / "predictions.png", [Path(path).name for path in args.images]
    plots.predictions(images, probabilities, classes, names=names).savefig(picture)
    if args.json:
        show(rows, as_json=True)
    else:
        _report(rows, folder, picture)
    return 0


def _read(paths: Sequence[str], folder: Path) -> list[np.ndarray]:
    """The images in the size that the network of the run takes."""
    from cnn_course.data.folders import read_image

    height, width, channels = read_record(folder)["data"]["input_shape"]
    if height != width or channels != 3:
        raise ValueError(
            f"{folder} takes {height}x{width}x{channels} images; predict prepares square RGB images"
        )
    return [read_image(Path(path), height) for path in paths]


def _report(rows: Sequence[dict[str, Any]], folder: Path, picture: Path) -> None:
    fact("run", str(folder))
    print()
    show([named_once(row) for row in rows], as_json=False)
    print()
    fact("picture", str(picture))


def top5(path: str, probabilities: np.ndarray, classes: list[str]) -> list[dict[str, Any]]:
    """The five most likely classes of one image, as rows."""
    best = np.argsort(-probabilities, kind="stable")[:5]
    return [
        {"image": path, "rank": rank, "class": classes[i], "probability": float(probabilities[i])}
        for rank, i in enumerate(best, start=1)
    ]


def named_once(row: dict[str, Any]) -> dict[str, Any]:
    """A row for the eye: the name of its image, without folders, stands in the first of five rows alone."""
    return row | {"image": Path(row["image"]).name if row["rank"] == 1 else ""}


def latest_with_network(logs: str) -> Path:
    """The youngest run that has a saved network."""
    from cnn_course.training.checkpoint import BEST

    folders = [folder for folder in find_runs(logs) if (folder / BEST).exists()]
    if not folders:
        raise FileNotFoundError(
            f"no run in {logs} has a saved network; train one, or name a folder with --run"
        )
    return folders[-1]
