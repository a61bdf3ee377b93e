"""The modules of this package that run inside a box: all that `confine` needs, and nothing else."""

import shutil
from pathlib import Path

PACKAGES = ("cnn_course", "cnn_course.grading", "cnn_course.grading.jail")
MODULES = ("confine", "landlock", "seccomp")


def put_parts(folder: Path) -> None:
    """Copy them into `folder`, where Python finds them under their names; the packages are empty besides."""
    for package in PACKAGES:
        where = folder.joinpath(*package.split("."))
        where.mkdir(parents=True, exist_ok=True)
        (where / "__init__.py").touch()
    for module in MODULES:
        shutil.copyfile(Path(__file__).with_name(f"{module}.py"), where / f"{module}.py")
