"""A cgroup around a box, where this process may make one: the kernel then counts and limits memory and tasks
of the whole box, and tells a box that ran out of memory from one that crashed.
"""

import os
import signal
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

from cnn_course.grading.jail.limits import Limits

MOUNTS, OWN = Path("/proc/self/mountinfo"), Path("/proc/self/cgroup")
PREFIX = "cnn-course-box"
PATIENCE = 10.0  # seconds
CONTROLLERS = ("memory", "pids")
numbers = count()


class Cgroup:
    """The folders of one group: one in version 2, one for each controller in version 1."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self.folders = folders

    def limit(self, limits: Limits) -> None:
        """OSError where the kernel will not."""
        folder = self.folders["memory"]
        if (folder / "memory.max").exists():
            settings = {"memory.max": limits.memory, "memory.swap.max": 0, "memory.oom.group": 1}
            needed = "memory.max"
        else:
            settings = {"memory.limit_in_bytes": limits.memory, "memory.memsw.limit_in_bytes": limits.memory}
            needed = "memory.limit_in_bytes"
        for name, value in settings.items():
            with suppress(*() if name == needed else (OSError,)):
                (folder / name).write_text(str(value))
        if "pids" in self.folders:
            (self.folders["pids"] / "pids.max").write_text(str(limits.tasks))

    def add(self, process: int) -> None:
        for folder in self._each():
            (folder / "cgroup.procs").write_text(str(process))

    def memory(self) -> int:
        """Bytes that the group holds now."""
        for name in ("memory.current", "memory.usage_in_bytes"):
            with suppress(OSError):
                return int((self.folders["memory"] / name).read_text())
        return 0

    def ran_out(self) -> bool:
        """Whether the kernel ended something in the group because it wanted more memory than it may have."""
        for name in ("memory.events", "memory.oom_control"):
            with suppress(OSError):
                lines = (self.folders["memory"] / name).read_text().splitlines()
                return any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in lines)
        return False

    def end(self) -> None:
        """End what is in the group, and the group."""
        deadline = time.monotonic() + PATIENCE
        with suppress(OSError, KeyError):
            (self.folders["pids"] / "pids.max").write_text("0")  # nothing new from here on
        while not self._is_removed() and time.monotonic() < deadline:
            for process in self._members():
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.001)

    def _members(self) -> list[int]:
        with suppress(OSError):
            return [int(line) for line in (self.folders["memory"] / "cgroup.procs").read_text().split()]
        return []

    def _is_removed(self) -> bool:
        for folder in self._each():
            with suppress(OSError):
                folder.rmdir()
        return not any(folder.exists() for folder in self._each())

    def _each(self) -> set[Path]:
        return set(self.folders.values())


def new_cgroup(limits: Limits) -> Cgroup | None:
    """A group with these limits; None where this process may make none."""
    places, name = _places(), f"{PREFIX}-{os.getpid()}-{next(numbers)}"
    if "memory" not in places:
        return None
    group = Cgroup({controller: place / name for controller, place in places.items()})
    try:
        for place in set(places.values()):
            _sweep(place)
            (place / name).mkdir()
        group.limit(limits)
    except OSError:
        group.end()
        return None
    return group


def _places() -> dict[str, Path]:
    """Where a group can be made, by controller."""
    return _places_of_version_2() or _places_of_version_1()


def _places_of_version_2() -> dict[str, Path]:
    """The nearest group around this process in which a group with limits may be made."""
    for own, root in _mounts("cgroup2", ""):
        for place in (own, *own.parents):
            if root != place and root not in place.parents:
                break
            with suppress(OSError):
                enabled = (place / "cgroup.subtree_control").read_text().split()
                if "memory" in enabled and all(
                    os.access(path, os.W_OK) for path in (place, place / "cgroup.procs")
                ):
                    return {controller: place for controller in CONTROLLERS if controller in enabled}
    return {}


def _places_of_version_1() -> dict[str, Path]:
    found = {}
    for controller in CONTROLLERS:
        for own, _ in _mounts("cgroup", controller):
            if os.access(own, os.W_OK):
                found[controller] = own
    return found


def _mounts(kind: str, controller: str) -> list[tuple[Path, Path]]:
    """(this process's own group, the top) of each mounted hierarchy that has the controller."""
    found = []
    with suppress(OSError):
        for line in MOUNTS.read_text().splitlines():
            before, _, after = line.partition(" - ")
            root, top = before.split()[3:5]
            name, _, options = after.split(" ", 2)
            if name == kind and (not controller or controller in options.split(",")):
                inside = Path("/", _own_group(controller))
                relative = inside.relative_to(root) if inside.is_relative_to(root) else Path()
                found.append((Path(top, relative), Path(top)))
    return found


def _own_group(controller: str) -> str:
    for line in OWN.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path
    return "/"


def _sweep(place: Path) -> None:
    """Remove the empty groups of a process that was killed before it could."""
    for folder in place.glob(f"{PREFIX}-*"):
        process = folder.name.removeprefix(f"{PREFIX}-").partition("-")[0]
        if not Path("/proc", process).exists():
            with suppress(OSError):
                folder.rmdir()
