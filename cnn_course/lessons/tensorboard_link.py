"""TensorBoard from a notebook: inside the page on Colab, as a link elsewhere (frames fail in many places)."""

import os
import shlex
import sys
from pathlib import Path

from cnn_course.lessons.live import in_a_notebook


def show_tensorboard(logs: Path) -> None:
    """Start TensorBoard on `logs` unless one runs already; says where it is, or how to start it by hand."""
    if "google.colab" in sys.modules:
        from tensorboard import notebook

        notebook.start(f"--logdir {shlex.quote(str(logs))}")
    elif in_a_notebook():
        print(_address(logs) or f"TensorBoard did not start; in a terminal: {by_hand(logs)}")
    else:
        print(f"in another terminal: {by_hand(logs)}")


def by_hand(logs: Path) -> str:
    """The command that starts it in a terminal."""
    return f"tensorboard --logdir {shlex.quote(os.path.relpath(logs))}"


def _address(logs: Path) -> str | None:
    """The address of a TensorBoard on `logs`, started if need be; None if that fails."""
    from tensorboard import manager

    started = manager.start(["--logdir", str(logs)])
    if not isinstance(started, manager.StartLaunched | manager.StartReused):
        return None
    return f"TensorBoard: http://localhost:{started.info.port}/"
