"""The file in which a trained network is handed in: `trained.cnn`, one message of `crossing`.

It holds the network's configuration, its weights as raw arrays, and what the run that trained it wrote down.
Keras's own files can run code where they are opened; in this one there is nothing but JSON and numbers.
"""

import json
from dataclasses import replace
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from cnn_course.data.pipeline import standardize
from cnn_course.grading.claimed import asking
from cnn_course.grading.claimed.network import checked, network_of
from cnn_course.grading.crossing.caps import Caps
from cnn_course.grading.crossing.codec import decode, encode
from cnn_course.grading.crossing.frames import in_file, opening
from cnn_course.grading.submission import BadAnswer
from cnn_course.grading.values import Network
from cnn_course.replacing import replacing

TRAINED = "trained.cnn"
LARGEST = 64_000_000  # bytes of the file; intake takes no larger one either
MOST = Caps(nodes=100_000, arrays=10_000, header=16 << 20, blobs=LARGEST)
TO_BE_MEASURED = replace(MOST, blobs=4 << 30)
OF_THE_RUN = ("name", "model", "recipe", "best_epoch", "metrics", "seconds")
OF_ITS_DATA = ("name", "digest", "input_shape", "classes", "mean", "std")


def write_trained(model: Any, record: dict[str, Any], path: Path) -> None:
    """Write the file of a Keras model; see `trained_bytes`."""
    with replacing(path) as file:
        file.write(trained_bytes(model, record))


def trained_bytes(model: Any, record: dict[str, Any]) -> bytes:
    """A Keras model and what the record of its run says of the training.

    ValueError if that is more than 64 MB.
    """
    weights = [np.asarray(weight) for weight in model.weights]
    plain = [array.astype("float32") if array.dtype.name == "bfloat16" else array for array in weights]
    tree, blobs = encode(plain, most=TO_BE_MEASURED)
    said = {key: record[key] for key in OF_THE_RUN if key in record}
    said["data"] = {key: record["data"][key] for key in OF_ITS_DATA if key in record["data"]}
    message = {"format": 1, "config": json.loads(model.to_json()), "record": said, "weights": tree}
    file = b"".join([opening(message, blobs, TO_BE_MEASURED), *blobs])
    if len(file) > LARGEST:
        most = f"at most {LARGEST / 1e6:.0f} MB can be handed in"
        raise ValueError(f"the trained network takes {len(file) / 1e6:.1f} MB; {most}")
    return file


def read_trained(file: bytes) -> Network:
    """The network of such a file, whoever wrote it; BadAnswer for anything else.

    Its answer to uint8 images is that to images standardised as in its training. What the record says of its
    accuracy is not looked at.
    """
    try:
        message, blobs = in_file(file, MOST)
        weights = decode(message.get("weights"), blobs, most=MOST)
    except ValueError as problem:
        raise BadAnswer(f"{TRAINED} cannot be read: {problem}") from None
    if message.get("format") != 1:
        raise BadAnswer(f"{TRAINED} is of another form; write it again with `cnn-course submit`")
    config, sizes = checked(message.get("config"))
    mean, std = (_moment(message.get("record"), name, sizes.input_shape) for name in ("mean", "std"))
    network = network_of(config, sizes, partial(_given, weights), partial(_run, mean, std))
    network.ask("weights")
    return network


def _given(weights: list[np.ndarray], question: str, *_: Any) -> Any:
    if question != "weights":
        raise BadAnswer("a trained network can be looked at and run, and nothing else")
    return weights


def _moment(record: Any, name: str, input_shape: Any) -> np.ndarray:
    """Mean or deviation of each channel of the training images."""
    data = record.get("data") if type(record) is dict else None
    numbers = data.get(name) if type(data) is dict else None
    channels = input_shape[-1] if isinstance(input_shape, tuple) else None
    if type(numbers) is not list or len(numbers) != channels or not all(map(_is_number, numbers)):
        raise BadAnswer(f"{TRAINED} does not say the {name} of the images that the network was trained on")
    return np.array(numbers, "float32")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and isfinite(value) and abs(value) < 1e6


def _run(mean: np.ndarray, std: np.ndarray, config: dict[str, Any], weights: list[np.ndarray], x: Any) -> Any:
    images = np.asarray(x)
    return asking.predict(
        config, weights, standardize(images, mean, std) if images.dtype == np.uint8 else images
    )
