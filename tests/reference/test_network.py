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


IMAGES = (2, 4, 5, 3)
WEIGHTED = {  # the shapes of x and of the weights, and the options
    "batch_norm": (IMAGES, [(3,), (3,)], {}),
    "conv2d": (IMAGES, [(3, 3, 3, 2), (2,)], {"padding": "same"}),
    "conv2d without bias": (IMAGES, [(3, 2, 3, 2)], {"strides": 2}),
    "conv2d_loops": (IMAGES, [(2, 2, 3, 2), (2,)], {}),
    "conv2d_loops without bias": (IMAGES, [(2, 2, 3, 2)], {}),
    "dense": ((2, 4), [(4, 3), (3,)], {}),
    "dense without bias": ((2, 4), [(4, 3)], {}),
    "depthwise_conv2d": (IMAGES, [(2, 2, 3, 2), (6,)], {}),
    "depthwise_conv2d without bias": (IMAGES, [(2, 2, 3, 2)], {}),
    "locally_connected2d": (IMAGES, [(3, 4, 2, 2, 3, 2), (3, 4, 2)], {}),
    "locally_connected2d without bias": (IMAGES, [(3, 4, 2, 2, 3, 2)], {}),
    "maxout": ((2, 4), [(3, 4, 2), (3, 2)], {}),
    "pointwise_conv2d": (IMAGES, [(1, 1, 3, 2), (2,)], {}),
    "pointwise_conv2d without bias": (IMAGES, [(1, 1, 3, 2)], {}),
    "prelu": (IMAGES, [(3,)], {}),
    "separable_conv2d": (IMAGES, [(2, 2, 3, 2), (1, 1, 6, 2), (2,)], {"padding": "same"}),
    "separable_conv2d without bias": (IMAGES, [(2, 2, 3, 2), (1, 1, 6, 2)], {}),
}
DROPPED = np.arange(120).reshape(IMAGES) % 3 > 0
UNWEIGHTED = {
    "average_pool2d": {"pool_size": 2},
    "dropout": {"mask": DROPPED, "rate": 0.3},
    "elu": {},
    "flatten": {},
    "global_average_pool": {},
    "global_max_pool": {},
    "l2_pool2d": {},
    "l2_pool_features": {"pool_size": 2},
    "leaky_relu": {"slope": 0.1},
    "local_contrast_norm": {"size": 3},
    "local_response_norm": {},
    "max_pool2d": {"pool_size": 2},
    "relu": {},
    "sigmoid": {},
    "softmax": {},
    "tanh": {},
}
LOSSES = {"cross_entropy", "l2_penalty", "softmax_cross_entropy"}
CASES = WEIGHTED | {name: (IMAGES, [], options) for name, options in UNWEIGHTED.items()}


def test_the_pairs_below_are_all_of_the_package():
    pairs = {name.removesuffix("_backward") for name in reference.__all__ if name.endswith("_backward")}
    assert {name.split()[0] for name in CASES} | LOSSES == pairs


@pytest.mark.parametrize("case", CASES)
def test_any_pair_of_the_package_makes_a_layer(case, random):
    name = case.split()[0]
    shape, weights, options = CASES[case]
    if name == "softmax":
        shape = (2, 4)
    layer = reference.Layer(
        getattr(reference, name),
        getattr(reference, f"{name}_backward"),
        [random.standard_normal(weight) for weight in weights],
        options,
    )
    x = random.standard_normal(shape)
    dy = random.standard_normal(layer(x).shape)
    dx, dweights = layer.gradients(dy, x)

    def forward(x, *arrays):
        return layer.forward(x, *arrays, **options)

    worst = reference.gradient_check(forward, [x, *layer.weights], [dx, *dweights], dy)
    assert max(difference.error for difference in worst) < 1e-6, list(map(str, worst))


def test_a_network_of_layers_with_one_two_and_three_weights_gets_all_its_gradients(random):
    shapes = {"separable_conv2d": [(2, 2, 3, 1), (1, 1, 3, 4)], "batch_norm": [(4,), (4,)], "prelu": [(4,)]}
    layers = [
        reference.Layer(
            getattr(reference, name),
            getattr(reference, f"{name}_backward"),
            [random.standard_normal(s) for s in shapes[name]],
        )
        for name in shapes
    ]
    layers += [
        reference.Layer(reference.global_average_pool, reference.global_average_pool_backward),
        reference.Layer(
            reference.maxout,
            reference.maxout_backward,
            [random.standard_normal((2, 4, 3)), random.standard_normal((2, 3))],
        ),
    ]
    network = reference.Network(layers)
    x, labels = random.standard_normal(IMAGES), np.array([2, 0])
    weights = network.weights
    _, gradients = network.loss_and_gradients(x, labels)

    def loss(*arrays):
        network.weights = arrays
        return network.loss(x, labels)

    worst = reference.gradient_check(loss, weights, gradients)
    assert len(worst) == 7
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
