"""Keep TensorFlow's start-up noise away from whoever imports this course.

TensorFlow 2.21 prints a dozen red lines from C++ while it is imported, and no environment variable
turns all of them off. So the first `import tensorflow` runs with file descriptor 2 pointed at a
scratch file. If that import fails, what it had to say is shown. `CNN_COURSE_TF_LOGS=1` switches
all this off.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


def hush_tensorflow() -> None:
    """Arrange that the first import of TensorFlow in this process is quiet."""
    if os.environ.get("CNN_COURSE_TF_LOGS") == "1" or "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # or the first op complains that there is no GPU
    sys.meta_path.insert(0, _TensorFlowFinder())


class _TensorFlowFinder:
    """A finder that serves one import, that of TensorFlow, and then steps aside.

    To be asked where TensorFlow is does not use it up: many libraries ask and import nothing.
    """

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != "tensorflow":
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            loader.exec_module = self._quietly(loader.exec_module)
        return spec

    def _quietly(self, exec_module: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
        def exec_quietly(module: ModuleType) -> None:
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            with stderr_held_back():
                exec_module(module)

        return exec_quietly


@contextmanager
def stderr_held_back() -> Iterator[None]:
    """Send file descriptor 2 to a scratch file; on an exception, show what was written to it."""
    if sys.stderr is not None:
        sys.stderr.flush()
    with tempfile.TemporaryFile() as scratch:
        try:
            saved = os.dup(2)
        except OSError:  # a process without a standard error has nothing to hold back
            yield
            return
        os.dup2(scratch.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(saved, 2)
            scratch.seek(0)
            os.write(2, scratch.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)
