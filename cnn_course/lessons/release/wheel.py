"""This package as a wheel, which carries what students get of the exercises, and nothing else of them."""

from pathlib import Path
from tempfile import TemporaryDirectory

import cnn_course

ROOT = Path(cnn_course.__file__).resolve().parents[1]


def wheel(root: Path = ROOT) -> tuple[str, bytes]:
    """Name and content of the wheel of the source in `root`: the same source, the same bytes.

    RuntimeError where the source or hatchling is missing.
    """
    if not (root / "pyproject.toml").is_file():
        raise RuntimeError(
            'the source of cnn-course is not here: install it from a clone, pip install -e ".[dev]"'
        )
    try:
        from hatchling.builders.wheel import WheelBuilder
    except ModuleNotFoundError:
        raise RuntimeError('wheels are built by hatchling: pip install -e ".[dev]" in the course') from None
    with TemporaryDirectory(prefix="cnn-course-") as scratch:
        (built,) = WheelBuilder(str(root)).build(directory=scratch, versions=["standard"])
        return Path(built).name, Path(built).read_bytes()
