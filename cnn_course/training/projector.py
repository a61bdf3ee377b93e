"""Features of validation images for TensorBoard's projector (deck 002, lines 832-836: t-SNE of features).

Keras's `embeddings_freq` writes a file that the projector can't read, so the three files that it does
read are written here: vectors, labels, and a sprite of the images.
"""

from pathlib import Path

import keras
import numpy as np
from google.protobuf import text_format
from PIL import Image
from tensorboard.plugins.projector import ProjectorConfig

from cnn_course.data import Dataset
from cnn_course.data.pipeline import standardize

MOST_IMAGES = 1000  # the projector's t-SNE stays fluent
THUMBNAIL = 64  # pixels: larger images are thinned out to this, or else the sprite would fit no texture


def write_projector(folder: Path, model: keras.Model, data: Dataset) -> Path:
    """Write the features before the last layer, for up to 1000 validation images, into `validation/`.

    It has to be a folder with TensorBoard events: the projector looks nowhere else. Returns that folder.
    """
    target = folder / "validation"
    target.mkdir(exist_ok=True)
    shown = data.validation.take(np.arange(min(MOST_IMAGES, len(data.validation))))
    thumbnails = _thumbnails(shown.images)
    features = _features(model, standardize(shown.images, data.mean, data.std))
    np.savetxt(target / "features.tsv", features, fmt="%.5g", delimiter="\t")
    labels = "\n".join(data.classes[label] for label in shown.labels)
    (target / "labels.tsv").write_text(labels + "\n", encoding="utf-8")
    sprite(thumbnails).save(target / "sprite.png")
    config = ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = f"{model.name} features"
    embedding.tensor_path, embedding.metadata_path = "features.tsv", "labels.tsv"
    embedding.sprite.image_path = "sprite.png"
    embedding.sprite.single_image_dim.extend(thumbnails.shape[2:0:-1])
    (target / "projector_config.pbtxt").write_text(text_format.MessageToString(config))
    return target


def _features(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """What the layer that gives the (first) output takes in, as one row for each image."""
    layer, node, _ = model.outputs[0]._keras_history
    before_last = keras.Model(model.inputs, layer._inbound_nodes[node].input_tensors)
    parts = keras.tree.flatten(before_last.predict(images, batch_size=250, verbose=0))
    return np.concatenate([part.reshape(len(images), -1) for part in parts], axis=1)


def sprite(images: np.ndarray) -> Image.Image:
    """All images in one square picture, row by row, white where there are none."""
    n, height, width, channels = images.shape
    side = int(np.ceil(np.sqrt(n)))
    cells = np.full((side * side, height, width, channels), 255, np.uint8)
    cells[:n] = images
    rows = cells.reshape(side, side, height, width, channels).swapaxes(1, 2)
    return Image.fromarray(rows.reshape(side * height, side * width, channels).squeeze())


def _thumbnails(images: np.ndarray) -> np.ndarray:
    step = -(-max(images.shape[1:3]) // THUMBNAIL)
    return images[:, ::step, ::step]
