"""`cnn-course doctor`: is everything here, does it work, and which command mends what does not."""

import os
import re
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path
from typing import NamedTuple

from cnn_course.cli.show import show
from cnn_course.data.checks import places
from cnn_course.training.environment import installed

PACKAGE = "cnn-course"
IMPORTED_AS = {"pillow": "PIL"}
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
    try:
        requires(PACKAGE)
    except PackageNotFoundError:
        raise RuntimeError(
            f"{PACKAGE} is not installed: pip install -e . in the folder of the course"
        ) from None
    findings = [
        _python(),
        *map(_library, _requirements()),
        _devices(),
        _tensorboard_command(),
        *_data(args.data_dir),
        _disk(),
        _boxes(),
        *_shadows(Path.cwd()),
    ]
    show([finding._asdict() for finding in findings], as_json=args.json)
    broken = [finding for finding in findings if finding.verdict == BROKEN]
    return 1 if broken else 0


def _requirements() -> list[str]:
    """What this package says that it needs, such as "keras<4,>=3.15"; its extras left out."""
    return [requirement for requirement in requires(PACKAGE) or [] if ";" not in requirement]


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def _mend(name: str) -> str:
    """The command that installs a library anew, in the version that this package needs."""
    return REINSTALL.format(next((line for line in _requirements() if _name(line) == name), name))


def _python() -> Finding:
    found, bounds = ".".join(map(str, sys.version_info[:3])), metadata(PACKAGE)["Requires-Python"]
    if _within(found, bounds):
        return Finding("python", found, GOOD)
    return Finding("python", found, BROKEN, f"make an environment of Python {bounds}")


def _library(requirement: str) -> Finding:
    """Installed, of the right version, and importable: the last is what a broken installation fails at."""
    name = _name(requirement)
    found, mend = installed(name), _mend(name)
    if found is None:
        return Finding(name, "not installed", BROKEN, mend)
    if not _within(found, requirement):
        return Finding(name, f"{found}, needs {requirement.removeprefix(name)}", BROKEN, mend)
    try:
        import_module(IMPORTED_AS.get(name, name))
    except Exception as problem:
        return Finding(name, f"{found}, can't be imported: {problem}", BROKEN, mend)
    return Finding(name, found, GOOD)


def _within(version: str, bounds: str) -> bool:
    """Whether a version obeys all bounds of a requirement: `>=3.15`, `<4`."""
    low, high = (re.findall(rf"{sign}\s*([\d.]+)", bounds) for sign in (">=", "<"))
    found = _numbers(version)
    return all(_numbers(least) <= found for least in low) and all(found < _numbers(end) for end in high)


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
        return Finding("devices", f"1+1+1+1 gave {answer}", BROKEN, _mend("tensorflow"))
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
        return Finding("tensorboard command", "not found", BROKEN, _mend("tensorboard"))
    return _guarded("tensorboard command", lambda: _find_tensorboard(command))


def _find_tensorboard(command: str) -> Finding:
    import_module("tensorboard.main")
    return Finding("tensorboard command", command, GOOD)


def _guarded(check: str, find: Callable[[], Finding]) -> Finding:
    try:
        return find()
    except Exception as problem:
        return Finding(check, f"fails: {problem}", BROKEN, _mend("tensorflow"))


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


def _boxes() -> Finding:
    """What `cnn-course grade` shuts submissions in; nobody else needs any."""
    try:
        from cnn_course.grading.jail.levels import choose  # some of what it imports is not on Windows

        level = choose().level
    except (ImportError, RuntimeError):
        return Finding("boxes", "none work here: grade refuses", WARNING, "grade under Linux with bubblewrap")
    best = level.startswith("bwrap")
    mend = "" if best else "install bubblewrap, if you grade others' code"
    return Finding("boxes", f"{level}, to grade others' code", GOOD if best else WARNING, mend)


def _shadows(folder: Path) -> list[Finding]:
    """Files here whose names hide a module that the frameworks import: `random.py` breaks all of them."""
    names = set(sys.stdlib_module_names) | {IMPORTED_AS.get(n, n) for n in map(_name, _requirements())}
    return [
        Finding("file names", f"{path.name} hides the module {path.stem}", WARNING, f"rename {path.name}")
        for path in sorted(folder.glob("*.py"))
        if path.stem in names
    ]
