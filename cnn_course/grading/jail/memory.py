"""How much memory the processes of a box hold together, and whether that is too much."""

from collections.abc import Iterable
from contextlib import suppress
from os import statvfs
from pathlib import Path

from cnn_course.grading.jail.cgroups import Cgroup
from cnn_course.grading.jail.keeper import descendants

TOO_MUCH_MEMORY = ("memory", "it wanted more memory than it may have")  # what becomes of a box, and why
OWN, FAIR = ("RssAnon:", "RssShmem:"), ("Pss_Anon:", "Pss_Shmem:")


class Memory:
    """The memory of a process and all below it: counted by their cgroup, or else by asking each.

    `folders`: those of theirs whose files are kept in memory. Files that are only read do not count.
    """

    def __init__(self, process: int, most: int, group: Cgroup | None, folders: Iterable[str] = ()) -> None:
        self.process, self.most, self.group, self.folders = process, most, group, tuple(folders)

    def now(self) -> int:
        """Bytes. What processes share counts for each of them, if there is no cgroup."""
        return self.group.memory() if self.group is not None else self._sum("status", OWN)

    def ran_out(self) -> bool:
        if self.group is not None:
            return self.group.ran_out()
        return self.now() > self.most and self._sum("smaps_rollup", FAIR) > self.most

    def _sum(self, file: str, lines: tuple[str, str]) -> int:
        below = descendants(self.process)
        held = sum(_held(process, file, lines) for process in below)
        return held + sum(_stored(below[-1], folder) for folder in self.folders if below)


def _held(process: int, file: str, lines: tuple[str, str]) -> int:
    """What these lines of a file about a process add up to; of "status", which is open to all, if need be."""
    with suppress(OSError, ValueError):
        text = Path(f"/proc/{process}/{file}").read_text()
        found = [int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith(lines)]
        if found:
            return sum(found)
    return 0 if lines is OWN else _held(process, "status", OWN)


def _stored(process: int, folder: str) -> int:
    """Bytes of files in a folder of the process, once it has a view of its own."""
    top = Path(f"/proc/{process}/root")
    with suppress(OSError):
        if top.samefile("/"):
            return 0
        room = statvfs(f"{top}{folder}")
        return (room.f_blocks - room.f_bfree) * room.f_frsize
    return 0
