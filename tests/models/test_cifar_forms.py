"""Every network has a form for CIFAR, and that form takes a first step of training on real images."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_course.data import load
from cnn_course.data.pipeline import standardize
from cnn_course.models import BUILDERS, build

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "cifar_forms.json").read_text())
DEEP = {"resnet101", "resnet152", "resnet110", "resnet164", "plain110", "resnet50", "resnet56", "plain56"}


FORMS = [pytest.param(name, marks=[pytest.mark.slow] if name in DEEP else []) for name in FACTS["forms"]]


@pytest.fixture(scope="module")
def batch(request):
    """Eight images of CIFAR-10, standardised, and their labels; random ones where CIFAR is not at hand."""
    try:
        data = load("cifar10", data_dir=request.getfixturevalue("real_cifar"), per_class=2)
    except pytest.skip.Exception:
        random = np.random.default_rng(0)
        return random.standard_normal((8, 32, 32, 3)).astype("float32"), random.integers(0, 10, 8)
    return standardize(data.train.images[:8], data.mean, data.std), data.train.labels[:8]


def test_every_network_of_the_catalogue_has_a_form_for_cifar():
    forms, stand_ins = FACTS["forms"], FACTS["paper_size_only"]
    assert set(forms) | set(stand_ins) == set(BUILDERS)
    assert set(stand_ins.values()) <= set(forms)


@pytest.mark.parametrize("name", FORMS)
def test_the_form_for_cifar_takes_a_first_step_of_training(name, batch):
    keras.utils.set_random_seed(1)
    network = build(name, **FACTS["forms"][name])
    images, labels = batch
    with tf.GradientTape() as tape:
        probabilities = network(images, training=True)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, probabilities))
    gradients = tape.gradient(loss, network.trainable_variables)
    assert np.isfinite(loss)
    assert all(gradient is not None and np.isfinite(gradient).all() for gradient in gradients)
    before = [np.asarray(variable) for variable in network.trainable_variables]
    keras.optimizers.SGD(0.01).apply(gradients, network.trainable_variables)
    moved = [(np.asarray(v) != b).any() for v, b in zip(network.trainable_variables, before, strict=True)]
    assert np.mean(moved) > 0.5  # a unit that is dead on eight images stays where it is
