"""`cnn-course runs`: all runs in one table, best first."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from cnn_course.analysis.runs import best_runs
from cnn_course.cli.pictures import check_picture
from cnn_course.cli.show import fact, show
from cnn_course.training.runs import find_runs, summary

COLUMNS = (
    "run", "data", "status", "epochs", "planned", "val_accuracy", "val_loss", "best_epoch",
    "parameters", "macs", "images_per_second", "seconds", "test_openings",
)  # fmt: skip
SPARE = (  # in a narrow terminal left out in this order
    "images_per_second", "test_openings", "best_epoch", "val_loss", "planned", "parameters", "seconds",
    "macs", "data", "epochs", "status",
)  # fmt: skip
SMALLER_IS_BETTER = ("val_loss", "parameters", "macs", "seconds", "test_openings")


def run(args: Namespace) -> int:
    check_picture(args.chart)
    rows = [_row(folder) for folder in find_runs(args.logs, name=args.name, model=args.model)]
    rows = ordered(rows, args.sort)
    if rows or args.json:
        show(rows, as_json=args.json, columns=COLUMNS, spare=[name for name in SPARE if name != args.sort])
    else:
        print(_none_found(args))
    if args.chart:
        _draw(rows, args.chart)
        if not args.json:
            print()
            fact("chart", str(args.chart))
    return 0


def _none_found(args: Namespace) -> str:
    others = sorted({folder.parts[-3] for folder in find_runs(args.logs)})
    if others:
        return f"no such run in {args.logs}; there are runs named {', '.join(others)}"
    return f"no runs in {args.logs} yet: `cnn-course train course_cnn --data digits` makes one"


def _draw(rows: list[dict[str, Any]], path: Path) -> None:
    from cnn_course import plots

    best = best_runs(rows)
    if not best:
        raise RuntimeError("no run to draw: none of them has come to a validation accuracy yet")
    plots.accuracy_against_cost(best, title="Best run of each network").savefig(path)


def _row(folder: Any) -> dict[str, Any]:
    try:
        return summary(folder)
    except (RuntimeError, KeyError, TypeError, OSError):
        return dict.fromkeys(COLUMNS) | {
            "run": str(folder),
            "name": folder.parts[-3],
            "model": folder.parts[-2],
            "status": "damaged record",
        }


def ordered(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """The rows with the best first by `column`, those without a value last; words from A to Z."""
    if rows and column not in (known := [*dict.fromkeys(key for row in rows for key in row)]):
        raise ValueError(f"no column {column!r} to sort by; choose from {', '.join(known)}")
    having = [row for row in rows if row.get(column) is not None]
    words = any(isinstance(row[column], str) for row in having)
    having.sort(key=lambda row: row[column], reverse=not words and column not in SMALLER_IS_BETTER)
    return having + [row for row in rows if row.get(column) is None]
