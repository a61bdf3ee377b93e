"""A box in a container of Docker or podman, for machines where one of them is at home.

Its image has a Python with the packages of this course, and nothing of the course itself. It is made once:

    docker build -t cnn-course-box - < Dockerfile      (`dockerfile()` writes that file)
"""

import json
import secrets
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cnn_course.grading.jail.limits import Limits
from cnn_course.grading.jail.memory import TOO_MUCH_MEMORY
from cnn_course.grading.jail.orders import CODE, SCRATCH, environment, orders
from cnn_course.grading.jail.piped import piped

PROGRAMS = ("docker", "podman")
IMAGE = "cnn-course-box"
PACKAGES = ("tensorflow", "keras", "numpy")
NOBODY = 65534
PATIENCE = 30.0  # seconds


class Container:
    """A program in a container without network, on files that it cannot change."""

    def __init__(self, program: str, command: list[str], code: Path, limits: Limits) -> None:
        if shutil.which(program) is None:
            raise RuntimeError(f"{program} is not installed")
        self.program, self.name = program, f"{IMAGE}-{secrets.token_hex(8)}"
        self.process = piped(arguments(program, self.name, command, code, limits))
        self.is_over = False

    def memory(self) -> int:
        """Bytes, as the program tells them; 0 if it does not."""
        told = self._ask("stats", "--no-stream", "--format", "{{.MemUsage}}", self.name)
        return _bytes(told.partition("/")[0])

    def trouble(self) -> tuple[str, str] | None:
        """The container's own limits end it; this only says which."""
        if self.process.poll() is None or self.is_over:
            return None
        states = self._ask("inspect", "--format", "{{json .State}}", self.name)
        if states and json.loads(states).get("OOMKilled"):
            return TOO_MUCH_MEMORY
        return None

    def end(self) -> None:
        self.is_over = True
        self._ask("rm", "--force", self.name)
        self.process.kill()
        self.process.wait(PATIENCE)

    def _ask(self, *words: str) -> str:
        told = subprocess.run(
            [self.program, *words], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return told.stdout.strip()


def arguments(program: str, name: str, command: list[str], code: Path, limits: Limits) -> list[str]:
    """The command line; the image's own Python stands in for this one."""
    asked = orders(limits, alone=True)
    asked["limits"]["NPROC"] = limits.tasks
    variables = environment(SCRATCH, "/tmp", asked)
    rooms = {SCRATCH: limits.scratch, "/tmp": limits.scratch // 2}
    return [
        *(program, "run", "--name", name, "--interactive", "--pull", "never", "--network", "none"),
        *("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--ipc", "private"),
        *("--user", f"{NOBODY}:{NOBODY}", "--hostname", "box", "--workdir", SCRATCH),
        *("--memory", str(limits.memory), "--memory-swap", str(limits.memory)),
        *("--pids-limit", str(limits.tasks), "--shm-size", str(limits.scratch // 2)),
        *(f"--tmpfs={folder}:rw,nosuid,nodev,mode=1777,size={size}" for folder, size in rooms.items()),
        f"--volume={code.resolve()}:{CODE}:ro",
        *(f"--env={variable}={value}" for variable, value in variables.items()),
        *(IMAGE, *("python3" if word == sys.executable else word for word in command)),
    ]


def dockerfile() -> str:
    """What the image is built from: this Python and these versions of what submissions import."""
    wanted = [f"{package}=={found}" for package in PACKAGES if (found := _version(package))]
    python = ".".join(map(str, sys.version_info[:2]))
    return f"FROM python:{python}-slim\nRUN pip install --no-cache-dir {' '.join(wanted)}\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _bytes(told: str) -> int:
    """ "1.5MiB" -> 1572864."""
    number = told.strip().rstrip("iBkKMGT")
    unit = told.strip()[len(number) :][:1].upper()
    steps = "BKMGT".find(unit) if unit else 0
    try:
        return int(float(number) * (1024 if "i" in told else 1000) ** steps)
    except ValueError:
        return 0
