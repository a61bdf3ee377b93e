"""What `train` refuses, in one line each, before a folder is made."""

from typing import Any

import keras
import numpy as np

from cnn_course.data import Dataset
from cnn_course.data.pipeline import standardize
from cnn_course.training.recipe import Recipe


def check_kinds(model: Any, data: Any, recipe: Any) -> None:
    """Raise ValueError for what is no model, no data or no recipe: a name, None, a dict."""
    if not isinstance(model, keras.Model):
        raise ValueError(
            f"model is {_said(model)}; it must be a Keras model, such as cnn_course.models.build('resnet20')"
        )
    if not isinstance(data, Dataset):
        raise ValueError(
            f"data is {_said(data)}; it must be a Dataset, as cnn_course.data.load('cifar10') returns it"
        )
    check_recipe(recipe)


def check_recipe(recipe: Any) -> None:
    """Raise ValueError for what is no recipe."""
    if not isinstance(recipe, Recipe):
        raise ValueError(f"recipe is {_said(recipe)}; it must be a Recipe, such as Recipe(epochs=10)")


def _said(value: Any) -> str:
    """A word or None as it is, of anything else what kind of thing it is."""
    if value is None or isinstance(value, str):
        return repr(value)[:80]
    if isinstance(value, type):
        return f"the class {value.__name__}, not one made of it"
    return f"of type {type(value).__name__}"


def check_fit(model: keras.Model, data: Dataset) -> None:
    """Raise ValueError unless `model` maps the images of `data` to a probability of each class.

    A `Sequential` without an input is built for these images.
    """
    _check_input(model, data)
    for output in model.outputs:
        _check_output(model.name, tuple(output.shape), data)
    _check_probabilities(model, data)


def _check_input(model: keras.Model, data: Dataset) -> None:
    if isinstance(model, keras.Sequential) and not model.built:
        model.build((None, *data.input_shape))
    if not getattr(model, "inputs", None):
        raise ValueError(
            f"{model.name} is a class of its own, whose layers can't be listed: wrap it, "
            f"image = keras.Input({data.input_shape}) and keras.Model(image, {model.name}(image))"
        )
    if len(model.inputs) > 1:
        raise ValueError(f"{model.name} has {len(model.inputs)} inputs; it is given one, the images")
    wanted, given = tuple(model.inputs[0].shape[1:]), data.input_shape
    if len(wanted) != 3 or any(w is not None and w != g for w, g in zip(wanted, given, strict=True)):
        raise ValueError(
            f"{model.name} takes images of {wanted}, {data.name} has {given}: "
            f"build it with input_shape={given}"
        )


def _check_output(name: str, shape: tuple[int | None, ...], data: Dataset) -> None:
    if len(shape) != 2:
        raise ValueError(
            f"{name} gives {shape}, more than a row for each image: "
            "end it with Flatten or GlobalAveragePooling2D, and Dense"
        )
    if shape[1] != (classes := len(data.classes)):
        raise ValueError(
            f"{name} has {shape[1]} outputs, {data.name} has {classes} classes: "
            f"build it with classes={classes}"
        )


def _check_probabilities(model: keras.Model, data: Dataset) -> None:
    """By trying it on two images: probabilities can come out of any kind of layer."""
    outputs = model(standardize(data.train.images[:2], data.mean, data.std), training=False)
    for output in keras.tree.flatten(outputs):
        values = np.asarray(keras.ops.convert_to_numpy(output), "float32")
        total = float(values[0].sum())
        if np.isfinite(values).all() and (values.min() < 0 or abs(total - 1) > 0.01):
            raise ValueError(
                f"{model.name} gives scores that add up to {total:.3g}, not probabilities: "
                "end it with a softmax, such as Dense(classes, activation='softmax')"
            )
