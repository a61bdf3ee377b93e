"""The network from scratch: the same as Keras's, step for step, and it learns real images."""

import keras
import numpy as np
import pytest

from cnn_course import models, reference
from cnn_course.data import load
from cnn_course.data.pipeline import standardize


def like(keras_model, network):
    """`network` with the weights of the Keras model, in float64."""
    network.weights = [np.asarray(w, "float64") for w in keras_model.get_weights()]
    return network


@pytest.mark.parametrize(
    ("ours", "theirs", "shape"),
    [
        (lambda rng: reference.course_cnn(rng), lambda: models.course_cnn(), (32, 32, 3)),
        (lambda rng: reference.lenet5(rng), lambda: models.lenet5(), (32, 32, 1)),
    ],
    ids=["course_cnn", "lenet5"],
)
def test_network_has_the_weights_probabilities_and_loss_of_the_builder(ours, theirs, shape, random):
    keras.utils.set_random_seed(0)
    model = theirs()
    network = like(model, ours(random))
    x, labels = random.standard_normal((4, *shape)), random.integers(0, model.output_shape[1], 4)
    p = np.asarray(model(x.astype("float32")))
    np.testing.assert_allclose(network.predict(x), p, atol=1e-6)
    assert network.loss(x, labels) == pytest.approx(-np.log(p[np.arange(4), labels]).mean(), rel=1e-5)


def test_first_weights_have_the_published_number_and_are_float32(random):
    course, lenet = reference.course_cnn(random), reference.lenet5(random)
    assert sum(w.size for w in course.weights) == 70_692
    assert sum(w.size for w in lenet.weights) == 61_706
    assert {w.dtype for w in course.weights} == {np.dtype("float32")}
    assert course.scores(np.zeros((1, 32, 32, 3), "float32")).dtype == np.float32


def test_gradients_of_a_whole_network_pass_finite_differences(random):
    network = reference.Network(
        [
            reference.conv_layer(2, 3, 3, random, padding="same"),
            reference.Layer(reference.tanh, reference.tanh_backward),
            reference.Layer(
                reference.average_pool2d, reference.average_pool2d_backward, options={"pool_size": 2}
            ),
            reference.Layer(reference.flatten, reference.flatten_backward),
            reference.dense_layer(12, 4, random),
        ]
    )
    network.weights = [w.astype("float64") for w in network.weights]
    x, labels = random.standard_normal((3, 4, 4, 2)), np.array([0, 3, 1])
    weights = network.weights
    _, gradients = network.loss_and_gradients(x, labels)

    def loss(*arrays):
        network.weights = arrays
        return network.loss(x, labels)

    worst = reference.gradient_check(loss, weights, gradients)
    assert max(difference.error for difference in worst) < 1e-6, list(map(str, worst))


def test_weights_of_other_shapes_are_told_what_the_network_needs(random):
    network = reference.Network([reference.dense_layer(3, 2, random)])
    with pytest.raises(
        ValueError, match=r"weights have the shapes \[\(3, 2\)\]; this network needs \[\(3, 2\), \(2,\)\]"
    ):
        network.weights = network.weights[:1]


def keras_losses(model, x, labels, steps, batch, rate):
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), "sparse_categorical_crossentropy")
    parts = [slice(start * batch, (start + 1) * batch) for start in range(steps)]
    return [float(model.train_on_batch(x[part], labels[part])) for part in parts]


def our_losses(network, x, labels, steps, batch, rate):
    losses, velocities = [], None
    for start in range(steps):
        part = slice(start * batch, (start + 1) * batch)
        loss, gradients = network.loss_and_gradients(x[part], labels[part])
        network.weights, velocities = reference.momentum_sgd(
            network.weights, gradients, velocities, learning_rate=rate, momentum=0.9
        )
        losses.append(loss)
    return losses


def test_training_follows_keras_step_for_step(random):
    """Same weights, same batches: in float32 the losses of 20 steps differ by less than 1e-4."""
    keras.utils.set_random_seed(0)
    model = models.course_cnn(classes=10, filters=8)
    network = reference.course_cnn(random, classes=10, filters=8)
    network.weights = model.get_weights()
    x, labels = random.standard_normal((160, 32, 32, 3)).astype("float32"), random.integers(0, 10, 160)
    theirs = _steps(keras_losses, model, x, labels)
    ours = _steps(our_losses, network, x, labels)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    assert np.ptp(ours) > 0.01


def _steps(losses, network, x, labels):
    return np.array(losses(network, x, labels, steps=20, batch=8, rate=0.02))


def test_the_course_cnn_learns_real_images_from_scratch(real_cifar, random):
    data = load("cifar10", data_dir=real_cifar, per_class=100)
    x = standardize(data.train.images, data.mean, data.std)
    labels = data.train.labels
    network = reference.course_cnn(random, classes=10, filters=16)
    velocities = None
    before = network.loss(x, labels)
    for _ in range(6):
        for chosen in np.array_split(random.permutation(len(x)), len(x) // 32):
            _, gradients = network.loss_and_gradients(x[chosen], labels[chosen])
            network.weights, velocities = reference.momentum_sgd(
                network.weights, gradients, velocities, learning_rate=0.01
            )
    accuracy = (network.predict(x).argmax(axis=1) == labels).mean()
    assert before > 2.2
    assert network.loss(x, labels) < 1.7
    assert accuracy > 0.4
