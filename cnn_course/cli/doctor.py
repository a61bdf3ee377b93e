"""`cnn-course doctor`: is everything here, does it work, and which command mends what does not."""

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from cnn_course.cli.show import show
from cnn_course.data.checks import places
from cnn_course.training.environment import installed

GOOD, WARNING, BROKEN = "good", "warning", "broken"
REINSTALL = 'python -m pip install --upgrade --force-reinstall "{}"'
FREE_GB = 2


class Finding(NamedTuple):
    """One check: what was looked at, what was found, the verdict, and the command or act that mends it."""

    check: str
    found: str
    verdict: str
    mend: str = ""


def run(args: Namespace) -> int:
    findings = [
        _python(),
        *(_library(*requirement) for requirement in REQUIRED),
        _devices(),
        _tensorboard_command(),
        *_data(args.data_dir),
        _disk(),
        *_shadows(Path.cwd()),
    ]
    show([finding._asdict() for finding in findings], as_json=args.json)
    broken = [finding for finding in findings if finding.verdict == BROKEN]
    return 1 if broken else 0


REQUIRED = (
    ("tensorflow", "2.21", "tensorflow>=2.21,<2.22"),
    ("keras", "3.15", "keras>=3.15,<4"),
    ("tensorboard", "2.21", "tensorboard>=2.21,<3"),
    ("numpy", "2", "numpy>=2"),
    ("matplotlib", "3.9", "matplotlib>=3.9"),
)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding(
        "python",
        found,
        GOOD if good else BROKEN,
        "" if good else "make an environment of Python 3.11 to 3.13",
    )


def _library(name: str, least: str, requirement: str) -> Finding:
    """Installed, new enough, and importable: the last is what a broken installation fails at."""
    mend = REINSTALL.format(requirement)
    found = installed(name)
    if found is None:
        return Finding(name, "not installed", BROKEN, mend)
    if _numbers(found) < _numbers(least):
        return Finding(name, f"{found}, needs {least} or newer", BROKEN, mend)
    try:
        import_module(name)
    except Exception as problem:
        return Finding(name, f"{found}, can't be imported: {problem}", BROKEN, mend)
    return Finding(name, found, GOOD)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")[:3] if part.isdigit()]


def _devices() -> Finding:
    """What computes: a GPU is good, none is good too as long as it is known."""
    return _guarded("devices", _find_devices)


def _find_devices() -> Finding:
    import keras

    from cnn_course.training.environment import devices

    answer = float(keras.ops.sum(keras.ops.ones((2, 2))))
    if answer != 4:
        return Finding("devices", f"1+1+1+1 gave {answer}", BROKEN, REINSTALL.format(REQUIRED[0][2]))
    names = devices()
    found = f"{', '.join(names)} ({keras.backend.backend()} backend)"
    if len(names) == 1 and shutil.which("nvidia-smi"):
        mend = 'pip install -e ".[gpu]" in the folder of the course'
        return Finding("devices", f"{found}; the NVIDIA GPU here is not used", WARNING, mend)
    return Finding("devices", found, GOOD)


def _tensorboard_command() -> Finding:
    command = shutil.which("tensorboard") or shutil.which(
        "tensorboard", path=str(Path(sys.executable).parent)
    )
    if command is None:
        return Finding("tensorboard command", "not found", BROKEN, REINSTALL.format(REQUIRED[2][2]))
    return _guarded("tensorboard command", lambda: _find_tensorboard(command))


def _find_tensorboard(command: str) -> Finding:
    import_module("tensorboard.main")
    return Finding("tensorboard command", command, GOOD)


def _guarded(check: str, find: Callable[[], Finding]) -> Finding:
    try:
        return find()
    except Exception as problem:
        return Finding(check, f"fails: {problem}", BROKEN, REINSTALL.format(REQUIRED[0][2]))


def _data(data_dir: str | None) -> list[Finding]:
    findings = [Finding("digits and shapes", "come with the course", GOOD)]
    for name in ("cifar10", "cifar100"):
        good = next((place for place in places(name, data_dir) if place.ok), None)
        if good is not None:
            findings.append(Finding(name, str(good.path), GOOD))
        else:
            findings.append(Finding(name, "not on this machine", WARNING, f"cnn-course data fetch {name}"))
    return findings


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    writable = os.access(Path.cwd(), os.W_OK)
    if not writable:
        return Finding("this folder", "can't be written to", BROKEN, "change to a folder of your own")
    enough = free >= FREE_GB
    return Finding(
        "disk", f"{free:.0f} GB free here", GOOD if enough else WARNING, "" if enough else "make room"
    )


def _shadows(folder: Path) -> list[Finding]:
    """Files here whose names hide a module that the frameworks import: `random.py` breaks all of them."""
    names = set(sys.stdlib_module_names) | {name for name, *_ in REQUIRED}
    return [
        Finding("file names", f"{path.name} hides the module {path.stem}", WARNING, f"rename {path.name}")
        for path in sorted(folder.glob("*.py"))
        if path.stem in names
    ]
