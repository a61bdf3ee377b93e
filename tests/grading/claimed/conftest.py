"""What the tests of claimed networks share: honest claims, and the proof that a network is built again."""

import json

import keras
import numpy as np
import pytest

from cnn_course.analysis.graph.weights import measured
from cnn_course.grading.claimed.network import claimed_network
from cnn_course.grading.claimed.rebuild import predict
from cnn_course.grading.crossing.caps import LARGE
from cnn_course.grading.crossing.codec import decode, encode
from cnn_course.grading.keras_values import described


@pytest.fixture(scope="session")
def claim_of():
    """A function that makes a model the claim that comes out of a box."""

    def claim(model):
        tree, blobs = encode(described(model, None), lambda _: 0, most=LARGE)
        return decode(tree, blobs, lambda _, claim: claim, most=LARGE)

    return claim


@pytest.fixture(scope="session")
def give_weights():
    """A function that gives a model random weights, which differ from layer to layer, and returns them."""

    def give(model):
        rng = np.random.default_rng(0)
        for variable in model.weights:
            variable.assign(rng.uniform(-0.3, 0.4, variable.shape).astype(variable.dtype))
            if "variance" in variable.path or "stddev" in variable.path:
                variable.assign(rng.uniform(0.5, 2.0, variable.shape))
        for layer in model._flatten_layers():
            if isinstance(layer, keras.layers.Normalization):
                layer.finalize_state()
        return [np.asarray(variable) for variable in model.weights]

    return give


@pytest.fixture(scope="session")
def check_is_built_again(claim_of, give_weights):
    """A function that holds a model to be measured as Keras says, accepted, and built again the same."""

    def check(model, *, paths=True):
        weights, trained = give_weights(model), {id(weight) for weight in model.trainable_weights}
        sizes = measured(json.loads(model.to_json()))
        expected = [(w.path, tuple(w.shape), id(w) in trained) for w in model.weights]
        assert [weight[not paths :] for weight in sizes.weights] == [
            weight[not paths :] for weight in expected
        ]
        assert (sizes.input_shape, sizes.output_shape) == (model.input_shape, model.output_shape)
        net = claimed_network(claim_of(model), lambda question: weights)
        rng = np.random.default_rng(1)
        inputs = [rng.uniform(-1, 1, (2, *tensor.shape[1:])).astype("float32") for tensor in model.inputs]
        x = inputs if len(inputs) > 1 else inputs[0]
        ours = keras.tree.flatten(predict(json.dumps(net.config), net.ask("weights"), x))
        theirs = keras.tree.flatten(model(x, training=False))
        for mine, due in zip(ours, theirs, strict=True):
            largest = max(1.0, float(np.abs(due).max()))
            np.testing.assert_allclose(mine, due, rtol=1e-6, atol=1e-6 * largest)

    return check
