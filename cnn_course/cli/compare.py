"""`cnn-course compare`: whether two networks are the same, and the first place where they differ."""

import json
import zipfile
from argparse import Namespace
from pathlib import Path
from typing import Any

from cnn_course.analysis.graph import Comparison, compare
from cnn_course.cli.builder import chosen_arguments
from cnn_course.training.runs import read_record

LARGEST = 50_000_000  # bytes of a configuration


def run(args: Namespace) -> int:
    """Status 0 if the networks are the same, 1 if not, like `diff`."""
    expected = _network(args.expected, **chosen_arguments(args))
    comparison = compare(_network(args.model), expected, strict=args.strict)
    if args.json:
        print(json.dumps(_plain(comparison), indent=1))
    else:
        print(f"{comparison.outcome}: {comparison}")
    return 0 if comparison.same else 1


def _network(name: str, **arguments: Any) -> Any:
    """The network of this name, or the configuration in this file or run; weights are not looked at."""
    path = Path(name)
    if path.is_dir():
        read_record(path)  # says what is wrong with a folder that is no run
        path /= "best.keras"
    if path.suffix == ".json":
        return path.read_text()
    if path.suffix == ".keras":
        return _inside(path)
    from cnn_course.models import build

    return build(name, **arguments)


def _inside(path: Path) -> str:
    """The configuration that Keras put into a .keras file."""
    try:
        with zipfile.ZipFile(path) as parts, parts.open("config.json") as part:
            return part.read(LARGEST).decode()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: there is no such file") from None
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        raise ValueError(
            f"{path} is not a .keras file; save the network by model.save('NAME.keras')"
        ) from None


def _plain(comparison: Comparison) -> dict[str, Any]:
    difference = comparison.difference
    return {
        "outcome": comparison.outcome,
        "message": str(comparison),
        "place": difference.place if difference else None,
        "layer": difference.layer if difference else None,
        "notes": list(comparison.notes),
    }
