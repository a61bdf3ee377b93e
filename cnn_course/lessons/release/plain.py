"""Plain folders: what `cnn-course init` makes, from the masters at hand."""

from collections.abc import Iterator, Sequence

from cnn_course.lessons.course import FACTS, STUDENT_FILES
from cnn_course.lessons.generate import SOLUTION, products
from cnn_course.lessons.release.master import Master
from cnn_course.lessons.working_copy import readme


def plain(masters: Sequence[Master]) -> dict[str, bytes]:
    """A working copy of these exercises: notebooks, stubs, visible checks, a README."""
    made = {"README.md": readme({master.name: master.lesson.title for master in masters}).encode()}
    for master in masters:
        made |= student_files(master)
    return made


def student_files(master: Master) -> dict[str, bytes]:
    """What students get of an exercise: its folder below `exercises/`, its notebook in `notebooks/`."""
    generated = {
        path.relative_to(master.course).as_posix(): text.encode()
        for path, text in products(master.lesson, master.course).items()
        if path.name != SOLUTION
    }
    files = [path for name in STUDENT_FILES if (path := master.folder / name).is_file()]
    kept = {path.relative_to(master.course).as_posix(): path.read_bytes() for path in files}
    return dict(sorted((kept | generated).items()))


def shown_to_students(master: Master) -> Iterator[str]:
    """The texts that an author means students to read."""
    yield from (cell.for_students for cell in master.lesson.cells if "instructor" not in cell.tags)
    for path, content in student_files(master).items():
        if path.endswith((".py", FACTS, "reference.json")):
            yield content.decode("utf-8")
