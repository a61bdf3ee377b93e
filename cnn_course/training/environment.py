"""What a run ran on: versions, devices, code. Two runs that differ here may differ in their figures."""

import hashlib
import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import cnn_course

LIBRARIES = ("tensorflow", "keras", "tensorboard", "numpy", "matplotlib", "jax")


def environment() -> dict[str, Any]:
    """Versions, backend and devices of this process."""
    import keras

    return {
        "cnn_course": cnn_course.__version__,
        "python": platform.python_version(),
        **{name: found for name in LIBRARIES if (found := installed(name))},
        "backend": keras.backend.backend(),
        "devices": devices(),
        "platform": platform.platform(),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }


def installed(library: str) -> str | None:
    """The version of an installed library, or None."""
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def devices() -> list[str]:
    """The devices that Keras's backend computes on, such as ["CPU"] or ["CPU", "NVIDIA H100"]."""
    import keras

    if keras.backend.backend() != "tensorflow":
        return [str(device) for device in keras.distribution.list_devices()]
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    return ["CPU", *(tf.config.experimental.get_device_details(g).get("device_name", g.name) for g in gpus)]


def keep_tensorflow_off_gpus() -> None:
    """Where another backend computes, TensorFlow reads data and writes summaries, and needs no GPU memory.

    It would take nearly all of it otherwise. Call it before TensorFlow does anything.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        return
    import tensorflow as tf

    # RuntimeError: TensorFlow has done something already, and keeps what it has
    with suppress(RuntimeError):
        tf.config.set_visible_devices([], "GPU")


def processor() -> str:
    """The name of the processor as the system gives it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def code_digest() -> str:
    """SHA-256 over the source files of this package, the same on every system."""
    sha = hashlib.sha256()
    root = Path(cnn_course.__file__).parent
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*.py")}
    for name, path in sorted(files.items()):
        sha.update(name.encode())
        sha.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return sha.hexdigest()


def weights_digest(arrays: Iterable[Any]) -> str:
    """SHA-256 over weights, in order, as little-endian bytes with their shapes."""
    import numpy as np

    sha = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array)
        sha.update(f"{array.dtype.str}{array.shape}".encode())
        sha.update(array.tobytes())
    return sha.hexdigest()
